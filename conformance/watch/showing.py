"""What a person reads while the watch runs: one line for each exchange, its remarks below, a summary at the end."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.text import Text

from conformance.judging import Remark
from conformance.model import MUST, Verdict
from conformance.watch.seen import Seen
from conformance.watch.session import Session, Wishes

_COLOURS: Final = {
    Verdict.PASS: "bold green",
    Verdict.WARN: "bold yellow",
    Verdict.FAIL: "bold red",
    Verdict.ERROR: "bold magenta",
    Verdict.NOT_RUN: "bold bright_black",
    Verdict.NOT_SUPPORTED: "bold bright_black",
}
_SHOWN: Final = 12
"""Remarks below one line; the others are in the folder."""
_WORDS: Final = {
    "en": {
        "checks": "{} checks",
        "more": "… and {} more, in {}",
        "unchecked": "not judged",
        "wrong": "answered wrongly on purpose: {}",
        "none": "No message came.",
        "total": "Exchanges: {} ({})",
        "see": "Report: {}",
    },
    "fr": {
        "checks": "{} contrôles",
        "more": "… et {} de plus, dans {}",
        "unchecked": "non jugé",
        "wrong": "réponse volontairement fautive : {}",
        "none": "Aucun message reçu.",
        "total": "Échanges : {} ({})",
        "see": "Rapport : {}",
    },
}


def console(*, err: bool = False) -> Console:
    """Colours on a terminal, plain lines elsewhere; nothing is folded, nothing is taken for markup."""
    return Console(stderr=err, highlight=False, markup=False, emoji=False, soft_wrap=True)


def clean(text: str, longest: int = 400) -> str:
    """What a client wrote may hold anything: control characters would reach the terminal."""
    shown = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else "·" for c in shown)


def lines(seen: Seen, language: str) -> Iterator[Text]:
    """The line of an exchange, then its remarks."""
    words = _WORDS["fr" if language.startswith("fr") else "en"]
    text = Text()
    text.append(seen.started.astimezone().strftime("%H:%M:%S"), "bright_black")
    text.append(f"  {f'#{seen.number}':<4}  ")
    text.append(f"{clean(seen.client):<15}")
    text.append(f"  {seen.transaction or '?':<7}")
    text.append(f"  {seen.verdict.value:<7}", _COLOURS[seen.verdict])
    text.append(f"  {_answer(seen)}")
    text.append(f"  {_judged(seen, words)}", "bright_black")
    yield text
    for misbehaviour in seen.misbehaviours:
        yield Text(f"          {words['wrong'].format(misbehaviour)}", "cyan")
    if seen.trouble:
        yield Text(f"          {clean(seen.trouble)}", "magenta")
    for remark in seen.remarks[:_SHOWN]:
        yield from _remark(remark, language)
    if len(seen.remarks) > _SHOWN:
        place = f"exchanges/{seen.case_id}"
        yield Text(f"          {words['more'].format(len(seen.remarks) - _SHOWN, place)}", "bright_black")


def _answer(seen: Seen) -> str:
    """What was answered."""
    return clean(" ".join([seen.outcome or f"HTTP {seen.status}", *seen.codes]))


def _judged(seen: Seen, words: dict[str, str]) -> str:
    return words["checks"].format(len(seen.checked)) if seen.checked else words["unchecked"]


def _remark(remark: Remark, language: str) -> Iterator[Text]:
    line = Text("          ")
    line.append(f"{remark.level.value:<6} ", "red" if remark.level is MUST else "yellow")
    line.append(clean(remark.text(language)))
    line.append(f"  [{clean(remark.rule)}, {clean(remark.section)}]", "bright_black")
    yield line
    where = " ".join(filter(None, (remark.part, remark.where)))
    if where:
        yield Text(f"                 {clean(where, 200)}", "bright_black")


_EVENTS: Final = {
    "the client refused the expired certificate": "le client a refusé le certificat expiré",
    "the TLS handshake failed": "la négociation TLS a échoué",
    "the watch failed; please report it": "l'outil lui-même a échoué ; merci de le signaler",
}


def event_line(what: str, client: str, verdict: Verdict, detail: str, language: str) -> Text:
    """Something that was no exchange."""
    text = Text("               ")
    text.append(f"{clean(client):<15}           ")
    text.append(f"{verdict.value:<7}", _COLOURS[verdict])
    told = _EVENTS.get(what, what) if language.startswith("fr") else what
    text.append(f"  {told} ({clean(detail)})")
    return text


def summary(counts: Counter[Verdict], events: int, folder: str, language: str) -> Iterator[Text]:
    """How it ended."""
    words = _WORDS["fr" if language.startswith("fr") else "en"]
    total = sum(counts.values())
    if not total and not events:
        yield Text(words["none"])
    else:
        told = ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict])
        yield Text(words["total"].format(total, told))
    yield Text(words["see"].format(f"{folder}/report.html"))


def welcome(session: Session, wishes: Wishes) -> Iterator[Text]:
    """What is listening, and what to do next."""
    about, folder = session.about, session.recorder.path
    yield Text(f"Carnet {about.carnet} watches your client (profile {about.profile})", "bold")
    rows = [
        ("Registry", about.registry, "ITI-42 ITI-18"),
        ("Repository", about.repository, "ITI-41 ITI-43"),
        ("Repository id", wishes.repository_unique_id, ""),
        ("Kept in", str(folder), ""),
    ]
    width = max(len(middle) for _, middle, _ in rows)
    for name, middle, last in rows:
        yield Text(f"  {name:<14}{middle:<{width}}  {last}".rstrip())
    for note in _notes(session, wishes):
        yield Text(f"  {note}")


def _notes(session: Session, wishes: Wishes) -> Iterator[str]:
    for each in session.agenda.planned:
        yield f"Misbehaves: {each}"
    if session.tls is not None and session.tls.authority is not None:
        yield f"The client has to believe {session.tls.authority}"
    if wishes.forwarding is not None:
        for service, url in wishes.forwarding.described().items():
            yield f"Hands on what the {service} is sent to {url or 'nobody'}"
    elif wishes.profile == "dmp" and wishes.trust is None:
        yield "Without --trust no certificate is judged, of tokens and signatures."
    where = session.about.repository
    options = "" if where == "http://127.0.0.1:8080/repository" else f" --repository {where}"
    if wishes.profile == "dmp":
        options += " --identity pki/identities/doctor.p12 --ins 277076322082910"
    yield f"Try:  carnet send --sample{options}"
    yield "Ctrl-C ends it and writes the report."
