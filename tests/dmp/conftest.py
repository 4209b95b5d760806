"""A valid submission to the DMP, and where the official messages and documents are, which are not of the project."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dmp import nomenclature
from metadata.affinity import AffinityDomain
from metadata.model import Association, Author, Code, DocumentEntry, SubmissionSet, XdsObject
from metadata.rules import Finding, check
from metadata.translate import Submission, to_ebrim
from metadata.vocabulary import HAS_MEMBER, SIGNS


def _samples() -> Path | None:
    named = os.environ.get("CARNET_SAMPLES")
    here = (above / "shared" / "samples" for above in Path(__file__).resolve().parents)
    return next((place for place in ([Path(named)] if named else here) if place.is_dir()), None)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The directory of official samples, with `cda/`, `dmp/` and `jdv/` in it."""
    directory = _samples()
    if directory is None:
        pytest.skip("the official samples are not here; name their directory in CARNET_SAMPLES")
    return directory


DOCTOR = "899900063480^MAX^LIBRE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
PRACTICE = "CABINET DR LIBRE^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^499900063480001"
AUTHOR = Author(
    person=DOCTOR,
    institutions=(PRACTICE,),
    roles=("Médecin traitant",),
    specialties=("G15_10/SM26^Médecin - Qualifié en Médecine Générale (SM)^1.2.250.1.213.1.1.4.5",),
)
INS = "207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH"
NOW = "20260604135051"


def _document() -> DocumentEntry:
    return DocumentEntry(
        entry_uuid="document",
        unique_id="1.2.250.1.999.1.1.7898.3.1",
        patient_id=INS,
        mime_type="text/xml",
        class_code=Code("10", nomenclature.CLASSES, "Compte rendu"),
        type_code=Code("11488-4", nomenclature.LOINC, "CR ou fiche de consultation ou de visite"),
        format_code=Code("urn:ihe:iti:xds-sd:text:2008", nomenclature.IHE_FORMATS, "Texte dans un CDA"),
        healthcare_facility_type_code=Code("SA07", nomenclature.FACILITIES, "Cabinet individuel"),
        practice_setting_code=Code("AMBULATOIRE", nomenclature.PRACTICE_SETTINGS, "Ambulatoire"),
        confidentiality_codes=(nomenclature.NORMAL,),
        event_codes=(Code("BACA008", "1.2.250.1.213.2.5", "suture"),),
        authors=(AUTHOR,),
        legal_authenticator=DOCTOR,
        title="Consultation",
        creation_time="20260604120000",
        service_start_time="20260604110000",
        service_stop_time="20260604113000",
        language_code="fr-FR",
        source_patient_id="0456789999^^^&1.2.250.1.999.1.1.7898.2&ISO^PI",
        source_patient_info=(
            "PID-5|PATB-QUATRE^LAURENCE^^^^^L",
            "PID-5|MARTIN^LAURE^^^^^D",
            "PID-7|19070525",
            "PID-8|F",
        ),
        reference_ids=("acc-7^^^&1.2.250.1.999.5&ISO^urn:ihe:iti:xds:2013:accession",),
    )


def _signature() -> DocumentEntry:
    return replace(
        _document(),
        entry_uuid="signature",
        unique_id="1.2.250.1.999.1.1.7898.4.1",
        class_code=nomenclature.SIGNATURE_CLASS,
        type_code=nomenclature.SIGNATURE_TYPE,
        format_code=nomenclature.SIGNATURE_FORMAT,
        confidentiality_codes=nomenclature.SIGNATURE_CONFIDENTIALITY,
        event_codes=(nomenclature.SIGNATURE_EVENT,),
        title="Source",
        creation_time=NOW,
        service_start_time=NOW,
        service_stop_time=NOW,
        language_code="art",
        source_patient_id=INS,
        source_patient_info=(),
        reference_ids=(),
    )


class Lot:
    """A submission as the DMP wants it; every method changes one thing."""

    def __init__(self) -> None:
        lot = SubmissionSet(
            entry_uuid="lot",
            unique_id="1.2.250.1.999.1.1.7898.1.1",
            patient_id=INS,
            source_id="1.2.250.1.999.1.1.7898",
            submission_time=NOW,
            content_type_code=Code("07", nomenclature.CONTENT_TYPES, "Consultations externes"),
            authors=(AUTHOR,),
            title="Consultation du 4 juin",
        )
        objects: tuple[XdsObject, ...] = (
            lot,
            _document(),
            _signature(),
            Association("lot-document", HAS_MEMBER, "lot", "document", submission_set_status="Original"),
            Association("lot-signature", HAS_MEMBER, "lot", "signature", submission_set_status="Original"),
            Association("signs", SIGNS, "signature", "lot", submission_set_status="Original"),
        )
        self.objects = {x.entry_uuid: x for x in objects}
        self.transaction = "ITI-41"

    # --- judging ----------------------------------------------------------------------------------------------------

    def findings(self, domain: AffinityDomain) -> list[Finding]:
        submission = Submission.of(to_ebrim(x) for x in self.objects.values())
        return check(submission, domain, transaction=self.transaction)

    def broken(self, domain: AffinityDomain) -> list[str]:
        """The ids of the broken rules, each once."""
        return list(dict.fromkeys(f.rule.id for f in self.findings(domain)))

    # --- changing ---------------------------------------------------------------------------------------------------

    def change(self, id_: str, **changes: Any) -> None:
        """Change attributes of one object."""
        self.objects[id_] = replace(self.objects[id_], **changes)

    def patient(self, patient_id: str) -> None:
        """Another patient for all of them."""
        for id_ in ("lot", "document", "signature"):
            self.change(id_, patient_id=patient_id)

    def author(self, id_: str, **changes: Any) -> None:
        """Change the author of one object; of the document unless said otherwise."""
        self.change(id_, authors=(replace(AUTHOR, **changes),))

    def info(self, *values: str) -> None:
        """Another sourcePatientInfo."""
        self.change("document", source_patient_info=values)

    def link(self, id_: str, kind: str, source: str, target: str, status: str | None = None) -> None:
        """One more Association, or another in the place of one."""
        self.objects[id_] = Association(id_, kind, source, target, submission_set_status=status)

    def drop(self, *ids: str) -> None:
        for id_ in ids:
            del self.objects[id_]

    def unsign(self) -> None:
        """Leave the signature out."""
        self.drop("signature", "lot-signature", "signs")


@pytest.fixture
def lot() -> Lot:
    return Lot()
