"""The folder: one per code, with its exchanges, its summary, and a place for screenshots that is never touched."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from lxml import etree

from conformance.dossier.codes import Code
from conformance.dossier.contents import envelope_of
from conformance.dossier.masking import exported
from conformance.dossier.page import Index, Line, page, table
from conformance.dossier.sources import Control, Recorded, Side, header
from conformance.dossier.standing import CAPTURES, Software, Standing, standing
from conformance.dossier.summary import Exported, resume
from conformance.watch.reading import decoded
from soap.envelope import parse_xml
from soap.faults import Fault
from soap.message import Limits

MARK: Final = ".carnet-dossier"
_OURS: Final = re.compile(
    r"\d{2,}-(?:requete|reponse)\.(?:mime|xml|bin)|\d{2,}-(?:entetes\.txt|enveloppe\.xml|enveloppe-reponse\.xml)"
    r"|resume\.md|controles\.json"
)
_BLANKS: Final = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True, load_dtd=False)


class DossierError(ValueError):
    """The folder cannot be written; says why."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the dossier is made."""

    codes: tuple[Code, ...]
    software: Software
    language: str
    at: datetime
    sources: tuple[Path, ...]
    carnet: str
    unmasked: bool = False


def write(out: Path, traffic: Sequence[Recorded], wishes: Wishes) -> Index:
    """Writes everything; what an earlier dossier left is replaced, captures/ stays. Raises `DossierError`."""
    try:
        _begin(out)
        lines = tuple(_code(out, code, traffic, wishes) for code in wishes.codes)
        index = Index(
            lines, wishes.software, wishes.at, tuple(map(str, wishes.sources)), wishes.carnet, wishes.unmasked
        )
        (out / "index.html").write_bytes(page(index, wishes.language))
        (out / "index.csv").write_text(table(index, wishes.language), encoding="utf-8", newline="")
    except OSError as error:
        raise DossierError(f"{error.filename or out}: {error.strerror}") from None
    return index


def _begin(out: Path) -> None:
    """The folder is new, empty, or a dossier. Raises `DossierError`."""
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(out.iterdir()) and not (out / MARK).is_file():
        raise DossierError(f"{out} holds other things than a dossier; name another folder with --out")
    (out / MARK).write_text("Made by `carnet conformance dossier`.\n", encoding="utf-8")
    (out / ".gitignore").write_text("# messages of test patients, tokens and approval numbers lie here\n*\n")


def _code(out: Path, code: Code, traffic: Iterable[Recorded], wishes: Wishes) -> Line:
    folder = out / code.code
    (folder / CAPTURES).mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if _OURS.fullmatch(path.name):
            path.unlink()
    found = standing(code, traffic, wishes.software, folder / CAPTURES, wishes.language)
    written = tuple(
        _exchange(folder, number, exchange, unmasked=wishes.unmasked)
        for number, exchange in enumerate(found.exchanges, 1)
    )
    text = resume(found, written, wishes.software, wishes.at, wishes.language, unmasked=wishes.unmasked)
    (folder / "resume.md").write_text(text, encoding="utf-8")
    if written:
        (folder / "controles.json").write_text(
            json.dumps(_controls(found, written), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    captures = sorted(each.name for each in (folder / CAPTURES).iterdir() if not each.name.startswith("."))
    return Line(found, written, tuple(captures))


def _exchange(folder: Path, number: int, exchange: Recorded, *, unmasked: bool) -> Exported:
    masked = exported(exchange, unmasked=unmasked)
    files: dict[str, bytes] = {}
    heads: list[bytes] = []
    for side, name, envelope in (
        (masked.request, "requete", "enveloppe"),
        (masked.response, "reponse", "enveloppe-reponse"),
    ):
        if side is None:
            continue
        files[f"{number:02d}-{name}.{_ending(side)}"] = side.body
        heads.append(side.head)
        indented = _indented(side)
        if indented is not None:
            files[f"{number:02d}-{envelope}.xml"] = indented
    if heads:
        files[f"{number:02d}-entetes.txt"] = b"\n".join(heads)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    shown = replace(exchange, controls=masked.controls)
    return Exported(number, shown, tuple(sorted(files)), masked.withheld, masked.number)


def _ending(side: Side) -> str:
    if side.content_type.strip().lower().startswith("multipart/"):
        return "mime"
    return "xml" if decoded(side.body, header(side.head, "content-encoding")).lstrip()[:1] == b"<" else "bin"


def _indented(side: Side) -> bytes | None:
    """The envelope on many lines; None when there is none that can be read."""
    root = envelope_of(side.content_type, decoded(side.body, header(side.head, "content-encoding")))
    try:
        parse_xml(root, Limits())  # within bounds, and without a DTD
        tree = etree.fromstring(root, _BLANKS)
    except (Fault, etree.XMLSyntaxError, ValueError):
        return None
    return etree.tostring(tree, pretty_print=True, xml_declaration=True, encoding="UTF-8")


def _controls(found: Standing, written: Iterable[Exported]) -> dict[str, Any]:
    return {
        "code": found.code.code,
        "state": found.state.value,
        "missing": list(found.missing),
        "exchanges": [
            {
                "number": each.number,
                "id": each.exchange.id,
                "started": each.exchange.started.isoformat(),
                "verdict": each.exchange.verdict.value,
                "files": list(each.files),
                "answer": {
                    "status": each.exchange.status,
                    "outcome": each.exchange.outcome,
                    "codes": list(each.exchange.codes),
                },
                "misbehaviours": list(each.exchange.misbehaviours),
                "controls": [_control(control) for control in each.exchange.controls],
            }
            for each in written
        ],
    }


def _control(control: Control) -> dict[str, str]:
    verdict = "PASS" if control.held else "FAIL" if control.level.value == "MUST" else "WARN"
    return {
        "rule": control.name,
        "verdict": verdict,
        "level": control.level.value,
        "section": control.section,
        "where": control.where,
        "fr": control.fr,
        "en": control.en,
    }
