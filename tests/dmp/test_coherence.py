"""DocumentEntry against the header of its own document."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from client import sample
from dmp import nomenclature
from dmp.cda import read_header
from dmp.coherence import Coherence, check
from dmp.rules import FRENCH
from metadata.model import Author, Code, DocumentEntry
from metadata.rules import MUST, SHOULD
from metadata.rules.book import On

LETTER = sample.read(sample.LETTER)
ORDER = b'<inFulfillmentOf><order><id root="1.2.250.1.748" extension="98"/></order></inFulfillmentOf><documentationOf>'
DOCUMENT = (
    LETTER.replace(b"<documentationOf>", ORDER, 1)
    .replace(b"<structuredBody>", b'<nonXMLBody><text mediaType="text/plain">', 1)
    .replace(b"</structuredBody>", b"</text></nonXMLBody>")
)
"""The letter with an order to refer to, and a body that tells its format."""


def entry_of(document: bytes) -> DocumentEntry:
    header = read_header(BytesIO(document), with_identifier_types=True)
    assert header is not None
    return replace(header.entry, entry_uuid="document")


ENTRY = entry_of(DOCUMENT)
AUTHOR = ENTRY.authors[0]


def broken(entry: DocumentEntry, document: bytes = DOCUMENT, **more: Any) -> list[str]:
    return [f.rule.id for f in check(entry, BytesIO(document), Coherence.WARN, **more)]


def entry(**changes: Any) -> Callable[[], list[str]]:
    return lambda: broken(replace(ENTRY, **changes))


OTHER_CODE = Code("X", "1.2.3", "?")
BREAKS: dict[str, Callable[[], list[str]]] = {
    "fr.cda.unreadable": lambda: broken(ENTRY, b"%PDF-1.7"),
    "fr.cda.uniqueId": entry(unique_id="1.2.3"),
    "fr.cda.creationTime": entry(creation_time="20260312164501"),
    "fr.cda.typeCode": entry(type_code=replace(OTHER_CODE, scheme=nomenclature.LOINC)),
    "fr.cda.formatCode": entry(format_code=OTHER_CODE),
    "fr.cda.title": entry(title="Autre"),
    "fr.cda.confidentialityCode": entry(
        confidentiality_codes=(Code("R", nomenclature.CONFIDENTIALITY, "Restreint"), nomenclature.MASQUE_PS)
    ),
    "fr.cda.languageCode": entry(language_code="en-GB"),
    "fr.cda.patientId": entry(patient_id="207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH"),
    "fr.cda.sourcePatientId": entry(source_patient_id="0456789999^^^&1.2.250.1.999.1.1.7898.2&ISO^PI"),
    "fr.cda.sourcePatientInfo": entry(source_patient_info=("PID-5|NESSI^RUTH^^^^^L", "PID-7|19770715", "PID-8|F")),
    "fr.cda.author": entry(authors=(replace(AUTHOR, person=f"9{AUTHOR.person}"),)),
    "fr.cda.authorInstitution": entry(authors=(replace(AUTHOR, institutions=("CABINET",)),)),
    "fr.cda.legalAuthenticator": entry(legal_authenticator=None),
    "fr.cda.serviceStartTime": entry(service_start_time="20260311"),
    "fr.cda.serviceStopTime": entry(service_stop_time=None),
    "fr.cda.eventCodeList": entry(event_codes=(OTHER_CODE,)),
    "fr.cda.practiceSettingCode": entry(practice_setting_code=OTHER_CODE),
    "fr.cda.healthcareFacilityTypeCode": entry(healthcare_facility_type_code=None),
    "fr.cda.referenceIdList": entry(reference_ids=()),
    "fr.cda.replacement": lambda: broken(ENTRY, replaces={"1.2.3"}),
}
"""Rule → a difference that breaks it."""


@pytest.mark.parametrize("rule_id", BREAKS)
def test_one_difference_breaks_one_rule(rule_id: str) -> None:
    assert BREAKS[rule_id]() == [rule_id]


def test_every_rule_of_coherence_is_broken_by_a_test() -> None:
    assert {rule.id for rule in FRENCH if rule.on is On.CALL} == set(BREAKS)


def test_an_entry_that_says_what_its_document_says_breaks_nothing() -> None:
    assert broken(ENTRY) == []
    assert broken(ENTRY, replaces=()) == []


def test_the_mode_says_whether_to_warn_or_to_refuse() -> None:
    wrong = replace(ENTRY, title="Autre")
    [warned] = check(wrong, BytesIO(DOCUMENT), Coherence.WARN)
    [refused] = check(wrong, BytesIO(DOCUMENT), Coherence.REFUSE)
    assert (warned.rule.level, refused.rule.level) == (SHOULD, MUST)
    assert warned.error().warning
    assert refused.error("fr").code == "XDSRepositoryMetadataError"
    assert refused.object_id == "document"
    assert "ExtrinsicObject[@id='document']" in refused.at


class Untouchable:
    """A document that nobody may read."""

    def read(self, _size: int = -1, /) -> bytes:
        raise AssertionError("the document was read")


@pytest.mark.parametrize(
    ("changed", "mode"),
    [
        ({}, Coherence.OFF),
        ({"mime_type": "application/dicom"}, Coherence.REFUSE),
        ({"type_code": nomenclature.SIGNATURE_TYPE}, Coherence.REFUSE),
    ],
)
def test_what_is_not_to_be_compared_is_not_read(changed: dict[str, Any], mode: Coherence) -> None:
    assert check(replace(ENTRY, **changed), Untouchable(), mode) == []


@pytest.mark.parametrize(
    "document",
    [b"", b"\x00", b"<html/>", b"<ClinicalDocument xmlns='urn:hl7-org:v3'>", LETTER[:2000], b"<!DOCTYPE a [" + LETTER],
)
def test_an_unreadable_document_is_told_as_such(document: bytes) -> None:
    assert broken(ENTRY, document) == ["fr.cda.unreadable"]


@pytest.mark.parametrize(
    "changes",
    [
        {"patient_id": "277076322082910^^^&1.2.250.1.213.1.4.8&ISO^NH^^20100907"},
        {"source_patient_id": "2026-004417^^^&2.25.199173645082746518331046218745091833100&ISO"},
        {"source_patient_info": ("PID-5|nessi^Rûth^^^^^L", "PID-5|De-Vinci^RUTH^^^^^D")},
        {"source_patient_info": ()},
        {"creation_time": "20260312"},
        {"title": "  Lettre de consultation\n de cardiologie "},
        {"event_codes": (*ENTRY.event_codes, OTHER_CODE)},
        {"confidentiality_codes": (*ENTRY.confidentiality_codes, nomenclature.MASQUE_PS)},
        {"type_code": replace(ENTRY.type_code or OTHER_CODE, display="Autre libellé")},
        {"authors": (replace(AUTHOR, person=AUTHOR.person and AUTHOR.person.replace("FONTANEL^Claire", "X^Y")),)},
        {"authors": (AUTHOR, Author(person="7^A^B^^^^^^&1.2.3&ISO"))},
    ],
)
def test_differences_that_mean_nothing_are_not_told(changes: dict[str, Any]) -> None:
    assert broken(replace(ENTRY, **changes)) == []


def test_what_the_header_does_not_say_is_not_compared() -> None:
    bare = b'<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody/></component></ClinicalDocument>'
    assert broken(ENTRY, bare) == []


def test_a_format_that_is_only_guessed_is_not_compared() -> None:
    assert broken(replace(ENTRY, format_code=OTHER_CODE, reference_ids=()), LETTER) == []


def test_a_replacement_is_of_the_document_that_the_header_names() -> None:
    second = sample.read(sample.SECOND_VERSION)
    parent = "2.25.199173645082746518331046218745091833301"
    assert broken(entry_of(second), second, replaces={parent}) == []
    assert broken(entry_of(second), second, replaces=()) == ["fr.cda.replacement"]


def test_no_sentence_repeats_the_traits_of_a_patient() -> None:
    wrong = replace(ENTRY, source_patient_info=("PID-5|DURAND^ALICE^^^^^L", "PID-7|19700101", "PID-8|M"))
    findings = check(wrong, BytesIO(DOCUMENT), Coherence.WARN)
    told = " ".join(f.message() + f.message("fr") for f in findings)
    assert [f.values["got"] for f in findings] == ["PID-5 L", "PID-7", "PID-8"]
    assert not any(trait in told for trait in ("DURAND", "ALICE", "19700101", "NESSI", "19770714"))


OFFICIAL = ["VSM_1.4_2022.01.xml", "LDL-SES_2022.01.xml", "BIO-CR-BIO_2021.01_Auto-Presentable.xml"]


@pytest.mark.parametrize("name", OFFICIAL)
def test_an_official_document_agrees_with_the_entry_read_from_it(name: str, samples: Path) -> None:
    document = (samples / "cda" / name).read_bytes()
    wrong = set(broken(entry_of(document), document))
    assert wrong == set()
