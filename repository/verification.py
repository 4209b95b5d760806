"""The seam where a profile looks at a submission as a whole: who signed it, and is it what was signed?

The repository knows nothing of signatures. It shows the verifier what it received, keeps what the verifier wants kept,
and lets nothing into the registry that the verifier refuses.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from metadata.errors import RegistryError
from metadata.model import DocumentEntry
from metadata.translate import Submission
from security.gate import Caller


@dataclass(frozen=True, slots=True)
class ReceivedDocument:
    """One document of the submission: stored, not registered yet."""

    entry: DocumentEntry
    """As received."""
    size: int
    """Bytes."""
    sha1: str
    sha256: str
    """Hexadecimal, lower case; computed while the bytes came in."""
    open: Callable[[], Iterable[bytes]]
    """Its bytes again, in pieces. Raises OSError when the store fails."""


class Evidence(Protocol):
    """What proves, years later, that a set was signed and by whom."""

    @property
    def document(self) -> str:
        """uniqueId of the signature document: the evidence lives as long as it."""
        ...

    @property
    def policy(self) -> str:
        """The name of the policy it was verified under."""
        ...

    @property
    def signer(self) -> str:
        """The identifier of whoever signed."""
        ...

    @property
    def verified_at(self) -> datetime:
        """When the verdict was given (aware)."""
        ...

    @property
    def content(self) -> bytes:
        """JSON: certificate, chain, policy, revocation state, time, digests."""
        ...


class Verdict(Protocol):
    """What a verifier found."""

    @property
    def errors(self) -> Sequence[RegistryError]:
        """One that is not a warning refuses the whole submission."""
        ...

    @property
    def evidence(self) -> Evidence | None:
        """Kept with the submission, in the same transaction; None when nothing was signed."""
        ...

    @property
    def notes(self) -> Mapping[str, object]:
        """For the log alone: what was found, in full. Never a patient."""
        ...


class SetVerifier(Protocol):
    """Looks at every submission (ITI-41), twice. Used from many threads at once."""

    def examine(self, submission: Submission, caller: Caller | None) -> Verdict:
        """What can be said of the message alone, before a byte of a document is kept."""
        ...

    def verify(self, submission: Submission, documents: Sequence[ReceivedDocument], caller: Caller | None) -> Verdict:
        """All the rest: the documents are in the store and agree with their entries, nothing is registered.

        Is only asked after `examine` had no objection. May raise what opening a document raises.
        """
        ...


class NotAccepted(Exception):
    """The verifier refuses the submission."""

    def __init__(self, errors: Sequence[RegistryError]) -> None:
        super().__init__("; ".join(error.context for error in errors))
        self.errors = tuple(errors)
        """Warnings among them."""


class Verification:
    """One submission before its verifier; without a verifier everything passes."""

    def __init__(self, verifier: SetVerifier | None, submission: Submission, caller: Caller | None) -> None:
        self.submission = submission
        self._verifier, self._caller = verifier, caller
        self.warnings: tuple[RegistryError, ...] = ()
        self.evidence: Evidence | None = None
        self.notes: dict[str, object] = {}

    def of_message(self) -> None:
        """Raises `NotAccepted`."""
        if self._verifier is not None:
            self._heed(self._verifier.examine(self.submission, self._caller))

    def of_documents(self, documents: Sequence[ReceivedDocument]) -> None:
        """Raises `NotAccepted`, and what the verifier raises."""
        if self._verifier is not None:
            self._heed(self._verifier.verify(self.submission, documents, self._caller))

    def _heed(self, verdict: Verdict) -> None:
        self.notes |= verdict.notes
        self.warnings += tuple(verdict.errors)
        if any(not error.warning for error in verdict.errors):
            raise NotAccepted(self.warnings)
        self.evidence = verdict.evidence
