"""One run of the suite, as the runner hands it over when it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conformance.model import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """All that is known of a run, but for the bytes of its exchanges."""

    started: datetime
    """With its time zone."""
    seconds: float
    carnet: str
    """Version of Carnet."""
    profile: str
    """`ihe` or `dmp`."""
    target: Mapping[str, Any]
    """What was tested, without secrets: endpoints, features, kind of patients, identity's subject. All JSON."""
    command: str
    """The command line, without secrets."""
    selection: tuple[str, ...] = ()
    """Prefixes of the cases asked for; empty: all of the profile."""
    warnings: tuple[str, ...] = ()
    """What could make the run meaningless: the first lines of a report."""
    outcomes: tuple[Outcome, ...] = ()
    language: str = "en"
    """Of the report: `en` or `fr`."""
    seed: str = ""
    finished: bool = True
    """False when it was interrupted: the cases that had ended are there, no others."""
