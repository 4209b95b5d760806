"""The ebRIM codec: what is read, what is written, and that nothing is lost between the two."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import schemas
from metadata import vocabulary as v
from metadata.ebrim import (
    Classification,
    EbrimError,
    ExternalIdentifier,
    Kind,
    LocalizedString,
    RegistryObject,
    Slot,
    parse_objects,
    parse_submit_objects_request,
    splice_slot,
    submit_objects_request,
    write_content,
    write_list,
    write_object,
    write_opening,
)
from metadata.model import Code, Folder
from metadata.translate import to_ebrim

# --- arbitrary objects ----------------------------------------------------------------------------------------------
ALPHABET = "aZ09 .-_|^~\t\n\r&<>\"'\x85\xa0éœ\u2028\ud7ff\ue000\ufffd\U0001f600"
TEXTS = st.text(ALPHABET, max_size=12)
STRIPPED = TEXTS.map(str.strip)
OPTIONAL = st.none() | TEXTS
OPTIONAL_STRIPPED = st.none() | STRIPPED
SLOTS = st.builds(Slot, STRIPPED, st.lists(STRIPPED, max_size=3).map(tuple), OPTIONAL_STRIPPED)
STRINGS = st.lists(st.builds(LocalizedString, TEXTS, st.sampled_from([None, "fr-FR", "en"]), OPTIONAL), max_size=2).map(
    tuple
)
CLASSIFICATIONS = st.builds(
    Classification,
    STRIPPED,
    STRIPPED,
    OPTIONAL_STRIPPED,
    OPTIONAL_STRIPPED,
    OPTIONAL_STRIPPED,
    st.lists(SLOTS, max_size=2).map(tuple),
    STRINGS,
    STRINGS,
)
IDENTIFIERS = st.builds(
    ExternalIdentifier, STRIPPED, STRIPPED, STRIPPED, STRIPPED, STRINGS, st.lists(SLOTS, max_size=1).map(tuple)
)
OBJECT_TYPES = {Kind.REGISTRY_PACKAGE: v.REGISTRY_PACKAGE_TYPE, Kind.ASSOCIATION: v.ASSOCIATION_TYPE}


@st.composite
def registry_objects(draw: st.DrawFn) -> RegistryObject:
    kind = draw(st.sampled_from(Kind))
    extrinsic, link = kind is Kind.EXTRINSIC_OBJECT, kind is Kind.ASSOCIATION
    return RegistryObject(
        kind,
        draw(STRIPPED),
        draw(OPTIONAL_STRIPPED),
        draw(OPTIONAL_STRIPPED),
        draw(OPTIONAL_STRIPPED),
        draw(OPTIONAL_STRIPPED) if extrinsic else OBJECT_TYPES[kind],
        draw(OPTIONAL_STRIPPED) if extrinsic else None,
        draw(OPTIONAL) if extrinsic else None,
        tuple(draw(st.lists(SLOTS, max_size=3))),
        draw(STRINGS),
        draw(STRINGS),
        draw(OPTIONAL),
        tuple(draw(st.lists(CLASSIFICATIONS, max_size=3))),
        tuple(draw(st.lists(IDENTIFIERS, max_size=2))),
        draw(STRIPPED) if link else None,
        draw(STRIPPED) if link else None,
        draw(STRIPPED) if link else None,
    )


@given(st.lists(registry_objects(), max_size=3).map(tuple))
def test_what_is_written_is_read_back_the_same(objects: tuple[RegistryObject, ...]) -> None:
    assert parse_objects(etree.fromstring(write_list(objects))) == objects


@given(registry_objects())
def test_opening_and_content_are_the_object(o: RegistryObject) -> None:
    assert write_opening(o) + write_content(o) == write_object(o)


@given(registry_objects(), SLOTS)
def test_a_spliced_slot_is_the_first_child(o: RegistryObject, slot: Slot) -> None:
    spliced = b'<x xmlns:rim="%s">' % v.RIM.encode() + write_opening(o) + splice_slot(write_content(o), slot) + b"</x>"
    element = etree.fromstring(spliced)
    element.tag = f"{{{v.RIM}}}RegistryObjectList"
    assert parse_objects(element) == (replace(o, slots=(slot, *o.slots)),)


# --- reading --------------------------------------------------------------------------------------------------------


def test_the_objects_come_in_document_order(submission_xml: etree._Element) -> None:
    objects = parse_submit_objects_request(submission_xml)
    assert [(o.kind, o.id, o.path) for o in objects] == [
        (Kind.EXTRINSIC_OBJECT, "letter", "/RegistryObjectList/ExtrinsicObject[1]"),
        (Kind.REGISTRY_PACKAGE, "set", "/RegistryObjectList/RegistryPackage[1]"),
        (Kind.ASSOCIATION, "member", "/RegistryObjectList/Association[1]"),
    ]


def test_a_mark_beside_its_package_is_read_as_one_inside(submission_xml: etree._Element) -> None:
    beside = parse_submit_objects_request(submission_xml)
    objects = submission_xml[0]
    mark = objects.find(f"{{{v.RIM}}}Classification")
    package = objects.find(f"{{{v.RIM}}}RegistryPackage")
    assert mark is not None
    assert package is not None
    package.insert(2, mark)
    inside = parse_submit_objects_request(submission_xml)
    assert {c.id: c for c in inside[1].classifications} == {c.id: c for c in beside[1].classifications}
    assert [c.node for c in beside[1].classifications] == [None, v.SUBMISSION_SET_NODE]


def test_a_mark_may_stand_before_its_package(submission_xml: etree._Element) -> None:
    objects = submission_xml[0]
    objects.insert(0, objects.find(f"{{{v.RIM}}}Classification"))  # type: ignore[arg-type]
    package = parse_submit_objects_request(submission_xml)[1]
    assert package.classifications[-1].node == v.SUBMISSION_SET_NODE


def test_children_are_read_in_any_order(submission_xml: etree._Element) -> None:
    expected = parse_submit_objects_request(submission_xml)[0]
    extrinsic = submission_xml[0][0]
    extrinsic[:] = sorted(extrinsic, key=lambda child: str(child.tag), reverse=True)
    assert parse_submit_objects_request(submission_xml)[0] == expected


def test_blanks_around_ids_urns_and_values_mean_nothing(submission_xml: etree._Element) -> None:
    expected = parse_submit_objects_request(submission_xml)
    for element in submission_xml.iter(f"{{{v.RIM}}}*"):
        if element.tag != f"{{{v.RIM}}}LocalizedString":
            for name, text in element.attrib.items():
                element.set(name, f" {text}\n")
    assert parse_submit_objects_request(submission_xml) == expected


def test_schemes_and_object_types_may_be_written_in_capitals(submission_xml: etree._Element) -> None:
    expected = parse_submit_objects_request(submission_xml)
    for element in submission_xml.iter(f"{{{v.RIM}}}*"):
        for name in ("classificationScheme", "classificationNode", "identificationScheme", "objectType"):
            if (text := element.get(name, "")).startswith("urn:uuid:"):
                element.set(name, "urn:uuid:" + text.removeprefix("urn:uuid:").upper())
    assert parse_submit_objects_request(submission_xml) == expected


def test_an_object_ref_is_passed_over(submission_xml: etree._Element) -> None:
    expected = parse_submit_objects_request(submission_xml)
    etree.SubElement(submission_xml[0], f"{{{v.RIM}}}ObjectRef", id="urn:uuid:0d9f5a0e-9a1f-4b41-8c43-7e2f7f6f0b11")
    assert parse_submit_objects_request(submission_xml) == expected


def test_a_comment_inside_a_value_cuts_nothing_off() -> None:
    element = etree.fromstring(
        f'<l:RegistryObjectList xmlns:l="{v.RIM}"><l:Association id="a"><l:Slot name="s"><l:ValueList>'
        "<l:Value> be<!-- not the end -->gin <![CDATA[& end]]> </l:Value></l:ValueList></l:Slot></l:Association>"
        "</l:RegistryObjectList>"
    )
    assert parse_objects(element)[0].slots == (Slot("s", ("begin & end",)),)


def test_another_element_is_refused() -> None:
    with pytest.raises(EbrimError, match="RegistryObjectList should stand"):
        parse_objects(etree.fromstring("<a/>"))
    with pytest.raises(EbrimError, match="SubmitObjectsRequest should stand"):
        parse_submit_objects_request(etree.fromstring("<a/>"))
    with pytest.raises(EbrimError, match="holds no rim:RegistryObjectList"):
        parse_submit_objects_request(etree.fromstring(f'<a:SubmitObjectsRequest xmlns:a="{v.LCM}"/>'))


# --- writing --------------------------------------------------------------------------------------------------------


def test_the_request_of_the_fixture_is_written_and_read_back(submission_xml: etree._Element) -> None:
    objects = parse_submit_objects_request(submission_xml)
    written = parse_submit_objects_request(etree.fromstring(submit_objects_request(objects)))
    filled = {Kind.REGISTRY_PACKAGE: v.REGISTRY_PACKAGE_TYPE, Kind.ASSOCIATION: v.ASSOCIATION_TYPE}
    assert written == tuple(replace(o, object_type=o.object_type or filled[o.kind]) for o in objects)


def test_object_type_is_filled_everywhere_but_on_an_extrinsic_object(submission_xml: etree._Element) -> None:
    objects = parse_submit_objects_request(submission_xml)
    written = etree.fromstring(write_list([replace(objects[0], object_type=None), *objects[1:]]))
    without = {etree.QName(e).localname for e in written.iter() if e.get("id") and not e.get("objectType")}
    assert without == {"ExtrinsicObject"}


def test_children_stand_in_the_order_of_the_schema(registry_objects: tuple[RegistryObject, ...]) -> None:
    entry = replace(registry_objects[0], version_name="1")
    order = []
    for child in etree.fromstring(write_list([entry]))[0]:
        name = etree.QName(child).localname
        if name not in order:
            order.append(name)
    assert order == ["Slot", "Name", "Description", "VersionInfo", "Classification", "ExternalIdentifier"]


def test_a_folder_is_kept_without_its_last_update_time() -> None:
    folder = RegistryObject(
        Kind.REGISTRY_PACKAGE, "folder", slots=(Slot("urn:a", ("1",)), Slot("lastUpdateTime", ("2024",)))
    )
    content = write_content(folder, without_slots={"lastUpdateTime"})
    assert b"lastUpdateTime" not in content
    spliced = splice_slot(content, Slot("lastUpdateTime", ("20250611083112",)))
    assert spliced.index(b"20250611083112") < spliced.index(b"urn:a")


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800"])
def test_a_character_that_xml_cannot_carry_is_refused(character: str) -> None:
    with pytest.raises(EbrimError, match="cannot stand in XML"):
        write_object(RegistryObject(Kind.ASSOCIATION, "a", slots=(Slot("s", (f"one{character}two",)),)))


def test_what_is_written_is_valid(registry_objects: tuple[RegistryObject, ...], submission_xml: etree._Element) -> None:
    folder = Folder(
        "f", "2.999.1", "p^^^&2.999&ISO", (Code("a", "2.999.2", "A"),), "Title", "Comments", "2024", version="1"
    )
    for objects in (registry_objects, parse_submit_objects_request(submission_xml), [to_ebrim(folder)]):
        element = etree.fromstring(submit_objects_request(objects))
        schema = schemas.schema(str(element.tag))
        assert schema.validate(element), schema.error_log
