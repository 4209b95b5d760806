"""The table of legal entities (EJ) and their sites (EG): whose certificates may act for whom."""

import tomllib
from pathlib import Path


class SitesError(ValueError):
    """The file is no such table; the sentence says why."""


def read_sites(path: Path) -> dict[str, frozenset[str]]:
    """Struct_IdNat of an entity → those of its sites, from a TOML file. Raises `SitesError`."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SitesError(f"sites {path}: {error}") from None
    for entity, sites in written.items():
        if not (isinstance(sites, list) and all(isinstance(each, str) for each in sites)):
            raise SitesError(f'sites {path}: write {entity} = ["Struct_IdNat of a site", …]')
    return {entity: frozenset(sites) for entity, sites in written.items()}
