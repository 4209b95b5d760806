"""Names of the attributes of a VIHF, and the codes they take. # CI-SIS Volet Transport synchrone, VIHF 3.0"""

from enum import StrEnum
from typing import Final

from security.saml import names as n

STRUCTURE: Final = "Identifiant_Structure"
SECTOR: Final = "Secteur_Activite"
VERSION: Final = "VIHF_Version"
MODE: Final = "Authentification_mode"
"""Kits write `Authentification_Mode`."""
RESOURCE_URN: Final = "Ressource_URN"
CONFIDENTIALITY: Final = "urn:oasis:names:tc:xspa:1.0:resource:patient:hl7:confidentiality-code"
SOFTWARE_ID: Final = "LPS_ID"
SOFTWARE_NAME: Final = "LPS_Nom"
SOFTWARE_VERSION: Final = "LPS_Version"
APPROVAL: Final = "LPS_ID_HOMOLOGATION_DMP"
ROLE: Final = n.ROLE
PURPOSE: Final = n.PURPOSE_OF_USE
PATIENT: Final = n.RESOURCE_ID
FULL_NAME: Final = n.SUBJECT_ID


class Mode(StrEnum):
    """How the user was authenticated."""

    DIRECTE = "DIRECTE"
    """By the card that also opens the connection."""
    INDIRECTE = "INDIRECTE"
    """By the structure, which vouches with its seal."""
    INDIRECTE_RENFORCEE = "INDIRECTE_RENFORCEE"
    """By a card or Pro Santé Connect within the structure, which vouches with its seal."""

    @property
    def direct(self) -> bool:
        return self is Mode.DIRECTE


class PurposeOfUse(StrEnum):
    """Codes of TRE_R248."""

    NORMAL = "normal"
    BREAK_GLASS = "bris_de_glace"
    EMERGENCY_CALL = "centre_15"


PURPOSES: Final = "1.2.250.1.213.1.1.4.248"
"""TRE_R248."""
PURPOSE_SYSTEMS: Final = frozenset({PURPOSES, "1.2.250.1.213.1.1.4.336"})
"""The terminology server lists the table under both."""
PROFESSIONS: Final = "1.2.250.1.71.1.2.7"
"""TRE_G15."""
PROFESSIONS_IN_TRAINING: Final = "1.2.250.1.71.1.2.8"
"""TRE_G16, the same codes."""
SAVOIR_FAIRE: Final = "1.2.250.1.71.4.2.5"
"""TRE_R38 and others."""
NO_PROFESSION: Final = "1.2.250.1.213.1.1.4.6"
"""AUTOMATE, SECRETARIAT_MEDICAL and others."""
OTHER_PROFESSIONS: Final = frozenset({"1.2.250.1.213.1.6.1.107", "1.2.250.1.213.1.6.1.109", "1.2.250.1.213.1.6.1.4"})
"""Further systems of the value set JDV_J05."""
ROLE_SYSTEMS: Final = frozenset({PROFESSIONS, PROFESSIONS_IN_TRAINING, NO_PROFESSION}) | OTHER_PROFESSIONS
DOCTOR: Final = "10"
PHARMACIST: Final = "21"
WITH_SPECIALITY: Final = frozenset({DOCTOR, PHARMACIST})
"""Professions that state a second role: savoir-faire, or section of the Ordre."""
SECTORS: Final = "1.2.250.1.71.4.2.4"
VISIBILITY: Final = "1.2.250.1.213.1.1.4.13"
SECRET: Final = "INVISIBLE_REPRESENTANTS_LEGAUX"  # noqa: S105 - a code
"""A minor's "connexion secrète"."""
