"""What `security.xmlsignature` says of a signature."""

from typing import Final

SIGNATURES: Final = (
    ("{} is empty", "{} est vide"),
    (
        "an RSA method; the certificate's key is not RSA of {} bits",
        "une méthode RSA ; la clé du certificat n'est pas RSA de {} bits",
    ),
    (
        "an ECDSA method; the certificate's key is of another kind",
        "une méthode ECDSA ; la clé du certificat est d'un autre type",
    ),
    (
        "SignatureValue has {} bytes; r and s take {}",
        "SignatureValue a {} octets ; r et s en prennent {}",
    ),
    (
        "SignatureValue is not that of {} over this SignedInfo",
        "SignatureValue n'est pas celle de {} sur ce SignedInfo",
    ),
    ("{} is not base64", "{} n'est pas du base64"),
    (
        "the assertion holds {} signatures; it must hold one",
        "l'assertion contient {} signatures ; une seule est attendue",
    ),
    ("the signature must stand right after the Issuer", "la signature doit être juste après l'Issuer"),
    (
        "the signature is over {}, not over the assertion that holds it",
        "la signature porte sur {}, non sur l'assertion qui la contient",
    ),
    ("has no canonical form: {}", "n'a pas de forme canonique : « {} »"),
    ("not a SOAP 1.2 envelope with one Header", "ce n'est pas une enveloppe SOAP 1.2 avec un seul Header"),
    (
        "{} wsse:Security; there must be one, a child of the Header",
        "{} wsse:Security ; un seul est attendu, enfant du Header",
    ),
    (
        "{} assertions; there must be one, not encrypted, a child of wsse:Security",
        "{} assertions ; une seule est attendue, non chiffrée, enfant de wsse:Security",
    ),
    (
        "an identifier of the Security header occurs twice",
        "un identifiant de l'en-tête Security apparaît deux fois",
    ),
    (
        "ds:Signature must begin with SignedInfo, SignatureValue and KeyInfo, one each",
        "ds:Signature doit commencer par SignedInfo, SignatureValue et KeyInfo, un de chaque",
    ),
    (
        "a reference to {}; only '#' and an identifier may be signed",
        "une référence à {} ; seul '#' suivi d'un identifiant peut être signé",
    ),
    ("{} is transformed by {}; {} allows {}", "{} est transformé par {} ; {} admet {}"),
    (
        "ds:Reference must hold Transforms (or not), DigestMethod and DigestValue",
        "ds:Reference doit contenir Transforms (ou non), DigestMethod et DigestValue",
    ),
    ("DigestMethod has parameters", "DigestMethod a des paramètres"),
    ("{} has the digest {}, not allowed by {}", "{} a l'empreinte {}, que {} n'admet pas"),
    ("the digest of {} has {} bytes", "l'empreinte de {} a {} octets"),
    ("SignedInfo has {} references; {} has {} to {}", "SignedInfo a {} références ; {} en a {} à {}"),
    (
        "SignedInfo must hold CanonicalizationMethod, SignatureMethod, then References",
        "SignedInfo doit contenir CanonicalizationMethod, SignatureMethod, puis des Reference",
    ),
    ("CanonicalizationMethod {}; {} has {}", "CanonicalizationMethod {} ; {} a {}"),
    ("SignatureMethod {} is not allowed by {}", "SignatureMethod {} n'est pas admise par {}"),
    ("SignatureMethod has parameters", "SignatureMethod a des paramètres"),
    ("Transforms must hold one or two Transform", "Transforms doit contenir un ou deux Transform"),
    ("{} has parameters", "{} a des paramètres"),
    ("a PrefixList of {} prefixes; {} are read", "une PrefixList de {} préfixes ; {} sont lus"),
    ("KeyInfo must hold one X509Data and nothing else", "KeyInfo doit contenir un X509Data et rien d'autre"),
    (
        "X509Data must hold one to {} X509Certificate and nothing else",
        "X509Data doit contenir de un à {} X509Certificate et rien d'autre",
    ),
    ("X509Data holds one certificate twice", "X509Data contient deux fois le même certificat"),
    ("the ds:Object hold {}; {} has {}", "les ds:Object contiennent {} ; {} a {}"),
    (
        "{} holds elements; it must hold text alone",
        "{} contient des éléments ; il doit contenir du texte seulement",
    ),
    ("the transform {} has parameters", "la transformation {} a des paramètres"),
    (
        "after KeyInfo only ds:Object may stand, each holding one element",
        "après KeyInfo ne viennent que des ds:Object, d'un élément chacun",
    ),
    ("two ds:Object hold {}", "deux ds:Object contiennent {}"),
    ("{} has the attribute {}", "{} a l'attribut {}"),
    ("a document type declaration (DTD)", "une déclaration de type de document (DTD)"),
    ("{} bytes; {} are read", "{} octets ; {} sont lus"),
    ("elements nest more than {} deep", "des éléments imbriqués sur plus de {} niveaux"),
    ("two elements bear one identifier", "deux éléments portent le même identifiant"),
    (
        "a comment or processing instruction beside the root",
        "un commentaire ou une instruction de traitement à côté de la racine",
    ),
    ("a comment", "un commentaire"),
    ("a processing instruction", "une instruction de traitement"),
    ("an entity reference", "une référence d'entité"),
    ("in UTF-16 or UTF-32; only UTF-8 is read", "en UTF-16 ou UTF-32 ; seul l'UTF-8 est lu"),
    ("declares the encoding {}; only UTF-8 is read", "déclare l'encodage {} ; seul l'UTF-8 est lu"),
    ("not well-formed: {}", "mal formé : « {} »"),
    ("not XML: {}", "ce n'est pas du XML : « {} »"),
    (
        "more than {} namespace declarations on one element",
        "plus de {} déclarations d'espaces de noms sur un élément",
    ),
    (
        "more than {} namespace declarations in scope",
        "plus de {} déclarations d'espaces de noms en vigueur",
    ),
    (
        "the first X509Certificate is not the one that was expected",
        "le premier X509Certificate n'est pas celui qui était attendu",
    ),
    (
        "{} is not what was signed: its digest differs",
        "{} n'est pas ce qui a été signé : son empreinte diffère",
    ),
    (
        "{} in its canonical form is not what was signed: its digest differs",
        "{} sous sa forme canonique n'est pas ce qui a été signé : son empreinte diffère",
    ),
)
