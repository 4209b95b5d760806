"""What is said of certificates and revocation lists."""

from typing import Final

CERTIFICATES: Final = (
    (
        "its subject is neither a person (CN = PS_IdNat) nor a structure (OU = Struct_IdNat)",
        "son sujet n'est ni une personne (CN = PS_IdNat) ni une structure (OU = Struct_IdNat)",
    ),
    ("the certificate of {} is not asked to {}", "le certificat de {} n'est pas prévu pour {}"),
    (
        "KeyUsage of the certificate of {} lacks nonRepudiation",
        "le KeyUsage du certificat de {} n'a pas nonRepudiation",
    ),
    ("{} says it was issued by {}; {}", "{} se dit émis par {} ; {}"),
    ("there is no anchor for {}", "il n'y a pas d'ancre pour {}"),
    ("{} vouches for itself", "{} se porte garant de lui-même"),
    ("a certificate of {} bytes; {} are read", "un certificat de {} octets ; {} sont lus"),
    (
        "the signature is not a whole number of octets",
        "la signature n'est pas un nombre entier d'octets",
    ),
    ("the chain of {} does not hold: {}", "la chaîne de {} ne tient pas : « {} »"),
    ("{}: it is the certificate of an authority", "{} : c'est le certificat d'une autorité"),
    ("{}: it has no KeyUsage", "{} : il n'a pas de KeyUsage"),
    ("{}: KeyUsage is {}; {} needs {}", "{} : KeyUsage vaut {} ; {} demande {}"),
    ("{}: it has no ExtendedKeyUsage; {} needs {}", "{} : il n'a pas d'ExtendedKeyUsage ; {} demande {}"),
    ("{}: ExtendedKeyUsage is {}; {} needs {}", "{} : ExtendedKeyUsage vaut {} ; {} demande {}"),
    (
        "an authority of that name is known, but did not sign it",
        "une autorité de ce nom est connue, mais ne l'a pas signé",
    ),
    ("it is not known here", "il n'est pas connu ici"),
    ("no SHA-2", "autre chose que SHA-2"),
    ("{} days, {}", "{} jours, {}"),
    ("{} day, {}", "{} jour, {}"),
    ("{} expired on {} UTC", "{} a expiré le {} UTC"),
    ("{} is valid from {} UTC only", "{} n'est valable qu'à partir du {} UTC"),
    ("not a certificate that can be read: {}", "ce n'est pas un certificat lisible : « {} »"),
    (
        "{}: the key is neither RSA of {} bits nor on P-256, 384 or 521",
        "{} : la clé n'est ni RSA de {} bits ni sur P-256, 384 ou 521",
    ),
    ("{} is signed with {}", "{} est signé avec {}"),
    ("there is no usable revocation list of {}", "il n'y a pas de liste de révocation utilisable de {}"),
    (
        "{} (serial number {}) was revoked by {} on {} UTC",
        "{} (numéro de série {}) a été révoqué par {} le {} UTC",
    ),
    (
        "the revocation list of {} holds from {} to {} UTC and was asked for {}",
        "la liste de révocation de {} vaut du {} au {} UTC et était demandée pour {}",
    ),
)
