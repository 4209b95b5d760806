"""The watch over TLS: who is let in, and what a client makes of a certificate that expired."""

import ssl
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from conformance.model import Verdict
from dmp.authority import Authority
from dmp.authority_files import write
from security.issuing import KeyKind


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pki")
    write(Authority.make(datetime.now(UTC), KeyKind.P256), directory)
    return directory


def get(url: str, context: ssl.SSLContext) -> bytes:
    with urllib.request.urlopen(url, timeout=10, context=context) as answer:
        content: bytes = answer.read()
        return content


def believing(*anchors: Path, identity: Path | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    for anchor in anchors:
        context.load_verify_locations(anchor)
    if identity is not None:
        context.load_cert_chain(identity.with_suffix(".pem"), identity.with_suffix(".key"))
    return context


def opened(watch: Any, pki: Path, *misbehaviours: str, trust: bool = False) -> Any:
    return watch(
        *misbehaviours,
        certificate=pki / "server.pem",
        key=pki / "server.key",
        trust=pki if trust else None,
    )


def test_a_client_must_show_its_certificate_when_there_is_somebody_to_trust(watch: Any, pki: Path) -> None:
    bench = opened(watch, pki, trust=True)
    root = pki / "anchors" / "root.pem"
    assert b"Carnet watches" in get(f"{bench.base}/", believing(root, identity=pki / "identities" / "doctor-auth.pem"))
    with pytest.raises((urllib.error.URLError, OSError)):
        get(f"{bench.base}/", believing(root))


def test_a_client_that_looks_at_the_dates_goes_away(watch: Any, pki: Path) -> None:
    bench = opened(watch, pki, "expired-certificate@1")
    trusted = believing(pki / "anchors" / "root.pem")
    with pytest.raises(urllib.error.URLError, match="certificate has expired"):
        get(f"{bench.base}/", trusted)
    assert b"Carnet watches" in get(f"{bench.base}/", trusted), "the second connection is a right one"
    bench.session.close()
    [event] = bench.session.recorder.document()["connections"]
    assert event["verdict"] == Verdict.PASS.value
    assert "refused the expired certificate" in event["what"]


def test_a_client_that_does_not_look_at_the_dates_is_told_so(watch: Any, pki: Path) -> None:
    bench = opened(watch, pki, "expired-certificate")
    careless = ssl.create_default_context()
    careless.check_hostname = False
    careless.verify_mode = ssl.CERT_NONE
    request = urllib.request.Request(f"{bench.base}/registry", b"<x/>", {"Content-Type": "application/soap+xml"})
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=10, context=careless)
    [seen] = bench.seen(1)
    assert seen.verdict is Verdict.FAIL
    assert "watch.tls.expired" in [remark.rule for remark in seen.remarks]


def test_without_a_certificate_an_authority_is_made_to_be_believed(watch: Any) -> None:
    bench = watch("expired-certificate@2")
    assert bench.base.startswith("https:")
    trusted = believing(bench.folder / "watch-authority.pem")
    assert b"Carnet watches" in get(f"{bench.base}/", trusted)
    with pytest.raises(urllib.error.URLError, match="certificate has expired"):
        get(f"{bench.base}/", trusted)
    assert not list(bench.folder.rglob("*.key"))
