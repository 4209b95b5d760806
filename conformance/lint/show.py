"""Reports as text for people, JSON for programs, and annotations for GitHub."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from conformance.judging import Remark
from conformance.judging.book import clean
from conformance.lint.files import shown
from conformance.lint.report import Report, line_of
from conformance.model import MUST, SHOULD

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "unknown": "not recognised: nothing was checked. What is recognised is listed in docs/lint.md",
        "checked": "checked",
        "clean": "nothing to remark",
        "part": "part",
        "total": "{files} files, {must} MUST, {should} SHOULD",
    },
    "fr": {
        "unknown": "non reconnu : rien n'a été contrôlé. Ce qui est reconnu est dans docs/lint.md",
        "checked": "contrôlé ",
        "clean": "rien à signaler",
        "part": "partie",
        "total": "{files} fichiers, {must} MUST, {should} SHOULD",
    },
}


_FAMILIES_FR: Final[Mapping[str, str]] = {
    "attachments": "pièces jointes",
    "IHE rules": "règles IHE",
    "French rules": "règles françaises",
    "hash and size": "empreinte et taille",
    "signature of the set": "signature du lot",
    "CDA coherence": "cohérence avec le CDA",
    "VIHF certificate": "certificat du VIHF",
    "VIHF and connection": "VIHF et connexion",
    "SAML assertion": "assertion SAML",
    "stored query": "requête",
    "retrieve request": "demande de documents",
    "answer": "réponse",
    "returned metadata": "métadonnées renvoyées",
    "CDA header": "en-tête CDA",
    "French header": "en-tête français",
    "codes and persons of the header": "codes et personnes de l'en-tête",
}
"""Families of checks that have another name in French."""


_LINE: Final = re.compile(r"(\A|\()(line|part) (\d+)( of the decoded part)?(?=\)|\Z)")
_PLACES_FR: Final[Mapping[str, str]] = {"line": "ligne", "part": "partie"}
_KINDS_FR: Final[Mapping[str, str]] = {
    "request": "requête",
    "response": "réponse",
    "body": "corps",
    "message": "message",
    "acknowledgement": "acquittement",
    "envelope": "enveloppe",
    "assertion": "assertion",
}
"""The last word of what a file was taken for."""


def kind(report: Report, language: str) -> str:
    """What a file was taken for: `ITI-41 request`, in French `requête ITI-41`."""
    what, _, word = report.judged.kind.rpartition(" ")
    return f"{_KINDS_FR[word]} {what}" if language == "fr" and what and word in _KINDS_FR else report.judged.kind


def where(remark: Remark, language: str) -> str:
    """The place of a remark; an XPath is the same in every language, its line is not."""
    return _LINE.sub(_in_french, remark.where) if language == "fr" else remark.where


def _in_french(found: re.Match[str]) -> str:
    decoded = " de la partie décodée" if found[4] else ""
    return f"{found[1]}{_PLACES_FR[found[2]]} {found[3]}{decoded}"


def text(reports: Sequence[Report], language: str, console: Console) -> None:
    """One block per file; colours where the console is a terminal."""
    words = _WORDS[language]
    for report in reports:
        console.print(_title(report, language))
        for remark in report.remarks:
            for line in _lines(remark, language, words):
                console.print(line)
        console.print(_foot(report, language))
        console.print()
    if len(reports) > 1:
        counts = {level.value.lower(): sum(r.count(level) for r in reports) for level in (MUST, SHOULD)}
        counts["should"] += sum(r.hidden for r in reports)
        console.print(Text(words["total"].format(files=len(reports), **counts), style="bold"))


def _title(report: Report, language: str) -> Text:
    words = _WORDS[language]
    title = Text(clean(shown(report.file)), style="bold")
    if report.judged.kind:
        title.append(f": {kind(report, language)}", style="not bold cyan")
    if report.nothing:
        title.append(f": {words['unknown']}", style="not bold yellow")
    return title


def _lines(remark: Remark, language: str, words: Mapping[str, str]) -> Iterator[Text]:
    head = Text("  ")
    head.append(f"{remark.level.value:<6}", style="bold red" if remark.level is MUST else "yellow")
    head.append(f" {remark.rule}", style="bold")
    head.append(f"  [{remark.section}]", style="dim")
    if remark.code:
        head.append(f"  {remark.code}", style="dim")
    yield head
    place = "  ".join(filter(None, (where(remark, language), remark.part and f"{words['part']} {remark.part}")))
    if place:
        yield Text(f"         {place}", style="cyan")
    yield Text(f"         {remark.text(language)}")


def _foot(report: Report, language: str) -> Text:
    words = _WORDS[language]
    if report.nothing:
        return Text("")
    families = [_FAMILIES_FR.get(each, each) if language == "fr" else each for each in report.judged.checked]
    any_remark = report.remarks or report.hidden
    told = f"{report.count(MUST)} MUST, {report.count(SHOULD) + report.hidden} SHOULD" if any_remark else words["clean"]
    style = "red" if report.count(MUST) else "yellow" if any_remark else "green"
    foot = Text("  ")
    foot.append(told, style=style)
    foot.append(f"; {words['checked']}: {', '.join(families)}", style="dim")
    return foot


def as_json(reports: Sequence[Report], language: str) -> str:
    """Everything, for programs."""
    files = [
        {
            "file": report.file,
            "kind": report.judged.kind,
            "checked": list(report.judged.checked),
            "remarks": [_row(each, language) for each in report.remarks],
        }
        for report in reports
    ]
    return json.dumps({"files": files}, indent=2, ensure_ascii=False)


def _row(remark: Remark, language: str) -> dict[str, Any]:
    return {
        "rule": remark.rule,
        "level": remark.level.value,
        "section": remark.section,
        "where": remark.where,
        "line": line_of(remark),
        "part": remark.part,
        "code": remark.code,
        "text": remark.text(language),
    }


def github(reports: Sequence[Report], language: str) -> Iterator[str]:
    """Workflow commands: an error for a MUST, a warning for a SHOULD and for what was not recognised."""
    for report in reports:
        file = _property(report.file)
        if report.nothing:
            yield f"::warning file={file},title=carnet lint::{_message(_WORDS[language]['unknown'])}"
        for remark in report.remarks:
            word = "error" if remark.level is MUST else "warning"
            said = f"{remark.text(language)} [{remark.section}] {where(remark, language)}".rstrip()
            yield f"::{word} file={file},line={line_of(remark)},title={_property(remark.rule)}::{_message(said)}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def show(reports: Sequence[Report], form: str, language: str, echo: Callable[[str], None]) -> None:
    """Print the reports in one of the three forms."""
    if form == "json":
        echo(as_json(reports, language))
    elif form == "github":
        for line in github(reports, language):
            echo(line)
    else:
        text(reports, language, Console(highlight=False, markup=False, emoji=False, soft_wrap=True))
