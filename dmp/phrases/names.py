"""What is said of distinguished names and of identifiers of France."""

from typing import Final

NAMES: Final = (
    ("{} ends inside a quotation or an escape", "{} se termine dans une citation ou un échappement"),
    ("{} is not attribute=value", "{} n'est pas de la forme attribut=valeur"),
    ("a name of {} characters; {} are read", "un nom de {} caractères ; {} sont lus"),
    (
        "a PS_IdNat begins with 0 (ADELI), 1, 3, 4, 5, 6 (employees) or 8 (RPPS)",
        "un PS_IdNat commence par 0 (ADELI), 1, 3, 4, 5, 6 (salariés) ou 8 (RPPS)",
    ),
    ("a PS_IdNat of {} is {} and 11 digits", "un PS_IdNat de {} est {} et 11 chiffres"),
    ("a PS_IdNat of {} is {} and the number", "un PS_IdNat de {} est {} et le numéro"),
    (
        "a Struct_IdNat is 1 and FINESS (9), 2 and SIREN (9), 3 and SIRET (14), 4 and RPPS-rang (14), 0 and the ADELI "
        "number of a practice, or a technical id that begins with a letter",
        "un Struct_IdNat est 1 et FINESS (9), 2 et SIREN (9), 3 et SIRET (14), 4 et RPPS-rang (14), 0 et le numéro "
        "ADELI d'un cabinet, ou un identifiant technique qui commence par une lettre",
    ),
    ("an empty name", "un nom vide"),
    ("{} is neither a known attribute nor an OID", "{} n'est ni un attribut connu ni un OID"),
    (
        "'#{}' is not the DER of a string in hexadecimal",
        "'#{}' n'est pas le DER d'une chaîne en hexadécimal",
    ),
    ("{}: the escaped octets are not UTF-8", "{} : les octets échappés ne sont pas de l'UTF-8"),
)
