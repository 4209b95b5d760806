"""The structures that authors act for, in an XON. # CI-SIS Partage de documents de santé"""

from collections.abc import Callable
from functools import lru_cache

from dmp import identifiers
from dmp.identifiers import (
    IDNST,
    SIREN,
    SIREN_TYPE,
    STRUCTURES,
    IdentifierError,
    Party,
    StructIdNat,
    person_of,
    structure_of,
)
from dmp.rules.book import SHARING, STRUCTURE, demand
from dmp.rules.people import author_slots
from metadata.datatypes import XON
from metadata.model import DocumentEntry, SubmissionSet
from metadata.rules import SHOULD
from metadata.rules.author import AUTHOR, WITH_AUTHORS
from metadata.rules.book import NONE, Mark, Marks, On
from metadata.rules.case import Case, View


def _institutions(view: View, wrong: Callable[[XON], dict[str, str] | None]) -> Marks:
    marks = []
    for at, values in author_slots(view, "authorInstitution"):
        for value in values:
            xon = structure_of(value)
            said = None if xon is None else wrong(xon)
            if said is not None:
                marks.append(Mark(at, said))
    return marks


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
