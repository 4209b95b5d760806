"""Every way for a lot to be refused: each tells its rule, and leaves no document and no entry."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from client.documents import Document
from dmp.lot_policy import DMP, LotPolicy
from dmp.lot_rules import LOT, of_reason
from metadata.errors import RegistryResponse
from metadata.model import Association, Code
from metadata.vocabulary import HAS_MEMBER, SIGNS
from security.dsg import DMP_LEGACY, STRICT, Leniency, Reason
from security.gate import Caller


@dataclass
class Attempt:
    """A valid lot and its valid circumstances; a case changes one of them."""

    make_lot: Callable[..., Any]
    authority: Any
    lot: Any
    caller: Caller | None
    policy: LotPolicy = DMP
    clock: Callable[[], datetime] | None = None
    notes: dict[str, Any] = field(default_factory=dict)


CASES: dict[str, tuple[str, Callable[[Attempt], object]]] = {}
"""Name → the rule that must be told, and what is changed."""


def case(rule: str, *names: str) -> Callable[[Callable[[Attempt], object]], Callable[[Attempt], object]]:
    def enter(change: Callable[[Attempt], object]) -> Callable[[Attempt], object]:
        CASES[" ".join((change.__name__.replace("_", " "), *names))] = (rule, change)
        return change

    return enter


def signature(rule: Reason, old: bytes, new: bytes, name: str) -> None:
    """A case that replaces bytes of the signature document."""

    def change(attempt: Attempt) -> None:
        def replaced(content: bytes) -> bytes:
            assert old in content
            return content.replace(old, new, 1)

        attempt.lot.sign_bytes(replaced)

    CASES[name] = (of_reason(rule), change)


# --- the lot --------------------------------------------------------------------------------------------------------


@case("fr.signature.missing")
def no_signature(attempt: Attempt) -> None:
    attempt.lot = attempt.make_lot(signed=False)


@case("fr.signature.single")
def two_signatures(attempt: Attempt) -> None:
    other = attempt.make_lot()
    document = other.prepared.documents[-1]
    member = Association("more", HAS_MEMBER, attempt.lot.prepared.submission_set.entry_uuid, document.entry.entry_uuid)
    attempt.lot.prepared = replace(
        attempt.lot.prepared,
        documents=(*attempt.lot.prepared.documents, document),
        associations=(*attempt.lot.prepared.associations, replace(member, submission_set_status="Original")),
    )
    attempt.lot.contents[document.entry.entry_uuid] = document.content


@case("fr.signature.alone")
def a_signature_of_nothing(attempt: Attempt) -> None:
    lot = attempt.lot
    document = lot.prepared.documents[-1]
    gone = {d.entry.entry_uuid for d in lot.prepared.documents[:-1]}
    kept = tuple(a for a in lot.prepared.associations if a.target not in gone)
    lot.prepared = replace(lot.prepared, documents=(document,), associations=kept)
    lot.contents = {document.entry.entry_uuid: document.content}


@case("fr.signature.signs")
def no_association_signs(attempt: Attempt) -> None:
    attempt.lot.without(SIGNS)


@case("lot.signs.source")
def an_association_signs_from_a_document(attempt: Attempt) -> None:
    prepared = attempt.lot.prepared
    stray = Association("stray", SIGNS, prepared.documents[0].entry.entry_uuid, prepared.submission_set.entry_uuid)
    attempt.lot.prepared = replace(prepared, associations=(*prepared.associations, stray))


@case("lot.signs.target")
def associations_signs_to_some_of_the_documents(attempt: Attempt) -> None:
    attempt.lot = attempt.make_lot(files=1)
    prepared = attempt.lot.prepared
    associations = tuple(
        replace(a, target=prepared.documents[0].entry.entry_uuid) if a.type == SIGNS else a
        for a in prepared.associations
    )
    attempt.lot.prepared = replace(prepared, associations=associations)


@case("fr.signature.mimeType")
def an_entry_of_another_media_type(attempt: Attempt) -> None:
    attempt.lot.alter(attempt.lot.signature, mime_type="application/xml")


@case("fr.signature.typeCode")
def an_entry_of_another_type(attempt: Attempt) -> None:
    attempt.lot.alter(attempt.lot.signature, type_code=Code("11488-4", "2.16.840.1.113883.6.1", "CR"))


@case("fr.signature.confidentialityCode")
def an_entry_that_everybody_sees(attempt: Attempt) -> None:
    attempt.lot.alter(attempt.lot.signature, confidentiality_codes=attempt.lot.signature.confidentiality_codes[:1])


# --- the signature --------------------------------------------------------------------------------------------------

signature(Reason.MALFORMED, b"</Signature>", b"", "a signature that is cut off")
signature(Reason.FORBIDDEN_MARKUP, b"<SignedInfo>", b"<!-- --><SignedInfo>", "a comment in the signature")
signature(Reason.FORBIDDEN_MARKUP, b"<Signature ", b"<!DOCTYPE x><Signature ", "a document type")
signature(Reason.STRUCTURE, b'Manifest Id="IHEManifest"', b'Manifest Id="Other"', "a manifest of another name")
signature(Reason.REFERENCE, b'URI="#IHEManifest"', b'URI="#Other"', "a reference to nothing")
signature(Reason.ALGORITHM, b"c14n-20010315#WithComments", b"c14n-20010315", "a canonicalisation without comments")
signature(Reason.ALGORITHM, b"xmldsig#rsa-sha1", b"xmldsig#hmac-sha1", "a signature by a secret")
signature(Reason.PURPOSE, b"1.2.840.10065.1.12.1.14", b"1.2.840.10065.1.12.1.1", "another purpose")
signature(Reason.DIGEST, b"<DigestValue>AA==", b"<DigestValue>AQ==", "an altered manifest")
signature(Reason.DIGEST, b"<SignaturePolicyImplied/>", b"<SignaturePolicyImplied></SignaturePolicyImplied> ", "altered")


@case(of_reason(Reason.TOO_LARGE))
def a_signature_that_is_huge(attempt: Attempt) -> None:
    attempt.lot.sign_bytes(lambda content: content + b" " * (2 << 20))


@case(of_reason(Reason.VALUE))
def a_signature_value_of_another_lot(attempt: Attempt) -> None:
    other = attempt.make_lot()
    attempt.lot.sign_bytes(lambda content: _spliced(content, other.contents[other.signature.entry_uuid]))


@case(of_reason(Reason.MANIFEST_SET))
def the_signature_of_another_lot(attempt: Attempt) -> None:
    other = attempt.make_lot()
    attempt.lot.sign_bytes(lambda _: other.contents[other.signature.entry_uuid])


@case(of_reason(Reason.DOCUMENT_DIGEST))
def a_document_that_was_altered(attempt: Attempt) -> None:
    entry = attempt.lot.prepared.documents[0].entry
    attempt.lot.contents[entry.entry_uuid] = attempt.lot.contents[entry.entry_uuid].replace(b"LYON", b"NICE")
    attempt.lot.alter(entry, hash=None, size=None)


@case(of_reason(Reason.DOCUMENT_UNREADABLE))
def a_document_that_is_no_xml_any_more(attempt: Attempt) -> None:
    entry = attempt.lot.prepared.documents[0].entry
    attempt.lot.contents[entry.entry_uuid] = b"<ClinicalDocument>"
    attempt.lot.alter(entry, hash=None, size=None)


@case(of_reason(Reason.MANIFEST_EXTRA))
def a_document_that_was_left_out(attempt: Attempt) -> None:
    lot = attempt.make_lot(files=1)
    gone = lot.prepared.documents[0].entry.entry_uuid
    kept = tuple(a for a in lot.prepared.associations if a.target != gone)
    documents = tuple(d for d in lot.prepared.documents if d.entry.entry_uuid != gone)
    lot.prepared = replace(lot.prepared, documents=documents, associations=kept)
    del lot.contents[gone]
    attempt.lot = lot


@case(of_reason(Reason.MANIFEST_MISSING))
def a_document_that_was_slipped_in(attempt: Attempt) -> None:
    lot, other = attempt.lot, attempt.make_lot()
    more = other.prepared.documents[0]
    member = Association("more", HAS_MEMBER, lot.prepared.submission_set.entry_uuid, more.entry.entry_uuid, "Original")
    lot.prepared = replace(
        lot.prepared,
        documents=(more, *lot.prepared.documents),
        associations=(*lot.prepared.associations, member),
    )
    lot.contents[more.entry.entry_uuid] = more.content


@case(of_reason(Reason.MANIFEST_MISSING), "by exchange")
def a_document_under_another_unique_id(attempt: Attempt) -> None:
    attempt.lot.alter(attempt.lot.prepared.documents[0].entry, unique_id="2.999.404.1")


@case(of_reason(Reason.POLICY))
def a_policy_that_is_not_accepted(attempt: Attempt) -> None:
    attempt.policy = replace(DMP, policies=(STRICT,))


@case(of_reason(Reason.POLICY), "the other way")
def the_other_policy_that_is_not_accepted(attempt: Attempt) -> None:
    attempt.lot = attempt.make_lot(policy=STRICT)
    attempt.policy = replace(DMP, policies=(DMP_LEGACY,))


@case("lot.leniency")
def a_leniency_that_is_not_accepted(attempt: Attempt) -> None:
    attempt.policy = replace(DMP, leniencies=frozenset())
    attempt.lot.sign_bytes(lambda content: content.replace(b"<SignatureProperties>", b'<SignatureProperties xmlns="">'))


@case(of_reason(Reason.SIGNING_TIME))
def a_signature_of_last_month(attempt: Attempt) -> None:
    attempt.clock = lambda: datetime.now(UTC) + timedelta(days=8)


@case(of_reason(Reason.SIGNING_TIME), "ahead")
def a_signature_of_tomorrow(attempt: Attempt) -> None:
    attempt.lot = attempt.make_lot(at=datetime.now(UTC) + timedelta(hours=1))


# --- the certificate, and who signs for whom ------------------------------------------------------------------------


def _by_bad_twins() -> Iterator[tuple[str, str]]:
    for holder in ("doctor", "hospital"):
        for flaw in (
            "not-yet-valid",
            "revoked",
            "wrong-usage",
            "wrong-key-usage",
            "self-signed",
            "stranger",
            "expired",
        ):
            yield holder, flaw


def _bad_twin(holder: str, flaw: str) -> Callable[[Attempt], None]:
    def change(attempt: Attempt) -> None:
        attempt.lot = attempt.make_lot(attempt.authority.bad[f"{holder}-{flaw}"].signature)

    return change


for _holder, _flaw in _by_bad_twins():
    CASES[f"the certificate {_holder}-{_flaw}"] = (of_reason(Reason.CERTIFICATE), _bad_twin(_holder, _flaw))


@case(of_reason(Reason.CERTIFICATE), "of a card")
def the_tls_certificate(attempt: Attempt) -> None:
    attempt.lot = attempt.make_lot(attempt.authority.identities["doctor"].authentication)


@case(of_reason(Reason.CERTIFICATE), "of a structure")
def the_other_tls_certificate(attempt: Attempt) -> None:
    attempt.lot = attempt.make_lot(attempt.authority.identities["hospital"].authentication)


@case(of_reason(Reason.CERTIFICATE), "of a server")
def the_server_certificate(attempt: Attempt) -> None:
    attempt.lot = attempt.make_lot(attempt.authority.server)


@case("fr.lot.signer.person")
def the_card_of_somebody_else(attempt: Attempt) -> None:
    attempt.lot = attempt.make_lot(attempt.authority.identities["nurse"].signature)


@case("fr.lot.signer.structure")
def the_seal_of_another_structure(attempt: Attempt) -> None:
    attempt.lot = attempt.make_lot(attempt.authority.identities["clinic"].signature)


@case("fr.lot.signer.entry")
def an_entry_that_names_another_signer(attempt: Attempt) -> None:
    other = "899900202021^MARCHAND^PAUL^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    attempt.lot.alter(attempt.lot.signature, legal_authenticator=other)


@case("fr.lot.signer.client")
def a_connection_opened_with_another_card(attempt: Attempt) -> None:
    attempt.caller = replace(attempt.caller, certificate=_der(attempt, "nurse"))  # type: ignore[type-var]


@case("fr.lot.signer.client", "of a structure")
def a_connection_opened_by_another_structure(attempt: Attempt) -> None:
    attempt.lot = attempt.make_lot(attempt.authority.identities["hospital"].signature)
    attempt.caller = replace(attempt.caller, certificate=_der(attempt, "clinic"))  # type: ignore[type-var]


@case("fr.lot.caller")
def nobody(attempt: Attempt) -> None:
    attempt.caller = None


@case("fr.lot.caller", "but a machine")
def nobody_named(attempt: Attempt) -> None:
    attempt.caller = Caller(certificate=_der(attempt, "doctor"))


@case("fr.lot.patient")
def a_vihf_for_another_patient(attempt: Attempt) -> None:
    other = "207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH"
    attempt.caller = replace(attempt.caller, patient_id=other)  # type: ignore[type-var]


def _der(attempt: Attempt, name: str) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    der: bytes = attempt.authority.identities[name].authentication.certificate.public_bytes(Encoding.DER)
    return der


def _spliced(content: bytes, other: bytes) -> bytes:
    """`content` with the SignatureValue of `other`."""
    start, end = b"<SignatureValue>", b"</SignatureValue>"
    value = other.partition(start)[2].partition(end)[0]
    head, _, rest = content.partition(start)
    return head + start + value + end + rest.partition(end)[2]


@pytest.mark.parametrize("name", CASES)
def test_a_refused_lot_leaves_no_document_and_no_entry(
    name: str, make_bench: Any, make_lot: Any, doctor: Any, authority: Any
) -> None:
    rule, change = CASES[name]
    attempt = Attempt(make_lot, authority, make_lot(), doctor)
    change(attempt)
    bench = make_bench(attempt.policy, clock=attempt.clock)
    response: RegistryResponse = bench.submit(attempt.lot, attempt.caller)
    assert not response.succeeded
    told = [error.context for error in response.errors if not error.warning]
    assert any(f"[{rule}, " in context for context in told), told
    assert bench.holds_nothing()
    assert bench.reply.outcome == "Failure"
    assert rule in bench.reply.notes["lot_refused"]


def test_each_case_would_be_accepted_without_its_change(make_bench: Any, make_lot: Any, doctor: Any) -> None:
    assert make_bench().submit(make_lot(), doctor).succeeded


def test_the_institution_of_the_lot_is_that_of_the_vihf(
    make_bench: Any, make_lot: Any, hospital: Any, authority: Any
) -> None:
    bench = make_bench()
    lot = make_lot(authority.identities["hospital"].signature)
    response = bench.submit(lot, replace(hospital, organisation="10B0990025"))
    assert any("Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF" in e.context for e in response.errors)
    assert bench.holds_nothing()


def test_a_refusal_tells_the_client_the_rule_and_the_log_the_truth(
    make_bench: Any, make_lot: Any, doctor: Any, authority: Any
) -> None:
    bench = make_bench()
    lot = make_lot(authority.bad["doctor-revoked"].signature)
    (error,) = bench.submit(lot, doctor).errors
    assert error.code == "XDSRepositoryError"
    assert "revoked" not in error.context
    assert "revoked" in bench.reply.notes["lot_detail"]
    (explained,) = make_bench(replace(DMP, explain=True)).submit(lot, doctor).errors
    assert "revoked" in explained.context


def test_every_rule_of_the_book_has_a_sentence_in_both_languages() -> None:
    assert {of_reason(reason) for reason in Reason} <= set(LOT.rules)
    for rule in LOT:
        assert rule.en != rule.fr
        assert rule.codes.keys() == {"ITI-41"}


def test_every_rule_of_the_book_is_broken_by_some_case() -> None:
    international = {"lot.missing", "lot.single", "lot.alone"}  # in France the rules of the signature's entry say it
    elsewhere = {
        "lot.set",  # the registry's rules say it first
        "fr.lot.institution",
        # shapes of the signature alone, each in the attack corpus of the signature of a set
        *map(
            of_reason,
            (
                Reason.DUPLICATE_ID,
                Reason.TRANSFORM,
                Reason.KEY_INFO,
                Reason.SIGNING_CERTIFICATE,
                Reason.SIGNATURE_POLICY,
                Reason.MANIFEST_DUPLICATE,
            ),
        ),
    }
    told = {rule.id for rule in LOT if rule.id.startswith("lot.dsg.")}  # never refused by
    assert {rule.id for rule in LOT} - {rule for rule, _ in CASES.values()} == international | elsewhere | told


def test_leniencies_of_the_signature_are_accepted_by_default() -> None:
    assert frozenset(Leniency) <= DMP.leniencies


def test_a_document_is_not_opened_for_a_signer_who_is_not_believed(
    make_bench: Any, make_lot: Any, doctor: Any, authority: Any
) -> None:
    bench = make_bench()
    lot = make_lot(authority.bad["doctor-stranger"].signature)
    opened: list[str] = []
    open_read = bench.documents.open_read
    store = bench.documents

    class Watching:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def open_read(self, key: str, start: int = 0, end: int | None = None) -> Any:
            opened.append(key)
            return open_read(key, start, end)

    bench.repository = replace(bench.repository, documents=Watching())
    assert not bench.submit(lot, doctor).succeeded
    assert len(opened) == 1  # the signature document alone
    assert isinstance(lot.prepared.documents[0], Document)
