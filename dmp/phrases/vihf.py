"""What `dmp.vihf` says of a VIHF, in the English of everybody else."""

from typing import Final

VIHF: Final = (
    (
        "the VIHF has no resource-id; the request is about a patient",
        "le VIHF n'a pas de resource-id ; la requête concerne un patient",
    ),
    (
        "the patient of the request is not that of the VIHF (resource-id)",
        "le patient de la requête n'est pas celui du VIHF (resource-id)",
    ),
    ("Issuer/@Format must be {}", "Issuer/@Format doit être {}"),
    ("the Issuer is {}, the certificate is of {}", "l'Issuer est {}, le certificat est celui de {}"),
    ("the NameID is {}, the card is that of {}", "le NameID est {}, la carte est celle de {}"),
    (
        "the role is the profession {}, the card has the profession {}",
        "le role est la profession {}, la carte porte la profession {}",
    ),
    (
        "an assertion that is not signed is not accepted in mode {}",
        "une assertion non signée n'est pas admise en mode {}",
    ),
    ("the mode DIRECTE asks for the certificate of a card", "le mode DIRECTE demande le certificat d'une carte"),
    (
        "the mode {} asks for the seal of a structure; a card has signed",
        "le mode {} demande le cachet d'une structure ; une carte a signé",
    ),
    (
        "Identifiant_Structure is {}, the certificate is of the structure {}; a legal entity acts for its sites where "
        "the table of sites says so",
        "Identifiant_Structure est {}, le certificat est de la structure {} ; une entité juridique agit pour ses sites "
        "si la table des sites le dit",
    ),
    ("{} is not a seal: KeyUsage without nonRepudiation", "{} n'est pas un cachet : KeyUsage sans nonRepudiation"),
    ("the Issuer is not a distinguished name: {}", "l'Issuer n'est pas un nom distinctif : {}"),
    (
        "the card of the connection is that of {}, not of {}",
        "la carte de la connexion est celle de {}, non de {}",
    ),
    (
        "the connection was opened by {}, the seal is that of {}",
        "la connexion est ouverte par {}, le cachet est celui de {}",
    ),
    (
        "the attribute {} is there more than once, upper and lower case counting as the same",
        "l'attribut {} est présent plusieurs fois, même à la casse près",
    ),
    ("{} is not a Struct_IdNat: {}", "{} n'est pas un Struct_IdNat : {}"),
    ("{} is written SA07^{}", "{} s'écrit SA07^{}"),
    (
        "each value of role is an element Role of type CE with code and codeSystem",
        "chaque valeur de role est un élément Role de type CE avec code et codeSystem",
    ),
    (
        "the first role is of the system {}; expected is a profession ({}), a profession in training or a role of {}",
        "le premier role est du système {} ; attendu une profession ({}), une profession en formation ou un rôle de {}",
    ),
    (
        "a doctor or a pharmacist has a second role: the speciality, or the section of the Ordre",
        "un médecin ou un pharmacien porte un second role : savoir-faire, ou section de l'Ordre",
    ),
    ("purposeofuse {} ({}); expected is {} of {}", "purposeofuse {} ({}) ; attendu {} de {}"),
    (
        "resource-id is not an INS: expected is matricule^^^&OID of the INS&ISO^NH",
        "resource-id n'est pas un INS : attendu matricule^^^&OID de l'INS&ISO^NH",
    ),
    (
        "subject-id is for the indirect modes: the card bears the name",
        "subject-id est réservé aux modes indirects : la carte porte le nom",
    ),
    ("confidentiality-code {}; there is {} alone", "confidentiality-code {} ; seul {} est prévu"),
    ("{} is {}; expected is {}", "{} vaut {} ; attendu {}"),
    ("{} has one value, a text that is not empty", "{} a une seule valeur, un texte non vide"),
    ("{} has one value, of type CE", "{} a une seule valeur, de type CE"),
    ("the attribute {} is missing; it is mandatory", "l'attribut {} est absent ; il est obligatoire"),
)
