"""What is said of messages and documents that do not follow their schema, or cannot be read."""

from typing import Final

MESSAGES: Final = (
    # schemas.wording
    ("{} must have the attribute {}", "{} doit avoir l'attribut {}"),
    ("{} has no attribute {}", "{} n'a pas d'attribut {}"),
    ("{} may not stand here; one of {} may", "{} ne peut être ici ; l'un de {} le peut"),
    ("{} may not stand here, but {} may", "{} ne peut être ici, mais {} le peut"),
    ("{} may not stand here", "{} ne peut être ici"),
    ("{} lacks one of {}", "il manque à {} l'un de {}"),
    ("{} lacks {}", "il manque à {} {}"),
    ("{} may hold elements only, but there is text in it", "{} ne contient que des éléments, et du texte s'y trouve"),
    ("{} may hold text only, but there is an element in it", "{} ne contient que du texte, et un élément s'y trouve"),
    ("{} is '{}'; it must be one of {}", "{} vaut '{}' ; c'est l'un de {}"),
    ("{} is '{}', which is not of type {}", "{} vaut '{}', qui n'est pas du type {}"),
    ("{} is not a body element that this schema knows", "{} n'est pas un élément de corps que ce schéma connaît"),
    # soap.mime
    ("Content-Type {} does not begin with type/subtype", "Content-Type {} ne commence pas par type/sous-type"),
    ("Content-Type parameter {} is not name=value", "le paramètre {} du Content-Type n'est pas nom=valeur"),
    (
        "Content-Type parameter {} is not numbered as RFC 2231 says",
        "le paramètre {} du Content-Type n'est pas numéroté comme le dit la RFC 2231",
    ),
    ("Content-Type parameter {} lacks a piece", "il manque un morceau au paramètre {} du Content-Type"),
    (
        "Content-Type parameter {} is in unknown charset {}",
        "le paramètre {} du Content-Type est dans un jeu de caractères inconnu, {}",
    ),
    ("MIME header line {} has no name and colon", "la ligne d'en-tête MIME {} n'a pas de nom suivi de deux-points"),
    # dmp.cda_elements
    (
        "the document has no body within its first {} MB",
        "le document n'a pas de corps dans ses {} premiers Mo",
    ),
    (
        "the document has a DOCTYPE, which no CDA document needs; remove it",
        "le document a un DOCTYPE, dont aucun document CDA n'a besoin ; l'enlever",
    ),
    ("the document is not well-formed: {}", "le document est mal formé : « {} »"),
    (
        "the document has no body: neither structuredBody nor nonXMLBody",
        "le document n'a pas de corps : ni structuredBody ni nonXMLBody",
    ),
)
