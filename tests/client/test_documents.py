import hashlib
import os
from pathlib import Path

import pytest

from client import sample
from client.documents import Document, DocumentError, Wishes, prepare
from metadata.affinity import AffinityDomain
from metadata.model import Code
from metadata.rules import check
from metadata.translate import Submission, to_ebrim

PATIENT = "p1^^^&2.999.7&ISO"


def test_a_cda_document_describes_itself(letter: Document, samples: sample.Samples) -> None:
    assert letter.entry.title == "Lettre de consultation de cardiologie"
    assert letter.entry.size == str(len(samples.letter))
    assert letter.entry.hash == hashlib.sha1(samples.letter).hexdigest()
    assert letter.entry.entry_uuid.startswith("urn:uuid:")


def test_wishes_win_over_the_header(samples: sample.Samples) -> None:
    other = Code("18748-4", "2.16.840.1.113883.6.1", "CR d'imagerie médicale")
    document = prepare(samples.letter, Wishes(patient_id=PATIENT, title="Autre", type_code=other))
    assert document.entry.patient_id == PATIENT
    assert document.entry.title == "Autre"
    assert document.entry.type_code == other
    assert document.entry.class_code is not None
    assert document.entry.class_code.code == "31"  # follows from the type


def test_any_file_gets_an_entry_from_its_name_and_date(tmp_path: Path) -> None:
    file = tmp_path / "ordonnance du 3 mars.pdf"
    file.write_bytes(b"%PDF-1.4 ...")
    os.utime(file, (1_772_524_800, 1_772_524_800))
    entry = prepare(file, Wishes(patient_id=PATIENT)).entry
    assert entry.mime_type == "application/pdf"
    assert entry.title == "ordonnance du 3 mars"
    assert entry.creation_time == "20260303080000"
    assert entry.source_patient_id == PATIENT
    assert entry.unique_id is not None
    assert entry.unique_id.startswith("2.25.")


@pytest.mark.parametrize("content", [b"some bytes", b""])
def test_the_defaults_are_what_a_registry_takes(content: bytes) -> None:
    document = prepare(content, Wishes(patient_id=PATIENT, title="Note"))
    submission = Submission.of([to_ebrim(document.entry)])
    broken = [f.rule.id for f in check(submission, AffinityDomain.open(), transaction="ITI-41")]
    assert [rule for rule in broken if rule.startswith("de.")] == []


def test_a_document_of_nobody_is_not_sent(tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(b"%PDF-1.4")
    with pytest.raises(DocumentError, match=r"scan\.pdf does not say whose it is"):
        prepare(file)


def test_a_broken_cda_document_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.xml"
    file.write_bytes(b'<ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget>')
    with pytest.raises(DocumentError, match=r"broken\.xml: the document is not well-formed"):
        prepare(file, Wishes(patient_id=PATIENT))


def test_a_long_title_is_cut_to_what_an_entry_may_have(samples: sample.Samples) -> None:
    document = prepare(samples.letter, Wishes(title="x" * 300))
    assert document.entry.title == "x" * 126 + "…"


def test_the_bytes_of_a_file_are_read_in_pieces_when_they_are_sent(tmp_path: Path) -> None:
    file = tmp_path / "large.bin"
    content = os.urandom(600_000)
    file.write_bytes(content)
    document = prepare(file, Wishes(patient_id=PATIENT))
    pieces = list(document.chunks())
    assert len(pieces) > 1
    assert b"".join(pieces) == content


def test_samples_are_new_each_time_and_know_each_other() -> None:
    one, two = sample.fresh(), sample.fresh()
    assert prepare(one.letter).entry.unique_id != prepare(two.letter).entry.unique_id
    [parent] = prepare(one.second_version).parents
    assert parent.unique_id == prepare(one.letter).entry.unique_id
