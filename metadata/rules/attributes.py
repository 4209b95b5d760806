"""Which attributes each object must have, and which only once: one table, one rule per line and demand.

ITI TF-3 Tables 4.2.3.2-1 to 4.2.3.4-1 (attributes) and 4.3.1-3 (which are required of a Document Source).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from metadata import vocabulary as v
from metadata.affinity import DEMANDABLE
from metadata.rules.book import METADATA, MUST, NONE, Codes, Mark, Marks, On, Shape, mark, rule
from metadata.rules.case import Case, View, classification_at, identifier_at

AT_REGISTRY: Final[Codes] = {t: code for t, code in METADATA.items() if t != "ITI-41"}
STABLE_ONLY: Final[Codes] = {t: code for t, code in METADATA.items() if t != "ITI-61"}
STABLE_AT_REGISTRY: Final[Codes] = {"ITI-42": METADATA["ITI-42"]}


class Carrier(Enum):
    """The ebRIM construct that carries an attribute."""

    CODE = "Classification"
    IDENTIFIER = "ExternalIdentifier"
    SLOT = "Slot"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of one object, as far as its presence goes."""

    shape: Shape
    name: str
    carrier: Carrier
    key: str
    """classificationScheme, identificationScheme, or the name of the Slot."""
    section: str
    required: Codes | None = None
    """The transactions that ask for it; None when it is optional."""
    single: bool = True

    @property
    def place(self) -> str:
        """XPath of it below its object."""
        match self.carrier:
            case Carrier.CODE:
                return f"/Classification[@classificationScheme='{self.key}']"
            case Carrier.IDENTIFIER:
                return f"/ExternalIdentifier[@identificationScheme='{self.key}']"
            case Carrier.SLOT:
                return f"/Slot[@name='{self.key}']"

    @property
    def owner(self) -> str:
        return self.shape.word


_E, _S, _F, _A = Shape.ENTRY, Shape.SUBMISSION_SET, Shape.FOLDER, Shape.ASSOCIATION
_C, _I, _SLOT = Carrier.CODE, Carrier.IDENTIFIER, Carrier.SLOT

ATTRIBUTES: Final = (
    Attribute(_E, "classCode", _C, v.ENTRY_CLASS_CODE, "4.2.3.2.3", METADATA),
    Attribute(_E, "confidentialityCode", _C, v.ENTRY_CONFIDENTIALITY_CODE, "4.2.3.2.5", METADATA, single=False),
    Attribute(_E, "creationTime", _SLOT, "creationTime", "4.2.3.2.6", STABLE_ONLY),
    Attribute(_E, "formatCode", _C, v.ENTRY_FORMAT_CODE, "4.2.3.2.9", METADATA),
    Attribute(_E, "hash", _SLOT, "hash", "4.2.3.2.10", STABLE_AT_REGISTRY),
    Attribute(_E, "healthcareFacilityTypeCode", _C, v.ENTRY_FACILITY_CODE, "4.2.3.2.11", METADATA),
    Attribute(_E, "languageCode", _SLOT, "languageCode", "4.2.3.2.13", METADATA),
    Attribute(_E, "patientId", _I, v.ENTRY_PATIENT_ID, "4.2.3.2.16", METADATA),
    Attribute(_E, "practiceSettingCode", _C, v.ENTRY_PRACTICE_SETTING_CODE, "4.2.3.2.17", METADATA),
    Attribute(_E, "repositoryUniqueId", _SLOT, "repositoryUniqueId", "4.2.3.2.18", AT_REGISTRY),
    Attribute(_E, "size", _SLOT, "size", "4.2.3.2.21", STABLE_AT_REGISTRY),
    Attribute(_E, "sourcePatientId", _SLOT, "sourcePatientId", "4.2.3.2.22", METADATA),
    Attribute(_E, "typeCode", _C, v.ENTRY_TYPE_CODE, "4.2.3.2.25", METADATA),
    Attribute(_E, "uniqueId", _I, v.ENTRY_UNIQUE_ID, "4.2.3.2.26", METADATA),
    Attribute(_S, "contentTypeCode", _C, v.SUBMISSION_SET_CONTENT_TYPE_CODE, "4.2.3.3.4", METADATA),
    Attribute(_S, "patientId", _I, v.SUBMISSION_SET_PATIENT_ID, "4.2.3.3.8", METADATA),
    Attribute(_S, "sourceId", _I, v.SUBMISSION_SET_SOURCE_ID, "4.2.3.3.9", METADATA),
    Attribute(_S, "submissionTime", _SLOT, "submissionTime", "4.2.3.3.10", METADATA),
    Attribute(_S, "uniqueId", _I, v.SUBMISSION_SET_UNIQUE_ID, "4.2.3.3.12", METADATA),
    Attribute(_F, "codeList", _C, v.FOLDER_CODE, "4.2.3.4.2", METADATA, single=False),
    Attribute(_F, "patientId", _I, v.FOLDER_PATIENT_ID, "4.2.3.4.7", METADATA),
    Attribute(_F, "uniqueId", _I, v.FOLDER_UNIQUE_ID, "4.2.3.4.9", METADATA),
    Attribute(_A, "documentation", _C, v.ASSOCIATION_DOCUMENTATION, "4.2.2.2"),
)
"""Attributes carried by Classifications, ExternalIdentifiers and required Slots. That a Slot has one value only is said
once for all of them, in `slot.values.repeated`; title, mimeType and objectType stand with their objects."""

_PREFIX: Final = {_E: "de", _S: "ss", _F: "folder", _A: "association"}


def _missing(attribute: Attribute) -> Callable[[View, Case], Marks]:
    key, place = attribute.key, attribute.place
    match attribute.carrier:
        case Carrier.CODE:
            return lambda view, _case: NONE if key in view.classifications else mark(place)
        case Carrier.SLOT:
            return lambda view, _case: NONE if key in view.slots else mark(place)
        case Carrier.IDENTIFIER:

            def missing(view: View, _case: Case) -> Marks:
                found = view.identifiers.get(key)
                return NONE if found is not None and found[0].value else mark(place)

            return missing


def _repeated(attribute: Attribute) -> Callable[[View, Case], Marks]:
    key = attribute.key
    if attribute.carrier is Carrier.CODE:

        def code_repeated(view: View, _case: Case) -> Marks:
            found = view.classifications.get(key)
            return NONE if found is None or len(found) < 2 else mark(classification_at(found[1]), got=len(found))

        return code_repeated

    def identifier_repeated(view: View, _case: Case) -> Marks:
        found = view.identifiers.get(key)
        return NONE if found is None or len(found) < 2 else mark(identifier_at(found[1]), got=len(found))

    return identifier_repeated


for _a in ATTRIBUTES:
    if _a.required is not None:
        rule(
            id=f"{_PREFIX[_a.shape]}.{_a.name}.missing",
            level=MUST,
            code=_a.required,
            spec="ITI TF-3 4.3.1",
            en=f"{_a.owner} {{object}} has no {_a.name}; it is required, in {_a.place[1:]}",
            fr=f"{_a.owner} {{object}} n'a pas de {_a.name} ; il est obligatoire, dans {_a.place[1:]}",
            on=On.OBJECT,
            only={_a.shape},
        )(_missing(_a))
    if _a.single and _a.carrier is not Carrier.SLOT:
        rule(
            id=f"{_PREFIX[_a.shape]}.{_a.name}.repeated",
            level=MUST,
            code=METADATA,
            spec=f"ITI TF-3 {_a.section}",
            en=f"{_a.owner} {{object}} has {{got}} {_a.name}; it holds one",
            fr=f"{_a.owner} {{object}} a {{got}} {_a.name} ; il n'en porte qu'un",
            on=On.OBJECT,
            only={_a.shape},
        )(_repeated(_a))


@rule(
    id="domain.required",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.3.1",
    en="{got} is required in this affinity domain and {object} has none",
    fr="{got} est obligatoire dans ce domaine d'affinité et {object} n'en a pas",
    on=On.OBJECT,
)
def required_by_domain(view: View, case: Case) -> Marks:
    if not case.domain.required:
        return NONE
    owner = view.shape.word
    return [
        Mark("", {"got": name})
        for name in sorted(case.domain.required)
        if name.startswith(f"{owner}.") and not getattr(view.value, DEMANDABLE[name], None)
    ]
