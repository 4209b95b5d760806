"""zeep, which shares no code with us, loads both WSDLs and performs all four transactions."""

import base64
import uuid
from typing import Any

import pytest
from lxml import etree
from zeep import Client, Plugin
from zeep.transports import Transport

RIM = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
XOP = "http://www.w3.org/2004/08/xop/include"
WSA = "http://www.w3.org/2005/08/addressing"
SOAP = "http://www.w3.org/2003/05/soap-envelope"
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
CONTENT = b"%PDF-1.7 pas vraiment\r\n\x00\x01\x02\r\n--\xff" * 50


class MtomTransport(Transport):  # type: ignore[misc]
    """zeep reads XOP but does not write it: this one takes the marked base64 texts out into parts."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: dict[str, bytes] = {}

    def attach(self, data: bytes) -> bytes:
        token = uuid.uuid4().bytes
        self.waiting[base64.b64encode(token).decode()] = data
        return token

    def post_xml(self, address: str, envelope: etree._Element, headers: dict[str, str]) -> Any:
        parts = []
        for element in envelope.iter():
            data = self.waiting.pop((element.text or "").strip(), None)
            if data is not None:
                element.text = None
                etree.SubElement(element, f"{{{XOP}}}Include", href=f"cid:part-{len(parts)}@zeep")
                parts.append(data)
        pieces = [
            b'--zeep\r\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\n'
            b"Content-Transfer-Encoding: binary\r\nContent-ID: <root@zeep>\r\n\r\n" + etree.tostring(envelope)
        ]
        for number, data in enumerate(parts):
            pieces.append(
                f"\r\n--zeep\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n"
                f"Content-ID: <part-{number}@zeep>\r\n\r\n".encode()
                + data
            )
        content_type = (
            'multipart/related; type="application/xop+xml"; start="<root@zeep>"; '
            'start-info="application/soap+xml"; boundary="zeep"'
        )
        return self.post(address, b"".join(pieces) + b"\r\n--zeep--\r\n", {"Content-Type": content_type})


class MustUnderstandAction(Plugin):  # type: ignore[misc]
    """IHE wants wsa:Action marked mustUnderstand; zeep adds the headers without the mark."""

    def egress(self, envelope: Any, http_headers: Any, operation: Any, binding_options: Any) -> tuple[Any, Any]:
        action = envelope.find(f".//{{{WSA}}}Action")
        assert action is not None, "zeep takes wsa:Action from the WSDL (wsam:Action)"
        action.set(f"{{{SOAP}}}mustUnderstand", "1")
        return envelope, http_headers


def submit_objects(base: str, patient: str, with_repository: str | None) -> etree._Element:
    """A RegistryObjectList made from the wire fixture of SoapUI, with ids of its own."""
    from pathlib import Path

    raw = (Path(__file__).parent / "stacks" / "soapui-iti-41.http").read_bytes()
    envelope = raw[raw.index(b"<soap:Envelope") : raw.index(b"</soap:Envelope>") + len(b"</soap:Envelope>")]
    text = envelope.decode().replace("2.999.40.5", base).replace("SOAPUI-1", patient)
    objects = etree.fromstring(text).find(f".//{{{RIM}}}RegistryObjectList")
    assert objects is not None
    if with_repository:
        entry = objects.find(f"{{{RIM}}}ExtrinsicObject")
        assert entry is not None
        slots = {"repositoryUniqueId": with_repository, "size": "12", "hash": "ab" * 20}
        for name, value in slots.items():
            slot = etree.fromstring(
                f'<Slot xmlns="{RIM}" name="{name}"><ValueList><Value>{value}</Value></ValueList></Slot>'
            )
            entry.insert(0, slot)
    return objects


def as_zeep(client: Any, objects: etree._Element) -> Any:
    """The list as zeep's own values, which it then writes again by the schema it loaded from the server."""
    return client.get_element(f"{{{RIM}}}RegistryObjectList").parse(objects, client.wsdl.types)


def find_documents(patient: str) -> dict[str, Any]:
    def slot(name: str, value: str) -> dict[str, Any]:
        return {"name": name, "ValueList": {"Value": [value]}}

    return {
        "id": "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d",
        "Slot": [
            slot("$XDSDocumentEntryPatientId", f"'{patient}^^^&2.999.20&ISO'"),
            slot("$XDSDocumentEntryStatus", "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')"),
        ],
    }


@pytest.fixture(scope="module")
def registry(carnet: Any) -> Any:
    return Client(carnet.registry + "?wsdl", plugins=[MustUnderstandAction()])


@pytest.fixture(scope="module")
def repository(carnet: Any) -> Any:
    return Client(carnet.repository + "?wsdl", transport=MtomTransport(), plugins=[MustUnderstandAction()])


def operations(client: Any) -> set[str]:
    return {
        name for port in client.wsdl.services.values() for p in port.ports.values() for name in p.binding._operations
    }


def call(client: Any, name: str, **arguments: Any) -> Any:
    return getattr(client.service, name)(**arguments)


def test_zeep_lists_the_operations_by_their_ihe_names(registry: Any, repository: Any) -> None:
    assert {"DocumentRegistry_RegisterDocumentSet-b", "DocumentRegistry_RegistryStoredQuery"} <= operations(registry)
    assert operations(repository) == {
        "DocumentRepository_ProvideAndRegisterDocumentSet-b",
        "DocumentRepository_RetrieveDocumentSet",
    }


def test_zeep_registers_and_finds(carnet: Any, registry: Any) -> None:
    objects = submit_objects("2.999.41.1", "ZEEP-1", carnet.repository_unique_id)
    answer = call(registry, "DocumentRegistry_RegisterDocumentSet-b", RegistryObjectList=as_zeep(registry, objects))
    assert answer.status == SUCCESS, answer
    found = call(
        registry,
        "DocumentRegistry_RegistryStoredQuery",
        ResponseOption={"returnType": "ObjectRef", "returnComposedObjects": True},
        AdhocQuery=find_documents("ZEEP-1"),
    )
    assert found.status == SUCCESS, found
    assert found.RegistryObjectList is not None


def test_zeep_provides_and_retrieves_over_mtom(carnet: Any, repository: Any) -> None:
    objects = submit_objects("2.999.41.2", "ZEEP-2", None)
    answer = call(
        repository,
        "DocumentRepository_ProvideAndRegisterDocumentSet-b",
        SubmitObjectsRequest={"RegistryObjectList": as_zeep(repository, objects)},
        Document=[{"id": "Document1", "_value_1": repository.transport.attach(CONTENT)}],
    )
    assert answer.status == SUCCESS, answer
    unique_id = "2.999.41.2.1.1"
    retrieved = call(
        repository,
        "DocumentRepository_RetrieveDocumentSet",
        DocumentRequest=[{"RepositoryUniqueId": carnet.repository_unique_id, "DocumentUniqueId": unique_id}],
    )
    assert retrieved.RegistryResponse.status == SUCCESS, retrieved
    (document,) = retrieved.DocumentResponse
    assert document.DocumentUniqueId == unique_id
    assert document.mimeType == "text/plain"
    assert document.Document == CONTENT
