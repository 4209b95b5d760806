"""What each exchange leaves in the audit trail, by the tables of the transactions."""

from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from carnet.auditfacts import LONGEST_QUERY
from carnet.auditing import (
    MOST_DOCUMENTS,
    Here,
    application_started,
    application_stopped,
    events_of,
    node_refused,
)
from carnet.gates import fault_of
from dmp.authority import Authority
from metadata.vocabulary import HL7V3, QUERY, RIM, XDS
from security.audit.message import AuditSource, write
from security.gate import Caller, Coded, Refused
from soap.message import Addressing, Exchange, Packaging, Peer, Request

HERE = Here({"registry": "https://here.example/registry", "repository": "https://here.example/repository"}, "here")
SET_NODE = "urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd"
PATIENT = "p1^^^&2.999.7&ISO"
CX = PATIENT.replace("&", "&amp;")
SUBMISSION = f"""<SubmitObjectsRequest xmlns:rim="{RIM}"><rim:RegistryPackage id="set">
<rim:ExternalIdentifier
 identificationScheme="urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446" value="{CX}"/>
<rim:ExternalIdentifier
 identificationScheme="urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8" value="2.999.7.100.2"/>
<rim:ExternalIdentifier
 identificationScheme="urn:uuid:554ac39e-e3fe-47fe-b233-965d2a147832" value="2.999.7.1"/>
</rim:RegistryPackage></SubmitObjectsRequest>"""
FIND = f"""<query:AdhocQueryRequest xmlns:query="{QUERY}" xmlns:rim="{RIM}"><query:ResponseOption/>
<rim:AdhocQuery id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d" home="urn:oid:2.999.8">
<rim:Slot name="$XDSDocumentEntryPatientId">
<rim:ValueList><rim:Value>'{CX}'</rim:Value></rim:ValueList></rim:Slot></rim:AdhocQuery>
</query:AdhocQueryRequest>"""


def retrieval(*unique_ids: str) -> str:
    asked = "".join(
        f"<x:DocumentRequest><x:HomeCommunityId>urn:oid:2.999.8</x:HomeCommunityId>"
        f"<x:RepositoryUniqueId>2.999.9</x:RepositoryUniqueId>"
        f"<x:DocumentUniqueId>{unique_id}</x:DocumentUniqueId></x:DocumentRequest>"
        for unique_id in unique_ids
    )
    return f'<x:RetrieveDocumentSetRequest xmlns:x="{XDS}">{asked}</x:RetrieveDocumentSetRequest>'


def feed(interaction: str) -> str:
    return f"""<{interaction} xmlns="{HL7V3}"><id root="2.999.1" extension="m1"/><controlActProcess><subject>
    <registrationEvent><subject1><patient><id root="2.999.7" extension="stays"/></patient></subject1>
    <replacementOf><priorRegistration><subject1><priorRegisteredRole><id root="2.999.7" extension="goes"/>
    </priorRegisteredRole></subject1></priorRegistration></replacementOf></registrationEvent></subject>
    </controlActProcess></{interaction}>"""


def exchange(transaction: str, body: str | None, **changes: Any) -> Exchange:
    addressing = Addressing(action="urn:a", message_id="urn:uuid:1")
    peer = Peer("10.0.0.9")
    request = None
    if body is not None:
        element = etree.fromstring(body)
        request = Request(element, None, addressing, body.encode(), Packaging.SIMPLE, (), peer)
    values: dict[str, Any] = {
        "service": "repository" if transaction in ("ITI-41", "ITI-43") else "registry",
        "transaction": transaction,
        "message_id": "urn:uuid:1",
        "outcome": "Success",
        "error_codes": (),
        "seconds": 0.01,
        "bytes_in": 1,
        "bytes_out": 1,
        "peer": peer,
        "status": 200,
        "addressing": addressing,
        "request": request,
        **changes,
    }
    return Exchange(**values)


def audited(of: Exchange) -> list[etree._Element]:
    return [etree.fromstring(write(event, AuditSource("REG1"))) for event in events_of(of, HERE)]


def one(of: Exchange) -> etree._Element:
    (message,) = audited(of)
    return message


def event(message: etree._Element) -> tuple[str, ...]:
    """EventID, EventTypeCodes, action, outcome."""
    said = message[0]
    types = [each.get("csd-code", "") for each in said.iter("EventTypeCode")]
    return (
        said[0].get("csd-code", ""),
        *types,
        said.get("EventActionCode", ""),
        said.get("EventOutcomeIndicator", ""),
    )


def objects(message: etree._Element) -> list[tuple[str, str, str, str]]:
    """Type code, role, code of the id's type, id."""
    return [
        (
            each.get("ParticipantObjectTypeCode", ""),
            each.get("ParticipantObjectTypeCodeRole", ""),
            each[0].get("csd-code", ""),
            each.get("ParticipantObjectID", ""),
        )
        for each in message.iter("ParticipantObjectIdentification")
    ]


def details(element: etree._Element) -> dict[str, str]:
    return {
        each.get("type", ""): b64decode(each.get("value", "")).decode()
        for each in element.iter("ParticipantObjectDetail")
    }


def participants(message: etree._Element) -> list[tuple[str, str, str]]:
    """Role, UserID, whether it is the requestor."""
    return [
        (role.get("csd-code", "") if (role := each.find("RoleIDCode")) is not None else "",
         each.get("UserID", ""), each.get("UserIsRequestor", ""))
        for each in message.iter("ActiveParticipant")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("transaction", "name"),
    [("ITI-41", "Provide and Register Document Set-b"), ("ITI-42", "Register Document Set-b")],
)
def test_a_submission_is_an_import_that_names_the_patient_and_the_submission_set(transaction: str, name: str) -> None:
    message = one(exchange(transaction, SUBMISSION))
    assert event(message) == ("110107", transaction, "C", "0")
    assert message[0][1].get("originalText") == name
    assert objects(message) == [("1", "1", "2", PATIENT), ("2", "20", SET_NODE, "2.999.7.100.2")]
    service = "repository" if transaction == "ITI-41" else "registry"
    assert participants(message) == [
        ("110153", "http://www.w3.org/2005/08/addressing/anonymous", "true"),
        ("110152", f"https://here.example/{service}", "false"),
    ]


def test_a_submission_without_a_patient_is_audited_all_the_same() -> None:
    assert objects(one(exchange("ITI-42", "<a/>", outcome="Failure"))) == []


def test_a_refused_submission_says_why() -> None:
    message = one(exchange("ITI-42", SUBMISSION, outcome="Failure", error_codes=("XDSUnknownPatientId",)))
    assert event(message)[-1] == "4"
    assert message.findtext(".//EventOutcomeDescription") == "XDSUnknownPatientId"
    assert objects(message)[0][3] == PATIENT


def test_trouble_on_this_side_is_a_serious_failure() -> None:
    assert event(one(exchange("ITI-42", SUBMISSION, outcome="Fault", status=500, fault="internal error")))[-1] == "8"


def test_a_query_names_the_patient_and_holds_the_query() -> None:
    message = one(exchange("ITI-18", FIND))
    assert event(message) == ("110112", "ITI-18", "E", "0")
    assert objects(message) == [
        ("1", "1", "2", PATIENT),
        ("2", "24", "ITI-18", "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"),
    ]
    query = etree.fromstring(b64decode(message.findtext(".//ParticipantObjectQuery") or ""))
    assert query.tag == f"{{{QUERY}}}AdhocQueryRequest"
    assert details(message) == {"QueryEncoding": "UTF-8", "urn:ihe:iti:xca:2010:homeCommunityId": "urn:oid:2.999.8"}


def test_a_query_by_id_names_the_patients_whose_objects_it_showed() -> None:
    query = FIND.replace("$XDSDocumentEntryPatientId", "$XDSDocumentEntryEntryUUID")
    message = one(exchange("ITI-18", query, audit={"patient_ids": (PATIENT,)}))
    assert objects(message)[0] == ("1", "1", "2", PATIENT)


def test_a_query_that_fills_the_journal_is_told_by_its_size() -> None:
    query = FIND.replace("<query:ResponseOption/>", f"<!--{'x' * LONGEST_QUERY}-->")
    message = one(exchange("ITI-18", query))
    assert message.findtext(".//ParticipantObjectQuery") == ""
    assert int(details(message)["QuerySize"]) > LONGEST_QUERY


def test_a_retrieval_is_an_export_from_here_to_the_caller() -> None:
    message = one(exchange("ITI-43", retrieval("1.2"), audit={"documents": ("1.2",)}))
    assert event(message) == ("110106", "ITI-43", "R", "0")
    assert objects(message) == [("2", "3", "9", "1.2")]
    assert details(message) == {"Repository Unique ID": "2.999.9", "ihe:homeCommunityID": "urn:oid:2.999.8"}
    assert participants(message) == [
        ("110153", "https://here.example/repository", "false"),
        ("110152", "http://www.w3.org/2005/08/addressing/anonymous", "true"),
    ]


def test_documents_that_were_not_given_out_have_a_record_of_their_own() -> None:
    good, bad = audited(
        exchange(
            "ITI-43",
            retrieval("1.2", "1.3"),
            outcome="PartialSuccess",
            error_codes=("XDSDocumentUniqueIdError",),
            audit={"documents": ("1.2",)},
        )
    )
    assert (event(good)[-1], objects(good)[0][3]) == ("0", "1.2")
    assert (event(bad)[-1], objects(bad)[0][3]) == ("4", "1.3")


def test_documents_are_named_even_when_the_caller_hung_up_before_the_end() -> None:
    message = one(
        exchange(
            "ITI-43", retrieval("1.2"), outcome="Fault", fault="the connection was lost", audit={"documents": ("1.2",)}
        )
    )
    assert (event(message)[-1], objects(message)[0][3]) == ("4", "1.2")


def test_many_documents_make_several_records_and_each_document_stands_in_one() -> None:
    unique_ids = [f"1.{number}" for number in range(2 * MOST_DOCUMENTS + 1)]
    messages = audited(exchange("ITI-43", retrieval(*unique_ids), audit={"documents": tuple(unique_ids)}))
    assert [len(objects(message)) for message in messages] == [MOST_DOCUMENTS, MOST_DOCUMENTS, 1]
    assert [each[3] for message in messages for each in objects(message)] == unique_ids


@pytest.mark.parametrize(("interaction", "action"), [("PRPA_IN201301UV02", "C"), ("PRPA_IN201302UV02", "U")])
def test_the_identity_feed_is_a_patient_record(interaction: str, action: str) -> None:
    message = one(exchange("ITI-44", feed(interaction)))
    assert event(message) == ("110110", "ITI-44", action, "0")
    assert objects(message) == [("1", "1", "2", "stays^^^&2.999.7&ISO")]
    assert details(message) == {"II": "2.999.1^m1"}


def test_a_merge_is_two_records() -> None:
    gone, kept = audited(exchange("ITI-44", feed("PRPA_IN201304UV02")))
    assert (event(gone)[2], objects(gone)[0][3]) == ("D", "goes^^^&2.999.7&ISO")
    assert (event(kept)[2], objects(kept)[0][3]) == ("U", "stays^^^&2.999.7&ISO")


def test_an_hl7_v2_message_names_facilities_applications_and_its_control_id() -> None:
    told = {
        "sender": ("APP", "FAC"),
        "receiver": ("REG", "HOSP"),
        "trigger": "A08",
        "control_id": "MSG-1",
        "patient_ids": (PATIENT,),
        "subsumed": (),
    }
    message = one(exchange("ITI-8", None, service="mllp", audit=told))
    assert event(message) == ("110110", "ITI-8", "U", "0")
    assert [user for _, user, _ in participants(message)] == ["FAC|APP", "HOSP|REG"]
    assert details(message) == {"MSH-10": "MSG-1"}


CALLER = Caller(
    name="899700012345",
    issuer="CN=Hospital",
    full_name="Jeanne Dupont",
    roles=(Coded("10", "1.2.250.1.71.1.2.7", "Médecin"),),
    organisation="499900063480001",
    organisation_name="Hôpital Libre",
    purposes_of_use=(Coded("normal", "1.2.250.1.213.1.1.4.248", "Accès normal"),),
    patient_id=PATIENT,
    assertion_id="_a1",
    signer=b"certificate",
)


def test_who_calls_for_whom_in_which_role_and_why_stands_in_the_record() -> None:
    message = one(exchange("ITI-43", retrieval("1.2"), caller=CALLER, audit={"documents": ("1.2",)}))
    purpose = message.find(".//PurposeOfUse")
    assert purpose is not None
    assert (purpose.get("csd-code"), purpose.get("originalText")) == ("normal", "Accès normal")
    _, human, _ = message.iter("ActiveParticipant")
    assert (human.get("UserID"), human.get("UserName")) == ("899700012345", "<899700012345@CN=Hospital>")
    assert human[0].get("originalText") == "Médecin"
    assert objects(message) == [
        ("1", "1", "2", PATIENT),
        ("2", "3", "9", "1.2"),
        ("3", "15", "11", "499900063480001"),
        ("2", "13", "12", "_a1"),
    ]


def test_a_caller_that_is_refused_is_a_failed_login_with_the_whole_truth() -> None:
    refused = Refused("wsse:InvalidSecurity", "not accepted", reason="assertion expired at 10:00", claimed=CALLER)
    fault = fault_of(refused, refused.claimed, explain=False)
    message = one(
        exchange("ITI-41", SUBMISSION, outcome="Fault", fault=fault.reason, subcodes=fault.subcodes, audit=fault.audit)
    )
    assert event(message) == ("110114", "110122", "ITI-41", "E", "4")
    assert message.findtext(".//EventOutcomeDescription") == "not believed: assertion expired at 10:00"
    assert objects(message)[0] == ("1", "1", "2", PATIENT)
    assert "899700012345" in {user for _, user, _ in participants(message)}
    assert "assertion expired" not in fault.reason


def test_what_was_no_transaction_leaves_no_record() -> None:
    assert audited(exchange("", None, outcome="Fault", status=405)) == []


def test_the_machine_is_named_by_its_certificate(authority: Authority) -> None:
    certificate = authority.server.certificate
    peer = Peer("10.0.0.9", certificate.public_bytes(Encoding.DER))
    message = one(replace(exchange("ITI-41", SUBMISSION), peer=peer))
    assert message[1].get("UserName") == certificate.subject.rfc4514_string()


def test_a_certificate_that_cannot_be_read_is_named_by_its_fingerprint() -> None:
    message = one(exchange("ITI-41", SUBMISSION, peer=Peer("10.0.0.9", b"rubbish")))
    assert (message[1].get("UserName") or "").startswith("sha256:")


def test_a_refused_handshake_is_a_security_alert() -> None:
    message = etree.fromstring(write(node_refused("10.0.0.9", "expired: on 1 March", None, HERE), AuditSource("R")))
    assert event(message) == ("110113", "110126", "E", "4")
    assert message.findtext(".//EventOutcomeDescription") == "expired: on 1 March"


def test_start_and_stop_are_application_activity() -> None:
    started, stopped = (
        etree.fromstring(write(each(HERE), AuditSource("R"))) for each in (application_started, application_stopped)
    )
    assert event(started) == ("110100", "110120", "E", "0")
    assert event(stopped) == ("110100", "110121", "E", "0")
