"""`carnet send`, `find` and `fetch` as somebody, against a server of the dmp profile: TLS, VIHF, signature at once."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from client import sample
from client.cli import commands

Run = Callable[..., Result]
INS = "207058575627097"
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")


@pytest.fixture(scope="module")
def dmp(start_carnet: Any, pki: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    serving = start_carnet(
        tmp_path_factory.mktemp("dmp"),
        *("--profile", "dmp", "--trust", str(pki)),
        *("--tls-cert", str(pki / "server.pem"), "--tls-key", str(pki / "server.key")),
    )
    yield serving
    assert serving.stop() == 0, serving.log.read_text()[-3000:]


@pytest.fixture
def environment(dmp: Any) -> dict[str, str]:
    return {"CARNET_REGISTRY": dmp.registry, "CARNET_REPOSITORY": dmp.repository, "COLUMNS": "200"}


@pytest.fixture
def run(environment: dict[str, str], pki: Path) -> Run:
    """`run("send", "doctor", …)`: the command with that identity."""
    words = {command.name: command for command in commands}

    def invoke(word: str, identity: str, *args: str) -> Result:
        file = str(pki / "identities" / f"{identity}.p12")
        return CliRunner(env=environment).invoke(words[word], ["--identity", file, *args])

    return invoke


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    file = tmp_path / "letter.xml"
    file.write_bytes(sample.fresh().letter.replace(b"277076322082910", INS.encode()))
    return file


def sent(run: Run, identity: str, *args: str) -> Any:
    result = run("send", identity, *args, "--json")
    assert result.exit_code == 0, result.output
    [submission] = json.loads(result.stdout)
    return submission


@pytest.mark.parametrize("identity", ["doctor", "nurse", "hospital"])
@pytest.mark.parametrize("policy", ["dmp-legacy", "strict"])
def test_a_letter_is_sent_signed_found_and_fetched(
    run: Run, letter: Path, tmp_path: Path, identity: str, policy: str
) -> None:
    submission = sent(run, identity, "--ins", INS, "--signature-policy", policy, str(letter))
    [document] = submission["documents"]
    assert submission["signature"]["uniqueId"] != document["uniqueId"]
    found = run("find", identity, "--ins", INS)
    assert found.exit_code == 0, found.output
    assert document["uniqueId"] in found.stdout
    fetched = run("fetch", identity, document["uniqueId"], "--ins", INS, "--out", str(tmp_path / "out"))
    assert fetched.exit_code == 0, fetched.output
    assert (tmp_path / "out" / f"{document['uniqueId']}.xml").read_bytes() == letter.read_bytes()


def test_the_patient_follows_from_the_document(run: Run, letter: Path) -> None:
    assert sent(run, "doctor", str(letter))["outcome"] == "Success"


def test_the_patient_given_wins_over_the_header_and_the_difference_is_told(run: Run, letter: Path) -> None:
    result = run("send", "doctor", "--ins", "277076322082910", str(letter))
    assert result.exit_code == 0, result.output
    assert "names another patient" in result.stderr


def test_one_identity_acts_for_one_patient_at_a_time(run: Run, letter: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.xml"
    other.write_bytes(letter.read_bytes().replace(INS.encode(), b"277076322082910"))
    result = run("send", "doctor", str(letter), str(other))
    assert result.exit_code == 1
    assert "one identity acts for one patient at a time" in result.stderr


def test_a_scan_takes_its_patient_from_ins(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "scan.xml"
    file.write_bytes(b"<scan/>")
    result = run("send", "doctor", "--ins", INS, str(file), "--json")
    assert json.loads(result.stdout)[0]["signature"], result.output


def test_the_documents_of_another_patient_are_not_shown(run: Run, letter: Path, tmp_path: Path) -> None:
    [document] = sent(run, "doctor", str(letter))["documents"]
    result = run("fetch", "doctor", document["uniqueId"], "--ins", "277076322082910", "--out", str(tmp_path))
    assert result.exit_code != 0
    assert list(tmp_path.glob("*2.25*")) == []


@pytest.mark.parametrize("flaw", ["revoked", "expired", "stranger", "self-signed", "wrong-usage"])
def test_a_bad_identity_is_refused_before_anything(run: Run, letter: Path, flaw: str) -> None:
    result = run("send", f"bad/doctor-{flaw}", "--ins", INS, str(letter))
    assert result.exit_code == 3, result.output


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("send", "doctor", "--ins", "207058575627098", "x.xml"), "is not an INS"),
        (("fetch", "doctor", "2.999.1"), "say whose documents they are: --ins"),
        (("send", "nobody", "--sample"), "there is no such file"),
    ],
)
def test_a_wrong_option_is_told(run: Run, args: tuple[str, ...], message: str, tmp_path: Path) -> None:
    file = tmp_path / "x.xml"
    file.write_bytes(b"<x/>")
    result = run(*(str(file) if each == "x.xml" else each for each in args))
    assert result.exit_code in (1, 2)
    assert message in result.output


def test_options_of_an_identity_want_one(environment: dict[str, str]) -> None:
    words = {command.name: command for command in commands}
    result = CliRunner(env=environment).invoke(words["send"], ["--sample", "--ins", INS])
    assert result.exit_code == 2
    assert "--ins goes with --identity" in result.output


# --- a token --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(
    not MODULE.exists() or shutil.which("softhsm2-util") is None,
    reason="SoftHSM is not installed: apt-get install softhsm2",
)
def test_a_token_signs_in_the_place_of_the_file(
    environment: dict[str, str], letter: Path, pki: Path, authority: Any, tmp_path: Path
) -> None:
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed: pip install carnet[tokens]")
    hsm = _token(tmp_path, authority.identities["doctor"].signature)
    # the file brings the key for TLS alone
    identities = tmp_path / "identities"
    identities.mkdir()
    shutil.copy(pki / "identities" / "doctor-auth.p12", identities / "doctor-auth.p12")
    command = ["send", "--identity", str(identities / "doctor-auth.p12"), "--trust", str(pki), "--ins", INS]
    command += ["--pkcs11", str(MODULE), "--token", "card", "--json", str(letter)]
    done = subprocess.run(
        [sys.executable, "-m", "carnet", *command],
        env={**os.environ, **environment, **hsm, "CARNET_PIN": "1234"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)[0]["outcome"] == "Success"
    wrong = subprocess.run(
        [sys.executable, "-m", "carnet", *command],
        env={**os.environ, **environment, **hsm, "CARNET_PIN": "9999"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode == 1
    assert "is the token there and the PIN right?" in wrong.stderr
    assert "9999" not in wrong.stderr


def _token(directory: Path, held: Any) -> dict[str, str]:
    """A token with one key and its certificate; the environment in which it is found."""
    tokens, key, certificate = directory / "tokens", directory / "key.pem", directory / "certificate.der"
    tokens.mkdir()
    (directory / "softhsm2.conf").write_text(f"directories.tokendir = {tokens}\nlog.level = ERROR\n")
    found = {"SOFTHSM2_CONF": str(directory / "softhsm2.conf")}
    environment = {**os.environ, **found}

    def softhsm(*arguments: str) -> None:
        subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True, env=environment)

    softhsm("--init-token", "--free", "--label", "card", "--pin", "1234", "--so-pin", "1234")
    key.write_bytes(held.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    softhsm("--import", str(key), "--token", "card", "--label", "sign", "--id", "01", "--pin", "1234")
    key.unlink()
    certificate.write_bytes(held.certificate.public_bytes(Encoding.DER))
    code = (
        "import sys, pkcs11\n"
        "from pkcs11 import Attribute, ObjectClass\n"
        "token = pkcs11.lib(sys.argv[1]).get_token(token_label='card')\n"
        "with token.open(user_pin='1234', rw=True) as session:\n"
        "    session.create_object({Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.TOKEN: True,\n"
        "        Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509, Attribute.ID: b'\\x01',\n"
        "        Attribute.LABEL: 'sign', Attribute.SUBJECT: b'-',\n"
        "        Attribute.VALUE: open(sys.argv[2], 'rb').read()})\n"
    )
    subprocess.run([sys.executable, "-c", code, str(MODULE), str(certificate)], check=True, env=environment)
    return found
