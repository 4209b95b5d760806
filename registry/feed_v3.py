"""ITI-44 Patient Identity Feed HL7 V3: records added, revised, resolved as duplicates; ITI TF-2 3.44.

Read more freely than written: only the ids are looked for, wherever `patient` and `priorRegisteredRole` stand below
`subject`; everything else of the message may be absent or different.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from lxml import etree

from metadata.escaping import attribute, encode
from metadata.escaping import text as content
from metadata.vocabulary import HL7V3
from registry.clock import Clock, stamp, utc_now
from registry.feed import Identifier, PatientFeed
from registry.patients import PatientRefused
from soap.message import Reply, Request

ADDED: Final = "PRPA_IN201301UV02"
REVISED: Final = "PRPA_IN201302UV02"
RESOLVED: Final = "PRPA_IN201304UV02"
ACKNOWLEDGEMENT: Final = "MCCI_IN000002UV01"
_INTERACTIONS: Final = "2.16.840.1.113883.1.6"
"""Root of the HL7 V3 interaction ids."""

_NAMESPACES: Final = {"v3": HL7V3}
_EVENT: Final = "v3:controlActProcess/v3:subject/v3:registrationEvent"
_PATIENT: Final = etree.XPath(f"{_EVENT}/v3:subject1/v3:patient/v3:id", namespaces=_NAMESPACES)
_PRIOR: Final = etree.XPath(
    f"{_EVENT}/v3:replacementOf/v3:priorRegistration/v3:subject1/v3:priorRegisteredRole/v3:id", namespaces=_NAMESPACES
)


def handler(feed: PatientFeed, *, clock: Clock = utc_now) -> Callable[[Request], Reply]:
    """What answers the three interactions: MCCI_IN000002UV01 with `CA`, or `CE` and the reason."""

    def handle(request: Request) -> Reply:
        body = request.body
        interaction = etree.QName(body).localname
        try:
            count = _apply(interaction, body, feed)
        except PatientRefused as refused:
            reply = _acknowledgement(body, "CE", str(refused), clock)
            return Reply(reply, outcome="Failure", error_codes=("CE",), notes={"interaction": interaction})
        reply = _acknowledgement(body, "CA", "", clock)
        return Reply(reply, notes={"interaction": interaction, "patients": count})

    return handle


def _apply(interaction: str, body: etree._Element, feed: PatientFeed) -> int:
    identifiers = list(_identifiers(_PATIENT(body)))
    if not identifiers:
        raise PatientRefused("there is no id at controlActProcess/subject/registrationEvent/subject1/patient")
    if interaction != RESOLVED:
        return feed.announce(identifiers)
    subsumed = list(_identifiers(_PRIOR(body)))
    if not subsumed:
        raise PatientRefused("there is no id at replacementOf/priorRegistration/subject1/priorRegisteredRole")
    return feed.merge(identifiers, subsumed)


def named(body: etree._Element) -> tuple[list[Identifier], list[Identifier]]:
    """The patients that a message of the feed is about, and those it says are the same: for the audit trail."""
    return list(_identifiers(_PATIENT(body))), list(_identifiers(_PRIOR(body)))


def _identifiers(elements: object) -> Iterator[Identifier]:
    """`root` is the OID of the assigning authority, `extension` the id."""
    assert isinstance(elements, list)  # noqa: S101 - what an XPath for elements gives
    for element in elements:
        extension = element.get("extension", "").strip()
        if extension and element.get("nullFlavor") is None:
            yield Identifier(extension, oid=element.get("root", "").strip())


def _acknowledgement(request: etree._Element, code: str, reason: str, clock: Clock) -> bytes:
    """The accept acknowledgement: sender and receiver change places. # ITI TF-2 Appendix O.1"""
    detail = ""
    if reason:
        detail = f'<acknowledgementDetail typeCode="E"><text>{content(reason)}</text></acknowledgementDetail>'
    return encode(
        f'<{ACKNOWLEDGEMENT} xmlns="{HL7V3}" ITSVersion="XML_1.0">'
        f'<id root="{uuid.uuid4()}"/><creationTime value="{stamp(clock()):014d}"/>'
        f'<interactionId root="{_INTERACTIONS}" extension="{ACKNOWLEDGEMENT}"/>'
        '<processingCode code="P"/><processingModeCode code="T"/><acceptAckCode code="NE"/>'
        f'<receiver typeCode="RCV">{_device(request, "sender")}</receiver>'
        f'<sender typeCode="SND">{_device(request, "receiver")}</sender>'
        f'<acknowledgement><typeCode code="{code}"/><targetMessage>{_ids(request, "id")}</targetMessage>{detail}'
        f"</acknowledgement></{ACKNOWLEDGEMENT}>"
    )


def _device(request: etree._Element, role: str) -> str:
    ids = _ids(request, f"{role}/{{*}}device/{{*}}id")
    return f'<device classCode="DEV" determinerCode="INSTANCE">{ids}</device>'


def _ids(request: etree._Element, path: str) -> str:
    """The II elements at a path below the message, written again; a `nullFlavor` where there is none."""
    found: Iterable[etree._Element] = request.findall(f"{{*}}{path}")
    written = "".join(_id(element) for element in found)
    return written or '<id nullFlavor="NI"/>'


def _id(element: etree._Element) -> str:
    root, extension = element.get("root"), element.get("extension")
    written = f' root="{attribute(root)}"' if root else ""
    written += f' extension="{attribute(extension)}"' if extension else ""
    return f"<id{written}/>"
