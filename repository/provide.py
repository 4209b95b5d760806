"""ITI-41, Provide and Register Document Set-b; ITI TF-2 3.41.

The message is looked at first, then its documents flow into the store, and what was said of them is held against what
they are. Only then is the registry asked; a refusal at any step leaves no document behind.
"""

import errno
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import sqlalchemy as sa

from metadata.ebrim import Kind, RegistryObject, Slot, parse_submit_objects_request
from metadata.errors import RegistryResponse
from metadata.responses import write_registry_response
from metadata.rules import Finding
from metadata.translate import Submission
from metadata.vocabulary import LCM
from repository import agreement, refusals
from repository.intake import DOCUMENT, Intake, Kept, NotBase64, Provided, provided_documents
from repository.registration import Lot, register
from repository.repository import Repository
from repository.store import NewDocument
from repository.verification import NotAccepted, ReceivedDocument, Verification
from soap import faults
from soap.message import Reply, Request
from soap.xop import refuse_stray_includes
from storage import CommitUnknown, key_of

_log = logging.getLogger(__name__)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE)


def provide_and_register(repository: Repository, request: Request) -> Reply:
    """Answers ITI-41. Raises `Fault` for a message that is broken below its content."""
    request_element = request.body.find(f"{{{LCM}}}SubmitObjectsRequest")
    if request_element is None:
        raise faults.sender("ProvideAndRegisterDocumentSetRequest has no SubmitObjectsRequest")
    submission = Submission.of(parse_submit_objects_request(request_element))
    refuse_stray_includes(request.body, DOCUMENT)
    provided = provided_documents(request.body)
    if repository.ids_in_any_case:
        provided = agreement.in_any_case(submission.entries, provided)
    verification = Verification(repository.verifier, submission, request.caller)
    with Intake(repository.documents) as intake:
        response = _respond(repository, request, provided, intake, verification)
        notes = {"documents": len(provided), "entries": len(submission.entries), **verification.notes}
        if intake.ignored:
            notes["ignored_parts"] = intake.ignored
    return answered(response, notes)


def answered(response: RegistryResponse, notes: Mapping[str, object] | None = None) -> Reply:
    """A RegistryResponse as the body of the answer."""
    codes = tuple(dict.fromkeys(error.code for error in response.errors if not error.warning))
    return Reply(write_registry_response(response), (), response.outcome, codes, notes or {})


def _respond(
    repository: Repository,
    request: Request,
    provided: Sequence[Provided],
    intake: Intake,
    verification: Verification,
) -> RegistryResponse:
    language, submission = repository.language, verification.submission
    if findings := agreement.of_message(submission, provided):
        return _refusal(repository, findings)
    try:
        verification.of_message()
        kept = intake.receive(provided, request.attachments)
        if findings := agreement.of_bytes(submission.entries, kept):
            return _refusal(repository, findings)
        verification.of_documents(_received(repository, submission, kept))
        objects = [_completed(o, kept.get(o.id), repository.unique_id) for o in submission.objects]
        set_id = submission.submission_sets[0].unique_id if submission.submission_sets else None
        documents = _new_documents(submission, kept, set_id)
        response = register(repository, Lot(objects, documents, set_id or "", verification.evidence), intake)
        return replace(response, errors=(*response.errors, *verification.warnings))
    except NotAccepted as refused:
        return RegistryResponse.of(refused.errors)
    except NotBase64 as error:
        return RegistryResponse.of((refusals.not_base64(error.provided.id, error.provided.path, language),))
    except OSError as error:
        _log.exception("a document could not be stored")
        full = error.errno in _FULL
        return RegistryResponse.of((refusals.out_of_resources(language) if full else refusals.store_failed(language),))
    except sa.exc.TimeoutError:
        return RegistryResponse.of((refusals.busy(language),))
    except (sa.exc.SQLAlchemyError, CommitUnknown):
        _log.exception("the outcome of a submission is not known")
        return RegistryResponse.of((refusals.outcome_unknown(language),))


def _refusal(repository: Repository, findings: Sequence[Finding]) -> RegistryResponse:
    return RegistryResponse.of(tuple(found.error(repository.language) for found in findings))


def _completed(o: RegistryObject, kept: Kept | None, repository_unique_id: str) -> RegistryObject:
    """With hash and size, where the sender gave none, and our own repositoryUniqueId; nothing else is altered.

    ITI TF-2 3.41.4.1.3.2
    """
    if kept is None or o.kind is not Kind.EXTRINSIC_OBJECT:
        return o
    known = {
        "hash": kept.content.sha1,
        "size": str(kept.content.size),
        "repositoryUniqueId": repository_unique_id,
    }
    given = {slot.name for slot in o.slots if any(slot.values)} & {"hash", "size"}  # looked at before: they are right
    kept_slots = [slot for slot in o.slots if slot.name in given or slot.name not in known]
    return replace(
        o, slots=(*kept_slots, *(Slot(name, (value,)) for name, value in known.items() if name not in given))
    )


def _received(repository: Repository, submission: Submission, kept: Mapping[str, Kept]) -> list[ReceivedDocument]:
    return [
        ReceivedDocument(
            entry,
            found.content.size,
            found.content.sha1,
            found.content.sha256,
            partial(repository.documents.open_read, found.object_key),
        )
        for entry in submission.entries
        for found in (kept[entry.entry_uuid],)
    ]


def _new_documents(submission: Submission, kept: Mapping[str, Kept], unique_id: str | None) -> list[NewDocument]:
    """`unique_id`: of the SubmissionSet."""
    return [
        NewDocument(
            unique_id=entry.unique_id or "",
            object_key=kept[entry.entry_uuid].object_key,
            content=kept[entry.entry_uuid].content,
            mime_type=entry.mime_type or "",
            submission=key_of(unique_id) if unique_id else None,
        )
        for entry in submission.entries
    ]
