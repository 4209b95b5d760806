"""XSDs and WSDLs of the transactions and the code systems, as files, with the loader that gives them out."""
