"""Value sets as the ANS publishes them (jeux de valeurs, JDV): RetrieveValueSetResponse of IHE SVS.

```xml
<RetrieveValueSetResponse xmlns="urn:ihe:iti:svs:2008">
  <ValueSet id="1.2.250.1.213.1.1.5.471" displayName="JDV_J07_XdsTypeCode_CISIS.tabs">
    <ConceptList> <Concept code="…" codeSystem="…" displayName="…"/> </ConceptList>
  </ValueSet>
</RetrieveValueSetResponse>
```
"""

import re
from pathlib import Path
from typing import Final

from lxml import etree

from metadata.affinity.domain import ATTRIBUTES, AffinityDomain, CodeSet
from metadata.affinity.errors import wrong

BY_ID: Final = {
    "1.2.250.1.213.1.1.5.461": "authorSpecialty",
    "1.2.250.1.213.1.1.5.463": "confidentialityCode",
    "1.2.250.1.213.1.1.5.466": "healthcareFacilityTypeCode",
    "1.2.250.1.213.1.1.5.467": "practiceSettingCode",
    "1.2.250.1.213.1.1.5.471": "typeCode",
    "1.2.250.1.213.1.1.5.6": "classCode",
    "1.2.250.1.213.1.1.5.8": "formatCode",
    "1.2.250.1.213.1.1.5.9": "confidentialityCode",
}
"""Value sets of the CI-SIS and of the DMP, by OID."""

BY_NUMBER: Final = {
    "J01": "authorSpecialty",
    "J02": "healthcareFacilityTypeCode",
    "J04": "practiceSettingCode",
    "J06": "classCode",
    "J07": "typeCode",
    "J08": "confidentialityCode",
    "J10": "formatCode",
    "J57": "classCode",
    "J58": "confidentialityCode",
    "J59": "contentTypeCode",
    "J60": "formatCode",
    "J66": "typeCode",
}
"""The same by the number in their name: JDV_J07_…"""

_NUMBER: Final = re.compile(r"JDV_(J\d+)[_-]")
_XDS_NAME: Final = re.compile(r"Xds([A-Za-z]+)")
_LOWER: Final = {attribute.lower(): attribute for attribute in ATTRIBUTES} | {"eventcode": "eventCodeList"}


def read(root: etree._Element, path: Path, attribute: str | None = None) -> AffinityDomain:
    """The domain whose codes are those of the ValueSets in `root`, all for `attribute` if it is given.

    Value sets of no XDS attribute (JDV_J143, sexes) are passed over. Raises AffinityError for a Concept without code.
    """
    codes: dict[str, CodeSet] = {}
    for value_set in root.iterfind("{*}ValueSet"):
        name = attribute or attribute_of(value_set.get("id", ""), value_set.get("displayName", ""))
        if name is not None:
            concepts = frozenset(_concept(concept, path) for concept in value_set.iterfind(".//{*}Concept"))
            if not concepts:
                raise wrong(path, f"the ValueSet for {name} has no Concept", value_set)
            codes[name] = codes.get(name, frozenset()) | concepts
    return AffinityDomain(name=path.name, codes=codes)


def attribute_of(oid: str, name: str) -> str | None:
    """The XDS attribute that a value set is for, by its OID, else by its name; None if it is for none."""
    number = _NUMBER.search(name)
    named = _XDS_NAME.search(name)
    return (
        BY_ID.get(oid)
        or (BY_NUMBER.get(number[1]) if number else None)
        or (_LOWER.get(named[1].lower()) if named else None)
    )


def _concept(element: etree._Element, path: Path) -> tuple[str, str]:
    code, scheme = element.get("code", "").strip(), element.get("codeSystem", "").strip()
    if not code or not scheme:
        missing = "codeSystem" if code else "code"
        raise wrong(path, f'a Concept has no {missing}; write <Concept code="…" codeSystem="OID"/>', element)
    return code, scheme
