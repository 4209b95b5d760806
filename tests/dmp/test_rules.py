"""The French rules: each broken by one change of a valid submission, and by nothing else."""

import re
from collections.abc import Callable
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from dmp import nomenclature
from dmp.domain import domain
from dmp.ins import InsPolicy
from dmp.rules import FRENCH, FRENCH_STRICT, signatures
from dmp.rules.page import CHAPTERS, render
from metadata.model import Author, Code, DocumentEntry, Folder
from metadata.rules import BOOK, MUST, SHOULD, Rule
from metadata.rules.book import On
from metadata.translate import Submission, to_ebrim
from metadata.vocabulary import HAS_MEMBER

Lot = Any  # of conftest.py
PAGE = Path(__file__).parents[2] / "docs" / "rules-dmp.md"
SPEC = re.compile(r"(ANS|CI-SIS|DMP|NOS) [A-ZÉa-zé0-9][^|]*")

NH = "^^^&1.2.250.1.213.1.4.10&ISO^NH"
PS = "^^^^^^&1.2.250.1.71.4.2.1&ISO"
STRUCT = "^^^^^&1.2.250.1.71.4.2.2&ISO"
INFO = ("PID-5|PATB-QUATRE^LAURENCE^^^^^L", "PID-7|19070525", "PID-8|F")


def author(person: str, **changes: Any) -> Author:
    """Someone else; still the author of everything, unless said otherwise."""
    return Author(person=person, institutions=(f"CABINET{STRUCT}^IDNST^^^499900063480001",), **changes)


def every(lot: Lot, someone: Author) -> None:
    for id_ in ("lot", "document", "signature"):
        lot.change(id_, authors=(someone,))
    for id_ in ("document", "signature"):
        lot.change(id_, legal_authenticator=someone.person)


def signature(**changes: Any) -> Callable[[Lot], None]:
    return lambda lot: lot.change("signature", **changes)


def document(**changes: Any) -> Callable[[Lot], None]:
    return lambda lot: lot.change("document", **changes)


def the_set(**changes: Any) -> Callable[[Lot], None]:
    return lambda lot: lot.change("lot", **changes)


def person(text: str) -> Callable[[Lot], None]:
    return lambda lot: every(lot, author(text))


def institution(text: str) -> Callable[[Lot], None]:
    return lambda lot: lot.author("document", institutions=(text,))


def info(*values: str) -> Callable[[Lot], None]:
    return lambda lot: lot.info(*values)


def _folder(lot: Lot) -> None:
    lot.objects["folder"] = Folder("folder", "1.2.250.1.999.9", lot.objects["lot"].patient_id, (CODE,), "Dossier")
    lot.link("lot-folder", HAS_MEMBER, "lot", "folder")


def _signed_twice(lot: Lot) -> None:
    first = lot.objects["signature"]
    lot.objects["second"] = first
    lot.change("second", entry_uuid="second", unique_id="1.2.250.1.999.1.1.7898.4.2")
    lot.link("lot-second", HAS_MEMBER, "lot", "second", "Original")
    lot.link("second-signs", lot.objects["signs"].type, "second", "lot", "Original")


CODE = Code("11488-4", nomenclature.LOINC, "CR ou fiche de consultation ou de visite")
OTHER = Code("SA01", nomenclature.FACILITIES, "Etablissement public de santé")
HOSPITAL = Code("ETABLISSEMENT", nomenclature.PRACTICE_SETTINGS, "Etablissement de santé")

BREAKS: dict[str, Callable[[Lot], None]] = {
    # the patient
    "fr.patientId.structure": lambda lot: lot.patient("20705857562709" + NH),
    "fr.patientId.key": lambda lot: lot.patient("207058575627098" + NH),
    "fr.patientId.month": lambda lot: lot.patient("207158575627063" + NH),
    "fr.patientId.type": lambda lot: lot.patient("207058575627097^^^&1.2.250.1.213.1.4.10&ISO^INS-NIR"),
    "fr.sourcePatientId.type": document(source_patient_id="0456789999^^^&1.2.250.1.999.2&ISO"),
    "fr.sourcePatientInfo.missing": info(),
    "fr.sourcePatientInfo.birth-name": info("PID-5|A^B^^^^^D", *INFO[1:]),
    "fr.sourcePatientInfo.used-name": info(*INFO, "PID-5|A^B^^^^^D", "PID-5|C^D^^^^^D"),
    "fr.sourcePatientInfo.name-type": info(*INFO, "PID-5|A^B"),
    "fr.sourcePatientInfo.field": info(*INFO, "PID-6|A^B"),
    "fr.sourcePatientInfo.repeated": info(*INFO, "PID-3|1^^^&1.2&ISO^PI", "PID-3|2^^^&1.2&ISO^PI"),
    "fr.sourcePatientInfo.birth-date": info(INFO[0], "PID-7|1907", INFO[2]),
    "fr.sourcePatientInfo.sex": info(INFO[0], INFO[1], "PID-8|2"),
    # DocumentEntry
    "fr.title.missing": document(title=None),
    "fr.author.missing": document(authors=()),
    "fr.legalAuthenticator.missing": document(legal_authenticator=None),
    "fr.serviceStartTime.missing": document(service_start_time=None),
    "fr.uniqueId.oid": document(unique_id="1.2.250.1.999.1^A1"),
    "fr.creationTime.precision": document(creation_time="20260604"),
    "fr.languageCode.unknown": document(language_code="fr"),
    "fr.classCode.type": document(class_code=Code("11", nomenclature.CLASSES, "Synthèse")),
    "fr.formatCode.scheme": document(format_code=Code("text", "1.2.3", "Texte")),
    "fr.confidentialityCode.level": document(confidentiality_codes=(nomenclature.MASQUE_PS,)),
    "fr.confidentialityCode.count": document(
        confidentiality_codes=(
            *(nomenclature.NORMAL, nomenclature.MASQUE_PS, nomenclature.INVISIBLE_REPRESENTANTS_LEGAUX),
            *(Code("R", nomenclature.CONFIDENTIALITY, "Restreint"), Code("V", nomenclature.CONFIDENTIALITY, "Très")),
        )
    ),
    "fr.confidentialityCode.cumul": document(confidentiality_codes=nomenclature.SIGNATURE_CONFIDENTIALITY),
    "fr.referenceIdList.type": document(reference_ids=("1^^^&1.2&ISO^urn:ihe:iti:xds:2013:referral",)),
    "fr.homeCommunityId.unused": document(home_community_id="urn:oid:1.2.3"),
    "fr.URI.unused": document(uri="letter.xml"),
    # SubmissionSet and Folder
    "fr.ss.author.missing": the_set(authors=()),
    "fr.ss.author.single": lambda lot: lot.change("lot", authors=lot.objects["lot"].authors * 2),
    "fr.ss.submissionTime.precision": the_set(submission_time="202606041350"),
    "fr.ss.homeCommunityId.unused": the_set(home_community_id="urn:oid:1.2.3"),
    "fr.ss.intendedRecipient.unused": the_set(intended_recipients=("Cabinet des Lilas||",)),
    "fr.folder.unused": _folder,
    # persons, devices, structures
    "fr.person.id": person("899900063480^MAX^LIBRE^^^^^^^D^^^IDNPS"),
    "fr.person.name": person(f"899900063480^MAX{PS}^D^^^IDNPS".replace("MAX^^^^^^", "MAX^^^^^^^")),
    "fr.person.name-type": person(f"899900063480^MAX^LIBRE{PS}^L^^^IDNPS"),
    "fr.person.type": person(f"30B0037750/CPET0001^MAX^LIBRE{PS}^D^^^IDNPS"),
    "fr.person.national": person(f"ANS20231122132732^MAX^LIBRE{PS}^D^^^IDNPS"),
    "fr.person.rpps-key": person(f"899900063481^MAX^LIBRE{PS}^D^^^IDNPS"),
    "fr.institution.missing": lambda lot: lot.author("document", institutions=()),
    "fr.institution.patient": person("207058575627097^A^B^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH"),
    "fr.institution.id": institution("CABINET"),
    "fr.institution.type": institution(f"CABINET{STRUCT}^FINEJ^^^499900063480001"),
    "fr.institution.national": institution(f"CABINET{STRUCT}^IDNST^^^123"),
    "fr.role.single": lambda lot: lot.author("document", roles=("Préleveur", "Correspondant")),
    "fr.specialty.form": lambda lot: lot.author("document", specialties=("Médecine générale",)),
    "fr.specialty.unknown": lambda lot: lot.author("document", specialties=("SM26^Médecin^1.2.250.1.213.1.1.4.5",)),
    # the signature
    "fr.signature.missing": lambda lot: lot.unsign(),
    "fr.signature.single": _signed_twice,
    "fr.signature.alone": lambda lot: lot.drop("document", "lot-document"),
    "fr.signature.signs": lambda lot: lot.drop("signs"),
    "fr.signature.mimeType": signature(mime_type="application/dicom"),
    "fr.signature.classCode": signature(class_code=Code("10", nomenclature.CLASSES, "Compte rendu")),
    "fr.signature.typeCode": signature(type_code=Code("SYNTH", nomenclature.TYPES, "Synthèse")),
    "fr.signature.formatCode": signature(
        format_code=Code("urn:ihe:iti:xds-sd:text:2008", nomenclature.IHE_FORMATS, "Texte")
    ),
    "fr.signature.languageCode": signature(language_code="fr-FR"),
    "fr.signature.title": signature(title="Signature"),
    "fr.signature.eventCodeList": signature(event_codes=()),
    "fr.signature.confidentialityCode": signature(confidentiality_codes=(nomenclature.NORMAL,)),
    "fr.signature.times": signature(service_start_time="20260604135050"),
    "fr.signature.sourcePatientId": signature(source_patient_id="0456789999^^^&1.2.250.1.999.2&ISO^PI"),
    "fr.signature.sourcePatientInfo": signature(source_patient_info=INFO),
    "fr.signature.comments": signature(comments="signé"),
    "fr.signature.author": lambda lot: lot.change(
        "signature",
        authors=(author(f"00B2800585^OPTO^SEB{PS}^D^^^IDNPS"),),
        legal_authenticator=f"00B2800585^OPTO^SEB{PS}^D^^^IDNPS",
    ),
    "fr.signature.legalAuthenticator": signature(legal_authenticator=f"00B2800585^OPTO^SEB{PS}^D^^^IDNPS"),
    "fr.signature.healthcareFacilityTypeCode": signature(healthcare_facility_type_code=OTHER),
    "fr.signature.practiceSettingCode": signature(practice_setting_code=HOSPITAL),
}
"""Rule → the change that breaks it."""

ALSO = {
    "fr.signature.typeCode": {"fr.classCode.type"},  # SYNTH has a class of its own
}
"""What a change breaks beside the rule it is for."""

DOMAIN, STRICT = domain(), domain(strict=True)


@pytest.mark.parametrize("book", [DOMAIN, STRICT], ids=["lenient", "strict"])
def test_a_valid_submission_breaks_no_rule(lot: Lot, book: Any) -> None:
    for lot.transaction in ("ITI-41", "ITI-42"):
        codes = {f.rule.id for f in lot.findings(book)}
        # IHE asks for these in ITI-42 only: the repository adds them.
        assert codes <= {"de.hash.missing", "de.size.missing", "de.repositoryUniqueId.missing"}


@pytest.mark.parametrize("rule_id", BREAKS)
def test_one_change_breaks_one_rule(lot: Lot, rule_id: str) -> None:
    BREAKS[rule_id](lot)
    assert set(lot.broken(DOMAIN)) == {rule_id} | ALSO.get(rule_id, set())
    assert set(lot.broken(STRICT)) == {rule_id} | ALSO.get(rule_id, set())


@pytest.mark.parametrize("rule_id", BREAKS)
def test_a_broken_rule_says_so_in_both_languages(lot: Lot, rule_id: str) -> None:
    BREAKS[rule_id](lot)
    found = next(f for f in lot.findings(DOMAIN) if f.rule.id == rule_id)
    assert found.at
    for language in ("en", "fr"):
        assert "{" not in found.message(language)
        assert found.error(language).code == "XDSRepositoryMetadataError"
        assert found.error(language).warning == (FRENCH[rule_id].level is SHOULD)


def test_an_identifier_of_former_times_is_told_where_it_is_allowed(lot: Lot) -> None:
    lot.patient("1234567890123456789012^^^&1.2.250.1.213.1.4.2&ISO^NH")
    assert lot.broken(DOMAIN) == ["domain.patient.authority", "fr.patientId.legacy"]
    assert lot.broken(domain(ins=InsPolicy.of("test", "1.2.250.1.213.1.4.2"))) == ["fr.patientId.legacy"]
    assert lot.broken(domain(strict=True, ins=InsPolicy.of("1.2.250.1.213.1.4.2"))) == ["fr.patientId.legacy"]


def test_a_message_may_append_a_date_to_the_ins(lot: Lot) -> None:
    lot.patient("207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH^^20100907")
    assert lot.broken(STRICT) == []


def test_a_structure_a_device_and_a_patient_may_be_authors(lot: Lot) -> None:
    lot.author(
        "document",
        person="3750100125/88^Lecteur^M1^^^^^^&1.2.250.1.999.7&ISO^U^^^RI",
        institutions=("EDITEUR^^^^^&1.3.2&ISO^SIREN^^^375010012",),
        specialties=("SNR^Service numérique référencé^1.2.250.1.213.1.1.4.6",),
    )
    assert lot.broken(STRICT) == []
    lot.author("document", person="30B0037750/CPET0001^HOPITAL^CPET0001" + PS + "^D^^^EI")
    assert lot.broken(STRICT) == []
    lot.author("document", person="1234^NOM^Prénom^^^^^^&1.2.250.1.999.8&ISO^D^^^EI")
    assert lot.broken(STRICT) == []


def test_what_a_patient_submits_needs_no_signature(lot: Lot) -> None:
    lot.unsign()
    patient = Author(person="207058575627097^A^B^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH")
    for id_ in ("lot", "document"):
        lot.change(id_, authors=(patient,))
    assert lot.broken(STRICT) == []


def test_a_signature_may_have_the_newer_format(lot: Lot) -> None:
    lot.change("signature", format_code=nomenclature.DETACHED_SIGNATURE_FORMAT)
    assert lot.broken(STRICT) == []


def test_a_signature_may_sign_the_document_as_ihe_has_it(lot: Lot) -> None:
    lot.link("signs", lot.objects["signs"].type, "signature", "document")
    assert lot.broken(STRICT) == []


def test_a_type_of_unknown_class_goes_with_any(lot: Lot) -> None:
    lot.change("document", type_code=Code("101881-1", nomenclature.LOINC, "Carte d'implant"))
    assert lot.broken(STRICT) == []


def test_a_platform_may_allow_masking_from_both_sides_and_do_without_signatures(lot: Lot) -> None:
    BREAKS["fr.confidentialityCode.cumul"](lot)
    assert lot.broken(domain(cumul=True)) == []
    lot.unsign()
    assert lot.broken(domain(cumul=True, signed=False)) == []


def test_a_submission_without_documents_needs_no_signature(lot: Lot) -> None:
    lot.unsign()
    lot.drop("document", "lot-document")
    assert "fr.signature.missing" not in lot.broken(STRICT)


def test_signatures_are_found_by_class_type_or_format(lot: Lot) -> None:
    def found() -> list[str]:
        submission = Submission.of(to_ebrim(x) for x in lot.objects.values())
        return [entry.entry_uuid for entry in signatures(submission)]

    assert found() == ["signature"]
    entry = lot.objects["document"]
    assert isinstance(entry, DocumentEntry)
    for attribute in ("class_code", "type_code", "format_code"):
        lot.objects["document"] = entry
        lot.change("document", **{attribute: getattr(lot.objects["signature"], attribute)})
        assert found() == ["document", "signature"]


def test_no_sentence_repeats_the_traits_of_a_patient(lot: Lot) -> None:
    lot.info("PID-5|DURAND^ALICE", "PID-6|DURAND", "PID-7|1970", "PID-8|FEMME", "PID-3|1", "PID-3|2")
    lot.author("document", person="207058575627097^DURAND^^^^^^^&1.2.250.1.213.1.4.10&ISO^L^^^PI")
    told = " ".join(f.message() + f.message("fr") + f.at for f in lot.findings(STRICT))
    assert not re.search(r"DURAND|ALICE|1970|FEMME", told)


# --- the books ------------------------------------------------------------------------------------------------------


def test_the_committed_page_is_the_one_the_book_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run: python -m dmp.rules.page > docs/rules-dmp.md"


def test_each_rule_is_broken_by_a_test() -> None:
    looking = {r.id for r in FRENCH if r.on is not On.CALL} - {"fr.patientId.legacy"}  # that one needs another domain
    assert looking == set(BREAKS)


@pytest.mark.parametrize("each", FRENCH, ids=lambda r: r.id)
def test_a_rule_is_completely_described(each: Rule) -> None:
    assert re.fullmatch(r"fr(\.[A-Za-z]+(-[a-z]+)*)+", each.id), "an id is words between dots"
    assert SPEC.fullmatch(each.spec), f"{each.spec}: begin with ANS, CI-SIS, DMP or NOS"
    assert each.en != each.fr
    assert any(each.id.split(".")[1] in words for words in CHAPTERS.values()), "give it a chapter in page.py"
    names = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (each.en, each.fr)]
    assert names[0] == names[1]


def test_the_strict_book_is_the_lenient_one_with_refusals_added() -> None:
    assert list(FRENCH.rules) == list(FRENCH_STRICT.rules)
    for lenient in FRENCH:
        strict = FRENCH_STRICT[lenient.id]
        assert (strict.en, strict.fr, strict.spec, strict.check) == (
            lenient.en,
            lenient.fr,
            lenient.spec,
            lenient.check,
        )
        assert strict.level is MUST or lenient.level is SHOULD
    assert {r.level for r in FRENCH_STRICT} == {MUST, SHOULD}


def test_no_french_rule_takes_the_id_of_another() -> None:
    assert len(BOOK + FRENCH) == len(BOOK) + len(FRENCH)
