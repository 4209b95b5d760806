"""Lots that are accepted, and what is kept of their signature."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree

from dmp.authority import Authority
from dmp.lot_policy import DMP, LotLeniency, dsg_policy, set_policies
from metadata.errors import RegistryResponse
from metadata.model import Association
from metadata.vocabulary import HAS_MEMBER, SIGNS
from security.dsg import DMP_LEGACY, DSG, STRICT, SetPolicy, SetSignatureVerdict
from tests.security.corpus.sets import SetBench, manifest, resign

BOTH = pytest.mark.parametrize("policy", [DMP_LEGACY, STRICT], ids=lambda policy: policy.name)


def accepted(response: RegistryResponse) -> RegistryResponse:
    assert response.succeeded, [error.context for error in response.errors]
    return response


@BOTH
@pytest.mark.parametrize("files", [0, 15])
def test_a_lot_signed_with_a_card_is_accepted(
    bench: Any, make_lot: Any, doctor: Any, policy: SetPolicy, files: int
) -> None:
    lot = make_lot(policy=policy, files=files)
    accepted(bench.submit(lot, doctor))
    assert bench.holdings()["document_entry"] == files + 2
    assert bench.holdings()["objects"] == files + 2
    assert bench.reply.notes["signature"] == policy.name


@BOTH
def test_a_lot_sealed_by_a_structure_is_accepted(
    bench: Any, make_lot: Any, hospital: Any, authority: Any, policy: SetPolicy
) -> None:
    lot = make_lot(authority.identities["hospital"].signature, policy)
    accepted(bench.submit(lot, hospital))
    (kept,) = bench.evidence(lot.set_id)
    assert (kept.policy, kept.signer) == (policy.name, "10B0990017")


def test_the_evidence_is_kept_with_the_set(bench: Any, make_lot: Any, doctor: Any, authority: Any) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    lot = make_lot()
    accepted(bench.submit(lot, doctor))
    (kept,) = bench.evidence(lot.set_id)
    assert (kept.unique_id, kept.document) == (lot.set_id, lot.signature.unique_id)
    assert kept.signer == "899900101017"
    assert before <= kept.verified_at <= datetime.now(UTC)
    verdict = SetSignatureVerdict.from_json(kept.content.decode())
    assert verdict.certificate == authority.identities["doctor"].signature.certificate
    assert [e.uri for e in verdict.manifest] == [
        f"urn:oid:{lot.set_id}",
        *(f"urn:oid:{d.entry.unique_id}" for d in lot.prepared.documents[:-1]),
    ]
    assert {each.source for each in verdict.revocation} == {"crl"}
    said = json.loads(kept.content)["lot"]
    assert said["kind"] == "person"
    assert said["caller"] == "899900101017"
    assert said["assertion"] == "_1"
    assert bench.evidence("2.999.404") == ()


def test_the_same_lot_once_more_keeps_the_first_evidence(bench: Any, make_lot: Any, doctor: Any) -> None:
    lot = make_lot()
    accepted(bench.submit(lot, doctor))
    first = bench.evidence(lot.set_id)
    accepted(bench.submit(lot, replace(doctor, assertion_id="_2")))
    assert bench.evidence(lot.set_id) == first
    assert bench.holdings()["submission_evidence"] == 1


def test_associations_signs_may_lead_to_every_document_as_in_ihe_dsg(
    bench: Any, make_bench: Any, make_lot: Any, doctor: Any
) -> None:
    def to_documents() -> Any:
        lot = make_lot(files=1)
        (signs,) = [a for a in lot.prepared.associations if a.type == SIGNS]
        more = [
            replace(signs, entry_uuid=f"signs-{n}", target=d.entry.entry_uuid, submission_set_status=None)
            for n, d in enumerate(lot.prepared.documents[:-1])
        ]
        lot.without(SIGNS)
        lot.prepared = replace(lot.prepared, associations=(*lot.prepared.associations, *more))
        return lot

    lot = to_documents()
    accepted(bench.submit(lot, doctor))
    assert bench.reply.notes["leniencies"] == ["signs-documents"]
    closed = make_bench(replace(DMP, leniencies=DMP.leniencies - {LotLeniency.SIGNS_DOCUMENTS}))
    response = closed.submit(to_documents(), doctor)
    assert "[lot.signs.target" in response.errors[0].context
    assert closed.holds_nothing()


def test_a_legal_entity_seals_for_the_sites_that_are_listed(
    make_bench: Any, make_lot: Any, hospital: Any, authority: Any
) -> None:
    site = replace(hospital, organisation="10B0990099")
    key = authority.identities["hospital"].signature

    def lot() -> Any:
        made = make_lot(key)
        site_author = replace(
            made.prepared.submission_set.authors[0],
            institutions=("SITE TEST^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^10B0990099",),
        )
        made.prepared = replace(
            made.prepared, submission_set=replace(made.prepared.submission_set, authors=(site_author,))
        )
        return made

    refused = make_bench()
    assert "[fr.lot.signer.structure" in refused.submit(lot(), site).errors[0].context
    assert refused.holds_nothing()
    accepted(make_bench(replace(DMP, sites={"10B0990017": frozenset({"10B0990099"})})).submit(lot(), site))
    lenient = make_bench(replace(DMP, leniencies=DMP.leniencies | {LotLeniency.ANY_SITE}))
    accepted(lenient.submit(lot(), site))
    assert lenient.reply.notes["leniencies"] == ["any-site"]


def test_a_signature_may_wait_a_while(make_bench: Any, make_lot: Any, doctor: Any) -> None:
    bench = make_bench(clock=lambda: datetime.now(UTC) + timedelta(days=6))
    accepted(bench.submit(make_lot(), doctor))


# --- the international signature ------------------------------------------------------------------------------------


def test_under_ihe_a_set_needs_a_signature_only_when_it_is_asked_for(make_bench: Any, make_lot: Any) -> None:
    accepted(make_bench(dsg_policy("verify")).submit(make_lot(signed=False), None))
    demanding = make_bench(dsg_policy("require"))
    response = demanding.submit(make_lot(signed=False), None)
    assert [error.code for error in response.errors] == ["XDSRepositoryMetadataError"]
    assert "[lot.missing" in response.errors[0].context
    assert demanding.holds_nothing()


def test_under_ihe_a_signature_that_is_there_is_verified(make_bench: Any, make_lot: Any) -> None:
    bench = make_bench(dsg_policy("verify"))
    lot = make_lot(policy=STRICT)
    accepted(bench.submit(lot, None))
    (kept,) = bench.evidence(lot.set_id)
    assert "899900101017" in kept.signer
    broken = make_lot(policy=STRICT).sign_bytes(lambda signature: signature.replace(b"IHEManifest", b"IHEmanifest"))
    assert bench.submit(broken, None).errors[0].code == "XDSRepositoryError"


def test_under_ihe_a_set_has_one_signature_and_something_to_sign(make_bench: Any, make_lot: Any) -> None:
    bench = make_bench(dsg_policy("verify"))
    two, more = make_lot(policy=STRICT), make_lot(policy=STRICT).prepared.documents[-1]
    member = Association("more", HAS_MEMBER, two.prepared.submission_set.entry_uuid, more.entry.entry_uuid, "Original")
    two.prepared = replace(
        two.prepared,
        documents=(*two.prepared.documents, more),
        associations=(*two.prepared.associations, member),
    )
    two.contents[more.entry.entry_uuid] = more.content
    assert "[lot.single" in bench.submit(two, None).errors[0].context
    alone = make_lot(policy=STRICT)
    gone = alone.prepared.documents[0].entry.entry_uuid
    kept = tuple(a for a in alone.prepared.associations if a.target != gone)
    alone.prepared = replace(alone.prepared, documents=alone.prepared.documents[1:], associations=kept)
    del alone.contents[gone]
    assert bench.holds_nothing()
    assert "[lot.alone" in make_bench(dsg_policy("require")).submit(alone, None).errors[0].context
    assert "[lot.manifest-extra" in bench.submit(alone, None).errors[0].context


def _of_documents(authority: Authority, *, letter: bool = True) -> Callable[[bytes], bytes]:
    """Made a Detached Signature: it does not name the set, and names a document that is registered elsewhere."""

    def change(data: bytes) -> bytes:
        root = etree.fromstring(data)
        named = manifest(root)
        elsewhere = etree.fromstring(etree.tostring(named[1]))
        elsewhere.set("URI", "urn:oid:2.999.77")
        named.append(elsewhere)
        named.remove(named[0])
        if not letter:
            named.remove(named[0])
        return resign(root, SetBench(authority, DSG))

    return change


def test_under_ihe_a_signature_of_documents_is_verified_for_those_that_are_here(
    make_bench: Any, make_lot: Any, authority: Authority
) -> None:
    """ITI TF-3 5.5.3: it need not be one of the set."""
    bench = make_bench(dsg_policy("verify"))
    lot = make_lot(policy=DSG).sign_bytes(_of_documents(authority))
    accepted(bench.submit(lot, None))
    (kept,) = bench.evidence(lot.set_id)
    assert json.loads(kept.content)["set"] == ""
    assert "[lot.manifest-set" in make_bench(dsg_policy("require")).submit(lot, None).errors[0].context
    other = make_lot(policy=DSG).sign_bytes(_of_documents(authority))
    letter = other.prepared.documents[0].entry
    other.contents[letter.entry_uuid] += b"<!-- changed -->"
    other.alter(letter, hash=None, size=None)
    assert "[lot.document-digest" in bench.submit(other, None).errors[0].context


def test_under_ihe_a_signature_of_documents_elsewhere_is_held_to_its_signer(
    make_bench: Any, make_lot: Any, authority: Authority
) -> None:
    bench = make_bench(dsg_policy("verify"))
    lot = make_lot(policy=DSG).sign_bytes(_of_documents(authority, letter=False))
    accepted(bench.submit(lot, None))
    forged = make_lot(policy=DSG).sign_bytes(
        lambda data: _of_documents(authority, letter=False)(data).replace(b"2.999.77", b"2.999.78")
    )
    assert "[lot.digest" in bench.submit(forged, None).errors[0].context


@pytest.mark.parametrize("mode", ["verify", "require"])
def test_under_ihe_a_signature_to_the_letter_is_verified(make_bench: Any, make_lot: Any, mode: Any) -> None:
    bench = make_bench(dsg_policy(mode))
    lot = make_lot(policy=DSG)
    accepted(bench.submit(lot, None))
    (kept,) = bench.evidence(lot.set_id)
    assert kept.policy == "dsg"
    broken = make_lot(policy=DSG).sign_bytes(lambda signature: signature.replace(b"IHEManifest", b"IHEmanifest"))
    assert "[lot.value" in bench.submit(broken, None).errors[0].context


@pytest.mark.parametrize("policy", [DSG, STRICT])
def test_under_ihe_the_signature_of_a_set_needs_no_association(make_bench: Any, make_lot: Any, policy: Any) -> None:
    """ITI TF-3 5.5.3.1, 5.5.6.4; France asks for one."""
    bench = make_bench(dsg_policy("require"))
    lot = make_lot(policy=policy).without(SIGNS)
    accepted(bench.submit(lot, None))
    assert len(bench.evidence(lot.set_id)) == 1


# --- options --------------------------------------------------------------------------------------------------------


def test_policies_are_chosen_by_name() -> None:
    assert set_policies("strict") == (STRICT,)
    assert set_policies("strict, dmp-legacy,strict") == (STRICT, DMP_LEGACY)


@pytest.mark.parametrize("names", ["", ",", "lax", "strict,lax"])
def test_an_unknown_policy_is_told(names: str) -> None:
    with pytest.raises(ValueError, match="there are dmp-legacy, strict"):
        set_policies(names)
