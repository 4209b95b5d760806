"""A look at the target before the first case: does anybody listen, does TLS stand, is the clock right?"""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from conformance.model import Message, Outcome, Verdict
from conformance.trial import Session
from conformance.wire.http import exchange, head

_SKEW: Final = 60
"""Seconds between our clock and the target's from which a warning is due: tokens live for minutes."""
_FATAL: Final = ("nobody listens", "its name cannot", "its certificate", "TLS failed", "is not an http")


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
        if seen.trouble and any(word in seen.trouble for word in _FATAL):
            raise Unreachable(f"{url}: {seen.trouble}")
        if seen.trouble:
            warnings.append(f"{url}: {seen.trouble}")
        elif seen.response is not None:
            warnings += _clock(name, seen.response.head)
    return warnings


def afterthoughts(outcomes: Iterable[Outcome]) -> list[str]:
    """What the outcomes together say could make the run meaningless."""
    all_ = list(outcomes)
    tried = [each for each in all_ if each.exchanges]
    warnings = []
    if tried and all(each.verdict in (Verdict.FAIL, Verdict.NOT_RUN) for each in tried):
        reasons = {each.reason for each in tried}
        warnings.append(
            f"no case got through: {next(iter(reasons))}" if len(reasons) == 1 else "no case that spoke to it passed"
        )
    for reason, count in _common(each.reason for each in all_ if each.verdict is Verdict.NOT_RUN):
        if count * 2 >= len(all_) and count > 1:
            warnings.append(f"{count} of {len(all_)} cases were not run for one reason: {reason}")
    return warnings


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


def _common(reasons: Iterable[str]) -> list[tuple[str, int]]:
    from collections import Counter

    return Counter(reasons).most_common(1)
