"""A server of the dmp profile in a process of its own, whoever may call it, and what it keeps."""

import os
import shutil
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from client import sample
from client.acting import Acting
from client.documents import Document, Wishes, prepare
from client.signing import SetSigner
from client.source import DocumentSource, Submitted
from security.certificates import TrustStore
from security.identities import Identity
from security.tls import client_context
from soap.client import SoapClient

PATIENT = "207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH"
OTHER_PATIENT = "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH"


@dataclass(frozen=True)
class Kept:
    """What a server has, by number."""

    files: int
    entries: int
    sets: int
    documents: int
    evidence: int

    @property
    def nothing(self) -> bool:
        return self == Kept(0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Dmp:
    """A running server and its authority."""

    serving: Any
    pki: Path

    @property
    def data(self) -> Path:
        return Path(self.serving.log.parent / "data")

    def identity(self, name: str) -> Identity:
        return Identity.load(self.pki / "identities" / f"{name}.p12")

    def acting(self, name: str = "doctor", patient: str = PATIENT, **wishes: Any) -> Acting:
        file = self.pki / "identities" / f"{name}.p12"
        return Acting(Identity.load(file), file, self.pki, patient, **wishes)

    def context(self, name: str | None = "doctor") -> ssl.SSLContext:
        """Of a client that shows the certificate of `name`, or none."""
        own = None if name is None else self.identity(name).authentication
        return client_context(TrustStore.load(self.pki), own)

    def client(self, url: str, name: str | None = "doctor", *headers: bytes) -> SoapClient:
        """A client that sends exactly these soap:Header blocks."""
        return SoapClient(url, tls=self.context(name), headers=lambda: headers)

    def send(
        self,
        document: Document,
        acting: Acting | None = None,
        *,
        client: SoapClient | None = None,
        signer: SetSigner | None = None,
    ) -> Submitted:
        """A submission of `acting`, signed by it unless another signer is given."""
        acting = acting or self.acting()
        client = client or acting.client(self.serving.repository, 30)
        return DocumentSource(client, signer=signer or acting.signer()).submit(document)

    def http(self, name: str | None = "doctor") -> HTTPConnection:
        url = urlsplit(self.serving.registry)
        assert url.hostname is not None
        return HTTPSConnection(url.hostname, url.port, context=self.context(name), timeout=20)

    def kept(self) -> Kept:
        files = sum(1 for path in (self.data / "documents").rglob("*") if path.is_file())
        with sqlite3.connect(self.data / "carnet.sqlite") as connection:
            tables = ("document_entry", "submission_set", "stored_document", "submission_evidence")
            counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]
        return Kept(files, *counts)

    def log(self) -> str:
        return str(self.serving.log.read_text())


def unsigned(prepared: Any, _at: Any) -> Any:
    """A signer that does not sign."""
    return prepared


def letter(patient: str = PATIENT, *, french: bool = True) -> Document:
    """A letter of its own, about `patient`; ids have their type in France alone. # ITI TF-3 4.2.3.1.7"""
    content = sample.fresh().letter.replace(b"277076322082910", patient.partition("^")[0].encode())
    return prepare(content, Wishes(), with_identifier_types=french)


def tls_options(pki: Path) -> tuple[str, ...]:
    return ("--trust", str(pki), "--tls-cert", str(pki / "server.pem"), "--tls-key", str(pki / "server.key"))


@pytest.fixture(scope="session")
def start_dmp(start_carnet: Callable[..., Any], pki: Path) -> Callable[..., Dmp]:
    """`start_dmp(directory, "--option", …)`: with an authority of its own, which a test may change."""

    def start(directory: Path, *options: str, profile: str = "dmp") -> Dmp:
        own = directory / "pki"
        shutil.copytree(pki, own)
        return Dmp(start_carnet(directory, "--profile", profile, *tls_options(own), *options), own)

    return start


@pytest.fixture(scope="session")
def refusing(start_dmp: Callable[..., Dmp], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dmp]:
    """A server that never accepted anything, and must never have to keep anything."""
    dmp = start_dmp(tmp_path_factory.mktemp("refusing"))
    yield dmp
    assert dmp.kept().nothing
    assert dmp.serving.stop() == 0, dmp.log()[-3000:]
    assert "Traceback" not in dmp.log()


@pytest.fixture
def dmp(start_dmp: Callable[..., Dmp], tmp_path: Path) -> Iterator[Dmp]:
    dmp = start_dmp(tmp_path)
    yield dmp
    assert dmp.serving.stop() == 0, dmp.log()[-3000:]
    assert "Traceback" not in dmp.log()


@pytest.fixture(scope="session")
def run_carnet() -> Callable[..., str]:
    """`run_carnet("pki", "init", …)`: the command in a process of its own; what it said."""

    def run(*arguments: str) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
        command = [sys.executable, "-m", "carnet", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
