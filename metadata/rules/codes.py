"""Classifications and ExternalIdentifiers: the carriers of codes, authors, marks and ids. # ITI TF-3 4.2.3.1"""

from typing import Final

from metadata import vocabulary as v
from metadata.affinity import CODED
from metadata.rules.book import METADATA, MUST, Mark, Marks, On, rule
from metadata.rules.case import Case, View, classification_at, identifier_at
from metadata.translate import CODING_SCHEME

CODE_SCHEMES: Final = {scheme: attribute for attribute, scheme in CODED.items()}
AUTHOR_SCHEMES: Final = frozenset({v.ENTRY_AUTHOR, v.SUBMISSION_SET_AUTHOR})
LIMITED_METADATA: Final = frozenset(
    {v.ENTRY_LIMITED_METADATA, v.SUBMISSION_SET_LIMITED_METADATA, v.FOLDER_LIMITED_METADATA}
)
LONG_NAME: Final = 256
"""Characters of a LongName in the XML schema of ebRIM 3.0, the type of these values."""


# --- Classification -------------------------------------------------------------------------------------------------


@rule(
    id="classification.object",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.2",
    en="classifiedObject of Classification {id} is {got}; it stands in {object} and must name it",
    fr="classifiedObject de la Classification {id} vaut {got} ; elle figure dans {object} et doit le désigner",
    on=On.OBJECT,
)
def classified_object(view: View, _case: Case) -> Marks:
    own = view.o.id
    return [
        Mark(f"{classification_at(c)}/@classifiedObject", {"got": c.classified_object or "absent", "id": c.id})
        for c in view.o.classifications
        if c.classified_object != own
    ]


@rule(
    id="classification.form",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.10",
    en="Classification {id} has {got}; it needs classificationScheme with nodeRepresentation, or classificationNode "
    "alone",
    fr="la Classification {id} a {got} ; il faut classificationScheme avec nodeRepresentation, ou classificationNode "
    "seul",
    on=On.OBJECT,
)
def classification_form(view: View, _case: Case) -> Marks:
    return [
        Mark(classification_at(c), {"got": _attributes(c.scheme, c.node, c.node_representation), "id": c.id})
        for c in view.o.classifications
        if bool(c.scheme) == bool(c.node) or (c.node and c.node_representation)
    ]


@rule(
    id="limitedMetadata.forbidden",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.3.1",
    en="{object} is marked as limitedMetadata, which a registry does not take; give all required attributes and leave "
    "the mark out",
    fr="{object} porte la marque limitedMetadata, refusée par un registre ; fournir tous les attributs obligatoires et "
    "omettre la marque",
    on=On.OBJECT,
)
def limited_metadata(view: View, _case: Case) -> Marks:
    return [Mark(classification_at(c), {"got": c.node}) for c in view.o.classifications if c.node in LIMITED_METADATA]


@rule(
    id="code.value.missing",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.2",
    en="{attribute} has no code: nodeRepresentation is absent or empty",
    fr="{attribute} n'a pas de code : nodeRepresentation est absent ou vide",
    on=On.OBJECT,
)
def code_value(view: View, _case: Case) -> Marks:
    return [
        Mark(f"{classification_at(c)}/@nodeRepresentation", {"attribute": CODE_SCHEMES[c.scheme]})
        for c in view.o.classifications
        if c.scheme in CODE_SCHEMES and not c.node_representation
    ]


@rule(
    id="code.scheme.single",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.2",
    en="{attribute} {code} has {got} coding schemes; the Classification needs Slot codingScheme with exactly one value",
    fr="{attribute} {code} a {got} systèmes de codes ; la Classification doit porter un Slot codingScheme d'une seule "
    "valeur",
    on=On.OBJECT,
)
def code_scheme(view: View, _case: Case) -> Marks:
    marks = []
    for c in view.o.classifications:
        if c.scheme not in CODE_SCHEMES:
            continue
        given = [slot for slot in c.slots if slot.name == CODING_SCHEME]
        if not given or len(given[0].values) > 1:  # a Slot without value breaks slot.values.missing
            values = {"attribute": CODE_SCHEMES[c.scheme], "code": c.node_representation or ""}
            marks.append(Mark(classification_at(c), {**values, "got": len(given[0].values) if given else 0}))
    return marks


@rule(
    id="code.display.missing",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.2",
    en="{attribute} {code} has no display name: the Classification needs Name/LocalizedString",
    fr="{attribute} {code} n'a pas de libellé : la Classification doit porter Name/LocalizedString",
    on=On.OBJECT,
)
def code_display(view: View, _case: Case) -> Marks:
    return [
        Mark(classification_at(c), {"attribute": CODE_SCHEMES[c.scheme], "code": c.node_representation or ""})
        for c in view.o.classifications
        if c.scheme in CODE_SCHEMES and not (c.name and c.name[0].value)
    ]


# --- author ---------------------------------------------------------------------------------------------------------


@rule(
    id="author.representation",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.4",
    en='nodeRepresentation of an author is {got}; write nodeRepresentation=""',
    fr='nodeRepresentation d\'un auteur vaut {got} ; écrire nodeRepresentation=""',
    on=On.OBJECT,
)
def author_representation(view: View, _case: Case) -> Marks:
    # An author without the attribute is accepted: many senders leave it out, and it says nothing.
    return [
        Mark(f"{classification_at(c)}/@nodeRepresentation", {"got": c.node_representation})
        for c in view.o.classifications
        if c.scheme in AUTHOR_SCHEMES and c.node_representation
    ]


@rule(
    id="author.identity",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.4",
    en="an author names neither authorPerson, authorInstitution nor authorTelecommunication; give at least one",
    fr="un auteur n'a ni authorPerson, ni authorInstitution, ni authorTelecommunication ; en donner au moins un",
    on=On.OBJECT,
)
def author_identity(view: View, _case: Case) -> Marks:
    return [
        Mark(classification_at(c), {})
        for c in view.o.classifications
        if c.scheme in AUTHOR_SCHEMES and not _IDENTITY & {slot.name for slot in c.slots}
    ]


_IDENTITY: Final = frozenset({"authorPerson", "authorInstitution", "authorTelecommunication"})


# --- ExternalIdentifier ---------------------------------------------------------------------------------------------


@rule(
    id="identifier.object",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.3",
    en="registryObject of ExternalIdentifier {id} is {got}; it stands in {object} and must name it",
    fr="registryObject de l'ExternalIdentifier {id} vaut {got} ; il figure dans {object} et doit le désigner",
    on=On.OBJECT,
)
def identifier_object(view: View, _case: Case) -> Marks:
    own = view.o.id
    return [
        Mark(f"{identifier_at(i)}/@registryObject", {"got": i.registry_object or "absent", "id": i.id})
        for i in view.o.external_identifiers
        if i.registry_object != own
    ]


@rule(
    id="identifier.name",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.3",
    en="the Name of ExternalIdentifier {id} is {got}; for its identificationScheme it is {expected}",
    fr="le Name de l'ExternalIdentifier {id} vaut {got} ; pour son identificationScheme il vaut {expected}",
    on=On.OBJECT,
)
def identifier_name(view: View, _case: Case) -> Marks:
    names = v.EXTERNAL_IDENTIFIER_NAMES
    marks = []
    for i in view.o.external_identifiers:
        expected = names.get(i.scheme)
        if expected is not None and expected not in [text.value.strip() for text in i.name]:
            got = i.name[0].value if i.name else "absent"
            marks.append(Mark(f"{identifier_at(i)}/Name", {"got": got, "expected": expected, "id": i.id}))
    return marks


@rule(
    id="identifier.value.length",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.1",
    en="the value of ExternalIdentifier {id} has {got} characters; at most {limit} are allowed",
    fr="la valeur de l'ExternalIdentifier {id} a {got} caractères ; {limit} au plus sont permis",
    on=On.OBJECT,
)
def identifier_length(view: View, _case: Case) -> Marks:
    return [
        Mark(f"{identifier_at(i)}/@value", {"got": len(i.value), "limit": LONG_NAME, "id": i.id})
        for i in view.o.external_identifiers
        if len(i.value) > LONG_NAME
    ]


def _attributes(scheme: str | None, node: str | None, representation: str | None) -> str:
    """What a malformed Classification has, in the names of its attributes."""
    given = {"classificationScheme": scheme, "classificationNode": node, "nodeRepresentation": representation}
    return " + ".join(name for name, value in given.items() if value) or "—"
