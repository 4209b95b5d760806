"""The SubmissionSet, and what does not belong in one."""

from dataclasses import replace
from typing import Final

from conformance.messages.dmp import names as n
from conformance.messages.dmp.lot import TYPE_CODE as FOLDER_CODE
from conformance.messages.dmp.lot import Lot, author
from conformance.messages.dmp.metadata.row import NOS, TD21, BadMetadata, must, of_set, should, unchanged
from conformance.messages.edits import attribute
from conformance.messages.objects import Author, Folder
from conformance.model import SHOULD


def _other(lot: Lot) -> Author:
    return replace(author(lot.holder), roles=("Médecin traitant",))


SETS: Final[tuple[BadMetadata, ...]] = (
    must(
        "SubmissionSet.author/1",
        "in a set without an author",
        "dans un lot sans auteur",
        "fr.ss.author.missing",
        of_set(authors=()),
    ),
    should(
        "SubmissionSet.author/2",
        "in a set of two authors",
        "dans un lot de deux auteurs",
        "fr.ss.author.single",
        lambda lot: lot.of_set(authors=(author(lot.holder), _other(lot))),
    ),
    should(
        "SubmissionSet.submissionTime/1",
        "in a set submitted on a day, not to the second",
        "dans un lot soumis un jour donné, sans l'heure",
        "fr.ss.submissionTime.precision",
        lambda lot: lot.of_set(submission_time=lot.set.submission_time[:8]),
    ),
    should(
        "SubmissionSet.intendedRecipient/1",
        "in a set with a recipient",
        "dans un lot avec un destinataire",
        "fr.ss.intendedRecipient.unused",
        of_set(intended_recipients=(f"CLINIQUE^^^^^&{n.STRUCT_IDNAT}&ISO^IDNST^^^10B0990025",)),
    ),
    should(
        "Folder/1",
        "in a set with a folder",
        "dans un lot avec un classeur",
        "fr.folder.unused",
        lambda lot: replace(lot, folders=(Folder(lot.set.patient, codes=(FOLDER_CODE,)),)),
        TD21,
    ),
    BadMetadata(
        "dmp/metadata/SubmissionSet.homeCommunityId/1",
        "in a set with a homeCommunityId",
        "dans un lot avec un homeCommunityId",
        "fr.ss.homeCommunityId.unused",
        unchanged,
        level=SHOULD,
        edits=(attribute("//rim:RegistryPackage", "home", f"urn:oid:{n.OWN_ROOT}"),),
    ),
    must(
        "SubmissionSet.contentTypeCode/1",
        "in a set of a content type that France does not have",
        "dans un lot d'un contentTypeCode que la France n'a pas",
        "domain.contentTypeCode.unknown",
        of_set(content_type=("99", n.CONTENT_TYPES, "Inconnu")),
        NOS + "JDV_J59",
    ),
    must(
        "SubmissionSet.patientId/1",
        "in a set of another patient",
        "dans un lot d'un autre patient",
        "fr.lot.patient",
        of_set(patient=f"207058575627097^^^&{n.INS_TEST}&ISO^NH"),
        "ITI TF-3 4.1.4; DMP TD2.1",
    ),
)
