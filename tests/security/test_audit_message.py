"""The DICOM audit message has the order of its schema, whatever a client wrote into it."""

from base64 import b64decode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from security.audit.message import (
    LONGEST,
    ActiveParticipant,
    AuditEvent,
    AuditSource,
    Code,
    Outcome,
    ParticipantObject,
    write,
)

SOURCE = AuditSource("REG1", "S1")
EVENT = AuditEvent(
    id=Code("110107", "DCM", "Import"),
    action="C",
    types=(Code("ITI-42", "IHE Transactions", "Register Document Set-b"),),
    participants=(
        ActiveParticipant(
            "http://www.w3.org/2005/08/addressing/anonymous",
            True,
            (Code("110153", "DCM", "Source Role ID"),),
            network_address="10.0.0.9",
        ),
        ActiveParticipant("https://reg.example/xds", False, alternative_user_id="4711", network_address="reg.example"),
    ),
    objects=(
        ParticipantObject("p1^^^&2.999.7&ISO", Code("2", "RFC-3881", "Patient Number"), 1, 1),
        ParticipantObject(
            "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d",
            Code("ITI-18", "IHE Transactions", "Registry Stored Query"),
            2,
            24,
            query=b"<query/>",
            details=(("QueryEncoding", b"UTF-8"),),
        ),
    ),
    outcome=Outcome.MINOR_FAILURE,
    outcome_description="XDSRegistryError",
    purposes_of_use=(Code("TREAT", "urn:purposes", "Treatment"),),
    time=datetime(2026, 3, 5, 10, 16, 3, 120_999, UTC),
)
CHILDREN = {
    "AuditMessage": (
        "EventIdentification",
        "ActiveParticipant",
        "AuditSourceIdentification",
        "ParticipantObjectIdentification",
    ),
    "EventIdentification": ("EventID", "EventTypeCode", "EventOutcomeDescription", "PurposeOfUse"),
    "ActiveParticipant": ("RoleIDCode",),
    "AuditSourceIdentification": ("AuditSourceTypeCode",),
    "ParticipantObjectIdentification": (
        "ParticipantObjectIDTypeCode",
        "ParticipantObjectQuery",
        "ParticipantObjectDetail",
    ),
}
"""DICOM PS3.15 A.5.1: element → its children, in this order."""


def holds_its_order(element: etree._Element) -> bool:
    order = CHILDREN.get(str(element.tag), ())
    places = [order.index(str(child.tag)) for child in element]
    return places == sorted(places) and all(holds_its_order(child) for child in element)


def test_every_element_stands_in_the_order_of_the_schema() -> None:
    message = etree.fromstring(write(EVENT, SOURCE))
    assert message.tag == "AuditMessage"
    assert holds_its_order(message)


def test_the_whole_message_is_as_the_standard_prints_it() -> None:
    assert write(EVENT, SOURCE).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?><AuditMessage>'
        '<EventIdentification EventActionCode="C" EventDateTime="2026-03-05T10:16:03.120Z" EventOutcomeIndicator="4">'
        '<EventID csd-code="110107" codeSystemName="DCM" originalText="Import"/>'
        '<EventTypeCode csd-code="ITI-42" codeSystemName="IHE Transactions" originalText="Register Document Set-b"/>'
        "<EventOutcomeDescription>XDSRegistryError</EventOutcomeDescription>"
        '<PurposeOfUse csd-code="TREAT" codeSystemName="urn:purposes" originalText="Treatment"/></EventIdentification>'
        '<ActiveParticipant UserID="http://www.w3.org/2005/08/addressing/anonymous" UserIsRequestor="true"'
        ' NetworkAccessPointID="10.0.0.9" NetworkAccessPointTypeCode="2">'
        '<RoleIDCode csd-code="110153" codeSystemName="DCM" originalText="Source Role ID"/></ActiveParticipant>'
        '<ActiveParticipant UserID="https://reg.example/xds" AlternativeUserID="4711" UserIsRequestor="false"'
        ' NetworkAccessPointID="reg.example" NetworkAccessPointTypeCode="1"/>'
        '<AuditSourceIdentification AuditEnterpriseSiteID="S1" AuditSourceID="REG1">'
        '<AuditSourceTypeCode csd-code="9" codeSystemName="DCM" originalText="Other"/></AuditSourceIdentification>'
        '<ParticipantObjectIdentification ParticipantObjectID="p1^^^&amp;2.999.7&amp;ISO" ParticipantObjectTypeCode="1"'
        ' ParticipantObjectTypeCodeRole="1">'
        '<ParticipantObjectIDTypeCode csd-code="2" codeSystemName="RFC-3881" originalText="Patient Number"/>'
        "</ParticipantObjectIdentification>"
        '<ParticipantObjectIdentification ParticipantObjectID="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"'
        ' ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="24">'
        '<ParticipantObjectIDTypeCode csd-code="ITI-18" codeSystemName="IHE Transactions"'
        ' originalText="Registry Stored Query"/><ParticipantObjectQuery>PHF1ZXJ5Lz4=</ParticipantObjectQuery>'
        '<ParticipantObjectDetail type="QueryEncoding" value="VVRGLTg="/></ParticipantObjectIdentification>'
        "</AuditMessage>"
    )


def named(value: str) -> AuditEvent:
    return AuditEvent(EVENT.id, "R", EVENT.types, (ActiveParticipant(value, True),), outcome_description=value)


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters="￾￿"), max_size=200))
def test_whatever_is_named_reads_back_as_it_was(value: str) -> None:
    message = etree.fromstring(write(named(value), SOURCE))
    participant = message.find("ActiveParticipant")
    assert participant is not None
    assert participant.get("UserID") == value


@given(st.text(st.characters(exclude_categories=[]), max_size=50))
def test_no_text_breaks_the_xml(value: str) -> None:
    assert holds_its_order(etree.fromstring(write(named(value), SOURCE)))


@given(st.binary(max_size=200))
def test_details_and_queries_travel_in_base64(value: bytes) -> None:
    one = ParticipantObject("x", EVENT.id, 2, 24, query=value, details=(("t", value),))
    message = etree.fromstring(write(AuditEvent(EVENT.id, "E", (), EVENT.participants, (one,)), SOURCE))
    assert b64decode(message.findtext(".//ParticipantObjectQuery") or "") == value
    detail = message.find(".//ParticipantObjectDetail")
    assert detail is not None
    assert b64decode(detail.get("value") or "") == value


@pytest.mark.parametrize("letter", ["a", "é", "&"])
def test_what_is_far_too_long_is_cut(letter: str) -> None:
    message = etree.fromstring(write(named(letter * 10 * LONGEST), SOURCE))
    participant = message.find("ActiveParticipant")
    assert participant is not None
    assert participant.get("UserID") == letter * (LONGEST - 1) + "…"


def test_an_event_without_participants_is_no_audit_message() -> None:
    with pytest.raises(ValueError, match="ActiveParticipant"):
        write(AuditEvent(EVENT.id, "E", (), ()), SOURCE)


def test_an_action_that_the_standard_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="EventActionCode"):
        write(AuditEvent(EVENT.id, "X", (), EVENT.participants), SOURCE)
