"""Tokens that are wrong in an attribute of the VIHF."""

from dataclasses import replace
from typing import Final

from conformance.messages.dmp import names as n
from conformance.messages.dmp.tokens.forge import STRUCTURE, VIHF, BadToken, Build, Forge, attribute, changed
from conformance.messages.dmp.vihf import Vihf, ce
from conformance.model import SHOULD


def _doubled(name: str, value: str) -> Build:
    """An attribute that stands there once, once more with another value."""

    def build(token: Vihf, _forge: Forge) -> Vihf:
        return replace(token, attributes=(*token.attributes, (name, (value,))))

    return changed(build)


MANDATORY: Final = (
    (n.STRUCTURE, n.STRUCTURE),
    (n.SECTOR, n.SECTOR),
    ("role", n.ROLE),
    (n.VERSION, n.VERSION),
    (n.MODE, n.MODE),
    (n.RESOURCE_URN, n.RESOURCE_URN),
    ("purposeofuse", n.PURPOSE_OF_USE),
    (n.LPS_NAME, n.LPS_NAME),
    (n.LPS_VERSION, n.LPS_VERSION),
    (n.LPS_APPROVAL, n.LPS_APPROVAL),
)
ATTRIBUTES: Final = (
    *(
        BadToken(
            f"vihf/attributes/{short}/1",
            f"has no attribute {short}",
            f"n'a pas l'attribut {short}",
            VIHF,
            attribute(name),
        )
        for short, name in MANDATORY
    ),
    BadToken(
        "vihf/attributes/subject-id/1",
        "does not name the user, in a mode where the structure vouches",
        "ne nomme pas l'utilisateur, dans un mode où la structure se porte garante",
        VIHF,
        attribute(n.SUBJECT_ID),
        whose=STRUCTURE,
    ),
    BadToken(
        "vihf/attributes/resource-id/1",
        "names no patient, and the request is about one",
        "ne nomme pas de patient, et la requête en concerne un",
        VIHF,
        attribute(n.RESOURCE_ID),
    ),
    BadToken(
        "vihf/attributes/resource-id/2",
        "has a resource-id that is no INS",
        "a un resource-id qui n'est pas un INS",
        VIHF,
        attribute(n.RESOURCE_ID, "1^^^&1.2.3&ISO^PI"),
    ),
    BadToken(
        "vihf/attributes/resource-id/3",
        "names another patient than the request",
        "nomme un autre patient que la requête",
        VIHF,
        attribute(n.RESOURCE_ID, f"255069999999934^^^&{n.INS_TEST}&ISO^NH"),
    ),
    BadToken(
        "vihf/attributes/Identifiant_Structure/2",
        "has Identifiant_Structure twice, with two values",
        "a deux fois Identifiant_Structure, avec deux valeurs",
        VIHF,
        _doubled(n.STRUCTURE, "10B0000000"),
    ),
    BadToken(
        "vihf/attributes/Identifiant_Structure/3",
        "has IDENTIFIANT_STRUCTURE beside Identifiant_Structure, with another value",
        "a IDENTIFIANT_STRUCTURE à côté d'Identifiant_Structure, avec une autre valeur",
        VIHF,
        _doubled(n.STRUCTURE.upper(), "10B0000000"),
        SHOULD,
    ),
    BadToken(
        "vihf/attributes/Identifiant_Structure/4",
        "has an empty Identifiant_Structure",
        "a un Identifiant_Structure vide",
        VIHF,
        attribute(n.STRUCTURE, ""),
    ),
    BadToken(
        "vihf/attributes/VIHF_Version/2",
        "is of the version 9.9 of the VIHF",
        "est de la version 9.9 du VIHF",
        VIHF,
        attribute(n.VERSION, "9.9"),
    ),
    BadToken(
        "vihf/attributes/Authentification_mode/2",
        "has a mode of authentication that does not exist",
        "a un mode d'authentification qui n'existe pas",
        VIHF,
        attribute(n.MODE, "AUTRE"),
    ),
    BadToken(
        "vihf/attributes/Secteur_Activite/2",
        "has a sector without its coding system",
        "a un secteur d'activité sans son système de codes",
        VIHF,
        attribute(n.SECTOR, "SA07"),
    ),
    BadToken(
        "vihf/attributes/role/2",
        "has a role of an unknown coding system",
        "a un rôle d'un système de codes inconnu",
        VIHF,
        attribute(n.ROLE, ce("Role", "10", "1.2.3")),
    ),
    BadToken(
        "vihf/attributes/role/3",
        "has a role that is a text",
        "a un rôle qui est un texte",
        VIHF,
        attribute(n.ROLE, "Médecin"),
    ),
    BadToken(
        "vihf/attributes/role/4",
        "is a doctor's without a savoir-faire",
        "est celui d'un médecin sans savoir-faire",
        VIHF,
        changed(lambda token, _: token.having(n.ROLE, ce("Role", "10", n.PROFESSIONS, "", "Médecin"))),
    ),
    BadToken(
        "vihf/attributes/purposeofuse/2",
        "has a purpose of use that does not exist",
        "a un purposeofuse qui n'existe pas",
        VIHF,
        attribute(n.PURPOSE_OF_USE, ce("PurposeOfUse", "curiosite", n.PURPOSES)),
    ),
    BadToken(
        "vihf/attributes/purposeofuse/3",
        "has two purposes of use",
        "a deux purposeofuse",
        VIHF,
        changed(
            lambda token, _: token.having(
                n.PURPOSE_OF_USE,
                ce("PurposeOfUse", "normal", n.PURPOSES),
                ce("PurposeOfUse", "bris_de_glace", n.PURPOSES),
            )
        ),
    ),
    BadToken(
        "vihf/attributes/Ressource_URN/2",
        "is for another service",
        "est pour un autre téléservice",
        VIHF,
        attribute(n.RESOURCE_URN, "urn:ROR"),
    ),
    BadToken(
        "vihf/attributes/confidentiality-code/1",
        "asks for a secret connection by a code that does not exist",
        "demande une connexion secrète par un code qui n'existe pas",
        VIHF,
        attribute(n.CONFIDENTIALITY, ce("ConfidentialityCode", "SECRET", n.VISIBILITY)),
    ),
)
