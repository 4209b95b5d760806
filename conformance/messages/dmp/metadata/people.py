"""Persons and structures: XCN, XON, roles, specialities. # CI-SIS Structuration minimale"""

from typing import Final

from conformance.messages.dmp import names as n
from conformance.messages.dmp.metadata.row import NOS, BadMetadata, by, component, entry, must, rewritten, should

_STRUCTURING: Final = "CI-SIS Structuration minimale"
_PATIENT: Final = f"207058575627097^PATIENT-ESSAI^CAMILLE^^^^^^&{n.INS_TEST}&ISO^D^^^NH"


def _person(name: str, wrong: str, wrong_fr: str, number: int, value: str, rule: str) -> BadMetadata:
    change = rewritten("person", component(number, value))
    return should(f"authorPerson/{name}", wrong, wrong_fr, rule, change)


PEOPLE: Final[tuple[BadMetadata, ...]] = (
    must(
        "authorPerson/1",
        "whose author has no family name",
        "dont l'auteur n'a pas de nom",
        "fr.person.name",
        rewritten("person", component(2, "")),
        "DMP PDT-INF-617",
    ),
    must(
        "authorPerson/2",
        "whose author has no given name",
        "dont l'auteur n'a pas de prénom",
        "fr.person.name",
        rewritten("person", component(3, "")),
        "DMP PDT-INF-617",
    ),
    _person(
        "3",
        "whose author has an id that nobody assigned",
        "dont l'auteur a un identifiant que personne n'attribue",
        9,
        "",
        "fr.person.id",
    ),
    _person(
        "4",
        "whose author's name has no type",
        "dont le nom de l'auteur n'a pas de type",
        10,
        "",
        "fr.person.name-type",
    ),
    _person(
        "5",
        "whose author's id is of the type for patients",
        "dont l'identifiant de l'auteur est du type des patients",
        13,
        "NH",
        "fr.person.type",
    ),
    _person(
        "6",
        "whose author's id is no PS_IdNat",
        "dont l'identifiant de l'auteur n'est pas un PS_IdNat",
        1,
        "DUPONT7",
        "fr.person.national",
    ),
    _person(
        "7",
        "whose author's RPPS number has a wrong key",
        "dont le numéro RPPS de l'auteur a une clé fausse",
        1,
        "899900101018",
        "fr.person.rpps-key",
    ),
    must(
        "legalAuthenticator/2",
        "whose legalAuthenticator has no name",
        "dont le responsable n'a pas de nom",
        "fr.person.name",
        entry(legal_authenticator=f"899900101017^^^^^^^^&{n.PS_IDNAT}&ISO^D^^^IDNPS"),
        "DMP PDT-INF-617",
    ),
    should(
        "authorInstitution/1",
        "whose author has no structure",
        "dont l'auteur n'a pas de structure",
        "fr.institution.missing",
        by(institutions=()),
    ),
    should(
        "authorInstitution/2",
        "by the patient, with a structure",
        "du patient, avec une structure",
        "fr.institution.patient",
        by(person=_PATIENT),
    ),
    should(
        "authorInstitution/3",
        "whose author's structure has no id",
        "dont la structure de l'auteur n'a pas d'identifiant",
        "fr.institution.id",
        rewritten("institutions", lambda xon: xon.partition("^")[0]),
    ),
    should(
        "authorInstitution/4",
        "whose author's structure is of the type SIREN",
        "dont la structure de l'auteur est du type SIREN",
        "fr.institution.type",
        rewritten("institutions", component(7, "SIREN")),
    ),
    should(
        "authorInstitution/5",
        "whose author's structure has an id that is no Struct_IdNat",
        "dont la structure de l'auteur a un identifiant qui n'est pas un Struct_IdNat",
        "fr.institution.national",
        rewritten("institutions", component(10, "1??")),
        _STRUCTURING,
    ),
    should(
        "authorRole/1",
        "whose author has two roles",
        "dont l'auteur a deux rôles",
        "fr.role.single",
        by(roles=("Médecin traitant", "Correspondant")),
        NOS + "JDV_J47",
    ),
    should(
        "authorSpecialty/1",
        "whose author's speciality is a word",
        "dont la spécialité de l'auteur est un mot",
        "fr.specialty.form",
        by(specialties=("Médecine générale",)),
        NOS + "JDV_J01",
    ),
    should(
        "authorSpecialty/2",
        "whose author's speciality does not exist",
        "dont la spécialité de l'auteur n'existe pas",
        "fr.specialty.unknown",
        by(specialties=(f"G15_999^Inconnue^{n.SPECIALTIES}",)),
        NOS + "JDV_J01",
    ),
)
