"""Each bad submission set in a good message is refused, and nothing of it is kept; good ones come back whole."""

import io
from dataclasses import replace
from datetime import datetime
from hashlib import sha1
from typing import Any

import pytest

from client.consumer import DocumentConsumer
from client.documents import Document
from client.submission import Prepared
from metadata.responses import DocumentRequest
from metadata.vocabulary import SIGNS
from soap.client import SoapFault

from .conftest import OTHER_PATIENT, PATIENT, Dmp, letter, unsigned

STRUCTURE = "10B0990017"
"""Of the hospital."""


class Changed:
    """A signer whose work is changed after it signed."""

    def __init__(self, dmp: Dmp, name: str, change: Any) -> None:
        self._signer, self._change = dmp.acting(name).signer(), change

    def __call__(self, prepared: Prepared, at: datetime) -> Prepared:
        changed: Prepared = self._change(self._signer(prepared, at))
        return changed


def with_content(document: Document, content: bytes) -> Document:
    """Other bytes under an entry that agrees with them."""
    assert content != document.content
    return Document(replace(document.entry, hash=sha1(content).hexdigest(), size=str(len(content))), content)


def other_bytes(prepared: Prepared) -> Prepared:
    document, signature = prepared.documents
    return replace(
        prepared,
        documents=(with_content(document, document.content.replace(b"Palpitations", b"Palpitation")), signature),
    )


def other_signature(prepared: Prepared) -> Prepared:
    document, signature = prepared.documents
    forged = signature.content.replace(b"<DigestValue>", b"<DigestValue>A", 1)
    return replace(prepared, documents=(document, with_content(signature, forged)))


def one_more_document(prepared: Prepared) -> Prepared:
    """Added to the set after it was signed."""
    extra = letter()
    member = next(each for each in prepared.associations if each.target == prepared.documents[0].entry.entry_uuid)
    added = replace(member, entry_uuid="urn:uuid:3c9d3cf1-31e5-4d6a-8d6e-7a8e8f0e1b22", target=extra.entry.entry_uuid)
    return replace(prepared, documents=(extra, *prepared.documents), associations=(*prepared.associations, added))


def without_signs(prepared: Prepared) -> Prepared:
    return replace(prepared, associations=tuple(each for each in prepared.associations if each.type != SIGNS))


def by_structure(document: Document, structure: str) -> Document:
    """With authors of that structure."""
    institution = f"Un établissement^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^{structure}"
    authors = tuple(replace(author, institutions=(institution,)) for author in document.entry.authors)
    return replace(document, entry=replace(document.entry, authors=authors))


@pytest.mark.parametrize("change", [other_bytes, other_signature, one_more_document, without_signs])
@pytest.mark.parametrize("name", ["doctor", "hospital"])
def test_a_set_that_was_changed_after_signing_is_refused(refusing: Dmp, name: str, change: Any) -> None:
    submitted = refusing.send(letter(), refusing.acting(name), signer=Changed(refusing, name, change))
    assert submitted.response.outcome == "Failure"
    assert refusing.kept().nothing


def test_a_set_without_its_signature_is_refused(refusing: Dmp) -> None:
    submitted = refusing.send(letter(), signer=unsigned)
    assert submitted.response.outcome == "Failure"
    assert "fr.signature.missing" in submitted.response.errors[0].context
    assert refusing.kept().nothing


def test_a_set_signed_by_another_than_the_token_names_is_refused(refusing: Dmp) -> None:
    submitted = refusing.send(letter(), refusing.acting("doctor"), signer=refusing.acting("nurse").signer())
    assert submitted.response.outcome == "Failure"
    assert "fr.lot.signer" in " ".join(error.context for error in submitted.response.errors)
    assert refusing.kept().nothing


@pytest.mark.parametrize("flaw", ["expired", "revoked", "self-signed", "stranger", "wrong-usage"])
def test_a_set_signed_with_a_bad_certificate_is_refused(refusing: Dmp, flaw: str) -> None:
    submitted = refusing.send(letter(), signer=refusing.acting(f"bad/doctor-{flaw}").signer())
    assert submitted.response.outcome == "Failure"
    assert refusing.kept().nothing


def test_a_set_about_another_patient_than_the_token_is_refused(refusing: Dmp) -> None:
    submitted = refusing.send(letter(OTHER_PATIENT), refusing.acting(patient=PATIENT))
    assert submitted.response.outcome == "Failure"
    assert "fr.lot.patient" in submitted.response.errors[0].context
    assert refusing.kept().nothing


def test_a_set_of_another_structure_than_the_token_is_refused_in_the_words_of_the_dmp(refusing: Dmp) -> None:
    submitted = refusing.send(by_structure(letter(), "10B0000000"), refusing.acting("hospital"))
    assert submitted.response.outcome == "Failure"
    assert "Aucun AuthorInstitution ne correspond" in " ".join(error.context for error in submitted.response.errors)
    assert refusing.kept().nothing


def test_an_ins_of_another_environment_is_refused_in_french(refusing: Dmp) -> None:
    real, document = PATIENT.replace(".4.10&", ".4.8&"), letter()
    document = replace(document, entry=replace(document.entry, patient_id=real))
    submitted = refusing.send(document, refusing.acting(patient=real))
    assert submitted.response.outcome == "Failure"
    assert any("1.2.250.1.213.1.4.8" in error.context for error in submitted.response.errors)
    assert refusing.kept().nothing


@pytest.mark.parametrize("name", ["doctor", "hospital"])
def test_a_good_set_is_accepted_found_and_retrieved_byte_for_byte(dmp: Dmp, name: str) -> None:
    document, acting = by_structure(letter(), STRUCTURE), dmp.acting(name)
    submitted = dmp.send(document, acting)
    assert submitted.response.outcome == "Success", submitted.response.errors
    kept = dmp.kept()
    assert (kept.files, kept.entries, kept.sets, kept.documents, kept.evidence) == (2, 2, 1, 2, 1)
    registry, repository = acting.client(dmp.serving.registry, 30), acting.client(dmp.serving.repository, 30)
    consumer = DocumentConsumer(registry, repository)
    found = consumer.find_documents(PATIENT).entries
    [entry] = [each for each in found if each.unique_id == document.entry.unique_id]
    out = io.BytesIO()
    consumer.fetch(entry, out)
    assert out.getvalue() == document.content

    stranger = dmp.acting(name, OTHER_PATIENT)
    request = DocumentRequest(dmp.serving.repository_unique_id, str(entry.unique_id))
    others = DocumentConsumer(stranger.client(dmp.serving.registry, 30), stranger.client(dmp.serving.repository, 30))
    with pytest.raises(SoapFault, match="FailedAuthentication"):
        others.retrieve([request]).__enter__()
    with pytest.raises(SoapFault, match="FailedAuthentication"):
        others.get_documents([entry.entry_uuid])
