"""The documents of a set as a signature sees them: an identifier and digests."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from security.xmlsignature.algorithms import digest
from security.xmlsignature.canonical import inclusive_document
from security.xmlsignature.names import SHA256
from security.xmlsignature.parsing import Caps, parse
from security.xmlsignature.refusals import Reason, SignatureRefused

CANONICAL_CAPS: Final = Caps(size=12 << 20, elements=100_000, depth=200, in_scope=16, markup=True)
"""Of a document that was signed in its canonical form: it is parsed a second time, so it is held to limits of its own.

A CDA with a PDF of eight megabytes inside passes.
"""


@dataclass(frozen=True, slots=True)
class SetDocument:
    """A document of the set, the signature document excepted."""

    uri: str
    """`urn:oid:` and the uniqueId of its DocumentEntry."""
    sha1: bytes
    sha256: bytes
    """Digests of its bytes, made while they were received."""
    open: Callable[[], Iterable[bytes]]
    """Its bytes again, in pieces; called only for a document that was signed in its canonical form."""

    @classmethod
    def of(cls, uri: str, content: bytes) -> "SetDocument":
        sha1 = hashlib.sha1(content, usedforsecurity=False).digest()
        return cls(uri, sha1, hashlib.sha256(content).digest(), lambda: (content,))

    def digest(self, method: str) -> bytes:
        """Of its bytes as they are, by one of the two methods that were computed."""
        return self.sha256 if method == SHA256 else self.sha1


def canonical_digest(document: SetDocument, method: str) -> bytes:
    """Of the canonical form, with comments, of the whole document. Raises `SignatureRefused`."""
    pieces, size = [], 0
    for piece in document.open():
        pieces.append(piece)
        size += len(piece)
        if size > CANONICAL_CAPS.size:
            raise SignatureRefused(
                Reason.TOO_LARGE, f"{document.uri} is signed in its canonical form and too large to make it"
            )
    try:
        root = parse(b"".join(pieces), CANONICAL_CAPS)
    except SignatureRefused as refused:
        reason = Reason.DOCUMENT_UNREADABLE if refused.reason is Reason.MALFORMED else refused.reason
        raise SignatureRefused(reason, f"{document.uri} is signed in its canonical form: {refused.detail}") from None
    return digest(method, inclusive_document(root))
