"""The Document Repository broken: ITI-41 and ITI-43."""

from collections.abc import Callable, Iterator
from dataclasses import replace as changed
from typing import Any

from metadata.errors import ErrorCode, RegistryResponse
from metadata.rules import BOOK, finding
from metadata.vocabulary import FAILURE, PARTIAL_SUCCESS, SUCCESS
from repository import agreement, intake, provide, registration, retrieve, store
from repository.store import OtherContent
from repository.tables import State
from soap import faults
from tests.conformance.mutants.patching import replace_item, silence, wrap
from tests.conformance.mutants.table import mutant

PROVIDING = "ITI TF-2 3.41.4.1.3"
RETRIEVING = "ITI TF-2 3.43.4.1.3"


def edit_retrieved(edit: Callable[[Any, Any, Any], tuple[Any, Any, Any]]) -> None:
    """Response, DocumentResponses and parts of each ITI-43 answer go through `edit`."""
    wrap(retrieve, "_reply", lambda was, *given: was(*edit(*given)))


def edit_completed(edit: Callable[..., dict[str, str]]) -> None:
    """Slots that the repository fills in; `edit` is given what was kept and returns other values by name."""

    def around(was: Any, o: Any, kept: Any, *given: Any) -> Any:
        completed = was(o, kept, *given)
        if kept is None:
            return completed
        other = edit(kept)
        return changed(
            completed,
            slots=tuple(changed(s, values=(other[s.name],)) if s.name in other else s for s in completed.slots),
        )

    wrap(provide, "_completed", around)


def unfound(rule_id: str, name: str) -> None:
    """What `agreement.name` finds is found no more, as far as it is of this rule."""
    wrap(agreement, name, lambda was, *given, **named: [f for f in was(*given, **named) if f.rule.id != rule_id])


# --- ITI-41


@mutant("ihe", breaks=PROVIDING, caught_by=("iti-41/4.1.3/20", "iti-41/4.1.3/31"))
def hash_not_checked() -> None:
    """A hash that is not that of the document is accepted."""
    unfound("repository.hash.mismatch", "content")


@mutant("ihe", breaks=PROVIDING, caught_by=("iti-41/4.1.3/21", "iti-41/4.1.3/22"))
def size_not_checked() -> None:
    """A size that is not that of the document is accepted."""
    unfound("repository.size.mismatch", "content")


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.10", caught_by=("iti-41/4.2.2/1", "iti-41/4.2.2/3"))
def hash_is_sha_256() -> None:
    """The hash that the repository fills in is SHA-256."""
    edit_completed(lambda kept: {"hash": kept.content.sha256})


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.21", caught_by=("iti-41/4.1.3/1", "iti-41/4.1.3/2"))
def size_off_by_the_line_end() -> None:
    """The size that the repository fills in counts the line end before the boundary."""
    edit_completed(lambda kept: {"size": str(kept.content.size + 2)})


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.18", caught_by=("iti-41/4.1.3/41", "iti-41/4.1.3/40"))
def repository_unique_id_not_its_own() -> None:
    """The repositoryUniqueId that the repository fills in is not the one it answers to."""
    edit_completed(lambda _kept: {"repositoryUniqueId": "1.2.250.1.999.7.99"})


@mutant("ihe", breaks="ITI TF-3 4.2.4.1", caught_by=("iti-41/4.1.3/24",))
def document_without_entry_told_as_internal_error() -> None:
    """A document that no entry describes is refused with XDSRepositoryError, though it has a code of its own."""
    rule = BOOK["repository.entry.missing"]
    replace_item(BOOK.rules, rule.id, changed(rule, codes={"ITI-41": ErrorCode.REPOSITORY_ERROR}))


@mutant("ihe", breaks=PROVIDING, caught_by=("iti-41/4.1.3/23", "iti-41/4.1.3/30"))
def document_lost_on_the_way_accepted() -> None:
    """An entry whose document did not come is registered with an empty one."""
    unfound("repository.document.missing", "pairing")

    def around(was: Any, self: Any, provided: Any, attachments: Any) -> Any:
        kept = was(self, provided, attachments)
        empty = intake.Provided("", "", None, "")
        return _Filled(kept, lambda: next(iter(self._store([empty], (b"",)).values())))

    wrap(intake.Intake, "receive", around)


class _Filled(dict[str, Any]):
    """Makes what is not there."""

    def __init__(self, kept: dict[str, Any], make: Callable[[], Any]) -> None:
        super().__init__(kept)
        self._make = make

    def __missing__(self, key: str) -> Any:
        self[key] = self._make()
        return self[key]


@mutant("ihe", breaks="ITI TF-3 4.2.4.1", caught_by=("iti-41/4.2.4.1/3", "iti-41/4.2.4.1/2"))
def another_content_under_a_known_id_accepted() -> None:
    """Other bytes under the uniqueId of a stored document are accepted, and lost."""
    silence("registry.uniqueId.hash", "registry.uniqueId.size")

    def around(was: Any, *given: Any) -> Any:
        try:
            return was(*given)
        except OtherContent as error:
            return error.held

    wrap(store, "claim", around)


@mutant("ihe", breaks="ITI TF-3 4.2.4.2", caught_by=("iti-41/4.1.3.2/1", "iti-41/4.1.3/34"))
def document_of_a_refused_submission_stays() -> None:
    """The documents of a submission that the registry refused can be retrieved."""

    def around(was: Any, repository: Any, lot: Any, kept: Any) -> RegistryResponse:
        response: RegistryResponse = was(repository, lot, kept)
        if not response.succeeded:
            repository.database.write(registration._Claims(lot, State.REGISTERED))
            kept.keep([document.object_key for document in lot.documents])
        return response

    wrap(provide, "register", around)


@mutant("ihe", breaks="ITI TF-2 3.41.4.1.3.2", caught_by=("iti-41/4.1.3.2/2",))
def extra_metadata_lost_in_the_repository() -> None:
    """The repository leaves extra metadata out of what it registers, and does not say so."""

    def around(was: Any, *given: Any) -> Any:
        completed = was(*given)
        return changed(completed, slots=tuple(s for s in completed.slots if not s.name.startswith("urn:example:")))

    wrap(provide, "_completed", around)


@mutant("ihe", breaks="ITI TF-2 3.41.4.1.2", caught_by=("iti-41/4.1.2/10", "iti-41/4.1.2/11"))
def submission_without_documents_refused() -> None:
    """A submission that brings no document is refused."""

    def around(was: Any, submission: Any, provided: Any) -> Any:
        return was(submission, provided) or ([] if provided else [finding("repository.document.missing", got="any")])

    wrap(agreement, "of_message", around)


@mutant("ihe", breaks="ITI TF-2 3.43.4.2", caught_by=("iti-41/4.1.2/9", "iti-41/4.1.3/4"))
def line_ends_normalised() -> None:
    """CR LF in a document becomes LF."""

    def pieces(given: Iterator[Any]) -> Iterator[bytes]:
        for piece in given:
            yield bytes(piece).replace(b"\r\n", b"\n")

    wrap(intake.Intake, "_store", lambda was, self, wanted, given: was(self, wanted, pieces(given)))


@mutant("ihe", breaks="ITI TF-2 3.43.4.2", caught_by=("iti-41/4.2.2/1", "iti-41/4.2.2/3"))
def white_space_at_the_end_trimmed() -> None:
    """The line end that closes a document is lost."""
    wrap(
        intake.Intake,
        "_store",
        lambda was, self, wanted, given: was(self, wanted, (b"".join(map(bytes, given)).rstrip(),)),
    )


# --- ITI-43


@mutant("ihe", breaks="ITI TF-2 3.43.4.2", caught_by=("iti-43/4.2.2/3", "iti-41/4.1.3/44"))
def second_document_lost() -> None:
    """Of several documents the first alone comes."""
    edit_retrieved(lambda response, documents, parts: (response, documents[:1], parts[:1]))


@mutant("ihe", breaks="ITI TF-2 3.43.4.2", caught_by=("iti-41/4.1.3/44", "iti-43/4.1.3/2"))
def part_of_the_second_document_lost() -> None:
    """Several documents are announced, and the part of the first alone comes."""
    edit_retrieved(lambda response, documents, parts: (response, documents, parts[:1]))


@mutant("ihe", breaks="ITI TF-2 3.43.4.2", caught_by=("iti-41/4.1.3/44", "iti-43/4.1.3/2"))
def another_documents_bytes() -> None:
    """Where two documents are asked for, each comes with the bytes of the other."""

    def edit(response: Any, documents: Any, parts: Any) -> tuple[Any, Any, Any]:
        swapped = tuple(changed(other, content_id=p.content_id) for p, other in zip(parts, parts[::-1], strict=True))
        return response, documents, swapped

    edit_retrieved(edit)


@mutant("ihe", breaks="ITI TF-2 3.43.4.2", caught_by=("iti-43/4.2.2/2", "iti-41/4.1.2/8"))
def mime_type_changed() -> None:
    """Every document is retrieved as application/octet-stream."""
    wrap(
        store,
        "retrievable",
        lambda was, *given: {
            uid: changed(held, mime_type="application/octet-stream") for uid, held in was(*given).items()
        },
    )


@mutant("ihe", breaks="ITI TF-2 3.43.4.2", caught_by=("iti-43/4.1.3/4", "iti-41/4.1.3/46"))
def first_byte_lost() -> None:
    """Documents are handed out without their first byte."""

    def edit(response: Any, documents: Any, parts: Any) -> tuple[Any, Any, Any]:
        cut = tuple(changed(part, chunks=_without_the_first(part.chunks), length=part.length - 1) for part in parts)
        return response, documents, cut

    edit_retrieved(edit)


class _without_the_first:  # noqa: N801 - a function that can be iterated twice
    def __init__(self, pieces: Any) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for number, piece in enumerate(self._pieces):
            yield piece if number else piece[1:]


@mutant("ihe", breaks=RETRIEVING, caught_by=("iti-43/4.1.3/10", "iti-43/4.1.3/14"))
def unknown_document_is_a_success() -> None:
    """Documents that are not held are passed over: the answer is Success."""
    edit_retrieved(lambda _response, documents, parts: (RegistryResponse(SUCCESS), documents, parts))


@mutant("ihe", breaks="ITI TF-2 3.43.4.1.3", caught_by=("iti-43/4.1.3/12", "iti-43/4.1.3/13"))
def partial_answer_is_a_failure() -> None:
    """When one of several documents is not held, none comes and the answer is a Failure."""

    def edit(response: Any, documents: Any, parts: Any) -> tuple[Any, Any, Any]:
        if response.status != PARTIAL_SUCCESS:
            return response, documents, parts
        return RegistryResponse(FAILURE, response.errors), (), ()

    edit_retrieved(edit)


@mutant("ihe", breaks="ITI TF-2 3.43.4.1.3", caught_by=("iti-43/4.1.3/12", "iti-43/4.1.3/13"))
def partial_answer_is_a_success() -> None:
    """When one of several documents is not held, the answer is Success with an error in it."""

    def edit(response: Any, documents: Any, parts: Any) -> tuple[Any, Any, Any]:
        return changed(response, status=SUCCESS if documents else response.status), documents, parts

    edit_retrieved(edit)


@mutant("ihe", breaks=RETRIEVING, caught_by=("iti-43/4.1.3/16", "iti-43/4.1.3/11"))
def unknown_document_is_a_fault() -> None:
    """A document that is not held is answered by a SOAP fault."""

    def edit(response: Any, documents: Any, parts: Any) -> tuple[Any, Any, Any]:
        if response.errors:
            raise faults.sender(response.errors[0].context)
        return response, documents, parts

    edit_retrieved(edit)


class _AnyId(str):
    """Equal to every id."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


@mutant("ihe", breaks=RETRIEVING, caught_by=("iti-43/4.1.2/5", "iti-43/4.1.3/11"))
def any_repository_unique_id_accepted() -> None:
    """Documents are handed out whatever the RepositoryUniqueId of the request is."""
    wrap(
        retrieve,
        "parse_retrieve_request",
        lambda was, body: tuple(changed(r, repository_unique_id=_AnyId(r.repository_unique_id)) for r in was(body)),
    )


@mutant("ihe", breaks="ITI TF-2 3.43.4.2", caught_by=("iti-43/4.2.2/4",))
def home_community_id_not_repeated() -> None:
    """The HomeCommunityId of the request is not in the answer."""
    edit_retrieved(
        lambda response, documents, parts: (
            response,
            tuple(changed(d, home_community_id=None) for d in documents),
            parts,
        )
    )


@mutant("ihe", breaks="ITI TF-2 3.43.5", caught_by=("iti-43/4.2.2/6",))
def home_community_id_of_its_own() -> None:
    """Answers say a HomeCommunityId that nobody asked with."""
    edit_retrieved(
        lambda response, documents, parts: (
            response,
            tuple(changed(d, home_community_id=d.home_community_id or "urn:oid:2.999.1") for d in documents),
            parts,
        )
    )


@mutant("ihe", breaks="ITI TF-2 3.43.5", caught_by=("iti-43/4.1.3/15",))
def retrieve_errors_without_location() -> None:
    """The errors of ITI-43 say nowhere but in words which document they are about."""
    edit_retrieved(lambda response, documents, parts: (_errors(response, location=""), documents, parts))


@mutant("ihe", breaks="ITI TF-3 4.2.4.1", caught_by=("iti-43/5/1",))
def retrieve_errors_without_code_context() -> None:
    """The errors of ITI-43 have an empty codeContext."""
    edit_retrieved(lambda response, documents, parts: (_errors(response, context=""), documents, parts))


def _errors(response: RegistryResponse, **values: str) -> RegistryResponse:
    return changed(response, errors=tuple(changed(error, **values) for error in response.errors))
