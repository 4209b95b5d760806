"""Whether a text has the form its attribute asks for; answers are remembered, since senders repeat themselves.

The forms themselves are those of `metadata.datatypes`; ITI TF-3 Table 4.2.3.1.7-2.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from metadata.datatypes import CX, DTM, XCN, XON, XTN, CXi, DatatypeError, IntendedRecipient, is_oid

PATIENT_FIELD: Final = re.compile(r"PID-([1-9]|[12][0-9]|3[0-9])\|(.*)", re.DOTALL)
"""One value of sourcePatientInfo: the PID segment of HL7 v2.5 has 39 fields. # ITI TF-3 4.2.3.2.23"""
URN: Final = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:[!-~]+", re.IGNORECASE)
"""RFC 8141 2, in outline."""
URI: Final = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
"""RFC 3986 2: the characters a URI may hold."""


def _has_form(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except DatatypeError:
        return False
    return True


@lru_cache(4096)
def canonical(patient_id: str) -> str | None:
    """`id^^^&OID&ISO` for comparison, components beyond the fourth left out; None if it is not a CX."""
    try:
        return CX.parse(patient_id, lenient=True).canonical
    except DatatypeError:
        return None


@lru_cache(4096)
def authority(patient_id: str) -> str | None:
    """The OID of the assigning authority; None if it is not a CX."""
    try:
        return CX.parse(patient_id, lenient=True).authority
    except DatatypeError:
        return None


@lru_cache(4096)
def is_strict_cx(text: str) -> bool:
    """Whether `text` is a CX with nothing beyond what XDS allows in it."""
    return _has_form(CX.parse, text)


@lru_cache(1024)
def is_cxi(text: str) -> bool:
    return _has_form(CXi.parse, text)


_WITH_AUTHORITY: Final = frozenset(
    {
        "urn:ihe:iti:xds:2013:referral",
        "urn:ihe:iti:xds:2013:order",
        "urn:ihe:iti:xds:2015:encounterId",
    }
)
_WORKFLOW: Final = "urn:ihe:iti:xdw:2013:workflowInstanceId"
_ALONE: Final = frozenset({_WORKFLOW, "urn:ihe:iti:xds:2016:studyInstanceUID"})


@lru_cache(1024)
def is_of_its_type(text: str) -> bool:
    """Whether a CXi has the parts that IHE asks for its type; True for what is no CXi, and for other types."""
    try:
        reference = CXi.parse(text)
    except DatatypeError:
        return True
    kind = reference.identifier_type
    if kind in _WITH_AUTHORITY:
        return reference.authority is not None
    return kind not in _ALONE or (reference.authority is None and (kind != _WORKFLOW or is_oid(reference.id)))


@lru_cache(1024)
def is_xcn(text: str) -> bool:
    return _has_form(XCN.parse, text)


@lru_cache(1024)
def is_xon(text: str) -> bool:
    return _has_form(XON.parse, text)


@lru_cache(1024)
def is_xtn(text: str) -> bool:
    return _has_form(XTN.parse, text)


@lru_cache(1024)
def is_recipient(text: str) -> bool:
    return _has_form(IntendedRecipient.parse, text)


@lru_cache(4096)
def dtm_start(text: str) -> int | None:
    """The start of the period that a DTM names, as yyyymmddhhmmss; None if it is not a DTM."""
    try:
        return DTM.parse(text).lower()
    except DatatypeError:
        return None
