"""What a Document Registry and a Document Repository answer, from the memory of the watch; ITI TF-2 3.18, 3.41 to 3.43.

The SOAP around it is that of `soap.service`, faults and all. A message that judging found broken is refused with the
errors that a server sends.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from lxml import etree

import schemas
from conformance.judging import Judged, Remark
from conformance.model import MUST, Level
from conformance.watch import finding
from conformance.watch.memory import Document, Memory, canonical
from conformance.watch.operations import OPERATIONS, REGISTER
from conformance.watch.taking import Taken, document_content
from metadata.affinity import AffinityDomain
from metadata.ebrim import EbrimError, RegistryObject, Slot, parse_submit_objects_request, write_object
from metadata.errors import ErrorCode, RegistryError, RegistryResponse
from metadata.model import Association, XdsObject
from metadata.responses import (
    DocumentRequest,
    RetrievedDocument,
    adhoc_query_response,
    parse_retrieve_request,
    write_registry_response,
    write_retrieve_response,
)
from metadata.responses.query import write_object_ref
from metadata.rules import Finding, check
from metadata.rules import book as rulebook
from metadata.rules import finding as broken
from metadata.rules import schema as schema_rule
from metadata.rules.query import SINGLE_PATIENT
from metadata.storedqueries import ReturnType
from metadata.storedqueries_reading import read
from metadata.translate import Submission, to_ebrim
from metadata.vocabulary import FAILURE, PARTIAL_SUCCESS, SUCCESS
from soap import faults
from soap.faults import Fault
from soap.message import Operation, OutgoingPart, Packaging, Reply, Request
from soap.xop import href_to

_MOST_ERRORS: Final = 50

GENERAL: Final = {
    "ITI-41": ErrorCode.REPOSITORY_ERROR,
    "ITI-42": ErrorCode.REGISTRY_ERROR,
    "ITI-18": ErrorCode.REGISTRY_ERROR,
    "ITI-43": ErrorCode.REPOSITORY_ERROR,
}
"""What a breach without a code of its own is answered with."""
_LENIENT: Final = frozenset({ErrorCode.UNRESOLVED_REFERENCE})
"""What the session cannot know: an object that was registered before it began."""

_TOLD_ALONE: Final = frozenset({"wire.wsa.must-understand"})
"""What IHE asks of clients and no server refuses by: few stacks set it."""

Replace = Callable[[str, Request], Reply]
"""Another answer, for a transaction and its request: misbehaviour."""


@dataclass(slots=True)
class Answering:
    """How one message is answered, and what was noticed on the way."""

    memory: Memory
    judged: Judged
    domain: AffinityDomain
    language: str = "en"
    instead: Replace | None = None
    noticed: tuple[Remark, ...] = ()
    """What only who remembers can see: a uniqueId that was used before, a reference that leads nowhere."""
    known: bool = False
    """The same message came before."""

    def operations(self, service: str) -> list[Operation]:
        """Those of `registry` or `repository`."""
        return [self._operation(*row) for row in OPERATIONS if row[0] == service]

    def gate(self, request: Request) -> None:
        """Refuses who is not let in. # CI-SIS Transport synchrone, ITI TF-2 3.40"""
        del request
        bad = [r for r in self.judged.remarks if r.level is MUST and is_about_caller(r)]
        if bad and self.instead is None:
            reason = "; ".join(f"{r.text(self.language)} [{r.rule}]" for r in bad[:3])
            raise Fault("Sender", reason[:1000], subcode="wsse:FailedAuthentication")

    def _operation(
        self, service: str, transaction: str, name: str, element: str, action: str, response: str, packaging: Packaging
    ) -> Operation:
        del service
        instead = self.instead
        return Operation(
            transaction=transaction,
            name=name,
            element=element,
            action=action,
            response_action=response,
            packaging=packaging,
            handler=getattr(self, _HANDLERS[transaction]) if instead is None else partial(instead, transaction),
            schema=partial(schemas.schema, element) if instead is None else None,
            invalid=lambda _request, errors: answer(
                transaction, schema_rule.told(errors, transaction, self.language), FAILURE
            ),
        )

    # --- the four transactions ------------------------------------------------------------------------------------

    def provide(self, request: Request) -> Reply:
        """ITI-41."""
        submitted = request.body.find(REGISTER)
        if submitted is None:
            raise faults.sender("ProvideAndRegisterDocumentSetRequest has no SubmitObjectsRequest")
        taken = Taken(self.memory)
        try:
            taken.documents(request)
            return self._submit("ITI-41", submitted, taken)
        finally:
            taken.drop()

    def register(self, request: Request) -> Reply:
        """ITI-42."""
        return self._submit("ITI-42", request.body, Taken(self.memory))

    def _submit(self, transaction: str, submitted: etree._Element, taken: Taken) -> Reply:
        try:
            submission = Submission.of(parse_submit_objects_request(submitted))
        except EbrimError as error:
            return answer(transaction, (RegistryError(GENERAL[transaction], str(error)),), FAILURE)
        taken.name(entry.entry_uuid for entry in submission.entries)
        errors = self._refusals(transaction)
        if not refused(errors):
            errors += self._state(_completed(submission, taken.by_entry))
        if refused(errors):
            return answer(transaction, errors, FAILURE)
        if not self.known:
            self.memory.keep(submission, taken.keep())
        return answer(transaction, errors, SUCCESS)

    def query(self, request: Request) -> Reply:
        """ITI-18."""
        query, findings = read(request.body)
        errors = self._refusals("ITI-18") or tuple(found.error(self.language) for found in findings)
        if query is None or refused(errors):
            return answer("ITI-18", errors, FAILURE)
        found = finding.find(query, self.memory.objects())
        patients = {canonical(x.patient_id) for x in found if not isinstance(x, Association)}
        if query.definition.single_patient and query.return_type is ReturnType.LEAF_CLASS and len(patients) > 1:
            # ITI TF-2 3.18.4.1.3
            return answer("ITI-18", self._told([broken(SINGLE_PATIENT.id, count=len(patients))]), FAILURE)
        return answer("ITI-18", (), SUCCESS, _fragments(found, query.return_type))

    def retrieve(self, request: Request) -> Reply:
        """ITI-43."""
        errors = self._refusals("ITI-43")
        if refused(errors):
            return answer("ITI-43", errors, FAILURE)
        return self.retrieved(parse_retrieve_request(request.body))

    def retrieved(self, asked: Sequence[DocumentRequest], instead: Sequence[RegistryError] = ()) -> Reply:
        """Each document that is here, an error for each that is not, and the errors `instead` of others."""
        errors: list[RegistryError] = []
        documents: list[RetrievedDocument] = []
        parts: list[OutgoingPart] = []
        for each in asked:
            held = self._held(each)
            if isinstance(held, RegistryError):
                errors.append(held)
                continue
            part = OutgoingPart(f"document-{len(parts) + 1}@carnet", held.mime_type, document_content(held), held.size)
            parts.append(part)
            documents.append(
                RetrievedDocument(
                    each.repository_unique_id,
                    each.document_unique_id,
                    held.mime_type,
                    href_to(part.content_id),
                    home_community_id=each.home_community_id,
                )
            )
        errors += instead
        status = SUCCESS if not errors else PARTIAL_SUCCESS if documents else FAILURE
        response = RegistryResponse(status, tuple(errors))
        return Reply(write_retrieve_response(response, documents), parts, response.outcome, _codes(errors))

    def _held(self, asked: DocumentRequest) -> Document | RegistryError:
        ours, unique_id = self.memory.repository_unique_id, asked.document_unique_id
        if asked.repository_unique_id != ours:
            told = f"this repository is {ours}, not {asked.repository_unique_id}"
            return RegistryError(ErrorCode.UNKNOWN_REPOSITORY_ID, told, unique_id)
        held = self.memory.document(unique_id)
        if held is None or not held.path.exists():
            told = f"no document {unique_id} was submitted in this session"
            return RegistryError(ErrorCode.DOCUMENT_UNIQUE_ID_ERROR, told, unique_id)
        return held

    # --- what is wrong --------------------------------------------------------------------------------------------

    def _refusals(self, transaction: str) -> tuple[RegistryError, ...]:
        """The remarks of judging as a server words them: breaches of a MUST, and warnings that have a code."""
        told = [r for r in self.judged.remarks if (r.level is MUST or r.code) and r.rule not in _TOLD_ALONE]
        told.sort(key=lambda r: r.level is not MUST)
        return tuple(error_of(r, transaction, self.language) for r in told[:_MOST_ERRORS])

    def _state(self, submission: Submission) -> tuple[RegistryError, ...]:
        """What a registry says that remembers: the rules that need facts, of ITI-42 for ITI-41 too: a repository
        hands the words of its registry on. # ITI TF-2 3.42.4.1.3, 3.41.4.1.3
        """
        if self.memory.knows(submission):
            self.known = True
            return ()
        return self._told(check(submission, self.domain, transaction="ITI-42", facts=self.memory.facts(submission)))

    def _told(self, found: Sequence[Finding]) -> tuple[RegistryError, ...]:
        """The errors of findings, which are noticed too."""
        self.noticed += tuple(_noticed(each) for each in found)
        return tuple(each.error(self.language) for each in found if each.code not in _LENIENT)


def _completed(submission: Submission, documents: Mapping[str, Document]) -> Submission:
    """The submission with the hash and size that a repository adds, for what a registry asks about them."""
    return Submission.of(_with_hash(o, documents.get(o.id)) for o in submission.objects)


def _with_hash(o: RegistryObject, document: Document | None) -> RegistryObject:
    if document is None:
        return o
    known = {slot.name for slot in o.slots}
    added = (Slot("hash", (document.sha1,)), Slot("size", (str(document.size),)))
    return replace(o, slots=(*o.slots, *(slot for slot in added if slot.name not in known)))


def is_about_caller(remark: Remark) -> bool:
    """Whether a server would refuse it at the door, with a fault: the token, not the content."""
    return remark.rule.partition(".")[0] in ("vihf", "xua", "saml", "token")


def error_of(remark: Remark, transaction: str, language: str) -> RegistryError:
    """The RegistryError that a server sends for a remark."""
    context = f"{remark.text(language)} [{remark.rule}, {remark.section}]"
    return RegistryError(remark.code or GENERAL[transaction], context, remark.where, warning=remark.level is not MUST)


def refused(errors: Iterable[RegistryError]) -> bool:
    return any(not error.warning for error in errors)


def answer(transaction: str, errors: Sequence[RegistryError], status: str, fragments: Iterable[bytes] = ()) -> Reply:
    """The body of the answer of a transaction, without documents."""
    response = RegistryResponse(status, tuple(errors))
    codes = _codes(errors)
    if transaction == "ITI-18":
        return Reply(adhoc_query_response(fragments, errors, status), (), response.outcome, codes)
    if transaction == "ITI-43":
        return Reply(write_retrieve_response(response, ()), (), response.outcome, codes)
    return Reply(write_registry_response(response), (), response.outcome, codes)


def _codes(errors: Iterable[RegistryError]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(error.code) for error in errors if not error.warning))


def _fragments(found: Iterable[XdsObject], return_type: ReturnType) -> Iterator[bytes]:
    for x in found:
        if return_type is ReturnType.OBJECT_REF:
            yield write_object_ref(x.entry_uuid)
        else:
            yield write_object(to_ebrim(x))


def _noticed(found: Finding) -> Remark:
    lenient = found.code in _LENIENT or found.rule.level is rulebook.SHOULD
    return Remark(
        rule=found.rule.id,
        level=Level.SHOULD if lenient else Level.MUST,
        section=found.rule.spec,
        where=found.at,
        en=found.message("en"),
        fr=found.message("fr"),
        code=str(found.code),
    )


_HANDLERS: Final = {"ITI-41": "provide", "ITI-42": "register", "ITI-18": "query", "ITI-43": "retrieve"}
