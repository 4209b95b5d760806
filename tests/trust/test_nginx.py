"""Debian's nginx with the configuration that `carnet nginx-config` writes, in front of a server of the dmp profile."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from dmp.authority_files import certificate_of, renew_crls
from security.saml.making import envelope
from soap.client import SoapFault, TransportError

from .conftest import PATIENT, Dmp, letter
from .test_tokens import QUERY, find_documents
from .test_transport import large, memory, until

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed: .ci/packages names it")


@dataclass(frozen=True)
class Front:
    """nginx, and Carnet behind it."""

    dmp: Dmp
    socket: Path
    directory: Path
    process: "subprocess.Popen[bytes]"
    configure: Callable[[], None]


def nginx(directory: Path, *options: str) -> list[str]:
    return [str(NGINX), "-c", str(directory / "nginx.conf"), "-p", str(directory), *options]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def front(
    start_carnet: Callable[..., Any],
    pki: Path,
    tmp_path_factory: pytest.TempPathFactory,
    run_carnet: Callable[..., str],
) -> Iterator[Front]:
    directory = tmp_path_factory.mktemp("front")
    own, private, port = directory / "pki", directory / "carnet.sock", free_port()
    shutil.copytree(pki, own)
    configuration = directory / "carnet.toml"
    configuration.write_text(f'public-url = "https://127.0.0.1:{port}"\n')
    serving = start_carnet(
        directory,
        *("--profile", "dmp", "--trust", str(own), "--private-socket", str(private)),
        *("--config", str(configuration)),
    )

    def configure() -> None:
        run_carnet(
            *("nginx-config", str(directory / "nginx"), "--listen", f"127.0.0.1:{port}"),
            *("--private-socket", str(private), "--trust", str(own)),
            *("--tls-cert", str(own / "server.pem"), "--tls-key", str(own / "server.key")),
        )

    configure()
    user = "user root;\n" if os.geteuid() == 0 else ""
    places = "".join(
        f"{each}_temp_path {directory}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (directory / "nginx.conf").write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {directory}/nginx.pid;\nerror_log {directory}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off; {places}\ninclude {directory}/nginx/carnet.conf; }}\n"
    )
    assert NGINX is not None
    with (directory / "nginx.out").open("wb") as out:
        process = subprocess.Popen(
            [NGINX, "-c", str(directory / "nginx.conf"), "-p", str(directory)], stdout=out, stderr=out
        )
    deadline = time.monotonic() + 20
    while socket.socket().connect_ex(("127.0.0.1", port)):
        assert process.poll() is None, (directory / "nginx.out").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield Front(Dmp(serving, own), private, directory, process, configure)
    process.terminate()
    process.wait(20)
    assert serving.stop() == 0
    assert not private.exists()
    assert "Traceback" not in serving.log.read_text()


def test_the_ready_file_tells_the_address_of_nginx(front: Front) -> None:
    assert front.dmp.serving.registry.startswith("https://127.0.0.1:")


def test_a_signed_submission_passes_through_and_is_the_cards(front: Front) -> None:
    assert front.dmp.send(letter()).response.outcome == "Success"
    assert front.dmp.kept().evidence == 1


def test_a_client_without_a_good_certificate_does_not_get_through(front: Front) -> None:
    for name in (None, "bad/doctor-revoked", "bad/doctor-stranger"):
        client = front.dmp.client(front.dmp.serving.registry, name, *front.dmp.acting().headers())
        with pytest.raises(TransportError):
            client.call(QUERY, find_documents(PATIENT))


def test_a_header_of_the_client_is_replaced(front: Front) -> None:
    """The nurse writes the doctor's certificate into the header, and brings the doctor's token."""
    pem = quote((front.dmp.pki / "identities" / "doctor-auth.pem").read_text())
    connection = front.dmp.http("nurse")
    token = b"".join(front.dmp.acting("doctor").headers())
    message = envelope(token, find_documents(PATIENT), action=QUERY)
    headers = {"Content-Type": "application/soap+xml", "X-SSL-Client-Cert": pem, "X-SSL-Client-Verify": "SUCCESS"}
    connection.request("POST", "/registry", message, headers)
    answer = connection.getresponse()
    assert answer.status == 400
    assert b"FailedAuthentication" in answer.read()
    connection.close()


def speak(path: Path, *headers: str) -> bytes:
    """A query straight to the private socket."""
    body = b"<x/>"
    head = ["POST /registry HTTP/1.1", "Host: x", "Connection: close", "Content-Type: application/soap+xml"]
    request = "\r\n".join([*head, f"Content-Length: {len(body)}", *headers]).encode() + b"\r\n\r\n" + body
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


def test_a_proxy_that_did_not_verify_the_certificate_is_told(front: Front) -> None:
    pem = quote((front.dmp.pki / "identities" / "doctor-auth.pem").read_text())
    assert b"has not verified" in speak(front.socket, f"X-SSL-Client-Cert: {pem}")
    assert b"has not verified" in speak(front.socket, f"X-SSL-Client-Cert: {pem}", "X-SSL-Client-Verify: FAILED:x")
    assert b"holds no certificate" in speak(front.socket, "X-SSL-Client-Cert: x", "X-SSL-Client-Verify: SUCCESS")


def test_the_private_socket_is_open_to_its_owner_and_group_alone(front: Front) -> None:
    assert front.socket.stat().st_mode & 0o777 == 0o660


def asked_as_nurse(dmp: Dmp) -> str:
    """What becomes of a query: `answered`, `fault` from Carnet, `closed` by nginx."""
    try:
        dmp.acting("nurse").client(dmp.serving.registry, 30).call(QUERY, find_documents(PATIENT)).close()
    except SoapFault as fault:
        return "fault" if "FailedAuthentication" in fault.subcodes else str(fault)
    except TransportError:
        return "closed"
    return "answered"


def test_a_card_on_the_list_is_refused_before_nginx_knows_of_it(front: Front) -> None:
    assert asked_as_nurse(front.dmp) == "answered"
    renew_crls(front.dmp.pki, datetime.now(UTC), revoke=certificate_of(front.dmp.pki, "nurse"))
    until(lambda: asked_as_nurse(front.dmp) == "fault")
    front.configure()
    subprocess.run(nginx(front.directory, "-s", "reload"), check=True)
    until(lambda: asked_as_nurse(front.dmp) == "closed")
    front.dmp.acting("doctor").client(front.dmp.serving.registry, 30).call(QUERY, find_documents(PATIENT)).close()


@pytest.mark.slow
def test_a_large_document_flows_through_both(front: Front) -> None:
    assert front.dmp.send(letter()).response.outcome == "Success"
    pids = [front.dmp.serving.process.pid, front.process.pid]
    before = [memory(pid) for pid in pids]
    response = front.dmp.send(large(front.directory)).response
    assert response.outcome == "Success", response.errors
    for pid, was in zip(pids, before, strict=True):
        assert memory(pid) - was < 32 << 20
    assert not [path for path in (front.directory / "client_body").rglob("*") if path.is_file()]
