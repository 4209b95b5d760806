"""`resume.md`: what was done for one code, when, by which software, and how it came out."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from conformance.dossier.sources import Recorded
from conformance.dossier.standing import Software, Standing, State
from conformance.model import Level

_MOST_RULES: Final = 40

STATES: Final = {
    State.READY: ("prêt", "ready"),
    State.TO_LOOK_AT: ("à vérifier", "to look at"),
    State.TO_CORRECT: ("à corriger", "to correct"),
    State.MISSING: ("manquant", "missing"),
}
_WORDS: Final = {
    "software": ("Logiciel", "Software"),
    "unnamed": ("non précisé (--software, --version)", "not given (--software, --version)"),
    "state": ("État", "State"),
    "transaction": ("Transaction", "Transaction"),
    "written": ("Écrit le", "Written"),
    "exchanges": ("Échanges", "Exchanges"),
    "none": ("Aucun échange.", "No exchange."),
    "missing": ("Ce qui manque", "What is missing"),
    "complete": ("Rien.", "Nothing."),
    "about": ("À savoir", "Good to know"),
    "files": ("Fichiers", "Files"),
    "origin": ("Provenance", "Origin"),
    "message": ("Message", "Message"),
    "vihf": ("VIHF", "VIHF"),
    "no_vihf": ("aucun", "none"),
    "answer": ("Réponse", "Answer"),
    "controls": ("Contrôles", "Controls"),
    "held": (
        "{held} contrôles faits, {must} exigence(s) non respectée(s), {should} recommandation(s) non suivie(s)",
        "{held} checks made, {must} requirement(s) broken, {should} recommendation(s) not followed",
    ),
    "misbehaved": (
        "Réponse volontairement fautive du banc de test : {what}",
        "The answer was wrong on purpose, at the test bench: {what}",
    ),
    "withheld": (
        "Non exporté, faute de pouvoir y masquer le numéro d'homologation avec certitude : {what} (voir --unmasked)",
        "Not exported, since the approval number in it could not be masked with certainty: {what} (see --unmasked)",
    ),
    "others": ("{n} autres échanges du même code ne sont pas repris.", "{n} more exchanges of this code are left out."),
    "preparation": (
        "Ce dossier est une préparation. Il ne vaut ni homologation ni avis du CNDA, dont le verdict seul fait foi.",
        "This folder is a preparation. It is no approval; the verdict of the CNDA alone counts.",
    ),
    "masked": (
        "Le numéro d'homologation du VIHF (LPS_ID_HOMOLOGATION_DMP) est remplacé par autant de « X » dans chaque "
        "fichier ; les autres octets sont ceux qui ont circulé. La signature du VIHF ne se vérifie donc plus sur ces "
        "copies.",
        "The approval number in the VIHF (LPS_ID_HOMOLOGATION_DMP) is replaced by as many X in every file; all other "
        "bytes are those that crossed the wire. So the signature of the VIHF no longer verifies on these copies.",
    ),
    "unmasked": (
        "**Rien n'est masqué (--unmasked) : le numéro d'homologation figure en clair dans ces fichiers.**",
        "**Nothing is masked (--unmasked): the approval number stands in these files.**",
    ),
    "exact": (
        "Les fichiers .mime, .xml et -entetes.txt portent les octets tels qu'ils ont circulé.",
        "The files .mime, .xml and -entetes.txt hold the bytes as they crossed the wire.",
    ),
    "envelope": (
        "NN-enveloppe.xml est indentée pour la lecture seule ; controles.json donne chaque règle appliquée.",
        "NN-enveloppe.xml is indented, for reading only; controles.json tells each rule that was applied.",
    ),
    "captures": (
        "captures/ est à vous : rien n'y est jamais écrit ni effacé.",
        "captures/ is yours: nothing there is ever written or removed.",
    ),
    "documents": ("{n} document(s)", "{n} document(s)"),
    "signed": ("{n} signature de lot", "{n} signature of the set"),
    "unsigned": ("sans signature de lot", "no signature of the set"),
    "replaces": ("remplace un document (RPLC)", "replaces a document (RPLC)"),
}


@dataclass(frozen=True, slots=True)
class Exported:
    """One exchange and the names of its files."""

    number: int
    exchange: Recorded
    files: tuple[str, ...]
    withheld: tuple[str, ...] = ()
    masked: bool = False


def word(name: str, language: str) -> str:
    return _WORDS[name][1 if language.startswith("en") else 0]


def state_word(state: State, language: str) -> str:
    return STATES[state][1 if language.startswith("en") else 0]


def resume(
    standing: Standing,
    exported: Iterable[Exported],
    software: Software,
    at: datetime,
    language: str,
    *,
    unmasked: bool = False,
) -> str:
    """The text of the file, in Markdown."""
    exported = tuple(exported)
    lines = [f"# {standing.code.code} : {standing.code.title(language)}", ""]
    rows = [
        ("software", _software(software, standing, language)),
        ("transaction", standing.code.transaction),
        ("state", f"**{state_word(standing.state, language)}**"),
        ("written", _moment(at)),
    ]
    lines += ["| | |", "|---|---|", *(f"| {word(name, language)} | {plain(text)} |" for name, text in rows if text), ""]
    lines += [f"## {word('exchanges', language)}", ""]
    for each in exported:
        lines += _exchange(each, language)
    if not exported:
        lines += [word("none", language), ""]
    if standing.others:
        lines += [word("others", language).format(n=standing.others), ""]
    lines += [f"## {word('missing', language)}", ""]
    lines += [f"- {plain(text)}" for text in standing.missing] or [word("complete", language)]
    lines += ["", f"## {word('about', language)}", "", *_about(exported, language, unmasked=unmasked), ""]
    return "\n".join(lines)


def _about(exported: tuple[Exported, ...], language: str, *, unmasked: bool) -> list[str]:
    names = ["preparation", "envelope", "captures"]
    if unmasked:
        names.insert(1, "unmasked")
    elif any(each.masked for each in exported):
        names.insert(1, "masked")
    else:
        names.insert(1, "exact")
    return [f"- {word(name, language)}" for name in names]


def _software(software: Software, standing: Standing, language: str) -> str:
    if software.name:
        return f"{software.name} {software.version}".strip()
    for each in standing.exchanges:
        if each.contents.software:
            return f"{each.contents.software} {each.contents.software_version} (VIHF)".strip()
    return word("unnamed", language)


def _exchange(exported: Exported, language: str) -> Iterator[str]:
    exchange = exported.exchange
    yield f"### {exported.number:02d} — {_moment(exchange.started)}"
    yield ""
    rows = [
        ("files", ", ".join(f"`{name}`" for name in exported.files)),
        ("origin", f"`{exchange.source}` `{exchange.id}`"),
        ("message", _message(exchange, language)),
        ("vihf", _vihf(exchange, language)),
        ("controls", _controls(exchange, language)),
        ("answer", " ".join([exchange.outcome or "", f"HTTP {exchange.status}", *exchange.codes]).strip()),
    ]
    for name, text in rows:
        yield f"- {word(name, language)} : {plain(text)}"
    for what in exchange.misbehaviours:
        yield "- " + plain(word("misbehaved", language).format(what=what))
    if exported.withheld:
        yield "- " + word("withheld", language).format(what=", ".join(exported.withheld))
    for control in exchange.broken[:_MOST_RULES]:
        where = f" ({control.where})" if control.where else ""
        told = f"{plain(control.text(language) + where)} — {plain(control.section)}"
        yield f"  - {control.level.value} `{plain(control.name)}` {told}"
    yield ""


def _message(exchange: Recorded, language: str) -> str:
    contents = exchange.contents
    if contents.query:
        return f"{contents.transaction}, {contents.query}"
    told = [contents.transaction or "?", word("documents", language).format(n=contents.documents)]
    if contents.transaction == "ITI-41":
        signed = word("signed", language).format(n=contents.signatures)
        told.append(signed if contents.signatures else word("unsigned", language))
    if contents.replaces:
        told.append(word("replaces", language))
    return ", ".join(told)


def _vihf(exchange: Recorded, language: str) -> str:
    contents = exchange.contents
    if not contents.has_vihf:
        return word("no_vihf", language)
    return ", ".join(filter(None, (f"{contents.software} {contents.software_version}".strip(), contents.mode)))


def _controls(exchange: Recorded, language: str) -> str:
    broken = exchange.broken
    must = sum(1 for each in broken if each.level is Level.MUST)
    held = len(exchange.controls) - len(broken)
    told = word("held", language).format(held=held, must=must, should=len(broken) - must)
    return f"{exchange.verdict.value} : {told}"


def _moment(at: datetime) -> str:
    return at.strftime("%d/%m/%Y %H:%M:%S UTC")


def plain(text: str) -> str:
    """What a message says, harmless in Markdown: one line, no table, no link, no HTML."""
    text = "".join(c if c.isprintable() else " " for c in text[:2000])
    return re.sub(r"([|<>\[\]])", r"\\\1", text)
