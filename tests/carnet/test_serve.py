"""`carnet serve` in a process of its own: it starts, tells where it is, answers, and goes without a trace."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from zeep import Client


def get(url: str) -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True).stdout
    return [int(word) for word in listed.split()]


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def base_of(serving: Any) -> str:
    host, port = serving.address
    return f"http://{host}:{port}"


def test_the_services_are_live_and_ready(carnet: Any) -> None:
    assert get(base_of(carnet) + "/health/live")[0] == 200
    status, _, body = get(base_of(carnet) + "/health/ready")
    assert status == 200
    assert json.loads(body) == {"status": "ready", "checks": {"database": "ok", "documents": "ok"}}


def test_the_page_names_the_endpoints_as_the_browser_sees_them(carnet: Any) -> None:
    status, content_type, body = get(base_of(carnet) + "/")
    assert status == 200
    assert content_type == "text/html; charset=utf-8"
    assert carnet.registry.encode() in body
    assert carnet.repository.encode() in body
    assert carnet.repository_unique_id.encode() in body


def test_zeep_loads_both_descriptions_from_the_server(carnet: Any) -> None:
    registry, repository = Client(carnet.registry + "?wsdl"), Client(carnet.repository + "?wsdl")
    for client, address in ((registry, carnet.registry), (repository, carnet.repository)):
        (service,) = client.wsdl.services.values()
        (port,) = service.ports.values()
        assert port.binding_options["address"] == address


def test_requests_are_counted_whichever_worker_served_them(start_carnet: Callable[..., Any], tmp_path: Path) -> None:
    serving = start_carnet(tmp_path, "--workers", "2")
    try:
        assert len(children(serving.process.pid)) == 2
        for _ in range(12):
            assert serving.post("/registry", b"<nothing/>", "application/soap+xml").status >= 400
        lines = get(base_of(serving) + "/metrics")[2].decode().splitlines()
        counted = 'carnet_requests_total{outcome="Fault",service="registry",transaction="none"} 12.0'
        assert counted in lines
    finally:
        assert serving.stop() == 0


def test_ctrl_c_stops_everything_and_leaves_nothing(start_carnet: Callable[..., Any], tmp_path: Path) -> None:
    serving = start_carnet(tmp_path, "--workers", "2", "--mllp-port", "0")
    workers = children(serving.process.pid)
    host, port = serving.mllp.rsplit(":", 1)
    with socket.create_connection((host, int(port)), 5), socket.create_connection(serving.address, 5):
        assert serving.stop() == 0
    assert all(gone(worker) for worker in workers)
    assert not (tmp_path / "ready.json").exists()
    assert not list((tmp_path / "data" / "run").glob("metrics-*"))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(serving.address, 5)


def test_ctrl_c_in_a_terminal_reaches_every_process_and_the_stop_is_still_clean(
    start_carnet: Callable[..., Any], tmp_path: Path
) -> None:
    serving = start_carnet(tmp_path, "--workers", "2")
    os.killpg(serving.process.pid, signal.SIGINT)
    assert serving.process.wait(20) == 0
    assert "Traceback" not in serving.log.read_text()


def test_workers_do_not_outlive_a_killed_master(start_carnet: Callable[..., Any], tmp_path: Path) -> None:
    serving = start_carnet(tmp_path, "--workers", "2")
    workers = children(serving.process.pid)
    serving.process.kill()
    serving.process.wait()
    deadline = time.monotonic() + 20
    while not all(gone(worker) for worker in workers):
        assert time.monotonic() < deadline, workers
        time.sleep(0.05)


def test_a_killed_worker_is_replaced(start_carnet: Callable[..., Any], tmp_path: Path) -> None:
    serving = start_carnet(tmp_path, "--workers", "1")
    try:
        (worker,) = children(serving.process.pid)
        os.kill(worker, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while children(serving.process.pid) in ([], [worker]):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert get(base_of(serving) + "/health/ready")[0] == 200
    finally:
        assert serving.stop() == 0


def test_clients_that_stall_do_not_keep_others_from_being_served(
    start_carnet: Callable[..., Any], tmp_path: Path
) -> None:
    file = tmp_path / "carnet.toml"
    file.write_text("workers = 1\nthreads = 2\nstall-timeout = 1\n")
    serving = start_carnet(tmp_path, "--config", str(file))
    stalled = []
    try:
        for beginning in (b"POST /reg", b"POST /registry HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n<x") * 3:
            stalled.append(socket.create_connection(serving.address, 5))
            stalled[-1].sendall(beginning)
        assert get(base_of(serving) + "/health/ready")[0] == 200
        for connection in stalled:
            connection.settimeout(20)
            while connection.recv(65536):
                pass
        assert "Traceback" not in serving.log.read_text()
    finally:
        for connection in stalled:
            connection.close()
        assert serving.stop() == 0


def test_one_actor_alone(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "carnet",
        "serve",
        "--only",
        "registry",
        "--port",
        "0",
        "--data",
        str(tmp_path / "d"),
    ]
    ready = tmp_path / "ready.json"
    process = subprocess.Popen([*command, "--ready-file", str(ready)], stdout=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 20
        while not ready.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        told = json.loads(ready.read_text())
        assert told["repository"] is None
        assert told["repository_unique_id"] is None
        assert told["pid"] == process.pid
        assert get(told["registry"] + "?wsdl")[0] == 200
        assert get(told["registry"].replace("/registry", "/repository?wsdl"))[0] == 404
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert process.stdout is not None
    assert "Registry" in process.stdout.read()


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "carnet", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["--profile", "dmp"], "carnet pki init"),
        (["--profile", "dmp", "--trust", "/nowhere"], "--tls-cert and --tls-key"),
        (["--profile", "dmp", "--sandbox", "--only", "registry"], "serves both actors"),
        (["--profile", "dmp", "--sandbox", "--trust", "/nowhere"], "makes its own keys"),
        (["--tls-cert", "x.pem"], "--tls-key"),
        (["--tls-cert", "x.pem", "--tls-key", "x.key"], "x.pem"),
        (["--trust", "/nowhere"], "--tls-cert"),
        (["--sandbox"], "--profile dmp"),
        (["--only", "repository"], "--registry-url"),
        (["--only", "registry", "--registry-url", "http://127.0.0.1:1"], "--registry-url"),
        (["--port", "99999"], "--port"),
        (["--codes", "/nowhere/codes.xml"], "/nowhere/codes.xml"),
        (["--database", "mysql://x"], "sqlite"),
        (["--documents", "ftp://x/y"], "ftp"),
        (["--data", "/proc/nowhere"], "/proc/nowhere"),
        (["--host", "192.0.2.1"], "--port"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_starts(tmp_path: Path, arguments: list[str], advice: str) -> None:
    data = [] if "--data" in arguments else ["--data", str(tmp_path / "data")]
    port = [] if "--port" in arguments else ["--port", "0"]
    result = run("serve", *data, *port, *arguments)
    assert result.returncode in (1, 2)
    assert advice in result.stderr
    assert "Traceback" not in result.stderr


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("serve", "--data", str(tmp_path), "--port", str(taken.getsockname()[1]))
    assert result.returncode == 1
    assert "Address already in use" in result.stderr
    assert "--port" in result.stderr
