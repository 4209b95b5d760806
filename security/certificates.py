"""Certificates: who issued them, what for, and whether they still hold."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from security.inspection import check_alone, check_dates, check_strength, issued_by, name_of, parse
from security.names import DistinguishedName
from security.refusals import CertificateRefused, Reason
from security.revocation import CrlUnusable, RevocationList, RevocationLists, read_crl
from security.trustfiles import ByUsage, TrustStoreError, files_of, read_certificates, read_lists, read_peers
from security.usages import Usage, end_entity_policy
from security.watching import INTERVAL, Watched, state_of

__all__ = [
    "CertificateRefused",
    "Evidence",
    "LiveTrust",
    "Online",
    "Reason",
    "TrustStore",
    "TrustStoreError",
    "Usage",
    "ValidatedCertificate",
]

_INTERMEDIATES: Final = 4
"""Authorities between a certificate and its anchor."""
_REMEMBERED: Final = timedelta(seconds=300)
_REMEMBERED_AT_MOST: Final = 4096
_CA_POLICY: Final = ExtensionPolicy.webpki_defaults_ca()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What showed that one certificate of the chain was not revoked."""

    source: str
    """`crl` or `ocsp`."""
    issuer: str
    this_update: datetime
    next_update: datetime


Online: TypeAlias = Callable[[x509.Certificate, x509.Certificate, datetime], Evidence]
"""Asks a responder about a certificate and its issuer; raises `CertificateRefused`."""


@dataclass(frozen=True, slots=True)
class ValidatedCertificate:
    """A certificate that was believed, and why."""

    certificate: x509.Certificate
    der: bytes
    usage: Usage
    chain: tuple[x509.Certificate, ...]
    """From the certificate to the anchor, both included; a peer is its own."""
    evidence: tuple[Evidence, ...]
    """For the certificate and each intermediate; empty only where the store asks for no lists, and of a peer."""
    at: datetime
    """When it was believed."""
    until: datetime
    """It need not be validated again before."""

    @property
    def subject(self) -> DistinguishedName:
        return DistinguishedName.of(self.certificate.subject)

    @property
    def issuer(self) -> DistinguishedName:
        return DistinguishedName.of(self.certificate.issuer)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER, in hexadecimal."""
        return sha256(self.der).hexdigest()


class TrustStore:
    """Whom to believe: anchors, intermediates and revocation lists, as they stood at one moment. Immutable.

    May be used from many threads. It remembers what it believed for five minutes at most; another store, made when a
    list changes, remembers nothing of it.
    """

    def __init__(
        self,
        anchors: ByUsage,
        intermediates: ByUsage,
        lists: RevocationLists,
        *,
        problems: Sequence[str] = (),
        lists_required: bool = True,
        online: Online | None = None,
        peers: Sequence[x509.Certificate] = (),
    ) -> None:
        """`lists_required`: an authority without a list is not believed. A stale list never is.

        `online` is asked where there is no list in force, and its word is enough. `peers` are clients of TLS that are
        believed by themselves, whoever signed them and whatever for. # ITI TF-2 3.19.6.1.2
        """
        self.anchors, self.intermediates, self.lists = anchors, intermediates, lists
        self.problems = tuple(problems)
        """Lists that were left out, and why: their authorities are as good as closed."""
        self.lists_required = lists_required
        self.online = online
        self.peers = tuple(peers)
        self._peers = frozenset(each.public_bytes(Encoding.DER) for each in peers)
        self._stores = {usage: Store(list(found)) for usage, found in anchors.items() if found}
        self._policies = {usage: end_entity_policy(usage) for usage in Usage}
        self._believed: dict[tuple[bytes, Usage], ValidatedCertificate] = {}
        self._lock = threading.Lock()

    @classmethod
    def load(cls, directory: Path, *, lists_required: bool = True, online: Online | None = None) -> "TrustStore":
        """Reads `anchors/`, `intermediates/`, `crls/` and `peers/` (see `security.trustfiles`).

        Raises `TrustStoreError`.
        """
        peers = read_peers(directory)
        anchors = read_certificates(directory, "anchors")
        intermediates = read_certificates(directory, "intermediates")
        if not any(anchors.values()) and not peers:
            raise TrustStoreError(f"{directory / 'anchors'} holds no certificate: nobody would be believed")
        authorities = list(
            dict.fromkeys(one for kind in (anchors, intermediates) for all_ in kind.values() for one in all_)
        )
        lists, problems = [], []
        for path, data in read_lists(directory):
            try:
                lists.append(read_crl(data, authorities))
            except CrlUnusable as error:
                problems.append(f"{path}: {error}")
        return cls(
            anchors,
            intermediates,
            RevocationLists(lists),
            problems=problems,
            lists_required=lists_required,
            online=online,
            peers=peers,
        )

    def validate(self, certificate: x509.Certificate | bytes, usage: Usage, *, at: datetime) -> ValidatedCertificate:
        """The certificate (DER when bytes) with its chain, valid for `usage` at `at` (aware) and not revoked.

        Raises `CertificateRefused`.
        """
        der = certificate if isinstance(certificate, bytes) else certificate.public_bytes(Encoding.DER)
        key = (sha256(der).digest(), usage)
        believed = self._believed.get(key)
        if believed is not None and believed.at <= at < believed.until:
            return believed
        parsed = parse(der)
        chain = (
            self._alone(parsed, at) if usage is Usage.AUTH and der in self._peers else self._chain(parsed, usage, at)
        )
        evidence = self._not_revoked(chain, at)
        until = min(
            at + _REMEMBERED,
            *(each.not_valid_after_utc for each in chain),
            *(each.next_update for each in evidence),
        )
        validated = ValidatedCertificate(parsed, der, usage, chain, evidence, at, until)
        with self._lock:
            if len(self._believed) >= _REMEMBERED_AT_MOST:
                self._believed.clear()
            self._believed[key] = validated
        return validated

    def _alone(self, certificate: x509.Certificate, at: datetime) -> tuple[x509.Certificate, ...]:
        """A peer, which nobody need vouch for."""
        check_dates(certificate, at)
        check_strength((certificate,))
        return (certificate,)

    def _chain(self, certificate: x509.Certificate, usage: Usage, at: datetime) -> tuple[x509.Certificate, ...]:
        check_alone(certificate, usage, at)
        intermediates = self.intermediates[usage]
        signers = [each for each in (*intermediates, *self.anchors[usage]) if each.subject == certificate.issuer]
        if not any(issued_by(certificate, each) for each in signers):
            if certificate.issuer == certificate.subject:
                raise CertificateRefused(Reason.SELF_SIGNED, f"{name_of(certificate)} vouches for itself")
            same_name = "an authority of that name is known, but did not sign it" if signers else "it is not known here"
            issuer = certificate.issuer.rfc4514_string()
            raise CertificateRefused(
                Reason.UNKNOWN_ISSUER, f"{name_of(certificate)} says it was issued by {issuer}; {same_name}"
            )
        if usage not in self._stores:
            raise CertificateRefused(Reason.UNKNOWN_ISSUER, f"there is no anchor for {usage.name}")
        verifier = (
            PolicyBuilder()
            .store(self._stores[usage])
            .time(at)
            .max_chain_depth(_INTERMEDIATES)
            .extension_policies(ca_policy=_CA_POLICY, ee_policy=self._policies[usage])
            .build_client_verifier()
        )
        try:
            chain = tuple(verifier.verify(certificate, list(intermediates)).chain)
        except VerificationError as error:
            raise CertificateRefused(
                Reason.BAD_CHAIN, f"the chain of {name_of(certificate)} does not hold: {error}"
            ) from None
        check_strength(chain)
        return chain

    def _not_revoked(self, chain: Sequence[x509.Certificate], at: datetime) -> tuple[Evidence, ...]:
        found = []
        for place, (certificate, issuer) in enumerate(pairwise(chain)):
            try:
                evidence = self._status(certificate, issuer, at)
            except CertificateRefused as refused:
                if place and refused.reason is Reason.REVOKED:
                    raise CertificateRefused(Reason.ISSUER_REVOKED, refused.detail) from None
                raise
            if evidence is not None:
                found.append(evidence)
        return tuple(found)

    def _status(self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> Evidence | None:
        try:
            return _evidence(self.lists.check(certificate, issuer, at))
        except CertificateRefused as refused:
            if refused.reason is Reason.REVOKED:
                raise
            if self.online is not None:
                return self.online(certificate, issuer, at)
            if refused.reason is Reason.CRL_MISSING and not self.lists_required:
                return None
            raise


class LiveTrust:
    """The trust store of a directory, read again when a file in it changes, without a restart."""

    def __init__(
        self,
        directory: Path,
        *,
        lists_required: bool = True,
        online: Online | None = None,
        interval: float = INTERVAL,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Reads at once and raises `TrustStoreError`; later failures go to `failed` and the last good store stays."""
        self.directory = directory
        self._watched = Watched(
            lambda: TrustStore.load(directory, lists_required=lists_required, online=online),
            lambda: state_of(files_of(directory)),
            interval=interval,
            failed=failed,
        )

    @property
    def current(self) -> TrustStore:
        return self._watched.current

    @property
    def value(self) -> TrustStore:
        """The store as of the last look, without starting the thread: for whoever forks later."""
        return self._watched.value

    def refresh(self) -> bool:
        """Looks at the files now; whether there is a new store."""
        return self._watched.refresh()

    def close(self) -> None:
        self._watched.close()


def _evidence(held: RevocationList) -> Evidence:
    return Evidence("crl", held.issuer, held.this_update, held.next_update)
