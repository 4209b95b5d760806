"""One row: what is wrong, how it is made, and what a receiver must do."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from conformance.messages.dmp.lot import Lot
from conformance.messages.edits import Edit
from conformance.model import MUST, SHOULD, Level

Change = Callable[[Lot], Lot]

SHARING: Final = "CI-SIS Partage de documents de santé"
TD21: Final = "DMP TD2.1"
NOS: Final = "NOS "


@dataclass(frozen=True, slots=True)
class BadMetadata:
    """A set in which one thing is wrong."""

    id: str
    """`dmp/metadata/title/1`."""
    wrong: str
    """To end the sentence "Submits a document …"."""
    wrong_fr: str
    rule: str
    """Of docs/rules-dmp.md or docs/rules.md."""
    change: Change
    """Before it is signed: the signature is right for what is sent."""
    section: str = SHARING
    level: Level = MUST
    """MUST: it is refused. SHOULD: its sender is told, in a warning or an error."""
    edits: tuple[Edit, ...] = ()
    """What the values of a lot cannot say: changes to the message."""


def must(name: str, wrong: str, wrong_fr: str, rule: str, change: Change, section: str = SHARING) -> BadMetadata:
    return BadMetadata(f"dmp/metadata/{name}", wrong, wrong_fr, rule, change, section)


def should(name: str, wrong: str, wrong_fr: str, rule: str, change: Change, section: str = SHARING) -> BadMetadata:
    return BadMetadata(f"dmp/metadata/{name}", wrong, wrong_fr, rule, change, section, SHOULD)


def unchanged(lot: Lot) -> Lot:
    return lot


def entry(**changes: Any) -> Change:
    """Of the document's entry."""
    return lambda lot: lot.document(**changes)


def coded(attribute: str, *codes: tuple[str, str, str]) -> Change:
    return lambda lot: lot.coded(attribute, *codes)


def of_set(**changes: Any) -> Change:
    return lambda lot: lot.of_set(**changes)


def of_signature(**changes: Any) -> Change:
    return lambda lot: lot.of_signature(**changes)


def by(**changes: Any) -> Change:
    """Of the only author of the document."""

    def change(lot: Lot) -> Lot:
        return lot.document(authors=tuple(replace(each, **changes) for each in lot.documents[0].authors))

    return change


def rewritten(attribute: Literal["person", "institutions"], edit: Callable[[str], str]) -> Change:
    """The person or the structures of the document's author, after an edit of the text."""

    def change(lot: Lot) -> Lot:
        author = lot.documents[0].authors[0]
        if attribute == "person":
            changed = replace(author, person=edit(author.person))
        else:
            changed = replace(author, institutions=tuple(map(edit, author.institutions)))
        if changed == author:
            raise ValueError(f"the edit of {attribute} changed nothing")
        return lot.document(authors=(changed,))

    return change


def component(number: int, value: str, separator: str = "^") -> Callable[[str], str]:
    """Component `number`, from 1, of a text of HL7 v2 becomes `value`."""

    def edit(text: str) -> str:
        parts = text.split(separator)
        parts += [""] * (number - len(parts))
        parts[number - 1] = value
        return separator.join(parts)

    return edit
