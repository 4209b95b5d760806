"""Revocation lists: which are used, which are left out, and that no list means no."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ObjectIdentifier

from security.certificates import CertificateRefused, LiveTrust, Reason, TrustStore, Usage
from security.issuing import AUTHENTICATION, SIGNATURE, CertifiedKey, Issuer, KeyKind, Request, Validity, new_key
from security.keyfiles import certificates_pem

Put = Callable[..., TrustStore]


@pytest.fixture
def put(trust_directory: Path) -> Put:
    """`put(authority=crl)`: the trust store with another list of the authority, or none."""

    def store(authority: x509.CertificateRevocationList | bytes | None, name: str = "authority.crl") -> TrustStore:
        path = trust_directory / "crls" / name
        path.unlink(missing_ok=True)
        if authority is not None:
            path.write_bytes(authority if isinstance(authority, bytes) else authority.public_bytes(Encoding.DER))
        return TrustStore.load(trust_directory)

    return store


def refusal(store: TrustStore, certified: CertifiedKey, at: datetime, usage: Usage = Usage.SIGN) -> Reason | None:
    try:
        store.validate(certified.certificate, usage, at=at)
    except CertificateRefused as refused:
        return refused.reason
    return None


def test_a_fresh_list_lets_others_pass(house: Any, put: Put, at: datetime) -> None:
    store = put(house.authority.crl({1: at}, at=at, days=1))
    assert refusal(store, house.holders["card signature"], at) is None
    assert store.problems == ()


def test_a_list_in_force_revokes(house: Any, put: Put, at: datetime) -> None:
    card = house.holders["card signature"]
    store = put(house.authority.crl({card.certificate.serial_number: at - timedelta(days=2)}, at=at, days=1))
    with pytest.raises(CertificateRefused, match=r"was revoked by CN=Authority on 2026-02-27 12:00 UTC") as refused:
        store.validate(card.certificate, Usage.SIGN, at=at)
    assert refused.value.reason is Reason.REVOKED


def test_a_stale_list_closes_and_still_revokes(house: Any, put: Put, at: datetime) -> None:
    revoked = {house.holders["revoked"].certificate.serial_number: at}
    store = put(house.authority.crl(revoked, at=at - timedelta(days=10), days=9))
    assert refusal(store, house.holders["card signature"], at) is Reason.CRL_STALE
    assert refusal(store, house.holders["revoked"], at, Usage.AUTH) is Reason.REVOKED


def test_a_list_of_tomorrow_is_not_in_force(house: Any, put: Put, at: datetime) -> None:
    store = put(house.authority.crl({}, at=at + timedelta(days=1), days=9))
    assert refusal(store, house.holders["card signature"], at) is Reason.CRL_STALE


def test_no_list_is_a_closed_door(house: Any, put: Put, at: datetime) -> None:
    assert refusal(put(None), house.holders["card signature"], at) is Reason.CRL_MISSING


def test_a_store_may_do_without_lists_but_not_with_stale_ones(
    house: Any, put: Put, trust_directory: Path, at: datetime
) -> None:
    put(None)
    store = TrustStore.load(trust_directory, lists_required=False)
    assert refusal(store, house.holders["card signature"], at) is None
    put(house.authority.crl({}, at=at - timedelta(days=10), days=9))
    store = TrustStore.load(trust_directory, lists_required=False)
    assert refusal(store, house.holders["card signature"], at) is Reason.CRL_STALE


def unusable(house: Any, at: datetime) -> dict[str, tuple[x509.CertificateRevocationList | bytes, str]]:
    authority = house.authority
    narrowing = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
    unknown = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    good = authority.crl({}, at=at, days=1).public_bytes(Encoding.DER)
    return {
        "wrong issuer": (house.strange_root.crl({}, at=at, days=1), "not signed by an authority of this trust store"),
        "bad signature": (house.stranger.crl({}, at=at, days=1), "not signed by an authority of this trust store"),
        "flipped": (good[:-1] + bytes([good[-1] ^ 1]), "not signed by an authority"),
        "unknown critical extension": (authority.crl({}, at=at, days=1, critical=[unknown]), "1.2.3.4, which narrows"),
        "delta": (authority.crl({}, at=at, days=1, critical=[x509.DeltaCRLIndicator(1)]), "which narrows it"),
        "for some certificates": (authority.crl({}, at=at, days=1, critical=[narrowing]), "which narrows it"),
        "by a leaf": (_crl_of_leaf(house, at), "not signed by an authority"),
        "junk": (b"junk", "not a certificate revocation list"),
        "empty": (b"", "not a certificate revocation list"),
        "truncated": (good[:-20], "not a certificate revocation list"),
    }


def _crl_of_leaf(house: Any, at: datetime) -> x509.CertificateRevocationList:
    leaf = house.holders["card signature"]
    crl = Issuer(CertifiedKey(house.authority.certificate, leaf.key)).crl({}, at=at, days=1)
    assert crl.issuer == house.authority.certificate.subject
    return crl


KINDS = (
    "wrong issuer",
    "bad signature",
    "flipped",
    "unknown critical extension",
    "delta",
    "for some certificates",
    "by a leaf",
    "junk",
    "empty",
    "truncated",
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_that_cannot_serve_is_left_out_and_named(house: Any, put: Put, at: datetime, kind: str) -> None:
    crl, sentence = unusable(house, at)[kind]
    store = put(crl)
    assert refusal(store, house.holders["card signature"], at) is Reason.CRL_MISSING
    assert len(store.problems) == 1
    assert "authority.crl" in store.problems[0]
    assert sentence in store.problems[0]


def test_every_kind_of_unusable_list_is_tested(house: Any, at: datetime) -> None:
    assert set(unusable(house, at)) == set(KINDS)


def test_an_unusable_list_beside_a_good_one_does_no_harm(house: Any, put: Put, at: datetime) -> None:
    store = put(house.stranger.crl({}, at=at + timedelta(minutes=1), days=1), "stranger.crl")
    assert refusal(store, house.holders["card signature"], at) is None


def test_of_two_lists_the_later_counts(house: Any, put: Put, at: datetime) -> None:
    card = house.holders["card signature"]
    revoking = house.authority.crl({card.certificate.serial_number: at}, at=at + timedelta(minutes=1), days=1)
    assert refusal(put(revoking, "a-newer.crl"), card, at) is Reason.REVOKED
    old = house.authority.crl({card.certificate.serial_number: at}, at=at - timedelta(minutes=1), days=1)
    assert refusal(put(old, "a-newer.crl"), card, at) is None


def test_a_revoked_intermediate_ends_those_below_it(house: Any, put: Put, at: datetime) -> None:
    revoked = {house.authority.certificate.serial_number: at}
    store = put(house.root.crl(revoked, at=at, days=1), "root.crl")
    assert refusal(store, house.holders["card signature"], at) is Reason.ISSUER_REVOKED


def test_a_serial_number_means_something_for_its_own_authority_only(
    house: Any, trust_directory: Path, put: Put, at: datetime
) -> None:
    other_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Other")])
    other = house.root.authority(other_name, Validity.around(at, days=90), new_key(KeyKind.P256))
    (trust_directory / "intermediates" / "other.pem").write_bytes(certificates_pem(other.certificate))
    card = house.holders["card signature"]
    store = put(other.crl({card.certificate.serial_number: at}, at=at, days=1), "other.crl")
    assert refusal(store, card, at) is None


def test_a_renewed_key_of_an_authority_needs_its_own_list(
    house: Any, trust_directory: Path, put: Put, at: datetime
) -> None:
    """Two authorities of one name: the list of one says nothing of the other."""
    again = house.root.authority(
        house.authority.certificate.subject, Validity.around(at, days=90), new_key(KeyKind.P256)
    )
    (trust_directory / "intermediates" / "again.pem").write_bytes(certificates_pem(again.certificate))
    request = Request(house.holders["card signature"].certificate.subject, SIGNATURE, Validity.around(at, days=9))
    leaf = again.issue(request, new_key(KeyKind.P256))
    assert refusal(TrustStore.load(trust_directory), leaf, at) is Reason.CRL_MISSING
    assert refusal(put(again.crl({}, at=at, days=1), "again.crl"), leaf, at) is None


def test_a_new_list_forgets_what_was_believed(house: Any, trust_directory: Path, at: datetime) -> None:
    live = LiveTrust(trust_directory)
    card = house.holders["card signature"]
    assert refusal(live.current, card, at) is None
    revoking = house.authority.crl({card.certificate.serial_number: at}, at=at + timedelta(minutes=1), days=1)
    (trust_directory / "crls" / "authority.crl").write_bytes(revoking.public_bytes(Encoding.DER))
    assert live.refresh()
    assert refusal(live.current, card, at) is Reason.REVOKED
    assert not live.refresh()
    live.close()


def test_lists_swapped_under_load_never_open_the_door(
    house: Any, trust_directory: Path, issue: Callable[..., CertifiedKey], at: datetime
) -> None:
    """While the lists are replaced by others that all revoke it, a revoked certificate is refused each time."""
    victim = issue(AUTHENTICATION)
    path = trust_directory / "crls" / "authority.crl"
    serials = {victim.certificate.serial_number: at}

    def replace(number: int) -> None:
        beside = path.with_suffix(".new")
        crl = house.authority.crl(serials | {number: at}, at=at + timedelta(seconds=number % 200), days=1)
        beside.write_bytes(crl.public_bytes(Encoding.DER))
        beside.replace(path)

    replace(1)
    live = LiveTrust(trust_directory)
    card, done, wrong = house.holders["card authentication P-256"], threading.Event(), []

    def ask() -> None:
        while not done.is_set():
            answers = refusal(live.current, victim, at, Usage.AUTH), refusal(live.current, card, at, Usage.AUTH)
            if answers != (Reason.REVOKED, None):
                wrong.append(answers)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    swaps = 0
    for number in range(2, 40):
        replace(number)
        swaps += live.refresh()
    done.set()
    for thread in threads:
        thread.join()
    live.close()
    assert swaps == 38
    assert wrong == []
