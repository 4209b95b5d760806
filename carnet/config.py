"""Where each setting comes from: command line, then `CARNET_<OPTION>`, then the TOML file, then the default."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import Field, dataclass
from pathlib import Path
from typing import Any

from carnet.settings import Settings, key_name, option_name, table, variable_name

_OTHERS = {"CARNET_CONFIG", "CARNET_REGISTRY", "CARNET_REPOSITORY", "CARNET_SOURCE_ID"}
"""Variables that are no settings of a server: where the file is, and what `carnet send`, `find` and `fetch` take."""
_SIZES = {"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30}
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


class ConfigurationError(Exception):
    """A setting that cannot be used: what is wrong, where it was set, what would be right."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings of this run and the place each was set in."""

    settings: Settings
    origins: Mapping[str, str]
    """Setting → `--port`, `CARNET_PORT`, the TOML file's path, or `default`."""
    notes: tuple[str, ...] = ()
    """What a person should know: variables that name no setting."""


def read(
    given: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Configuration:
    """The configuration of this run.

    `given` are the options of the command line (absent or `None`: not given), `environment` defaults to the process's.
    `CARNET_CONFIG` names the file when `file` is not given. Raises `ConfigurationError`.
    """
    given = given or {}
    environment = os.environ if environment is None else environment
    if file is None and environment.get("CARNET_CONFIG"):
        file = Path(environment["CARNET_CONFIG"])
    written = _read_toml(file) if file else {}
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for entry in table():
        raw, origin = _found(entry, given, environment, written, file)
        origins[entry.name] = origin
        if origin != "default":
            values[entry.name] = _value(entry, raw, origin)
    return Configuration(Settings(**values), origins, _strangers(environment))


def _found(
    entry: "Field[Any]",
    given: Mapping[str, Any],
    environment: Mapping[str, str],
    written: Mapping[str, Any],
    file: Path | None,
) -> tuple[Any, str]:
    if given.get(entry.name) is not None:
        return given[entry.name], option_name(entry.name)
    if (variable := variable_name(entry.name)) in environment:
        return environment[variable], variable
    if entry.name in written:
        return written[entry.name], str(file)
    return None, "default"


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: not TOML: {error}") from None
    names = {entry.name for entry in table()}
    written: dict[str, Any] = {}
    for key, value in document.items():
        name = key.replace("-", "_")
        if name not in names:
            raise ConfigurationError(f"{file}: there is no setting {key}{_nearest(name, names)}")
        written[name] = value
    return written


def _nearest(name: str, names: set[str]) -> str:
    close = difflib.get_close_matches(name, sorted(names), n=1)
    return f"; did you mean {key_name(close[0])}?" if close else "; `carnet config` lists them"


def _strangers(environment: Mapping[str, str]) -> tuple[str, ...]:
    known = {variable_name(entry.name) for entry in table()} | _OTHERS
    strange = sorted(name for name in environment if name.startswith("CARNET_") and name not in known)
    return tuple(f"{name} is set but names no setting" for name in strange)


def _value(entry: "Field[Any]", raw: Any, origin: str) -> Any:
    """`raw` as the type of the setting; text is accepted everywhere because variables have nothing else."""
    kind = str(entry.type)
    if raw == "" and (entry.default is None or entry.default == ""):
        return entry.default
    if "bool" in kind:
        value: Any = raw if isinstance(raw, bool) else _WORDS.get(str(raw).strip().lower())
        if value is None:
            raise ConfigurationError(f"{origin}: {key_name(entry.name)} is {raw!r}; write true or false")
        return value
    if "int" in kind:
        return _number(entry, raw, origin)
    if not isinstance(raw, str | Path):
        raise ConfigurationError(f"{origin}: {key_name(entry.name)} is {raw!r}; write text")
    if "Path" in kind:
        return Path(raw).expanduser()
    choices = entry.metadata["choices"]
    if choices and raw not in choices:
        raise ConfigurationError(f"{origin}: {key_name(entry.name)} is {raw!r}; write one of {', '.join(choices)}")
    return str(raw)


def _number(entry: "Field[Any]", raw: Any, origin: str) -> int:
    unit = entry.metadata["unit"]
    advice = "write a number of bytes, such as 16777216 or 16 MiB" if unit == "bytes" else "write a whole number"
    value: int | None = None
    if isinstance(raw, int) and not isinstance(raw, bool):
        value = raw
    elif isinstance(raw, str):
        text, factor = raw.strip().lower(), 1
        if unit == "bytes" and text[-3:] in _SIZES:
            text, factor = text[:-3].strip(), _SIZES[text[-3:]]
        if text.isascii() and text.isdigit():
            value = int(text) * factor
    least = _LEAST.get(entry.name, 1)
    if value is None or value < least or (entry.name.endswith("port") and value > 65_535):
        raise ConfigurationError(f"{origin}: {key_name(entry.name)} is {raw!r}; {advice}, at least {least}")
    return value


_LEAST = {"port": 0, "mllp_port": 0, "repair_interval": 0}
"""Settings that may be smaller than 1."""
