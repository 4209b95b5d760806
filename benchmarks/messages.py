"""The messages of the measurements: one realistic French entry, with ids that differ from message to message."""

import itertools
import re
import time
from collections.abc import Callable
from dataclasses import replace

from metadata import vocabulary as v
from metadata.ebrim import submit_objects_request
from metadata.model import Association, Author, Code, DocumentEntry, SubmissionSet, XdsObject
from metadata.translate import to_ebrim

PATIENT = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO"
_UNIQUE = f"1.2.250.1.999.1.1.7898.{int(time.time())}.{{}}"
"""uniqueIds differ from run to run, so that a store may be used again."""
_serial = itertools.count(1)

_SOAP = (
    '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:wsa="http://www.w3.org/2005/08/addressing"><soap:Header>'
    '<wsa:Action soap:mustUnderstand="true">{action}</wsa:Action>'
    "<wsa:MessageID>urn:uuid:6d296e90-e5dc-43d0-b455-7c1f3eb35d83</wsa:MessageID>"
    "<wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>"
    "<wsa:To>http://localhost/</wsa:To></soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
)
SIMPLE = "application/soap+xml; charset=UTF-8"
BOUNDARY = "uuid:0ca0e16e-feb1-426c-97d8-c4508ada5e82"
MTOM = (
    f'multipart/related; type="application/xop+xml"; boundary="{BOUNDARY}"; start="<root@bench>"; '
    'start-info="application/soap+xml"'
)


def patient(number: int) -> str:
    """The CX of the n-th patient."""
    return f"{100000000000000 + number}^^^&1.2.250.1.213.1.4.10&ISO"


def entry(unique_id: str, patient_id: str, repository: str | None) -> DocumentEntry:
    """A discharge letter as a French hospital describes it; without hash and size when `repository` is None."""
    author = Author(
        person="801234534765^DUPONT^Camille^^^Dr^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS",
        institutions=("Centre hospitalier de Saint-Aubin^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1750000125",),
        roles=("Médecin responsable du patient",),
        specialties=("G15_10/SM26^Médecin - Qualifié en médecine générale (SM)^1.2.250.1.213.1.1.4.5",),
    )
    return DocumentEntry(
        entry_uuid="Document01",
        unique_id=unique_id,
        patient_id=patient_id,
        mime_type="text/xml",
        class_code=Code("10", "1.2.250.1.213.1.1.4.1", "Compte rendu"),
        type_code=Code("11490-0", "2.16.840.1.113883.6.1", "Lettre de liaison à la sortie"),
        format_code=Code("urn:ihe:pcc:ls:2022", "1.3.6.1.4.1.19376.1.2.3", "Lettre de liaison"),
        healthcare_facility_type_code=Code("SA01", "1.2.250.1.71.4.2.4", "Établissement public de santé"),
        practice_setting_code=Code("ETABLISSEMENT", "1.2.250.1.213.1.1.4.9", "Établissement de santé"),
        confidentiality_codes=(Code("N", "2.16.840.1.113883.5.25", "Normal"),),
        event_codes=(Code("HBLD036", "1.2.250.1.213.2.5", "Acte"), Code("E11.9", "2.16.840.1.113883.6.3", "Diabète")),
        authors=(author,),
        legal_authenticator=author.person,
        title="Lettre de liaison à la sortie",
        comments="Hospitalisation du 2 au 6 novembre",
        creation_time="20261106143000",
        service_start_time="20261102080000",
        service_stop_time="20261106120000",
        language_code="fr-FR",
        hash="2fd4e1c67a2d28fced849ee1bb76e7391b93eb12" if repository else None,
        size="10240" if repository else None,
        repository_unique_id=repository,
        source_patient_id="1234567890121^^^&1.2.250.1.999.2&ISO",
        source_patient_info=("PID-5|PAT-TROIS^DOMINIQUE^^^^^L", "PID-7|19790328", "PID-8|F"),
    )


def submission(unique_id: str, patient_id: str, repository: str | None) -> list[XdsObject]:
    """One SubmissionSet with one entry."""
    document = entry(unique_id + ".1", patient_id, repository)
    submission_set = SubmissionSet(
        entry_uuid="SubmissionSet01",
        unique_id=unique_id + ".2",
        patient_id=patient_id,
        source_id="1.2.250.1.999.1.1.7898",
        submission_time="20261120101500",
        content_type_code=Code("03", "1.2.250.1.213.2.2", "Hospitalisation complète"),
        authors=document.authors,
        title="Sortie d'hospitalisation",
    )
    member = Association("Association01", v.HAS_MEMBER, "SubmissionSet01", "Document01", "Original")
    return [document, submission_set, member]


def _factory(template: bytes, unique_id: str) -> Callable[[str], bytes]:
    """A maker of messages that differ by uniqueId and patient only; replacing text costs a few microseconds."""

    def make(patient_id: str) -> bytes:
        fresh = _UNIQUE.format(next(_serial))
        return template.replace(unique_id.encode(), fresh.encode()).replace(
            PATIENT.replace("&", "&amp;").encode(), patient_id.replace("&", "&amp;").encode()
        )

    return make


def register(repository: str) -> Callable[[str], bytes]:
    """Maker of ITI-42 envelopes for a patient."""
    unique_id = _UNIQUE.format("template")
    body = submit_objects_request([to_ebrim(o) for o in submission(unique_id, PATIENT, repository)]).decode()
    return _factory(_SOAP.format(action="urn:ihe:iti:2007:RegisterDocumentSet-b", body=body).encode(), unique_id)


def provide() -> Callable[[str], tuple[bytes, bytes]]:
    """Maker of what stands before and after the document in an ITI-41 message."""
    unique_id = _UNIQUE.format("template")
    submit = submit_objects_request([to_ebrim(o) for o in submission(unique_id, PATIENT, None)]).decode()
    body = (
        f'<xds:ProvideAndRegisterDocumentSetRequest xmlns:xds="{v.XDS}">{submit}<xds:Document id="Document01">'
        '<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:document@bench"/>'
        "</xds:Document></xds:ProvideAndRegisterDocumentSetRequest>"
    )
    root = _SOAP.format(action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b", body=body)
    before = (
        f"--{BOUNDARY}\r\n"
        'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\n'
        f"Content-Transfer-Encoding: binary\r\nContent-ID: <root@bench>\r\n\r\n{root}\r\n--{BOUNDARY}\r\n"
        "Content-Type: text/xml\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <document@bench>\r\n\r\n"
    ).encode()
    make = _factory(before, unique_id)
    after = f"\r\n--{BOUNDARY}--\r\n".encode()
    return lambda patient_id: (make(patient_id), after)


def find_documents(patient_id: str, return_type: str) -> bytes:
    """An ITI-18 FindDocuments envelope."""
    escaped = patient_id.replace("&", "&amp;")
    body = (
        f'<query:AdhocQueryRequest xmlns:query="{v.QUERY}" xmlns:rim="{v.RIM}">'
        f'<query:ResponseOption returnComposedObjects="true" returnType="{return_type}"/>'
        '<rim:AdhocQuery id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d">'
        f"<rim:Slot name=\"$XDSDocumentEntryPatientId\"><rim:ValueList><rim:Value>'{escaped}'</rim:Value>"
        '</rim:ValueList></rim:Slot><rim:Slot name="$XDSDocumentEntryStatus"><rim:ValueList>'
        f"<rim:Value>('{v.APPROVED}')</rim:Value></rim:ValueList></rim:Slot></rim:AdhocQuery>"
        "</query:AdhocQueryRequest>"
    )
    return _SOAP.format(action="urn:ihe:iti:2007:RegistryStoredQuery", body=body).encode()


def retrieve(repository: str, unique_id: str) -> bytes:
    """An ITI-43 root part for one document."""
    body = (
        f'<xds:RetrieveDocumentSetRequest xmlns:xds="{v.XDS}"><xds:DocumentRequest>'
        f"<xds:RepositoryUniqueId>{repository}</xds:RepositoryUniqueId>"
        f"<xds:DocumentUniqueId>{unique_id}</xds:DocumentUniqueId>"
        "</xds:DocumentRequest></xds:RetrieveDocumentSetRequest>"
    )
    root = _SOAP.format(action="urn:ihe:iti:2007:RetrieveDocumentSet", body=body)
    return (
        f"--{BOUNDARY}\r\n"
        'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\n'
        f"Content-Transfer-Encoding: binary\r\nContent-ID: <root@bench>\r\n\r\n{root}\r\n--{BOUNDARY}--\r\n"
    ).encode()


def many(objects: int, patient_id: str, repository: str) -> list[XdsObject]:
    """One SubmissionSet with `objects` entries, ids fresh."""
    base = _UNIQUE.format(next(_serial))
    document, submission_set, member = submission(base, patient_id, repository)
    assert isinstance(document, DocumentEntry)
    assert isinstance(member, Association)
    result: list[XdsObject] = [submission_set]
    for number in range(objects):
        symbol = f"Document{number}"
        result.append(replace(document, entry_uuid=symbol, unique_id=f"{base}.1.{number}"))
        result.append(replace(member, entry_uuid=f"Association{number}", target=symbol))
    return result


def register_many(entries: int, patient_id: str, repository: str) -> bytes:
    """An ITI-42 envelope with `entries` entries."""
    body = submit_objects_request([to_ebrim(o) for o in many(entries, patient_id, repository)]).decode()
    return _SOAP.format(action="urn:ihe:iti:2007:RegisterDocumentSet-b", body=body).encode()


def document_id(before: bytes) -> str:
    """The uniqueId of the document in a message of `provide`."""
    found = re.search(rb'value="([0-9.]+\.1)"', before)
    assert found is not None
    return found[1].decode()
