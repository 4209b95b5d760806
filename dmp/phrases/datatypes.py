"""What is said of HL7 data types in metadata."""

from typing import Final

DATATYPES: Final = (
    (
        "code or coding scheme missing; a coded string is written code^^^&OID&ISO",
        "il manque le code ou son système ; une chaîne codée s'écrit code^^^&OID&ISO",
    ),
    (
        "components besides 1 and 4 are filled; a coded string is written code^^^&OID&ISO",
        "d'autres composants que 1 et 4 sont remplis ; une chaîne codée s'écrit code^^^&OID&ISO",
    ),
    ("a code in a query is written code^^scheme", "un code dans une requête s'écrit code^^scheme"),
    (
        "the id is empty; a patient id is written id^^^&OID&ISO",
        "l'identifiant est vide ; celui d'un patient s'écrit id^^^&OID&ISO",
    ),
    (
        "there is no assigning authority; a patient id is written id^^^&OID&ISO",
        "l'autorité d'affectation manque ; un identifiant de patient s'écrit id^^^&OID&ISO",
    ),
    (
        "the id is empty; a reference id is written id^^^&OID&ISO^type",
        "l'identifiant est vide ; un identifiant de référence s'écrit id^^^&OID&ISO^type",
    ),
    (
        "the identifier type is missing; a reference id is written id^^^&OID&ISO^type",
        "le type d'identifiant manque ; un identifiant de référence s'écrit id^^^&OID&ISO^type",
    ),
    ("component {} is not empty; it is written {}", "le composant {} n'est pas vide ; cela s'écrit {}"),
    (
        "the id holds a bare &; inside a value it is written \\T\\",
        "l'identifiant contient un & nu ; dans une valeur il s'écrit \\T\\",
    ),
    (
        "the assigning authority has no universal ID; it is written &OID&ISO",
        "l'autorité d'affectation n'a pas d'identifiant universel ; elle s'écrit &OID&ISO",
    ),
    (
        "the universal ID type of the assigning authority is not ISO; it is written &OID&ISO",
        "le type d'identifiant universel de l'autorité d'affectation n'est pas ISO ; elle s'écrit &OID&ISO",
    ),
    (
        "the assigning authority has a namespace; it is written &OID&ISO, nothing before the &",
        "l'autorité d'affectation a un espace de noms ; elle s'écrit &OID&ISO, rien avant le &",
    ),
    ("the assigning authority is {}", "l'autorité d'affectation est fautive : {}"),
    (
        "the assigning authority is neither a namespace nor a universal ID with its type",
        "l'autorité d'affectation n'est ni un espace de noms ni un identifiant universel avec son type",
    ),
    (
        "an escape of formatting or a local one (\\H\\, \\N\\, \\Z…\\); none of them is allowed here",
        "un échappement de mise en forme, ou local (\\H\\, \\N\\, \\Z…\\) ; aucun n'est admis ici",
    ),
    ("an OID of {} characters; at most {} are allowed", "un OID de {} caractères ; {} sont admis au plus"),
    (
        "not an OID; it is written as numbers without leading zeros, as 1.2.250.1.213",
        "ce n'est pas un OID ; il s'écrit en nombres sans zéros en tête, comme 1.2.250.1.213",
    ),
    (
        "not a UUID; it is written urn:uuid: and 8-4-4-4-12 hexadecimal digits",
        "ce n'est pas un UUID ; il s'écrit urn:uuid: et 8-4-4-4-12 chiffres hexadécimaux",
    ),
    (
        "a person has neither id (component 1) nor family name (component 2)",
        "une personne n'a ni identifiant (composant 1) ni nom de famille (composant 2)",
    ),
    ("an organisation has no name (component 1)", "une organisation n'a pas de nom (composant 1)"),
    (
        "the id {} of an organisation (component 10) is no OID and has no authority (6)",
        "l'identifiant {} d'une organisation (composant 10) n'est pas un OID et n'a pas d'autorité (6)",
    ),
    (
        "component {} of an organisation is not empty; name is 1, authority 6, id 10",
        "le composant {} d'une organisation n'est pas vide ; le nom est 1, l'autorité 6, l'identifiant 10",
    ),
    (
        "a telecommunication of type {} has no address; write ^^Internet^name@domain",
        "une télécommunication de type {} n'a pas d'adresse ; écrire ^^Internet^nom@domaine",
    ),
    (
        "the use (component 2) of type {} is neither empty nor NET",
        "l'usage (composant 2) du type {} n'est ni vide ni NET",
    ),
    (
        "a telecommunication of type {} has a telephone number too; write it apart",
        "une télécommunication de type {} a aussi un numéro de téléphone ; l'écrire à part",
    ),
    (
        "the type (component 3) is missing; write ^^PH^^^^number or ^^Internet^name@domain",
        "le type (composant 3) manque ; écrire ^^PH^^^^numéro ou ^^Internet^nom@domaine",
    ),
    (
        "a telecommunication of type {} has a mail address; its type is Internet",
        "une télécommunication de type {} a une adresse de courriel ; son type est Internet",
    ),
    (
        "a telephone number is neither in component 7 nor in component 12",
        "un numéro de téléphone n'est ni dans le composant 7 ni dans le composant 12",
    ),
    (
        "component {} of a telecommunication is not empty; type is 3, number 7, mail 4",
        "le composant {} d'une télécommunication n'est pas vide ; le type est 3, le numéro 7, le courriel 4",
    ),
    (
        "a recipient has {} parts; it is written organisation|person|telecommunication",
        "un destinataire a {} parties ; il s'écrit organisation|personne|télécommunication",
    ),
    (
        "a recipient names no organisation, no person and no telecommunication",
        "un destinataire ne désigne ni organisation, ni personne, ni télécommunication",
    ),
    (
        "not a DTM; it is written YYYY, YYYYMM, YYYYMMDD, YYYYMMDDhh, YYYYMMDDhhmm or YYYYMMDDhhmmss, in UTC, without "
        "zone or fraction, from the year 1000 on",
        "ce n'est pas un DTM ; il s'écrit AAAA, AAAAMM, AAAAMMJJ, AAAAMMJJhh, AAAAMMJJhhmm ou AAAAMMJJhhmmss, en UTC, "
        "sans fuseau ni fraction, à partir de l'an 1000",
    ),
    # metadata.querysyntax
    (
        "{} after the value: a list needs parentheses, ('a','b') at character {}",
        "{} après la valeur : une liste demande des parenthèses, ('a','b'), au caractère {}",
    ),
    ("{} instead of ',' or ')' at character {}", "{} au lieu de ',' ou ')' au caractère {}"),
    ("missing ')' at character {}", "il manque ')' au caractère {}"),
    ("missing value at character {}", "il manque une valeur au caractère {}"),
    (
        "the string that begins with {} never ends at character {}",
        "la chaîne qui commence par {} ne finit jamais, au caractère {}",
    ),
    ("{} where a value was expected at character {}", "{} à la place d'une valeur au caractère {}"),
    (
        "text without quotes: write 'text', an apostrophe inside doubled at character {}",
        "du texte sans apostrophes : écrire 'texte', une apostrophe dedans doublée, au caractère {}",
    ),
    ("{} after the closing parenthesis at character {}", "{} après la parenthèse fermante au caractère {}"),
    ("no calendar has this time: {}", "aucun calendrier n'a cet instant : « {} »"),
)
