"""The VIHF: each good token opens the door, each bad one does not. # CI-SIS Transport synchrone, VIHF 3.0"""

import functools
from dataclasses import replace
from typing import Final

from conformance.answer import Answer
from conformance.cases._dmp import REGISTRY, Desk, dmp_case
from conformance.messages import names as n
from conformance.messages.dmp import vihf
from conformance.messages.dmp.tokens import BAD_TOKENS, GOOD_TOKENS, BadToken, Forge, GoodToken
from conformance.messages.dmp.tokens.forge import DMP_CERTIFICATE, WSS_CODES
from conformance.messages.envelope import new_message_id
from conformance.messages.requests import Value
from conformance.model import SHOULD
from conformance.passing import NOTHING_FOUND, fault
from conformance.trial import Trial

REFUSED: Final = fault("Sender", "wsse:FailedAuthentication")
_BAD: Final = (
    "A request whose token is wrong in any way is refused with a SOAP fault, and nothing else is said of the patient.",
    "Une requête dont le jeton est incorrect est refusée par une erreur SOAP, et rien d'autre n'est dit du patient.",
)
_ODD: Final = (
    "A careful receiver refuses a token that strays from what the specification foresees.",
    "Un récepteur prudent refuse un jeton qui s'écarte de ce que prévoit la spécification.",
)
_GOOD: Final = (
    "A request with a token that holds is served.",
    "Une requête munie d'un jeton valide est servie.",
)
VIHF: Final = "CI-SIS Transport synchrone, VIHF 3.0"


def refuses_token(answer: Answer, code: str = "") -> Answer:
    """A fault Sender; that its subcode is one of WS-Security (or `code`) is a SHOULD. # WS-Security 1.1, 12"""
    answer.faults("Sender")
    subcode = answer.fault.rpartition(":")[2]
    wanted = {code} if code else WSS_CODES | {DMP_CERTIFICATE}
    answer.check(
        f"the subcode of the fault is {code}" if code else "the subcode of the fault is one of WS-Security",
        subcode in wanted,
        "soap:Fault/soap:Code/soap:Subcode/soap:Value",
        " or ".join(sorted(wanted)),
        answer.fault,
        SHOULD,
    )
    return answer


def served(answer: Answer) -> Answer:
    """The search was answered: Success, in the form of an answered search."""
    answer.succeeds()
    return answer.holds(
        "/soap:Envelope/soap:Body/query:AdhocQueryResponse/@status", n.SUCCESS, says="the search is answered"
    )


def _is_refused(row: BadToken, trial: Trial) -> None:
    desk = Desk(trial, row.whose)
    desk.heard()
    token = row.build(Forge(desk.holder, desk.patient, desk.keys))
    refuses_token(desk.find(token=token), row.code)


def _is_accepted(row: GoodToken, trial: Trial) -> None:
    desk = Desk(trial, row.whose)
    served(desk.find(token=row.build(Forge(desk.holder, desk.patient, desk.keys))))


for _bad in BAD_TOKENS:
    dmp_case(
        _bad.id,
        title=(
            _bad.title[0] or f"Sends a VIHF that {_bad.wrong}",
            _bad.title[1] or f"Envoie un VIHF qui {_bad.wrong_fr}",
        ),
        requirement=_BAD if _bad.level is not SHOULD else _ODD,
        section=_bad.section,
        passing=fault("Sender", f"dmp:{_bad.code}" if _bad.code else "wsse:FailedAuthentication"),
        needs=(*REGISTRY, *(("pki",) if _bad.keys else ())),
        level=_bad.level,
        asks="CI-SIS",
    )(functools.partial(_is_refused, _bad))

for _good in GOOD_TOKENS:
    dmp_case(
        _good.id,
        title=(f"Sends a VIHF {_good.what}", f"Envoie un VIHF {_good.what_fr}"),
        requirement=_GOOD,
        section=_good.section,
        passing=NOTHING_FOUND,
        needs=REGISTRY,
        level=_good.level,
        asks="CI-SIS",
    )(functools.partial(_is_accepted, _good))


@dmp_case(
    "vihf/wss-6/5",
    title=("Sends no wsse:Security header", "N'envoie pas d'en-tête wsse:Security"),
    requirement=_BAD,
    section="CI-SIS Transport synchrone",
    passing=REFUSED,
    needs=REGISTRY,
    asks="CI-SIS",
)
def no_header(trial: Trial) -> None:
    desk = Desk(trial)
    desk.heard()
    with desk.connected():
        answer = trial.query("FindDocuments", _about(desk))
    refuses_token(answer)


@dmp_case(
    "vihf/wss-6/6",
    title=("Sends the VIHF outside wsse:Security", "Envoie le VIHF hors de wsse:Security"),
    requirement=_BAD,
    section="CI-SIS Transport synchrone",
    passing=REFUSED,
    needs=REGISTRY,
    asks="CI-SIS",
)
def outside_security(trial: Trial) -> None:
    desk = Desk(trial)
    desk.heard()
    with desk.connected():
        answer = trial.query("FindDocuments", _about(desk), headers=[desk.token().encode()])
    refuses_token(answer)


@dmp_case(
    "vihf/wss-6/7",
    title=(
        "Sends two wsse:Security headers, a VIHF in each",
        "Envoie deux en-têtes wsse:Security, un VIHF dans chacun",
    ),
    requirement=(
        "A message has one wsse:Security header for one receiver; one with two is refused.",
        "Un message a un seul en-tête wsse:Security par destinataire ; celui qui en a deux est refusé.",
    ),
    section="WS-Security 1.1, 5",
    passing=REFUSED,
    needs=REGISTRY,
    asks="CI-SIS",
)
def two_headers(trial: Trial) -> None:
    desk = Desk(trial)
    desk.heard()
    with desk.connected():
        answer = trial.query("FindDocuments", _about(desk), headers=[*desk.headers(), *desk.headers()])
    refuses_token(answer)


@dmp_case(
    "vihf/wss-5/1",
    title=(
        "Sends a wsse:Security header that must be understood",
        "Envoie un en-tête wsse:Security avec mustUnderstand",
    ),
    requirement=(
        "A receiver of VIHF understands wsse:Security, so that mustUnderstand on it changes nothing.",
        "Un récepteur de VIHF comprend wsse:Security : mustUnderstand n'y change rien.",
    ),
    section="SOAP 1.2 Part 1, 5.2.3; CI-SIS Transport synchrone",
    passing=NOTHING_FOUND,
    needs=REGISTRY,
    asks="CI-SIS",
)
def must_understand(trial: Trial) -> None:
    desk = Desk(trial)
    header = vihf.header(desk.token()).replace("<wsse:Security ", '<wsse:Security soap:mustUnderstand="1" ', 1)
    with desk.connected():
        served(trial.query("FindDocuments", _about(desk), headers=[header.encode()]))


@dmp_case(
    "vihf/replay/1",
    title=("Sends one message twice", "Envoie deux fois le même message"),
    requirement=(
        "A message that was served is not served again: whoever recorded it gains nothing.",
        "Un message déjà servi ne l'est pas une seconde fois : qui l'a enregistré n'y gagne rien.",
    ),
    section="SAML 2.0 Core 2.5.1.5; WS-Addressing 1.0 Core, 3.2",
    passing=REFUSED,
    needs=REGISTRY,
    asks="CI-SIS",
)
def replayed(trial: Trial) -> None:
    desk = Desk(trial)
    headers, message_id = desk.headers(), new_message_id()

    def again() -> Answer:
        with desk.connected():
            return trial.query(
                "FindDocuments",
                _about(desk),
                headers=headers,
                envelope=lambda made: replace(made, message_id=message_id),
            )

    first = again()
    trial.given(first.summary.startswith("Success"), "the message is refused the first time", first)
    refuses_token(again())


@dmp_case(
    "vihf/replay/2",
    title=(
        "Sends one message twice, the second time to the repository",
        "Envoie deux fois le même jeton, la seconde fois à l'entrepôt",
    ),
    requirement=(
        "A message that was served is not served again, whichever service it is sent to.",
        "Un message déjà servi ne l'est pas une seconde fois, quel que soit le service auquel il est envoyé.",
    ),
    section="SAML 2.0 Core 2.5.1.5; WS-Addressing 1.0 Core, 3.2",
    passing=REFUSED,
    needs=(*REGISTRY, "repository"),
    asks="CI-SIS",
    level=SHOULD,
)
def replayed_elsewhere(trial: Trial) -> None:
    desk = Desk(trial)
    headers, message_id = desk.headers(), new_message_id()
    with desk.connected():
        first = trial.query(
            "FindDocuments",
            _about(desk),
            headers=headers,
            envelope=lambda made: replace(made, message_id=message_id),
        )
        trial.given(first.summary.startswith("Success"), "the message is refused the first time", first)
        second = trial.retrieve(
            ("1.2.3", "1.2.3.4"), headers=headers, envelope=lambda made: replace(made, message_id=message_id)
        )
    refuses_token(second)


def _about(desk: Desk) -> list[tuple[str, Value]]:
    return [("$XDSDocumentEntryPatientId", desk.patient), ("$XDSDocumentEntryStatus", [n.APPROVED])]
