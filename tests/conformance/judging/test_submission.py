"""One thing wrong in a submission, its documents or its signature."""

import re
from pathlib import Path
from typing import Any

import pytest

from conformance.judging import judge
from conformance.model import MUST
from metadata.affinity import AffinityDomain
from security.certificates import TrustStore
from security.revocation import RevocationLists
from security.usages import Usage


def rules(judged: Any) -> list[str]:
    return [each.rule for each in judged.remarks]


def document_of(data: bytes) -> bytes:
    begin = data.index(b"<ClinicalDocument")
    return data[begin : data.index(b"</ClinicalDocument>") + 19]


def test_a_hash_and_a_size_that_are_not_those_of_the_document_are_told(submission: Any) -> None:
    judged = submission.changed(b"</ClinicalDocument>", b" </ClinicalDocument>").judge()
    assert rules(judged) == ["repository.hash.mismatch", "repository.size.mismatch"]
    assert all("(line " in each.where for each in judged.remarks)
    assert judged.remarks[0].code == "XDSRepositoryMetadataError"


def test_a_size_alone_that_is_not_that_of_the_document_is_told(submission: Any) -> None:
    size = re.search(rb'<rim:Slot name="size"><rim:ValueList><rim:Value>(\d+)', submission.data)
    assert size is not None
    assert rules(submission.changed(size[0], size[0] + b"0").judge()) == ["repository.size.mismatch"]


def test_a_document_of_another_id_is_told_on_both_sides(submission: Any) -> None:
    judged = submission.changed(b'<xds:Document id="urn:uuid:', b'<xds:Document id="urn:uuid:0').judge()
    assert rules(judged) == ["repository.document.missing", "repository.entry.missing"]


def test_an_entry_is_missed_its_document_also_when_no_document_came_at_all(submission: Any) -> None:
    document = re.search(rb"<xds:Document .*?</xds:Document>", submission.data, re.S)
    assert document is not None
    assert "repository.document.missing" in rules(submission.changed(document[0], b"").judge())


def test_a_body_whose_boundary_has_a_colon_is_no_head(submission: Any) -> None:
    boundary = submission.content_type.split('boundary="')[1].split('"')[0].encode()
    data = submission.data.replace(b"--" + boundary, b"--uuid:4711")
    assert judge(data).remarks == judge(submission.data).remarks


def test_a_rule_of_the_book_is_told_with_its_code_and_both_sentences(submission: Any) -> None:
    judged = submission.changed(b'mimeType="text/xml"', b'mimeType="xml"').judge()
    (remark,) = judged.remarks
    assert (remark.rule, remark.level, remark.code) == ("de.mimeType.format", MUST, "XDSRepositoryMetadataError")
    assert remark.section == "ITI TF-3 4.2.3.2.15"
    assert remark.text("fr") == remark.fr != remark.en


def test_the_schema_is_told_with_its_line(submission: Any) -> None:
    broken = submission.changed(b"<rim:ExtrinsicObject", b"\n<rim:Extra/>\n<rim:ExtrinsicObject")
    found = [each for each in judge(broken.with_head()).remarks if each.rule == "xml.schema"]
    line = broken.with_head()[: broken.with_head().index(b"<rim:Extra/>")].count(b"\n") + 1
    assert found
    assert found[0].where.endswith(f"(line {line})")
    assert f"line {line}" in found[0].en


def test_codes_are_judged_where_they_are_given(submission: Any) -> None:
    domain = AffinityDomain(codes={"classCode": frozenset({("X", "2.999")})})
    assert rules(submission.judge()) == []
    assert rules(submission.judge(domain=domain)) == ["domain.classCode.unknown"]


def test_a_list_of_more_objects_than_anybody_sends_is_not_run_through() -> None:
    objects = b'<ExtrinsicObject id="a"/>' * 10_001
    judged = judge(
        b'<RegistryObjectList xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">%b</RegistryObjectList>' % objects
    )
    assert "ebrim.limit" in rules(judged)
    assert "IHE rules" not in judged.checked


def test_more_remarks_than_anybody_reads_are_counted(submission: Any) -> None:
    slots = b"".join(b'<rim:Slot name="n%d"/>' % n for n in range(700))
    judged = submission.changed(b'<rim:Slot name="languageCode">', slots + b'<rim:Slot name="languageCode">').judge()
    assert rules(judged)[-1] == "judging.more"
    assert len(judged.remarks) == 501


# --- the French lot -------------------------------------------------------------------------------------------------


def test_a_lot_without_signature_is_told(make_lot: Any) -> None:
    assert rules(make_lot(signed=False).judge(profile="dmp")) == ["fr.signature.missing"]


def test_a_document_changed_after_the_signature_is_told(lot: Any) -> None:
    judged = lot.changed(b"<title>", b"<title>Autre ").judge(profile="dmp")
    assert "lot.document-digest" in rules(judged)
    assert "fr.cda.title" in rules(judged)


def test_a_manifest_changed_after_the_signature_is_told(lot: Any) -> None:
    at = lot.data.rindex(b"<DigestValue>", 0, lot.data.rindex(b"</Manifest>")) + 13
    at = at if lot.data[at : at + 1] != b"A" else at + 1
    data = lot.data[:at] + b"A" + lot.data[at + 1 :]
    judged = judge(data, content_type=lot.content_type, profile="dmp", at=lot.at)
    assert {"lot.digest", "lot.document-digest"} <= set(rules(judged))
    assert all(each.fr != each.en for each in judged.remarks)


def test_a_signature_is_judged_alone(lot: Any) -> None:
    begin = lot.data.rindex(b"<Signature")
    begin = lot.data.rindex(b"\r\n\r\n", 0, lot.data.rindex(b"</Signature>")) + 4
    alone = lot.data[begin : lot.data.rindex(b"\r\n--carnet-")]
    judged = judge(alone, at=lot.at)
    assert (judged.kind, judged.checked, judged.remarks) == ("signature", ("signature",), ())
    spoiled = alone.replace(b"<SigningTime>2", b"<SigningTime>1").replace(b":SigningTime>2", b":SigningTime>1")
    assert spoiled != alone
    assert "lot.digest" in rules(judge(spoiled, at=lot.at))


def test_a_signature_by_nobody_known_is_told_with_a_trust_store(lot: Any, trust: Any) -> None:
    nobody = TrustStore(dict.fromkeys(Usage, ()), dict.fromkeys(Usage, ()), RevocationLists([]))
    assert rules(lot.judge(profile="dmp", trust=trust)) == []
    assert {"lot.certificate", "vihf.certificate"} <= set(rules(lot.judge(profile="dmp", trust=nobody)))


def test_an_entry_that_contradicts_its_document_is_told(lot: Any) -> None:
    old = lot.data[lot.data.index(b'<rim:Slot name="languageCode">') :].split(b"<rim:Value>")[1].split(b"<")[0]
    judged = lot.changed(b"<rim:Value>%b</rim:Value>" % old, b"<rim:Value>en-US</rim:Value>").judge(profile="dmp")
    assert "fr.cda.languageCode" in rules(judged)
    assert "fr.cda.languageCode" not in rules(lot.judge(profile="dmp"))


def test_the_official_lot_is_told_what_is_known_of_it(samples: Path) -> None:
    judged = judge((samples / "dmp" / "TD2.1-alimentation-requete.xml").read_bytes(), profile="auto")
    assert judged.kind == "ITI-41 request"
    assert {"wire.soap.version", "wire.mime.action", "lot.manifest-set", "lot.manifest-extra", "lot.manifest-missing",
            "fr.cda.uniqueId", "ebrim.document-id.case", "vihf.conditions"} <= set(rules(judged))  # fmt: skip
    assert not [each for each in rules(judged) if each.startswith("repository.")], "documentME2 is DocumentME2"
    assert {"French rules", "signature of the set", "CDA coherence", "VIHF", "XSD"} <= set(judged.checked)


@pytest.mark.parametrize("name", ["TD3.1-recherche-requete", "TD3.2-consultation-requete"])
def test_the_official_requests_are_good_but_for_their_age(samples: Path, name: str) -> None:
    judged = judge((samples / "dmp" / f"{name}.xml").read_bytes(), profile="auto")
    assert [each.rule for each in judged.remarks if each.level is MUST] == ["vihf.conditions"]


def test_an_id_in_other_letters_is_forgiven_in_france_alone(lot: Any) -> None:
    found = re.search(rb'<xds:Document id="(urn:uuid:[^"]*)"', lot.data)
    assert found is not None
    other = lot.changed(found[0], found[0].replace(found[1], found[1].upper().replace(b"URN:UUID", b"urn:uuid")))
    assert rules(other.judge(profile="dmp")) == ["ebrim.document-id.case"]
    assert "repository.document.missing" in rules(other.judge(profile="ihe"))
