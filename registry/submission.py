"""ITI-42 inside its transaction: ask the store, apply the rules that need it, write. # ITI TF-2 3.42.4.1.3

1. the patients of the submission, locked against a merge; 2. every id it chooses or names; 3. is it a retry of what is
registered already?; 4. the rules that need these facts; 5. what follows for registered objects; 6. the rows, then the
changes, each of which must find what step 2 saw.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from metadata.affinity import AffinityDomain
from metadata.rules import MUST, Finding, check
from metadata.rules.book import finding
from registry import patients, store
from registry import tables as t
from registry.holdings import Holdings, look
from registry.lifecycle import Effects, effects
from registry.patients import Patient, Policy
from registry.prepared import LOCATED, New, Prepared
from registry.rows import Row
from registry.tables import Located, PatientState


class Raced(Exception):
    """Another transaction changed what this one had read; run it again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one submission."""

    findings: tuple[Finding, ...] = ()
    """Rules broken against what the registry holds; with a MUST among them nothing was written."""
    written: bool = False
    repeated: bool = False
    """It is registered already, word for word: nothing was written, and the answer is Success."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a registry takes submissions."""

    domain: AffinityDomain
    policy: Policy = "any"
    retries: bool = True
    """Whether the same submission again is answered with Success; else it breaks the uniqueId rule."""


def refuses(findings: Iterable[Finding]) -> bool:
    """Whether one of them is more than a warning."""
    return any(f.rule.level is MUST for f in findings)


def register(connection: sa.Connection, prepared: Prepared, terms: Terms, *, transaction: str, now: int) -> Outcome:
    """Checks and writes one submission. Raises `Raced` when the whole transaction has to be run again."""
    # what touches registered objects must not meet a merge, a replacement or a new member of the same patient
    lock: patients.Lock = "update" if prepared.references else "share"
    known = patients.find(connection, prepared.pids, lock)
    holdings = look(connection, prepared, known, terms.policy)
    if terms.retries and _is_repeated(connection, prepared, holdings):
        return Outcome(repeated=True)
    findings = check(prepared.submission, terms.domain, transaction=transaction, facts=holdings.facts)
    if holdings.erased:
        findings += _erased(prepared, holdings, transaction)
    if refuses(findings):
        return Outcome(tuple(findings))
    changes = effects(connection, prepared, holdings)
    _write(connection, prepared, known, holdings, changes.associations, now)
    _change(connection, changes, now)
    return Outcome(tuple(findings), written=True)


def _is_repeated(connection: sa.Connection, prepared: Prepared, holdings: Holdings) -> bool:
    held = holdings.located.get(prepared.submission_set.key or prepared.submission_set.id)
    if held is None or held.kind != Located.SUBMISSION_SET_UNIQUE_ID:
        return False
    rows = store.rows(connection, t.submission_set, [(held.pat, held.ref)])
    return any(bytes(row.digest) == prepared.digest for row in rows)


def _erased(prepared: Prepared, holdings: Holdings, transaction: str) -> list[Finding]:
    gone = {key for key, row in holdings.located.items() if row.kind == Located.TOMBSTONE}
    return [
        finding(
            "registry.uniqueId.entry" if new.table is t.document_entry else "registry.uniqueId.taken",
            transaction=transaction,
            object_id=str(new.id),
            got=new.row["uid"],
            kind="Folder" if new.table is t.folder else "SubmissionSet",
            held="erased object",
        )
        for new in prepared.objects
        if new.key in gone or new.id in gone
    ]


def _write(
    connection: sa.Connection,
    prepared: Prepared,
    known: Mapping[str, Patient],
    holdings: Holdings,
    added: tuple[New, ...],
    now: int,
) -> None:
    new_patients = [p for p in known.values() if p.state is None]
    if patients.insert(connection, new_patients, PatientState.SEEN, now) != len(new_patients):
        raise Raced
    pats = dict(holdings.pats)
    pats.update({new.id: known[new.pid].pat for new in prepared.objects})
    associations = (*prepared.associations, *added)
    pats.update({a.id: pats[a.row["src"]] for a in associations})
    locators, further = _locators(prepared.objects, associations, pats, holdings)
    if not store.insert_locators(connection, locators):
        raise Raced
    store.add_more(connection, further)
    for table in LOCATED:
        store.insert(connection, table, [{"pat": pats[n.id], **n.row} for n in prepared.objects if n.table is table])
    store.insert(connection, t.association, list(_association_rows(associations, pats)))


def _association_rows(associations: Iterable[New], pats: Mapping[UUID, int]) -> Iterable[Row]:
    """Each under its source's patient and, when it leads to another's, under that one too."""
    for a in associations:
        places = {pats[a.row["src"]], pats[a.row["tgt"]]}
        for pat in places:
            yield {"pat": pat, **a.row}


def _locators(
    objects: Iterable[New], associations: Iterable[New], pats: Mapping[UUID, int], holdings: Holdings
) -> tuple[list[Row], list[Row]]:
    """The rows of `locator`, and those of `locator_more` for entries whose uniqueId stands there already."""
    locators, further = [], []
    for new in objects:
        by_id, by_unique_id = LOCATED[new.table]
        pat = pats[new.id]
        locators.append({"key": new.id, "kind": by_id, "flags": 0, "pat": pat, "ref": new.id})
        if new.key in holdings.located:  # the rules let only a DocumentEntry come this far
            further.append({"key": new.key, "ref": new.id, "pat": pat})
        else:
            locators.append({"key": new.key, "kind": by_unique_id, "flags": 0, "pat": pat, "ref": new.id})
    for a in associations:
        kind = Located.ASSOCIATION_UUID
        locators.append({"key": a.id, "kind": kind, "flags": 0, "pat": pats[a.id], "ref": a.id})
    return locators, further


def _change(connection: sa.Connection, changes: Effects, now: int) -> None:
    if store.deprecate(connection, changes.replaced) != len(changes.replaced):
        raise Raced
    store.deprecate(connection, changes.derived)
    if store.touch(connection, changes.folders, now) != len(changes.folders):
        raise Raced
