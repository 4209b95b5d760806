"""Test INS: matricules that nobody has, under the OID of the test platforms alone. # ANS, Référentiel INS"""

import secrets
from dataclasses import dataclass
from typing import Final

from conformance.messages.dmp import names as n
from conformance.model import MUST, SHOULD, Level

_CORSICA: Final = {"2A": "19", "2B": "18"}


def key(first: str) -> str:
    """The key of thirteen characters: 97 less their rest by 97, 2A counted as 19 and 2B as 18."""
    digits = first[:5] + _CORSICA.get(first[5:7], first[5:7]) + first[7:]
    return f"{97 - int(digits) % 97:02d}"


def matricule(department: str = "", month: str = "") -> str:
    """A new matricule of fifteen characters whose commune, 999, has never existed: so no person can have it."""
    chosen = department or f"{1 + secrets.randbelow(89):02d}"
    if chosen == "20":  # Corsica before 1976
        chosen = "21"
    first = (
        f"{1 + secrets.randbelow(2)}{secrets.randbelow(100):02d}{month or f'{1 + secrets.randbelow(12):02d}'}"
        f"{chosen}999{secrets.randbelow(1000):03d}"
    )
    return first + key(first)


def cx(number: str, oid: str = n.INS_TEST, kind: str = "NH") -> str:
    """`number^^^&oid&ISO^NH`. # DMP TD2.1, patientId"""
    return f"{number}^^^&{oid}&ISO" + (f"^{kind}" if kind else "")


def patient() -> str:
    """The INS, as CX, of a patient who was never used before."""
    return cx(matricule())


def wrong_key(number: str) -> str:
    """The same matricule with another key, still of two digits from 01 to 97."""
    return f"{number[:13]}{int(number[13:]) % 97 + 1:02d}"


@dataclass(frozen=True, slots=True)
class Variant:
    """An INS that is good and unusual, or that is wrong in one way."""

    id: str
    title: str
    title_fr: str
    cx: str
    requirement: str
    requirement_fr: str
    rule: str = ""
    refused: bool = False
    """It must be refused; else it is taken, and its sender told where `rule` says what is wrong."""
    level: Level = MUST


def variants() -> tuple[Variant, ...]:
    """A table of INS, new at each call."""
    number = matricule()
    c = "0123456789012345678901"
    good = "An INS of this form is taken."
    good_fr = "Un INS de cette forme est accepté."
    bad = "What is not an INS of this environment is refused."
    bad_fr = "Ce qui n'est pas un INS de cet environnement est refusé."
    odd = "What is wrong with an INS is told to the sender, in a warning or an error."
    odd_fr = "Ce qui est faux dans un INS est signalé à l'émetteur, par un avertissement ou une erreur."
    return (
        Variant("ins/structure/1", "A common INS", "Un INS courant", cx(number), good, good_fr),
        Variant("ins/structure/2", "An INS of Corsica, 2A", "Un INS corse, 2A", cx(matricule("2A")), good, good_fr),
        Variant("ins/structure/3", "An INS of Corsica, 2B", "Un INS corse, 2B", cx(matricule("2B")), good, good_fr),
        Variant(
            "ins/structure/4",
            "An INS of somebody born abroad",
            "Un INS de personne née à l'étranger",
            cx(matricule("99")),
            good,
            good_fr,
        ),
        Variant(
            "ins/structure/5",
            "An INS of an unknown month of birth",
            "Un INS au mois de naissance inconnu",
            cx(matricule(month="31")),
            good,
            good_fr,
        ),
        Variant(
            "ins/structure/6",
            "A patientId with a date after component 5, as in the official message",
            "Un patientId suivi d'une date après le composant 5, comme dans le message officiel",
            cx(number) + "^^20100907",
            "A receiver ignores what stands after component 5 of the INS.",
            "Le récepteur ignore ce qui suit le composant 5 de l'INS.",
        ),
        Variant(
            "ins/structure/7",
            "An INS of fourteen characters",
            "Un INS de quatorze caractères",
            cx(number[:14]),
            bad,
            bad_fr,
            "fr.patientId.structure",
            refused=True,
        ),
        Variant(
            "ins/structure/8",
            "An INS without its key",
            "Un INS sans sa clé",
            cx(number[:13]),
            bad,
            bad_fr,
            "fr.patientId.structure",
            refused=True,
        ),
        Variant(
            "ins/structure/9",
            "An INS with a letter in it",
            "Un INS contenant une lettre",
            cx(number[:9] + "X" + number[10:]),
            bad,
            bad_fr,
            "fr.patientId.structure",
            refused=True,
        ),
        Variant(
            "ins/structure/10",
            "An INS written with spaces",
            "Un INS écrit avec des espaces",
            cx(f"{number[:1]} {number[1:3]} {number[3:5]} {number[5:7]} {number[7:10]} {number[10:13]} {number[13:]}"),
            bad,
            bad_fr,
            "fr.patientId.structure",
            refused=True,
        ),
        Variant(
            "ins/structure/11",
            "An INS whose first digit is no sex",
            "Un INS dont le premier chiffre n'est pas un sexe",
            cx("9" + number[1:13] + key("9" + number[1:13])),
            bad,
            bad_fr,
            "fr.patientId.structure",
            refused=True,
        ),
        Variant(
            "ins/key/1",
            "An INS with a wrong key",
            "Un INS dont la clé est fausse",
            cx(wrong_key(number)),
            odd,
            odd_fr,
            "fr.patientId.key",
        ),
        Variant(
            "ins/month/1",
            "An INS of the month 13",
            "Un INS du mois 13",
            cx(matricule(month="13")),
            odd,
            odd_fr,
            "fr.patientId.month",
            level=SHOULD,
        ),
        Variant(
            "ins/type/1",
            "An INS without NH in component 5",
            "Un INS sans NH au composant 5",
            cx(number, kind=""),
            odd,
            odd_fr,
            "fr.patientId.type",
            level=SHOULD,
        ),
        Variant(
            "ins/type/2",
            "An INS of type PI",
            "Un INS de type PI",
            cx(number, kind="PI"),
            odd,
            odd_fr,
            "fr.patientId.type",
            level=SHOULD,
        ),
        Variant(
            "ins/oid/1",
            "An INS under an OID that assigns none",
            "Un INS sous un OID qui n'en attribue pas",
            cx(number, "1.2.250.1.213.1.4.99"),
            bad,
            bad_fr,
            refused=True,
        ),
        Variant(
            "ins/oid/2",
            "A local identifier as patientId",
            "Un identifiant local comme patientId",
            cx("0456789999", f"{n.OWN_ROOT}.2", "PI"),
            bad,
            bad_fr,
            refused=True,
        ),
        Variant(
            "ins/oid/4",
            "An INS under the OID of production",
            "Un INS sous l'OID de production",
            cx(number, n.INS_NIR),
            "A platform for tests takes no INS of production: its OIDs are told apart.",
            "Une plateforme de test n'accepte pas d'INS de production : les OID sont distingués.",
            refused=True,
        ),
        Variant(
            "ins/oid/3",
            "An INS-C of twenty-one digits",
            "Un INS-C de vingt et un chiffres",
            cx(c[:21], n.INS_C),
            bad,
            bad_fr,
            refused=True,
        ),
    )
