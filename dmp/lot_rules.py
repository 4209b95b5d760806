"""The rules on the signature of a submission set, in words.

`lot.*` holds for every signed set, `fr.lot.*` for those of the DMP. What the entry of the signature must say is in
`dmp.rules.signature`.
"""

from typing import Final

from dmp.rules.book import TD21
from metadata.errors import ErrorCode
from metadata.rules import MUST, SHOULD, Finding, RuleBook, finding, named
from metadata.rules.book import in_each
from security.dsg import Reason

LOT: Final = RuleBook()

DSG: Final = "ITI TF-3 5.5"
_BLOCK: Final = f"{DSG}.2"
_DETACHED: Final = f"{DSG}.3"
_SET: Final = f"{DSG}.3.1"
_VERIFIED: Final = f"{DSG}.5"
_ENTRY: Final = f"{DSG}.6.1"
_ASSOCIATION: Final = f"{DSG}.6.4"
_XMLDSIG: Final = "XML Signature 1.1"
_XADES: Final = "EN 319 132-1"
_METADATA: Final = in_each(ErrorCode.REPOSITORY_METADATA_ERROR, "ITI-41")
_REFUSED: Final = in_each(ErrorCode.REPOSITORY_ERROR, "ITI-41")


def broken(rule_id: str, *, at: str = "/RegistryObjectList", object_id: str = "", **values: str | int) -> Finding:
    """The finding that one of these rules is broken."""
    return finding(rule_id, at=at, object_id=object_id, transaction="ITI-41", book=LOT, **values)


def of_reason(reason: Reason) -> str:
    """The rule that a signature breaks when it is refused for `reason`."""
    return f"lot.{reason}"


# --- the shape of the lot -------------------------------------------------------------------------------------------

named(
    id="lot.missing",
    level=MUST,
    code=_METADATA,
    spec=_SET,
    en="the submission has documents but no signature of the set; sign it, and send the signature as one more document",
    fr="la soumission a des documents mais pas de signature du lot ; le signer, et joindre la signature comme un "
    "document de plus",
    book=LOT,
)
named(
    id="lot.single",
    level=MUST,
    code=_METADATA,
    spec=_SET,
    en="the submission has {got} signature documents; one signs the set",
    fr="la soumission a {got} documents de signature ; un seul signe le lot",
    book=LOT,
)
named(
    id="lot.alone",
    level=MUST,
    code=_METADATA,
    spec=_SET,
    en="{object} signs a submission without documents; there is nothing to sign",
    fr="{object} signe une soumission sans document ; il n'y a rien à signer",
    book=LOT,
)
named(
    id="lot.set",
    level=MUST,
    code=_METADATA,
    spec=_SET,
    en="the submission has no SubmissionSet with a uniqueId, to which a signature could be bound",
    fr="la soumission n'a pas de SubmissionSet avec un uniqueId auquel lier une signature",
    book=LOT,
)
named(
    id="lot.signs.source",
    level=MUST,
    code=_METADATA,
    spec=_ASSOCIATION,
    en="{object} is an Association signs from {got}, which is not the signature of the set",
    fr="{object} est une Association signs issue de {got}, qui n'est pas la signature du lot",
    book=LOT,
)
named(
    id="lot.signs.target",
    level=MUST,
    code=_METADATA,
    spec=_ASSOCIATION,
    en="the Associations signs of {object} lead to {got}; one leads to the SubmissionSet, or one to each document",
    fr="les Associations signs de {object} mènent à {got} ; une mène au SubmissionSet, ou une à chaque document",
    book=LOT,
)
named(
    id="lot.leniency",
    level=MUST,
    code=_REFUSED,
    spec=_BLOCK,
    en="the signature of the set has a form that is not accepted here: {got}",
    fr="la signature du lot a une forme qui n'est pas acceptée ici : {got}",
    book=LOT,
)

# --- the signature itself -------------------------------------------------------------------------------------------

_SENTENCES: Final[dict[Reason, tuple[str, str, str]]] = {
    Reason.TOO_LARGE: ("Carnet", "is larger than any signature of a set", "est plus grande que toute signature de lot"),
    Reason.MALFORMED: (_XMLDSIG, "is not well-formed XML in UTF-8", "n'est pas du XML bien formé en UTF-8"),
    Reason.FORBIDDEN_MARKUP: (
        _XMLDSIG,
        "has a DTD, an entity, a comment or a processing instruction",
        "contient une DTD, une entité, un commentaire ou une instruction de traitement",
    ),
    Reason.STRUCTURE: (_XMLDSIG, "does not have the structure of its policy", "n'a pas la structure de sa politique"),
    Reason.DUPLICATE_ID: (_XMLDSIG, "has an identifier twice", "porte deux fois le même identifiant"),
    Reason.POLICY: (_BLOCK, "is made under a policy not accepted here", "suit une politique non acceptée ici"),
    Reason.ALGORITHM: (
        _XMLDSIG,
        "uses an algorithm that its policy does not have",
        "emploie un algorithme que sa politique n'a pas",
    ),
    Reason.TRANSFORM: (
        _XMLDSIG,
        "uses a transform that its policy does not have",
        "emploie une transformation que sa politique n'a pas",
    ),
    Reason.REFERENCE: (
        _XMLDSIG,
        "does not refer once to the Manifest and once to SignedProperties",
        "ne référence pas une fois le Manifest et une fois SignedProperties",
    ),
    Reason.KEY_INFO: (
        _XMLDSIG,
        "must hold the signer's certificate in KeyInfo",
        "doit contenir le certificat du signataire dans KeyInfo",
    ),
    Reason.CERTIFICATE: (
        "RFC 5280",
        "was made with a certificate that is not valid for it: unknown issuer, dates, revocation or usage",
        "est faite avec un certificat non valable pour cela : émetteur inconnu, dates, révocation ou usage",
    ),
    Reason.VALUE: (
        _XMLDSIG,
        "does not verify with the key of its certificate",
        "ne se vérifie pas avec la clé de son certificat",
    ),
    Reason.DIGEST: (
        _XMLDSIG,
        "has a digest that differs: Manifest or SignedProperties was altered",
        "a une empreinte différente : Manifest ou SignedProperties a été altéré",
    ),
    Reason.SIGNING_CERTIFICATE: (
        _XADES,
        "names another certificate in SigningCertificate than in KeyInfo",
        "désigne dans SigningCertificate un autre certificat que dans KeyInfo",
    ),
    Reason.SIGNING_TIME: (
        _XADES,
        "has a SigningTime that is too old, in the future, or outside the validity of the certificate",
        "a un SigningTime trop ancien, dans le futur ou hors de la validité du certificat",
    ),
    Reason.SIGNATURE_POLICY: (
        _XADES,
        "names another SignaturePolicyIdentifier than its policy asks for",
        "a un autre SignaturePolicyIdentifier que celui de sa politique",
    ),
    Reason.PURPOSE: (
        f"{_BLOCK}, {_ENTRY}.5",
        "has another purpose than its entry says; that of a French set is 1.2.840.10065.1.12.1.14",
        "n'a pas l'objet annoncé par sa fiche ; celui d'un lot français est 1.2.840.10065.1.12.1.14",
    ),
    Reason.MANIFEST_SET: (
        _SET,
        "does not name the SubmissionSet by its uniqueId, with the digest AA==",
        "ne désigne pas le SubmissionSet par son uniqueId, avec l'empreinte AA==",
    ),
    Reason.MANIFEST_MISSING: (
        _SET,
        "does not name every document of the set",
        "ne désigne pas tous les documents du lot",
    ),
    Reason.MANIFEST_EXTRA: (
        _SET,
        "names something that is not in the set",
        "désigne un objet absent du lot",
    ),
    Reason.MANIFEST_DUPLICATE: (_DETACHED, "names a document twice", "désigne deux fois le même document"),
    Reason.DOCUMENT_DIGEST: (
        _VERIFIED,
        "was made for other bytes than those of a document of the set",
        "a été faite pour d'autres octets que ceux d'un document du lot",
    ),
    Reason.DOCUMENT_UNREADABLE: (
        _VERIFIED,
        "is about the canonical form of a document that is no XML that can be read",
        "porte sur la forme canonique d'un document qui n'est pas du XML lisible",
    ),
}

for _reason, (_spec, _en, _fr) in _SENTENCES.items():
    named(
        id=of_reason(_reason),
        level=MUST,
        code=_REFUSED,
        spec=_spec,
        en=f"the signature of the set {_en}{{detail}}",
        fr=f"la signature du lot {_fr}{{detail}}",
        book=LOT,
    )

# --- who signs for whom ---------------------------------------------------------------------------------------------

named(
    id="fr.lot.caller",
    level=MUST,
    code=_REFUSED,
    spec=TD21,
    en="no VIHF says who submits, so that the signer of the set cannot be compared with anybody",
    fr="aucun VIHF ne dit qui soumet : le signataire du lot ne peut être comparé à personne",
    book=LOT,
)
named(
    id="fr.lot.signer.person",
    level=MUST,
    code=_REFUSED,
    spec=TD21,
    en="the set is signed by {got}, and the VIHF is about somebody else; its NameID is the CN of the card that signs",
    fr="le lot est signé par {got}, et le VIHF désigne quelqu'un d'autre ; son NameID est le CN de la carte qui signe",
    book=LOT,
)
named(
    id="fr.lot.signer.structure",
    level=MUST,
    code=_REFUSED,
    spec=TD21,
    en="the set is sealed by the structure {got}, and the VIHF has another one as Identifiant_Structure",
    fr="le lot est scellé par la structure {got}, et le VIHF porte un autre Identifiant_Structure",
    book=LOT,
)
named(
    id="fr.lot.signer.client",
    level=MUST,
    code=_REFUSED,
    spec=TD21,
    en="the set is signed by {got}, and the TLS connection was opened with somebody else's certificate",
    fr="le lot est signé par {got}, et la connexion TLS est ouverte avec le certificat d'un autre",
    book=LOT,
)
named(
    id="fr.lot.signer.entry",
    level=MUST,
    code=_METADATA,
    spec=TD21,
    en="the legalAuthenticator of the signature {object} is not {got}, who signed",
    fr="le legalAuthenticator de la signature {object} n'est pas {got}, qui a signé",
    book=LOT,
)
named(
    id="fr.lot.institution",
    level=MUST,
    code=_METADATA,
    spec=TD21,
    en="no authorInstitution of the SubmissionSet is the Identifiant_Structure of the VIHF, {got}",
    fr="Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF, dont l'Identifiant_Structure est {got}",
    book=LOT,
)
named(
    id="fr.lot.patient",
    level=MUST,
    code=_METADATA,
    spec="DMP VIHF resource-id",
    en="the submission is about another patient than the VIHF (resource-id)",
    fr="la soumission concerne un autre patient que le VIHF (resource-id)",
    book=LOT,
)

# --- a signature of IHE DSG to the letter: told by the linter and the watch, never refused -----------------------

named(
    id="lot.dsg.policy",
    level=SHOULD,
    code=_REFUSED,
    spec=_BLOCK,
    en="the signature is made with {got}; IHE DSG has Canonical XML 1.1 with comments and SHA-256, unless a community "
    "agreed on something else",
    fr="la signature est faite avec {got} ; IHE DSG demande Canonical XML 1.1 avec commentaires et SHA-256, sauf "
    "accord d'une communauté",
    book=LOT,
)
named(
    id="lot.dsg.long-term",
    level=SHOULD,
    code=_REFUSED,
    spec=_BLOCK,
    en="the signature has no {got} among its unsigned properties: it is not XAdES-X-L, to be verified years later",
    fr="la signature n'a pas de {got} parmi ses propriétés non signées : ce n'est pas XAdES-X-L, vérifiable des "
    "années plus tard",
    book=LOT,
)
named(
    id="lot.dsg.commitment",
    level=MUST,
    code=_REFUSED,
    spec=_BLOCK,
    en="the signature has no CommitmentTypeIndication: it says not what for",
    fr="la signature n'a pas de CommitmentTypeIndication : elle ne dit pas pour quoi elle est faite",
    book=LOT,
)
named(
    id="lot.dsg.purpose",
    level=SHOULD,
    code=_REFUSED,
    spec=_BLOCK,
    en="the signature is for {got}, which is none of the purposes of ASTM E1762 (1.2.840.10065.1.12.1.1 to .18)",
    fr="la signature est faite pour {got}, qui n'est pas un objet d'ASTM E1762 (1.2.840.10065.1.12.1.1 à .18)",
    book=LOT,
)
named(
    id="lot.dsg.signs",
    level=MUST,
    code=_METADATA,
    spec=_ASSOCIATION,
    en="the signature {object} does not name the SubmissionSet, and no Association signs leads to {got}, which it "
    "signs",
    fr="la signature {object} ne désigne pas le SubmissionSet, et aucune Association signs ne mène à {got}, qu'elle "
    "signe",
    book=LOT,
)
named(
    id="lot.dsg.eventCodeList",
    level=MUST,
    code=_METADATA,
    spec=f"{_ENTRY}.5",
    en="eventCodeList of the signature {object} lacks {got}, for which it was made",
    fr="eventCodeList de la signature {object} n'a pas {got}, pour quoi elle est faite",
    book=LOT,
)
named(
    id="lot.dsg.mimeType",
    level=MUST,
    code=_METADATA,
    spec=f"{_ENTRY}.6",
    en="mimeType of the signature {object} is {got}; that of a signature is text/xml",
    fr="mimeType de la signature {object} vaut {got} ; celui d'une signature est text/xml",
    book=LOT,
)
named(
    id="lot.dsg.languageCode",
    level=MUST,
    code=_METADATA,
    spec=f"{_ENTRY}.8",
    en="languageCode of the signature {object} is {got}; that of a signature is art, artificial",
    fr="languageCode de la signature {object} vaut {got} ; celui d'une signature est art, artificiel",
    book=LOT,
)
named(
    id="lot.dsg.typeCode",
    level=SHOULD,
    code=_METADATA,
    spec=f"{_ENTRY}.3",
    en="typeCode of the signature {object} is {got}; where no policy says otherwise it is E1762^^ASTM",
    fr="typeCode de la signature {object} vaut {got} ; sans politique contraire c'est E1762^^ASTM",
    book=LOT,
)
named(
    id="lot.dsg.title",
    level=SHOULD,
    code=_METADATA,
    spec=f"{_ENTRY}.7",
    en="title of the signature {object} is {got}; it is the name of the purpose, {expected}",
    fr="title de la signature {object} vaut {got} ; c'est le nom de l'objet, {expected}",
    book=LOT,
)
