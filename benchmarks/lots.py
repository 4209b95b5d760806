"""Signed submissions of the DMP as they cross the wire: made before the clock starts, each with ids of its own."""

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from client import sample
from client.documents import prepare as prepare_document
from client.signing import SignsLots
from client.source import SOURCE_ID
from client.submission import Contents, Prepared, prepare
from dmp.authority import Authority
from dmp.authority_files import write
from dmp.source import LotSigner, submitter
from dmp.vihf.make import Wish, token
from metadata.ebrim import parse_submit_objects_request, submit_objects_request
from metadata.model import DocumentEntry
from metadata.translate import Submission, to_ebrim
from metadata.vocabulary import LCM, XDS
from repository.verification import ReceivedDocument
from security.certificates import TrustStore
from security.dsg import SetPolicy
from security.identities import Identity
from security.saml import FixedTrust, wsse_security
from security.saml.making import envelope

_ACTION = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
_XOP = "http://www.w3.org/2004/08/xop/include"
_SHAPES = 8
"""Different lots in a round; their metadata and signatures are never the same twice in a row."""


@dataclass(frozen=True, slots=True)
class Lot:
    """A signed submission: its message without a token, and the documents as the repository has them by then."""

    body: bytes
    submission: Submission
    received: tuple[ReceivedDocument, ...]
    signature: bytes
    """The signature document."""
    documents: tuple[bytes, ...]
    """All the others, CDA."""


@dataclass(frozen=True)
class Parties:
    """A doctor with a card, and a trust store that knows who issued it."""

    authority: Authority
    trust: FixedTrust

    @classmethod
    def make(cls, work: Path) -> "Parties":
        authority = Authority.make(datetime.now(UTC))
        write(authority, work / "pki")
        return cls(authority, FixedTrust(TrustStore.load(work / "pki")))

    @property
    def doctor(self) -> Identity:
        return self.authority.identities["doctor"]

    @property
    def peer(self) -> bytes:
        """The certificate of the TLS client."""
        return self.doctor.authentication.certificate.public_bytes(Encoding.DER)

    def lots(self, policy: SetPolicy, documents: int) -> Iterator[Lot]:
        """Without end, the same few in turn."""
        return itertools.cycle([self._lot(policy, documents) for _ in range(_SHAPES)])

    def token(self, lot: Lot) -> bytes:
        """A VIHF that nobody has seen."""
        return token(Wish(self.doctor, lot.submission.entries[0].patient_id or "", datetime.now(UTC)))

    def _lot(self, policy: SetPolicy, count: int) -> Lot:
        now = datetime.now(UTC)
        key = self.doctor.signature
        documents = [prepare_document(sample.fresh().letter, with_identifier_types=True) for _ in range(count)]
        contents = Contents(
            tuple(documents), authors=submitter(key.certificate, documents[0].entry.authors), title="Lot"
        )
        prepared = prepare(contents, source_id=SOURCE_ID, now=now - timedelta(seconds=1))
        return _sent(SignsLots(LotSigner(key, policy))(prepared, now))


def message(security: bytes, lot: Lot) -> bytes:
    """The whole message; its wsa:MessageID is new."""
    return envelope(wsse_security(security), lot.body, action=_ACTION)


def _sent(prepared: Prepared) -> Lot:
    body = etree.Element(f"{{{XDS}}}ProvideAndRegisterDocumentSetRequest")
    body.append(etree.fromstring(submit_objects_request([to_ebrim(x) for x in prepared.objects])))
    for document in prepared.documents:
        uuid = document.entry.entry_uuid
        held = etree.SubElement(body, f"{{{XDS}}}Document", id=uuid)
        etree.SubElement(held, f"{{{_XOP}}}Include", href=f"cid:{uuid.removeprefix('urn:uuid:')}")
    octets = etree.tostring(body, encoding="unicode").encode()
    request = etree.fromstring(octets).find(f"{{{LCM}}}SubmitObjectsRequest")
    assert request is not None
    submission = Submission.of(parse_submit_objects_request(request))
    contents = [b"".join(document.chunks()) for document in prepared.documents]
    received = tuple(map(_received, submission.entries, contents))
    return Lot(octets, submission, received, contents[-1], tuple(contents[:-1]))


def _received(entry: DocumentEntry, content: bytes) -> ReceivedDocument:
    sha1 = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return ReceivedDocument(entry, len(content), sha1, hashlib.sha256(content).hexdigest(), partial(_pieces, content))


def _pieces(content: bytes) -> tuple[bytes, ...]:
    return (content,)
