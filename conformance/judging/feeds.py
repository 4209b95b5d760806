"""Patient identity feeds: HL7 v2 (ITI-8), HL7 v3 (ITI-44). # ITI TF-2 3.8, 3.44"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from lxml import etree

from conformance.judging.book import rule
from conformance.judging.place import Tree
from conformance.judging.sheet import Sheet
from conformance.model import MUST, SHOULD
from metadata.datatypes import is_oid
from metadata.vocabulary import HL7V3

H: Final = f"{{{HL7V3}}}"
_TRIGGERS: Final = ("A01", "A04", "A05", "A08", "A40")
_SECTION: Final = "ITI TF-2 3.8.4.1.2"
_MERGE: Final = "ITI TF-2 3.8.4.2.2"
_BEGINS: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?[\x0b\r\n ]*MSH[!-/:-@\[-`{-~]{2}")
"""MSH with its separators, which are no letters and no digits."""
_TIMES: Final = re.compile(r"\d{4}(\d{2}){0,5}(\.\d{1,4})?([+-]\d{4})?")

_HEADER = rule(
    "hl7v2.header",
    MUST,
    "ITI TF-2 C.2.2; HL7 v2.3.1 2.24.1",
    "MSH-{field} is {got}; {right}",
    "MSH-{field} vaut {got} ; {right}",
)
_TYPE = rule(
    "hl7v2.type",
    MUST,
    _SECTION,
    "the message is {got}; the identity feed is ADT^A01, A04, A05, A08 or A40, or an ACK",
    "le message est {got} ; le flux d'identités est ADT^A01, A04, A05, A08 ou A40, ou un ACK",
)
_SEGMENT = rule(
    "hl7v2.segment",
    MUST,
    _SECTION,
    "the segment {got} is missing",
    "le segment {got} manque",
)
_PATIENT = rule(
    "hl7v2.patient",
    MUST,
    "ITI TF-2 3.8.4.1.2.3",
    "{field} holds no patient id with its assigning authority: id^^^namespace&OID&ISO",
    "{field} ne contient pas d'identifiant de patient avec son autorité : id^^^espace&OID&ISO",
)
_LINE_ENDS = rule(
    "hl7v2.lf",
    SHOULD,
    "HL7 v2.3.1 2.10",
    "segments end with LF; HL7 v2 ends them with CR (an editor or git may have changed the file)",
    "les segments finissent par LF ; HL7 v2 les finit par CR (un éditeur ou git a pu changer le fichier)",
)
_ACK = rule(
    "hl7v2.ack",
    MUST,
    "ITI TF-2 C.2.3.1",
    "MSA-1 is {got}; it is AA, AE or AR",
    "MSA-1 vaut {got} ; c'est AA, AE ou AR",
)
_V3_PATIENT = rule(
    "hl7v3.patient",
    MUST,
    "ITI TF-2 3.44.4.1.2",
    "no patient has an id with an OID as root and an extension",
    "aucun patient n'a d'id avec un OID pour root et une extension",
)


def is_v2(data: bytes) -> bool:
    """Whether it is an HL7 v2 message, in an MLLP frame or not."""
    return _BEGINS.match(data) is not None


def check_v2(data: bytes, sheet: Sheet) -> None:
    """A message of ITI-8, or its acknowledgement."""
    text = data.removeprefix(b"\xef\xbb\xbf").strip(b"\x0b\x1c\r\n ").decode("utf-8", "replace")
    if "\r" not in text and "\n" in text:
        sheet.add(_LINE_ENDS("line 1"))
    lines = re.split(r"\r\n|\r|\n", text)
    separator, component = text[3:4], text[4:5]
    segments: dict[str, tuple[int, list[str]]] = {}
    for number, line in enumerate(lines, 1):
        fields = line.split(separator) if separator else [line]
        segments.setdefault(fields[0], (number, fields))
    header = segments["MSH"][1]
    kind = _field(header, 8)
    kinds = kind.split(component)
    sheet.kind = "ITI-8 acknowledgement" if kinds[0] == "ACK" else "ITI-8 message"
    _check_header(header, sheet)
    if kinds[0] == "ACK":
        _check_ack(segments, sheet)
    elif kinds[0] != "ADT" or len(kinds) < 2 or kinds[1] not in _TRIGGERS:
        sheet.add(_TYPE("line 1", got=kind or "-"))
    else:
        _check_patient(segments, kinds[1], component, sheet)
    sheet.ran("HL7 v2")


def _check_header(header: list[str], sheet: Sheet) -> None:
    """MSH; field n stands at n - 1, as the separator is MSH-1."""
    rights: tuple[tuple[int, Callable[[str], bool], str], ...] = (
        (2, lambda v: v == "^~\\&", r"^~\&"),
        *((field, lambda v: bool(v.strip()), "…") for field in (3, 4, 5, 6)),
        (7, lambda v: bool(_TIMES.fullmatch(v)), "YYYYMMDDHHMMSS"),
        (10, lambda v: 0 < len(v) <= 50, "1-50"),
        (11, lambda v: v[:1] in ("P", "T", "D") and bool(v), "P | T | D"),
        (12, lambda v: v.startswith("2."), "2.3.1"),
    )
    for field, good, right in rights:
        value = _field(header, field - 1)
        if not good(value):
            sheet.add(_HEADER("line 1", field=field, got=value or "-", right=right))


def _check_patient(segments: dict[str, tuple[int, list[str]]], trigger: str, component: str, sheet: Sheet) -> None:
    needed = ["EVN", "PID", *(["MRG"] if trigger == "A40" else ["PV1"])]  # ITI TF-2 3.8.4.1.2, 3.8.4.2.2
    missing = [_SEGMENT("line 1", got=name) for name in needed if name not in segments]
    merge = trigger == "A40"
    sheet.note(replace(each, section=_MERGE) if merge else each for each in missing)
    fields = [("PID", 3)] + ([("MRG", 1)] if trigger == "A40" else [])
    for name, number in fields:
        if name in segments:
            line, values = segments[name]
            if not any(_has_authority(each, component) for each in _field(values, number).split("~")):
                sheet.add(_PATIENT(f"line {line}", field=f"{name}-{number}"))


def _has_authority(cx: str, component: str) -> bool:
    parts = cx.split(component)
    authority = parts[3].split("&") if len(parts) > 3 else []
    return bool(parts[0]) and bool(authority) and (bool(authority[0]) or (len(authority) > 1 and is_oid(authority[1])))


def _check_ack(segments: dict[str, tuple[int, list[str]]], sheet: Sheet) -> None:
    if "MSA" not in segments:
        sheet.add(_SEGMENT("line 1", got="MSA"))
        return
    line, fields = segments["MSA"]
    if _field(fields, 1) not in ("AA", "AE", "AR"):
        sheet.add(_ACK(f"line {line}", got=_field(fields, 1) or "-"))


def _field(fields: list[str], number: int) -> str:
    return fields[number] if number < len(fields) else ""


def check_v3(tree: Tree, body: etree._Element, sheet: Sheet) -> None:
    """The patient of an ITI-44; its schema was looked at before."""
    if not etree.QName(body).localname.startswith("PRPA_"):
        return
    ids = (each for patient in body.iter(H + "patient") for each in patient.iterchildren(H + "id"))
    if not any(is_oid(each.get("root", "")) and each.get("extension") for each in ids):
        sheet.add(_V3_PATIENT(tree.at(body)))
    sheet.ran("HL7 v3")
