"""The servers that mutants are made of, and how the suite is told of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from conformance.target import DEFAULT_AUTHORITY

CODES: Final = """\
[codes.classCode]
"2.16.840.1.113883.6.1" = ["11488-4"]

[codes.typeCode]
"2.16.840.1.113883.6.1" = ["34133-9"]
"""
"""An affinity domain that is closed in two attributes."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of server."""

    about: str
    profile: str
    options: tuple[str, ...]
    """Of `carnet serve`; `{data}` is the data directory."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Environment."""
    target: Mapping[str, Any] = field(default_factory=dict)
    """What else the suite is told: by the names of `Target`."""
    identity: str = ""
    """Who acts, of the server's own authority; empty: over plain HTTP nobody needs to be."""

    def ready(self, data: Path) -> None:
        """Makes the files that the options name, where they are not there."""
        if not self.identity:
            return
        from carnet.sandbox import with_test_keys
        from carnet.settings import Settings

        data.mkdir(parents=True, exist_ok=True)
        (data / "codes.toml").write_text(CODES, encoding="utf-8")
        with_test_keys(replace(Settings(), data=data))

    def command(self, data: Path) -> list[str]:
        """The options, for this data directory."""
        return [option.format(data=data) for option in self.options]


SERVERS: Final = {
    "ihe": Kind(
        "profile ihe, patients from the feed, plain HTTP",
        "ihe",
        ("--patients", "feed", "--mllp-port", "0"),
        {"CARNET_FEED_NAMESPACES": f"SUITE={DEFAULT_AUTHORITY}"},
        {"namespace": "SUITE"},
    ),
    "gate": Kind(
        "profile ihe, mutual TLS, an assertion (XUA) in each message, a closed affinity domain",
        "ihe",
        (
            *("--tls-cert", "{data}/pki/server.pem", "--tls-key", "{data}/pki/server.key", "--trust", "{data}/pki"),
            *("--codes", "{data}/codes.toml"),
        ),
        {"CARNET_XUA": "require"},
        {"xua": True},
        "hospital",
    ),
    "dmp": Kind("profile dmp with test keys", "dmp", ("--profile", "dmp", "--sandbox"), {}, {}, "doctor"),
}
"""By name."""
