"""The values of authors, in DocumentEntries and SubmissionSets. # ITI TF-3 4.2.3.1.4"""

from collections.abc import Callable
from typing import Final

from metadata import vocabulary as v
from metadata.rules import forms
from metadata.rules.book import METADATA, MUST, NONE, Mark, Marks, On, Shape, rule
from metadata.rules.case import Case, View

WITH_AUTHORS: Final = frozenset({Shape.ENTRY, Shape.SUBMISSION_SET})


@rule(
    id="author.person.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.4.2",
    en="authorPerson {got} is not an XCN: write id^family^given^^^^^^&OID&ISO, with id or family name at least",
    fr="authorPerson {got} n'est pas un XCN : écrire id^nom^prénom^^^^^^&OID&ISO, avec au moins l'id ou le nom",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def person_format(view: View, _case: Case) -> Marks:
    return _malformed(view, "authorPerson", forms.is_xcn)


@rule(
    id="author.institution.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.4.1",
    en="authorInstitution {got} is not an XON: write name^^^^^&OID&ISO^^^^id, or name^^^^^^^^^OID",
    fr="authorInstitution {got} n'est pas un XON : écrire nom^^^^^&OID&ISO^^^^id, ou nom^^^^^^^^^OID",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def institution_format(view: View, _case: Case) -> Marks:
    # An identifier type in component 7 (IDNST) is accepted: France asks for it.
    return _malformed(view, "authorInstitution", forms.is_xon)


@rule(
    id="author.telecommunication.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.4.5",
    en="authorTelecommunication {got} is not an XTN: write ^^PH^^country^area^number or ^^Internet^name@domain",
    fr="authorTelecommunication {got} n'est pas un XTN : écrire ^^PH^^pays^zone^numéro ou ^^Internet^nom@domaine",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def telecommunication_format(view: View, _case: Case) -> Marks:
    # A number in component 12 (unformatted) instead of 7 is accepted, and so is any equipment type.
    return _malformed(view, "authorTelecommunication", forms.is_xtn)


AUTHOR: Final = {Shape.ENTRY: v.ENTRY_AUTHOR, Shape.SUBMISSION_SET: v.SUBMISSION_SET_AUTHOR}


def _malformed(view: View, name: str, has_form: Callable[[str], bool]) -> Marks:
    """The values of author sub-slot `name` that lack their form."""
    authors = view.classifications.get(AUTHOR[view.shape])
    if authors is None:
        return NONE
    return [
        Mark(f"/Classification[@id='{c.id}']/Slot[@name='{name}']", {"got": value})
        for c in authors
        for slot in c.slots
        if slot.name == name
        for value in slot.values
        if value and not has_form(value)
    ]
