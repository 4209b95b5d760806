"""DocumentEntries, SubmissionSets, Folders and Associations, from and to ebRIM."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from metadata import vocabulary as v
from metadata.ebrim import (
    Classification,
    ExternalIdentifier,
    Kind,
    LocalizedString,
    RegistryObject,
    Slot,
    parse_objects,
    parse_submit_objects_request,
    write_list,
)
from metadata.model import Association, Author, Code, DocumentEntry, Folder, SubmissionSet, XdsObject
from metadata.translate import Submission, association, entry, folder, submission_set, to_ebrim

# --- arbitrary values; ids, URNs, codes and what a Slot holds come back without surrounding white space -------------
TEXTS = st.text("aZ9 .-|^&<>\"'\n\téœ😀", max_size=8)
STRIPPED = TEXTS.map(str.strip)
OPTIONAL = st.none() | TEXTS
SLOT = st.none() | STRIPPED
MANY = st.lists(STRIPPED, max_size=2).map(tuple)
IDS = st.sampled_from(["doc1", "urn:uuid:0d9f5a0e-9a1f-4b41-8c43-7e2f7f6f0b11", "urn:uuid:no"]) | STRIPPED
CODES = st.builds(Code, STRIPPED, STRIPPED, TEXTS)
CODE = st.none() | CODES
CODE_LISTS = st.lists(CODES, max_size=2).map(tuple)
AUTHORS = st.lists(st.builds(Author, SLOT, MANY, MANY, MANY, MANY), max_size=2).map(tuple)
EXTRA = st.dictionaries(STRIPPED.map("urn:x:".__add__), MANY, max_size=2)
FLAG = st.booleans()

ENTRIES = st.builds(
    DocumentEntry,
    entry_uuid=IDS,
    unique_id=SLOT,
    patient_id=SLOT,
    mime_type=SLOT,
    class_code=CODE,
    type_code=CODE,
    format_code=CODE,
    healthcare_facility_type_code=CODE,
    practice_setting_code=CODE,
    confidentiality_codes=CODE_LISTS,
    event_codes=CODE_LISTS,
    authors=AUTHORS,
    legal_authenticator=SLOT,
    title=OPTIONAL,
    comments=OPTIONAL,
    creation_time=SLOT,
    service_start_time=SLOT,
    service_stop_time=SLOT,
    language_code=SLOT,
    hash=SLOT,
    size=SLOT,
    repository_unique_id=SLOT,
    source_patient_id=SLOT,
    source_patient_info=MANY,
    reference_ids=MANY,
    uri=SLOT,
    document_availability=SLOT,
    object_type=st.sampled_from([v.STABLE, v.ON_DEMAND, ""]),
    logical_id=SLOT,
    version=OPTIONAL,
    availability_status=SLOT,
    home_community_id=SLOT,
    limited_metadata=FLAG,
    extra=EXTRA,
)
SUBMISSION_SETS = st.builds(
    SubmissionSet,
    IDS,
    SLOT,
    SLOT,
    SLOT,
    SLOT,
    CODE,
    AUTHORS,
    MANY,
    OPTIONAL,
    OPTIONAL,
    SLOT,
    SLOT,
    FLAG,
    EXTRA,
)
FOLDERS = st.builds(
    Folder,
    IDS,
    SLOT,
    SLOT,
    CODE_LISTS,
    OPTIONAL,
    OPTIONAL,
    SLOT,
    SLOT,
    OPTIONAL,
    SLOT,
    SLOT,
    FLAG,
    EXTRA,
)
ASSOCIATIONS = st.builds(Association, IDS, STRIPPED, STRIPPED, STRIPPED, SLOT, SLOT, CODE, SLOT, SLOT, EXTRA)
READERS = {DocumentEntry: entry, SubmissionSet: submission_set, Folder: folder, Association: association}


@given(ENTRIES | SUBMISSION_SETS | FOLDERS | ASSOCIATIONS)
def test_an_object_survives_the_way_over_the_wire_and_back(x: XdsObject) -> None:
    (received,) = parse_objects(etree.fromstring(write_list([to_ebrim(x)])))
    assert READERS[type(x)](received) == x


@given(st.lists(ENTRIES | SUBMISSION_SETS | FOLDERS | ASSOCIATIONS, max_size=4))
def test_a_submission_sorts_its_objects(objects: list[XdsObject]) -> None:
    submission = Submission.of(map(to_ebrim, objects))
    assert list(submission.entries) == [x for x in objects if isinstance(x, DocumentEntry)]
    assert list(submission.submission_sets) == [x for x in objects if isinstance(x, SubmissionSet)]
    assert list(submission.folders) == [x for x in objects if isinstance(x, Folder)]
    assert list(submission.associations) == [x for x in objects if isinstance(x, Association)]
    assert submission.unmarked_packages == ()
    assert len(submission.objects) == len(objects)


# --- arbitrary ebRIM: reading never raises --------------------------------------------------------------------------
SCHEMES = st.sampled_from([v.ENTRY_AUTHOR, v.ENTRY_CLASS_CODE, v.FOLDER_CODE, v.ENTRY_UNIQUE_ID, "urn:x", ""])
SLOTS = st.lists(
    st.builds(Slot, st.sampled_from(["codingScheme", "URI", "hash", "authorPerson", "urn:x"]), MANY), max_size=3
).map(tuple)
MESS = st.builds(
    RegistryObject,
    st.sampled_from(Kind),
    TEXTS,
    slots=SLOTS,
    classifications=st.lists(
        st.builds(Classification, TEXTS, TEXTS, st.none() | SCHEMES, OPTIONAL, OPTIONAL, SLOTS), max_size=3
    ).map(tuple),
    external_identifiers=st.lists(st.builds(ExternalIdentifier, TEXTS, TEXTS, SCHEMES, TEXTS), max_size=2).map(tuple),
)


@given(st.lists(MESS, max_size=3))
def test_no_object_breaks_the_reader(objects: list[RegistryObject]) -> None:
    for o in objects:
        for read in READERS.values():
            read(o)
    assert Submission.of(objects).objects == tuple(objects)


# --- one thing at a time --------------------------------------------------------------------------------------------


def test_the_least_submission_is_read_whole(submission_xml: etree._Element) -> None:
    submission = Submission.of(parse_submit_objects_request(submission_xml))
    (document,) = submission.entries
    assert document == DocumentEntry(
        entry_uuid="letter",
        unique_id="2.999.31.100.1",
        patient_id="ann7^^^&2.999.31&ISO",
        mime_type="text/plain",
        class_code=Code("11488", "2.999.32.1", "Compte rendu"),
        type_code=Code("34133-9", "2.999.32.6", "Lettre de sortie"),
        format_code=Code("F-TXT", "2.999.32.3", "Texte brut"),
        healthcare_facility_type_code=Code("H-IP", "2.999.32.4", "Hospitalisation"),
        practice_setting_code=Code("P-MED", "2.999.32.5", "Médecine générale"),
        confidentiality_codes=(Code("N", "2.999.32.2", "Normal"),),
        authors=(Author(person="D88^Durand^Paul^^^Dr^^^&2.999.31.3&ISO"),),
        title="Lettre de liaison à la sortie",
        creation_time="20250611083000",
        language_code="fr-FR",
        hash="a9993e364706816aba3e25717850c26c9cd0d89d",
        size="3",
        repository_unique_id="2.999.31.1",
        source_patient_id="mrn-4021^^^&2.999.31.2&ISO",
        source_patient_info=("PID-5|Martin^Alice", "PID-8|F"),
    )
    assert submission.submission_sets == (
        SubmissionSet(
            "set",
            "2.999.31.100.2",
            "ann7^^^&2.999.31&ISO",
            "2.999.31.9",
            "20250611083112",
            Code("discharge", "2.999.32.7", "Sortie"),
        ),
    )
    assert submission.associations == (
        Association("member", v.HAS_MEMBER, "set", "letter", submission_set_status="Original"),
    )


def test_of_a_repeated_attribute_the_first_counts(entry: DocumentEntry) -> None:
    o = to_ebrim(entry)
    twice = replace(
        o,
        slots=(*o.slots, Slot("hash", ("0" * 40,))),
        classifications=(*o.classifications, Classification("c", "letter", v.ENTRY_CLASS_CODE)),
        external_identifiers=(
            *o.external_identifiers,
            ExternalIdentifier("e", "letter", v.ENTRY_UNIQUE_ID, "2.999.31.100.9"),
        ),
        name=(*o.name, LocalizedString("Discharge letter", "en")),
    )
    assert Submission.of([twice]).entries == (entry,)


def test_slots_that_the_standard_does_not_define_are_extra_in_the_order_received(entry: DocumentEntry) -> None:
    o = to_ebrim(entry)
    added = replace(o, slots=(Slot("urn:b", ("1", "2")), *o.slots, Slot("urn:a", ())))
    assert list(Submission.of([added]).entries[0].extra.items()) == [("urn:b", ("1", "2")), ("urn:a", ())]


def test_a_uri_in_numbered_parts_is_put_together(entry: DocumentEntry) -> None:
    o = to_ebrim(replace(entry, uri=None))
    parts = replace(o, slots=(*o.slots, Slot("URI", ("2|b|c", "1|http://example.org/a", "10|d"))))
    assert Submission.of([parts]).entries[0].uri == "http://example.org/ab|cd"


@pytest.mark.parametrize("nodes", [(), (v.SUBMISSION_SET_NODE, v.FOLDER_NODE)])
def test_a_package_with_no_mark_or_both_is_neither_submission_set_nor_folder(nodes: tuple[str, ...]) -> None:
    package = RegistryObject(
        Kind.REGISTRY_PACKAGE, "p", classifications=tuple(Classification(f"c-{n}", "p", node=n) for n in nodes)
    )
    submission = Submission.of([package])
    assert submission.unmarked_packages == (package,)
    assert not submission.submission_sets
    assert not submission.folders


def test_inner_ids_follow_from_the_id_of_the_object(entry: DocumentEntry) -> None:
    registered = replace(entry, entry_uuid="urn:uuid:0d9f5a0e-9a1f-4b41-8c43-7e2f7f6f0b11")
    for one in (entry, registered):
        o = to_ebrim(one)
        ids = [c.id for c in o.classifications] + [i.id for i in o.external_identifiers]
        assert len(set(ids)) == len(ids) > 8
        assert {i.startswith("urn:uuid:") for i in ids} == {one is registered}
        assert to_ebrim(one) == o


def test_external_identifiers_carry_the_names_that_the_standard_fixed(submission: Submission) -> None:
    names = [i.name[0].value for o in submission.objects for i in o.external_identifiers]
    assert names == [
        "XDSDocumentEntry.patientId",
        "XDSDocumentEntry.uniqueId",
        "XDSSubmissionSet.patientId",
        "XDSSubmissionSet.sourceId",
        "XDSSubmissionSet.uniqueId",
    ]
