"""`index.html` and `index.csv`: one line per code, and what is missing. The page a tester reads every evening."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from urllib.parse import quote

from jinja2 import Environment

from conformance.dossier.standing import Software, Standing, State
from conformance.dossier.summary import Exported, state_word
from conformance.model import Level

_CLASSES = {
    State.READY: "ready",
    State.TO_LOOK_AT: "look",
    State.TO_CORRECT: "correct",
    State.MISSING: "missing",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One code and its files."""

    standing: Standing
    exported: tuple[Exported, ...]
    captures: tuple[str, ...]
    """Names of the files in captures/."""


@dataclass(frozen=True, slots=True)
class Index:
    """All that the page says."""

    lines: tuple[Line, ...]
    software: Software
    at: datetime
    sources: tuple[str, ...]
    carnet: str
    unmasked: bool = False

    def count(self, state: State) -> int:
        return sum(1 for line in self.lines if line.standing.state is state)


def table(index: Index, language: str) -> str:
    """index.csv: separated by semicolons, for a spreadsheet."""
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";", lineterminator="\r\n")
    english = language.startswith("en")
    rows.writerow(
        ["code", "title", "state", "date", "files", "missing"]
        if english
        else ["code", "titre", "etat", "date", "fichiers", "manque"]
    )
    for line in index.lines:
        standing = line.standing
        files = [f"{standing.code.code}/{name}" for each in line.exported for name in each.files]
        date = standing.exchanges[0].started.isoformat(timespec="seconds") if standing.exchanges else ""
        rows.writerow(
            map(
                _cell,
                [
                    standing.code.code,
                    standing.code.title(language),
                    state_word(standing.state, language),
                    date,
                    " ".join(files),
                    " | ".join(standing.missing),
                ],
            )
        )
    return "\ufeff" + out.getvalue()


def _cell(text: str) -> str:
    """A spreadsheet takes what begins so for a formula."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def page(index: Index, language: str) -> bytes:
    """index.html: one file, which opens offline."""
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["path"] = lambda text: quote(str(text), safe="/")
    name = "index.en.html" if language.startswith("en") else "index.html"
    source = (resources.files(__package__) / "templates" / name).read_text(encoding="utf-8")
    template = environment.from_string(source)
    style = (resources.files(__package__) / "templates" / "style.css").read_text(encoding="utf-8")
    rendered = template.render(
        index=index,
        rows=[_row(line, language) for line in index.lines],
        counts=[(_CLASSES[state], state_word(state, language), index.count(state)) for state in State],
        style=style,
        total=len(index.lines),
    )
    return rendered.encode("utf-8", "replace")


def _row(line: Line, language: str) -> dict[str, object]:
    standing = line.standing
    return {
        "code": standing.code.code,
        "title": standing.code.title(language),
        "transaction": standing.code.transaction,
        "state": state_word(standing.state, language),
        "kind": _CLASSES[standing.state],
        "missing": standing.missing,
        "captures": line.captures,
        "others": standing.others,
        "exchanges": [_exchange(each, language) for each in line.exported],
    }


def _exchange(exported: Exported, language: str) -> dict[str, object]:
    exchange = exported.exchange
    broken: Sequence[object] = [
        {
            "rule": each.name,
            "level": each.level.value,
            "must": each.level is Level.MUST,
            "text": each.text(language),
            "where": each.where,
            "section": each.section,
        }
        for each in exchange.broken[:50]
    ]
    return {
        "number": f"{exported.number:02d}",
        "at": exchange.started.strftime("%d/%m/%Y %H:%M:%S UTC"),
        "verdict": exchange.verdict.value,
        "kind": exchange.verdict.name.lower().replace("_", "-"),
        "answer": " ".join([exchange.outcome or f"HTTP {exchange.status}", *exchange.codes]),
        "misbehaviours": exchange.misbehaviours,
        "files": exported.files,
        "withheld": exported.withheld,
        "broken": broken,
        "more": max(0, len(exchange.broken) - 50),
        "held": len(exchange.controls) - len(exchange.broken),
        "id": exchange.id,
    }
