"""What `security.dsg` and `dmp.lot_explain` say of the signature of a submission set."""

from typing import Final

SETS: Final = (
    (
        "{} is signed in its canonical form and too large to make it",
        "{} est signé sous sa forme canonique, et trop grand pour qu'on la fasse",
    ),
    ("{} is signed in its canonical form: {}", "{} est signé sous sa forme canonique : {}"),
    (
        "a ds:Manifest must hold ds:Reference and nothing else",
        "un ds:Manifest doit contenir des ds:Reference et rien d'autre",
    ),
    (
        "the manifest has {} references; the set and its {} documents make {}",
        "le manifeste a {} références ; le lot et ses {} documents en font {}",
    ),
    ("the manifest names {}, which is not in the set", "le manifeste désigne {}, qui n'est pas dans le lot"),
    ("{} is transformed by {}, not allowed by {}", "{} est transformé par {}, que {} n'admet pas"),
    ("{} has the digest {}; {} has {}", "{} a l'empreinte {} ; {} a {}"),
    (
        "the manifest does not name the submission set {}",
        "le manifeste ne désigne pas le lot de soumission {}",
    ),
    ("the digest of the submission set must be AA==", "l'empreinte du lot de soumission doit être AA=="),
    (
        "the submission set is not transformed before its digest",
        "le lot de soumission n'est pas transformé avant son empreinte",
    ),
    (
        "the submission set has the digest {}; {} has {}",
        "le lot de soumission a l'empreinte {} ; {} a {}",
    ),
    ("the manifest names {} twice", "le manifeste désigne deux fois {}"),
    ("the manifest does not name {}", "le manifeste ne désigne pas {}"),
    ("the signature policy is {}; {} has {}", "la politique de signature est {} ; {} a {}"),
    ("SigningTime {} lies in the future", "SigningTime {} est dans le futur"),
    (
        "SigningTime {} is outside the validity of the certificate",
        "SigningTime {} est hors de la validité du certificat",
    ),
    ("SigningTime {} is more than {} ago", "SigningTime {} remonte à plus de {}"),
    ("{} holds no Cert", "{} ne contient pas de Cert"),
    (
        "CertDigest must hold DigestMethod and DigestValue",
        "CertDigest doit contenir DigestMethod et DigestValue",
    ),
    ("CertDigest {} is not allowed by {}", "CertDigest {} n'est pas admis par {}"),
    (
        "{} names another certificate than the signer's",
        "{} désigne un autre certificat que celui du signataire",
    ),
    (
        "IssuerSerial is not the issuer and serial number of the signer's certificate",
        "IssuerSerial n'est pas l'émetteur et le numéro de série du certificat du signataire",
    ),
    (
        "SignaturePolicyIdentifier must stand once and name one policy",
        "SignaturePolicyIdentifier doit apparaître une fois et désigner une politique",
    ),
    ("the signature makes {} commitments; {} are read", "la signature prend {} engagements ; {} sont lus"),
    ("{} holds {} {}, not one", "{} contient {} {}, et non un seul"),
    (
        "SigningTime {} is not a date and time with its zone",
        "SigningTime {} n'est pas une date et une heure avec son fuseau",
    ),
    ("X509IssuerName: {}", "X509IssuerName : {}"),
    (
        "the purpose of the signature is {}; its entry says {}",
        "l'objet de la signature est {} ; sa fiche dit {}",
    ),
    (
        "SignatureProperties must hold one SignatureProperty with text",
        "SignatureProperties doit contenir une SignatureProperty avec du texte",
    ),
    ("there is no SignatureProperty with the Id {}", "il n'y a pas de SignatureProperty d'Id {}"),
    ("the purpose aims at {}, which is not the signature", "l'objet vise {}, qui n'est pas la signature"),
    (
        "CanonicalizationMethod {}; no policy for the signature of a set has it",
        "CanonicalizationMethod {} ; aucune politique de signature d'un lot ne l'a",
    ),
    ("the document is {}, not a ds:Signature", "le document est {}, non une ds:Signature"),
    ("a signature inside the signature", "une signature dans la signature"),
    (
        "an xml:* attribute, which inclusive canonicalisation would hand down to what is signed",
        "un attribut xml:*, que la canonicalisation inclusive transmettrait à ce qui est signé",
    ),
    ("ds:Signature must begin with SignedInfo", "ds:Signature doit commencer par SignedInfo"),
    ("the manifest must be a ds:Manifest with {}", "le manifeste doit être un ds:Manifest avec {}"),
    ("the Id {}", "l'Id {}"),
    ("an Id", "un Id"),
    (
        "SignedInfo must refer to the manifest and to the signed properties",
        "SignedInfo doit référencer le manifeste et les propriétés signées",
    ),
    ("the Types of the references are {} and {}", "les Type des références sont {} et {}"),
    ("QualifyingProperties in {}; {} has {}", "QualifyingProperties dans {} ; {} a {}"),
    (
        "QualifyingProperties must aim at the Signature that holds it",
        "QualifyingProperties doit viser la Signature qui le contient",
    ),
    (
        "QualifyingProperties must hold one SignedProperties",
        "QualifyingProperties doit contenir un SignedProperties",
    ),
    ("SignedProperties has no Id", "SignedProperties n'a pas d'Id"),
    ("made under {}; accepted here: {}", "faite sous {} ; admises ici : {}"),
    (
        "SignedInfo refers to {}; it must refer once to the manifest, the signed properties and, under strict, KeyInfo",
        "SignedInfo référence {} ; il doit référencer une fois le manifeste, les propriétés signées et, sous strict, "
        "KeyInfo",
    ),
    ("the signer's certificate: {}", "le certificat du signataire : {}"),
    (
        "the KeyUsage of the signer's certificate has no contentCommitment (non-repudiation)",
        "le KeyUsage du certificat du signataire n'a pas contentCommitment (non-répudiation)",
    ),
    # of dmp.lot_explain
    ("names one object twice", "désigne deux fois le même objet"),
    ("{} is not in it", "{} n'y est pas"),
    ("not in the Manifest", "absent du Manifest"),
    ("named by the Manifest, not in the set", "désigné par le Manifest, absent du lot"),
    (
        "in its canonical form, is not what was signed",
        "sous sa forme canonique, n'est pas ce qui a été signé",
    ),
    ("as it is, is not what was signed", "tel quel, n'est pas ce qui a été signé"),
    ("{} is neither a person nor a structure", "{} n'est ni une personne ni une structure"),
)
