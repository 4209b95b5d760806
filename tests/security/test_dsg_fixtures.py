"""Signatures of our own in the shapes that are sent, kept as files: what verified once verifies for ever."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from lxml import etree

from security.certificates import Usage, ValidatedCertificate
from security.dsg import (
    DMP_LEGACY,
    SOURCE,
    STRICT,
    Expected,
    Leniency,
    Reason,
    SetDocument,
    SetPolicy,
    SetSignatureVerdict,
    SignatureRefused,
    verify_set,
)

HERE = Path(__file__).parent / "signatures"
SET = "urn:oid:1.2.250.1.999.7.3"
AT = datetime(2026, 1, 15, 9, 31, tzinfo=UTC)
DOCUMENTS = [
    SetDocument.of(f"{SET}.{number}", (HERE / file).read_bytes())
    for number, file in enumerate(("document.xml", "document.bin"), 1)
]
EXPECTED = Expected(SET, DOCUMENTS, SOURCE)


class Believes:
    """The authority that issued these certificates is gone, with its keys."""

    def validate(self, certificate: x509.Certificate | bytes, usage: Usage, *, at: datetime) -> ValidatedCertificate:
        assert isinstance(certificate, bytes)
        parsed = x509.load_der_x509_certificate(certificate)
        return ValidatedCertificate(parsed, certificate, usage, (parsed,), (), at, at)


@pytest.mark.parametrize(
    ("policy", "leniencies"),
    [(DMP_LEGACY, (Leniency.DIGIT_IDENTIFIER, Leniency.PURPOSE_WITHOUT_NAMESPACE)), (STRICT, ())],
    ids=lambda value: getattr(value, "name", ""),
)
def test_it_verifies(policy: SetPolicy, leniencies: tuple[Leniency, ...]) -> None:
    verdict = verify_set((HERE / f"{policy.name}.xml").read_bytes(), EXPECTED, Believes(), at=AT)
    assert verdict.policy == policy.name
    assert verdict.signing_time == datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
    assert verdict.purpose == SOURCE
    assert verdict.leniencies == leniencies
    assert [entry.uri for entry in verdict.manifest] == [SET, *(document.uri for document in DOCUMENTS)]
    assert verdict.manifest[0].digest == b"\0"
    assert [bool(entry.transforms) for entry in verdict.manifest] == [False, policy is DMP_LEGACY, False]
    assert SetSignatureVerdict.from_json(verdict.to_json()) == verdict


@pytest.mark.parametrize("policy", [DMP_LEGACY, STRICT], ids=lambda policy: policy.name)
def test_every_changed_octet_of_what_is_signed_is_seen(policy: SetPolicy) -> None:
    """One octet at a time, over SignedInfo, the manifest and the signed properties."""
    data = (HERE / f"{policy.name}.xml").read_bytes()
    root = etree.fromstring(data)
    covered = [
        etree.tostring(next(each for each in root.iter() if etree.QName(each).localname == name), with_tail=False)
        for name in ("SignedInfo", "Manifest", "SignedProperties")
    ]
    spans = []
    for part in covered:
        text = part[part.index(b">") + 1 :]
        start = data.index(text)
        spans.append(range(start, start + len(text), 7))
    for place in (place for span in spans for place in span):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(SignatureRefused):
            verify_set(changed, EXPECTED, Believes(), at=AT)


def test_a_policy_can_be_asked_for() -> None:
    wanted = replace(STRICT, signature_policy="urn:ihe:iti:dsg:detached:2014")
    with pytest.raises(SignatureRefused, match="urn:ihe:iti:dsg:detached:2014") as refused:
        verify_set((HERE / "strict.xml").read_bytes(), EXPECTED, Believes(), at=AT, policies=[wanted])
    assert refused.value.reason is Reason.SIGNATURE_POLICY


def test_documents_are_opened_last_and_only_when_their_canonical_form_was_signed() -> None:
    def unopened() -> list[bytes]:
        raise OSError("opened")

    documents = [replace(document, open=unopened) for document in DOCUMENTS]
    verify_set((HERE / "strict.xml").read_bytes(), replace(EXPECTED, documents=documents), Believes(), at=AT)
    legacy = (HERE / "dmp-legacy.xml").read_bytes()
    with pytest.raises(OSError, match="opened"):
        verify_set(legacy, replace(EXPECTED, documents=documents), Believes(), at=AT)
    with pytest.raises(SignatureRefused):
        verify_set(legacy, replace(EXPECTED, documents=documents[:1]), Believes(), at=AT)
