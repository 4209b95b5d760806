"""Verified assertions and sets per second beside their floor, and how long each attack of the corpus takes to refuse.

    python -m benchmarks.signatures [--quick] [--attacks]

The floor is the least that any verifier must do, in a bare loop: parse, canonicalise, digest, check the value. The
verification adds everything else that keeps a forgery out. CPU time of one process; slices of both take turns.
"""

import argparse
import hashlib
import statistics
import sys
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from lxml import etree

from benchmarks.cases import Result
from dmp.authority import Authority
from dmp.authority_files import write
from security.certificates import CertificateRefused, TrustStore, Usage
from security.dsg import DMP_LEGACY, SOURCE, STRICT, Expected, SetDocument, SetPolicy, sign_set, verify_set
from security.xmlsignature import SignatureRefused, assertion_of, read, sign_assertion
from security.xmlsignature import names as n
from security.xmlsignature.parsing import Caps, parse

ENVELOPE = Caps(size=2 << 20, elements=20_000, depth=64, per_element=64)
SET = "urn:oid:1.2.250.1.999.7.1"
SLICE = 0.05
"""Seconds of CPU that each of the two gets in turn."""


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    verify: Callable[[], object]
    floor: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Bench:
    """What is verified, and with whom."""

    authority: Authority
    trust: TrustStore

    @property
    def at(self) -> datetime:
        return self.authority.at

    def cases(self) -> Iterator[Case]:
        """A token, sets, and both together: with a token never seen before, and with one that repeats."""
        token = self._message()
        verify_token, floor_token = self._fresh(token), _floor_assertion(token)
        yield Case("signature-vihf", verify_token, floor_token)
        repeated = self._repeated(token)
        for policy in (STRICT, DMP_LEGACY):
            for documents in (1, 16):
                verify_lot, floor_lot = self._set(policy, documents)
                name = f"{policy.name}-{documents}"
                yield Case(f"signature-set-{name}", verify_lot, floor_lot)
                floor = _both(floor_token, floor_lot)
                yield Case(f"signature-lot-fresh-{name}", _both(verify_token, verify_lot), floor)
                yield Case(f"signature-lot-repeated-{name}", _both(repeated, verify_lot), floor)

    def _message(self) -> bytes:
        signed = sign_assertion(_vihf(self.at), self.authority.identities["doctor"].signature)
        return _ENVELOPE % etree.tostring(signed)

    def _fresh(self, message: bytes) -> Callable[[], object]:
        def run() -> object:
            claimed = read(assertion_of(parse(message, ENVELOPE)))
            return claimed.verify(self.trust.validate(claimed.certificates[0], Usage.SIGN, at=self.at).certificate)

        return run

    def _repeated(self, message: bytes) -> Callable[[], object]:
        """The message is parsed and its shape checked again; the signature is found by the assertion's exact octets."""
        known: dict[bytes, object] = {}

        def run() -> object:
            assertion = assertion_of(parse(message, ENVELOPE))
            key = hashlib.sha256(etree.tostring(assertion, with_tail=False)).digest()
            found = known.get(key)
            if found is None:
                found = known[key] = self._fresh(message)()
            return found

        return run

    def _set(self, policy: SetPolicy, count: int) -> tuple[Callable[[], object], Callable[[], object]]:
        documents = [SetDocument.of(f"{SET}.{number}", _DOCUMENT % number) for number in range(count)]
        canonical = [documents[0].uri] if policy is DMP_LEGACY else []
        signer = self.authority.identities["doctor"].signature
        data = sign_set(SET, documents, signer, at=self.at, policy=policy, canonical=canonical)
        expected = Expected(SET, documents, SOURCE)
        return (
            lambda: verify_set(data, expected, self.trust, at=self.at),
            _floor_set(data, policy, b"".join(documents[0].open()) if canonical else b""),
        )


def run(rounds: int) -> Iterator[Result]:
    """One result for each case: verifications per second of CPU, beside the floor."""
    authority = Authority.make(datetime.now(UTC))
    with TemporaryDirectory() as directory:
        write(authority, Path(directory))
        bench = Bench(authority, TrustStore.load(Path(directory)))
        for case in bench.cases():
            yield _measured(case, rounds)


def _measured(case: Case, rounds: int) -> Result:
    case.verify(), case.floor()
    verified, floors, times = [], [], []
    for _ in range(rounds):
        floors.append(_slice(case.floor, []))
        verified.append(_slice(case.verify, times))
    ordered = sorted(times)
    return Result(
        case.name,
        statistics.median(verified),
        "/s",
        statistics.median(floors),
        1000 * ordered[len(ordered) // 2],
        1000 * ordered[int(len(ordered) * 0.95)],
    )


def _slice(work: Callable[[], object], times: list[float]) -> float:
    begun = last = time.process_time()
    count = 0
    while last - begun < SLICE:
        work()
        count += 1
        now = time.process_time()
        times.append(now - last)
        last = now
    return count / (last - begun)


def _both(first: Callable[[], object], second: Callable[[], object]) -> Callable[[], object]:
    def run() -> None:
        first()
        second()

    return run


def _floor_assertion(message: bytes) -> Callable[[], object]:
    key = _key(message)

    def run() -> None:
        root = etree.fromstring(message)
        assertion = root[0][0][0]
        signature = assertion[1]
        octets = etree.tostring(signature[0], method="c14n", exclusive=True, with_comments=False)
        key.verify(b64decode(signature[1].text), octets, padding.PKCS1v15(), SHA256())
        assertion.remove(signature)
        canonical = etree.tostring(assertion, method="c14n", exclusive=True, with_comments=False)
        assert hashlib.sha256(canonical).digest() == b64decode(signature[0][2][-1].text)

    return run


def _floor_set(data: bytes, policy: SetPolicy, canonical: bytes) -> Callable[[], object]:
    key = _key(data)
    legacy = policy is DMP_LEGACY
    hashing, algorithm = (hashlib.sha1, SHA1()) if legacy else (hashlib.sha256, SHA256())

    def run() -> None:
        _floor_signature(data, key, legacy, hashing, algorithm)
        if canonical:
            tree = etree.fromstring(canonical).getroottree()
            hashlib.sha1(etree.tostring(tree, method="c14n", with_comments=True)).digest()

    return run


def _floor_signature(
    data: bytes, key: "_Key", legacy: bool, hashing: Callable[[bytes], "hashlib._Hash"], algorithm: HashAlgorithm
) -> None:
    root = etree.fromstring(data)
    properties = root[-1][0][0]
    for reference, target in zip(root[0].findall(n.REFERENCE), (root[3][0], properties), strict=True):
        assert hashing(_canonical(target, legacy)).digest() == b64decode(reference[-1].text)
    key.verify(b64decode(root[1].text), _canonical(root[0], legacy), padding.PKCS1v15(), algorithm)


def _canonical(element: etree._Element, legacy: bool) -> bytes:
    if legacy:  # the way that is right for inherited default namespaces
        alone = etree.fromstring(etree.tostring(element, with_tail=False))
        return etree.tostring(alone, method="c14n", with_comments=True)
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


class _Key:
    """A certificate's public key, held so that reading it is not in the floor."""

    def __init__(self, certificate: bytes) -> None:
        self.verify = x509.load_der_x509_certificate(certificate).public_key().verify  # type: ignore[union-attr]


_DOCUMENT = (
    b'<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><id extension="%d"/>'
    + b"<p>text</p>" * 200
    + b"</ClinicalDocument>"
)


def _key(message: bytes) -> _Key:
    text = etree.fromstring(message).findtext(f".//{n.X509_CERTIFICATE}")
    return _Key(b64decode(text or ""))


_ENVELOPE = (
    b'<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:wsa="http://www.w3.org/2005/08/addressing"><soap:Header>'
    b'<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" '
    b'soap:mustUnderstand="1">%s</wsse:Security><wsa:Action>urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b</wsa:Action>'
    b"</soap:Header><soap:Body/></soap:Envelope>"
)
_ATTRIBUTES = (
    "VIHF_Version", "Authentification_Mode", "urn:oasis:names:tc:xspa:1.0:subject:subject-id", "Identifiant_Structure",
    "urn:oasis:names:tc:xspa:1.0:subject:organization", "urn:oasis:names:tc:xspa:1.0:subject:organization-id",
    "Secteur_Activite", "urn:oasis:names:tc:xacml:2.0:resource:resource-id", "Ressource_URN", "LPS_Nom", "LPS_Version",
    "LPS_ID", "LPS_ID_HOMOLOGATION_DMP", "Mode_Acces_Raison",
)  # fmt: skip


def _vihf(at: datetime) -> etree._Element:
    """The size and shape of a VIHF: 4 KB, sixteen attributes, two of them coded."""
    v3 = 'xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CE"'
    coded = "".join(
        f'<saml:Attribute Name="urn:oasis:names:tc:{name}"><saml:AttributeValue><{tag} {v3} code="10" '
        f'codeSystem="1.2.250.1.71.1.2.7" displayName="Médecin"/></saml:AttributeValue></saml:Attribute>'
        for name, tag in (("xacml:2.0:subject:role", "Role"), ("xspa:1.0:subject:purposeofuse", "PurposeOfUse"))
    )
    plain = "".join(
        f'<saml:Attribute Name="{name}"><saml:AttributeValue>valeur de {name[-20:]}</saml:AttributeValue>'
        "</saml:Attribute>"
        for name in _ATTRIBUTES
    )
    return etree.fromstring(
        '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0" '
        f'ID="_0a1b2c3d-0000-4000-8000-000000000000" IssueInstant="{at:%Y-%m-%dT%H:%M:%SZ}">'
        "<saml:Issuer>CN=899900101017,SN=FONTAINE,GN=CLAIRE,T=Médecin,C=FR</saml:Issuer>"
        "<saml:Subject><saml:NameID>899900101017</saml:NameID></saml:Subject>"
        f'<saml:AuthnStatement AuthnInstant="{at:%Y-%m-%dT%H:%M:%SZ}"><saml:AuthnContext><saml:AuthnContextClassRef>'
        "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI</saml:AuthnContextClassRef></saml:AuthnContext>"
        f"</saml:AuthnStatement><saml:AttributeStatement>{plain}{coded}</saml:AttributeStatement></saml:Assertion>"
    )


def attacks() -> Iterator[tuple[str, float]]:
    """Milliseconds of CPU to refuse each case of the corpus that a signature or a certificate refuses."""
    from tests.security.corpus import assertions, sets
    from tests.security.corpus.bench import Bench as AssertionBench
    from tests.security.corpus.bench import Layer
    from tests.security.corpus.entry import admit

    authority = Authority.make(datetime.now(UTC))
    with TemporaryDirectory() as directory:
        write(authority, Path(directory))
        for usage in (Usage.AUTH, Usage.SIGN):
            bench = AssertionBench(authority, usage)
            for case in assertions.cases(bench):
                if case.layer in (Layer.SIGNATURE, Layer.CERTIFICATE):
                    trust = TrustStore.load(Path(directory))  # remembers nobody yet
                    refuse = partial(admit, case.build(bench), trust, usage, authority.at)
                    yield f"{usage.name} {case.name}", _refusal(refuse)
        for policy in (STRICT, DMP_LEGACY):
            of_sets = sets.SetBench(authority, policy)
            for attack in sets.cases(of_sets):
                if attack.reason is not None:
                    trust = TrustStore.load(Path(directory))
                    verify = partial(verify_set, attack.build(of_sets), attack.expected, trust, at=authority.at)
                    yield f"{policy.name} {attack.name}", _refusal(verify)


def _refusal(verify: Callable[[], object]) -> float:
    begun = time.process_time()
    try:
        verify()
    except (SignatureRefused, CertificateRefused):
        return 1000 * (time.process_time() - begun)
    raise AssertionError("an attack passed")


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.signatures", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--attacks", action="store_true", help="how long each attack takes to refuse")
    options = parser.parse_args()
    if options.attacks:
        slowest = sorted(attacks(), key=lambda each: -each[1])
        for name, milliseconds in slowest[:10]:
            print(f"{milliseconds:7.2f} ms  {name}")
        print(f"{len(slowest)} attacks refused, the slowest in {slowest[0][1]:.1f} ms")
        return 0
    print(f"{'':40}{'verified/s':>12}{'floor/s':>10}{'ratio':>8}{'p50 ms':>9}{'p95 ms':>9}")
    for result in run(5 if options.quick else 21):
        print(
            f"{result.name:40}{result.throughput:12.0f}{result.floor or 0:10.0f}{result.ratio or 0:8.2f}"
            f"{result.p50_ms:9.3f}{result.p95_ms:9.3f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
