"""A look at the target before the first case: does anybody listen, does TLS stand, is the clock right?"""

import socket
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from conformance.model import Message, Outcome, Verdict
from conformance.trial import FULL_PATIENT, UNKNOWN_PATIENTS, Session
from conformance.wire.http import exchange, head

_SKEW: Final = 60
"""Seconds between our clock and the target's from which a warning is due: tokens live for minutes."""
_FATAL: Final = ("nobody listens", "its name cannot", "its certificate", "TLS failed", "is not an http")

_ABOUT_PATIENTS: Final = (UNKNOWN_PATIENTS, FULL_PATIENT)


class Unreachable(Exception):
    """No case could reach the target; the sentence says what to look at."""


def preflight(session: Session) -> list[str]:
    """Warnings about the target. Raises `Unreachable` when no connection can be made; one that is made but answers
    nonsense is what the cases are for."""
    warnings = []
    for name in ("registry", "repository"):
        url = getattr(session.target, name)
        if not url:
            warnings.append(f"no {name} was given (--{name} URL): its cases are not run")
            continue
        seen = exchange(
            url, Message(head(url, (), 0, "GET"), b""), session.line, number=1, label="look at the target first"
        )
        trouble = f"{url}: {seen.trouble}{_advice(url, seen.trouble)}"
        if seen.trouble and any(word in seen.trouble for word in _FATAL):
            raise Unreachable(trouble)
        if seen.trouble:
            warnings.append(trouble)
        elif seen.response is not None:
            warnings += _clock(name, seen.response.head)
    if session.target.feed:
        _look_at_feed(session.target.feed, session.target.timeout)
    return warnings


def _advice(url: str, trouble: str) -> str:
    """What to give, where the trouble tells it."""
    if "its certificate" in trouble:
        if any(word in trouble for word in ("self-signed", "self signed", "local issuer")):
            return "; if it is the one that it should have, name its authority with --trust PATH"
        return ""
    if "TLS failed" in trouble and "WRONG_VERSION" in trouble:
        return ": it does not speak TLS there; is it http?"
    return "; does it want https?" if url.startswith("http:") and "connection was" in trouble else ""


def _look_at_feed(place: str, timeout: float) -> None:
    host, _, port = place.rpartition(":")
    try:
        socket.create_connection((host.strip("[]") or "127.0.0.1", int(port)), timeout).close()
    except (OSError, OverflowError) as error:
        raise Unreachable(f"the feed {place}: {error}") from None


def afterthoughts(outcomes: Iterable[Outcome]) -> list[str]:
    """What the outcomes together say could make the run meaningless."""
    all_ = list(outcomes)
    tried = [each for each in all_ if each.exchanges]
    return [*_patients(all_, tried), *_wrong_place(tried), *_nothing_through(tried), *_not_run(all_)]


def _patients(all_: Sequence[Outcome], tried: Sequence[Outcome]) -> Iterator[str]:
    for reason in _ABOUT_PATIENTS:
        if count := sum(each.reason == reason for each in all_):
            yield f"{count} of {len(all_)} cases were not run: {reason}"
    unknown = sum("XDSUnknownPatientId" in each.reason for each in tried if each.reason not in _ABOUT_PATIENTS)
    if unknown * 2 >= len(tried) > 1:
        yield f"{unknown} cases met XDSUnknownPatientId: the target does not know the patients that it was asked for"


def _nothing_through(tried: Sequence[Outcome]) -> Iterator[str]:
    if tried and all(each.verdict in (Verdict.FAIL, Verdict.NOT_RUN) for each in tried):
        reasons = {each.reason for each in tried}
        if len(reasons) > 1:
            yield "no case that spoke to it passed"
        elif not reasons & set(_ABOUT_PATIENTS):
            yield f"no case got through: {next(iter(reasons))}"


def _wrong_place(tried: Sequence[Outcome]) -> Iterator[str]:
    for sign in ("ActionNotSupported", "HTTP 404"):
        count = sum(sign in each.reason for each in tried)
        if tried and count * 2 >= len(tried):
            yield f"{count} cases met {sign}: do --registry and --repository name the right endpoints?"


def _not_run(all_: Sequence[Outcome]) -> Iterator[str]:
    reasons = Counter(
        each.reason for each in all_ if each.verdict is Verdict.NOT_RUN and each.reason not in _ABOUT_PATIENTS
    )
    for reason, count in reasons.most_common(1):
        if count * 2 >= len(all_) and count > 1:
            yield f"{count} of {len(all_)} cases were not run for one reason: {reason}"


def _clock(name: str, head: bytes) -> list[str]:
    lines = head.decode("latin-1").splitlines()
    date = next((line.partition(":")[2].strip() for line in lines if line.lower().startswith("date:")), "")
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return []
    skew = abs((datetime.now(UTC) - (told if told.tzinfo else told.replace(tzinfo=UTC))).total_seconds())
    if skew <= _SKEW:
        return []
    return [f"the clock of the {name} differs from ours by {skew:.0f} s: tokens may be refused for it"]
