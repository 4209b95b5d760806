"""ITI-43 Retrieve Document Set: documents that are not there, and requests that cannot be answered. # ITI TF-2 3.43"""

import functools
from collections import Counter
from dataclasses import dataclass
from typing import Final

from conformance.answer import Answer
from conformance.book import case
from conformance.kept import brings, repository_id
from conformance.messages import names as n
from conformance.messages.edits import Edit, remove, write
from conformance.messages.objects import Entry, new_oid
from conformance.messages.requests import stored_query
from conformance.model import MUST, SHOULD, Level
from conformance.passing import NOT_RETRIEVED, PARTLY_RETRIEVED
from conformance.resilience import repository_alive, silent_inside, turned_away
from conformance.trial import Trial

EXPECTED: Final = "ITI TF-2 3.43.4.2.3, 3.43.5; ITI TF-3 4.2.4.1, 4.2.4.2"
_OURS: Final = ["repository", "repository-id"]
_ERROR: Final = "//rs:RegistryError"


def _held(trial: Trial, content: bytes = b"a document that is held") -> Entry:
    entry = trial.entry(content=content)
    trial.provided(entry)
    return entry


def _nothing_comes(answer: Answer) -> Answer:
    return answer.lacks("//xds:DocumentResponse", says="no document comes")


@case(
    "iti-43/4.1.3/10",
    title="Asks for a document that nobody provided",
    requirement="A document that is not held is answered by Failure with XDSDocumentUniqueIdError, not by a fault.",
    section=EXPECTED,
    passing=NOT_RETRIEVED,
    needs=_OURS,
    covers=["retrieve.document.unknown", "iti-43.failure"],
)
def unknown(trial: Trial) -> None:
    answer = trial.retrieve((repository_id(trial), new_oid())).refuses("XDSDocumentUniqueIdError")
    _nothing_comes(answer)
    answer.check("the HTTP status is 200", answer.exchange.status == 200, "HTTP status", 200, answer.exchange.status)


@case(
    "iti-43/4.1.3/11",
    title="Asks another repository's id for a document that is held",
    requirement="A repository answers to its own RepositoryUniqueId only: XDSUnknownRepositoryId for any other, "
    "even when it holds a document of that uniqueId.",
    section=EXPECTED,
    passing=NOT_RETRIEVED.replace("XDSDocumentUniqueIdError", "XDSUnknownRepositoryId"),
    needs=_OURS,
    covers=["retrieve.repository.unknown", "iti-43.failure"],
)
def wrong_repository(trial: Trial) -> None:
    entry = _held(trial)
    _nothing_comes(trial.retrieve((new_oid(), entry.unique_id)).refuses("XDSUnknownRepositoryId"))


@case(
    "iti-43/4.1.3/12",
    title="Asks for one document that is held and one that is not",
    requirement="When some of the documents are there, they come, with status PartialSuccess and an error for each "
    "that is missing.",
    section=EXPECTED,
    passing=PARTLY_RETRIEVED,
    needs=_OURS,
    covers=["iti-43.partial", "retrieve.document.unknown"],
)
def partly(trial: Trial) -> None:
    entry, held = _held(trial), repository_id(trial)
    for asked in ([(held, entry.unique_id), (held, new_oid())], [(held, new_oid()), (held, entry.unique_id)]):
        answer = trial.retrieve(*asked).partial("XDSDocumentUniqueIdError")
        brings(answer, entry)
        count = answer.codes.count("XDSDocumentUniqueIdError")
        answer.check("there is one error, for the one that is missing", count == 1, _ERROR, 1, answer.codes)


@case(
    "iti-43/4.1.3/13",
    title="Asks for one document here and one of another repository",
    requirement="A document of an unknown repository does not keep the others from coming: the answer is "
    "PartialSuccess with XDSUnknownRepositoryId.",
    section=EXPECTED,
    passing=PARTLY_RETRIEVED.replace("XDSDocumentUniqueIdError", "XDSUnknownRepositoryId"),
    needs=_OURS,
    covers=["iti-43.partial", "iti-43.several-repositories", "retrieve.repository.unknown"],
)
def partly_elsewhere(trial: Trial) -> None:
    entry = _held(trial)
    answer = trial.retrieve((repository_id(trial), entry.unique_id), (new_oid(), entry.unique_id))
    brings(answer.partial("XDSUnknownRepositoryId"), entry)


@case(
    "iti-43/4.1.3/14",
    title="Asks for three documents that are not there, for two reasons",
    requirement="When none of the documents is there the answer is Failure, with an error for each of them.",
    section=EXPECTED,
    passing=NOT_RETRIEVED,
    needs=_OURS,
    covers=["iti-43.failure", "iti-43.error-each"],
)
def none(trial: Trial) -> None:
    held = repository_id(trial)
    answer = trial.retrieve((held, new_oid()), (held, new_oid()), (new_oid(), new_oid()))
    _nothing_comes(answer.refuses("XDSDocumentUniqueIdError"))
    got = Counter(answer.codes)
    right = got["XDSDocumentUniqueIdError"] == 2 and got["XDSUnknownRepositoryId"] == 1
    answer.check("there is an error for each", right, _ERROR, "two, and one", answer.codes)


@case(
    "iti-43/4.1.3/15",
    title="Reads which document an error is about",
    requirement="The location of an error holds the DocumentUniqueId of the document that cannot be returned.",
    section="ITI TF-2 3.43.5",
    passing=NOT_RETRIEVED,
    needs=_OURS,
    covers=["iti-43.error-names-document"],
)
def names_it(trial: Trial) -> None:
    held, missing, elsewhere = repository_id(trial), new_oid(), new_oid()
    answer = trial.retrieve((held, missing), (new_oid(), elsewhere)).refuses("XDSDocumentUniqueIdError")
    told = [str(each) for each in answer.xpath(f"{_ERROR}/@location")]
    for wanted in (missing, elsewhere):
        named = any(wanted in each for each in told)
        answer.check("location holds the DocumentUniqueId", named, f"{_ERROR}/@location", wanted, told)


@case(
    "iti-43/5/1",
    title="Reads what the errors of an answer are made of",
    requirement="A RegistryError has errorCode, codeContext and one of the two severities, and no content; what keeps "
    "a document from coming is an Error, and highestSeverity, where it stands, says so.",
    section="ITI TF-2 3.43.5; ITI TF-3 4.2.4, 4.2.4.1",
    passing=NOT_RETRIEVED,
    needs=_OURS,
    covers=["iti-43.error-attributes"],
)
def errors(trial: Trial) -> None:
    answer = trial.retrieve((repository_id(trial), new_oid())).refuses("XDSDocumentUniqueIdError")
    for name in ("errorCode", "codeContext", "severity"):
        answer.lacks(f"{_ERROR}[not(normalize-space(@{name}))]", says=f"each RegistryError has {name}")
    known = f"@severity='{n.ERROR}' or @severity='{n.WARNING}'"
    answer.lacks(f"{_ERROR}[not({known})]", says="each severity is Error or Warning, as URN")
    answer.holds(f"{_ERROR}[@severity='{n.ERROR}']", says="one of them is of severity Error")
    answer.lacks(f"{_ERROR}[node()]", says="a RegistryError has no content")
    answer.lacks(f"//rs:RegistryErrorList/@highestSeverity[. != '{n.ERROR}']", says="highestSeverity is Error")


@case(
    "iti-43/4.1.3/16",
    title="Asks by pieces of a uniqueId",
    requirement="A document is found by its whole uniqueId only.",
    section=EXPECTED,
    passing=NOT_RETRIEVED,
    needs=_OURS,
    covers=["retrieve.document.unknown"],
)
def pieces(trial: Trial) -> None:
    entry, held = _held(trial), repository_id(trial)
    for piece in (entry.unique_id[:-1], entry.unique_id[1:], entry.unique_id + "0"):
        _nothing_comes(trial.retrieve((held, piece)).refuses("XDSDocumentUniqueIdError"))


@case(
    "iti-43/4.1.3/17",
    title="Asks by the entryUUID",
    requirement="Documents are asked for by uniqueId; the entryUUID of a DocumentEntry is not one.",
    section="ITI TF-2 3.43.4.1.2, 3.43.5",
    passing=NOT_RETRIEVED,
    needs=_OURS,
    covers=["retrieve.document.unknown"],
)
def by_entry_uuid(trial: Trial) -> None:
    entry = _held(trial)
    answer = trial.retrieve((repository_id(trial), entry.id))
    answer.is_refused("XDSDocumentUniqueIdError")
    _nothing_comes(answer)


INJECTIONS: Final = (
    "' OR '1'='1",
    "%",
    "*",
    "../../../../etc/passwd",
    "1.2.3\u0027); DROP TABLE documents; --",
    "${jndi:ldap://127.0.0.1:9/x}",
)


@case(
    "iti-43/robustness/1",
    title="Asks for documents by texts that other programs would obey",
    requirement="A uniqueId is data: quotes, wildcards, paths and expressions in it are neither run nor followed.",
    section="ITI TF-2 3.43.4.2.3; OWASP ASVS 5.3",
    passing=NOT_RETRIEVED,
    asks="OWASP",
    needs=_OURS,
    covers=["iti-43.injection"],
)
def injections(trial: Trial) -> None:
    entry, held = _held(trial), repository_id(trial)
    for text in INJECTIONS:
        answer = trial.retrieve((held, text))
        answer.is_refused()
        _nothing_comes(answer)
        silent_inside(answer)
    brings(trial.retrieve((held, entry.unique_id)).succeeds(), entry)


@dataclass(frozen=True, slots=True)
class Broken:
    """A request that breaks the schema."""

    id: str
    title: str
    edit: Edit
    level: Level = MUST
    """MUST where nothing that may be found was named; otherwise the text asks it of the sender alone."""


BROKEN: Final = (
    Broken("iti-43/4.1.2/1", "Asks for nothing", remove("//xds:DocumentRequest"), SHOULD),
    Broken("iti-43/4.1.2/2", "Does not say which repository", remove("//xds:RepositoryUniqueId"), SHOULD),
    Broken("iti-43/4.1.2/3", "Does not say which document", remove("//xds:DocumentUniqueId")),
    Broken("iti-43/4.1.2/4", "Leaves DocumentUniqueId empty", write("//xds:DocumentUniqueId", "")),
    Broken("iti-43/4.1.2/5", "Leaves RepositoryUniqueId empty", write("//xds:RepositoryUniqueId", "")),
)


def refuses_broken(broken: Broken, trial: Trial) -> None:
    entry = _held(trial)
    answer = trial.retrieve((repository_id(trial), entry.unique_id), edits=[broken.edit])
    answer.is_refused()
    silent_inside(answer)
    _nothing_comes(answer)


for _broken in BROKEN:
    case(
        _broken.id,
        title=_broken.title,
        requirement="A request names at least one document, each by RepositoryUniqueId and DocumentUniqueId; "
        "one that does not is refused.",
        section="ITI TF-2 3.43.4.1.2, 3.43.5",
        passing="A fault Sender, or Failure with an error.",
        level=_broken.level,
        needs=_OURS,
        covers=["iti-43.request.schema" if _broken.level is MUST else "iti-43.request.incomplete"],
    )(functools.partial(refuses_broken, _broken))


@case(
    "iti-43/4.1.2/6",
    title="Asks a hundred times for what is not there",
    requirement="The number of documents in one request is not limited by the transaction. A repository that has a "
    "limit says XDSTooManyResults.",
    section="ITI TF-2 3.43.4.1.2; ITI TF-3 4.2.4.1",
    level=SHOULD,
    passing=NOT_RETRIEVED,
    needs=_OURS,
    covers=["iti-43.several", "iti-43.error-each"],
)
def a_hundred(trial: Trial) -> None:
    entry, held = _held(trial), repository_id(trial)
    asked = [(held, new_oid()) for _ in range(100)]
    answer = trial.retrieve(*asked, (held, entry.unique_id))
    if not isinstance(answer.opened, str) and answer.codes == ["XDSTooManyResults"]:
        _nothing_comes(answer.refuses("XDSTooManyResults"))
        return
    answer.partial("XDSDocumentUniqueIdError")
    count = answer.codes.count("XDSDocumentUniqueIdError")
    answer.check("there is an error for each", count == len(asked), _ERROR, len(asked), count)
    brings(answer, entry)


@case(
    "iti-43/4.1.2/7",
    title="Sends a stored query to the repository under the action of ITI-43",
    requirement="The body of ITI-43 is a RetrieveDocumentSetRequest; another one is refused.",
    section="ITI TF-2 3.43.5, V.3.2.1.2 (IHE-WSP206)",
    level=SHOULD,
    passing="A fault Sender.",
    needs=["repository"],
    covers=["soap.action.other-body"],
)
def another_body(trial: Trial) -> None:
    turned_away(trial.soap("ITI-43", stored_query("GetAll", [("$patientId", trial.patient)])))
    repository_alive(trial)


@case(
    "iti-43/4.1.3/18",
    title="Asks for a document that was registered by ITI-42 alone",
    requirement="A repository returns what it holds, not what the registry knows: an entry without document is "
    "answered by an error.",
    section=EXPECTED,
    passing=NOT_RETRIEVED,
    needs=[*_OURS, "registry"],
    covers=["retrieve.document.unknown"],
)
def registered_alone(trial: Trial) -> None:
    held = repository_id(trial)
    entry = trial.entry(repository_unique_id=held)
    trial.registered(entry)
    _nothing_comes(trial.retrieve((held, entry.unique_id)).refuses("XDSDocumentUniqueIdError"))
