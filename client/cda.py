"""The header of a CDA R2 document → DocumentEntry: `dmp.cda`, by the name it has for a Document Source."""

from dmp.cda import CdaError, Header, Parent, read_header

__all__ = ["CdaError", "Header", "Parent", "read_header"]
