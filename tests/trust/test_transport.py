"""TLS against a running server: who gets through the handshake, what is logged and recorded, and what flows through."""

import os
import shutil
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest

from client.documents import Document
from dmp.authority_files import certificate_of, renew_crls
from security.audit.files import START
from security.audit.reading import head_of, records_after
from security.certificates import TrustStore
from security.tls import client_context
from soap.client import SoapClient, SoapFault, TransportError

from .conftest import PATIENT, Dmp, letter
from .test_tokens import QUERY, find_documents

CERTIFICATE = "-----BEGIN%20CERTIFICATE-----%0AAAAA%0A-----END%20CERTIFICATE-----%0A"


def asks(dmp: Dmp, name: str | None, path: str = "/health/ready") -> int:
    """HTTP status for the client `name`. Raises OSError when the handshake is refused."""
    connection = dmp.http(name)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def until(condition: Callable[[], bool]) -> None:
    """Waits for what a server does a moment later by itself."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_every_page_is_on_https_and_says_so(refusing: Dmp) -> None:
    assert refusing.serving.registry.startswith("https://")
    for path in ("/", "/health/live", "/health/ready", "/metrics", "/registry?wsdl"):
        assert asks(refusing, "doctor", path) == 200
    connection = refusing.http()
    connection.request("GET", "/")
    assert refusing.serving.registry.encode() in connection.getresponse().read()
    connection.request("GET", "/repository?wsdl")
    assert f'"{refusing.serving.repository}"'.encode() in connection.getresponse().read()
    connection.close()


BAD = ["doctor-expired", "doctor-not-yet-valid", "doctor-revoked", "doctor-wrong-usage", "doctor-self-signed"]


@pytest.mark.parametrize("name", [None, *(f"bad/{each}" for each in [*BAD, "doctor-stranger", "hospital-revoked"])])
def test_a_client_without_a_good_certificate_does_not_get_through(refusing: Dmp, name: str | None) -> None:
    before = refusing.log().count("TLS handshake refused")
    with pytest.raises((OSError, TransportError)):
        asks(refusing, name)
    until(lambda: refusing.log().count("TLS handshake refused") > before)


def test_the_card_that_signs_does_not_open_connections(refusing: Dmp) -> None:
    context = client_context(TrustStore.load(refusing.pki), refusing.identity("doctor").signature)
    with pytest.raises(TransportError):
        SoapClient(refusing.serving.registry, tls=context).call(QUERY, find_documents(PATIENT))


def test_who_speaks_no_tls_is_sent_away(refusing: Dmp) -> None:
    with socket.create_connection(refusing.serving.address, 10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP" not in connection.recv(4096)


def test_old_protocols_are_not_spoken(refusing: Dmp) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(refusing.serving.address, 10) as connection, pytest.raises(OSError, match=r"."):
        context.wrap_socket(connection)
    until(lambda: "UNSUPPORTED_PROTOCOL" in refusing.log())


def test_a_certificate_in_a_header_is_refused_where_everybody_can_write_one(refusing: Dmp) -> None:
    connection = refusing.http()
    headers = {"Content-Type": "application/soap+xml", "X-SSL-Client-Cert": CERTIFICATE}
    connection.request("POST", "/registry", b"<x/>", headers)
    answer = connection.getresponse()
    assert answer.status == 400
    assert b"X-SSL-Client-Cert is not accepted" in answer.read()
    connection.close()


def test_handshakes_that_never_end_do_not_keep_others_from_being_served(refusing: Dmp) -> None:
    stalled = [socket.create_connection(refusing.serving.address, 10) for _ in range(40)]
    try:
        for each in stalled:
            each.sendall(b"\x16\x03\x01\x02\x00")
        assert asks(refusing, "doctor") == 200
    finally:
        for each in stalled:
            each.close()


def test_the_end_of_a_connection_is_said_and_not_a_cut(refusing: Dmp) -> None:
    context = refusing.context("doctor")
    with (
        socket.create_connection(refusing.serving.address, 10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False) as connection,
    ):
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while connection.recv(65536):
            pass  # an end without close_notify would raise


def test_requests_that_come_together_in_one_record_are_all_answered(refusing: Dmp) -> None:
    context = refusing.context("doctor")
    with (
        socket.create_connection(refusing.serving.address, 10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        one = b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Pad: " + b"x" * 3000 + b"\r\n\r\n"
        connection.sendall(one * 4 + b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = b""
        while piece := connection.recv(65536):
            received += piece
    assert received.count(b"HTTP/1.1 200") == 5


def test_a_refused_handshake_is_recorded(dmp: Dmp) -> None:
    with pytest.raises((OSError, TransportError)):
        asks(dmp, "bad/doctor-revoked")

    def recorded() -> bool:
        directory = dmp.data / "audit"
        return any(b"110126" in record.message for record, _ in records_after(directory, START, head_of(directory)))

    until(recorded)


def test_a_card_on_the_list_is_refused_by_a_server_that_runs(start_dmp: Callable[..., Dmp], tmp_path: Path) -> None:
    dmp = start_dmp(tmp_path, "--workers", "1")  # each looks at the lists for itself, every few seconds
    try:
        _revoke_while_it_runs(dmp)
    finally:
        assert dmp.serving.stop() == 0


def _revoke_while_it_runs(dmp: Dmp) -> None:
    open_before = dmp.acting("doctor").client(dmp.serving.registry, 30)
    open_before.call(QUERY, find_documents(PATIENT)).close()
    renew_crls(dmp.pki, datetime.now(UTC), revoke=certificate_of(dmp.pki, "doctor"))

    def shut_out() -> bool:
        try:
            return asks(dmp, "doctor") != 200
        except OSError:
            return True

    until(shut_out)
    # the connection that stands as well
    with pytest.raises(SoapFault, match="FailedAuthentication"):
        open_before.call(QUERY, find_documents(PATIENT))
    with pytest.raises(TransportError):
        dmp.send(letter())
    assert dmp.kept().nothing
    assert asks(dmp, "nurse") == 200


def test_a_new_server_certificate_is_shown_without_a_restart(dmp: Dmp) -> None:
    def shown() -> bytes | None:
        with (
            socket.create_connection(dmp.serving.address, 10) as plain,
            dmp.context("doctor").wrap_socket(plain, server_hostname="127.0.0.1") as connection,
        ):
            return connection.getpeercert(binary_form=True)

    before = shown()
    for kind in ("pem", "key"):  # another one of the same authority: its name does not matter here
        shutil.copy(dmp.pki / f"collector.{kind}", dmp.pki / f"new.{kind}")
        os.replace(dmp.pki / f"new.{kind}", dmp.pki / f"server.{kind}")
    until(lambda: shown() != before)


def memory(pid: int) -> int:
    """Largest resident size of the workers so far, bytes."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return max(
        int(line.split()[1]) << 10
        for child in children
        for line in Path(f"/proc/{child}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )


@pytest.mark.slow
def test_a_document_of_200_megabytes_flows_through_without_being_held(dmp: Dmp) -> None:
    assert dmp.send(letter()).response.outcome == "Success"
    before = memory(dmp.serving.process.pid)
    response = dmp.send(large(dmp.data.parent)).response
    assert response.outcome == "Success", response.errors
    assert memory(dmp.serving.process.pid) - before < 32 << 20


def large(directory: Path) -> Document:
    """200 MB that nobody can compress or guess."""
    path, digest = directory / "large.bin", sha1()
    with path.open("wb") as out:
        for _ in range(200):
            piece = os.urandom(1 << 20)
            digest.update(piece)
            out.write(piece)
    entry = replace(letter().entry, mime_type="application/dicom", hash=digest.hexdigest(), size=str(200 << 20))
    return Document(entry, path)


@pytest.fixture
def open_tls(start_carnet: Callable[..., Any], pki: Path, tmp_path: Path) -> Iterator[Dmp]:
    """https without a client certificate, under the ihe profile."""
    serving = start_carnet(tmp_path, "--tls-cert", str(pki / "server.pem"), "--tls-key", str(pki / "server.key"))
    yield Dmp(serving, pki)
    assert serving.stop() == 0


def test_https_alone_asks_nobody_for_a_certificate(open_tls: Dmp) -> None:
    assert asks(open_tls, None) == 200
    client = open_tls.client(open_tls.serving.repository, None)
    assert open_tls.send(letter(french=False), client=client).response.outcome == "Success"
