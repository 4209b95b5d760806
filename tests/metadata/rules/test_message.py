"""Rules on the message alone: each is broken by spoiling one thing in a valid submission, and nothing else is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from metadata import vocabulary as v
from metadata.ebrim import LocalizedString, Slot

Sample = Any  # of conftest.py
OLD = "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1e01"
NOWHERE = "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1eff"
OTHER = "bob8^^^&2.999.31&ISO"


def _documented(s: Sample, id_: str) -> None:
    why = replace(s.objects["append"].classifications[0], id="why", classified_object=id_)
    s.attr(id_, classifications=(why,))


def _replaced_in_the_message(s: Sample) -> None:
    s.drop("append")
    s.attr("replace", target="note")


BREAKS: dict[str, Callable[[Sample], None]] = {
    # the message and its objects
    "object.id.missing": lambda s: s.code("letter", v.ENTRY_CLASS_CODE, id=""),
    "object.id.format": lambda s: s.rename("letter", "urn:uuid:1234"),
    "object.id.repeated": lambda s: s.code("letter", v.ENTRY_CLASS_CODE, id="note"),
    "object.lid.update": lambda s: s.attr("letter", lid=NOWHERE),
    "object.status.unknown": lambda s: s.attr("letter", status="Validé"),
    "object.home.format": lambda s: s.attr("letter", home="2.999.31"),
    "submission.set.single": lambda s: s.only("letter", "folder"),
    "submission.content.missing": lambda s: s.only("set"),
    "package.mark": lambda s: s.add_code("folder", node=v.SUBMISSION_SET_NODE),
    "submission.uniqueId.repeated": lambda s: s.unique_id("note", "2.999.31.100.1"),
    "submission.patient.mismatch": lambda s: s.patient(OTHER, "letter"),
    "submission.member.single": lambda s: s.drop("set-note"),
    "submission.member.folder": lambda s: s.drop("set-folder-letter"),
    # slots
    "slot.name.repeated": lambda s: s.attr("letter", slots=(*s.objects["letter"].slots, Slot("hash", ("00",)))),
    "slot.name.unknown": lambda s: s.slot("letter", "urn:ihe:iti:2099:mood", "good"),
    "slot.values.missing": lambda s: s.slot("letter", "legalAuthenticator"),
    "slot.values.repeated": lambda s: s.slot("letter", "languageCode", "fr", "en"),
    "slot.value.length": lambda s: s.slot("letter", "sourcePatientInfo", "PID-5|" + "x" * 251),
    "slot.extra.dropped": lambda s: s.agree(extra_metadata="drop"),
    # Classifications and ExternalIdentifiers
    "classification.object": lambda s: s.code("letter", v.ENTRY_CLASS_CODE, classified_object="note"),
    "classification.form": lambda s: s.node("folder", v.FOLDER_NODE, node_representation="folder"),
    "limitedMetadata.forbidden": lambda s: s.add_code("letter", node=v.ENTRY_LIMITED_METADATA),
    "code.value.missing": lambda s: s.code("letter", v.ENTRY_CLASS_CODE, node_representation=""),
    "code.scheme.single": lambda s: s.code("letter", v.ENTRY_CLASS_CODE, slots=()),
    "code.display.missing": lambda s: s.code("letter", v.ENTRY_CLASS_CODE, name=()),
    "author.representation": lambda s: s.code("letter", v.ENTRY_AUTHOR, node_representation="Dr Durand"),
    "author.identity": lambda s: s.code("set", v.SUBMISSION_SET_AUTHOR, slots=(Slot("authorRole", ("Praticien",)),)),
    "author.person.format": lambda s: s.author_slot("letter", "authorPerson", "^^Paul"),
    "author.institution.format": lambda s: s.author_slot("letter", "authorInstitution", "^^^^^^^^^H1"),
    "author.telecommunication.format": lambda s: s.author_slot("letter", "authorTelecommunication", "01 23 45 67 89"),
    "identifier.object": lambda s: s.identifier("letter", v.ENTRY_UNIQUE_ID, registry_object="note"),
    "identifier.name": lambda s: s.identifier("letter", v.ENTRY_UNIQUE_ID, name=(LocalizedString("uniqueId"),)),
    # DocumentEntry: what must be there, and once
    "de.classCode.missing": lambda s: s.no_code("letter", v.ENTRY_CLASS_CODE),
    "de.classCode.repeated": lambda s: s.add_code("letter", v.ENTRY_CLASS_CODE),
    "de.confidentialityCode.missing": lambda s: s.no_code("letter", v.ENTRY_CONFIDENTIALITY_CODE),
    "de.creationTime.missing": lambda s: s.no_slot("letter", "creationTime"),
    "de.formatCode.missing": lambda s: s.no_code("letter", v.ENTRY_FORMAT_CODE),
    "de.formatCode.repeated": lambda s: s.add_code("letter", v.ENTRY_FORMAT_CODE),
    "de.hash.missing": lambda s: s.no_slot("letter", "hash"),
    "de.healthcareFacilityTypeCode.missing": lambda s: s.no_code("letter", v.ENTRY_FACILITY_CODE),
    "de.healthcareFacilityTypeCode.repeated": lambda s: s.add_code("letter", v.ENTRY_FACILITY_CODE),
    "de.languageCode.missing": lambda s: s.no_slot("letter", "languageCode"),
    "de.patientId.missing": lambda s: s.no_identifier("letter", v.ENTRY_PATIENT_ID),
    "de.patientId.repeated": lambda s: s.add_identifier("letter", v.ENTRY_PATIENT_ID),
    "de.practiceSettingCode.missing": lambda s: s.no_code("letter", v.ENTRY_PRACTICE_SETTING_CODE),
    "de.practiceSettingCode.repeated": lambda s: s.add_code("letter", v.ENTRY_PRACTICE_SETTING_CODE),
    "de.repositoryUniqueId.missing": lambda s: s.no_slot("letter", "repositoryUniqueId"),
    "de.size.missing": lambda s: s.no_slot("letter", "size"),
    "de.sourcePatientId.missing": lambda s: s.no_slot("letter", "sourcePatientId"),
    "de.typeCode.missing": lambda s: s.no_code("letter", v.ENTRY_TYPE_CODE),
    "de.typeCode.repeated": lambda s: s.add_code("letter", v.ENTRY_TYPE_CODE),
    "de.uniqueId.missing": lambda s: s.no_identifier("letter", v.ENTRY_UNIQUE_ID),
    "de.uniqueId.repeated": lambda s: s.add_identifier("letter", v.ENTRY_UNIQUE_ID),
    "de.mimeType.missing": lambda s: s.attr("letter", mime_type=None),
    # DocumentEntry: values
    "de.objectType.unknown": lambda s: s.attr("letter", object_type=NOWHERE),
    "de.objectType.on-demand": lambda s: s.attr("letter", object_type=v.ON_DEMAND),
    "de.objectType.stable": lambda s: (s.on_demand(), s.attr("letter", object_type=v.STABLE)),
    "de.content.on-demand": lambda s: (s.on_demand(), s.slot("letter", "size", "3")),
    "de.mimeType.format": lambda s: s.attr("letter", mime_type="text"),
    "de.creationTime.format": lambda s: s.slot("letter", "creationTime", "20250631"),
    "de.serviceStartTime.format": lambda s: s.slot("letter", "serviceStartTime", "2025-06-04"),
    "de.serviceStopTime.format": lambda s: s.slot("letter", "serviceStopTime", "20250611T10"),
    "de.serviceTime.order": lambda s: s.slot("letter", "serviceStartTime", "20250612"),
    "de.hash.format": lambda s: s.slot("letter", "hash", "a9993e36"),
    "de.size.format": lambda s: s.slot("letter", "size", "-3"),
    "de.languageCode.format": lambda s: s.slot("letter", "languageCode", "français"),
    "de.repositoryUniqueId.format": lambda s: s.slot("letter", "repositoryUniqueId", "my-repository"),
    "de.uniqueId.format": lambda s: s.unique_id("letter", "2.999.031"),
    "identifier.value.length": lambda s: s.unique_id("letter", "urn:example:" + "x" * 245),
    "de.patientId.format": lambda s: s.patient("ann7", "letter"),
    "de.patientId.components": lambda s: s.patient("ann7^^^&2.999.31&ISO^NH", "letter"),
    "de.sourcePatientId.format": lambda s: s.slot("letter", "sourcePatientId", "mrn-4021"),
    "de.sourcePatientId.components": lambda s: s.slot("letter", "sourcePatientId", "4021^^^&2.999.31.2&ISO^PI"),
    "de.sourcePatientInfo.format": lambda s: s.slot("letter", "sourcePatientInfo", "Martin^Alice"),
    "de.sourcePatientInfo.field": lambda s: s.slot("letter", "sourcePatientInfo", "PID-19|2700175"),
    "de.sourcePatientInfo.repeated": lambda s: s.slot("letter", "sourcePatientInfo", "PID-8|F", "PID-8|M"),
    "de.legalAuthenticator.format": lambda s: s.slot("letter", "legalAuthenticator", "^^Paul"),
    "de.referenceIdList.format": lambda s: s.slot("letter", v.REFERENCE_ID_LIST, "acc-7^^^&2.999.31.5&ISO"),
    "de.referenceIdList.type": lambda s: s.slot("letter", v.REFERENCE_ID_LIST, "7^^^^urn:ihe:iti:xds:2013:order"),
    "de.title.length": lambda s: s.attr("letter", name=(LocalizedString("é" * 128),)),
    "de.uri.format": lambda s: s.slot("letter", "URI", "lettre de sortie.txt"),
    "de.documentAvailability.unknown": lambda s: s.slot("letter", "documentAvailability", "Online"),
    # SubmissionSet
    "ss.contentTypeCode.missing": lambda s: s.no_code("set", v.SUBMISSION_SET_CONTENT_TYPE_CODE),
    "ss.contentTypeCode.repeated": lambda s: s.add_code("set", v.SUBMISSION_SET_CONTENT_TYPE_CODE),
    "ss.patientId.missing": lambda s: s.no_identifier("set", v.SUBMISSION_SET_PATIENT_ID),
    "ss.patientId.repeated": lambda s: s.add_identifier("set", v.SUBMISSION_SET_PATIENT_ID),
    "ss.sourceId.missing": lambda s: s.no_identifier("set", v.SUBMISSION_SET_SOURCE_ID),
    "ss.sourceId.repeated": lambda s: s.add_identifier("set", v.SUBMISSION_SET_SOURCE_ID),
    "ss.submissionTime.missing": lambda s: s.no_slot("set", "submissionTime"),
    "ss.uniqueId.missing": lambda s: s.no_identifier("set", v.SUBMISSION_SET_UNIQUE_ID),
    "ss.uniqueId.repeated": lambda s: s.add_identifier("set", v.SUBMISSION_SET_UNIQUE_ID),
    "ss.uniqueId.format": lambda s: s.unique_id("set", NOWHERE),
    "ss.sourceId.format": lambda s: s.identifier("set", v.SUBMISSION_SET_SOURCE_ID, value="hospital"),
    "ss.patientId.format": lambda s: s.patient("ann7^^^2.999.31", "set"),
    "ss.patientId.components": lambda s: s.patient("ann7^^^&2.999.31&ISO^NH", "set"),
    "ss.submissionTime.format": lambda s: s.slot("set", "submissionTime", "2025061108311"),
    "ss.intendedRecipient.format": lambda s: s.slot("set", "intendedRecipient", "||"),
    "ss.title.length": lambda s: s.attr("set", name=(LocalizedString("x" * 256),)),
    # Folder
    "folder.codeList.missing": lambda s: s.no_code("folder", v.FOLDER_CODE),
    "folder.patientId.missing": lambda s: s.no_identifier("folder", v.FOLDER_PATIENT_ID),
    "folder.patientId.repeated": lambda s: s.add_identifier("folder", v.FOLDER_PATIENT_ID),
    "folder.uniqueId.missing": lambda s: s.no_identifier("folder", v.FOLDER_UNIQUE_ID),
    "folder.uniqueId.repeated": lambda s: s.add_identifier("folder", v.FOLDER_UNIQUE_ID),
    "folder.uniqueId.format": lambda s: s.unique_id("folder", "june"),
    "folder.patientId.format": lambda s: s.patient("ann7^^^&2.999.31", "folder"),
    "folder.patientId.components": lambda s: s.patient("ann7^^^&2.999.31&ISO^PI", "folder"),
    "folder.title.missing": lambda s: s.attr("folder", name=()),
    "folder.title.length": lambda s: s.attr("folder", name=(LocalizedString("x" * 257),)),
    "folder.lastUpdateTime.format": lambda s: s.slot("folder", "lastUpdateTime", "20250611"),
    # Associations
    "association.type.unknown": lambda s: s.attr("append", association_type="APND", classifications=()),
    "association.update": lambda s: s.slot("folder-letter", "PreviousVersion", "1"),
    "association.end.missing": lambda s: s.attr("append", target=None),
    "association.end.unresolved": lambda s: s.attr("append", target="lettre"),
    "association.end.same": lambda s: s.attr("append", target="note"),
    "association.target.set": lambda s: s.link("odd", v.HAS_MEMBER, "letter", "set"),
    "association.source.set": lambda s: s.attr("append", source="set"),
    "association.member.ends": lambda s: s.link("odd", v.HAS_MEMBER, "letter", "note"),
    "association.relationship.ends": lambda s: s.attr("append", target="folder"),
    "association.relationship.source": lambda s: s.attr("append", source=NOWHERE),
    "association.replacement.target": _replaced_in_the_message,
    "association.replacement.repeated": lambda s: s.link("again", v.XFRM_RPLC, "note", OLD),
    "association.replacement.used": lambda s: s.attr("append", target=OLD),
    "association.cycle": lambda s: s.attr("replace", target="note"),
    "association.append.transformed": lambda s: s.attr("replace", association_type=v.XFRM),
    "association.status.missing": lambda s: s.no_slot("set-letter", "SubmissionSetStatus"),
    "association.status.unknown": lambda s: s.slot("set-letter", "SubmissionSetStatus", "Deprecated"),
    "association.status.original": lambda s: s.slot("set-old", "SubmissionSetStatus", "Original"),
    "association.status.reference": lambda s: s.slot("set-letter", "SubmissionSetStatus", "Reference"),
    "association.status.misplaced": lambda s: s.slot("append", "SubmissionSetStatus", "Original"),
    "association.documentation.forbidden": lambda s: _documented(s, "set-note"),
    "association.documentation.repeated": lambda s: s.add_code("append", v.ASSOCIATION_DOCUMENTATION),
}


@pytest.mark.parametrize("rule_id", BREAKS)
def test_one_spoiled_thing_breaks_its_rule_and_no_other(rule_id: str, sample: Sample) -> None:
    BREAKS[rule_id](sample)
    assert sample.broken() == [rule_id]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_valid_sample_breaks_nothing(language: str, sample: Sample) -> None:
    assert [f.message(language) for f in sample.findings()] == []


def test_the_valid_on_demand_sample_breaks_nothing(sample: Sample) -> None:
    sample.on_demand()
    assert sample.broken() == []


def test_a_document_source_may_leave_to_the_repository_what_the_repository_knows(sample: Sample) -> None:
    sample.transaction = "ITI-41"
    for name in ("hash", "size", "repositoryUniqueId"):
        sample.no_slot("letter", name)
    assert sample.broken() == []


def test_the_recipient_slot_may_be_empty(sample: Sample) -> None:
    sample.slot("set", "intendedRecipient")
    assert sample.broken() == []
    sample.slot("set", "intendedRecipient", "")
    assert "slot.values.missing" in sample.broken()


def test_a_snapshot_may_say_why(sample: Sample) -> None:
    sample.attr("append", association_type=v.IS_SNAPSHOT_OF, target=OLD)
    assert "association.documentation.forbidden" not in sample.broken()


def test_a_signature_leads_to_a_document_or_to_the_set_that_is_signed(sample: Sample) -> None:
    sample.attr("append", association_type=v.SIGNS, target="set")
    assert sample.broken() == []
    sample.attr("append", target="folder")
    assert sample.broken() == ["association.relationship.ends"]
