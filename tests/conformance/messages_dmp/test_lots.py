"""The French submissions of the suite before the rules of the project: a good one breaks none, each bad one its own."""

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import pytest
from lxml import etree

from conformance.messages.dmp import ins
from conformance.messages.dmp.holders import Holder, Keys
from conformance.messages.dmp.lot import Lot, document
from conformance.messages.dmp.metadata import BAD_METADATA, DOCUMENTS, BadMetadata
from conformance.messages.edits import Edit
from conformance.messages.objects import Submission
from conformance.model import MUST
from dmp.coherence import Coherence
from dmp.coherence import check as compare
from dmp.domain import domain
from dmp.ins import Ins
from dmp.rules import FRENCH
from metadata import rules, translate
from metadata.ebrim import parse_submit_objects_request

DOMAIN = domain()
OF_THE_SERVER = ("fr.lot.patient",)
"""Rules on the message and its caller, seen over the wire alone."""
UNSEEN = {
    "fr.patientId.legacy",  # refused for its authority, or allowed by configuration
    "fr.signature.missing",  # with the signatures
    "fr.signature.single",
    "fr.signature.alone",
    "fr.signature.signs",
    "fr.cda.eventCodeList",
    "fr.cda.referenceIdList",
    "fr.cda.replacement",  # the registry alone knows what is replaced
}


def read(submission: Submission, edits: Sequence[Edit] = ()) -> translate.Submission:
    body = etree.fromstring(submission.provide(edits))
    return translate.Submission.of(parse_submit_objects_request(body[0]))


def broken(lot: Lot, edits: Sequence[Edit] = ()) -> set[str]:
    findings = rules.check(read(lot.submission(), edits), DOMAIN, transaction="ITI-41")
    return {found.rule.id for found in findings}


def contradictions(lot: Lot) -> set[str]:
    found = [entry for entry in read(lot.submission()).entries if entry.entry_uuid == lot.documents[0].id]
    assert len(found) == 1
    return {each.rule.id for each in compare(found[0], BytesIO(lot.documents[0].content), Coherence.WARN)}


@pytest.mark.parametrize("name", ["doctor", "nurse", "pharmacist", "secretary", "hospital"])
def test_a_good_lot_of_everybody_breaks_no_rule_and_says_what_its_document_says(keys: Keys, name: str) -> None:
    lot = Lot.of(keys.holder(name), ins.patient())
    assert not broken(lot)
    assert not contradictions(lot)


@pytest.mark.parametrize("row", BAD_METADATA, ids=lambda row: row.id)
def test_each_bad_lot_breaks_the_rule_that_it_says(row: BadMetadata, holder: Holder) -> None:
    good = Lot.of(holder, ins.patient())
    bad = row.change(good)
    assert bad != good or row.edits
    found = broken(bad, row.edits)
    if row.rule in OF_THE_SERVER:
        assert found
    else:
        assert row.rule in found


@pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: row.id)
def test_each_contradiction_between_entry_and_document_is_the_only_one(row: BadMetadata, holder: Holder) -> None:
    changed = row.change(Lot.of(holder, ins.patient()))
    assert contradictions(changed) == {row.rule}
    assert not [rule for rule in broken(changed) if FRENCH[rule].level is MUST]


def test_no_two_rows_have_one_id_and_all_are_said_in_both_languages() -> None:
    table = (*BAD_METADATA, *DOCUMENTS)
    ids = [row.id for row in table]
    assert len(ids) == len(set(ids))
    assert all(row.wrong != row.wrong_fr for row in table)


def test_every_french_rule_that_is_seen_from_outside_has_a_row() -> None:
    covered = {row.rule for row in (*BAD_METADATA, *DOCUMENTS)} | {variant.rule for variant in ins.variants()}
    assert {rule.id for rule in FRENCH} - UNSEEN <= covered
    assert not covered & UNSEEN


def test_a_document_that_replaces_another_says_so(doctor: Holder) -> None:
    patient = ins.patient()
    old = document(doctor, patient)
    new = document(doctor, patient, replaces=old)
    root = etree.fromstring(new.content)
    names = {"h": "urn:hl7-org:v3"}
    assert root.xpath("string(h:relatedDocument/h:parentDocument/h:id/@root)", namespaces=names) == old.unique_id
    assert root.xpath("string(h:setId/@root)", namespaces=names) == f"{old.unique_id}.0"
    assert etree.fromstring(old.content).xpath("string(h:setId/@root)", namespaces=names) == f"{old.unique_id}.0"
    assert root.xpath("string(h:versionNumber/@value)", namespaces=names) == "2"
    found = [entry for entry in read(Lot.of(doctor, patient, new).submission()).entries if entry.entry_uuid == new.id]
    assert not compare(found[0], BytesIO(new.content), Coherence.WARN, replaces=[old.unique_id])


def test_a_lot_for_another_patient_is_about_nobody_else(doctor: Holder) -> None:
    patient = ins.patient()
    read_back = read(Lot.of(doctor, patient).submission())
    assert {each.patient_id for each in (*read_back.entries, *read_back.submission_sets)} == {patient}
    assert Ins.of(patient) is not None
    assert replace(Lot.of(doctor, patient), signature=None).signed() is not None
