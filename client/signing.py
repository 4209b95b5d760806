"""A prepared submission with its signature: one more document, and the Associations that say what it signs."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from client.documents import Document
from client.submission import Prepared, SubmissionError
from dmp.source import LotPart, LotSigner
from security.dsg import SignatureRefused


class SetSigner(Protocol):
    """Signs what is about to be submitted."""

    def __call__(self, prepared: Prepared, at: datetime) -> Prepared:
        """`prepared` with its signature, made at the time `at` (aware). Raises `SubmissionError`."""
        ...


class SignsLots:
    """Signs as the DMP has it."""

    def __init__(self, signer: LotSigner) -> None:
        self._signer = signer

    def __call__(self, prepared: Prepared, at: datetime) -> Prepared:
        if not prepared.documents:
            return prepared  # nothing travels that could be signed
        parts = [LotPart(document.entry, document.chunks) for document in prepared.documents]
        try:
            lot = self._signer.sign(prepared.submission_set, parts, at)
        except (SignatureRefused, ValueError) as error:
            raise SubmissionError(f"the submission cannot be signed: {error}") from None
        return replace(
            prepared,
            documents=(*prepared.documents, Document(lot.entry, lot.content)),
            associations=(*prepared.associations, *lot.associations),
            signed=True,
        )
