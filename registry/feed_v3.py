"""ITI-44 Patient Identity Feed HL7 V3: records added, revised, resolved as duplicates; ITI TF-2 3.44.

Read more freely than written: only the ids are looked for, of `patient` with the other roles of its person, and of
`priorRegisteredRole`; everything else of the message may be absent or different.

A record revised announces its patient as one added does, and a merge its survivor: the text, unlike that of ITI-8, has
neither ignored nor refused. # ITI TF-2 3.44.4.1.4, 3.44.4.2.4
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
_OTHERS: Final = etree.XPath(
    f"{_EVENT}/v3:subject1/v3:patient/v3:patientPerson/*[self::v3:asOtherIDs or self::v3:asCitizen]/v3:id",
    namespaces=_NAMESPACES,
)
"""Ids of the person in other roles, which count as much. # ITI TF-2 E.2"""
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
    others = list(_identifiers(_OTHERS(body))) if interaction != RESOLVED else []
    if not identifiers and not others:
        raise PatientRefused("there is no id at controlActProcess/subject/registrationEvent/subject1/patient")
    if interaction != RESOLVED:
        return feed.announce(identifiers + others)
    subsumed = list(_identifiers(_PRIOR(body)))
    if not subsumed:
        raise PatientRefused("there is no id at replacementOf/priorRegistration/subject1/priorRegisteredRole")
    return feed.merge(identifiers, subsumed, announces=True)


def named(body: etree._Element) -> tuple[list[Identifier], list[Identifier]]:
    """The patients that a message of the feed is about, and those it says are the same: for the audit trail."""
    about = list(_identifiers(_PATIENT(body))) or list(_identifiers(_OTHERS(body)))
    return about, list(_identifiers(_PRIOR(body)))


def _identifiers(elements: object) -> Iterator[Identifier]:
    """`root` is the OID of the assigning authority, `extension` the id."""
    assert isinstance(elements, list)  # noqa: S101 - what an XPath for elements gives
    for element in elements:
        extension = element.get("extension", "").strip()
        if extension and element.get("nullFlavor") is None:
            yield Identifier(extension, oid=element.get("root", "").strip())


def _acknowledgement(request: etree._Element, code: str, reason: str, clock: Clock) -> bytes:
    """The accept acknowledgement: sender and receiver change places. # ITI TF-2 Appendix O.1.2"""
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
    """The device by its OID alone: its id has no extension in what IHE sends. # ITI TF-2 Appendix O.1.2"""
    ids = _ids(request, f"{role}/{{*}}device/{{*}}id", "root")
    return f'<device classCode="DEV" determinerCode="INSTANCE">{ids}</device>'


def _ids(request: etree._Element, path: str, *parts: str) -> str:
    """The II elements at a path below the message, written again; a `nullFlavor` where there is none."""
    found: Iterable[etree._Element] = request.findall(f"{{*}}{path}")
    written = "".join(_id(element, parts or ("root", "extension")) for element in found)
    return written or '<id nullFlavor="NI"/>'


def _id(element: etree._Element, parts: Iterable[str]) -> str:
    values = [(part, element.get(part)) for part in parts]
    written = "".join(f' {part}="{attribute(value)}"' for part, value in values if value)
    return f"<id{written}/>" if written else '<id nullFlavor="NI"/>'
