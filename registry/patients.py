"""Patients: what the identity feed said of them, merges, and where their rows lie.

Patients are compared by their canonical CX (`id^^^&oid&ISO`), whatever a message appends to it. A merge never moves
rows: the survivor's list of aliases says under which other `pat` its objects lie, chains flattened.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from metadata.affinity import AffinityDomain
from metadata.datatypes import CX, DatatypeError
from metadata.facts import Standing
from registry.clock import Clock, stamp, utc_now
from registry.tables import PatientState, patient, patient_alias
from storage import Database, Statement, pat_of

Policy = Literal["any", "feed"]
"""`feed`: a patient id must have been announced by the identity feed; `any`: none needs to."""


class PatientRefused(ValueError):
    """A message of the identity feed that cannot be honoured; says why."""


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient id and its row, if there is one."""

    pid: str
    """Canonical CX."""
    pat: int
    state: PatientState | None
    """None: no row yet."""
    survivor: int | None = None

    def standing(self, policy: Policy) -> Standing:
        """What a submission for this patient is told."""
        match self.state:
            case PatientState.ACTIVE:
                return Standing.KNOWN
            case PatientState.MERGED:
                return Standing.SUBSUMED
            case PatientState.CLOSED | PatientState.ERASED:
                return Standing.CLOSED
            case _:
                return Standing.KNOWN if policy == "any" else Standing.UNKNOWN


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a query for one patient has to look."""

    pid: str
    """Canonical CX asked for; what every returned patientId must be."""
    standing: Standing
    pats: tuple[int, ...]
    """The patient's own, then those merged into it; empty for a subsumed patient."""


_COLUMNS: Final = (patient.c.pat, patient.c.pid, patient.c.state, patient.c.survivor)
_SELECT: Final = sa.select(*_COLUMNS).where(patient.c.pat.in_(sa.bindparam("pats", expanding=True)))
_INSERT: Final = Statement(
    {
        "sqlite": sqlite.insert(patient).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(patient).on_conflict_do_nothing(),
    }
)
_ALIASES: Final = sa.select(patient_alias.c.subsumed).where(patient_alias.c.pat == sa.bindparam("of"))
_SET_STATE: Final = (
    sa.update(patient)
    .where(patient.c.pat == sa.bindparam("of"))
    .values(state=sa.bindparam("to"), updated=sa.bindparam("at"))
)
_SUBSUME: Final = (
    sa.update(patient)
    .where(patient.c.pat.in_(sa.bindparam("pats", expanding=True)))
    .values(state=PatientState.MERGED, survivor=sa.bindparam("by"), updated=sa.bindparam("at"))
)
_DROP_ALIASES: Final = sa.delete(patient_alias).where(patient_alias.c.pat == sa.bindparam("of"))
_INSERT_ALIAS: Final = sa.insert(patient_alias)

Lock = Literal["share", "update"]


@cache
def _statement(count: int, lock: Lock | None) -> Statement:
    pats = [sa.bindparam(f"p{n}", type_=sa.BigInteger) for n in range(count)]
    select = sa.select(*_COLUMNS).where(patient.c.pat.in_(pats))
    if lock is not None:
        key_share = lock == "share"
        select = select.order_by(patient.c.pat).with_for_update(key_share=key_share, read=key_share)
    return Statement(select)


def find(connection: sa.Connection, pids: Collection[str], lock: Lock | None = None) -> dict[str, Patient]:
    """The patients with these canonical ids, whether they have a row or not.

    `share` keeps them from being merged meanwhile, `update` from being written to at all (PostgreSQL; on SQLite the
    writing transaction does both). Rows are locked in ascending order of `pat`, so that nobody waits in a circle.
    """
    found: dict[str, Patient] = {}
    places = {pid: pat_of(pid) for pid in pids}
    salt = 0
    while places:
        wanted = {f"p{n}": pat for n, pat in enumerate(places.values())}
        by_pat = {row[0]: row for row in _statement(len(wanted), lock).rows(connection, wanted)}
        collided = []
        for pid, pat in places.items():
            row = by_pat.get(pat)
            if row is None:
                found[pid] = Patient(pid, pat, None)
            elif row[1] == pid:
                found[pid] = _patient(row)
            else:
                collided.append(pid)
        salt += 1
        places = {pid: pat_of(pid, salt) for pid in collided}
    return found


def at(connection: sa.Connection, pats: Iterable[int]) -> dict[int, Patient]:
    """The patients whose rows lie at these `pat`."""
    rows = connection.execute(_SELECT, {"pats": sorted(set(pats))})
    return {row[0]: _patient(row) for row in rows}


def insert(connection: sa.Connection, patients: Iterable[Patient], state: PatientState, now: int) -> int:
    """Gives each a row; returns how many it gave, which is fewer when another transaction was faster."""
    rows = [{"pat": p.pat, "pid": p.pid, "state": state, "survivor": None, "updated": now} for p in patients]
    return _INSERT.change(connection, rows)


def family(connection: sa.Connection, pat: int) -> tuple[int, ...]:
    """`pat` and every one that was merged into it."""
    return (pat, *connection.execute(_ALIASES, {"of": pat}).scalars())


def reach(connection: sa.Connection, pid: str, policy: Policy) -> Reach:
    """Where the objects of the patient with this canonical id lie, merges applied. # ITI TF-2 3.18.4.1.2.3.9.1"""
    one = find(connection, (pid,))[pid]
    standing = one.standing(policy)
    return Reach(pid, standing, () if standing is Standing.SUBSUMED else family(connection, one.pat))


def canonical(patient_id: str) -> str:
    """Raises `PatientRefused` for what is not a CX with an assigning authority."""
    try:
        return CX.parse(patient_id, lenient=True).canonical
    except DatatypeError as error:
        raise PatientRefused(f"{patient_id!r}: {error}") from None


class Patients:
    """The registry's side of the patient identity feed, ITI-8 and ITI-44."""

    def __init__(
        self, database: Database, domain: AffinityDomain, policy: Policy = "any", *, clock: Clock = utc_now
    ) -> None:
        self.policy: Final = policy
        self._database = database
        self._domain = domain
        self._clock = clock

    def announce(self, *patient_ids: str) -> None:
        """The patients exist (A01, A04, A05; record added or revised). Does nothing for those already known.

        Raises `PatientRefused` for an id of another authority, or one that was merged into another; none is announced
        then.
        """
        pids = frozenset([self._own(patient_id) for patient_id in patient_ids])
        now = stamp(self._clock())

        def work(connection: sa.Connection) -> None:
            for pid, one in find(connection, pids, "update").items():
                if one.state is PatientState.MERGED:
                    raise PatientRefused(f"{pid} was merged into another patient and cannot come back")
                _make_known(connection, one, now)

        self._database.write(work)

    def merge(self, surviving: str, subsumed: str) -> None:
        """`subsumed` becomes `surviving` (A40; duplicates resolved), with all that was merged into it before.

        Raises `PatientRefused` when the ids are equal, one belongs to another authority, is unknown or was merged
        already. Not reversible. # ITI TF-2 3.8.4.2.4
        """
        self.merge_all([(surviving, subsumed)])

    def merge_all(self, pairs: Iterable[tuple[str, str]], *, announces: bool = False) -> None:
        """Several `merge`s of (surviving, subsumed), one after the other; all of them, or none when one is refused.

        With `announces` the surviving patient need not be known before: it is then. # ITI TF-2 3.44.4.2.4
        """
        merges = [(self._own(surviving), self._own(subsumed)) for surviving, subsumed in pairs]
        for kept, gone in merges:
            if kept == gone:
                raise PatientRefused(f"{kept} cannot be merged into itself")
        now = stamp(self._clock())

        def work(connection: sa.Connection) -> None:
            find(connection, {pid for pair in merges for pid in pair}, "update")  # all locks at once, in their order
            for kept, gone in merges:
                patients = find(connection, (kept, gone))
                if announces and patients[kept].standing(self.policy) is Standing.UNKNOWN:
                    _make_known(connection, patients[kept], now)
                    patients |= find(connection, (kept,))
                for one in patients.values():
                    self._mergeable(one)
                insert(connection, (p for p in patients.values() if p.state is None), PatientState.SEEN, now)
                _subsume(connection, patients[kept].pat, patients[gone].pat, now)

        self._database.write(work)

    def close(self, patient_id: str) -> None:
        """Refuse further submissions for the patient; what is there stays."""
        self._change(patient_id, PatientState.CLOSED)

    def reopen(self, patient_id: str) -> None:
        """Undo `close`."""
        self._change(patient_id, PatientState.ACTIVE)

    def standing(self, patient_id: str) -> Standing:
        """What a submission for this patient would be told."""
        pid = canonical(patient_id)
        with self._database.read() as connection:
            return find(connection, (pid,))[pid].standing(self.policy)

    def reach(self, connection: sa.Connection, patient_id: str) -> Reach:
        """Where a query for this patient has to look. Raises `PatientRefused` for what is not a CX."""
        return reach(connection, canonical(patient_id), self.policy)

    def _own(self, patient_id: str) -> str:
        pid = canonical(patient_id)
        authority = pid.rsplit("&", 2)[1]
        allowed = self._domain.patient_authorities
        if allowed and authority not in allowed:
            raise PatientRefused(
                f"{authority} is not an assigning authority of this domain ({', '.join(sorted(allowed))})"
            )
        return pid

    def _mergeable(self, one: Patient) -> None:
        standing = one.standing(self.policy)
        if standing is Standing.UNKNOWN:
            raise PatientRefused(f"{one.pid} is not known here")
        if standing is Standing.SUBSUMED:
            raise PatientRefused(f"{one.pid} was already merged into another patient")

    def _change(self, patient_id: str, state: PatientState) -> None:
        pid = self._own(patient_id)
        now = stamp(self._clock())

        def work(connection: sa.Connection) -> None:
            one = find(connection, (pid,), "update")[pid]
            if one.state is None:
                insert(connection, (one,), state, now)
            elif one.state in (PatientState.MERGED, PatientState.ERASED):
                raise PatientRefused(f"{pid} was {one.state.name.lower()}")
            else:
                connection.execute(_SET_STATE, {"of": one.pat, "to": state, "at": now})

        self._database.write(work)


def _make_known(connection: sa.Connection, one: Patient, now: int) -> None:
    """What an announcement does to a patient: nothing to one who is known, or closed."""
    if one.state is None:
        insert(connection, (one,), PatientState.ACTIVE, now)
    elif one.state is PatientState.SEEN:
        connection.execute(_SET_STATE, {"of": one.pat, "to": PatientState.ACTIVE, "at": now})


def _subsume(connection: sa.Connection, kept: int, gone: int, now: int) -> None:
    moved = family(connection, gone)
    connection.execute(_SUBSUME, {"pats": list(moved), "by": kept, "at": now})
    connection.execute(_DROP_ALIASES, {"of": gone})
    connection.execute(_INSERT_ALIAS, [{"pat": kept, "subsumed": pat} for pat in moved])


def _patient(row: Sequence[Any]) -> Patient:
    pat, pid, state, survivor = row
    return Patient(pid, pat, PatientState(state), survivor)


def survivors(connection: sa.Connection, patients: Iterable[Patient]) -> Mapping[int, Patient]:
    """`pat` → the surviving patient, for each of `patients` that was merged."""
    merged = [p for p in patients if p.survivor is not None]
    kept = at(connection, (p.survivor for p in merged if p.survivor is not None)) if merged else {}
    return {p.pat: kept[p.survivor] for p in merged if p.survivor is not None}
