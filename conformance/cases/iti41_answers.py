"""ITI-41 Provide and Register Document Set-b: what is handed on to the registry, and how the answer looks."""

from typing import Final

from conformance.answer import attribute_of, slot_of
from conformance.book import case
from conformance.kept import brings, comes_back, repository_id
from conformance.messages import names as n
from conformance.messages.edits import slot
from conformance.messages.objects import Association
from conformance.model import SHOULD
from conformance.passing import MULTIPART, SUCCESS, found, refused
from conformance.trial import Trial

_NOT_OURS: Final = "1.2.250.1.999.1.99"
_WRONG_HASH: Final = slot("//rim:ExtrinsicObject", "hash", "da39a3ee5e6b4b0d3255bfef95601890afd80709")


@case(
    "iti-41/4.1.3/40",
    title="Leaves hash, size and repositoryUniqueId out, and asks the registry for them",
    requirement="The repository adds hash, size and its own repositoryUniqueId to each DocumentEntry.",
    section="ITI TF-2 3.41.4.1.3.2",
    passing=found("<rim:ExtrinsicObject …> with Slots hash, size and repositoryUniqueId"),
    needs=["repository", "registry"],
    covers=["iti-41.hash.set", "iti-41.size.set", "iti-41.repositoryUniqueId.set"],
)
def completed(trial: Trial) -> None:
    entry = trial.entry(content=b"thirty-one bytes, a line end:\r\n", described=False)
    trial.provide(trial.submission(entry)).succeeds()
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [entry.id])]).finds(entry.id)
    held = answer.one(entry.id)
    for name, value in (("hash", entry.hash), ("size", "31")):
        got = [each.lower() for each in slot_of(held, name)]
        answer.check(f"{name} is {value}", got == [value], f"rim:Slot[@name='{name}']", value, got)
    told = slot_of(held, "repositoryUniqueId")
    answer.check("there is one repositoryUniqueId", len(told) == 1, "rim:Slot[@name='repositoryUniqueId']", 1, told)
    brings(trial.retrieve(("".join(told), entry.unique_id)).succeeds(), entry)


@case(
    "iti-41/4.1.3/41",
    title="Gives the repositoryUniqueId of another repository",
    requirement="The repository puts its own repositoryUniqueId in place of one that was given: "
    "the document can be retrieved under what the registry says.",
    section="ITI TF-2 3.41.4.1.3.2",
    passing=found("<rim:ExtrinsicObject …> with the repository's own repositoryUniqueId"),
    needs=["repository", "registry"],
    covers=["iti-41.repositoryUniqueId.set"],
)
def other_repository(trial: Trial) -> None:
    entry = trial.entry(repository_unique_id=_NOT_OURS)
    trial.provide(trial.submission(entry)).succeeds()
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [entry.id])]).finds(entry.id)
    told = slot_of(answer.one(entry.id), "repositoryUniqueId")
    right = len(told) == 1 and told[0] != _NOT_OURS
    answer.check(
        "the repositoryUniqueId is the repository's own", right, "rim:Slot[@name='repositoryUniqueId']", 1, told
    )
    brings(trial.retrieve(("".join(told), entry.unique_id)).succeeds(), entry)


@case(
    "iti-41/4.1.3/42",
    title="Gives the right hash in upper case",
    requirement="hash is a hexadecimal number: upper and lower case letters are the same.",
    section="ITI TF-2 3.41.4.1.3; ITI TF-3 4.2.3.1.7",
    passing=SUCCESS,
    needs=["repository", "registry"],
    covers=["iti-41.hash.case"],
)
def upper_case_hash(trial: Trial) -> None:
    entry = trial.entry(content=b"a document whose hash has letters in it")
    edit = slot("//rim:ExtrinsicObject", "hash", entry.hash.upper())
    trial.provide(trial.submission(entry), edit).succeeds()
    comes_back(trial, entry)


@case(
    "iti-41/4.1.3/43",
    title="Provides a DocumentEntry that has nearly every attribute, and reads it back",
    requirement="But for hash, size and repositoryUniqueId the repository hands on the metadata as they came.",
    section="ITI TF-2 3.41.4.1.3.2",
    passing=found("<rim:ExtrinsicObject …> with every attribute as it was provided"),
    needs=["repository", "registry"],
    covers=["iti-41.metadata.untouched"],
)
def handed_on(trial: Trial) -> None:
    info = ("PID-3|mrn77^^^&1.2.250.1.999.1.9&ISO", "PID-5|Épreuve^Anne-Laïs^^^", "PID-7|19560527", "PID-8|F")
    entry = trial.entry(
        title="Compte rendu – œdème « léger » & suites",
        comments="<à suivre>",
        service_start_time="20240301",
        service_stop_time="202403021530",
        source_patient_info=info,
        legal_authenticator="801234567890^Durand^Anne^^^^^^&1.2.250.1.71.4.2.1&ISO",
        language="fr-CA",
    )
    trial.provide(trial.submission(entry)).succeeds()
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [entry.id])]).finds(entry.id)
    held = answer.one(entry.id)
    for what, xpath, value in (
        ("title", "rim:Name/rim:LocalizedString/@value", entry.title),
        ("comments", "rim:Description/rim:LocalizedString/@value", entry.comments),
        ("mimeType", "@mimeType", entry.mime_type),
    ):
        got = attribute_of(held, xpath)
        answer.check(f"{what} is as it was provided", got == value, xpath, value, got)
    for name, values in (
        ("creationTime", [entry.creation_time]),
        ("serviceStartTime", [entry.service_start_time]),
        ("serviceStopTime", [entry.service_stop_time]),
        ("languageCode", [entry.language]),
        ("legalAuthenticator", [entry.legal_authenticator]),
        ("sourcePatientId", [entry.source_patient]),
        ("sourcePatientInfo", list(info)),
    ):
        got_values = slot_of(held, name)
        right = got_values == values
        answer.check(f"{name} is as it was provided", right, f"rim:Slot[@name='{name}']", values, got_values)


@case(
    "iti-41/4.1.3.2/2",
    title="Provides extra metadata that the registry keeps, or warns of",
    requirement="Warnings of the registry come back from the repository, with status Success; where it does not warn, "
    "the extra metadata have come to it.",
    section="ITI TF-2 3.41.4.1.3.2, 3.42.4.2.3.1; ITI TF-3 4.2.3.1.6",
    passing=SUCCESS + "\n… and the Slot in query answers; or Success with the warning XDSExtraMetadataNotSaved",
    needs=["repository", "registry"],
    covers=["iti-41.warnings.passed", "iti-41.metadata.untouched"],
)
def extra_metadata(trial: Trial) -> None:
    extra = {"urn:example:carnet-conformance:colour": ("green", "blue")}
    told = trial.register(trial.submission(trial.entry(slots=extra)), preparation=True)
    trial.given(told.status == n.SUCCESS, "the registry refuses extra metadata", told)
    entry = trial.entry(slots=extra)
    answer = trial.provide(trial.submission(entry)).succeeds()
    if "XDSExtraMetadataNotSaved" in told.codes:
        answer.warns("XDSExtraMetadataNotSaved")
        return
    back = trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [entry.id])]).finds(entry.id)
    for name, values in extra.items():
        back.holds(f"//rim:ExtrinsicObject/rim:Slot[@name='{name}']/rim:ValueList/rim:Value", *values)


@case(
    "iti-41/4.1.3/44",
    title="Replaces a document by a new one",
    requirement="A replacement goes through the repository to the registry; both documents can be retrieved.",
    section="ITI TF-2 3.41.4.1.3.2; ITI TF-3 4.2.2.2.3",
    passing=SUCCESS,
    needs=["repository", "registry"],
    covers=["iti-41.relationships", "iti-43.deprecated"],
)
def replaces(trial: Trial) -> None:
    old, new = trial.entry(content=b"the old one"), trial.entry(content=b"the new one")
    trial.provided(old)
    trial.provide(trial.submission(new, Association(n.RPLC, new.id, old.id))).succeeds()
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [old.id, new.id])]).finds(old.id, new.id)
    for entry, status in ((old, n.DEPRECATED), (new, n.APPROVED)):
        answer.holds(f"//rim:ExtrinsicObject[@id='{entry.id}']/@status", status)
    comes_back(trial, old, new)


@case(
    "iti-41/4.1.3/45",
    title="Provides a document together with a Folder",
    requirement="Folders and their members go through the repository to the registry.",
    section="ITI TF-2 3.41.4.1.3.2; ITI TF-1 10.2",  # Folders are no option of registry or repository
    passing=SUCCESS,
    needs=["repository", "registry"],
    covers=["iti-41.relationships"],
)
def with_folder(trial: Trial) -> None:
    entry, folder = trial.entry(), trial.folder()
    trial.provide(trial.submission(entry, folder, Association(n.HAS_MEMBER, folder.id, entry.id))).succeeds()
    trial.query("GetFolders", [("$XDSFolderEntryUUID", [folder.id])]).finds(folder.id)
    comes_back(trial, entry)


@case(
    "iti-41/4.1.2/10",
    title="Submits nothing but a reference to a document that is there",
    requirement="A submission may bring no document, as when its SubmissionSet refers to one that is registered.",
    section="ITI TF-2 3.41.4.1.2; ITI TF-3 4.2.2.1.1, 4.1.4",
    level=SHOULD,  # 4.2.2.1.1 describes such a submission; 4.1.4 does not list it
    passing=SUCCESS,
    needs=["repository", "registry"],
    covers=["iti-41.no-document"],
)
def reference_alone(trial: Trial) -> None:
    held = trial.entry()
    trial.provided(held)
    made = trial.submission(patient=held.patient)
    link = Association(n.HAS_MEMBER, made.set.id, held.id, status="Reference")
    trial.provide(trial.submission(link, patient=held.patient, submission_set=made.set)).succeeds()
    trial.query("GetSubmissionSets", [("$uuid", [held.id])]).holds(
        f"//rim:RegistryPackage[@id='{made.set.id}']", says="the new SubmissionSet refers to the document"
    )


@case(
    "iti-41/4.1.2/11",
    title="Submits nothing but the membership of a document in a Folder, both of which are there",
    requirement="A submission may bring no document, as when it puts a registered one into a registered Folder.",
    section="ITI TF-2 3.41.4.1.2; ITI TF-3 4.1.4, 4.2.2.1.5",
    passing=SUCCESS,
    needs=["repository", "registry"],
    covers=["iti-41.no-document", "iti-41.relationships"],
)
def membership_alone(trial: Trial) -> None:
    entry, folder = trial.entry(), trial.folder()
    trial.provided(entry, folder)
    trial.provide(trial.submission(Association(n.HAS_MEMBER, folder.id, entry.id), patient=trial.patient)).succeeds()
    trial.query("GetFoldersForDocument", [("$XDSDocumentEntryEntryUUID", entry.id)]).finds(folder.id)


@case(
    "iti-41/4.2.4.1/5",
    title="Provides the same bytes under the same uniqueId once more, with another DocumentEntry",
    requirement="A document that is held already may be submitted again when its bytes are the same.",
    section="ITI TF-2 3.41.4.1.3.2, 3.42.4.1.3.3.1",
    passing=SUCCESS,
    needs=["repository", "registry"],
    covers=["iti-41.same-content"],
)
def same_content(trial: Trial) -> None:
    held = trial.entry()
    trial.provided(held)
    again = trial.entry(unique_id=held.unique_id, content=held.content, patient=held.patient)
    trial.provide(trial.submission(again)).succeeds()
    trial.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [held.unique_id])]).finds(held.id, again.id)
    comes_back(trial, held)


@case(
    "iti-41/4.2.2/1",
    title="Reads the answer to an accepted submission",
    requirement="The body of the answer is a RegistryResponse with status Success and no RegistryErrorList that is "
    "empty; it comes with HTTP status 200.",
    section="ITI TF-2 3.41.4.2.2; ITI TF-3 4.2.4, 4.2.4.2",
    passing=SUCCESS,
    needs=["repository"],
    covers=["iti-41.response", "iti-41.response.no-empty-list"],
)
def answer_of_success(trial: Trial) -> None:
    answer = trial.provide(trial.submission(trial.entry())).succeeds()
    answer.holds("count(/soap:Envelope/soap:Body/*)", "1.0", says="the body holds one element")
    answer.holds("/soap:Envelope/soap:Body/rs:RegistryResponse", says="it is a RegistryResponse")
    answer.check("the HTTP status is 200", answer.exchange.status == 200, "HTTP status", 200, answer.exchange.status)
    answer.lacks("//rs:RegistryErrorList[not(rs:RegistryError)]", says="no RegistryErrorList is empty")


@case(
    "iti-41/4.2.2/2",
    title="Reads the answer to a refused submission",
    requirement="An error of content comes with HTTP status 200, in a RegistryResponse; each RegistryError has "
    "errorCode, codeContext and severity, and an empty body.",
    section="ITI TF-2 3.41.4.2.2; ITI TF-3 4.2.4, 4.2.4.1",
    passing=refused("XDSRepositoryMetadataError"),
    needs=["repository"],
    covers=["iti-41.response", "iti-41.response.error-attributes"],
)
def answer_of_failure(trial: Trial) -> None:
    answer = trial.provide(trial.submission(trial.entry()), _WRONG_HASH).refuses("XDSRepositoryMetadataError")
    answer.check("the HTTP status is 200", answer.exchange.status == 200, "HTTP status", 200, answer.exchange.status)
    error = "/soap:Envelope/soap:Body/rs:RegistryResponse/rs:RegistryErrorList/rs:RegistryError"
    answer.holds(error, says="RegistryErrors stand in the RegistryErrorList of the RegistryResponse")
    for name in ("errorCode", "codeContext", "severity"):
        answer.lacks(f"{error}[not(@{name})]", says=f"no RegistryError lacks its {name}")
    answer.lacks(f"{error}[@codeContext='']", says="each codeContext says something", level=SHOULD)
    known = f"@severity='{n.ERROR}' or @severity='{n.WARNING}'"
    answer.lacks(f"{error}[not({known})]", says="each severity is Error or Warning, as URN")
    answer.lacks(f"{error}[normalize-space(.)!='' or *]", says="the body of each RegistryError is empty")
    answer.lacks(f"//rs:RegistryErrorList/@highestSeverity[.!='{n.ERROR}']", says="highestSeverity, if there, is Error")


@case(
    "iti-41/4.2.2/3",
    title="Reads how the answer is packed, though it has no attachment",
    requirement="ITI-41 is answered in MTOM packaging, also when nothing is attached.",
    section="ITI TF-2 3.41.4.2.2, V.8.1",
    passing=MULTIPART,
    needs=["repository"],
    covers=["iti-41.response.mtom"],
)
def answer_is_mtom(trial: Trial) -> None:
    for answer in (
        trial.provide(trial.submission(trial.entry())).succeeds(),
        trial.provide(trial.submission(trial.entry()), _WRONG_HASH).refuses("XDSRepositoryMetadataError"),
    ):
        told = answer.content_type
        is_multipart = told.lower().startswith("multipart/related")
        answer.check("the answer is multipart/related", is_multipart, "Content-Type", "multipart/related", told)


@case(
    "iti-41/4.1.3/46",
    title="Sends a submission whose answer was lost once more",
    requirement="A second copy of a message is answered Success or refused as a duplicate; either way the document "
    "is there once.",
    section="ITI TF-2 3.41.4.1.3.2, 3.42.4.1.3.3.7",
    passing=SUCCESS + "\n… or\n" + refused("XDSDuplicateUniqueIdInRegistry", "XDSRegistryMetadataError"),
    needs=["repository", "registry"],
    covers=["iti-41.resent"],
)
def sent_twice(trial: Trial) -> None:
    entry = trial.entry()
    made = trial.provided(entry)
    answer = trial.provide(made)
    if answer.status != n.SUCCESS:
        answer.is_refused()
    trial.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [entry.unique_id])]).finds(entry.id)
    comes_back(trial, entry)


@case(
    "iti-41/4.1.3/47",
    title="Provides twelve documents at once",
    requirement="A repository takes submissions of several documents; the transaction sets no limit.",
    section="ITI TF-2 3.41.4.1.3",
    passing=SUCCESS,
    needs=["repository", "registry"],
    covers=["iti-41.several", "iti-43.several"],
)
def twelve(trial: Trial) -> None:
    entries = [trial.entry(content=bytes([number]) * (number * 1000), described=False) for number in range(1, 13)]
    trial.provide(trial.submission(*entries)).succeeds()
    repository_id(trial)
    comes_back(trial, *entries)
