"""What is asked of any answer to a message that is wrong, and of the target after it."""

import re
from collections.abc import Collection
from typing import Final

from conformance.answer import Answer
from conformance.messages import names as n
from conformance.messages.objects import new_oid, new_uuid
from conformance.model import MUST, SHOULD, Level
from conformance.trial import Trial

TRACES: Final = re.compile(
    r"Traceback \(most recent call last\)"
    r"|^\s*File \"[^\"]+\", line \d+"
    r"|^\s*at [\w.$<>]+\([\w.]*(?::\d+)?\)"
    r"|Caused by: [\w.]+"
    r"|\b(?:java|javax|jakarta|org\.(?:apache|springframework|hibernate)|com\.sun)\.[\w.]*(?:Exception|Error)\b"
    r"|\bSystem\.\w+Exception\b|\bat [\w.]+ in [A-Z]:\\"
    r"|\b(?:lxml\.etree|sqlalchemy\.exc|psycopg2?|sqlite3)\.\w+"
    r"|\bSQLSTATE\b|\bORA-\d{5}\b|PG::\w+Error|goroutine \d+ \[|panic: |#\d+ /[\w/.-]+\.php\(\d+\)",
    re.MULTILINE,
)
"""How stack traces and messages of a database look in the usual languages."""

STATUSES: Final = frozenset({400, 500})
"""HTTP statuses of a fault: 400 is right for Sender, and many stacks send 500."""


def silent_inside(answer: Answer, level: Level = SHOULD) -> Answer:
    """The answer shows nothing of the program that made it. # OWASP ASVS 7.4.1"""
    text = answer.body.decode("utf-8", "replace")
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    found = TRACES.search(text)
    return answer.check(
        "the answer shows no stack trace", found is None, "answer", "a sentence", found and found.group(), level
    )


def turned_away(answer: Answer, *, level: Level = MUST, by_fault: bool = True) -> Answer:
    """The message was not acted upon: a fault, a Failure, or an HTTP status of 400 and more.

    With `by_fault` a fault of SOAP 1.2 is the right form, checked as SHOULD: some messages are so broken that a server
    may refuse them below SOAP. Silence until the time is out is no refusal.
    """
    silence = "within" in answer.exchange.trouble
    status = answer.exchange.status
    held = not silence and (status >= 400 or (status == 0 and bool(answer.exchange.trouble)) or _said_no(answer))
    answer.check("the message is refused", held, "answer", "a fault", told(answer), level)
    if by_fault:
        form = "it is refused by a SOAP 1.2 fault"
        answer.check(form, is_fault(answer), "soap:Body", "soap:Fault", told(answer), SHOULD)
    return silent_inside(answer)


def faults_as(answer: Answer, *codes: str, status: Collection[int] = STATUSES) -> Answer:
    """A SOAP fault with one of `codes`, an HTTP status that fits, and nothing of the inside."""
    answer.faults(*codes, status=status)
    return silent_inside(answer)


def is_fault(answer: Answer) -> bool:
    return not isinstance(answer.opened, str) and bool(answer.fault)


def told(answer: Answer) -> str:
    """In short, with the HTTP status where there is no envelope."""
    status = f"HTTP {answer.exchange.status}: " if answer.exchange.status else ""
    return answer.summary if answer.summary.startswith("HTTP") else status + answer.summary


def _said_no(answer: Answer) -> bool:
    return not isinstance(answer.opened, str) and (bool(answer.fault) or answer.status == n.FAILURE)


def alive(trial: Trial) -> Answer:
    """The next ordinary request is answered as if nothing had been."""
    if not trial.target.registry:
        return repository_alive(trial)
    asked = [("$XDSDocumentEntryEntryUUID", [new_uuid()])]
    return _as_ever(trial.query("GetDocuments", asked, label="Still there? ITI-18"), n.SUCCESS)


def repository_alive(trial: Trial) -> Answer:
    """The same of the repository."""
    return _as_ever(trial.retrieve((new_oid(), new_oid()), label="Still there? ITI-43"), n.FAILURE)


def _as_ever(answer: Answer, status: str) -> Answer:
    fine = not isinstance(answer.opened, str) and answer.status == status
    return answer.check("the next ordinary request is answered", fine, "//@status", status, told(answer))
