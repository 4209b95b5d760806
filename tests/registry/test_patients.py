import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from metadata.affinity import AffinityDomain
from metadata.facts import Standing
from registry import patients as module
from registry.patients import PatientRefused, Patients, family, find, reach
from registry.registry import Registry
from registry.tables import PatientState
from storage import Database, pat_of

Rows = Callable[..., list[Any]]
AUTHORITY = "1.2.250.1.213.1.4.8"


def pid(number: int) -> str:
    return f"{number}^^^&{AUTHORITY}&ISO"


A, B, C, D = (pid(n) for n in (1, 2, 3, 4))


@pytest.fixture
def feed(database: Database) -> Patients:
    domain = replace(AffinityDomain.open(), patient_authorities=frozenset({AUTHORITY}))
    return Patients(database, domain, "feed")


def submit(make: Any, database: Database, patient: str, policy: Any = "feed") -> list[str]:
    registry = Registry(database, AffinityDomain.open(), patients=policy)
    response = registry.register(make.submission(make.entry(patient_id=patient), patient_id=patient))
    return [str(error.code) for error in response.errors]


def test_a_patient_is_unknown_until_announced(feed: Patients, make: Any, database: Database) -> None:
    assert feed.standing(A) is Standing.UNKNOWN
    assert submit(make, database, A) == ["XDSUnknownPatientId"]
    feed.announce(A)
    feed.announce(A)
    assert feed.standing(A) is Standing.KNOWN
    assert submit(make, database, A) == []


def test_any_patient_is_taken_when_there_is_no_feed(make: Any, database: Database) -> None:
    assert submit(make, database, A, "any") == []
    assert submit(make, database, A, "any") == []


def test_a_patient_seen_in_a_submission_is_not_thereby_announced(make: Any, database: Database, feed: Patients) -> None:
    submit(make, database, A, "any")
    assert feed.standing(A) is Standing.UNKNOWN
    feed.announce(A)
    assert feed.standing(A) is Standing.KNOWN


def test_variants_of_an_id_are_one_patient(feed: Patients) -> None:
    feed.announce(A + "^NH^^20100907")
    assert feed.standing(A) is Standing.KNOWN


@pytest.mark.parametrize("wrong", ["1^^^&1.2.3&ISO", "1", "", "^^^&1.2.250.1.213.1.4.8&ISO"])
def test_ids_of_other_authorities_and_what_is_no_id_are_refused(feed: Patients, wrong: str) -> None:
    with pytest.raises(PatientRefused):
        feed.announce(wrong)


def test_a_merged_patient_takes_no_submissions_and_its_survivor_does(
    feed: Patients, make: Any, database: Database
) -> None:
    feed.announce(A)
    feed.announce(B)
    feed.merge(A, B)
    assert feed.standing(B) is Standing.SUBSUMED
    assert submit(make, database, B) == ["XDSUnknownPatientId"]
    assert submit(make, database, B, "any") == ["XDSUnknownPatientId"]
    assert submit(make, database, A) == []


def test_a_survivor_reaches_the_rows_of_the_whole_chain(feed: Patients, database: Database) -> None:
    for patient in (A, B, C, D):
        feed.announce(patient)
    feed.merge(B, C)
    feed.merge(A, B)
    feed.merge(A, D)
    with database.read() as connection:
        assert reach(connection, A, "feed").pats[0] == pat_of(A)
        assert set(reach(connection, A, "feed").pats) == {pat_of(p) for p in (A, B, C, D)}
        for subsumed in (B, C, D):
            assert reach(connection, subsumed, "feed").pats == ()
        assert family(connection, pat_of(B)) == (pat_of(B),)
        assert {find(connection, (p,))[p].survivor for p in (B, C, D)} == {pat_of(A)}


@pytest.mark.parametrize(
    ("surviving", "subsumed", "says"),
    [
        (A, A, "itself"),
        (A, D, "not known"),
        (D, A, "not known"),
        (A, C, "already merged"),
        (C, A, "already merged"),
        (A, "1^^^&9.9&ISO", "authority"),
        ("1^^^&9.9&ISO", A, "authority"),
    ],
)
def test_a_merge_that_makes_no_sense_is_refused_and_changes_nothing(
    feed: Patients, rows: Rows, surviving: str, subsumed: str, says: str
) -> None:
    for patient in (A, B, C):
        feed.announce(patient)
    feed.merge(B, C)
    before = rows("patient"), rows("patient_alias")
    with pytest.raises(PatientRefused, match=says):
        feed.merge(surviving, subsumed)
    assert (rows("patient"), rows("patient_alias")) == before


@pytest.mark.parametrize("seen", [True, False])
def test_a_merge_that_announces_makes_its_survivor_known(
    feed: Patients, make: Any, database: Database, seen: bool
) -> None:
    feed.announce(B)
    if seen:
        submit(make, database, A, "any")
    feed.merge_all([(A, B)], announces=True)
    assert (feed.standing(A), feed.standing(B)) == (Standing.KNOWN, Standing.SUBSUMED)
    with pytest.raises(PatientRefused, match="not known"):
        feed.merge_all([(C, D)], announces=True)
    assert feed.standing(C) is Standing.UNKNOWN


def test_a_merged_patient_cannot_be_announced_again(feed: Patients) -> None:
    feed.announce(A)
    feed.announce(B)
    feed.merge(A, B)
    with pytest.raises(PatientRefused, match="merged"):
        feed.announce(B)


def test_a_closed_patient_takes_no_submissions_until_reopened(feed: Patients, make: Any, database: Database) -> None:
    feed.announce(A)
    feed.close(A)
    assert submit(make, database, A) == ["XDSUnknownPatientId"]
    feed.announce(A)
    assert feed.standing(A) is Standing.CLOSED
    feed.reopen(A)
    assert submit(make, database, A) == []


def test_two_patients_with_one_hash_are_kept_apart(
    make: Any, database: Database, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "pat_of", lambda pid, salt=0: 4711 if salt == 0 else pat_of(pid, salt))
    for patient in (A, B, A, B):
        assert submit(make, database, patient, "any") == []
    stored = {row.pid: row.pat for row in rows("patient")}
    assert stored == {A: 4711, B: pat_of(B, 1)}
    assert sorted(row.pat for row in rows("document_entry")) == sorted([4711, 4711, pat_of(B, 1), pat_of(B, 1)])
    with database.read() as connection:
        assert reach(connection, B, "any").pats == (pat_of(B, 1),)
        assert find(connection, (A, B))[A].pat == 4711


def test_a_merge_and_submissions_at_once_leave_no_submission_behind_the_merge(
    feed: Patients, make: Any, database: Database, rows: Rows
) -> None:
    """What was acknowledged for the subsumed patient lies where its survivor looks; afterwards nothing is taken."""
    feed.announce(A)
    feed.announce(B)
    outcomes: list[list[str]] = []
    go = threading.Barrier(5)

    def sender() -> None:
        go.wait()
        outcomes.extend(submit(make, database, B) for _ in range(5))

    def merger() -> None:
        go.wait()
        feed.merge(A, B)

    threads = [threading.Thread(target=sender) for _ in range(4)] + [threading.Thread(target=merger)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [o for o in outcomes if o == []]
    assert len(rows("document_entry")) == len(taken)
    assert all(o in ([], ["XDSUnknownPatientId"]) for o in outcomes)
    assert submit(make, database, B) == ["XDSUnknownPatientId"]


def test_two_merges_into_each_other_at_once_make_no_circle(feed: Patients, database: Database, rows: Rows) -> None:
    feed.announce(A)
    feed.announce(B)
    go = threading.Barrier(2)
    refused: list[str] = []

    def merge(one: str, other: str) -> None:
        go.wait()
        try:
            feed.merge(one, other)
        except PatientRefused as error:
            refused.append(str(error))

    threads = [threading.Thread(target=merge, args=pair) for pair in ((A, B), (B, A))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert sorted(row.state for row in rows("patient")) == [PatientState.ACTIVE, PatientState.MERGED]
