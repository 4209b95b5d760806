"""How each code stands: which exchanges are its evidence, and what is missing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Final

from conformance.dossier.codes import Code
from conformance.dossier.sources import Recorded
from conformance.model import Verdict

_Say = Callable[..., str]
MOST: Final = 10
"""Exchanges of one code that are exported."""
CAPTURES: Final = "captures"


class State(Enum):
    """What a code comes to."""

    READY = "ready"
    """A message that breaks nothing, answered by Success."""
    TO_LOOK_AT = "to look at"
    """The same, with something that should be otherwise."""
    TO_CORRECT = "to correct"
    """Messages came, and each has a breach, or lacks what the DMP asks for, or was not answered by Success."""
    MISSING = "missing"
    """Nothing came."""


@dataclass(frozen=True, slots=True)
class Software:
    """Whose evidence it is."""

    name: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One code and its evidence."""

    code: Code
    state: State
    exchanges: tuple[Recorded, ...]
    """The best first; at most `MOST`."""
    others: int
    """How many more belong to it and were left out."""
    missing: tuple[str, ...]
    """Sentences, in the language of the dossier."""


def standing(code: Code, traffic: Iterable[Recorded], software: Software, captures: Path, language: str) -> Standing:
    """How a code stands; `captures` is where its screenshots are."""
    belonging = sorted((each for each in traffic if belongs(code, each)), key=partial(_rank, code))
    kept = tuple(belonging[:MOST])
    state = _state(code, software, kept)
    missing = tuple(_missing(code, kept, software, captures, 1 if language.startswith("en") else 0))
    return Standing(code, state, kept, len(belonging) - len(kept), missing)


def belongs(code: Code, exchange: Recorded) -> bool:
    """Whether an exchange is evidence for a code."""
    if code.exchanges:
        return any(exchange.id == wanted or exchange.id.startswith(wanted + "/") for wanted in code.exchanges)
    if code.misbehaviour and not any(
        each.partition("=")[0].partition(":")[0].partition("@")[0] == code.misbehaviour or each == code.misbehaviour
        for each in exchange.misbehaviours
    ):
        return False
    return code.belongs(exchange.contents)


def _rank(code: Code, exchange: Recorded) -> tuple[int, int, float]:
    """The whole evidence first, then good messages, then those on purpose answered wrongly and the broken; the newest
    first among equals.
    """
    order = {Verdict.PASS: 0, Verdict.WARN: 1, Verdict.NOT_RUN: 2}.get(exchange.verdict, 3)
    return (0 if _serves(code, exchange) else 1 if exchange.good else 2, order, -exchange.started.timestamp())


def _serves(code: Code, exchange: Recorded) -> bool:
    """Whether an exchange is, by itself, all the evidence that a code asks for."""
    if code.misbehaviour or code.exchanges:
        # where the plan asks for a wrong answer, or names its exchanges, there need not be a Success
        return exchange.verdict in (Verdict.PASS, Verdict.WARN)
    contents = exchange.contents
    complete = contents.has_vihf and (contents.signatures > 0 or not code.signed)
    return exchange.good and exchange.profile == "dmp" and complete


def _state(code: Code, software: Software, exchanges: Sequence[Recorded]) -> State:
    if not exchanges:
        return State.MISSING
    best = exchanges[0]
    if not _serves(code, best):
        return State.TO_CORRECT
    if best.verdict is Verdict.PASS and not _differs(software, best) and _certified(best):
        return State.READY
    return State.TO_LOOK_AT


def _differs(software: Software, exchange: Recorded) -> bool:
    """The VIHF names another product. # DMP EX_GEN-1180: LPS_Nom and LPS_Version are those of the "about" box"""
    contents = exchange.contents
    return contents.has_vihf and bool(
        (software.name and software.name != contents.software)
        or (software.version and software.version != contents.software_version)
    )


def _certified(exchange: Recorded) -> bool:
    """The certificates of the VIHF were judged: the watch had `--trust`."""
    return not exchange.contents.has_vihf or any(each.name == _CERTIFICATE for each in exchange.controls)


_CERTIFICATE: Final = "VIHF certificate"
"""The family of checks, as judging names it."""

_SAID: Final = {
    "nothing": ("aucun échange enregistré. {how}", "no exchange was recorded. {how}"),
    "breach": (
        "un échange sans écart : {rules}",
        "an exchange without a breach: {rules}",
    ),
    "unjudged": (
        "un échange jugé : rien n'a pu être contrôlé",
        "an exchange that was judged: nothing could be checked",
    ),
    "success": (
        "une réponse en succès : la dernière est {outcome}",
        "an answer that says Success: the last is {outcome}",
    ),
    "vihf": ("le VIHF : le message n'en porte pas", "the VIHF: the message bears none"),
    "signature": ("la signature du lot de soumission", "the signature of the submission set"),
    "software": (
        "la concordance du logiciel : le VIHF nomme « {told} », le dossier « {wanted} »",
        "agreement on the software: the VIHF names {told!r}, the dossier {wanted!r}",
    ),
    "profile": (
        "un enregistrement sous --profile dmp : les règles françaises n'ont pas été appliquées à celui-ci",
        "a recording under --profile dmp: the French rules were not applied to this one",
    ),
    "certificates": (
        "le contrôle des certificats : relancez `carnet conformance watch` avec --trust",
        "the check of certificates: run `carnet conformance watch` with --trust",
    ),
    "captures": (
        "les captures d'écran, à déposer dans {folder}/captures/ si votre plan de test en demande",
        "the screenshots, to be put in {folder}/captures/ if your test plan asks for them",
    ),
    "should": ("à regarder avant l'envoi : {rules}", "to look at before you send it: {rules}"),
}


def _missing(
    code: Code, exchanges: Sequence[Recorded], software: Software, captures: Path, english: int
) -> Iterable[str]:
    def say(what: str, **values: object) -> str:
        return _SAID[what][english].format(**values)

    if not exchanges:
        yield say("nothing", how=code.how("en" if english else "fr"))
    else:
        best = exchanges[0]
        if best.verdict is Verdict.FAIL:
            yield say("breach", rules=_rules(best))
        elif best.verdict not in (Verdict.PASS, Verdict.WARN):
            yield say("unjudged")
        elif best.broken:
            yield say("should", rules=_rules(best))
        if not code.misbehaviour and not code.exchanges:
            yield from _of_message(code, best, software, say)
    if not _has_files(captures):
        yield say("captures", folder=code.code)


def _of_message(code: Code, best: Recorded, software: Software, say: _Say) -> Iterable[str]:
    contents = best.contents
    if not best.succeeded or best.misbehaviours:
        told = [best.outcome or f"HTTP {best.status}", *best.codes, *best.misbehaviours]
        yield say("success", outcome=" ".join(told))
    if best.profile != "dmp":
        yield say("profile")
    if not contents.has_vihf:
        yield say("vihf")
    elif not _certified(best):
        yield say("certificates")
    if code.signed and not contents.signatures:
        yield say("signature")
    if _differs(software, best):
        told_name = f"{contents.software} {contents.software_version}".strip()
        yield say("software", told=told_name, wanted=f"{software.name} {software.version}".strip())


def _rules(exchange: Recorded) -> str:
    names = list(dict.fromkeys(each.name for each in exchange.broken))
    return ", ".join(names[:5]) + (f" (+{len(names) - 5})" if len(names) > 5 else "")


def _has_files(folder: Path) -> bool:
    try:
        return any(not each.name.startswith(".") for each in folder.iterdir())
    except OSError:
        return False
