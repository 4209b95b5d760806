"""Carnet's own description of an AffinityDomain; `docs/affinity.md` shows every key."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from metadata.affinity.domain import ATTRIBUTES, DEMANDABLE, OF_PROFILES, AffinityDomain, CodeSet, Limits
from metadata.affinity.errors import AffinityError, wrong
from metadata.datatypes import is_mime_type, is_oid

KEYS: Final = (
    "name",
    "patient_authorities",
    "mime_types",
    "extra_metadata",
    "required",
    "include",
    "codes",
    "rules",
    "limits",
)

Include = Callable[[Path, str | None], AffinityDomain]
"""Loads a file that the TOML names, for the attribute given with it."""


def read(text: str, path: Path, include: Include) -> AffinityDomain:
    """The domain that `text` says; what it names is found beside `path`. Raises AffinityError."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AffinityError(f"{path}: not TOML: {error}") from None
    _known(said, KEYS, path, "")
    domain = AffinityDomain(name=_text(said, "name", path) or path.stem)
    for name in _texts(said, "include", path):
        domain = merged(domain, include(path.parent / name, None))
    authorities = frozenset(_each(said, "patient_authorities", path, is_oid, "an OID"))
    mime_types = frozenset(m.lower() for m in _each(said, "mime_types", path, is_mime_type, "type/subtype"))
    here = AffinityDomain(
        patient_authorities=authorities, mime_types=mime_types, codes=_codes(_table(said, "codes", path), path, include)
    )
    extra = _text(said, "extra_metadata", path) or domain.extra_metadata
    if extra not in ("store", "drop"):
        raise wrong(path, f'extra_metadata is "{extra}"; it is "store" or "drop"')
    return replace(
        merged(domain, here),
        extra_metadata="store" if extra == "store" else "drop",
        required=domain.required | _choices(_texts(said, "required", path), DEMANDABLE, "required", path),
        waived=domain.waived | _waived(_table(said, "rules", path), path),
        limits=_limits(_table(said, "limits", path), domain.limits, path),
    )


def merged(first: AffinityDomain, second: AffinityDomain) -> AffinityDomain:
    """`first` with what `second` adds: authorities, codes and MIME types of both."""
    attributes = {**first.codes, **second.codes}
    codes = {a: first.codes.get(a, frozenset()) | second.codes.get(a, frozenset()) for a in attributes}
    return replace(
        first,
        patient_authorities=first.patient_authorities | second.patient_authorities,
        mime_types=first.mime_types | second.mime_types,
        codes=codes,
        required=first.required | second.required,
        waived=first.waived | second.waived,
    )


def _codes(said: Mapping[str, Any], path: Path, include: Include) -> dict[str, CodeSet]:
    _choices(tuple(said), ATTRIBUTES, "[codes]", path)
    codes: dict[str, CodeSet] = {}
    for attribute, value in said.items():
        if isinstance(value, str):
            codes[attribute] = include(path.parent / value, attribute).codes[attribute]
        elif isinstance(value, dict):
            codes[attribute] = frozenset(pair for scheme in value.items() for pair in _scheme(*scheme, attribute, path))
        else:
            raise wrong(path, f"codes.{attribute} is neither a table of coding schemes nor the name of a file")
    return codes


def _scheme(scheme: str, codes: object, attribute: str, path: Path) -> list[tuple[str, str]]:
    if not isinstance(codes, list | dict) or not all(isinstance(code, str) and code for code in codes):
        raise wrong(path, f'codes.{attribute}."{scheme}" is not a list of codes; write "{scheme}" = ["N", "R"]')
    return [(code, scheme) for code in codes]


def _waived(said: Mapping[str, Any], path: Path) -> frozenset[str]:
    from metadata.rules.book import BOOK  # the rules know the domain; only here the domain asks for their names

    _known(said, ("waive",), path, "rules.")
    given = _texts(said, "waive", path, "rules.")
    _choices(tuple(name for name in given if not name.startswith(OF_PROFILES)), tuple(BOOK.rules), "rules.waive", path)
    for name in given:
        if name in BOOK and BOOK[name].check is None:
            raise wrong(path, f"rules.waive names {name}, which cannot be waived: it is part of what a service does")
    return frozenset(given)


def _limits(said: Mapping[str, Any], limits: Limits, path: Path) -> Limits:
    _known(said, ("slot_value", "entry_title", "submission_set_title", "folder_title"), path, "limits.")
    for name, value in said.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise wrong(path, f"limits.{name} is {value!r}; it is a number of characters")
    return replace(limits, **said)


def _known(said: Mapping[str, Any], keys: tuple[str, ...], path: Path, prefix: str) -> None:
    for key in said:
        if key not in keys:
            near = get_close_matches(key, keys, 1)
            advice = f"did you mean {prefix}{near[0]}?" if near else f"there are {', '.join(keys)}"
            raise wrong(path, f"{prefix}{key} means nothing here; {advice}")


def _choices(given: tuple[str, ...], known: Any, key: str, path: Path) -> frozenset[str]:
    for name in given:
        if name not in known:
            near = get_close_matches(name, list(known), 1)
            advice = f"; did you mean {near[0]}?" if near else ""
            raise wrong(path, f"{key} names {name}, which does not exist{advice}")
    return frozenset(given)


def _table(said: Mapping[str, Any], key: str, path: Path) -> Mapping[str, Any]:
    value = said.get(key, {})
    if not isinstance(value, dict):
        raise wrong(path, f"{key} is not a table; write [{key}]")
    return value


def _text(said: Mapping[str, Any], key: str, path: Path) -> str:
    value = said.get(key, "")
    if not isinstance(value, str):
        raise wrong(path, f"{key} is not a text")
    return value


def _texts(said: Mapping[str, Any], key: str, path: Path, prefix: str = "") -> tuple[str, ...]:
    value = said.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise wrong(path, f'{prefix}{key} is not a list of texts; write {key} = ["…"]')
    return tuple(value)


def _each(said: Mapping[str, Any], key: str, path: Path, has_form: Callable[[str], bool], form: str) -> tuple[str, ...]:
    values = _texts(said, key, path)
    for value in values:
        if not has_form(value):
            raise wrong(path, f'{key} has "{value}", which is not {form}')
    return values
