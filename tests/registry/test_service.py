"""The registry's operations behind SOAP: what happens to bodies that break their schema, and to trouble."""

import sqlite3
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import pytest
from lxml import etree

import schemas
from metadata.affinity import AffinityDomain
from metadata.ebrim import submit_objects_request
from metadata.storedqueries import adhoc_query_request
from metadata.vocabulary import APPROVED, HL7V3
from registry import tables
from registry.queries import Queries
from registry.registry import Registry
from registry.service import operations
from soap.message import Exchange
from soap.service import service
from storage import Database

PATIENT = "279063522032977^^^&1.2.250.1.213.1.4.8&ISO"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
REGISTER = "urn:ihe:iti:2007:RegisterDocumentSet-b"
QUERY = "urn:ihe:iti:2007:RegistryStoredQuery"
DEVICE = '<device classCode="DEV" determinerCode="INSTANCE"><id root="{}"/></device>'

Post = Callable[[str, bytes], etree._Element]


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def post(registry: Registry, exchanges: list[Exchange]) -> Post:
    """Sends a body with its Action; gives the body of the answer, which its schema has accepted."""
    app = service(
        "registry",
        operations(registry, Queries(registry.database, AffinityDomain.open())),
        finished=exchanges.append,
    )

    def send(action: str, body: bytes) -> etree._Element:
        envelope = (
            f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="{WSA}"><s:Header><a:Action s:mustUnderstand="1">{action}</a:Action>'
            f"<a:MessageID>urn:uuid:0fbfdced-6c01-4d09-a110-2201afedaa02</a:MessageID></s:Header><s:Body>"
        ).encode()
        data = envelope + body + b"</s:Body></s:Envelope>"
        environ = {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": "application/soap+xml; charset=UTF-8",
            "CONTENT_LENGTH": str(len(data)),
            "wsgi.input": BytesIO(data),
        }
        answered: list[str] = []

        def start_response(status: str, _headers: object) -> None:
            answered.append(status)

        content = b"".join(app(environ, start_response))
        assert answered == ["200 OK"], content
        body_element = etree.fromstring(content).find(f"{{{SOAP}}}Body")
        assert body_element is not None
        schemas.schema(str(body_element[0].tag)).assertValid(body_element[0])
        return body_element[0]

    return send


def errors(response: etree._Element) -> list[Mapping[str, str]]:
    return [dict(e.attrib) for e in response.iter("{*}RegistryError")]  # type: ignore[arg-type]


def test_a_submission_is_registered_and_found_again(
    post: Post, make: Any, registry: Registry, exchanges: list[Exchange]
) -> None:
    registry.patients.announce(PATIENT)
    response = post(REGISTER, submit_objects_request(make.submission(make.entry())))
    assert response.get("status", "").endswith(":Success"), errors(response)
    parameters = {"XDSDocumentEntryPatientId": PATIENT, "XDSDocumentEntryStatus": [APPROVED]}
    response = post(QUERY, adhoc_query_request("FindDocuments", parameters))
    assert len(response.findall(".//{*}ExtrinsicObject")) == 1
    assert [(e.transaction, e.outcome) for e in exchanges] == [("ITI-42", "Success"), ("ITI-18", "Success")]
    assert exchanges[0].notes == {"RegistryPackages": 1, "ExtrinsicObjects": 1, "Associations": 1}
    assert exchanges[1].notes == {"query": "FindDocuments", "return_type": "LeafClass", "entries": 1}


def test_a_broken_rule_is_a_failure_with_its_code(post: Post, make: Any, exchanges: list[Exchange]) -> None:
    response = post(REGISTER, submit_objects_request(make.submission(make.entry(hash="abc"))))
    assert response.get("status", "").endswith(":Failure")
    assert {e["errorCode"] for e in errors(response)} == {"XDSRegistryMetadataError"}
    assert (exchanges[0].outcome, exchanges[0].error_codes) == ("Failure", ("XDSRegistryMetadataError",))


def test_a_submission_that_breaks_its_schema_is_a_metadata_error_with_the_place(post: Post, make: Any) -> None:
    body = submit_objects_request(make.submission(make.entry())).replace(b"<rim:ValueList>", b"<rim:Values>", 1)
    response = post(REGISTER, body.replace(b"</rim:ValueList>", b"</rim:Values>", 1))
    (error,) = errors(response)
    assert error["errorCode"] == "XDSRegistryMetadataError"
    assert "[xml.schema, " in error["codeContext"]
    assert "SubmitObjectsRequest" in error["location"]


def test_a_query_that_breaks_its_schema_is_a_registry_error(post: Post) -> None:
    body = adhoc_query_request("GetAssociations", {"uuid": ["urn:uuid:00000000-0000-4000-8000-000000000000"]})
    response = post(QUERY, body.replace(b'returnType="LeafClass"', b'returnType="Everything"'))
    (error,) = errors(response)
    assert error["errorCode"] == "XDSRegistryError"
    assert "[xml.schema, " in error["codeContext"]
    assert "ResponseOption" in error["location"]


@pytest.mark.parametrize("action", [REGISTER, QUERY])
def test_without_its_tables_the_registry_says_nothing_of_its_inside(
    post: Post, make: Any, registry: Registry, action: str
) -> None:
    registry.database.write(lambda c: tables.metadata.drop_all(c))
    body = submit_objects_request(make.submission(make.entry()))
    if action == QUERY:
        body = adhoc_query_request("GetFolders", {"XDSFolderUniqueId": ["1.2.3"]})
    (error,) = errors(post(action, body))
    assert (error["errorCode"], error["codeContext"]) == ("XDSRegistryError", "internal error of the registry")


def test_a_registry_that_another_process_holds_too_long_is_busy(
    post: Post, make: Any, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.retry.TRIES", 1)
    if not registry.database.is_sqlite:
        pytest.skip("only SQLite has one writer")
    registry.database.write(lambda c: c.exec_driver_sql("PRAGMA busy_timeout=1"))
    other = sqlite3.connect(str(registry.database.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    (error,) = errors(post(REGISTER, submit_objects_request(make.submission(make.entry()))))
    other.close()
    assert error["errorCode"] == "XDSRegistryBusy"


def person(interaction: str, *identifiers: tuple[str, str], prior: tuple[str, str] | None = None) -> bytes:
    """An HL7 V3 message about one patient."""
    ids = "".join(f'<id root="{root}" extension="{extension}"/>' for root, extension in identifiers)
    replaced = ""
    if prior is not None:
        replaced = (
            '<replacementOf typeCode="RPLC"><priorRegistration classCode="REG" moodCode="EVN"><subject1 typeCode="SBJ">'
            f'<priorRegisteredRole classCode="PAT"><id root="{prior[0]}" extension="{prior[1]}"/></priorRegisteredRole>'
            "</subject1></priorRegistration></replacementOf>"
        )
    return (
        f'<{interaction} xmlns="{HL7V3}" ITSVersion="XML_1.0"><id root="1.2.250.1.999.8" extension="77"/>'
        f'<creationTime value="20260305"/><interactionId root="2.16.840.1.113883.1.6" extension="{interaction}"/>'
        '<processingCode code="P"/><processingModeCode code="T"/><acceptAckCode code="AL"/>'
        f'<receiver typeCode="RCV">{DEVICE.format("1.2.3.1")}</receiver>'
        f'<sender typeCode="SND">{DEVICE.format("1.2.3.2")}</sender>'
        '<controlActProcess classCode="CACT" moodCode="EVN"><subject typeCode="SUBJ">'
        '<registrationEvent classCode="REG" moodCode="EVN"><statusCode code="active"/>'
        f'<subject1 typeCode="SBJ"><patient classCode="PAT">{ids}<statusCode code="active"/></patient></subject1>'
        f"{replaced}</registrationEvent></subject></controlActProcess></{interaction}>"
    ).encode()


def feed(post: Post, interaction: str, body: bytes) -> tuple[str, etree._Element]:
    answer = post(f"{HL7V3}:{interaction}", body)
    assert etree.QName(answer).localname == "MCCI_IN000002UV01"
    return str(answer.xpath("string(//*[local-name()='typeCode']/@code)")), answer


OID = "1.2.250.1.213.1.4.8"
ADDED, REVISED, RESOLVED = "PRPA_IN201301UV02", "PRPA_IN201302UV02", "PRPA_IN201304UV02"


@pytest.fixture
def registry(database: Database) -> Registry:
    return Registry(database, AffinityDomain(patient_authorities=frozenset({OID})), patients="feed")


@pytest.mark.parametrize("interaction", [ADDED, REVISED])
def test_a_patient_of_an_hl7_v3_message_may_be_submitted_for(post: Post, make: Any, interaction: str) -> None:
    submission = submit_objects_request(make.submission(make.entry()))
    assert {e["errorCode"] for e in errors(post(REGISTER, submission))} == {"XDSUnknownPatientId"}
    code, _ = feed(post, interaction, person(interaction, ("1.2.3", "other"), (OID, "279063522032977")))
    assert code == "CA"
    assert not errors(post(REGISTER, submission))


def test_the_acknowledgement_names_the_message_and_swaps_the_devices(post: Post) -> None:
    _, ack = feed(post, ADDED, person(ADDED, (OID, "1")))

    def value(path: str) -> str:
        return str(ack.xpath(f"string({path})", namespaces={"v3": HL7V3}))

    assert value("v3:acknowledgement/v3:targetMessage/v3:id/@extension") == "77"
    assert value("v3:receiver/v3:device/v3:id/@root") == "1.2.3.2"
    assert value("v3:sender/v3:device/v3:id/@root") == "1.2.3.1"
    assert value("v3:interactionId/@extension") == "MCCI_IN000002UV01"


def test_duplicates_are_resolved_into_the_surviving_id(post: Post) -> None:
    for patient_id in ("1", "2"):
        feed(post, ADDED, person(ADDED, (OID, patient_id)))
    merge = person(RESOLVED, (OID, "1"), prior=(OID, "2"))
    assert feed(post, RESOLVED, merge)[0] == "CA"
    code, ack = feed(post, RESOLVED, merge)
    assert code == "CE"
    assert "already merged" in str(ack.xpath("string(//*[local-name()='acknowledgementDetail'])"))


@pytest.mark.parametrize(
    "body",
    [
        person(RESOLVED, (OID, "1")),
        person(RESOLVED, prior=(OID, "1")),
        person(RESOLVED, (OID, "1"), prior=(OID, "nobody")),
        person(RESOLVED, (OID, "1"), prior=("1.2.3", "2")),
    ],
)
def test_a_merge_that_cannot_be_is_refused(post: Post, body: bytes) -> None:
    feed(post, ADDED, person(ADDED, (OID, "1")))
    assert feed(post, RESOLVED, body)[0] == "CE"


@pytest.mark.parametrize("role", ["asOtherIDs", "asCitizen"])
def test_the_id_of_the_domain_may_be_that_of_another_role(post: Post, make: Any, role: str) -> None:
    """The ids of all roles of a person are ids of the patient. # ITI TF-2 E.2"""
    held = f'<patientPerson><{role}><id root="{OID}" extension="279063522032977"/></{role}></patientPerson>'
    elsewhere = person(ADDED, ("1.2.3", "other"))
    assert feed(post, ADDED, elsewhere.replace(b"</patient>", held.encode() + b"</patient>"))[0] == "CA"
    assert not errors(post(REGISTER, submit_objects_request(make.submission(make.entry()))))


def test_devices_are_named_by_their_oid_alone(post: Post) -> None:
    told = person(ADDED, (OID, "1")).replace(b'<id root="1.2.3.2"', b'<id root="1.2.3.2" extension="PAS"')
    _, ack = feed(post, ADDED, told)
    assert ack.xpath("//*[local-name()='device']/*[local-name()='id']/@root") == ["1.2.3.2", "1.2.3.1"]
    assert not ack.xpath("//*[local-name()='device']/*[local-name()='id']/@extension")


def test_a_merge_makes_its_survivor_known(post: Post, make: Any) -> None:
    """ITI-44 asks that the subsumed patient be known, and does not ask it of the other. # ITI TF-2 3.44.4.2.4"""
    feed(post, ADDED, person(ADDED, (OID, "2")))
    assert feed(post, RESOLVED, person(RESOLVED, (OID, "279063522032977"), prior=(OID, "2")))[0] == "CA"
    assert not errors(post(REGISTER, submit_objects_request(make.submission(make.entry()))))


def test_a_merge_that_is_refused_makes_nobody_known(post: Post, make: Any) -> None:
    assert feed(post, RESOLVED, person(RESOLVED, (OID, "279063522032977"), prior=(OID, "nobody")))[0] == "CE"
    refused = errors(post(REGISTER, submit_objects_request(make.submission(make.entry()))))
    assert {e["errorCode"] for e in refused} == {"XDSUnknownPatientId"}


def test_a_message_about_nobody_is_refused(post: Post) -> None:
    assert feed(post, ADDED, person(ADDED))[0] == "CE"
