"""report.html: one page that holds a whole run and needs nothing else."""
