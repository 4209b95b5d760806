"""The shape of result.json, both ways; docs/conformance-results.md describes it and result.schema.json checks it."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from conformance.model import Case, Check, Level, Verdict
from conformance.results.expected import Mark
from conformance.results.stored import StoredCase, StoredError, StoredExchange, StoredMessage, StoredRun

SCHEMA: Final = 1
"""Goes up when a reader of the old shape would misunderstand the new one; keys may be added without that."""


def encoded(run: StoredRun) -> dict[str, Any]:
    """The document of a run, in the order in which a person reads it."""
    return {
        "schema": SCHEMA,
        "carnet": run.carnet,
        "started": run.started.isoformat(),
        "seconds": round(run.seconds, 3),
        "finished": run.finished,
        "profile": run.profile,
        "language": run.language,
        "command": run.command,
        "selection": list(run.selection),
        "seed": run.seed,
        "target": dict(run.target),
        "warnings": list(run.warnings),
        "counts": {verdict.value: number for verdict, number in run.counts().items()},
        "cases": [_case(case) for case in run.cases],
    }


def _case(stored: StoredCase) -> dict[str, Any]:
    case = stored.case
    return {
        "id": case.id,
        "verdict": stored.verdict.value,
        "reason": stored.reason,
        "mark": stored.mark.value if stored.mark else None,
        "expected_reason": stored.expected_reason,
        "expected_until": stored.expected_until.isoformat() if stored.expected_until else None,
        "seconds": round(stored.seconds, 3),
        "title": case.title,
        "title_fr": case.title_fr,
        "requirement": case.requirement,
        "requirement_fr": case.requirement_fr,
        "section": case.section,
        "level": case.level.value,
        "asks": case.asks,
        "passing": case.passing,
        "profiles": sorted(case.profiles),
        "covers": list(case.covers),
        "needs": sorted(case.needs),
        "optional": case.optional,
        "left": list(stored.left),
        "checks": [_check(check) for check in stored.checks],
        "exchanges": [_exchange(exchange) for exchange in stored.exchanges],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "text": check.text,
        "held": check.held,
        "level": check.level.value,
        "exchange": check.exchange,
        "where": check.where,
        "expected": check.expected,
        "got": check.got,
    }


def _exchange(exchange: StoredExchange) -> dict[str, Any]:
    return {
        "number": exchange.number,
        "label": exchange.label,
        "url": exchange.url,
        "preparation": exchange.preparation,
        "started": exchange.started.isoformat() if exchange.started else None,
        "seconds": round(exchange.seconds, 4),
        "status": exchange.status,
        "trouble": exchange.trouble,
        "request": _message(exchange.request),
        "response": _message(exchange.response) if exchange.response else None,
    }


def _message(message: StoredMessage) -> dict[str, Any]:
    return {
        "head": message.head,
        "body": message.body,
        "size": message.size,
        "content_type": message.content_type,
        "truncated": message.truncated,
    }


def decoded(document: Any, folder: Path, name: str) -> StoredRun:
    """The run of a document; *name* is what its faults are reported under. Raises StoredError."""
    if not isinstance(document, dict) or not isinstance(document.get("schema"), int):
        raise StoredError(f"{name} is not a result of `carnet conformance run`: it names no schema")
    if document["schema"] != SCHEMA:
        raise StoredError(f"{name} has schema {document['schema']}; this version of Carnet reads schema {SCHEMA}")
    try:
        return _run(document, folder)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        fault = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise StoredError(f"{name} is damaged: {fault}") from None


def _run(document: Mapping[str, Any], folder: Path) -> StoredRun:
    return StoredRun(
        folder=folder,
        started=datetime.datetime.fromisoformat(document["started"]),
        seconds=float(document["seconds"]),
        carnet=_text(document, "carnet"),
        profile=_text(document, "profile"),
        target=dict(document["target"]),
        command=_text(document, "command"),
        selection=_texts(document, "selection"),
        warnings=_texts(document, "warnings"),
        language=_text(document, "language"),
        seed=_text(document, "seed"),
        finished=bool(document["finished"]),
        cases=tuple(_stored_case(case) for case in document["cases"]),
    )


def _stored_case(value: Mapping[str, Any]) -> StoredCase:
    until = value["expected_until"]
    return StoredCase(
        case=Case(
            id=_text(value, "id"),
            title=_text(value, "title"),
            requirement=_text(value, "requirement"),
            section=_text(value, "section"),
            level=Level(value["level"]),
            asks=_text(value, "asks"),
            passing=_text(value, "passing"),
            profiles=frozenset(_texts(value, "profiles")),
            run=_not_here,
            covers=_texts(value, "covers"),
            needs=frozenset(_texts(value, "needs")),
            optional=_text(value, "optional"),
            title_fr=_text(value, "title_fr"),
            requirement_fr=_text(value, "requirement_fr"),
        ),
        verdict=Verdict(value["verdict"]),
        reason=_text(value, "reason"),
        checks=tuple(_stored_check(check) for check in value["checks"]),
        exchanges=tuple(_stored_exchange(exchange) for exchange in value["exchanges"]),
        seconds=float(value["seconds"]),
        left=_texts(value, "left"),
        mark=Mark(value["mark"]) if value["mark"] else None,
        expected_reason=_text(value, "expected_reason"),
        expected_until=datetime.date.fromisoformat(until) if until else None,
    )


def _stored_check(value: Mapping[str, Any]) -> Check:
    return Check(
        text=_text(value, "text"),
        held=bool(value["held"]),
        level=Level(value["level"]),
        exchange=int(value["exchange"]),
        where=_text(value, "where"),
        expected=_text(value, "expected"),
        got=_text(value, "got"),
    )


def _stored_exchange(value: Mapping[str, Any]) -> StoredExchange:
    return StoredExchange(
        number=int(value["number"]),
        label=_text(value, "label"),
        url=_text(value, "url"),
        request=_stored_message(value["request"]),
        response=_stored_message(value["response"]) if value["response"] else None,
        status=int(value["status"]),
        trouble=_text(value, "trouble"),
        preparation=bool(value["preparation"]),
        started=datetime.datetime.fromisoformat(value["started"]) if value["started"] else None,
        seconds=float(value["seconds"]),
    )


def _stored_message(value: Mapping[str, Any]) -> StoredMessage:
    return StoredMessage(
        head=_text(value, "head"),
        body=_text(value, "body"),
        size=int(value["size"]),
        content_type=_text(value, "content_type"),
        truncated=bool(value["truncated"]),
    )


def _text(value: Mapping[str, Any], key: str) -> str:
    text = value[key]
    if not isinstance(text, str):
        raise TypeError(f"{key} is not a text")
    return text


def _texts(value: Mapping[str, Any], key: str) -> tuple[str, ...]:
    texts = value[key]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"{key} is not a list of texts")
    return tuple(texts)


def _not_here(_trial: Any) -> NoReturn:
    raise StoredError("a case read back from a folder cannot be run; its book can")
