from pathlib import Path

import pytest
from lxml import etree

from metadata import vocabulary as v
from metadata.ebrim import RegistryObject
from metadata.model import Association, Author, Code, DocumentEntry, SubmissionSet
from metadata.translate import Submission, to_ebrim

DATA = Path(__file__).parent / "data"

PATIENT = "ann7^^^&2.999.31&ISO"


@pytest.fixture
def entry() -> DocumentEntry:
    """A complete and valid DocumentEntry of a submission; its id is symbolic."""
    return DocumentEntry(
        entry_uuid="letter",
        unique_id="2.999.31.100.1",
        patient_id=PATIENT,
        mime_type="text/plain",
        class_code=Code("11488", "2.999.32.1", "Compte rendu"),
        type_code=Code("34133-9", "2.999.32.6", "Lettre de sortie"),
        format_code=Code("F-TXT", "2.999.32.3", "Texte brut"),
        healthcare_facility_type_code=Code("H-IP", "2.999.32.4", "Hospitalisation"),
        practice_setting_code=Code("P-MED", "2.999.32.5", "Médecine générale"),
        confidentiality_codes=(Code("N", "2.999.32.2", "Normal"),),
        event_codes=(Code("E1", "2.999.32.8", "Premier événement"), Code("E2", "2.999.32.8", "Second événement")),
        authors=(
            Author(
                person="D88^Durand^Paul^^^Dr^^^&2.999.31.3&ISO",
                institutions=("Hôpital du Nord^^^^^&2.999.31.4&ISO^^^^H1",),
                roles=("PRAT^^^&2.999.32.9&ISO",),
                specialties=("Médecine interne",),
                telecommunications=("^^Internet^paul.durand@example.org",),
            ),
        ),
        legal_authenticator="D88^Durand^Paul^^^Dr^^^&2.999.31.3&ISO",
        title="Lettre de liaison à la sortie",
        comments="Remise au patient",
        creation_time="20250611083000",
        service_start_time="20250604",
        service_stop_time="20250611",
        language_code="fr-FR",
        hash="a9993e364706816aba3e25717850c26c9cd0d89d",
        size="3",
        repository_unique_id="2.999.31.1",
        source_patient_id="mrn-4021^^^&2.999.31.2&ISO",
        source_patient_info=("PID-5|Martin^Alice", "PID-8|F"),
        reference_ids=("acc-7^^^&2.999.31.5&ISO^urn:ihe:iti:xds:2013:accession",),
        uri="letter.txt",
    )


@pytest.fixture
def submission_set() -> SubmissionSet:
    """A complete and valid SubmissionSet; its id is symbolic."""
    return SubmissionSet(
        entry_uuid="set",
        unique_id="2.999.31.100.2",
        patient_id=PATIENT,
        source_id="2.999.31.9",
        submission_time="20250611083112",
        content_type_code=Code("discharge", "2.999.32.7", "Sortie"),
        authors=(Author(person="D88^Durand^Paul^^^Dr^^^&2.999.31.3&ISO"),),
        intended_recipients=("Cabinet des Lilas|^Petit^Jeanne|",),
        title="Sortie du 11 juin",
    )


@pytest.fixture
def membership() -> Association:
    """The HasMember that puts the entry into the SubmissionSet."""
    return Association("member", v.HAS_MEMBER, "set", "letter", submission_set_status="Original")


@pytest.fixture
def submission(entry: DocumentEntry, submission_set: SubmissionSet, membership: Association) -> Submission:
    """One entry, its SubmissionSet and the membership: a complete and valid submission."""
    return Submission.of(to_ebrim(x) for x in (entry, submission_set, membership))


@pytest.fixture
def submission_xml() -> etree._Element:
    """The least submission that is complete: `lcm:SubmitObjectsRequest` with one entry, the mark beside its package."""
    return etree.parse(DATA / "submission.xml").getroot()


@pytest.fixture
def registry_objects(submission: Submission) -> tuple[RegistryObject, ...]:
    return submission.objects
