"""The transaction codes of the DMP, in one table: what each is called, and what makes an exchange belong to it.

The codes are public. The numbered tests of the CNDA belong to the CNDA: `--map` attaches exchanges to those of one's
own plan.
"""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from conformance.dossier.contents import Contents

_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,60}")
_LARGEST: Final = 1 << 20


class PlanError(ValueError):
    """`--map` or `--code` cannot be used; says what to write."""


@dataclass(frozen=True, slots=True)
class Code:
    """One folder of the evidence."""

    code: str
    fr: str
    en: str
    transaction: str
    """IHE transaction; empty in a plan that does not say."""
    belongs: Callable[[Contents], bool]
    how_fr: str
    """How to have such an exchange."""
    how_en: str
    signed: bool = False
    """A signature of the submission set is required. # DMP 6.1"""
    exchanges: tuple[str, ...] = field(default=())
    """From a plan: ids, or beginnings of ids, of the exchanges that belong to it; none: what `belongs` says."""
    misbehaviour: str = ""
    """From a plan: only exchanges whose answer was wrong in this way."""

    def title(self, language: str) -> str:
        return self.en if language.startswith("en") else self.fr

    def how(self, language: str) -> str:
        return self.how_en if language.startswith("en") else self.how_fr


def _feeds(contents: Contents) -> bool:
    return contents.transaction == "ITI-41"


CODES: Final = (
    Code(
        "TD2.1a",
        "Alimentation d'un DMP en documents : nouveau document",
        "Feeding a DMP: a new document",
        "ITI-41",
        lambda c: _feeds(c) and not c.replaces,
        "Soumettez un document nouveau et sa signature de lot (ITI-41) à `carnet conformance watch --profile dmp`.",
        "Submit a new document and the signature of its set (ITI-41) to `carnet conformance watch --profile dmp`.",
        signed=True,
    ),
    Code(
        "TD2.1b",
        "Alimentation d'un DMP en documents : remplacement d'un document",
        "Feeding a DMP: replacing a document",
        "ITI-41",
        lambda c: _feeds(c) and c.replaces,
        "Remplacez un document déjà soumis : ITI-41 avec une association RPLC vers son entryUUID.",
        "Replace a document submitted before: ITI-41 with an RPLC association to its entryUUID.",
        signed=True,
    ),
    Code(
        "TD3.1a",
        "Recherche de documents dans un DMP",
        "Searching documents in a DMP",
        "ITI-18",
        lambda c: c.query in ("FindDocuments", "FindDocumentsByReferenceId"),
        "Cherchez les documents d'un patient (ITI-18, FindDocuments).",
        "Search the documents of a patient (ITI-18, FindDocuments).",
    ),
    Code(
        "TD3.1b",
        "Recherche d'un document par ses références",
        "Searching a document by reference",
        "ITI-18",
        lambda c: c.query == "GetDocuments",
        "Cherchez un document par son uniqueId ou son entryUUID (ITI-18, GetDocuments).",
        "Search a document by its uniqueId or entryUUID (ITI-18, GetDocuments).",
    ),
    Code(
        "TD3.2",
        "Consultation d'un document",
        "Retrieving a document",
        "ITI-43",
        lambda c: c.transaction == "ITI-43",
        "Consultez un document trouvé (ITI-43).",
        "Retrieve a document that was found (ITI-43).",
    ),
)
BY_CODE: Final = {each.code: each for each in CODES}


def chosen(names: tuple[str, ...], plan: tuple[Code, ...] = ()) -> tuple[Code, ...]:
    """The codes to make folders for: all, those named, and those of a plan. Raises `PlanError`."""
    known = {**BY_CODE, **{each.code: each for each in plan}}
    lower = {code.lower(): code for code in known}
    wrong = [name for name in names if name.lower() not in lower]
    if wrong:
        raise PlanError(f"there is no code {wrong[0]!r}; there are {', '.join(known)}")
    if names:
        wanted = {lower[name.lower()] for name in names}
        return tuple(each for code, each in known.items() if code in wanted)
    return plan or CODES


def load_plan(path: Path) -> tuple[Code, ...]:
    """The codes of a vendor's own plan, in TOML. Raises `PlanError`.

        [[code]]
        code = "A-12"
        title = "Alimentation : réponse en erreur"
        like = "TD2.1a"                 # of the table above
        exchanges = ["iti-41/watch/0007"]
        misbehaviour = "busy"

    `code` and one of the other three keys are required.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise PlanError(f"{path} is larger than a plan can be")
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PlanError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlanError(f"{path} is not TOML: {error}") from None
    rows = document.get("code")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise PlanError(f"{path} holds no [[code]]")
    codes = tuple(_code(row, f"{path}, [[code]] {number}") for number, row in enumerate(rows, 1))
    names = [each.code.casefold() for each in codes]
    if len(set(names)) < len(names):
        raise PlanError(f"{path}: a code stands twice")
    return codes


def _code(row: dict[str, Any], where: str) -> Code:
    unknown = set(row) - {"code", "title", "like", "exchanges", "misbehaviour"}
    if unknown:
        raise PlanError(
            f"{where}: {sorted(unknown)[0]} is not a key; there are code, title, like, exchanges, misbehaviour"
        )
    name, like = _text(row, "code", where), _text(row, "like", where)
    if not _SAFE.fullmatch(name) or name.endswith((".", " ")):
        raise PlanError(f"{where}: code {name!r} must be letters, digits, dots, dashes or spaces: it names a folder")
    if like and like not in BY_CODE:
        raise PlanError(f"{where}: like = {like!r}; there are {', '.join(BY_CODE)}")
    exchanges = row.get("exchanges", [])
    if not isinstance(exchanges, list) or not all(isinstance(each, str) and each for each in exchanges):
        raise PlanError(f"{where}: exchanges is a list of ids, as in report.html")
    misbehaviour = _text(row, "misbehaviour", where)
    if not (like or exchanges or misbehaviour):
        raise PlanError(f"{where}: say which exchanges belong to it: like, exchanges or misbehaviour")
    title = _text(row, "title", where)
    base = BY_CODE.get(like) or Code(name, "", "", "", lambda _: True, "", "")
    how = (base.how_fr, base.how_en)
    if not like:
        asked = ", ".join(exchanges) or misbehaviour
        how = (f"Le plan attend : {asked}.", f"The plan expects: {asked}.")
    return replace(
        base,
        code=name,
        fr=title or base.fr or name,
        en=title or base.en or name,
        how_fr=how[0],
        how_en=how[1],
        exchanges=tuple(exchanges),
        misbehaviour=misbehaviour,
    )


def _text(row: dict[str, Any], key: str, where: str) -> str:
    value = row.get(key, "")
    if not isinstance(value, str):
        raise PlanError(f"{where}: {key} is a text")
    return value.strip()
