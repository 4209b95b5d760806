"""XUA: the transactions under assertions, and that a refused one does nothing. # ITI TF-2 3.40.4.1.3"""

from typing import Final

from conformance.answer import Answer, slot_of
from conformance.book import case
from conformance.cases._xua import NEEDS, OPTIONAL, Desk, admitted, good_is_taken, in_force, shut_out
from conformance.kept import brings
from conformance.messages import xua
from conformance.messages.dmp.tokens import attacks
from conformance.messages.objects import Entry
from conformance.model import SHOULD
from conformance.passing import NOT_RETRIEVED, NOTHING_FOUND, RETRIEVED, fault
from conformance.trial import Trial

ACTIONS: Final = "ITI TF-2 3.40.4.1.3"
_BOTH: Final = (*NEEDS, "registry", "repository")


def _header(desk: Desk, transaction: str, *, good: bool = True) -> list[bytes]:
    """The Security header for a transaction; a bad assertion was changed after it was signed."""
    audience = desk.trial.target.audience or desk.trial.url(transaction)
    token = xua.certified(xua.usual(desk.signer, audience, desk.trial.patient, desk.at), desk.signer)
    return [xua.header(token if good else attacks.applied(attacks.changed_subject, token))]


def _find(desk: Desk, entry: Entry) -> Answer:
    asked = [("$XDSDocumentEntryEntryUUID", [entry.id])]
    return desk.trial.query("GetDocuments", asked, headers=_header(desk, "ITI-18"))


def _provided(desk: Desk, entry: Entry) -> str:
    """Provides it as preparation, and gives the repositoryUniqueId."""
    trial = desk.trial
    answer = trial.provide(trial.submission(entry), headers=_header(desk, "ITI-41"), preparation=True)
    trial.given(answer.summary.startswith("Success"), "the repository did not take what the case needs", answer)
    return trial.target.repository_unique_id or "".join(slot_of(_find(desk, entry).one(entry.id), "repositoryUniqueId"))


def _desk(trial: Trial) -> Desk:
    desk = Desk(trial)
    in_force(desk)
    good_is_taken(desk)
    return desk


@case(
    "xua/3.40.4.1.3/10",
    title="Provides, finds and retrieves a document under good assertions",
    requirement="ITI-41, ITI-18 and ITI-43 are answered for a user whom a good assertion names.",
    section=ACTIONS,
    passing=RETRIEVED,
    needs=_BOTH,
    optional=OPTIONAL,
    covers=["xua.accepted"],
)
def whole_way(trial: Trial) -> None:
    desk, entry = Desk(trial), trial.entry()
    in_force(desk)
    admitted(trial.provide(trial.submission(entry), headers=_header(desk, "ITI-41")).succeeds())
    answer = _find(desk, entry).finds(entry.id)
    held = trial.target.repository_unique_id or "".join(slot_of(answer.one(entry.id), "repositoryUniqueId"))
    brings(trial.retrieve((held, entry.unique_id), headers=_header(desk, "ITI-43")).succeeds(), entry)


@case(
    "xua/3.40.4.1.3/11",
    title="Registers under an assertion that was changed after it was signed",
    requirement="Nothing is registered for a user whom nobody vouches for.",
    section=ACTIONS,
    passing=fault("Sender", "wsse:FailedAuthentication") + "\n… and then\n" + NOTHING_FOUND,
    needs=[*NEEDS, "registry"],
    optional=OPTIONAL,
    covers=["xua.refused", "xua.nothing-done"],
)
def registers_nothing(trial: Trial) -> None:
    desk, entry = _desk(trial), trial.entry()
    shut_out(trial.register(trial.submission(entry), headers=_header(desk, "ITI-42", good=False)))
    _find(desk, entry).finds()


@case(
    "xua/3.40.4.1.3/12",
    title="Provides a document under an assertion that was changed after it was signed",
    requirement="Nothing is kept for a user whom nobody vouches for.",
    section=ACTIONS,
    passing=fault("Sender", "wsse:FailedAuthentication") + "\n… and then\n" + NOT_RETRIEVED,
    needs=_BOTH,
    optional=OPTIONAL,
    covers=["xua.refused", "xua.nothing-done"],
)
def keeps_nothing(trial: Trial) -> None:
    desk, entry = _desk(trial), trial.entry()
    held = _provided(desk, trial.entry())
    shut_out(trial.provide(trial.submission(entry), headers=_header(desk, "ITI-41", good=False)))
    _find(desk, entry).finds()
    asked = (held, entry.unique_id)
    trial.retrieve(asked, headers=_header(desk, "ITI-43")).refuses("XDSDocumentUniqueIdError")


@case(
    "xua/3.40.4.1.3/13",
    title="Retrieves a document under an assertion that was changed after it was signed",
    requirement="No document is handed out to a user whom nobody vouches for.",
    section=ACTIONS,
    passing=fault("Sender", "wsse:FailedAuthentication"),
    needs=_BOTH,
    optional=OPTIONAL,
    covers=["xua.refused", "xua.nothing-done"],
)
def hands_nothing_out(trial: Trial) -> None:
    desk, entry = _desk(trial), trial.entry(content=b"for the eyes of a doctor alone")
    held = _provided(desk, entry)
    answer = shut_out(trial.retrieve((held, entry.unique_id), headers=_header(desk, "ITI-43", good=False)))
    kept_back = entry.content not in answer.body
    answer.check("the document is not in the answer", kept_back, "answer", "no document", "the document")


@case(
    "xua/saml-2.5.1.5/1",
    title="Sends the same message under the same assertion twice, byte for byte",
    requirement="A message that was recorded and is sent again is refused.",
    section="SAML 2.0 Profiles 3.3; WS-Addressing 1.0 Core 3.2",
    level=SHOULD,
    passing=fault("Sender", "wsse:FailedAuthentication"),
    needs=NEEDS,
    optional=OPTIONAL,
    covers=["xua.refused"],
)
def recorded(trial: Trial) -> None:
    desk = Desk(trial)
    in_force(desk)
    first = admitted(desk.asks(desk.signed(), "As it was meant")).exchange
    shut_out(trial.send(first.url, first.request, "The same bytes again", desk.transaction))
