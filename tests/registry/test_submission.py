import multiprocessing
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from lxml import etree

from metadata import vocabulary as v
from metadata.affinity import AffinityDomain
from metadata.ebrim import RegistryObject, parse_objects
from metadata.errors import RegistryResponse
from metadata.model import XdsObject
from metadata.translate import to_ebrim
from registry import tables
from registry.queries.shelves import ENTRIES, Shelf
from registry.registry import Registry
from registry.tables import Located, LocatorFlag
from storage import CommitUnknown, Database, key_of, pat_of

Rows = Callable[..., list[Any]]
Fragment = Callable[[Shelf, Any], bytes]
PATIENT = "279063522032977^^^&1.2.250.1.213.1.4.8&ISO"
OTHER = "180055750404021^^^&1.2.250.1.213.1.4.8&ISO"


def codes(response: RegistryResponse) -> list[str]:
    return [str(error.code) for error in response.errors]


def urn(id_: UUID) -> str:
    return f"urn:uuid:{id_}"


def together(calls: list[Callable[[], Any]]) -> list[Any]:
    """What each call returns when all start at once."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(n: int) -> None:
        barrier.wait()
        try:
            results[n] = calls[n]()
        except Exception as error:  # noqa: BLE001 - shown by the assertion that follows
            results[n] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def count_rows(rows: Rows) -> dict[str, int]:
    return {name: len(rows(name)) for name in tables.metadata.tables}


# --- what is written ------------------------------------------------------------------------------------------------


def test_a_submission_is_written_with_what_queries_filter_on(make: Any, registry: Registry, rows: Rows) -> None:
    entry = make.entry(
        event_codes=(make.entry().class_code,),
        reference_ids=("9^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:order",),
    )
    assert registry.register(make.submission(entry)) == RegistryResponse.of()
    (row,) = rows("document_entry")
    assert (row.pat, row.lid, row.ver, row.status, row.kind) == (pat_of(PATIENT), row.id, 1, 1, 1)
    assert (row.uid, row.repo, row.size) == (entry.unique_id, "1.2.250.1.999.2", 1234)
    assert row.hash == "da4b9237bacccdf19c0760cab7aec4a8359010b0"
    assert (row.created, row.svc_start, row.svc_stop) == (20260304000000, 20260304101000, 20260304102000)
    assert row.class_code == "10^^1.2.250.1.213.1.1.4.1"
    assert row.tokens == (
        "\nC:N^^2.16.840.1.113883.5.25\nE:10^^1.2.250.1.213.1.1.4.1\nR:9^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:order\n"
    )
    assert row.authors == "\n899900063480^LIBRE^MAX^^^^^^&1.2.250.1.71.4.2.1&ISO\n"
    assert row.registered == 20260305101500
    (the_set,) = rows("submission_set")
    assert (the_set.source, the_set.submitted) == ("1.2.250.1.999.4", 20260304101600)
    (patient,) = rows("patient")
    assert (patient.pat, patient.pid, patient.state) == (pat_of(PATIENT), PATIENT, tables.PatientState.SEEN)


def test_every_id_of_a_submission_is_located(make: Any, registry: Registry, rows: Rows) -> None:
    entry, folder = make.entry(), make.folder()
    member = make.association(v.HAS_MEMBER, "folder", "document")
    registry.register(make.submission(entry, folder, member))
    located = {row.key: row for row in rows("locator")}
    (e,), (f,), (s,) = rows("document_entry"), rows("folder"), rows("submission_set")
    assert located[e.id].kind == Located.ENTRY_UUID
    assert (located[key_of(e.uid)].kind, located[key_of(e.uid)].ref) == (Located.ENTRY_UNIQUE_ID, e.id)
    assert located[f.id].kind == Located.FOLDER_UUID
    assert located[key_of(f.uid)].kind == Located.FOLDER_UNIQUE_ID
    assert located[s.id].kind == Located.SUBMISSION_SET_UUID
    assert located[key_of(s.uid)].kind == Located.SUBMISSION_SET_UNIQUE_ID
    associations = rows("association")
    assert {located[a.id].kind for a in associations} == {Located.ASSOCIATION_UUID}
    assert len(located) == 6 + len(associations) == 10


def test_one_symbol_is_one_uuid_wherever_it_stands(
    make: Any, registry: Registry, rows: Rows, fragment: Fragment
) -> None:
    registry.register(
        make.submission(make.entry(), make.folder(), make.association(v.HAS_MEMBER, "folder", "document"))
    )
    (e,), (f,), (s,) = rows("document_entry"), rows("folder"), rows("submission_set")
    ends = {(a.src, a.tgt) for a in rows("association")}
    (membership,) = [a for a in rows("association") if a.src == f.id]
    assert ends == {(s.id, e.id), (s.id, f.id), (f.id, e.id), (s.id, membership.id)}
    written = fragment(ENTRIES, e).decode()
    ids = [part.split('"')[0] for part in written.split(' id="')[1:]]
    assert len(set(ids)) == len(ids)
    for id_ in ids:
        assert id_ == urn(UUID(id_[9:]))


def test_uuids_of_the_sender_are_kept_in_lower_case(
    make: Any, registry: Registry, rows: Rows, fragment: Fragment
) -> None:
    own = uuid4()
    registry.register(make.submission(make.entry(f"urn:uuid:{str(own).upper()}")))
    (row,) = rows("document_entry")
    assert row.id == own
    assert str(own).upper() not in fragment(ENTRIES, row).decode()


def test_what_the_sender_says_of_status_and_version_is_not_taken_over(
    make: Any, registry: Registry, rows: Rows
) -> None:
    registry.register(make.submission(make.entry(availability_status=v.DEPRECATED)))
    (row,) = rows("document_entry")
    assert row.status == tables.APPROVED


def test_variants_of_a_patient_id_reach_the_same_rows_and_are_kept_as_received(
    make: Any, registry: Registry, rows: Rows, fragment: Fragment
) -> None:
    variant = PATIENT + "^NH^^20100907"
    waived = Registry(
        registry.database,
        replace(AffinityDomain.open(), waived=frozenset({"de.patientId.components", "ss.patientId.components"})),
    )
    response = waived.register(make.submission(make.entry(patient_id=PATIENT + "^NH"), patient_id=PATIENT + "^NH"))
    assert response.succeeded, response
    response = waived.register(make.submission(make.entry(patient_id=variant), patient_id=variant))
    assert response.succeeded, response
    assert {row.pat for row in rows("document_entry")} == {pat_of(PATIENT)}
    kept = [fragment(ENTRIES, row).decode() for row in rows("document_entry")]
    assert any(variant.replace("&", "&amp;") in text for text in kept)


def test_extra_metadata_is_stored_or_dropped_as_the_domain_says(
    make: Any, registry: Registry, rows: Rows, fragment: Fragment
) -> None:
    registry.register(make.submission(make.entry(extra={"urn:x:color": ("red",)})))
    (row,) = rows("document_entry")
    assert b"urn:x:color" in fragment(ENTRIES, row)
    dropping = Registry(registry.database, replace(AffinityDomain.open(), extra_metadata="drop"))
    response = dropping.register(make.submission(make.entry("kept", extra={"urn:x:color": ("red",)})))
    assert response.succeeded
    assert codes(response) == ["XDSExtraMetadataNotSaved"]
    assert sorted(b"urn:x:color" in fragment(ENTRIES, r) for r in rows("document_entry")) == [False, True]


# --- uniqueIds ------------------------------------------------------------------------------------------------------


def test_the_same_document_may_be_described_twice_and_both_are_found(make: Any, registry: Registry, rows: Rows) -> None:
    entry = make.entry()
    for _ in range(3):
        assert registry.register(make.submission(entry)).succeeded
    assert len(rows("document_entry", uid=entry.unique_id)) == 3
    (first,) = rows("locator", key=key_of(entry.unique_id))
    assert first.flags == LocatorFlag.MORE
    more = {row.ref for row in rows("locator_more", key=key_of(entry.unique_id))}
    assert {first.ref, *more} == {row.id for row in rows("document_entry")}


@pytest.mark.parametrize(
    ("change", "code"),
    [({"hash": "0" * 40}, "XDSNonIdenticalHash"), ({"size": "99"}, "XDSNonIdenticalSize")],
)
def test_another_content_under_a_known_unique_id_is_refused(
    make: Any, registry: Registry, rows: Rows, change: dict[str, str], code: str
) -> None:
    entry = make.entry()
    registry.register(make.submission(entry))
    before = count_rows(rows)
    assert codes(registry.register(make.submission(replace(entry, **change)))) == [code]
    assert count_rows(rows) == before


def test_the_unique_id_of_a_set_or_a_folder_belongs_to_it_alone(make: Any, registry: Registry, rows: Rows) -> None:
    entry, folder, the_set = make.entry(), make.folder(), make.oid()
    registry.register(make.submission(entry, folder, unique_id=the_set))
    before = count_rows(rows)
    for taken in (entry.unique_id, folder.unique_id, the_set):
        response = registry.register(make.submission(make.entry(), unique_id=taken))
        assert codes(response) == ["XDSDuplicateUniqueIdInRegistry"], taken
        assert taken in response.errors[0].context
        response = registry.register(make.submission(make.folder(unique_id=taken)))
        assert codes(response) == ["XDSDuplicateUniqueIdInRegistry"], taken
    for taken in (folder.unique_id, the_set):
        response = registry.register(make.submission(make.entry(unique_id=taken)))
        assert codes(response) == ["XDSRegistryMetadataError"], taken  # that other code is not for DocumentEntries
    assert count_rows(rows) == before


def test_an_entry_uuid_that_is_taken_is_refused(make: Any, registry: Registry) -> None:
    own = urn(uuid4())
    registry.register(make.submission(make.entry(own)))
    assert codes(registry.register(make.submission(make.entry(own)))) == ["XDSRegistryMetadataError"]


def test_what_was_erased_cannot_come_back(make: Any, registry: Registry, database: Database) -> None:
    entry = make.entry()
    key = key_of(entry.unique_id)
    tombstone = {"key": key, "kind": Located.TOMBSTONE, "flags": 0, "pat": 0, "ref": UUID(int=0)}
    database.write(lambda c: c.execute(sa.insert(tables.locator), tombstone))
    assert codes(registry.register(make.submission(entry))) == ["XDSRegistryMetadataError"]


def test_the_entry_uuid_of_what_was_erased_is_not_given_again(
    make: Any, registry: Registry, database: Database, rows: Rows
) -> None:
    erased = uuid4()
    tombstone = {"key": erased, "kind": Located.TOMBSTONE, "flags": 0, "pat": 0, "ref": UUID(int=0)}
    database.write(lambda c: c.execute(sa.insert(tables.locator), tombstone))
    assert codes(registry.register(make.submission(make.entry(urn(erased))))) == ["XDSRegistryMetadataError"]
    assert rows("document_entry") == []


# --- all or nothing -------------------------------------------------------------------------------------------------


def test_every_error_is_reported_and_nothing_is_kept(make: Any, registry: Registry, rows: Rows) -> None:
    entry = make.entry()
    registry.register(make.submission(entry))
    before = count_rows(rows)
    changed = replace(entry, hash="1" * 40)
    gone = urn(uuid4())
    response = registry.register(make.submission(changed, make.association(v.APND, "document", gone)))
    assert sorted(codes(response)) == ["UnresolvedReferenceException", "XDSNonIdenticalHash"]
    assert not response.succeeded
    assert count_rows(rows) == before


def test_rules_on_the_message_come_before_the_store_is_asked(make: Any, registry: Registry, rows: Rows) -> None:
    response = registry.register(make.submission(make.entry(class_code=None, creation_time="tomorrow")))
    assert len(response.errors) >= 2
    assert set(codes(response)) == {"XDSRegistryMetadataError"}
    assert count_rows(rows) == dict.fromkeys(count_rows(rows), 0)


def test_work_that_goes_along_is_kept_with_the_submission_or_lost_with_it(
    make: Any, registry: Registry, rows: Rows
) -> None:
    def mark(connection: sa.Connection) -> None:
        connection.execute(sa.insert(tables.patient_alias), {"pat": 1, "subsumed": 2})

    def fail(connection: sa.Connection) -> None:
        mark(connection)
        raise LookupError("the other actor cannot")

    with pytest.raises(LookupError):
        registry.register(make.submission(make.entry()), also=fail)
    assert count_rows(rows) == dict.fromkeys(count_rows(rows), 0)
    assert not registry.register(make.submission(make.entry(class_code=None)), also=fail).succeeded
    assert registry.register(make.submission(make.entry()), also=mark).succeeded
    assert len(rows("patient_alias")) == len(rows("document_entry")) == 1


def test_errors_are_in_the_language_of_the_registry(make: Any, registry: Registry) -> None:
    french = Registry(registry.database, AffinityDomain.open(), language="fr")
    association = make.association(v.APND, "document", urn(uuid4()))
    (error,) = french.register(make.submission(make.entry(), association)).errors
    assert "ni dans la soumission ni dans le registre" in error.context


def test_a_value_that_xml_cannot_carry_is_refused(make: Any, registry: Registry, rows: Rows) -> None:
    response = registry.register(make.submission(make.entry(title="bell \x07")))
    assert set(codes(response)) == {"XDSRegistryMetadataError"}
    assert rows("document_entry") == []


# --- retries and races ----------------------------------------------------------------------------------------------


def test_the_same_submission_again_is_a_success_and_changes_nothing(make: Any, registry: Registry, rows: Rows) -> None:
    objects = make.submission(make.entry(), make.folder())
    assert registry.register(objects).succeeded
    before = count_rows(rows)
    also: list[str] = []
    response = registry.register(tuple(reversed(objects)), also=lambda _c: also.append("ran"))
    assert response == RegistryResponse.of()
    assert also == ["ran"]
    assert count_rows(rows) == before


def test_a_strict_registry_refuses_the_same_submission(make: Any, registry: Registry, rows: Rows) -> None:
    strict = Registry(registry.database, AffinityDomain.open(), retries=False)
    objects = make.submission(make.entry())
    assert strict.register(objects).succeeded
    assert codes(strict.register(objects)) == ["XDSDuplicateUniqueIdInRegistry"]
    assert len(rows("document_entry")) == 1


def test_another_submission_under_the_same_unique_id_is_no_retry(make: Any, registry: Registry, rows: Rows) -> None:
    entry, the_set = make.entry(), make.oid()
    registry.register(make.submission(entry, unique_id=the_set))
    changed = replace(entry, title="Another title")
    assert codes(registry.register(make.submission(changed, unique_id=the_set))) == ["XDSDuplicateUniqueIdInRegistry"]
    assert len(rows("document_entry")) == 1


def test_eight_identical_submissions_at_once_are_written_once(make: Any, registry: Registry, rows: Rows) -> None:
    for _ in range(4):
        objects = make.submission(make.entry())
        before = len(rows("document_entry"))
        results = together([lambda objects=objects: registry.register(objects)] * 8)  # type: ignore[misc]
        assert results == [RegistryResponse.of()] * 8
        assert len(rows("document_entry")) == before + 1


def test_eight_identical_submissions_at_once_have_one_winner_when_strict(
    make: Any, registry: Registry, rows: Rows
) -> None:
    strict = Registry(registry.database, AffinityDomain.open(), retries=False)
    objects = make.submission(make.entry())
    results = together([lambda: strict.register(objects)] * 8)
    assert sorted(str(codes(r)) for r in results) == ["['XDSDuplicateUniqueIdInRegistry']"] * 7 + ["[]"]
    assert len(rows("document_entry")) == 1


def test_eight_descriptions_of_one_document_at_once_are_all_found(make: Any, registry: Registry, rows: Rows) -> None:
    entry = make.entry()
    submissions = [make.submission(entry) for _ in range(8)]
    results = together([lambda s=s: registry.register(s) for s in submissions])  # type: ignore[misc]
    assert [codes(r) for r in results] == [[]] * 8
    (first,) = rows("locator", key=key_of(entry.unique_id))
    found = {first.ref, *(row.ref for row in rows("locator_more"))}
    assert found == {row.id for row in rows("document_entry")}
    assert len(found) == 8


def test_several_processes_register_at_once_without_losing_or_failing(
    make: Any, registry: Registry, rows: Rows
) -> None:
    registry.register(make.submission(make.entry()))  # the parent has open connections when it forks
    shared = make.submission(make.entry())
    own = [[make.submission(make.entry()) for _ in range(8)] for _ in range(3)]

    def work(submissions: Any) -> None:
        outcomes = [registry.register(s).succeeded for s in (*submissions, shared)]
        os._exit(0 if all(outcomes) else 1)

    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=work, args=(submissions,)) for submissions in own]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert len(rows("document_entry")) == 1 + 3 * 8 + 1


def test_a_commit_of_unknown_outcome_is_looked_up_before_the_answer(
    make: Any, registry: Registry, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = Registry(registry.database, AffinityDomain.open(), retries=False)
    write = registry.database.write
    losses = ["the connection broke after the COMMIT had been sent"]

    def lossy(work: Callable[[sa.Connection], Any]) -> Any:
        result = write(work)
        if losses:
            raise CommitUnknown(losses.pop())
        return result

    monkeypatch.setattr(registry.database, "write", lossy)
    assert strict.register(make.submission(make.entry())).succeeded
    assert len(rows("document_entry")) == 1


# --- by reference ---------------------------------------------------------------------------------------------------


def test_a_member_by_reference_lies_under_both_patients(make: Any, registry: Registry, rows: Rows) -> None:
    registry.register(make.submission(make.entry(patient_id=OTHER), patient_id=OTHER))
    (theirs,) = rows("document_entry")
    reference = make.association(v.HAS_MEMBER, "set", urn(theirs.id), submission_set_status="Reference")
    response = registry.register((*make.submission(make.entry()), to_ebrim(reference)))
    assert response.succeeded, response
    found = rows("association", tgt=theirs.id, original=False)
    assert {row.pat for row in found} == {pat_of(PATIENT), pat_of(OTHER)}
    assert len({row.id for row in found}) == 1
    assert rows("document_entry", id=theirs.id) == [theirs]


def test_a_long_submission_is_registered_whole(make: Any, registry: Registry, rows: Rows) -> None:
    entries = [make.entry(f"document{n}") for n in range(40)]
    assert registry.register(make.submission(*entries)).succeeded
    assert {row.uid for row in rows("document_entry")} == {e.unique_id for e in entries}


def test_what_is_stored_reads_as_a_valid_answer(make: Any, registry: Registry, rows: Rows, fragment: Fragment) -> None:
    x: XdsObject = make.entry()
    registry.register(make.submission(x))
    fragment = fragment(ENTRIES, rows("document_entry")[0])
    wrapped = b'<r:RegistryObjectList xmlns:r="%s" xmlns:rim="%s">%s</r:RegistryObjectList>'
    (o,) = parse_objects(etree.fromstring(wrapped % (v.RIM.encode(), v.RIM.encode(), fragment)))
    assert isinstance(o, RegistryObject)
    assert all(c.classified_object == o.id for c in o.classifications)
