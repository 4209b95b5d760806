"""The step of ITI-41 that must not go wrong: documents that are durable become registered, or leave nothing behind.

With a registry on the same database, one transaction covers both. With a remote one, the rows say first what is about
to be registered, so that whatever happens in between can be found and settled later (`repository.repair`).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from metadata.ebrim import RegistryObject
from metadata.errors import ErrorCode, RegistryResponse
from repository import evidence, refusals, store
from repository.forwarding import RegistryUnavailable
from repository.intake import Intake
from repository.repository import Repository
from repository.store import HeldDocument, NewDocument, OtherContent
from repository.tables import PENDING, State
from repository.verification import Evidence
from storage import CommitUnknown

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lot:
    """One submission, as far as the repository keeps it."""

    objects: Sequence[RegistryObject]
    documents: Sequence[NewDocument]
    unique_id: str = ""
    """Of the SubmissionSet."""
    evidence: Evidence | None = None


def register(repository: Repository, lot: Lot, intake: Intake) -> RegistryResponse:
    """The registry's answer, passed through, or what kept it from being asked.

    Decides for each object of the documents whether `intake` keeps it. Raises what the database raises; the objects are
    then kept, because a COMMIT that fails may have been one: those without a row go with a later sweep.
    """
    try:
        if repository.registry.atomic:
            return _in_one_transaction(repository, lot, intake)
        return _in_three_steps(repository, lot, intake)
    except OtherContent as error:
        return RegistryResponse.of((refusals.other_content(error, repository.language),))
    except sa.exc.TimeoutError:
        raise  # there was no connection to be had: nothing was written
    except Exception:
        intake.keep(_objects(lot.documents))
        raise


def _in_one_transaction(repository: Repository, lot: Lot, intake: Intake) -> RegistryResponse:
    claims = _Claims(lot, State.REGISTERED)
    try:
        response = repository.registry.register(lot.objects, also=claims)
    except RegistryUnavailable as error:
        _log.warning("the registry gave no answer: %s", error)
        if error.unknown:
            intake.keep(_objects(lot.documents))
        return RegistryResponse.of((refusals.registry_unavailable(error, repository.language),))
    if response.succeeded:
        if not claims.made:  # the registry had it all: a retry, whose first answer was lost
            repository.database.write(claims)
        intake.keep(_objects(claims.new))
    return response


def _in_three_steps(repository: Repository, lot: Lot, intake: Intake) -> RegistryResponse:
    database, documents = repository.database, lot.documents
    claims = _Claims(lot, State.STORED)
    database.write(claims)
    intake.keep(_objects(claims.new))
    unique_ids = [document.unique_id for document in documents]
    try:
        response = repository.registry.register(lot.objects)
    except RegistryUnavailable as error:
        _log.warning("the registry gave no answer: %s", error)
        if not error.unknown:
            _give_up(repository, claims.new, intake)
        return RegistryResponse.of((refusals.registry_unavailable(error, repository.language),))
    if _is_own_retry(repository, response, documents, claims):
        response = RegistryResponse.of()
    if response.succeeded:
        _settle(repository, unique_ids)
    else:
        _give_up(repository, claims.new, intake)
    return response


def _settle(repository: Repository, unique_ids: Sequence[str]) -> None:
    try:
        repository.database.write(lambda connection: store.settle(connection, unique_ids))
    except (sa.exc.SQLAlchemyError, CommitUnknown) as error:
        # the promise is kept all the same: documents and entries are on the disk, and STORED ones are handed out
        _log.warning("registered documents could not be settled, the reconciler will: %s", type(error).__name__)


def _give_up(repository: Repository, documents: Sequence[NewDocument], intake: Intake) -> None:
    """The registry has refused: rows to delete, then objects, then no rows; dying in between is put right later."""

    def forget(connection: sa.Connection) -> None:
        for document in condemned:
            store.forget(connection, document.unique_id, document.object_key)

    try:
        condemned = repository.database.write(lambda connection: store.condemn(connection, documents))
        intake.drop(_objects(condemned))
        repository.database.write(forget)
    except (sa.exc.SQLAlchemyError, CommitUnknown) as error:
        _log.warning("refused documents could not be forgotten, the repairs will: %s", type(error).__name__)


def _is_own_retry(
    repository: Repository, response: RegistryResponse, documents: Sequence[NewDocument], claims: "_Claims"
) -> bool:
    """Whether a strict registry refuses a submission because it has this very one, whose answer never came here.

    So when all it objects to is a uniqueId in use, every document was waiting for that answer under the same
    SubmissionSet, and the registry holds them all.
    """
    errors = {error.code for error in response.errors if not error.warning}
    if not documents or errors != {ErrorCode.DUPLICATE_UNIQUE_ID_IN_REGISTRY}:
        return False
    for document in documents:
        held = claims.held.get(document.unique_id)
        if held is None or held.state not in PENDING or held.submission != document.submission:
            return False
    try:
        return all(repository.registry.holds(document.unique_id) for document in documents)
    except RegistryUnavailable:
        return False


class _Claims:
    """Claims the documents of a submission in a transaction; may be run again, and then starts afresh."""

    def __init__(self, lot: Lot, state: State) -> None:
        self._lot = lot
        self._state = state
        self.made = False
        self.held: dict[str, HeldDocument] = {}
        """By uniqueId: the documents that were there already, with the same content."""

    def __call__(self, connection: sa.Connection) -> None:
        self.held = {}
        # sorted, so that two submissions never wait for each other crosswise
        for document in sorted(self._lot.documents, key=lambda each: each.unique_id):
            held = store.claim(connection, document, self._state)
            if held is not None:
                self.held[document.unique_id] = held
        if self._lot.evidence is not None:
            evidence.keep(connection, self._lot.unique_id, self._lot.evidence)
        self.made = True

    @property
    def new(self) -> list[NewDocument]:
        """Those whose own object is the one that serves."""
        return [document for document in self._lot.documents if document.unique_id not in self.held]


def _objects(documents: Sequence[NewDocument]) -> list[str]:
    return [document.object_key for document in documents]
