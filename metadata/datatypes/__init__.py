"""The data types of XDS metadata: each parsed, checked and written; ITI TF-3 Table 4.2.3.1.7-2.

A class has `parse(text)`, which raises `DatatypeError` for what is not of the type, and `str()` writes the wire form.
What a parsed value holds is decoded text: HL7 escapes are undone on the way in and made on the way out, so that two
spellings of one value are equal.
"""

from metadata.datatypes.codes import CodedString, parse_query_code
from metadata.datatypes.cx import CX, CXi
from metadata.datatypes.forms import is_language_tag, is_mime_type, is_sha1, is_size, is_unique_id
from metadata.datatypes.hd import HD
from metadata.datatypes.hl7 import DatatypeError, escape, unescape
from metadata.datatypes.identifiers import (
    Oid,
    Uuid,
    is_oid,
    is_oid_urn,
    is_uuid_urn,
    new_uuid_urn,
    oid_from_uuid,
)
from metadata.datatypes.parties import XCN, XON, XTN, IntendedRecipient
from metadata.datatypes.times import DTM

__all__ = [
    "CX",
    "DTM",
    "HD",
    "XCN",
    "XON",
    "XTN",
    "CXi",
    "CodedString",
    "DatatypeError",
    "IntendedRecipient",
    "Oid",
    "Uuid",
    "escape",
    "is_language_tag",
    "is_mime_type",
    "is_oid",
    "is_oid_urn",
    "is_sha1",
    "is_size",
    "is_unique_id",
    "is_uuid_urn",
    "new_uuid_urn",
    "oid_from_uuid",
    "parse_query_code",
    "unescape",
]
