from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from metadata import vocabulary as v
from metadata.affinity import AffinityDomain
from metadata.ebrim import RegistryObject
from metadata.model import Association, Author, Code, DocumentEntry, Folder, SubmissionSet, XdsObject
from metadata.translate import to_ebrim
from registry import tables
from registry.queries.shelves import Shelf
from registry.registry import Registry
from repository.tables import metadata as repository_tables
from storage import Database
from tests.postgresql import ENGINES

PATIENT = "279063522032977^^^&1.2.250.1.213.1.4.8&ISO"


@pytest.fixture(params=ENGINES)
def any_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database, on each engine."""
    if request.param == "sqlite":
        database = Database.open(f"sqlite:///{tmp_path}/registry.db", threads=10)
    else:
        database = Database.open(request.getfixturevalue("postgresql"), threads=10)
        for metadata in (tables.metadata, repository_tables):
            metadata.drop_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def database(any_database: Database) -> Database:
    """A database with the registry's tables."""
    any_database.write(lambda c: tables.metadata.create_all(c))
    return any_database


class Clock:
    """Stands still until told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 5, 10, 15, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(database: Database, clock: Clock) -> Registry:
    return Registry(database, AffinityDomain.open(), clock=clock)


class Make:
    """Valid objects; a test changes the one thing it is about."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def oid(self) -> str:
        return f"1.2.250.1.999.1.1.{next(self._numbers)}"

    def entry(self, id_: str = "document", **changes: Any) -> DocumentEntry:
        entry = DocumentEntry(
            id_,
            self.oid(),
            PATIENT,
            "text/xml",
            class_code=Code("10", "1.2.250.1.213.1.1.4.1", "Compte rendu"),
            type_code=Code("11488-4", "2.16.840.1.113883.6.1", "CR de consultation"),
            format_code=Code("urn:ihe:iti:xds-sd:pdf:2008", "1.3.6.1.4.1.19376.1.2.3", "PDF"),
            healthcare_facility_type_code=Code("SA07", "1.2.250.1.71.4.2.4", "Cabinet individuel"),
            practice_setting_code=Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire"),
            confidentiality_codes=(Code("N", "2.16.840.1.113883.5.25", "Normal"),),
            authors=(Author("899900063480^LIBRE^MAX^^^^^^&1.2.250.1.71.4.2.1&ISO"),),
            title="Consultation",
            creation_time="20260304",
            service_start_time="202603041010",
            service_stop_time="202603041020",
            language_code="fr-FR",
            hash="DA4B9237BACCCDF19C0760CAB7AEC4A8359010B0",
            size="1234",
            repository_unique_id="1.2.250.1.999.2",
            source_patient_id="42^^^&1.2.250.1.999.3&ISO",
        )
        return replace(entry, **changes)

    def submission_set(self, id_: str = "set", **changes: Any) -> SubmissionSet:
        the_set = SubmissionSet(
            id_,
            self.oid(),
            PATIENT,
            "1.2.250.1.999.4",
            "20260304101600",
            Code("07", "1.2.250.1.213.2.2", "Consultations externes"),
            (Author("899900063480^LIBRE^MAX^^^^^^&1.2.250.1.71.4.2.1&ISO"),),
            title="Lot",
        )
        return replace(the_set, **changes)

    def folder(self, id_: str = "folder", **changes: Any) -> Folder:
        codes = (Code("SUIVI", "1.2.250.1.999.5", "Suivi"),)
        return replace(Folder(id_, self.oid(), PATIENT, codes, "Suivi"), **changes)

    def association(self, type_: str, source: str, target: str, **changes: Any) -> Association:
        return replace(Association(f"association{next(self._numbers)}", type_, source, target), **changes)

    def submission(self, *objects: XdsObject, **of_set: Any) -> tuple[RegistryObject, ...]:
        """A SubmissionSet that holds every DocumentEntry, every Folder and every Folder's membership of `objects`."""
        the_set = self.submission_set(**of_set)
        members = []
        folders = {x.entry_uuid for x in objects if isinstance(x, Folder)}
        for x in objects:
            if isinstance(x, DocumentEntry):
                members.append(
                    self.association(v.HAS_MEMBER, the_set.entry_uuid, x.entry_uuid, submission_set_status="Original")
                )
            elif isinstance(x, Folder) or (
                x.type == v.HAS_MEMBER and (x.source in folders or x.source.startswith("urn:uuid:"))  # type: ignore[union-attr]
            ):
                members.append(self.association(v.HAS_MEMBER, the_set.entry_uuid, x.entry_uuid))
        return tuple(to_ebrim(x) for x in (the_set, *objects, *members))


@pytest.fixture
def make() -> Make:
    return Make()


@pytest.fixture
def rows(database: Database) -> Callable[..., list[Any]]:
    """The rows of a table, all of them or those with the given column values."""

    def read(name: str, **where: Any) -> list[Any]:
        table = tables.metadata.tables[name]
        statement = table.select()
        for column, value in where.items():
            statement = statement.where(table.c[column] == value)
        with database.read() as connection:
            return list(connection.execute(statement).all())

    return read


def as_answered(shelf: Shelf, row: Any) -> bytes:
    """The ebRIM that an answer has for a row."""
    return b"".join(shelf.fragments([tuple(getattr(row, column.name) for column in shelf.columns)], {}))


@pytest.fixture
def fragment() -> Callable[[Shelf, Any], bytes]:
    return as_answered
