"""Log lines for people or machines. An exchange is one line; no line ever holds a patient's name or a document."""

import logging
import sys
from typing import TYPE_CHECKING, Any, TextIO

import structlog

if TYPE_CHECKING:
    from soap.message import Exchange

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}


def configure(form: str, level: str, stream: TextIO | None = None) -> None:
    """Sets logging up for this process: `form` is `console` or `json`, `level` a key of `LEVELS`.

    Lines of libraries (database, server) take the same form and the same stream, stderr.
    """
    stream = stream or sys.stderr
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True)
        if form == "json"
        else structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
    ]
    renderer: list[Any]
    if form == "json":
        renderer = [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
    else:
        colors = stream.isatty()
        console = structlog.dev.ConsoleRenderer(
            colors=colors, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
        renderer = [console]
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


def write_exchange(exchange: "Exchange") -> None:
    """The line of one finished exchange: a warning when it ended in a fault, else information."""
    log = structlog.get_logger()
    facts: dict[str, Any] = {
        "message_id": exchange.message_id,
        "ms": round(exchange.seconds * 1000, 1),
        "bytes_in": exchange.bytes_in,
        "bytes_out": exchange.bytes_out,
        "peer": exchange.peer.address,
        "status": exchange.status,
    }
    if exchange.error_codes:
        facts["errors"] = list(exchange.error_codes)
    if exchange.fault:
        facts["fault"] = exchange.fault
    for name, value in exchange.notes.items():
        facts.setdefault(name, value)
    line = log.warning if exchange.outcome == "Fault" else log.info
    line(exchange.transaction or exchange.service, outcome=exchange.outcome, **facts)
