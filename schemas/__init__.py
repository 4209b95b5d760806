"""XSDs and WSDLs of the transactions and the code systems, as files, with the loader that gives them out."""

from schemas.files import names, read, wsdl, xsd
from schemas.validation import Schema, Violation, schema

__all__ = ["Schema", "Violation", "names", "read", "schema", "wsdl", "xsd"]
