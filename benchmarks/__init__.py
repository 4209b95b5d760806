"""Measurements of Carnet on the machine that runs them: `make bench`."""
