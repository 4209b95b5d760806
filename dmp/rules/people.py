"""Authors and legalAuthenticators: persons and devices in an XCN. # CI-SIS Partage de documents de santé

Sentences show the id alone, since the name may be the patient's.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from dmp import identifiers
from dmp.identifiers import PROFESSIONALS, IdentifierError, Party, PsIdNat, person_of
from dmp.rules.book import SHARING, STRUCTURE, demand
from metadata.datatypes import XCN
from metadata.rules import MUST, SHOULD
from metadata.rules.author import AUTHOR, WITH_AUTHORS
from metadata.rules.book import Mark, Marks, On
from metadata.rules.case import Case, View

LEGAL: Final = "legalAuthenticator"


def author_slots(view: View, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """XPath and values of a sub-slot of each author."""
    for c in view.classifications.get(AUTHOR[view.shape], ()):
        for slot in c.slots:
            if slot.name == name:
                yield f"/Classification[@id='{c.id}']/Slot[@name='{name}']", slot.values


def _people(view: View, wrong: Callable[[XCN], dict[str, str] | None]) -> Marks:
    """Each author and legalAuthenticator that `wrong` has something to say of; IHE's rule tells what is no XCN."""
    slots = list(author_slots(view, "authorPerson"))
    if LEGAL in view.slots:
        slots.append((f"/Slot[@name='{LEGAL}']", view.slots[LEGAL].values))
    marks = []
    for at, values in slots:
        for value in values:
            xcn = person_of(value)
            said = None if xcn is None else wrong(xcn)
            if said is not None:
                marks.append(Mark(at, said))
    return marks


@demand(
    id="fr.person.id",
    lenient=SHOULD,
    spec=SHARING,
    en="{got} of {object} lacks its id (component 1) or who assigned it (component 9); write "
    "id^NAME^Given^^^^^^&OID&ISO^D^^^IDNPS",
    fr="{got} de {object} n'a pas d'identifiant (composant 1) ou d'autorité (composant 9) ; écrire "
    "id^NOM^Prénom^^^^^^&OID&ISO^D^^^IDNPS",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def person_id(view: View, _case: Case) -> Marks:
    # A CDA without one (nullFlavor) leads to an empty component, so that only strictness can refuse it.
    return _people(view, lambda xcn: None if xcn.id and xcn.authority else {"got": _shown(xcn)})


@demand(
    id="fr.person.name",
    lenient=MUST,
    spec="DMP PDT-INF-617",
    en="{got} has an empty family or given name (components 2 and 3), which the DMP refuses; for a card without a name "
    "(CPE) write the structure and the number of the card",
    fr="{got} a un nom ou un prénom vide (composants 2 et 3), ce que le DMP refuse ; pour une carte sans nom (CPE) "
    "écrire la structure et le numéro de la carte",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def person_name(view: View, _case: Case) -> Marks:
    return _people(view, lambda xcn: None if xcn.family and xcn.given else {"got": _shown(xcn)})


@demand(
    id="fr.person.name-type",
    lenient=SHOULD,
    spec=SHARING,
    en='component 10 of {got} is "{type}"; write {expected} (D: a person, U: a device)',
    fr="le composant 10 de {got} vaut « {type} » ; écrire {expected} (D : une personne, U : un système)",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def person_name_type(view: View, _case: Case) -> Marks:
    def wrong(xcn: XCN) -> dict[str, str] | None:
        expected = identifiers.SYSTEM if identifiers.party(xcn) is Party.DEVICE else identifiers.PERSON
        if xcn.name_type == expected:
            return None
        return {"got": _shown(xcn), "type": xcn.name_type, "expected": expected}

    return _people(view, wrong)


@demand(
    id="fr.person.type",
    lenient=SHOULD,
    spec=SHARING,
    en='component 13 of {got} is "{type}"; write {expected} (IDNPS: national id of a professional, EI: internal '
    "number, NH: INS, RI: device)",
    fr="le composant 13 de {got} vaut « {type} » ; écrire {expected} (IDNPS : identifiant national d'un professionnel, "
    "EI : numéro interne, NH : INS, RI : système)",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def person_type(view: View, _case: Case) -> Marks:
    def wrong(xcn: XCN) -> dict[str, str] | None:
        if not xcn.authority:
            return None
        device = identifiers.party(xcn) is Party.DEVICE
        expected = identifiers.RI if device else identifiers.identifier_type(xcn.authority, xcn.id)
        if xcn.identifier_type == expected:
            return None
        return {"got": _shown(xcn), "type": xcn.identifier_type, "expected": expected}

    return _people(view, wrong)


@demand(
    id="fr.person.national",
    lenient=SHOULD,
    strict=SHOULD,
    spec=STRUCTURE,
    en="{got} is no PS_IdNat, which its authority 1.2.250.1.71.4.2.1 says: write 8 and the RPPS number, 0 and the "
    "ADELI number, or the number of a structure, / and that of its employee",
    fr="{got} n'est pas un PS_IdNat, ce que dit son autorité 1.2.250.1.71.4.2.1 : écrire 8 et le numéro RPPS, 0 et le "
    "numéro ADELI, ou le numéro d'une structure, / et celui de son employé",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def person_national(view: View, _case: Case) -> Marks:
    # Test identities of Pro Santé Connect have ids of another form under this authority: never a refusal.
    def wrong(xcn: XCN) -> dict[str, str] | None:
        claims = xcn.authority == PROFESSIONALS and xcn.id
        return {"got": xcn.id} if claims and _national(xcn.id) is None else None

    return _people(view, wrong)


@demand(
    id="fr.person.rpps-key",
    lenient=SHOULD,
    strict=SHOULD,
    spec=STRUCTURE,
    en="the last digit of the RPPS number in {got} is wrong (Luhn)",
    fr="le dernier chiffre du numéro RPPS dans {got} est faux (Luhn)",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def person_rpps_key(view: View, _case: Case) -> Marks:
    def wrong(xcn: XCN) -> dict[str, str] | None:
        number = _national(xcn.id) if xcn.authority == PROFESSIONALS else None
        return None if number is None or number.has_valid_key else {"got": xcn.id}

    return _people(view, wrong)


@lru_cache(1024)
def _national(text: str) -> PsIdNat | None:
    try:
        return PsIdNat.parse(text)
    except IdentifierError:
        return None


def _shown(xcn: XCN) -> str:
    return xcn.id or "?"
