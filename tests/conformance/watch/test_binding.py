"""Who opened the TLS connection, held to the VIHF and to the signature of the set by a watch that speaks TLS."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from client import sample
from client.acting import Acting
from client.documents import Wishes, prepare
from client.source import DocumentSource
from client.submission import Contents
from conformance.model import Verdict
from dmp.authority import Authority
from dmp.authority_files import write
from dmp.sites import read_sites
from metadata.errors import RegistryResponse
from security.identities import Identity
from security.issuing import KeyKind
from soap.client import SoapFault

INS = "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH"
HOSPITAL, CLINIC = "10B0990017", "10B0990025"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pki")
    write(Authority.make(datetime.now(UTC), KeyKind.P256), directory)
    return directory


def opened(watch: Any, pki: Path, **more: Any) -> Any:
    return watch(
        profile="dmp",
        language="fr",
        certificate=pki / "server.pem",
        key=pki / "server.key",
        trust=pki,
        **more,
    )


def submitted(bench: Any, pki: Path, name: str, *, over: str = "", **acting: Any) -> RegistryResponse:
    """A set of `name`, over a connection that `over` opened."""
    file = pki / "identities" / f"{name}.p12"
    one = Acting(Identity.load(file, None), file, pki, patient_id=INS, **acting)
    connecting = replace(
        one.identity, authentication=Identity.load(pki / "identities" / f"{over or name}.p12", None).authentication
    )
    client = replace(one, identity=connecting).client(bench.session.about.repository, 20)
    client.headers = one.headers
    document = prepare(sample.fresh().letter, Wishes(patient_id=INS), with_identifier_types=True)
    contents = Contents((document,), authors=one.submitters(document.entry.authors))
    return DocumentSource(client, signer=one.signer()).send(contents).response


def broken(bench: Any) -> dict[str, Any]:
    return {remark.rule: remark for remark in bench.seen(1)[0].remarks}


@pytest.mark.parametrize("name", ["doctor", "hospital"])
def test_who_opened_the_connection_and_vouches_is_let_in(watch: Any, pki: Path, name: str) -> None:
    bench = opened(watch, pki)
    submitted(bench, pki, name)
    assert "vihf.binding" not in broken(bench)
    assert "fr.lot.signer.client" not in broken(bench)
    assert "VIHF and connection" in bench.seen(1)[0].checked


@pytest.mark.parametrize(("name", "over"), [("hospital", "clinic"), ("doctor", "nurse"), ("doctor", "hospital")])
def test_a_connection_of_somebody_else_is_turned_away(watch: Any, pki: Path, name: str, over: str) -> None:
    bench = opened(watch, pki)
    with pytest.raises(SoapFault) as fault:
        submitted(bench, pki, name, over=over)
    assert "FailedAuthentication" in fault.value.subcodes
    remark = broken(bench)["vihf.binding"]
    assert remark.section == "CI-SIS, volet Transport synchrone, VIHF"
    assert "connection" in remark.en
    assert "connexion" in remark.fr
    assert bench.seen(1)[0].verdict is Verdict.FAIL
    if over != "hospital":
        assert "fr.lot.signer.client" in broken(bench), "the signature of the set is held to it, too"


def test_a_structure_that_is_not_that_of_the_certificates_is_turned_away(watch: Any, pki: Path) -> None:
    bench = opened(watch, pki)
    with pytest.raises(SoapFault):
        submitted(bench, pki, "hospital", structure=CLINIC)
    assert CLINIC in broken(bench)["vihf.binding"].en
    assert HOSPITAL in broken(bench)["vihf.binding"].fr


def test_a_legal_entity_acts_for_its_sites(watch: Any, pki: Path, tmp_path: Path) -> None:
    table = tmp_path / "sites.toml"
    table.write_text(f'{HOSPITAL} = ["{CLINIC}"]\n')
    bench = opened(watch, pki, sites=read_sites(table))
    submitted(bench, pki, "hospital", structure=CLINIC)
    assert not {"vihf.binding", "fr.lot.signer.structure", "fr.lot.signer.client"} & set(broken(bench))


def test_without_tls_nothing_is_said_of_connections(watch: Any, pki: Path) -> None:
    bench = watch(profile="dmp", trust=pki, language="fr")
    submitted(bench, pki, "hospital", over="clinic")
    assert "vihf.binding" not in broken(bench)
    assert "VIHF and connection" not in bench.seen(1)[0].checked
