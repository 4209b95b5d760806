"""Persons, devices and structures: XCN, XON, roles and specialties. # CI-SIS Partage de documents de santé"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from dmp import identifiers
from dmp.identifiers import (
    IDNST,
    PROFESSIONALS,
    SIREN,
    SIREN_TYPE,
    STRUCTURES,
    IdentifierError,
    Party,
    PsIdNat,
    StructIdNat,
    person_of,
    structure_of,
)
from dmp.rules.book import SHARING, STRUCTURE, demand
from dmp.specialty import Specialty
from metadata.datatypes import XCN, XON, DatatypeError
from metadata.model import DocumentEntry, SubmissionSet
from metadata.rules import MUST, SHOULD
from metadata.rules.author import AUTHOR, WITH_AUTHORS
from metadata.rules.book import NONE, Mark, Marks, On
from metadata.rules.case import Case, View

LEGAL: Final = "legalAuthenticator"


def _author_slots(view: View, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """XPath and values of a sub-slot of each author."""
    for c in view.classifications.get(AUTHOR[view.shape], ()):
        for slot in c.slots:
            if slot.name == name:
                yield f"/Classification[@id='{c.id}']/Slot[@name='{name}']", slot.values


def _people(view: View, wrong: Callable[[XCN], dict[str, str] | None]) -> Marks:
    """Each author and legalAuthenticator of which `wrong` has something to say; what is no XCN is told by IHE's "
    "rule."""
    slots = list(_author_slots(view, "authorPerson"))
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


def _institutions(view: View, wrong: Callable[[XON], dict[str, str] | None]) -> Marks:
    marks = []
    for at, values in _author_slots(view, "authorInstitution"):
        for value in values:
            xon = structure_of(value)
            said = None if xon is None else wrong(xon)
            if said is not None:
                marks.append(Mark(at, said))
    return marks


# --- XCN; sentences show the id alone, since the name may be the patient's ------------------------------------------


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


# --- XON ------------------------------------------------------------------------------------------------------------


@demand(
    id="fr.institution.missing",
    lenient=SHOULD,
    spec=SHARING,
    en="an author of {object} has no authorInstitution; the DMP compares it with the structure of whoever submits",
    fr="un auteur de {object} n'a pas d'authorInstitution ; le DMP le compare à la structure de l'émetteur",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def institution_missing(view: View, _case: Case) -> Marks:
    return _authors(view, lambda is_patient, has_institution: not is_patient and not has_institution)


@demand(
    id="fr.institution.patient",
    lenient=SHOULD,
    spec=SHARING,
    en="an author of {object} is the patient and has an authorInstitution; leave it out",
    fr="un auteur de {object} est le patient et a un authorInstitution ; l'omettre",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def institution_of_patient(view: View, _case: Case) -> Marks:
    return _authors(view, lambda is_patient, has_institution: is_patient and has_institution)


def _authors(view: View, wrong: Callable[[bool, bool], bool]) -> Marks:
    """Each author by whether it is the patient and whether it has an institution."""
    if not isinstance(view.value, DocumentEntry | SubmissionSet):
        return NONE
    marks = []
    for c, author in zip(view.classifications.get(AUTHOR[view.shape], ()), view.value.authors, strict=False):
        person = person_of(author.person) if author.person else None
        is_patient = person is not None and identifiers.party(person) is Party.PATIENT
        if wrong(is_patient, bool(author.institutions)):
            marks.append(Mark(f"/Classification[@id='{c.id}']", {}))
    return marks


@demand(
    id="fr.institution.id",
    lenient=SHOULD,
    spec=SHARING,
    en="authorInstitution {got} lacks its id (component 10) or who assigned it (component 6); write "
    "NAME^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^id",
    fr="authorInstitution {got} n'a pas d'identifiant (composant 10) ou d'autorité (composant 6) ; écrire "
    "NOM^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^id",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def institution_id(view: View, _case: Case) -> Marks:
    return _institutions(view, lambda xon: None if xon.id and xon.authority else {"got": xon.name})


@demand(
    id="fr.institution.type",
    lenient=SHOULD,
    spec=SHARING,
    en='component 7 of authorInstitution {got} is "{type}"; write IDNST for a structure (1.2.250.1.71.4.2.2), SIREN '
    "for the publisher of a service (1.3.2)",
    fr="le composant 7 de l'authorInstitution {got} vaut « {type} » ; écrire IDNST pour une structure "
    "(1.2.250.1.71.4.2.2), SIREN pour l'éditeur d'un service (1.3.2)",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def institution_type(view: View, _case: Case) -> Marks:
    expected = {STRUCTURES: IDNST, SIREN: SIREN_TYPE}

    def wrong(xon: XON) -> dict[str, str] | None:
        if not xon.authority or xon.identifier_type == expected.get(xon.authority):
            return None
        return {"got": xon.name, "type": xon.identifier_type}

    return _institutions(view, wrong)


@demand(
    id="fr.institution.national",
    lenient=SHOULD,
    strict=SHOULD,
    spec=STRUCTURE,
    en="{got} is no Struct_IdNat, which its authority 1.2.250.1.71.4.2.2 says: write 1 and FINESS, 2 and SIREN, 3 and "
    "SIRET, 4 and RPPS-rang",
    fr="{got} n'est pas un Struct_IdNat, ce que dit son autorité 1.2.250.1.71.4.2.2 : écrire 1 et FINESS, 2 et SIREN, "
    "3 et SIRET, 4 et RPPS-rang",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def institution_national(view: View, _case: Case) -> Marks:
    def wrong(xon: XON) -> dict[str, str] | None:
        if xon.authority != STRUCTURES or not xon.id or _is_structure(xon.id):
            return None
        return {"got": xon.id}

    return _institutions(view, wrong)


@lru_cache(1024)
def _is_structure(text: str) -> bool:
    try:
        StructIdNat.parse(text)
    except IdentifierError:
        return False
    return True


# --- role and specialty ---------------------------------------------------------------------------------------------


@demand(
    id="fr.role.single",
    lenient=SHOULD,
    spec="NOS JDV_J47",
    en="an author of {object} has {got} roles; one at most is allowed, the name of the functional role in the document",
    fr="un auteur de {object} a {got} rôles ; un au plus est permis, le libellé du rôle fonctionnel du document",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def single_role(view: View, _case: Case) -> Marks:
    found = ((at, len(values)) for at, values in _author_slots(view, "authorRole"))
    return [Mark(at, {"got": count}) for at, count in found if count > 1]


@demand(
    id="fr.specialty.form",
    lenient=SHOULD,
    spec="NOS JDV_J01",
    en="authorSpecialty {got} is not written code^label^OID of the coding scheme",
    fr="authorSpecialty {got} ne s'écrit pas code^libellé^OID du système de codes",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def specialty_form(view: View, _case: Case) -> Marks:
    return [Mark(at, {"got": text}) for at, text, specialty in _specialties(view) if specialty is None]


@demand(
    id="fr.specialty.unknown",
    lenient=SHOULD,
    spec="NOS JDV_J01",
    en="authorSpecialty {got} is not of the value set: write G15_<profession>/<savoir-faire> under "
    "1.2.250.1.213.1.1.4.5, or the code of an author without profession under 1.2.250.1.213.1.1.4.6",
    fr="authorSpecialty {got} n'est pas du jeu de valeurs : écrire G15_<profession>/<savoir-faire> sous "
    "1.2.250.1.213.1.1.4.5, ou le code d'un auteur sans profession sous 1.2.250.1.213.1.1.4.6",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def specialty_unknown(view: View, _case: Case) -> Marks:
    found = (
        (at, text) for at, text, specialty in _specialties(view) if specialty is not None and not specialty.is_known
    )
    return [Mark(at, {"got": text}) for at, text in found]


def _specialties(view: View) -> Iterator[tuple[str, str, Specialty | None]]:
    for at, values in _author_slots(view, "authorSpecialty"):
        for text in filter(None, values):
            yield at, text, _specialty(text)


@lru_cache(1024)
def _specialty(text: str) -> Specialty | None:
    try:
        return Specialty.parse(text)
    except DatatypeError:
        return None
