"""What is accepted beyond the standard, as docs/rules.md says; and that one cause breaks one rule only."""

from collections.abc import Callable
from typing import Any

import pytest

from metadata import vocabulary as v
from metadata.ebrim import LocalizedString, Slot

Sample = Any  # of conftest.py
UUID = "urn:uuid:0C1D5A3E-3D0F-4A51-9A3E-5B6F9C2D1E77"

ACCEPTED: dict[str, Callable[[Sample], None]] = {
    "a UUID in upper case": lambda s: s.rename("letter", UUID),
    "an author without nodeRepresentation": lambda s: s.code("letter", v.ENTRY_AUTHOR, node_representation=None),
    "the type of an institution's id": lambda s: s.author_slot(
        "letter", "authorInstitution", "CABINET DR LIBRE^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^499900063480001"
    ),
    "a number in component 12 of an XTN": lambda s: s.author_slot(
        "letter", "authorTelecommunication", "^^CP^^^^^^^^^+33 6 12 34 56 78"
    ),
    "a URI in numbered parts": lambda s: s.slot("letter", "URI", "1|http://example.org/", "2|letter.txt"),
    "an empty value beside others": lambda s: s.slot("letter", "sourcePatientInfo", "", "PID-8|F"),
    "Original on the way to a Folder": lambda s: s.slot("set-folder", "SubmissionSetStatus", "Original"),
    "Original on the way to an Association": lambda s: s.slot("set-folder-letter", "SubmissionSetStatus", "Original"),
    "a signature of the SubmissionSet": lambda s: s.link("sign", v.SIGNS, "note", "set", status="Original"),
    "a signature of a document": lambda s: s.link("sign", v.SIGNS, "note", "letter"),
    "a submitted status": lambda s: s.attr("letter", status=v.DEPRECATED),
    "a title of 127 accented letters": lambda s: s.attr("letter", name=(LocalizedString("é" * 127),)),
    "a blank behind the Name of an identifier": lambda s: s.identifier(
        "letter", v.ENTRY_PATIENT_ID, name=(LocalizedString("XDSDocumentEntry.patientId "),)
    ),
    "an authority without id": lambda s: s.author_slot("letter", "authorPerson", "^Durand^Paul^^^^^^&2.999.31.3&ISO"),
    "references of every type": lambda s: s.slot(
        "letter",
        v.REFERENCE_ID_LIST,
        "7^^^&2.999.31.5&ISO^urn:ihe:iti:xds:2013:order",
        "1.2.3^^^^urn:ihe:iti:xdw:2013:workflowInstanceId",
        "1.2.3^^^^urn:ihe:iti:xds:2016:studyInstanceUID",
        "7^^^&example.org&DNS^urn:example:ward",
    ),
    "a stop that is coarser than the start": lambda s: (
        s.slot("letter", "serviceStartTime", "20250611101500"),
        s.slot("letter", "serviceStopTime", "20250611"),
    ),
    "a Classification of an unknown scheme": lambda s: s.code("letter", v.ENTRY_EVENT_CODE, scheme="urn:uuid:other"),
    "a lid equal to the id": lambda s: s.attr("letter", lid="letter"),
    "extra metadata": lambda s: s.slot("folder", "urn:example:colour", "red", "blue"),
    "a uniqueId that is no OID": lambda s: s.unique_id("letter", "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1e88"),
    "a uniqueId with a long extension": lambda s: s.unique_id("letter", "2.999.31.100^" + "v" * 100),
    "a long URI as uniqueId": lambda s: s.unique_id("letter", "https://example.org/" + "x" * 236),
    "no Folder, no relationship": lambda s: s.only("letter", "set", "set-letter"),
    "a Folder alone": lambda s: s.only("folder", "set", "set-folder"),
    "an Association alone": lambda s: s.only("set", "set-old"),
}

ONE_CAUSE: dict[str, tuple[Callable[[Sample], None], str]] = {
    "a URI of two values that are no parts of one": (
        lambda s: s.slot("letter", "URI", "letter.txt", "note.txt"),
        "slot.values.repeated",
    ),
    "a wrong time is not out of order too": (
        lambda s: s.slot("letter", "serviceStartTime", "20259999"),
        "de.serviceStartTime.format",
    ),
    "a Slot without value is not a missing attribute": (lambda s: s.slot("letter", "hash"), "slot.values.missing"),
    "an empty codingScheme is not an unknown code": (
        lambda s: s.code("letter", v.ENTRY_TYPE_CODE, slots=(Slot("codingScheme", ()),)),
        "slot.values.missing",
    ),
    "a MIME type without form is not outside the domain": (
        lambda s: s.attr("letter", mime_type="pdf"),
        "de.mimeType.format",
    ),
    "a wrong patientId is not another patient": (
        lambda s: s.patient("bob8^^^2.999.31", "letter"),
        "de.patientId.format",
    ),
    "an unmarked package is not a missing SubmissionSet": (
        lambda s: s.attr("set", classifications=tuple(c for c in s.objects["set"].classifications if not c.node)),
        "package.mark",
    ),
    "repeated ids are not repeated memberships": (
        lambda s: s.objects.update(twin=s.objects["append"]),
        "object.id.repeated",
    ),
    "two spellings of one UUID are one id": (
        lambda s: (s.rename("letter", UUID), s.rename("note", UUID.lower())),
        "object.id.repeated",
    ),
    "an Association of an update is not of an unknown type": (
        lambda s: s.link("update", v.UPDATE_AVAILABILITY_STATUS, "set", "letter"),
        "association.update",
    ),
    "an association with itself is not a circle": (
        lambda s: s.attr("replace", target="letter"),
        "association.end.same",
    ),
    "what is out of reach is not replaced in the message": (
        lambda s: s.attr("replace", target="gone"),
        "association.end.unresolved",
    ),
}


@pytest.mark.parametrize("what", ACCEPTED)
def test_is_accepted(what: str, sample: Sample) -> None:
    ACCEPTED[what](sample)
    assert [f.message() for f in sample.findings()] == []


@pytest.mark.parametrize("what", ONE_CAUSE)
def test_one_cause_breaks_one_rule(what: str, sample: Sample) -> None:
    spoil, rule_id = ONE_CAUSE[what]
    spoil(sample)
    assert sample.broken() == [rule_id]


def test_a_circle_is_told_with_its_members_and_not_with_what_merely_leads_there(sample: Sample) -> None:
    sample.objects["third"] = sample.objects["note"]
    sample.rename("third", "third")
    sample.link("back", v.XFRM, "letter", "note")
    sample.link("lead", v.XFRM, "third", "letter")
    (finding,) = [f for f in sample.findings() if f.rule.id == "association.cycle"]
    assert finding.values["got"] == "append, back"
