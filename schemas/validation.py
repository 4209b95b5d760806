"""XSD validation of message bodies: is it well shaped, and if not, what stands where it should not.

An `etree.XMLSchema` may judge in many threads at once, but they share its one error log; and libxml2 writes an XPath
per error, at the cost of counting siblings: a hostile message of 200 000 wrong siblings would take minutes. Hence
`Schema`: its verdict never needs that log, violations come from a twin behind a lock, and a message of many elements
is judged while it is read again, which stops writing errors after the hundredth.
"""

import threading
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from lxml import etree

from schemas.files import read
from schemas.wording import prefixed_path, readable

_FILES: Final = {
    "{urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0}SubmitObjectsRequest": "lcm.xsd",
    "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryRequest": "query.xsd",
    "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}AdhocQueryResponse": "query.xsd",
    "{urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0}RegistryResponse": "rs.xsd",
    "{urn:ihe:iti:xds-b:2007}ProvideAndRegisterDocumentSetRequest": "xds-b.xsd",
    "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetRequest": "xds-b.xsd",
    "{urn:ihe:iti:xds-b:2007}RetrieveDocumentSetResponse": "xds-b.xsd",
    "{urn:hl7-org:v3}PRPA_IN201301UV02": "hl7v3.xsd",
    "{urn:hl7-org:v3}PRPA_IN201302UV02": "hl7v3.xsd",
    "{urn:hl7-org:v3}PRPA_IN201304UV02": "hl7v3.xsd",
    "{urn:hl7-org:v3}MCCI_IN000002UV01": "hl7v3.xsd",
}
"""Body element → the file that declares it."""

_ON_THE_WIRE: Final = {"document.xsd": "document-xop.xsd"}
"""What MTOM changes: a document may be an xop:Include."""

MANY_ELEMENTS: Final = 4_000
MOST_VIOLATIONS: Final = 100

_has_many = etree.XPath(f"boolean(descendant::*[{MANY_ELEMENTS}])")


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing in a body that the XSD does not allow."""

    path: str
    """XPath from the body element, with the usual prefixes: `/lcm:SubmitObjectsRequest/rim:RegistryObjectList`."""
    line: int
    """Line in the message; 0 when unknown."""
    message: str


class Schema(etree.XMLSchema):
    """The compiled XSD of one kind of body. Safe to use from many threads."""

    def __init__(self, document: etree._ElementTree) -> None:
        super().__init__(document)
        self._twin = etree.XMLSchema(document)
        self._lock = threading.Lock()
        self._last = threading.local()

    def validate(self, etree: etree._Element | etree._ElementTree) -> bool:
        """Whether the body has the right shape; `error_log` says why not."""
        body = _element(etree)
        if not _has_many(body) and super().validate(body):
            self._last.violations = []
        else:
            self._last.violations = self.violations(body)
        return not self._last.violations

    @property
    def error_log(self) -> list[Violation]:  # type: ignore[override]
        """What the last `validate` of this thread found."""
        return list(getattr(self._last, "violations", ()))

    def violations(self, body: etree._Element) -> list[Violation]:
        """What is wrong with the shape of `body`, in document order, at most `MOST_VIOLATIONS`; empty if nothing is."""
        if _has_many(body):
            path = prefixed_path(body, "")
            return [Violation(path, 0, readable(entry.message)) for entry in self._read_again(body)]
        with self._lock:
            self._twin.validate(body)
            log = list(self._twin.error_log)
        return [
            Violation(prefixed_path(body, entry.path or ""), entry.line, readable(entry.message))
            for entry in log[:MOST_VIOLATIONS]
        ]

    def _read_again(self, body: etree._Element) -> list[etree._LogEntry]:
        """Errors found by a parser that validates on its way, in time linear to the size of the body."""
        parser = etree.XMLParser(schema=self, resolve_entities=False, no_network=True, huge_tree=True)
        try:
            etree.fromstring(etree.tostring(body, with_tail=False), parser)
        except etree.XMLSyntaxError as found:
            return list(found.error_log)[:MOST_VIOLATIONS]
        return []


def schema(element: str) -> Schema:
    """The compiled XSD for a body element, written `{namespace}local`.

    Compiled at the first call and kept. Raises `LookupError` for an element that no transaction here has.
    """
    try:
        file = _FILES[element]
    except KeyError:
        raise LookupError(f"no schema for the body element {element}") from None
    return _compiled(file)


@cache
def _compiled(file: str) -> Schema:
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(_PackageFiles())
    return Schema(etree.ElementTree(etree.fromstring(read(f"xsd/{file}"), parser, base_url=file)))


class _PackageFiles(etree.Resolver):
    """Finds imported schemas in the package, whatever folder it lies in, and documents as they stand on the wire."""

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:  # noqa: ARG002
        name = (system_url or "").rpartition("/")[2]
        return self.resolve_string(read(f"xsd/{_ON_THE_WIRE.get(name, name)}"), context, base_url=name)


def _element(body: etree._Element | etree._ElementTree) -> etree._Element:
    return body.getroot() if isinstance(body, etree._ElementTree) else body
