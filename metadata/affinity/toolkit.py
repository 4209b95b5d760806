"""The codes.xml of the IHE toolkit (XDS Toolkit, Gazelle), as configured for connectathons.

```xml
<Codes>
  <CodeType name="classCode" classScheme="urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a">
    <Code code="…" display="…" codingScheme="2.16.840.1.113883.6.1"/>
  </CodeType>
  <CodeType name="mimeType"> <Code code="text/xml"/> </CodeType>
  <AssigningAuthority id="&amp;1.3.6.1.4.1.21367.13.20.1000&amp;ISO"/>
</Codes>
```
"""

from pathlib import Path
from typing import Final

from lxml import etree

from metadata.affinity.domain import CODED, AffinityDomain, CodeSet
from metadata.affinity.errors import wrong
from metadata.datatypes import is_mime_type, is_oid

BY_SCHEME: Final = {scheme: attribute for attribute, scheme in CODED.items()}


def read(root: etree._Element, path: Path) -> AffinityDomain:
    """The domain that the `Codes` element says. CodeTypes of attributes unknown to XDS.b are passed over.

    Raises AffinityError for a Code or AssigningAuthority that lacks what it needs.
    """
    codes: dict[str, CodeSet] = {}
    mime_types: frozenset[str] = frozenset()
    for code_type in root.iterfind("CodeType"):
        attribute = BY_SCHEME.get(code_type.get("classScheme", ""), code_type.get("name", ""))
        if attribute == "mimeType":
            mime_types |= {_mime_type(code, path) for code in code_type.iterfind("Code")}
        elif attribute in CODED:
            found = frozenset(_code(code, attribute, path) for code in code_type.iterfind("Code"))
            codes[attribute] = codes.get(attribute, frozenset()) | found
    if not codes and not mime_types:
        raise wrong(path, 'no CodeType of an XDS attribute is in it; there must be <CodeType name="classCode" …>', root)
    authorities = frozenset(_authority(element, path) for element in root.iterfind("AssigningAuthority"))
    return AffinityDomain(name=path.name, patient_authorities=authorities, codes=codes, mime_types=mime_types)


def _code(element: etree._Element, attribute: str, path: Path) -> tuple[str, str]:
    code, scheme = element.get("code", "").strip(), element.get("codingScheme", "").strip()
    if not code or not scheme:
        missing = "codingScheme" if code else "code"
        raise wrong(path, f'a Code of {attribute} has no {missing}; write <Code code="…" codingScheme="OID"/>', element)
    return code, scheme


def _mime_type(element: etree._Element, path: Path) -> str:
    mime_type = element.get("code", "").strip().lower()
    if not is_mime_type(mime_type):
        raise wrong(path, f'mimeType "{mime_type}" is not of the form type/subtype', element)
    return mime_type


def _authority(element: etree._Element, path: Path) -> str:
    """The OID in `&OID&ISO`, or a bare one."""
    text = element.get("id", "").strip()
    oid = text.split("&")[1] if text.count("&") == 2 else text
    if not is_oid(oid):
        raise wrong(path, f'AssigningAuthority "{text}" is not &OID&ISO', element)
    return oid
