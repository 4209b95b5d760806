"""What the repository asks of a registry elsewhere, audited by the side that asks; ITI TF-2 3.42.5.1, 3.18.5.1."""

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from carnet.auditcodes import (
    DESTINATION,
    EXPORT,
    PATIENT_NUMBER,
    QUERY,
    RULES,
    SOURCE,
    SUBMISSION_SET_NUMBER,
    TRANSACTIONS,
)
from carnet.auditing import Here
from metadata.ebrim import RegistryObject
from metadata.errors import RegistryResponse
from metadata.storedqueries import ReturnType, adhoc_query_request
from metadata.storedqueries_catalogue import GET_DOCUMENTS
from metadata.vocabulary import ENTRY_PATIENT_ID, SUBMISSION_SET_PATIENT_ID, SUBMISSION_SET_UNIQUE_ID
from repository.forwarding import Also, RegistryLink, RegistryUnavailable
from security.audit.message import ActiveParticipant, AuditEvent, Code, Outcome, ParticipantObject

_ENCODING = (("QueryEncoding", b"UTF-8"),)


class AuditedRegistry:
    """A `RegistryLink` that records each call."""

    def __init__(self, link: RegistryLink, url: str, here: Here, record: Callable[[AuditEvent], None]) -> None:
        self._link, self._url, self._here, self._record = link, url, here, record
        self._host = urlsplit(url).hostname or ""

    @property
    def atomic(self) -> bool:
        return self._link.atomic

    def register(self, objects: Sequence[RegistryObject], *, also: Also | None = None) -> RegistryResponse:
        about = _submitted(objects)
        try:
            response = self._link.register(objects, also=also)
        except RegistryUnavailable as error:
            self._tell("ITI-42", EXPORT, "R", about, Outcome.SERIOUS_FAILURE, str(error))
            raise
        outcome = Outcome.SUCCESS if response.succeeded else Outcome.MINOR_FAILURE
        codes = ", ".join(dict.fromkeys(str(error.code) for error in response.errors if not error.warning))
        self._tell("ITI-42", EXPORT, "R", about, outcome, codes)
        return response

    def holds(self, unique_id: str) -> bool:
        question = adhoc_query_request(
            GET_DOCUMENTS.name, {"XDSDocumentEntryUniqueId": (unique_id,)}, ReturnType.OBJECT_REF
        )
        kind = Code("ITI-18", TRANSACTIONS, RULES["ITI-18"].name)
        about = (ParticipantObject(GET_DOCUMENTS.id, kind, 2, 24, query=question, details=_ENCODING),)
        try:
            held = self._link.holds(unique_id)
        except RegistryUnavailable as error:
            self._tell("ITI-18", QUERY, "E", about, Outcome.SERIOUS_FAILURE, str(error))
            raise
        self._tell("ITI-18", QUERY, "E", about, Outcome.SUCCESS, "")
        return held

    def _tell(
        self,
        transaction: str,
        event: Code,
        action: str,
        about: tuple[ParticipantObject, ...],
        outcome: Outcome,
        description: str,
    ) -> None:
        self._record(
            AuditEvent(
                id=event,
                action=action,
                types=(Code(transaction, TRANSACTIONS, RULES[transaction].name),),
                participants=(
                    self._here.participant(self._here.endpoints.get("repository", self._here.host), SOURCE, True),
                    ActiveParticipant(
                        self._url, False, (DESTINATION,), network_address=urlsplit(self._url).hostname or ""
                    ),
                ),
                objects=about,
                outcome=outcome,
                outcome_description=description,
            )
        )


def _submitted(objects: Sequence[RegistryObject]) -> tuple[ParticipantObject, ...]:
    values = [(one.scheme, one.value) for o in objects for one in o.external_identifiers]
    patients = dict.fromkeys(v for scheme, v in values if scheme in (ENTRY_PATIENT_ID, SUBMISSION_SET_PATIENT_ID))
    sets = dict.fromkeys(value for scheme, value in values if scheme == SUBMISSION_SET_UNIQUE_ID)
    return (
        *[ParticipantObject(value, PATIENT_NUMBER, 1, 1) for value in patients],
        *[ParticipantObject(value, SUBMISSION_SET_NUMBER, 2, 20) for value in sets],
    )
