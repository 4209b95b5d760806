"""The official message TD2.1, where it is present.

Its lot has the right shape, its entry the right metadata, and its signature holds: value, digests of Manifest and
SignedProperties, XAdES, purpose. What does not hold is the message around it: the ids of its set and document were
renewed after it was signed, so that the Manifest names others, and its document was changed.
"""

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from dmp import captured
from dmp.lot_explain import Subject, Verdict, explain
from dmp.lot_policy import DMP, LotLeniency
from dmp.lot_shape import examined
from metadata.model import DocumentEntry
from metadata.translate import Submission
from repository import agreement
from repository.intake import Provided
from security.certificates import ValidatedCertificate

SIGNED = datetime(2019, 4, 4, 12, 20, 12, 282000, UTC)


@pytest.fixture
def message(samples: Path) -> captured.Captured:
    found = captured.read((samples / "dmp" / "TD2.1-alimentation-requete.xml").read_bytes())
    assert found is not None
    return found


def test_its_lot_has_the_shape_that_is_asked_for(message: captured.Captured) -> None:
    shape = examined(message.submission, DMP)
    assert shape.findings == ()
    assert shape.signed is not None
    assert shape.signed.signature.entry_uuid == "Signature01"
    assert [entry.entry_uuid for entry in shape.signed.documents] == ["DocumentME2"]
    assert LotLeniency.SIGNS_DOCUMENTS not in shape.signed.leniencies


def test_its_document_has_an_id_in_another_case_which_is_forgiven(message: captured.Captured) -> None:
    assert set(message.documents) == {"documentME2", "Signature01"}
    provided = [Provided(id_, "", None, "") for id_ in message.documents]
    assert agreement.of_message(message.submission, provided)
    assert not agreement.of_message(message.submission, agreement.in_any_case(message.submission.entries, provided))


def test_everything_holds_but_what_was_renewed_around_the_signature(message: captured.Captured) -> None:
    subject = Subject.of(message, DMP)
    assert subject is not None
    found = explain(subject, DMP, at=SIGNED, store=None)
    assert [each.rule for each in found if each.verdict is Verdict.REFUSED] == [
        "lot.manifest-set",
        "lot.manifest-extra",
        "lot.manifest-extra",
        "lot.manifest-missing",
    ]
    assert [each.verdict for each in found[:6]] == [
        Verdict.OK,  # the lot
        Verdict.OK,  # structure
        Verdict.NOT_CHECKED,  # its authority is a real one of 2019
        Verdict.OK,  # value and digests
        Verdict.OK,  # XAdES
        Verdict.OK,  # purpose
    ]
    assert found[-1].verdict is Verdict.OK  # legalAuthenticator is the holder of the card


def test_with_the_ids_that_were_signed_only_the_document_differs(message: captured.Captured) -> None:
    subject = Subject.of(message, DMP)
    assert subject is not None
    uri, set_uri = (f"urn:oid:1.2.250.1.999.1.1.7898.{tail}" for tail in ("4.9956570902", "3.9956570900"))
    (content,) = subject.documents.values()
    found = explain(replace(subject, set_uri=set_uri, documents={uri: content}), DMP, at=SIGNED, store=None)
    refused = [each for each in found if each.verdict is Verdict.REFUSED]
    assert [(each.check, each.rule) for each in refused] == [(f"document {uri}", "lot.document-digest")]


class Believes:
    """Its authority is a real one of 2019, whose certificates and lists are not in the sample."""

    def validate(self, certificate: Any, usage: Any, *, at: datetime) -> ValidatedCertificate:
        return ValidatedCertificate(x509.load_der_x509_certificate(certificate), certificate, usage, (), (), at, at)


def test_the_verifier_comes_as_far_as_the_manifest(message: captured.Captured) -> None:
    from dmp.lot import LotVerifier

    verifier = LotVerifier(Believes, replace(DMP, vouched=False, explain=True), clock=lambda: SIGNED)
    assert verifier.examine(message.submission, None).errors == ()
    documents = [_document(message, entry) for entry in message.submission.entries]
    (error,) = verifier.verify(message.submission, documents, None).errors
    assert "[lot.manifest-set" in error.context
    documents, submission = _with_signed_ids(message, documents)
    (error,) = verifier.verify(submission, documents, None).errors
    assert "[lot.document-digest" in error.context


def _document(message: captured.Captured, entry: DocumentEntry) -> Any:
    import hashlib

    from repository.verification import ReceivedDocument

    content = message.content(entry.entry_uuid) or b""
    assert b64encode(content)
    return ReceivedDocument(
        entry,
        len(content),
        hashlib.sha1(content).hexdigest(),
        hashlib.sha256(content).hexdigest(),
        lambda: iter([content]),
    )


def _with_signed_ids(message: captured.Captured, documents: list[Any]) -> tuple[list[Any], Submission]:
    entry, signature = (document.entry for document in documents)
    entry = replace(entry, unique_id="1.2.250.1.999.1.1.7898.4.9956570902")
    (whole,) = message.submission.submission_sets
    whole = replace(whole, unique_id="1.2.250.1.999.1.1.7898.3.9956570900")
    submission = replace(message.submission, entries=(entry, signature), submission_sets=(whole,))
    return [replace(documents[0], entry=entry), documents[1]], submission
