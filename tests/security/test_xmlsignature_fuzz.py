"""Octets changed at random: a signature is refused in so many words, or it still is the same one."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from dmp.authority import Authority
from security.certificates import CertificateRefused, TrustStore, Usage
from security.dsg import DMP_LEGACY, STRICT, SetPolicy, SignatureRefused, verify_set
from tests.security.corpus.bench import GENUINE, Bench, message, name_id
from tests.security.corpus.entry import admit
from tests.security.corpus.sets import EXPECTED, SetBench

_TOKENS = st.sampled_from(
    (
        b"",
        b"<",
        b">",
        b"/>",
        b"&",
        b"&#0;",
        b"\x00",
        b"\xff",
        b'"',
        b" Id=",
        b"<!--",
        b"-->",
        b"<?x?>",
        b"<!DOCTYPE x>",
        b"<![CDATA[",
        b"]]>",
        b"xmlns=",
        b' xmlns:ds="',
        b"#",
        b"AA==",
        b"</ds:Signature>",
        b"urn:",
        b"=",
        b"\xc3\xa9",
    )
)
_MUTATIONS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 60), st.one_of(_TOKENS, st.binary(max_size=8))),
    min_size=1,
    max_size=4,
)
_SETTINGS = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def mutated(data: bytes, mutations: list[tuple[float, int, bytes]]) -> bytes:
    for place, removed, inserted in mutations:
        at = int(place * len(data))
        data = data[:at] + inserted + data[at + removed :]
    return data


@pytest.fixture(scope="module")
def trust(pki: Path) -> TrustStore:
    return TrustStore.load(pki)


@pytest.fixture(scope="module")
def assertion(authority: Authority) -> bytes:
    return message(Bench(authority, Usage.SIGN).signed())


@pytest.fixture(scope="module")
def sets(authority: Authority) -> dict[str, bytes]:
    return {policy.name: SetBench(authority, policy).sign() for policy in (STRICT, DMP_LEGACY)}


@_SETTINGS
@given(mutations=_MUTATIONS)
def test_a_mutated_assertion_is_refused_or_says_the_same(
    assertion: bytes, trust: TrustStore, authority: Authority, mutations: list[tuple[float, int, bytes]]
) -> None:
    try:
        signed = admit(mutated(assertion, mutations), trust, Usage.SIGN, authority.at)
    except (SignatureRefused, CertificateRefused):
        return
    assert name_id(signed.element).text == GENUINE
    assert signed.octets == admit(assertion, trust, Usage.SIGN, authority.at).octets


@pytest.mark.parametrize("policy", [STRICT, DMP_LEGACY], ids=lambda policy: policy.name)
@_SETTINGS
@given(mutations=_MUTATIONS)
def test_a_mutated_signature_of_a_set_is_refused_or_says_the_same(
    policy: SetPolicy,
    sets: dict[str, bytes],
    trust: TrustStore,
    authority: Authority,
    mutations: list[tuple[float, int, bytes]],
) -> None:
    data = sets[policy.name]
    try:
        verdict = verify_set(mutated(data, mutations), EXPECTED, trust, at=authority.at)
    except SignatureRefused:
        return
    genuine = verify_set(data, EXPECTED, trust, at=authority.at)
    assert (verdict.manifest, verdict.chain, verdict.signing_time) == (
        genuine.manifest,
        genuine.chain,
        genuine.signing_time,
    )


@_SETTINGS
@given(data=st.binary(max_size=300))
def test_any_octets_are_refused(data: bytes, trust: TrustStore, authority: Authority) -> None:
    with pytest.raises(SignatureRefused):
        verify_set(data, EXPECTED, trust, at=authority.at)
    with pytest.raises(SignatureRefused):
        admit(data, trust, Usage.SIGN, authority.at)


@_SETTINGS
@given(data=st.data())
def test_a_tree_with_parts_moved_is_refused_or_says_the_same(
    data: st.DataObject, sets: dict[str, bytes], trust: TrustStore, authority: Authority
) -> None:
    """Elements removed, doubled and moved: what random octets seldom reach."""
    root = etree.fromstring(sets[data.draw(st.sampled_from(sorted(sets)))])
    for _ in range(data.draw(st.integers(1, 3))):
        elements = list(root.iter())
        moved = data.draw(st.sampled_from(elements[1:])) if len(elements) > 1 else None
        target = data.draw(st.sampled_from(elements))
        if moved is None or target in moved.iter():
            continue
        target.insert(data.draw(st.integers(0, len(target))), moved)
    try:
        verify_set(etree.tostring(root), EXPECTED, trust, at=authority.at)
    except SignatureRefused:
        return
    assert etree.tostring(root) in sets.values()
