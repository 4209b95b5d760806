"""Assertions: values and XML, times, what was seen before, what is remembered, what the message around it must be."""

import multiprocessing
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dmp.authority import Authority
from security.certificates import TrustStore
from security.saml import (
    CE,
    II,
    Admission,
    Assertion,
    AssertionCache,
    AssertionPolicy,
    Attribute,
    Authentication,
    Conditions,
    Confirmation,
    FixedTrust,
    InProcessReplays,
    ReplayFile,
    ReplayStoreFailed,
    TokenRefused,
    Trust,
    credentials_of,
    sign,
    tampering,
    wsse_security,
)
from security.saml import names as n
from security.saml.cache import key_of
from security.saml.making import envelope
from security.saml.reading import read_assertion
from security.saml.times import parse_time, write_time
from security.saml.token import Proved
from security.saml.writing import write_assertion
from security.xmlsignature.signing import sign_assertion
from tests.security.gates import der_of
from tests.security.xua_bench import AUDIENCE, assertion

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)

# --- values ----------------------------------------------------------------------------------------------------------

_text = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20).filter(
    lambda text: text.strip() == text and text.isprintable()
)
_moment = (
    st.integers(0, 4_000_000_000_000)
    .map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC))
    .map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
)
_maybe = st.none() | _moment
_value = (
    _text
    | st.builds(CE, st.sampled_from(["Role", "PurposeOfUse"]), _text, _text, _text | st.just(""), _text | st.just(""))
    | st.builds(II, _text, _text)
)
_assertions = st.builds(
    Assertion,
    id=st.just("_1"),
    issue_instant=_moment,
    issuer=_text,
    name_id=_text,
    issuer_format=_text | st.just(""),
    name_id_format=_text | st.just(""),
    alias=_text | st.just(""),
    confirmations=st.lists(
        st.builds(Confirmation, _text, _maybe, _maybe, _text, _text, st.lists(st.binary(min_size=1)).map(tuple)),
        max_size=2,
    ).map(tuple),
    conditions=st.none()
    | st.builds(
        Conditions, _maybe, _maybe, st.lists(st.frozensets(_text, min_size=1), max_size=2).map(tuple), st.booleans()
    ),
    authentications=st.lists(
        st.builds(Authentication, _moment, st.lists(_text, min_size=1, max_size=2).map(tuple)), max_size=2
    ).map(tuple),
    attributes=st.lists(st.builds(Attribute, _text, st.lists(_value, max_size=3).map(tuple)), max_size=4).map(tuple),
)


@given(_assertions)
def test_an_assertion_is_read_as_it_was_written(said: Assertion) -> None:
    assert read_assertion(etree.fromstring(etree.tostring(write_assertion(said)))) == said


@given(_moment)
def test_a_time_is_read_as_it_was_written(moment: datetime) -> None:
    assert parse_time(write_time(moment)) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T12:00:00Z", AT),
        ("2026-03-01T13:00:00+01:00", AT),
        ("2026-03-01T12:00:00.5Z", AT + timedelta(milliseconds=500)),
        ("2026-03-01T12:00:00.123456789Z", AT + timedelta(microseconds=123456)),
    ],
)
def test_a_time_has_a_zone(text: str, moment: datetime) -> None:
    assert parse_time(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01T12:00:00",
        "2026-03-01",
        "2026-02-30T12:00:00Z",
        "2026-03-01T25:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "2026-03-01 12:00:00Z",
        "２０２６-03-01T12:00:00Z",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_time(text)


def test_what_nobody_understands_stays_out() -> None:
    root = write_assertion(assertion(AT))
    value = next(iter(root.iter(n.ATTRIBUTE_VALUE)))
    value.text = None
    etree.SubElement(value, "{urn:other}thing").text = "x"
    found = read_assertion(root)
    assert found.texts(n.SUBJECT_ID) == ()


# --- what was seen ---------------------------------------------------------------------------------------------------

KEY, OTHER = bytes(32), bytes(31) + b"\x01"
LATER = AT + timedelta(minutes=5)


@pytest.fixture(params=["process", "file"])
def replays(request: pytest.FixtureRequest, tmp_path: Path) -> InProcessReplays | ReplayFile:
    return InProcessReplays() if request.param == "process" else ReplayFile(tmp_path / "run" / "replays.sqlite")


def test_a_key_is_new_once(replays: InProcessReplays | ReplayFile) -> None:
    assert replays.claim(KEY, b"me", until=LATER, at=AT) is None
    assert replays.claim(KEY, b"you", until=LATER, at=AT) == b"me"
    assert replays.claim(OTHER, b"you", until=LATER, at=AT) is None


def test_a_key_is_forgotten_when_it_counts_no_more(replays: InProcessReplays | ReplayFile) -> None:
    assert replays.claim(KEY, b"me", until=LATER, at=AT) is None
    assert replays.claim(KEY, b"you", until=LATER + timedelta(minutes=1), at=LATER) is None
    assert replays.claim(KEY, b"she", until=LATER, at=LATER) == b"you"


def test_of_many_at_once_one_is_first(replays: InProcessReplays | ReplayFile) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: replays.claim(KEY, b"%d" % i, until=LATER, at=AT), range(64)))
    assert found.count(None) == 1


def test_a_full_store_accepts_nothing(tmp_path: Path) -> None:
    replays = InProcessReplays(most=1)
    replays.claim(KEY, b"", until=LATER, at=AT)
    with pytest.raises(ReplayStoreFailed):
        replays.claim(OTHER, b"", until=LATER, at=AT)
    assert replays.claim(OTHER, b"", until=LATER + timedelta(minutes=1), at=LATER) is None


def _claim(path: Path, times: int) -> int:
    replays = ReplayFile(path)
    return sum(replays.claim(number.to_bytes(32), b"", until=LATER, at=AT) is None for number in range(times))


def test_processes_share_what_was_seen(tmp_path: Path) -> None:
    path = tmp_path / "replays.sqlite"
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert sum(pool.starmap(_claim, [(path, 200)] * 3)) == 200


def test_a_new_file_is_opened_by_many_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        for number in range(60):
            together = threading.Barrier(4)
            files = [ReplayFile(tmp_path / f"{number}.sqlite") for _ in range(4)]

            def first(file: ReplayFile, together: threading.Barrier = together) -> bytes | None:
                together.wait()
                return file.claim(KEY, b"me", until=LATER, at=AT)

            assert list(pool.map(first, files)).count(None) == 1
            for file in files:
                file.close()


def test_a_fork_takes_the_file_along(tmp_path: Path) -> None:
    replays = ReplayFile(tmp_path / "replays.sqlite")
    assert replays.claim(KEY, b"me", until=LATER, at=AT) is None
    child = os.fork()
    if not child:
        os._exit(0 if replays.claim(KEY, b"child", until=LATER, at=AT) == b"me" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert replays.claim(KEY, b"me", until=LATER, at=AT) == b"me"


def test_the_file_is_its_owners(tmp_path: Path) -> None:
    ReplayFile(tmp_path / "replays.sqlite")
    assert (tmp_path / "replays.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_none_closes_the_gate(tmp_path: Path) -> None:
    path = tmp_path / "replays.sqlite"
    path.write_bytes(b"x" * 8192)
    with pytest.raises(ReplayStoreFailed):
        ReplayFile(path).claim(KEY, b"", until=LATER, at=AT)


# --- what is remembered ----------------------------------------------------------------------------------------------


def test_the_key_is_of_the_bytes_the_peer_and_the_audience() -> None:
    keys = {
        key_of(octets, certificate, audience)
        for octets in (b"<a/>", b"<a />")
        for certificate in (None, b"", b"x")
        for audience in ("", "y")
    }
    assert len(keys) == 12


def test_another_trust_store_empties_the_cache(pki: Path) -> None:
    first, second = TrustStore.load(pki), TrustStore.load(pki)
    cache, proved = AssertionCache(), Proved(assertion(AT), None)
    assert cache.get(KEY, first, AT) is None
    cache.put(KEY, first, proved, LATER)
    assert cache.get(KEY, first, AT) is proved
    assert cache.get(KEY, first, LATER) is None
    cache.put(KEY, first, proved, LATER)
    assert cache.get(KEY, second, AT) is None
    cache.put(KEY, first, proved, LATER)  # proved under the store of before
    assert cache.get(KEY, second, AT) is None


def test_the_cache_is_bounded(pki: Path) -> None:
    store, cache, proved = TrustStore.load(pki), AssertionCache(most=3), Proved(assertion(AT), None)
    for number in range(10):
        key = number.to_bytes(32)
        cache.get(key, store, AT)
        cache.put(key, store, proved, LATER)
    assert len(cache) == 3


@pytest.fixture(scope="module")
def live(pki: Path) -> TrustStore:
    return TrustStore.load(pki)


@dataclass
class Swapped:
    """A trust store that is replaced while the server runs."""

    current: TrustStore


def _admission(trust: Trust, at: datetime) -> Admission:
    policy = AssertionPolicy(audiences=frozenset({AUDIENCE}))
    return Admission(trust, policy, InProcessReplays(), clock=lambda: at)


def _message(said: Assertion, authority: Authority) -> bytes:
    made = sign(said, authority.identities["doctor"].signature)
    return envelope(wsse_security(made), b"<x/>", action="urn:x")


def test_a_new_list_refuses_what_is_remembered(
    live: TrustStore, pki: Path, authority: Authority, tmp_path: Path
) -> None:
    """The signer is revoked after his assertion was accepted: the next message of it is refused."""
    trust = Swapped(live)
    admission = _admission(trust, authority.at)
    raw = _message(assertion(authority.at), authority)
    der = der_of(authority.identities["hospital"].authentication)
    assert admission.token(credentials_of(raw, address="127.0.0.1", certificate=der))
    assert len(admission.cache) == 1
    persons = authority.hierarchy.persons
    serial = authority.identities["doctor"].signature.certificate.serial_number
    crl = persons.crl({serial: authority.at}, at=authority.at, days=7, number=9)
    revoking = shutil.copytree(pki, tmp_path / "pki")
    (revoking / "crls" / "persons.crl").write_bytes(crl.public_bytes(Encoding.DER))
    trust.current = TrustStore.load(revoking)
    again = raw.replace(b"urn:uuid:", b"urn:uuid:1")
    with pytest.raises(TokenRefused, match="revoked"):
        admission.token(credentials_of(again, address="127.0.0.1", certificate=der))
    assert len(admission.cache) == 0


# --- the message around it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", tampering.WRAPPINGS)
def test_each_wrapping_holds_a_forgery_and_a_signature_that_was_genuine(name: str, authority: Authority) -> None:
    root = sign_assertion(write_assertion(assertion(AT)), authority.identities["doctor"].signature)
    made = tampering.WRAPPINGS[name](root)
    text = b"".join(etree.tostring(each) for each in made)
    assert tampering.FORGED.encode() in text
    assert b"SignatureValue" in text
    assert b"_xua" in text


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"<a/>", "structure"),
        (b"", "malformed"),
        (
            b"<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope'><e:Body><x/></e:Body></e:Envelope>",
            "no-token",
        ),
        (
            b"<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope'><e:Header/><e:Body><x/></e:Body></e:Envelope>",
            "no-token",
        ),
        (
            b"<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><x/></e:Body></e:Envelope>",
            "structure",
        ),
    ],
)
def test_a_message_without_a_token_is_told_what_it_lacks(
    live: TrustStore, authority: Authority, raw: bytes, reason: str
) -> None:
    with pytest.raises(TokenRefused) as refused:
        _admission(FixedTrust(live), authority.at).token(credentials_of(raw))
    assert refused.value.reason == reason


def test_a_relying_party_that_is_no_audience_accepts_none(live: TrustStore, authority: Authority) -> None:
    admission = _admission(FixedTrust(live), authority.at)
    admission.policy = replace(admission.policy, audiences=frozenset())
    raw = _message(assertion(authority.at), authority)
    der = der_of(authority.identities["hospital"].authentication)
    with pytest.raises(TokenRefused, match="audience"):
        admission.token(credentials_of(raw, address="127.0.0.1", certificate=der))
