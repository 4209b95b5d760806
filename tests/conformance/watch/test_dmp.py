"""The watch under the profile of the DMP: the token, the signature of the set, the certificate behind both."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from client import sample
from client.acting import Acting
from client.documents import Document, Wishes, prepare
from client.source import DocumentSource
from client.submission import Contents
from conformance.model import Verdict
from dmp.authority import Authority
from dmp.authority_files import write
from security.identities import Identity
from security.issuing import KeyKind
from soap.client import SoapFault

INS = "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pki")
    write(Authority.make(datetime.now(UTC), KeyKind.P256), directory)
    return directory


def submitted(bench: Any, pki: Path, name: str = "doctor", *, sign: bool = True) -> Any:
    """What comes of a submission by an identity, over plain HTTP: the watch judges the token all the same."""
    file = pki / "identities" / f"{name}.p12"
    acting = Acting(Identity.load(file, None), file, pki, patient_id=INS)
    source = DocumentSource(acting.client(bench.session.about.repository, 20), signer=acting.signer() if sign else None)
    document = letter()
    return source.send(Contents((document,), authors=acting.submitters(document.entry.authors))).response


def letter() -> Document:
    return prepare(sample.fresh().letter, Wishes(patient_id=INS), with_identifier_types=True)


def rules(bench: Any) -> set[str]:
    return {remark.rule for remark in bench.seen(1)[0].remarks}


def test_a_french_submission_is_judged_whole(watch: Any, pki: Path) -> None:
    bench = watch(profile="dmp", trust=pki, language="fr")
    assert submitted(bench, pki).succeeded
    [seen] = bench.seen(1)
    assert seen.verdict is Verdict.PASS
    assert {"VIHF", "VIHF certificate", "signature", "CDA"} <= {
        word for each in seen.checked for word in (each, each.split()[0])
    }


def test_a_message_without_a_token_is_turned_away_by_a_fault(watch: Any) -> None:
    bench = watch(profile="dmp", language="fr")
    with pytest.raises(SoapFault) as fault:
        DocumentSource(bench.session.about.repository).submit(letter())
    assert fault.value.code == "Sender"
    assert "FailedAuthentication" in fault.value.subcodes
    assert "VIHF" in fault.value.reason
    assert "vihf.missing" in rules(bench)
    assert bench.seen(1)[0].verdict is Verdict.FAIL


@pytest.mark.parametrize("flaw", ["expired", "revoked", "stranger", "self-signed"])
def test_a_token_by_a_bad_certificate_is_turned_away(watch: Any, pki: Path, flaw: str) -> None:
    bench = watch(profile="dmp", trust=pki, language="fr")
    with pytest.raises(SoapFault):
        submitted(bench, pki, f"bad/doctor-{flaw}")
    assert any(rule.startswith("vihf.certificate") for rule in rules(bench))


def test_a_set_that_is_not_signed_is_refused(watch: Any, pki: Path) -> None:
    bench = watch(profile="dmp", trust=pki, language="fr")
    response = submitted(bench, pki, sign=False)
    assert not response.succeeded
    assert "fr.signature.missing" in rules(bench)
    assert "fr.signature.missing" in response.errors[0].context


def test_a_document_that_is_not_the_one_signed_is_refused(watch: Any, pki: Path) -> None:
    first, second = watch(profile="dmp", trust=pki), watch(profile="dmp", trust=pki)
    submitted(first, pki)
    body = first.received(1)
    altered = body.replace(b"cardiologie</title>", b"cardioloqie</title>")
    assert altered != body
    answer = second.post("repository", altered, first.seen(1)[0].request.content_type)
    assert b"ResponseStatusType:Failure" in answer.body
    assert second.seen(1)[0].verdict is Verdict.FAIL
    assert {"lot.document-digest", "repository.hash.mismatch"} <= rules(second)


def test_a_document_whose_id_is_written_in_other_letters_is_its_entrys(watch: Any, pki: Path) -> None:
    bench = watch(profile="dmp", language="fr")
    assert submitted(bench, pki).succeeded
    first = bench.seen(1)[0].request
    body = bench.received(1)
    marks = re.findall(rb'<xds:Document id="(urn:uuid:[^"]*)"', body)
    assert len(marks) == 2
    for mark in marks:
        other = b"urn:uuid:" + mark.removeprefix(b"urn:uuid:").upper()
        body = body.replace(b'Document id="' + mark, b'Document id="' + other)
    new = watch(profile="dmp", language="fr")
    answer = new.post("repository", body, first.content_type)
    assert b"ResponseStatusType:Success" in answer.body
    assert "ebrim.document-id.case" in {remark.rule for remark in new.seen(1)[0].remarks}
