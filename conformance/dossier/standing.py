"""How each code stands: which exchanges are its evidence, and what is missing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
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
    """Messages came, and none is without a breach, or none was answered by Success."""
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
    belonging = sorted((each for each in traffic if belongs(code, each)), key=_rank)
    kept = tuple(belonging[:MOST])
    state = _state(code, kept)
    missing = tuple(_missing(code, kept, state, software, captures, 1 if language.startswith("en") else 0))
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


def _rank(exchange: Recorded) -> tuple[int, int, float]:
    """Good ones first, then those on purpose answered wrongly, then the broken; the newest first among equals."""
    order = {Verdict.PASS: 0, Verdict.WARN: 1, Verdict.NOT_RUN: 2}.get(exchange.verdict, 3)
    return (0 if exchange.good else 1, order, -exchange.started.timestamp())


def _state(code: Code, exchanges: Sequence[Recorded]) -> State:
    if not exchanges:
        return State.MISSING
    # where the plan asks for a wrong answer, or names its exchanges, there need not be a Success
    fine = [
        each
        for each in exchanges
        if each.good or ((code.misbehaviour or code.exchanges) and each.verdict in (Verdict.PASS, Verdict.WARN))
    ]
    if not fine:
        return State.TO_CORRECT
    return State.READY if any(each.verdict is Verdict.PASS for each in fine) else State.TO_LOOK_AT


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
    "captures": (
        "les captures d'écran, à déposer dans {folder}/captures/ si votre plan de test en demande",
        "the screenshots, to be put in {folder}/captures/ if your test plan asks for them",
    ),
    "should": ("à regarder avant l'envoi : {rules}", "to look at before you send it: {rules}"),
}


def _missing(
    code: Code, exchanges: Sequence[Recorded], state: State, software: Software, captures: Path, english: int
) -> Iterable[str]:
    def say(what: str, **values: object) -> str:
        return _SAID[what][english].format(**values)

    if not exchanges:
        yield say("nothing", how=code.how("en" if english else "fr"))
    else:
        best = exchanges[0]
        if state is State.TO_CORRECT:
            yield from _to_correct(best, say)
        elif state is State.TO_LOOK_AT:
            yield say("should", rules=_rules(best))
        yield from _of_message(code, best, software, say)
    if not _has_files(captures):
        yield say("captures", folder=code.code)


def _to_correct(best: Recorded, say: _Say) -> Iterable[str]:
    if best.verdict is Verdict.FAIL:
        yield say("breach", rules=_rules(best))
    elif best.verdict not in (Verdict.PASS, Verdict.WARN):
        yield say("unjudged")
    if not best.succeeded or best.misbehaviours:
        yield say(
            "success", outcome=" ".join([best.outcome or f"HTTP {best.status}", *best.codes, *best.misbehaviours])
        )


def _of_message(code: Code, best: Recorded, software: Software, say: _Say) -> Iterable[str]:
    contents = best.contents
    if code.transaction and not contents.has_vihf:
        yield say("vihf")
    if code.signed and not contents.signatures:
        yield say("signature")
    told = f"{contents.software} {contents.software_version}".strip()
    wanted = f"{software.name} {software.version}".strip()
    # DMP EX_GEN-1180: LPS_Nom and LPS_Version are those of the product's own "about" box
    differs = (software.name and software.name != contents.software) or (
        software.version and software.version != contents.software_version
    )
    if contents.has_vihf and differs:
        yield say("software", told=told, wanted=wanted)


def _rules(exchange: Recorded) -> str:
    names = list(dict.fromkeys(each.name for each in exchange.broken))
    return ", ".join(names[:5]) + (f" (+{len(names) - 5})" if len(names) > 5 else "")


def _has_files(folder: Path) -> bool:
    try:
        return any(not each.name.startswith(".") for each in folder.iterdir())
    except OSError:
        return False
