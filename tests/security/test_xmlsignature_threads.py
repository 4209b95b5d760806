"""Many threads, one process: no signature passes because another thread's certificate was at hand."""

import ast
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from lxml import etree

import security
from dmp.authority import Authority
from security.certificates import Usage
from security.xmlsignature import SignatureRefused, verify
from tests.security.corpus.bench import Bench

ROUNDS = 1_500


def test_a_forgery_never_passes_beside_a_genuine_message(authority: Authority) -> None:
    """Both threads verify all the time: one the doctor's message with the doctor's certificate, the other a nurse's
    message with the doctor's certificate. A verifier shared by both accepts some of the forgeries."""
    bench = Bench(authority, Usage.SIGN)
    doctor = bench.signer.certificate
    genuine, forged = etree.tostring(bench.signed()), etree.tostring(bench.signed(signer=bench.somebody_else))
    # With the doctor's certificate in KeyInfo, so that only the value tells the two apart.
    forged = forged.replace(_certificate(forged), _certificate(genuine))
    accepted = {"genuine": 0, "forged": 0}

    def run(name: str, data: bytes, certificate: object) -> None:
        for _ in range(ROUNDS):
            try:
                verify(etree.fromstring(data), certificate)  # type: ignore[arg-type]
            except SignatureRefused:
                continue
            accepted[name] += 1

    threads = [
        threading.Thread(target=run, args=("genuine", genuine, doctor)),
        threading.Thread(target=run, args=("forged", forged, doctor)),
        threading.Thread(target=run, args=("forged", genuine, bench.somebody_else.certificate)),
    ]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert accepted == {"genuine": ROUNDS, "forged": 0}


def _certificate(data: bytes) -> bytes:
    return data.split(b"X509Certificate>")[1].split(b"<")[0]


@pytest.mark.parametrize("module", sorted(Path(security.__file__).parent.rglob("*.py")), ids=lambda path: path.name)
def test_no_module_keeps_a_verifier_or_signer_of_signxml(module: Path) -> None:
    """They store the certificate and configuration of a call on themselves: one object, one call."""
    kept = [
        node
        for node in ast.parse(module.read_text()).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id.startswith(("XML", "XAdES"))
        if call.func.id.endswith(("Verifier", "Signer"))
    ]
    assert kept == []
    if "Verifier" in module.read_text():
        assert "signxml.verifier" not in module.read_text(), "verification is security.xmlsignature.verification alone"


def test_verifying_loads_no_signxml() -> None:
    program = "import sys, security.dsg, security.xmlsignature; sys.exit('signxml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
