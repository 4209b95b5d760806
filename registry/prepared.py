"""A submission made ready: ids assigned, fragments packed, rows built. Nothing here touches the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from metadata import vocabulary as v
from metadata.affinity import AffinityDomain
from metadata.ebrim import RegistryObject, Slot
from metadata.model import Association
from metadata.rules.forms import canonical
from metadata.translate import Submission
from registry import tables as t
from registry.fragments import LAST_UPDATE_TIME
from registry.identity import assign, parse, registered, resolve
from registry.rows import Row, association_row, entry_row, folder_row, submission_set_row
from registry.tables import Located
from storage import key_of

LOCATED: Final = {
    t.document_entry: (Located.ENTRY_UUID, Located.ENTRY_UNIQUE_ID),
    t.submission_set: (Located.SUBMISSION_SET_UUID, Located.SUBMISSION_SET_UNIQUE_ID),
    t.folder: (Located.FOLDER_UUID, Located.FOLDER_UNIQUE_ID),
}
"""Table → what its entryUUIDs and its uniqueIds are in `locator`."""


@dataclass(frozen=True, slots=True)
class New:
    """One object to be written."""

    table: sa.Table
    id: UUID
    row: Row
    """Without `pat`."""
    pid: str = ""
    """Canonical patientId; empty for an Association, which lies where its source lies."""
    key: UUID | None = None
    """`key_of(uniqueId)`; None for an Association."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What one transaction has to check and to write."""

    submission: Submission
    """As received."""
    submission_set: New
    objects: tuple[New, ...]
    """The SubmissionSet, the DocumentEntries and the Folders."""
    associations: tuple[New, ...]
    replaced: Mapping[UUID, tuple[UUID, ...]]
    """Target of an RPLC or XFRM_RPLC → the sources that replace it."""
    appended: frozenset[UUID]
    """The targets of APND."""
    references: frozenset[UUID]
    """Named by an Association, not of this message."""
    asked: frozenset[UUID]
    """The keys to look for in `locator`: what the sender chose or names. Ids assigned here are nobody's yet."""
    digest: bytes
    """Equal for two submissions that say the same with the same ids."""

    @property
    def pids(self) -> frozenset[str]:
        """The canonical ids of the patients it is about."""
        return frozenset([new.pid for new in self.objects])


def prepare(submission: Submission, domain: AffinityDomain, now: int) -> Prepared:
    """`submission` must have passed the rules on the message; `now` is the integer yyyymmddhhmmss.

    Raises EbrimError when a value cannot be written as XML.
    """
    ids = assign(submission.objects)
    drop = domain.extra_metadata == "drop"
    by_id = {o.id: o for o in submission.objects}

    def stored(x_id: str, extra: Mapping[str, tuple[str, ...]]) -> RegistryObject:
        return registered(by_id[x_id], ids, frozenset(extra) if drop and extra else frozenset())

    def new(table: sa.Table, x_id: str, unique_id: str | None, patient_id: str | None, row: Row) -> New:
        return New(table, ids[x_id], row, canonical(patient_id or "") or "", key_of(unique_id or ""))

    digest = digest_of(submission.objects)
    (s,) = submission.submission_sets
    row = submission_set_row(s, stored(s.entry_uuid, s.extra), ids[s.entry_uuid], now, digest)
    the_set = new(t.submission_set, s.entry_uuid, s.unique_id, s.patient_id, row)
    objects = [the_set]
    for e in submission.entries:
        row = entry_row(e, stored(e.entry_uuid, e.extra), ids[e.entry_uuid], now)
        objects.append(new(t.document_entry, e.entry_uuid, e.unique_id, e.patient_id, row))
    for f in submission.folders:
        row = folder_row(f, stored(f.entry_uuid, f.extra), ids[f.entry_uuid], now)
        objects.append(new(t.folder, f.entry_uuid, f.unique_id, f.patient_id, row))
    associations = []
    for a in submission.associations:
        source, target = resolve(a.source, ids), resolve(a.target, ids)
        row = association_row(a, stored(a.entry_uuid, a.extra), ids[a.entry_uuid], source, target)
        associations.append(New(t.association, ids[a.entry_uuid], row))
    references = _references(associations, set(ids.values()))
    return Prepared(
        submission,
        the_set,
        tuple(objects),
        tuple(associations),
        _replaced(submission.associations, ids),
        frozenset(resolve(a.target, ids) for a in submission.associations if a.type == v.APND),
        references,
        references | _chosen(submission, ids) | {o.key for o in objects if o.key is not None},
        digest,
    )


def digest_of(objects: Iterable[RegistryObject]) -> bytes:
    """16 bytes that a retry of the same submission has again.

    All that was said counts, but not the order of the objects, the ids of inner elements and what the registry sets.
    """
    digests = sorted([blake2b("\x1f".join(_said(o)).encode(), digest_size=16).digest() for o in objects])
    return blake2b(b"".join(digests), digest_size=16).digest()


def _references(associations: Iterable[New], own: set[UUID]) -> frozenset[UUID]:
    ends = [end for a in associations for end in (a.row["src"], a.row["tgt"])]
    return frozenset([end for end in ends if end not in own])


def _chosen(submission: Submission, ids: Mapping[str, UUID]) -> set[UUID]:
    return {ids[o.id] for o in submission.objects if parse(o.id) is not None}


def _replaced(associations: Iterable[Association], ids: Mapping[str, UUID]) -> Mapping[UUID, tuple[UUID, ...]]:
    found: dict[UUID, tuple[UUID, ...]] = {}
    for a in associations:
        if a.type in v.REPLACEMENTS:
            target = resolve(a.target, ids)
            found[target] = (*found.get(target, ()), resolve(a.source, ids))
    return found


def _said(o: RegistryObject) -> list[str]:
    said = [o.kind.value, o.id, o.home or "", o.object_type or "", o.mime_type or ""]
    said += (o.association_type or "", o.source or "", o.target or "")
    _say_slots(said, o.slots)
    for strings in (o.name, o.description):
        said.append("\x1e")
        said += [s.value for s in strings]
    for c in o.classifications:
        said += ("\x1d", c.scheme or "", c.node or "", c.node_representation or "")
        _say_slots(said, c.slots)
        said += [s.value for s in c.name]
    for i in o.external_identifiers:
        said += ("\x1d", i.scheme, i.value)
    return said


def _say_slots(said: list[str], slots: Iterable[Slot]) -> None:
    for slot in slots:
        if slot.name != LAST_UPDATE_TIME:
            said.append(slot.name)
            said += slot.values
