"""What the registry holds of that which one submission names, read inside its transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from metadata.facts import Facts, Held, HeldKind
from registry import patients, store
from registry import tables as t
from registry.identity import urn
from registry.patients import Patient, Policy
from registry.prepared import Prepared
from registry.store import Found, Place
from registry.tables import APPROVED, ASSOCIATION_TYPE, EntryKind, Located, LocatorFlag

TABLE: Final = {
    Located.ENTRY_UUID: t.document_entry,
    Located.ENTRY_UNIQUE_ID: t.document_entry,
    Located.SUBMISSION_SET_UUID: t.submission_set,
    Located.SUBMISSION_SET_UNIQUE_ID: t.submission_set,
    Located.ASSOCIATION_UUID: t.association,
    Located.FOLDER_UUID: t.folder,
    Located.FOLDER_UNIQUE_ID: t.folder,
}
_KIND: Final = {
    t.submission_set: HeldKind.SUBMISSION_SET,
    t.folder: HeldKind.FOLDER,
    t.association: HeldKind.ASSOCIATION,
}


@dataclass(frozen=True, slots=True)
class Holdings:
    """The facts for the rules, and the places they were read from."""

    facts: Facts
    located: Mapping[UUID, Found] = field(default_factory=dict)
    """Of the keys asked for, the locator rows of those that are taken."""
    pats: Mapping[UUID, int] = field(default_factory=dict)
    """Where each held object lies that the submission names or that will change with it."""
    families: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """`pat` of a replaced entry → every `pat` under which its patient's objects lie."""
    folders: Mapping[UUID, tuple[Place, ...]] = field(default_factory=dict)
    """Replaced entry → the Approved Folders that hold it."""

    @property
    def erased(self) -> bool:
        """Whether an id of the submission belonged to what was erased."""
        return any(row.kind == Located.TOMBSTONE for row in self.located.values())


def look(connection: sa.Connection, prepared: Prepared, known: Mapping[str, Patient], policy: Policy) -> Holdings:
    """Reads what the rules may ask. `known` are the patients of the submission itself."""
    standings = {pid: patient.standing(policy) for pid, patient in known.items()}
    located = store.locate(connection, prepared.asked)
    survivors: dict[str, str] = {}
    if not located:
        _note_survivors(connection, known.values(), survivors)
        return Holdings(Facts(patients=standings, survivors=survivors))
    further = store.more(connection, [k for k, row in located.items() if row.flags & LocatorFlag.MORE])
    found = _objects(connection, located, further)
    people = patients.at(connection, {row.pat for _, row in found.values()})
    kept = _note_survivors(connection, (*known.values(), *people.values()), survivors)
    held = {
        id_: _held(table, row, survivors.get(people[row.pat].pid, people[row.pat].pid))
        for id_, (table, row) in found.items()
    }
    replaced = [id_ for id_ in prepared.replaced if id_ in held and held[id_].kind.is_entry]
    families, folders, folder_facts = _folders(connection, replaced, found, kept, held)
    appended = [id_ for id_ in prepared.appended if id_ in held]
    transformed = store.transformed(connection, {found[id_][1].pat for id_ in appended}, appended)
    facts = Facts(
        objects={urn(k): held[k] for k in located if k in held},
        unique_ids=_by_unique_id(located, further, held),
        patients=standings,
        survivors=survivors,
        folders_of=folder_facts,
        transformed_from=frozenset(urn(id_) for id_ in transformed),
    )
    pats = {id_: pat for some in folders.values() for pat, id_ in some}
    pats.update({id_: row.pat for id_, (_, row) in found.items()})
    return Holdings(facts, located, pats, families, folders)


def _objects(
    connection: sa.Connection, located: Mapping[UUID, Found], further: Iterable[Found]
) -> dict[UUID, tuple[sa.Table, Found]]:
    places: dict[sa.Table, set[Place]] = {}
    for row in located.values():
        if row.kind != Located.TOMBSTONE:
            places.setdefault(TABLE[Located(row.kind)], set()).add((row.pat, row.ref))
    for row in further:
        places.setdefault(t.document_entry, set()).add((row.pat, row.ref))
    return {row.id: (table, row) for table, some in places.items() for row in store.rows(connection, table, some)}


def _held(table: sa.Table, row: Found, pid: str) -> Held:
    approved = row.status == APPROVED
    if table is t.document_entry:
        kind = HeldKind.ON_DEMAND_ENTRY if row.kind == EntryKind.ON_DEMAND else HeldKind.STABLE_ENTRY
        return Held(urn(row.id), kind, approved, pid, row.uid, row.hash, row.size)
    if table is t.association:
        return Held(
            urn(row.id),
            HeldKind.ASSOCIATION,
            approved,
            pid,
            association_type=ASSOCIATION_TYPE[row.type],
            source=urn(row.src),
            target=urn(row.tgt),
        )
    return Held(urn(row.id), _KIND[table], approved, pid, row.uid)


def _by_unique_id(
    located: Mapping[UUID, Found], further: Sequence[Found], held: Mapping[UUID, Held]
) -> dict[str, tuple[Held, ...]]:
    refs: dict[UUID, list[UUID]] = {
        key: [row.ref] for key, row in located.items() if key != row.ref and row.kind != Located.TOMBSTONE
    }
    for row in further:
        refs[row.key].append(row.ref)
    return {held[some[0]].unique_id or "": tuple([held[ref] for ref in some]) for some in refs.values()}


def _note_survivors(
    connection: sa.Connection, people: Iterable[Patient], survivors: dict[str, str]
) -> dict[int, Patient]:
    """Fills `survivors`; returns `pat` → surviving patient, for the merged ones."""
    merged = {p.pat: p for p in people if p.survivor is not None}
    kept = patients.survivors(connection, merged.values()) if merged else {}
    survivors.update({merged[pat].pid: survivor.pid for pat, survivor in kept.items()})
    return dict(kept)


def _folders(
    connection: sa.Connection,
    replaced: Sequence[UUID],
    found: Mapping[UUID, tuple[sa.Table, Found]],
    kept: Mapping[int, Patient],
    held: Mapping[UUID, Held],
) -> tuple[dict[int, tuple[int, ...]], dict[UUID, tuple[Place, ...]], dict[str, tuple[Held, ...]]]:
    """The families of the replaced entries, the Approved Folders that hold them, and these as facts."""
    families: dict[int, tuple[int, ...]] = {}
    places: dict[UUID, tuple[Place, ...]] = {}
    facts: dict[str, tuple[Held, ...]] = {}
    for pat in {found[id_][1].pat for id_ in replaced}:
        survivor = kept[pat].pat if pat in kept else pat
        family = families[pat] = patients.family(connection, survivor)
        entries = [id_ for id_ in replaced if found[id_][1].pat == pat]
        members = store.folders_holding(connection, family, entries)
        # the source of a HasMember is a Folder or a SubmissionSet; only the former are found here
        rows = store.rows(connection, t.folder, [(p, m.src) for p in family for m in members])
        folders = {row.id: row for row in rows}
        for id_ in entries:
            holding = [folders[m.src] for m in members if m.tgt == id_ and m.src in folders]
            places[id_] = tuple([(row.pat, row.id) for row in holding if row.status == APPROVED])
            facts[urn(id_)] = tuple([_held(t.folder, row, held[id_].patient_id) for row in holding])
    return families, places, facts
