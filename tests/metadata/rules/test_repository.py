"""Rules of the repository, called with the ids and the bytes that it has."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from metadata import vocabulary as v
from metadata.model import DocumentEntry
from metadata.rules import Finding, finding
from metadata.rules.repository import content, pairing

Sample = Any  # of conftest.py
SHA1 = "a9993e364706816aba3e25717850c26c9cd0d89d"
ENTRY = DocumentEntry("letter", "2.999.31.100.1", "ann7^^^&2.999.31&ISO", "text/plain", hash=SHA1, size="3")

BREAKS: dict[str, Callable[[Sample], list[Finding]]] = {
    "repository.document.missing": lambda _: pairing([ENTRY], []),
    "repository.entry.missing": lambda _: pairing([ENTRY], ["letter", "note"]),
    "repository.document.repeated": lambda _: pairing([ENTRY], ["letter", "letter"]),
    "repository.document.on-demand": lambda _: pairing([replace(ENTRY, object_type=v.ON_DEMAND)], ["letter"]),
    "repository.hash.mismatch": lambda _: content(ENTRY, sha1="0" * 40, size=4),
    "repository.size.mismatch": lambda _: content(ENTRY, sha1=SHA1, size=4),
    # raised by name: the repository sees them happen
    "repository.uniqueId.hash": lambda _: [finding("repository.uniqueId.hash", got="2.999.31.100.1")],
    "repository.registry.unavailable": lambda _: [finding("repository.registry.unavailable")],
    "repository.resources": lambda _: [finding("repository.resources")],
    "retrieve.repository.unknown": lambda _: [
        finding("retrieve.repository.unknown", got="2.999.1", expected="2.999.2")
    ],
    "retrieve.document.unknown": lambda _: [finding("retrieve.document.unknown", got="2.999.31.100.1")],
    "xml.schema": lambda _: [finding("xml.schema", transaction="ITI-41", line=12, reason="Slot is not expected")],
}


@pytest.mark.parametrize("rule_id", BREAKS)
def test_one_wrong_thing_breaks_its_rule_and_no_other(rule_id: str, sample: Sample) -> None:
    assert [f.rule.id for f in BREAKS[rule_id](sample)] == [rule_id]


def test_documents_and_entries_that_match_break_nothing() -> None:
    assert pairing([ENTRY, replace(ENTRY, entry_uuid="note")], ["note", "letter"]) == []


@pytest.mark.parametrize(
    "entry",
    [ENTRY, replace(ENTRY, hash=SHA1.upper()), replace(ENTRY, size="003"), replace(ENTRY, hash=None, size=None)],
    ids=["right", "upper case", "leading zeros", "left to the repository"],
)
def test_bytes_that_are_as_described_break_nothing(entry: DocumentEntry) -> None:
    assert content(entry, sha1=SHA1, size=3) == []


def test_an_empty_document_has_size_0() -> None:
    assert content(replace(ENTRY, hash=v.EMPTY_SHA1, size="0"), sha1=v.EMPTY_SHA1, size=0) == []


def test_the_missing_document_is_named_and_placed() -> None:
    (error,) = [f.error() for f in pairing([ENTRY], [])]
    assert error.code == "XDSMissingDocument"
    assert error.context.startswith("DocumentEntry letter has no document")
    assert error.location == "/RegistryObjectList/ExtrinsicObject[@id='letter']"


def test_an_unreachable_registry_can_be_said_with_its_cause() -> None:
    error = finding("repository.registry.unavailable", got=" (timed out)").error()
    assert error.code == "XDSRegistryNotAvailable"
    assert error.context.startswith("the Document Registry could not be reached")
    assert "later (timed out)" in error.context
