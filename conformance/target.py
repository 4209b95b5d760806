"""The system under test: where it is, who we are to it, and what it says it can do."""

import re
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

DEFAULT_AUTHORITY: Final = "1.2.250.1.999.1"
"""Assigning authority of the patient ids made up for a run, unless told otherwise."""


class TargetError(ValueError):
    """A target that cannot be used; the sentence says what to give."""


@dataclass(frozen=True, slots=True)
class Target:
    """A system to test."""

    registry: str = ""
    """URL of the Document Registry; empty: no case of the registry can run."""
    repository: str = ""
    """URL of the Document Repository."""
    profile: str = "ihe"
    feed: str = ""
    """`HOST:PORT` of the patient identity feed over MLLP (ITI-8)."""
    namespace: str = ""
    """By which the feed's messages may name the authority of patient ids in place of its OID; empty: none is agreed."""
    patients: tuple[str, ...] = ()
    """Patient ids (CX) that the target knows; empty: made up, and announced by the feed where there is one."""
    authority: str = DEFAULT_AUTHORITY
    """OID of the assigning authority of made-up patient ids."""
    repository_unique_id: str = ""
    """OID of the repository, for ITI-42 and ITI-43; empty: a made-up one in ITI-42, and asked of ITI-18 in ITI-43."""
    identity: Path | None = None
    """NAME.p12 with NAME-auth.p12 beside it: who signs, and who opens the connection."""
    password: str = field(default="", repr=False)
    xua: bool = False
    """It asks every caller for an assertion: all messages carry one of the identity. # ITI TF-2 3.40"""
    pki: Path | None = None
    """A test authority (`carnet pki init`) that the target trusts: its bad certificates make the bad tokens."""
    trust: Path | None = None
    """PEM file or directory of anchors for the target's TLS certificate; empty: those of `pki`, else the system's."""
    audience: str = ""
    """Whom XUA assertions are meant for (AudienceRestriction); empty: the URL that they are sent to."""
    codes: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    """Attribute → (code, scheme, display name) that the target accepts, where it does not take ours."""
    mime_type: str = ""
    """Of made-up documents, where the target does not take text/plain."""
    lacks: frozenset[str] = frozenset()
    """Optional features that the target declares it does not have: `iti-44`, `folders`, …"""
    timeout: float = 30.0
    """Seconds for a whole exchange."""
    largest_answer: int = 64 * 1024 * 1024
    """Bytes; what comes after is not read, and the case says so."""

    def has(self, need: str) -> bool:
        """Whether `need` was given: a word of `NEEDS`."""
        if need == "tls":
            return self.registry.startswith("https:") or self.repository.startswith("https:")
        if need == "repository-id":
            return bool(self.repository_unique_id or self.registry)
        if need == "two-patients":
            return len(self.patients) != 1
        if need == "new-patients":
            return not self.patients
        if need == "open-domain":
            return not self.codes
        return bool(getattr(self, need))


NEEDS: Final[Mapping[str, str]] = {
    "registry": "--registry URL",
    "repository": "--repository URL",
    "repository-id": "--repository-id OID, or --registry URL to ask it of",
    "feed": "--feed HOST:PORT",
    "namespace": "--namespace NAME, by which the feed knows the authority of patient ids",
    "identity": "--identity FILE",
    "pki": "--pki DIR, with the bad certificates of `carnet pki init`",
    "codes": "--codes FILE, the value sets that the target applies",
    "tls": "https URLs",
    "two-patients": "a second --patient, or --feed",
    "new-patients": "patients of our own: leave out --patient",
    "open-domain": "an affinity domain that takes any code and MIME type: leave out the codes",
}
"""What a case may need, and what to give for it."""


_PLACE: Final = re.compile(r"[^\s/]*:[0-9]{1,5}")
_CX: Final = re.compile(r"[^^&|~]+\^\^\^&[0-9]+(?:\.[0-9]+)+&ISO")


def check(target: Target) -> None:
    """Raises `TargetError` for a feed that is no place, or a patient id that no message can carry."""
    if target.feed and not _PLACE.fullmatch(target.feed):
        raise TargetError(f"--feed {target.feed} is not a place to connect to: write HOST:PORT")
    for patient in target.patients:
        if not _CX.fullmatch(patient):
            raise TargetError(
                f"--patient {patient} is not a patient id: write id^^^&OID&ISO, in quotes for the shell's sake"
            )


def read(file: Path) -> dict[str, Any]:
    """The settings of a target in TOML, by the names of `Target`. Raises `TargetError`."""
    try:
        told = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TargetError(f"{file} cannot be read: {error}") from None
    known = {each.name for each in fields(Target)}
    settings: dict[str, Any] = {}
    for name, value in told.items():
        plain = name.replace("-", "_")
        settings[_OPTIONS.get(plain, plain)] = value
    if unknown := sorted(settings.keys() - known):
        raise TargetError(f"{file}: {unknown[0]} is not a setting of a target; there are {', '.join(sorted(known))}")
    for name, value in settings.items():
        settings[name] = _setting(file, name, value)
    return settings


_OPTIONS: Final = {"patient": "patients", "repository_id": "repository_unique_id"}
"""Options that a file may write as on the command line → the setting."""


def _setting(file: Path, name: str, value: Any) -> Any:
    """A value of TOML as `Target` has it. Raises `TargetError`."""
    if name in ("identity", "pki", "trust") or (name == "codes" and isinstance(value, str)):
        return file.parent / str(value)
    if name in ("patients", "lacks"):
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise TargetError(f"{file}: {name} is a list of texts")
        return tuple(value) if name == "patients" else frozenset(value)
    if name == "codes":
        if not isinstance(value, dict) or not all(isinstance(c, list) and len(c) == 3 for c in value.values()):
            raise TargetError(f'{file}: codes is a table: classCode = ["code", "scheme", "display name"], or a file')
        return {attribute: tuple(map(str, code)) for attribute, code in value.items()}
    kind = {"timeout": float, "largest_answer": int, "xua": bool}.get(name, str)
    if not isinstance(value, int | float if kind is float else kind):
        raise TargetError(f"{file}: {name} is {value!r}; a {'number' if kind is not str else 'text'} is wanted")
    return kind(value)


def tls_context(target: Target) -> ssl.SSLContext:
    """What opens a connection to the target: its anchors, and the client certificate of the identity.

    Raises `TargetError` for files that do not serve.
    """
    from conformance.wire.tls import client_context

    anchors = target.trust or (target.pki / "anchors" if target.pki else None)
    return client_context(anchors, target.identity, target.password)
