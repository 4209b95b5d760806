"""What the verification of a set's signature found, kept with the set so that it can be shown years later."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography import x509

from security.certificates import Evidence
from security.dsg.policies import Leniency
from security.xmlsignature.algorithms import der_of
from security.xmlsignature.gate import Reference


@dataclass(frozen=True, slots=True)
class SetSignatureVerdict:
    """A signature that was accepted. The signature document itself is stored as a document and is not repeated."""

    policy: str
    """`dmp-legacy` or `strict`."""
    set_uri: str
    """Empty for a signature of documents alone."""
    signature_sha256: str
    """Of the signature document, in hexadecimal."""
    signature_method: str
    chain: tuple[x509.Certificate, ...]
    """From the certificate that signed to the anchor, both included, as it was believed then."""
    usage: str
    """What the certificate was believed for: `SIGN` or `SEAL`."""
    signing_time: datetime
    """What the signer says, UTC."""
    verified_at: datetime
    """When it was verified, UTC."""
    purpose: str | None
    """ASTM E1762. Not covered by the signature under dmp-legacy."""
    manifest: tuple[Reference, ...]
    """What was signed: the set, and each document by its digest, that of its canonical form where it has transforms."""
    revocation: tuple[Evidence, ...]
    """What showed that neither the certificate nor an authority above it was revoked."""
    leniencies: tuple[Leniency, ...] = ()

    @property
    def certificate(self) -> x509.Certificate:
        """The signer's."""
        return self.chain[0]

    def as_values(self) -> dict[str, Any]:
        """What JSON can hold of it, for whoever keeps more beside it."""
        return {
            "policy": self.policy,
            "set": self.set_uri,
            "signature_sha256": self.signature_sha256,
            "signature_method": self.signature_method,
            "chain": [_text(der_of(each)) for each in self.chain],
            "usage": self.usage,
            "signing_time": self.signing_time.isoformat(),
            "verified_at": self.verified_at.isoformat(),
            "purpose": self.purpose,
            "manifest": [
                [each.uri, each.type, each.transforms, each.digest_method, _text(each.digest)] for each in self.manifest
            ],
            "revocation": [
                [each.source, each.issuer, each.this_update.isoformat(), each.next_update.isoformat()]
                for each in self.revocation
            ],
            "leniencies": list(self.leniencies),
        }

    def to_json(self) -> str:
        """One line, keys sorted; `from_json` gives the same verdict back."""
        return written(self.as_values())

    @classmethod
    def from_json(cls, text: str) -> "SetSignatureVerdict":
        """Raises ValueError or KeyError for something that `to_json` did not write."""
        held: dict[str, Any] = json.loads(text)
        return cls(
            policy=held["policy"],
            set_uri=held["set"],
            signature_sha256=held["signature_sha256"],
            signature_method=held["signature_method"],
            chain=tuple(x509.load_der_x509_certificate(b64decode(each)) for each in held["chain"]),
            usage=held["usage"],
            signing_time=datetime.fromisoformat(held["signing_time"]),
            verified_at=datetime.fromisoformat(held["verified_at"]),
            purpose=held["purpose"],
            manifest=tuple(
                Reference(uri, type_, tuple(transforms), (), method, b64decode(octets))
                for uri, type_, transforms, method, octets in held["manifest"]
            ),
            revocation=tuple(
                Evidence(source, issuer, datetime.fromisoformat(this), datetime.fromisoformat(following))
                for source, issuer, this, following in held["revocation"]
            ),
            leniencies=tuple(Leniency(each) for each in held["leniencies"]),
        )


_JSON: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True)


def written(values: dict[str, Any]) -> str:
    """One line of JSON, keys sorted."""
    return _JSON.encode(values)


def _text(octets: bytes) -> str:
    return b64encode(octets).decode()
