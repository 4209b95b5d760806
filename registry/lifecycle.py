"""What a submission does to objects that are already registered. # ITI TF-2 3.42.4.1.3.5, 3.42.4.1.3.6

RPLC and XFRM_RPLC, in order: the replaced entry becomes Deprecated; so does every entry that came of it by XFRM or
APND, and what came of those; each Approved Folder that holds the replaced entry gets its replacement, and the
SubmissionSet gets the new membership; the Folders' lastUpdateTime moves. Any new member moves it. XFRM, APND and signs
alone change nothing that exists.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import sqlalchemy as sa

from metadata import vocabulary as v
from registry import store
from registry import tables as t
from registry.holdings import Holdings
from registry.prepared import New, Prepared
from registry.rows import member_row
from registry.store import Place
from registry.tables import ASSOCIATION_TYPE_NUMBER

_HAS_MEMBER = ASSOCIATION_TYPE_NUMBER[v.HAS_MEMBER]


@dataclass(frozen=True, slots=True)
class Effects:
    """Changes to make in the same transaction."""

    replaced: frozenset[Place] = frozenset()
    """Entries that must still be Approved when they are deprecated."""
    derived: frozenset[Place] = frozenset()
    """Entries that came of those; Deprecated already or not."""
    folders: frozenset[Place] = frozenset()
    """Folders that must still be Approved when their lastUpdateTime moves."""
    associations: tuple[New, ...] = ()
    """Memberships that the registry adds."""


def effects(connection: sa.Connection, prepared: Prepared, holdings: Holdings) -> Effects:
    """What follows from a submission that has passed every rule."""
    if not prepared.references:
        return Effects()
    members = {(a.row["src"], a.row["tgt"]) for a in prepared.associations if a.row["type"] == _HAS_MEMBER}
    touched = {
        (holdings.pats[src], src)
        for src, _ in members
        if src in holdings.pats  # of the sources of HasMember only a Folder can be held; the SubmissionSet is new
    }
    added: list[New] = []
    for target, sources in prepared.replaced.items():
        for place in holdings.folders.get(target, ()):
            touched.add(place)
            added += _memberships(prepared.submission_set.id, place[1], sources, members)
    replaced = {(holdings.pats[target], target) for target in prepared.replaced}
    return Effects(
        frozenset(replaced), _derived(connection, replaced, holdings.families), frozenset(touched), tuple(added)
    )


def _memberships(
    submission_set: UUID, folder: UUID, sources: Iterable[UUID], submitted: set[tuple[UUID, UUID]]
) -> list[New]:
    """The Folder takes each replacement that the submission has not put there itself."""
    added = []
    for source in sources:
        if (folder, source) not in submitted:
            submitted.add((folder, source))
            member, link = uuid4(), uuid4()
            added.append(New(t.association, member, member_row(member, folder, source)))
            added.append(New(t.association, link, member_row(link, submission_set, member)))
    return added


def _derived(
    connection: sa.Connection, replaced: Iterable[Place], families: Mapping[int, tuple[int, ...]]
) -> frozenset[Place]:
    """Everything made of the replaced entries by XFRM or APND, in any number of steps; a circle ends where it began."""
    derived: set[Place] = set()
    by_family: dict[tuple[int, ...], set[UUID]] = {}
    for pat, id_ in replaced:
        by_family.setdefault(families[pat], set()).add(id_)
    for family, start in by_family.items():
        seen, frontier = set(start), set(start)
        while frontier:
            frontier = {row.src for row in store.derived_from(connection, family, frontier)} - seen
            seen |= frontier
        derived |= {(pat, id_) for pat in family for id_ in seen - start}
    return frozenset(derived)
