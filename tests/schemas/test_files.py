import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import zeep
from lxml import etree

import schemas

SERVICES = {"registry": "DocumentRegistry", "repository": "DocumentRepository"}

REGISTRY_OPERATIONS = {
    "DocumentRegistry_RegisterDocumentSet-b": "urn:ihe:iti:2007:RegisterDocumentSet-b",
    "DocumentRegistry_RegistryStoredQuery": "urn:ihe:iti:2007:RegistryStoredQuery",
    "DocumentRegistry_PRPA_IN201301UV02": "urn:hl7-org:v3:PRPA_IN201301UV02",
    "DocumentRegistry_PRPA_IN201302UV02": "urn:hl7-org:v3:PRPA_IN201302UV02",
    "DocumentRegistry_PRPA_IN201304UV02": "urn:hl7-org:v3:PRPA_IN201304UV02",
}
REPOSITORY_OPERATIONS = {
    "DocumentRepository_ProvideAndRegisterDocumentSet-b": "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
    "DocumentRepository_RetrieveDocumentSet": "urn:ihe:iti:2007:RetrieveDocumentSet",
}


class Files(BaseHTTPRequestHandler):
    """Gives the files out as the services do."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        address = f"http://{self.headers['Host']}{url.path}"
        asked = parse_qs(url.query, keep_blank_values=True)
        try:
            body = schemas.xsd(asked["xsd"][0]) if "xsd" in asked else schemas.wsdl(SERVICES[url.path[1:]], address)
        except LookupError:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def operations(client: zeep.Client) -> dict[str, str]:
    [service] = client.wsdl.services.values()
    [port] = service.ports.values()
    return {name: operation.soapaction for name, operation in port.binding._operations.items()}


@pytest.mark.parametrize(
    ("service", "expected"), [("registry", REGISTRY_OPERATIONS), ("repository", REPOSITORY_OPERATIONS)]
)
def test_zeep_loads_a_served_wsdl_and_finds_the_operations_of_ihe(
    host: str, service: str, expected: dict[str, str]
) -> None:
    client = zeep.Client(f"{host}/{service}?wsdl")
    assert operations(client) == expected
    assert client.service._binding_options["address"] == f"{host}/{service}"


def test_names_of_the_wsdl_follow_appendix_v(host: str) -> None:
    client = zeep.Client(f"{host}/registry?wsdl")
    xds = "{urn:ihe:iti:xds-b:2007}"
    assert list(client.wsdl.services) == ["DocumentRegistry_Service"]
    assert list(client.wsdl.services["DocumentRegistry_Service"].ports) == ["DocumentRegistry_Port_Soap12"]
    assert list(client.wsdl.bindings) == [f"{xds}DocumentRegistry_Binding_Soap12"]
    assert list(client.wsdl.port_types) == [f"{xds}DocumentRegistry_PortType"]


def test_zeep_writes_an_external_identifier_with_its_id(host: str) -> None:
    identifier = zeep.Client(f"{host}/registry?wsdl").get_type(
        "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}ExternalIdentifierType"
    )
    assert {"id", "registryObject", "identificationScheme", "value"} <= {name for name, _ in identifier.attributes}


def test_actions_of_answers_are_those_of_the_transactions() -> None:
    text = schemas.wsdl("DocumentRepository", "http://127.0.0.1/repository")
    actions = etree.fromstring(text).xpath(
        "//*[local-name()='output']/@wsam:Action",
        namespaces={"wsam": "http://www.w3.org/2007/05/addressing/metadata"},
    )
    assert actions == [
        "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-bResponse",
        "urn:ihe:iti:2007:RetrieveDocumentSetResponse",
    ]


def test_an_address_is_escaped_where_it_is_written() -> None:
    text = schemas.wsdl("DocumentRegistry", 'http://example.org/a&b"c')
    [address] = etree.fromstring(text).xpath("//*[local-name()='address']/@location")
    assert address == 'http://example.org/a&b"c'


def test_imports_of_a_served_schema_are_relative_to_the_service() -> None:
    locations = etree.fromstring(schemas.xsd("lcm.xsd")).xpath("//@schemaLocation")
    assert locations == ["?xsd=rim.xsd", "?xsd=rs.xsd"]


@pytest.mark.parametrize("name", ["../files.py", "xsd/../files.py", "", "xsd/", "xsd/none.xsd"])
def test_only_the_schema_files_are_read(name: str) -> None:
    with pytest.raises(LookupError, match="no such schema file"):
        schemas.read(name)


def test_every_file_is_named_and_read() -> None:
    assert "xsd/rim.xsd" in schemas.names()
    assert "wsdl/DocumentRepository.wsdl" in schemas.names()
    for name in schemas.names():
        etree.fromstring(schemas.read(name))
