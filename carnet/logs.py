"""Log lines for people or machines. An exchange is one line; no line ever holds a patient's name or a document."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, Final, TextIO

import structlog

if TYPE_CHECKING:
    from soap.message import Exchange

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}


def configure(form: str, level: str, stream: TextIO | None = None) -> None:
    """Sets logging up for this process: `form` is `console` or `json`, `level` a key of `LEVELS`.

    Lines of libraries (database, server) take the same form and the same stream, stderr.
    """
    stream = stream or sys.stderr
    stamp = structlog.processors.TimeStamper(fmt="iso" if form == "json" else "%H:%M:%S", utc=form == "json")
    before: list[Any] = [structlog.processors.add_log_level, stamp]
    last: Any = structlog.processors.JSONRenderer() if form == "json" else _Console(stream.isatty())
    # as plain text: structlog's structured tracebacks would tell the local variables, documents and names among them
    renderer: list[Any] = [structlog.processors.format_exc_info, _without_values, last]
    structlog.configure(
        processors=[*before, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(LEVELS[level], logging.WARNING), force=True)


_VALUES: Final = re.compile(r"\[parameters: .*")


def _without_values(_logger: Any, _method: str, facts: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Database errors repeat the values of their statement: those of a patient, as likely as not."""
    if "exception" in facts:
        facts["exception"] = _VALUES.sub("[parameters: not shown]", facts["exception"])
    return facts


class _Console:
    """A line for people: time, what, then facts in the order they were given; structlog's own is slower by half."""

    def __init__(self, colors: bool) -> None:
        self._dim, self._end = ("\x1b[2m", "\x1b[0m") if colors else ("", "")
        self._marks = {"warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"} if colors else {}

    def __call__(self, _logger: Any, _method: str, facts: MutableMapping[str, Any]) -> str:
        level, trace = facts.pop("level"), facts.pop("exception", "")
        begin = f"{self._dim}{facts.pop('timestamp')}{self._end} {self._marks.get(level, '')}"
        told = "" if level == "info" else f"{level}: "
        event = facts.pop("event")
        rest = "".join([f" {self._dim}{name}={self._end}{_shown(value)}" for name, value in facts.items()])
        return f"{begin}{told}{event}{self._end}{rest}" + (f"\n{trace}" if trace else "")


def _shown(value: Any) -> str:
    """What a client wrote must not look like a line of ours."""
    text = ",".join(value) if isinstance(value, list) else str(value)
    return text if text.isprintable() else repr(text)


def write_exchange(exchange: "Exchange") -> None:
    """The line of one finished exchange: a warning when it ended in a fault, else information."""
    log = structlog.get_logger()
    facts: dict[str, Any] = {
        "outcome": exchange.outcome,
        "ms": round(exchange.seconds * 1000, 1),
        "bytes_in": exchange.bytes_in,
        "bytes_out": exchange.bytes_out,
        "peer": exchange.peer.address,
        "status": exchange.status,
    }
    if exchange.message_id:
        facts["message_id"] = exchange.message_id
    if exchange.error_codes:
        facts["errors"] = list(exchange.error_codes)
    if exchange.fault:
        facts["fault"] = exchange.fault
    for name, value in exchange.notes.items():
        facts.setdefault(name, value)
    line = log.warning if exchange.outcome == "Fault" else log.info
    line(exchange.transaction or exchange.service, **facts)
