"""The cases of a run as the page shows them, within a size that a browser bears."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from conformance.model import Check, Verdict
from conformance.results import commandlines
from conformance.results.expected import Mark
from conformance.results.redaction import Secrets
from conformance.results.report.colours import coloured, escaped
from conformance.results.report.sides import READ, SHOWN, Side, side
from conformance.results.stored import StoredCase, StoredError, StoredExchange, StoredMessage, StoredRun

COLOURED: Final = 400_000
"""Characters of envelopes that are coloured beforehand; the page's script colours the others when they are opened."""
WRITTEN: Final = 10_000_000
"""Characters of envelopes in the whole page."""
_STEPS: Final = (SHOWN, 32_768, 16_384, 8_192, 4_096, 2_048, 1_024)
_QUIET: Final = ((200, SHOWN), (600, 16_384), (sys.maxsize, 8_192))
"""Exchanges in the run → characters shown of an envelope of a case that passed."""
_LOUD: Final = {Verdict.FAIL, Verdict.WARN, Verdict.ERROR}


@dataclass(frozen=True, slots=True)
class CheckView:
    """A check, and where in the page its place is marked."""

    check: Check
    where: str
    expected: str
    got: str
    text: str
    anchor: str = ""


@dataclass(slots=True)
class SideView:
    """A side, and its text as HTML."""

    side: Side
    html: Markup = field(default_factory=Markup)
    colour: bool = False
    cut: bool = False
    """There is more than is shown."""


@dataclass(slots=True)
class ExchangeView:
    """An exchange of a case."""

    exchange: StoredExchange
    anchor: str
    label: str
    url: str
    trouble: str
    request: SideView
    response: SideView | None
    curl: str
    judged: bool
    """A check on it was broken: it is shown open."""
    brief: bool = False
    """It prepared a case that passed: the page only says where its bytes are."""

    @property
    def sides(self) -> tuple[SideView, ...]:
        return (self.request, self.response) if self.response else (self.request,)


@dataclass(slots=True)
class CaseView:
    """A case of the page."""

    stored: StoredCase
    title: str
    requirement: str
    reason: str
    expected_reason: str
    checks: tuple[CheckView, ...]
    exchanges: tuple[ExchangeView, ...]
    passing: Markup
    passing_is_xml: bool
    again: str
    replay: str
    left: tuple[str, ...]

    @property
    def loud(self) -> bool:
        """Someone has to look at it."""
        return self.stored.verdict in _LOUD or self.stored.mark is Mark.FIXED


def gathered(run: StoredRun) -> Secrets:
    """The secrets that any message of the run holds."""
    secrets = Secrets()
    for case in run.cases:
        for exchange in case.exchanges:
            for message in (exchange.request, exchange.response):
                if message is None:
                    continue
                for path in (message.head, message.body):
                    try:
                        secrets.gather(run.read(path, READ) if path else b"")
                    except StoredError:
                        continue
    return secrets


def case_views(run: StoredRun, secrets: Secrets) -> tuple[CaseView, ...]:
    """Every case, in the order in which they were run."""
    number = sum(len(case.exchanges) for case in run.cases)
    quiet = next(limit for most, limit in _QUIET if number <= most)
    views = tuple(_case(run, case, secrets, SHOWN if case.verdict in _LOUD else quiet) for case in run.cases)
    _write_out(views)
    return views


def _case(run: StoredRun, stored: StoredCase, secrets: Secrets, limit: int) -> CaseView:
    case = stored.case
    french = run.language == "fr"
    exchanges = tuple(_exchange(run, stored, exchange, secrets, limit) for exchange in stored.exchanges)
    is_xml = case.passing.lstrip().startswith("<")
    return CaseView(
        stored=stored,
        title=(french and case.title_fr) or case.title,
        requirement=(french and case.requirement_fr) or case.requirement,
        reason=secrets.mask(stored.reason),
        expected_reason=secrets.mask(stored.expected_reason),
        checks=tuple(_check(check, exchanges, secrets) for check in stored.checks),
        exchanges=exchanges,
        passing=coloured(case.passing, ()) if is_xml and stored.verdict in _LOUD else escaped(case.passing),
        passing_is_xml=is_xml,
        again=secrets.mask(commandlines.run_again(run, case.id)),
        replay=commandlines.replay_again(run, case.id),
        left=tuple(secrets.mask(one) for one in stored.left),
    )


def _exchange(
    run: StoredRun, stored: StoredCase, exchange: StoredExchange, secrets: Secrets, limit: int
) -> ExchangeView:
    broken = [check for check in stored.checks if not check.held and check.exchange == exchange.number]
    places = tuple(dict.fromkeys(check.where for check in broken if check.where))
    if exchange.preparation and stored.verdict not in _LOUD:
        return _brief(stored, exchange, secrets)
    request = SideView(side(run, exchange.request, secrets, decode=True, limit=limit))
    response = None
    if exchange.response is not None:
        response = SideView(side(run, exchange.response, secrets, places, decode=True, limit=limit))
    return ExchangeView(
        exchange=exchange,
        anchor=f"{stored.case.id}:{exchange.number}",
        label=secrets.mask(exchange.label),
        url=secrets.mask(exchange.url),
        trouble=secrets.mask(exchange.trouble),
        request=request,
        response=response,
        curl=secrets.mask(commandlines.curl(exchange, request.side.head)),
        judged=bool(broken) or (bool(exchange.trouble) and stored.verdict in _LOUD),
    )


def _brief(stored: StoredCase, exchange: StoredExchange, secrets: Secrets) -> ExchangeView:
    def empty(message: StoredMessage) -> SideView:
        return SideView(Side(size=message.size, file=message.body))

    return ExchangeView(
        exchange=exchange,
        anchor=f"{stored.case.id}:{exchange.number}",
        label=secrets.mask(exchange.label),
        url=secrets.mask(exchange.url),
        trouble=secrets.mask(exchange.trouble),
        request=empty(exchange.request),
        response=empty(exchange.response) if exchange.response else None,
        curl="",
        judged=False,
        brief=True,
    )


def _check(check: Check, exchanges: Sequence[ExchangeView], secrets: Secrets) -> CheckView:
    anchor = ""
    for view in exchanges:
        if view.exchange.number == check.exchange and not check.held:
            marks = view.response.side.marks.get(check.where) if view.response else None
            anchor = mark_id(view.anchor, marks[0]) if marks else ""
    return CheckView(
        check=check,
        text=secrets.mask(check.text),
        where=secrets.mask(check.where),
        expected=secrets.mask(check.expected),
        got=secrets.mask(check.got),
        anchor=anchor,
    )


def mark_id(anchor: str, line: int) -> str:
    """The id of a marked line."""
    return f"{anchor}:line-{line}"


def _write_out(views: Iterable[CaseView]) -> None:
    """Turns texts into HTML: first of what failed, coloured and at length; of the rest as much as there is room for."""
    ordered = sorted(views, key=lambda view: not view.loud)
    sides = [(view.loud, e.anchor, s) for view in ordered for e in view.exchanges for s in e.sides]
    lengths = [len(s.side.text) for _, _, s in sides]
    limit = next((step for step in _STEPS if sum(min(step, n) for n in lengths) <= WRITTEN), _STEPS[-1])
    left = COLOURED
    for _loud, anchor, view in sides:
        text = view.side.text
        view.cut = view.side.cut
        if len(text) > limit:
            text = text[:limit].rpartition("\n")[0] or text[:limit]
            view.cut = True
        if view.side.language == "xml" and len(text) <= left:
            left -= len(text)
            lines = sorted({line for marked in view.side.marks.values() for line in marked})
            view.html = coloured(text, [(line, mark_id(anchor, line)) for line in lines])
        else:
            view.html = escaped(text)
            view.colour = view.side.language == "xml"
