"""ITI-42 Register Document Set-b: what a registry keeps, what it sets itself, what it answers. # ITI TF-2 3.42"""

from conformance.book import case
from conformance.cases._tables import ENTRY, FOLDER, METADATA, SET, Taken, acceptances, contents, objects, taken
from conformance.messages import names as n
from conformance.messages.edits import attribute, insert, remove, slot, write
from conformance.messages.objects import CODES, Association, Author
from conformance.model import MUST, SHOULD
from conformance.passing import SUCCESS, found, refused
from conformance.trial import Trial

_SEEN = found('<rim:ExtrinsicObject id="…" status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved" …/>')


@case(
    "iti-42/4.1.3.3/1",
    title="Registers one DocumentEntry",
    requirement="The registry stores the metadata of a valid submission and answers Success.",
    section="ITI TF-2 3.42.4.1.3, 3.42.4.1.3.3",
    passing=SUCCESS,
    covers=["iti-42.store", "iti-42.answer.success"],
    needs=["registry"],
)
def one_entry(trial: Trial) -> None:
    entry = trial.entry()
    trial.register(trial.submission(entry)).succeeds()
    trial.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [entry.id])]).finds(entry.id)


# --- every attribute comes back as it was submitted: ITI TF-2 3.42.4.1.3


def _code(name: str) -> str:
    return f"rim:Classification[@classificationScheme='{n.DE_CODES[name]}']"


def _values(name: str) -> str:
    return f"rim:Slot[@name='{name}']/rim:ValueList/rim:Value"


_EVENTS = (("T-00001", "1.2.250.1.999.3.1", "One event"), ("T-00002", "1.2.250.1.999.3.1", "Another event"))
_PERSON = "801234567890^Durand^Anne^Marie^^Dr^^^&1.2.250.1.71.4.2.1&ISO"
_AUTHOR = f"rim:Classification[@classificationScheme='{n.DE_AUTHOR}']"
_SET_AUTHOR = f"rim:Classification[@classificationScheme='{n.SS_AUTHOR}']"
_REFERENCES = (
    "2013001^^^&1.2.250.1.999.4&ISO^urn:ihe:iti:xds:2013:accession",
    "1.2.3.45.678^^^^urn:ihe:iti:xds:2016:studyInstanceUID",
)


def _kept(
    ordinal: int, what: str, back: dict[str, tuple[str, ...]], *, needs: tuple[str, ...] = (), **entry: object
) -> Taken:
    return Taken(
        f"iti-42/4.1.3/{ordinal}",
        f"Registers a DocumentEntry and asks for {what}",
        f"The registry stores all attributes that it receives and gives them back in queries: {what}.",
        "ITI TF-2 3.42.4.1.3",
        entry=entry,
        back=back,
        covers=("iti-42.store",),
        needs=needs,
    )


acceptances(
    [
        _kept(
            1,
            "title, in characters of several scripts and with markup",
            {"rim:Name/rim:LocalizedString/@value": ("Œdème – 浮腫 <oedema> & «\u00a0suite\u00a0»",)},
            title="Œdème – 浮腫 <oedema> & «\u00a0suite\u00a0»",
        ),
        _kept(
            2,
            "comments",
            {"rim:Description/rim:LocalizedString/@value": ('To be read with the "second" letter',)},
            comments='To be read with the "second" letter',
        ),
        _kept(
            3,
            "mimeType",
            {"@mimeType": ("application/dicom",), "@objectType": (n.STABLE,)},
            needs=("open-domain",),
            mime_type="application/dicom",
        ),
        _kept(4, "languageCode", {_values("languageCode"): ("de-CH",)}, language="de-CH"),
        _kept(5, "creationTime", {_values("creationTime"): ("20231231235959",)}, creation_time="20231231235959"),
        _kept(
            6,
            "serviceStartTime and serviceStopTime",
            {_values("serviceStartTime"): ("202401",), _values("serviceStopTime"): ("20240229",)},
            service_start_time="202401",
            service_stop_time="20240229",
        ),
        _kept(
            7,
            "hash and size",
            {
                _values("hash"): ("2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",),
                _values("size"): ("43",),
            },
            content=b"The quick brown fox jumps over the lazy dog",
        ),
        _kept(
            8,
            "sourcePatientId",
            {_values("sourcePatientId"): ("D\\T\\P-1^^^&1.2.250.1.999.1.9&ISO",)},
            source_patient="D\\T\\P-1^^^&1.2.250.1.999.1.9&ISO",
        ),
        _kept(
            9,
            "legalAuthenticator",
            {_values("legalAuthenticator"): (_PERSON,)},
            legal_authenticator=_PERSON,
        ),
        _kept(
            10,
            "both codes of eventCodeList, with scheme and display name",
            {
                f"{_code('eventCodeList')}/@nodeRepresentation": ("T-00001", "T-00002"),
                f"{_code('eventCodeList')}/rim:Slot//rim:Value": ("1.2.250.1.999.3.1", "1.2.250.1.999.3.1"),
                f"{_code('eventCodeList')}/rim:Name/rim:LocalizedString/@value": ("One event", "Another event"),
            },
            needs=("open-domain",),
            codes={"eventCodeList": _EVENTS},
        ),
        _kept(
            11,
            "its author, with every part",
            {
                f"{_AUTHOR}/rim:Slot[@name='authorPerson']//rim:Value": (_PERSON,),
                f"{_AUTHOR}/rim:Slot[@name='authorInstitution']//rim:Value": ("Some Hospital", "Radiology"),
                f"{_AUTHOR}/rim:Slot[@name='authorRole']//rim:Value": ("Primary Surgeon",),
                f"{_AUTHOR}/rim:Slot[@name='authorSpecialty']//rim:Value": ("Orthopedic",),
                f"{_AUTHOR}/rim:Slot[@name='authorTelecommunication']//rim:Value": ("^^Internet^anne@example.org",),
            },
            authors=(
                Author(
                    _PERSON,
                    ("Some Hospital", "Radiology"),
                    ("Primary Surgeon",),
                    ("Orthopedic",),
                    ("^^Internet^anne@example.org",),
                ),
            ),
        ),
        _kept(12, "URI", {_values("URI"): ("DOC001.XML",)}, slots={"URI": ("DOC001.XML",)}),
        Taken(
            "iti-42/4.1.3/13",
            "Registers a DocumentEntry and asks for referenceIdList",
            "A registry with the Reference ID option stores referenceIdList and gives it back in queries.",
            "ITI TF-1 10.2.6; ITI TF-2 3.42.4.1.3.2; ITI TF-3 4.2.3.2.28",
            entry={"references": _REFERENCES},
            back={_values("urn:ihe:iti:xds:2013:referenceIdList"): _REFERENCES},
            covers=("iti-42.store", "de.referenceIdList.format"),
            optional="reference-id",
        ),
        Taken(
            "iti-42/4.1.3/14",
            "Registers a SubmissionSet and asks for its attributes",
            "The registry stores all attributes of a SubmissionSet and gives them back in queries.",
            "ITI TF-2 3.42.4.1.3",
            (
                slot(SET, "submissionTime", "20240305101700"),
                write(f"{SET}/rim:Name/rim:LocalizedString/@value", "Sortie d'hôpital"),
                insert(
                    SET,
                    '<rim:Description><rim:LocalizedString value="Two letters &amp; a picture"/></rim:Description>',
                    at=2,
                ),
            ),
            back={
                _values("submissionTime"): ("20240305101700",),
                "rim:Name/rim:LocalizedString/@value": ("Sortie d'hôpital",),
                "rim:Description/rim:LocalizedString/@value": ("Two letters & a picture",),
                f"rim:ExternalIdentifier[@identificationScheme='{n.SS_SOURCE_ID}']/@value": ("1.2.250.1.999.1.2",),
                f"{_SET_AUTHOR}/rim:Slot[@name='authorPerson']//rim:Value": (Author().person,),
            },
            covers=("iti-42.store",),
            object=SET,
        ),
    ]
)


_REQUIRED_CODES = tuple(name for name in n.DE_CODES if name != "eventCodeList")


@case(
    "iti-42/4.1.3/15",
    title="Registers a DocumentEntry and asks for its codes and identifiers",
    requirement="The registry gives back the required codes, patientId, uniqueId and repositoryUniqueId as submitted.",
    section="ITI TF-2 3.42.4.1.3",
    passing=_SEEN,
    covers=["iti-42.store"],
    needs=["registry"],
)
def codes_and_identifiers(trial: Trial) -> None:
    entry = trial.entry()
    submission = trial.submission(entry)
    trial.register(submission).succeeds()
    back = objects(trial, submission).finds(entry.id)
    for name in _REQUIRED_CODES:
        code = entry.codes.get(name, (CODES[name],))[0]
        back.holds(f"{ENTRY}/{_code(name)}/@nodeRepresentation", code[0], says=f"{name} is {code[0]}")
        back.holds(f"{ENTRY}/{_code(name)}/rim:Slot[@name='codingScheme']//rim:Value", code[1])
        back.holds(f"{ENTRY}/{_code(name)}/rim:Name/rim:LocalizedString/@value", code[2])
    back.holds(f"{ENTRY}/rim:ExternalIdentifier[@identificationScheme='{n.DE_PATIENT_ID}']/@value", entry.patient)
    back.holds(f"{ENTRY}/rim:ExternalIdentifier[@identificationScheme='{n.DE_UNIQUE_ID}']/@value", entry.unique_id)
    back.holds(f"{ENTRY}/{_values('repositoryUniqueId')}", entry.repository_unique_id)


_EXTRA = "urn:example:carnet-conformance:shape"
_IN_FOLDER = f"//rim:Association[@targetObject=//rim:ExtrinsicObject/@id][not(@sourceObject={SET}/@id)]"


@case(
    "iti-42/4.1.3.2/2",
    title="Registers extra metadata on a SubmissionSet, a Folder and an Association",
    requirement="The registry takes extra metadata on objects of all kinds: it keeps them and gives them back, "
    "or warns that it did not.",
    section="ITI TF-2 3.42.4.1.3.2; ITI TF-3 4.2.3.1.6",
    passing=SUCCESS + "\n… and the Slots in query answers; or Success with the warning XDSExtraMetadataNotSaved",
    covers=["slot.extra.dropped", "slot.name.unknown", "iti-42.extra.kept-or-warned"],
    needs=["registry"],
)
def extra_metadata(trial: Trial) -> None:
    entry, folder = trial.entry(), trial.folder()
    submission = trial.submission(entry, folder, Association(n.HAS_MEMBER, folder.id, entry.id))
    answer = trial.register(submission, *(slot(each, _EXTRA, "green") for each in (SET, FOLDER, _IN_FOLDER))).succeeds()
    if "XDSExtraMetadataNotSaved" in answer.codes:
        answer.warns("XDSExtraMetadataNotSaved")
        return
    back = contents(trial, submission)
    for each in (SET, FOLDER, _IN_FOLDER):
        back.holds(f"{each}/rim:Slot[@name='{_EXTRA}']/rim:ValueList/rim:Value", "green")


# --- what the registry sets itself: ITI TF-2 3.42.4.1.3.3.5


@case(
    "iti-42/4.1.3.3.5/1",
    title="Asks for the status of everything that was registered",
    requirement="The registry gives all new DocumentEntries, and SubmissionSets, Folders and Associations, the status "
    "Approved; of Associations the text says that their status is returned, and shows Approved.",
    section="ITI TF-2 3.42.4.1.3.3.5; ITI TF-3 4.2.2, 4.2.3.3.2, 4.2.3.4.1",
    passing=_SEEN,
    covers=["iti-42.status.approved"],
    needs=["registry"],
)
def everything_approved(trial: Trial) -> None:
    entry, folder = trial.entry(), trial.folder()
    submission = trial.submission(entry, folder, Association(n.HAS_MEMBER, folder.id, entry.id))
    trial.register(submission).succeeds()
    answer = contents(trial, submission).finds(*submission.ids)
    for kind in ("ExtrinsicObject", "RegistryPackage", "Association"):
        statuses = [str(each) for each in answer.xpath(f"//rim:RegistryObjectList/rim:{kind}/@status")]
        count = len(answer.xpath(f"//rim:RegistryObjectList/rim:{kind}"))
        answer.check(
            f"each {kind} has the status Approved",
            statuses == [n.APPROVED] * count,
            f"//rim:{kind}/@status",
            n.APPROVED,
            statuses,
            SHOULD if kind == "Association" else MUST,
        )
    answer.lacks("//rim:RegistryObjectList/rim:Association[not(@status)]", says="each Association has a status")


@case(
    "iti-42/4.1.3.3.5/2",
    title="Submits a DocumentEntry that says that it is Deprecated",
    requirement="A submitted availabilityStatus is ignored: the registry sets Approved.",
    section="ITI TF-2 3.42.4.1.3.3.5; ITI TF-3 4.3.1",
    passing=_SEEN,
    covers=["iti-42.status.approved", "iti-42.status.submitted-ignored"],
    needs=["registry"],
)
def submitted_status(trial: Trial) -> None:
    submission = trial.submission(trial.entry())
    trial.register(submission, attribute(ENTRY, "status", n.DEPRECATED)).succeeds()
    objects(trial, submission).holds(f"{ENTRY}/@status", n.APPROVED, says="the status is Approved")


@case(
    "iti-42/4.1.3.3.5/3",
    title="Submits an Association that says that it is Deprecated",
    requirement="The status of an Association is not to be submitted: the registry refuses it, or sets its own "
    "and never keeps what was submitted.",
    section="ITI TF-3 4.2.2",
    passing=found('<rim:Association id="…" status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved" …/>')
    + "\n… or\n"
    + refused(METADATA),
    covers=["iti-42.status.approved", "iti-42.status.submitted-ignored"],
    needs=["registry"],
)
def submitted_status_of_association(trial: Trial) -> None:
    taken(trial, "entry")
    submission = trial.submission(trial.entry())
    answer = trial.register(submission, attribute("//rim:Association", "status", n.DEPRECATED))
    if answer.status == n.FAILURE:
        answer.refuses(METADATA)
        return
    answer.succeeds()
    back = contents(trial, submission)
    back.holds("//rim:Association/@status", says="the Association has a status")
    back.lacks(f"//rim:Association[@status='{n.DEPRECATED}']", says="the submitted status is not kept")


@case(
    "iti-42/4.1.3/16",
    title="Asks for the kind of each object and of what it holds",
    requirement="Objects, Classifications and ExternalIdentifiers that are given back say their objectType.",
    section="ITI TF-3 4.2.1.2.1, 4.2.3.1.2, 4.2.3.1.3",
    passing=found(f'<rim:Classification objectType="{n.OBJECT_TYPE}Classification" …/>'),
    covers=["metadata.object-type.returned"],
    needs=["registry"],
)
def object_types(trial: Trial) -> None:
    submission = trial.submission(trial.entry(), trial.folder())
    trial.register(submission).succeeds()
    answer = contents(trial, submission)
    for kind in ("Classification", "ExternalIdentifier"):
        held = answer.xpath(f"//rim:RegistryObjectList/*/rim:{kind}")
        types = {str(each) for each in answer.xpath(f"//rim:RegistryObjectList/*/rim:{kind}/@objectType")}
        answer.check(
            f"each {kind} says that it is one",
            bool(held)
            and types == {n.OBJECT_TYPE + kind}
            and len(answer.xpath(f"//rim:RegistryObjectList/*/rim:{kind}/@objectType")) == len(held),
            f"//rim:{kind}/@objectType",
            n.OBJECT_TYPE + kind,
            sorted(types),
        )
    answer.holds(f"{ENTRY}/@objectType", n.STABLE)


@case(
    "iti-42/4.1.3/17",
    title="Asks for the version of a registered DocumentEntry",
    requirement="With Metadata Update, a new DocumentEntry has its entryUUID as logical id, and the version 1.",
    section="ITI TF-3 4.2.3.2.7; ITI Metadata Update 4.2.3.2",
    level=SHOULD,  # ebRIM has lid and versions of its own: they may come without Metadata Update
    passing=found('<rim:ExtrinsicObject id="urn:uuid:1…" lid="urn:uuid:1…"><rim:VersionInfo versionName="1"/>…'),
    covers=["iti-42.version"],
    needs=["registry"],
    optional="metadata-update",
)
def first_version(trial: Trial) -> None:
    entry = trial.entry()
    answer = objects(trial, trial.registered(entry)).finds(entry.id)
    if not answer.xpath(f"{ENTRY}/@lid") or not answer.xpath(f"{ENTRY}/rim:VersionInfo"):
        trial.not_supported("DocumentEntries come back without lid or VersionInfo: the registry keeps no versions")
    answer.holds(f"{ENTRY}/@lid", entry.id, says="lid is the entryUUID")
    answer.holds(f"{ENTRY}/rim:VersionInfo/@versionName", "1", says="versionName is 1")


# --- the answer: ITI TF-3 4.2.4


@case(
    "iti-42/4.2.2/1",
    title="Looks at the answer to a good submission",
    requirement="The answer to a registration is one RegistryResponse with its status, Success here, and no errors.",
    section="ITI TF-2 3.42.4.2.2; ITI TF-3 4.2.4, 4.2.4.2",
    passing=SUCCESS,
    covers=["iti-42.answer.success"],
    needs=["registry"],
)
def good_answer(trial: Trial) -> None:
    answer = trial.register(trial.submission(trial.entry())).succeeds()
    answer.holds("count(/soap:Envelope/soap:Body/*)", "1.0", says="the body holds one element")
    answer.holds("/soap:Envelope/soap:Body/rs:RegistryResponse/@status", n.SUCCESS)
    answer.lacks("//rs:RegistryErrorList[not(rs:RegistryError)]", says="no RegistryErrorList is empty")


@case(
    "iti-42/4.2.2/2",
    title="Looks at the errors of a refused submission",
    requirement="Each RegistryError says errorCode, codeContext and severity, and its element is empty; the highest "
    "severity, if told, is Error.",
    section="ITI TF-3 4.2.4, 4.2.4.1",
    passing=refused(METADATA),
    covers=["iti-42.answer.errors"],
    needs=["registry"],
)
def errors_are_whole(trial: Trial) -> None:
    submission = trial.submission(trial.entry())
    answer = trial.register(submission, remove(f"{ENTRY}/rim:Slot[@name='languageCode']")).refuses(METADATA)
    answer.holds("/soap:Envelope/soap:Body/rs:RegistryResponse/rs:RegistryErrorList/rs:RegistryError")
    answer.lacks("//rs:RegistryError[not(@errorCode!='')]", says="each RegistryError has an errorCode")
    answer.lacks("//rs:RegistryError[not(@codeContext)]", says="each RegistryError has a codeContext")
    answer.lacks("//rs:RegistryError[@codeContext='']", says="each codeContext says something", level=SHOULD)
    answer.lacks(
        f"//rs:RegistryError[not(@severity='{n.ERROR}' or @severity='{n.WARNING}')]",
        says="each severity is one of the two URNs",
    )
    answer.lacks("//rs:RegistryError[normalize-space(.)!='' or *]", says="the body of each RegistryError is empty")
    answer.lacks(f"//rs:RegistryErrorList/@highestSeverity[.!='{n.ERROR}']", says="highestSeverity, if there, is Error")


@case(
    "iti-42/4.2.2/3",
    title="Submits two mistakes at once",
    requirement="A submission that is refused in one thing is refused as a whole, with Failure and never with "
    "PartialSuccess.",
    section="ITI TF-2 3.42.4.2.2",
    passing=refused(METADATA),
    covers=["iti-42.answer.never-partial"],
    needs=["registry"],
)
def never_partial(trial: Trial) -> None:
    good, bad = trial.entry(), trial.entry(language="")
    submission = trial.submission(good, bad)
    trial.register(submission).refuses(METADATA)
    objects(trial, submission).finds(among=submission.ids)


@case(
    "iti-42/4.2.2/4",
    title="Submits three mistakes at once",
    requirement="A refusal tells at least one error, in a RegistryErrorList; that it tells all is not asked.",
    section="ITI TF-2 3.42.4.1.3, 3.42.4.2.2; ITI TF-3 4.2.4",
    passing=refused(METADATA),
    covers=["iti-42.answer.one-error"],
    needs=["registry"],
)
def several_mistakes(trial: Trial) -> None:
    mistakes = ("languageCode", "creationTime", "sourcePatientId")
    edits = [remove(f"{ENTRY}/rim:Slot[@name='{name}']") for name in mistakes]
    answer = trial.register(trial.submission(trial.entry()), *edits).refuses(METADATA)
    error = f"//rs:RegistryResponse/rs:RegistryErrorList/rs:RegistryError[@severity='{n.ERROR}']"
    answer.holds(error, says="the RegistryErrorList tells at least one error")
