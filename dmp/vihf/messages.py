"""What the log and `carnet vihf check` say of each check: its name, its source, and what would be right. In French."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dmp.phrases import in_french
from security.certificates import Reason as CertificateReason
from security.saml import Check, Reason, TokenRefused
from security.xmlsignature import Reason as SignatureReason


@dataclass(frozen=True, slots=True)
class About:
    """One check as people read it."""

    title: str
    section: str
    right: str
    """What passes."""


_CISIS: Final = "CI-SIS, volet Transport synchrone, VIHF"
ABOUT: Final[Mapping[Check, About]] = {
    Check.SIZE: About("Tailles", "SOAP 1.2; Carnet", "une enveloppe de 2 Mo, un en-tête de 64 Ko au plus"),
    Check.XML: About(
        "XML", "SOAP 1.2 Part 1, 5", "de l'UTF-8 sans DTD, entité, instruction de traitement ni commentaire"
    ),
    Check.ENVELOPE: About(
        "Enveloppe", "WS-Security 1.0, 6", "un en-tête wsse:Security avec une assertion SAML 2.0, dans soap:Header"
    ),
    Check.ONE_ASSERTION: About(
        "Assertion unique", "SAML Token Profile 1.1, 3.4", "une seule assertion, des identifiants uniques"
    ),
    Check.SIGNATURE_PLACE: About(
        "Place de la signature",
        "SAML 2.0 Core, 5.4",
        "une ds:Signature juste après l'Issuer, ou aucune en mode DIRECTE",
    ),
    Check.SIGNATURE_SHAPE: About(
        "Forme de la signature",
        "SAML 2.0 Core, 5.4.2, 5.4.4",
        "exc-c14n, RSA ou ECDSA avec SHA-2, une seule Reference vers l'ID de l'assertion",
    ),
    Check.KEY_INFO: About("KeyInfo", "SAML 2.0 Core, 5.4.5", "un X509Data avec le certificat du signataire d'abord"),
    Check.CERTIFICATE: About(
        "Certificat de signature",
        f"{_CISIS}; RFC 5280",
        "le certificat de signature de la carte, ou le cachet de la structure : valide, non révoqué, nonRepudiation",
    ),
    Check.SIGNATURE: About("Signature", "XML Signature 1.1, 3.2", "l'assertion telle qu'elle a été signée"),
    Check.SIGNED_CONTENT: About("Contenu signé", "SAML 2.0 Core, 2.3.3", "les éléments de SAML 2.0, chacun à sa place"),
    Check.ISSUER: About(
        "Émetteur",
        _CISIS,
        "l'Issuer est le sujet du certificat de signature, au format X509SubjectName, émis à l'instant",
    ),
    Check.SUBJECT: About(
        "Sujet", _CISIS, "le PS_IdNat de la carte en mode DIRECTE, un identifiant sans ambiguïté sinon"
    ),
    Check.CONFIRMATION: About("Confirmation", "SAML 2.0 Core, 2.4.1", "absente, ou satisfaite par la connexion"),
    Check.CONDITIONS: About(
        "Conditions", "SAML 2.0 Core, 2.5.1", "en cours de validité, d'une durée admise, pour ce service"
    ),
    Check.AUTHENTICATION: About(
        "Authentification", "SAML 2.0 Core, 2.7.2", "un AuthnStatement passé, avec une classe de SAML 2.0"
    ),
    Check.ATTRIBUTES: About("Attributs", f"{_CISIS}, 3", "chaque attribut obligatoire une fois, à une valeur prévue"),
    Check.REPLAY: About("Rejeu", "SAML 2.0 Core, 2.5.1.5", "un jeton ou un wsa:MessageID encore jamais vu"),
    Check.BINDING: About(
        "Lien avec la connexion",
        _CISIS,
        "la carte ou la structure qui a ouvert la connexion TLS",
    ),
}

_REASONS: Final[Mapping[str, str]] = {
    Reason.NO_TOKEN: "pas de VIHF dans le message",
    Reason.TOO_LARGE: "trop volumineux",
    Reason.FORBIDDEN_MARKUP: "balisage interdit",
    Reason.STRUCTURE: "structure de l'assertion incorrecte",
    Reason.UNSIGNED: "assertion non signée",
    Reason.SIGNATURE_PLACE: "signature mal placée",
    Reason.VERSION: "version de SAML",
    Reason.ISSUER: "émetteur incorrect",
    Reason.TIME_FORMAT: "date sans fuseau ou illisible",
    Reason.ISSUED_LATER: "émise dans le futur",
    Reason.SUBJECT: "sujet incorrect",
    Reason.CONFIRMATION: "confirmation non satisfaite",
    Reason.HOLDER_OF_KEY: "le porteur de la clé n'est pas celui de la connexion",
    Reason.NO_CONDITIONS: "conditions absentes",
    Reason.NOT_YET_VALID: "pas encore valide",
    Reason.EXPIRED: "expiré",
    Reason.LIFETIME: "durée de validité trop longue",
    Reason.AUDIENCE: "destiné à un autre service",
    Reason.UNKNOWN_CONDITION: "condition inconnue",
    Reason.AUTHENTICATION: "authentification incorrecte",
    Reason.ATTRIBUTE_MISSING: "attribut absent",
    Reason.ATTRIBUTE_REPEATED: "attribut répété",
    Reason.ATTRIBUTE_VALUE: "valeur d'attribut incorrecte",
    Reason.REPLAYED: "déjà utilisé",
    Reason.REPLAY_UNKNOWN: "rejeu impossible à vérifier",
    Reason.NO_TLS_CERTIFICATE: "connexion sans certificat client",
    Reason.TLS_MISMATCH: "la connexion est celle d'un autre",
    Reason.MODE: "mode d'authentification incohérent",
    Reason.STRUCTURE_MISMATCH: "structure différente",
    Reason.PATIENT_MISMATCH: "patient différent",
    SignatureReason.MALFORMED: "XML illisible",
    SignatureReason.DUPLICATE_ID: "identifiant en double",
    SignatureReason.ALGORITHM: "algorithme non admis",
    SignatureReason.TRANSFORM: "transformation non admise",
    SignatureReason.REFERENCE: "référence non admise",
    SignatureReason.KEY_INFO: "KeyInfo incorrect",
    SignatureReason.VALUE: "signature fausse",
    SignatureReason.DIGEST: "contenu modifié après signature",
    CertificateReason.WRONG_USAGE: "usage du certificat non admis",
    CertificateReason.SELF_SIGNED: "certificat auto-signé",
    CertificateReason.UNKNOWN_ISSUER: "autorité inconnue",
    CertificateReason.BAD_CHAIN: "chaîne de certification incorrecte",
    CertificateReason.WEAK: "clé ou algorithme trop faible",
    CertificateReason.REVOKED: "certificat révoqué",
    CertificateReason.ISSUER_REVOKED: "autorité révoquée",
    CertificateReason.CRL_MISSING: "pas de liste de révocation",
    CertificateReason.CRL_STALE: "liste de révocation périmée",
    CertificateReason.OCSP_UNUSABLE: "répondeur OCSP inutilisable",
}


def reason_in_french(error: TokenRefused) -> str:
    """The reason alone."""
    return _REASONS.get(error.reason, error.reason)


def french(error: TokenRefused) -> str:
    """The whole truth, for the log: which check, why, on what."""
    said = _REASONS.get(error.reason, error.reason)
    place = f"contrôle {error.check.value} ({ABOUT[error.check].title})"
    return f"VIHF refusé, {place}, {said} [{error.reason}] : {in_french(error.detail)}"
