from collections.abc import Callable
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from metadata import vocabulary as v
from metadata.ebrim import RegistryObject, Slot, parse_objects, write_list
from metadata.model import Folder, XdsObject
from metadata.translate import to_ebrim
from registry import fragments
from registry.queries.shelves import ASSOCIATIONS, ENTRIES, FOLDERS, SUBMISSION_SETS, Shelf
from registry.registry import Registry

Rows = Callable[..., list[Any]]
Fragment = Callable[[Shelf, Any], bytes]

GOLDEN = sorted((Path(__file__).parent / "fragments").glob("*.obj"))
DICTIONARIES = {1: "8b5f9410b1b8745729ccb3a50e764b00bb782413e17235afd6ff4703abd65e8f"}
"""Codec → SHA-256 of its dictionary: rows that were written with it must be readable for ever."""


@pytest.mark.parametrize("packed", GOLDEN, ids=lambda p: p.stem)
def test_what_an_earlier_version_packed_is_still_read(packed: Path) -> None:
    assert fragments.unpack(packed.read_bytes()) == packed.with_suffix(".xml").read_bytes()


def test_there_are_golden_files_of_every_codec() -> None:
    assert {path.read_bytes()[0] for path in GOLDEN} == set(DICTIONARIES)


@pytest.mark.parametrize("codec", DICTIONARIES)
def test_a_released_dictionary_is_never_edited(codec: int) -> None:
    dictionary = resources.files("registry").joinpath("dictionaries", f"{codec}.bin").read_bytes()
    assert sha256(dictionary).hexdigest() == DICTIONARIES[codec]
    assert len(dictionary) <= 32768


@given(st.binary(max_size=70_000))
def test_every_content_comes_back_as_it_was(content: bytes) -> None:
    packed = fragments.pack(content)
    assert packed[0] == fragments.CODEC
    assert fragments.unpack(packed) == content


def test_an_entry_takes_a_tenth_of_its_size(make: Any) -> None:
    content = fragments.entry_content(to_ebrim(make.entry()))
    assert len(fragments.pack(content)) < len(content) / 8


def test_a_codec_of_a_later_version_is_named() -> None:
    with pytest.raises(ValueError, match="no dictionary for codec 200"):
        fragments.unpack(b"\xc8abc")


def parsed(fragment: bytes) -> RegistryObject:
    (o,) = parse_objects(
        etree.fromstring(
            b'<rim:RegistryObjectList xmlns:rim="%s">' % v.RIM.encode() + fragment + b"</rim:RegistryObjectList>"
        )
    )
    return o


def as_registered(x: XdsObject, row: Any, received: RegistryObject) -> None:
    """`received`, parsed from a fragment, is `x` with the ids and the marks that a registry gives."""
    sent = to_ebrim(x)
    assert received.id == received.lid == f"urn:uuid:{row.id}"
    assert received.status == v.APPROVED
    assert received.version_name == "1"
    assert [s for s in received.slots if s.name != "lastUpdateTime"] == list(sent.slots)
    assert received.name == sent.name
    assert received.description == sent.description
    assert received.mime_type == sent.mime_type
    assert received.home == sent.home
    for got, want in zip(received.classifications, sent.classifications, strict=True):
        assert (got.scheme, got.node, got.node_representation, got.slots, got.name) == (
            (want.scheme, want.node, want.node_representation, want.slots, want.name)
        )
        assert got.classified_object == received.id
    for one, other in zip(received.external_identifiers, sent.external_identifiers, strict=True):
        assert (one.scheme, one.value, one.name) == (other.scheme, other.value, other.name)
        assert one.registry_object == received.id


def test_an_entry_is_returned_as_it_was_submitted(
    make: Any, registry: Registry, rows: Rows, fragment: Fragment
) -> None:
    entry = make.entry(
        comments='<à suivre> & "revoir"',
        home_community_id="urn:oid:1.2.3",
        extra={"urn:x:later": ("a", "b"), "urn:x:sooner": ("c",)},
    )
    assert registry.register(make.submission(entry)).succeeded
    (row,) = rows("document_entry")
    as_registered(entry, row, parsed(fragment(ENTRIES, row)))


def test_a_submission_set_is_returned_as_it_was_submitted(
    make: Any, registry: Registry, rows: Rows, fragment: Fragment
) -> None:
    the_set = make.submission_set(intended_recipients=("Clinique^^^^^^^^^1.2.3",), comments="lot")
    objects = make.submission(make.entry())
    members = [o for o in objects if o.source == "set"]
    assert registry.register((to_ebrim(the_set), objects[1], *members)).succeeded
    (row,) = rows("submission_set")
    as_registered(the_set, row, parsed(fragment(SUBMISSION_SETS, row)))


def test_a_folder_is_returned_with_the_last_update_time_of_its_column(
    make: Any, registry: Registry, rows: Rows, fragment: Fragment
) -> None:
    folder: Folder = make.folder(last_update_time="19990101000000", comments="à <suivre>")
    assert registry.register(make.submission(folder)).succeeded
    (row,) = rows("folder")
    received = parsed(fragment(FOLDERS, row))
    assert [s for s in received.slots if s.name == "lastUpdateTime"] == [Slot("lastUpdateTime", ("20260305101500",))]
    sent = to_ebrim(make.folder(unique_id=folder.unique_id, comments="à <suivre>"))
    assert received.description == sent.description


def test_a_plain_association_is_all_in_its_columns(
    make: Any, registry: Registry, rows: Rows, fragment: Fragment
) -> None:
    assert registry.register(make.submission(make.entry())).succeeded
    (row,) = rows("association")
    assert row.obj is None
    received = parsed(fragment(ASSOCIATIONS, row))
    assert received.association_type == v.HAS_MEMBER
    assert (received.source, received.target) == (f"urn:uuid:{row.src}", f"urn:uuid:{row.tgt}")
    assert received.slots == (Slot("SubmissionSetStatus", ("Original",)),)
    assert (received.status, received.object_type, received.version_name) == (v.APPROVED, v.ASSOCIATION_TYPE, "1")


def test_a_fragment_is_schema_ordered_bytes_that_join_under_one_envelope(
    make: Any, registry: Registry, rows: Rows, fragment: Fragment
) -> None:
    registry.register(make.submission(make.entry(), make.folder()))
    joined = b"".join(
        [
            *[fragment(ENTRIES, r) for r in rows("document_entry")],
            *[fragment(FOLDERS, r) for r in rows("folder")],
            *[fragment(SUBMISSION_SETS, r) for r in rows("submission_set")],
            *[fragment(ASSOCIATIONS, r) for r in rows("association")],
        ]
    )
    objects = parse_objects(
        etree.fromstring(
            b'<rim:RegistryObjectList xmlns:rim="%s">' % v.RIM.encode() + joined + b"</rim:RegistryObjectList>"
        )
    )
    assert write_list(objects) == b'<rim:RegistryObjectList xmlns:rim="%s">' % v.RIM.encode() + joined + (
        b"</rim:RegistryObjectList>"
    )
