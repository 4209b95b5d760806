"""The header of each CDA document held against its entry, after the signature of the set was believed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from metadata.errors import RegistryError
from metadata.translate import Submission
from repository.verification import Evidence, ReceivedDocument, SetVerifier, Verdict
from security.gate import Caller

if TYPE_CHECKING:
    from dmp.coherence import Coherence


@dataclass(frozen=True, slots=True)
class Compared:
    """A verdict with what the comparison added."""

    errors: Sequence[RegistryError] = ()
    evidence: Evidence | None = None
    notes: Mapping[str, object] = field(default_factory=dict)


class Coherent:
    """A `SetVerifier` around another one."""

    def __init__(self, inner: SetVerifier, mode: "Coherence", language: str) -> None:
        self._inner, self._mode, self._language = inner, mode, language

    def examine(self, submission: Submission, caller: Caller | None) -> Verdict:
        return self._inner.examine(submission, caller)

    def verify(self, submission: Submission, documents: Sequence[ReceivedDocument], caller: Caller | None) -> Verdict:
        from dmp.coherence import check

        verdict = self._inner.verify(submission, documents, caller)
        if any(not error.warning for error in verdict.errors):
            return verdict
        errors = [
            found.error(self._language)
            for document in documents
            for found in check(document.entry, _Pieces(document.open()), self._mode)
        ]
        return Compared((*verdict.errors, *errors), verdict.evidence, verdict.notes)


class _Pieces:
    """Pieces as a stream that is read forward."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._rest = iter(pieces), b""

    def read(self, size: int = -1, /) -> bytes:
        while size < 0 or len(self._rest) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._rest += piece
        end = len(self._rest) if size < 0 else size
        given, self._rest = self._rest[:end], self._rest[end:]
        return given
