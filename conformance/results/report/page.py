"""Makes the page from a stored run: one file, no network, no scripts but its own."""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import SimpleNamespace
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from conformance.model import Verdict
from conformance.results.expected import Mark
from conformance.results.redaction import Secrets
from conformance.results.report.views import CaseView, case_views, gathered
from conformance.results.report.words import ROWS_FR, words
from conformance.results.stored import StoredRun

SLUGS: Final[Mapping[Verdict, str]] = {
    Verdict.FAIL: "fail",
    Verdict.ERROR: "error",
    Verdict.WARN: "warn",
    Verdict.PASS: "pass",
    Verdict.NOT_SUPPORTED: "unsupported",
    Verdict.NOT_RUN: "notrun",
}
"""Verdict → name of its class, in the order in which the page counts them."""

_URGENCY: Final = {verdict: rank for rank, verdict in enumerate(SLUGS)}
_LOOKED_AT: Final = 100
"""Cases of the list of what to look at; with more, it is the target as a whole."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many cases came to a verdict, and where its part of the bar begins."""

    verdict: str
    slug: str
    number: int
    begin: float
    width: float


@dataclass(frozen=True, slots=True)
class Group:
    """The cases whose ids begin alike."""

    name: str
    cases: tuple[CaseView, ...]
    counts: tuple[Count, ...]


def report(run: StoredRun, secrets: Secrets | None = None) -> bytes:
    """The page, in UTF-8; *secrets* are those of the run's messages, which are looked for when they are not given."""
    secrets = secrets or gathered(run)
    views = case_views(run, secrets)
    look = sorted((view for view in views if view.loud), key=lambda view: _URGENCY[view.stored.verdict])
    style, script = _file("style.css"), _file("script.js")
    page = _template().render(
        run=run,
        w=SimpleNamespace(**words(run.language)),
        slugs=SLUGS,
        counts=_counts(views),
        groups=_groups(views),
        said=_said(run),
        look=look[:_LOOKED_AT],
        look_more=max(0, len(look) - _LOOKED_AT),
        tested=sum(1 for case in run.cases if case.verdict not in {Verdict.NOT_RUN, Verdict.NOT_SUPPORTED}),
        target=_flat(run.target, secrets, words(run.language)),
        command=secrets.mask(run.command),
        warnings=[secrets.mask(warning) for warning in run.warnings],
        row=lambda name: ROWS_FR.get(name, name) if run.language == "fr" else name,
        size=_size,
        seconds=_seconds,
        style=Markup(style),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704
        style_hash=_hash(style),
        script_hash=_hash(script),
    )
    return page.encode("utf-8", "replace")


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_file("page.html"))


@cache
def _file(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _groups(views: Iterable[CaseView]) -> tuple[Group, ...]:
    found: dict[str, list[CaseView]] = {}
    for view in views:
        found.setdefault(view.stored.case.id.partition("/")[0], []).append(view)
    return tuple(Group(name, tuple(cases), _counts(cases)) for name, cases in found.items())


def _counts(views: Iterable[CaseView]) -> tuple[Count, ...]:
    counter = Counter(view.stored.verdict for view in views)
    whole = sum(counter.values()) or 1
    counts, begin = [], 0.0
    for verdict, slug in SLUGS.items():
        width = 100 * counter[verdict] / whole
        counts.append(Count(verdict.value, slug, counter[verdict], round(begin, 3), round(width, 3)))
        begin += width
    return tuple(counts)


def _said(run: StoredRun) -> tuple[str, str]:
    """The sentence under the title, and the class that colours it."""
    w = words(run.language)
    counts = run.counts()
    if errors := counts[Verdict.ERROR]:
        return (w["suite_error_one"] if errors == 1 else w["suite_error"].format(n=errors)), "error"
    unexpected = sum(1 for case in run.cases if case.verdict is Verdict.FAIL and case.mark not in {Mark.EXPECTED})
    if unexpected:
        return (w["broken_one"] if unexpected == 1 else w["broken"].format(n=unexpected)), "fail"
    if not counts[Verdict.PASS] + counts[Verdict.WARN] + counts[Verdict.FAIL]:
        return w["nothing"], "notrun"
    return (w["held_expected"], "warn") if counts[Verdict.FAIL] else (w["held"], "pass")


def _flat(target: Mapping[str, Any], secrets: Secrets, w: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is known of the target, one line each."""
    shown = ((name, _plainly(name, value, w)) for name, value in target.items())
    return [(name.replace("_", " "), secrets.mask(value)) for name, value in shown if value]


def _plainly(name: str, value: Any, w: Mapping[str, str]) -> str:
    """As a person reads it; empty when there is nothing to read."""
    match value:
        case Mapping():
            return ", ".join(f"{key}: {one}" for key, one in value.items())
        case list() | tuple() | set() | frozenset():
            return ", ".join(str(one) for one in value)
        case bool():
            return w["is_so"] if value else ""
        case int() if name == "largest_answer":
            return _size(value)
        case float() | int() if name == "timeout":
            return _seconds(value)
    return "" if value is None else str(value)


def _size(number: int) -> str:
    if number < 1024:
        return f"{number} B"
    return f"{number / 1024:.1f} KiB" if number < 1024**2 else f"{number / 1024**2:.1f} MiB"


def _seconds(number: float) -> str:
    if number < 1:
        return f"{number * 1000:.0f} ms"
    return f"{number:.1f} s" if number < 60 else f"{int(number // 60)} min {number % 60:.0f} s"
