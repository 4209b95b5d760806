"""What a SubmissionSet must hold, and that a submission has one. # ITI TF-3 4.2.3.3, 4.2.1.5"""

from conformance.book import case
from conformance.cases._tables import (
    METADATA,
    OTHER_PATIENT,
    SET,
    UNKNOWN_PATIENT,
    Refused,
    Taken,
    acceptances,
    again,
    contents,
    marked,
    refusals,
    taken,
)
from conformance.messages import names as n
from conformance.messages.edits import Edit, attribute, insert, remove, slot, write
from conformance.messages.objects import node
from conformance.model import MUST, SHOULD, Level
from conformance.passing import SUCCESS, refused
from conformance.trial import Trial

_TF = "ITI TF-3 4.2.3.3"
_CONTENT_TYPE = f"{SET}/rim:Classification[@classificationScheme='{n.SS_CONTENT_TYPE}']"
_PATIENT = f"{SET}/rim:ExternalIdentifier[@identificationScheme='{n.SS_PATIENT_ID}']"
_SOURCE = f"{SET}/rim:ExternalIdentifier[@identificationScheme='{n.SS_SOURCE_ID}']"
_UNIQUE = f"{SET}/rim:ExternalIdentifier[@identificationScheme='{n.SS_UNIQUE_ID}']"
_NAME = f"{SET}/rim:Name/rim:LocalizedString/@value"

_REQUIRED = (
    (4, "contentTypeCode", _CONTENT_TYPE, (METADATA,)),
    (8, "patientId", _PATIENT, (METADATA, OTHER_PATIENT, UNKNOWN_PATIENT)),
    (9, "sourceId", _SOURCE, (METADATA,)),
    (10, "submissionTime", f"{SET}/rim:Slot[@name='submissionTime']", (METADATA,)),
    (12, "uniqueId", _UNIQUE, (METADATA,)),
)

refusals(
    Refused(
        f"metadata/4.2.3.3.{number}/1",
        f"Registers a SubmissionSet without {name}",
        f"A SubmissionSet that is registered has {name}; the registry refuses one that has none.",
        f"{_TF}.{number}, 4.3.1",
        (remove(xpath),),
        (f"ss.{name}.missing",),
        codes,
    )
    for number, name, xpath, codes in _REQUIRED
)

refusals(
    Refused(
        f"metadata/4.2.3.3.{number}/2",
        f"Registers a SubmissionSet with two {name}",
        f"A SubmissionSet has a single {name}; the registry refuses a second one.",
        f"{_TF}.{number}",
        (again(xpath),),
        (f"ss.{name}.repeated",),
    )
    for number, name, xpath in (
        (4, "contentTypeCode", _CONTENT_TYPE),
        (8, "patientId", _PATIENT),
        (9, "sourceId", _SOURCE),
        (12, "uniqueId", _UNIQUE),
    )
)


def _form(
    number: int,
    ordinal: int,
    what: str,
    must: str,
    rule: str,
    *edits: Edit,
    level: Level = MUST,
    also: str = "4.2.3.1.7",
) -> Refused:
    return Refused(
        f"metadata/4.2.3.3.{number}/{ordinal}",
        f"Registers a SubmissionSet with {what}",
        must,
        f"{_TF}.{number}, {also}" if also else f"{_TF}.{number}",
        edits,
        (rule,),
        level=level,
    )


_RECIPIENT = "A value of intendedRecipient is an organization, a person or an address: XON|XCN|XTN"

refusals(
    [
        _form(
            6,
            1,
            "a home that is no URN of an OID",
            "homeCommunityId is an OID URN, urn:oid: and an OID.",
            "object.home.format",
            attribute(SET, "home", "hospital-1"),
        ),
        _form(
            7,
            1,
            "an intendedRecipient that names nobody",
            f"{_RECIPIENT}, one of them at least.",
            "ss.intendedRecipient.format",
            slot(SET, "intendedRecipient", "||"),
        ),
        _form(
            7,
            2,
            "an intendedRecipient whose organization has no name",
            f"{_RECIPIENT}; each of them has its own form.",
            "ss.intendedRecipient.format",
            slot(SET, "intendedRecipient", "^^^^^&1.2.3&ISO^^^^45|^Welby^Marcus"),
        ),
        _form(
            7,
            3,
            "an intendedRecipient whose person has a given name only",
            f"{_RECIPIENT}; each of them has its own form.",
            "ss.intendedRecipient.format",
            slot(SET, "intendedRecipient", "Some Hospital|^^Marcus"),
        ),
        _form(
            9,
            3,
            "a sourceId that is no OID",
            "sourceId is an OID.",
            "ss.sourceId.format",
            write(f"{_SOURCE}/@value", "urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3"),
        ),
        _form(
            10,
            2,
            "a submissionTime with a time zone",
            "submissionTime is a DTM in UTC, YYYY[MM[DD[hh[mm[ss]]]]], without zone.",
            "ss.submissionTime.format",
            slot(SET, "submissionTime", "20240305101500+0100"),
        ),
        _form(
            10,
            3,
            "two values of submissionTime",
            "submissionTime holds a single value.",
            "slot.values.repeated",
            slot(SET, "submissionTime", "20240305101500", "20240305101600"),
            also="",
        ),
        _form(
            10,
            4,
            "the submissionTime 20241305101500: a thirteenth month",
            "submissionTime is a DTM in UTC, YYYY[MM[DD[hh[mm[ss]]]]].",
            "ss.submissionTime.format",
            slot(SET, "submissionTime", "20241305101500"),
        ),
        _form(
            11,
            1,
            "a title of 256 characters",
            "A title of a SubmissionSet has fewer than 256 characters; the registry refuses a longer one.",
            "ss.title.length",
            write(_NAME, "t" * 256),
            also="",
        ),
        _form(
            12,
            3,
            "a uniqueId that is no OID",
            "uniqueId of a SubmissionSet is an OID.",
            "ss.uniqueId.format",
            write(f"{_UNIQUE}/@value", "urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3"),
        ),
        _form(
            12,
            4,
            "a uniqueId of 65 characters",
            "An OID that identifies an object has at most 64 characters.",
            "ss.uniqueId.format",
            write(f"{_UNIQUE}/@value", "1.2." + "3" * 61),
        ),
        _form(
            13,
            1,
            "the mark of limited metadata",
            "limitedMetadata is not allowed in metadata that are registered; the registry refuses it.",
            "limitedMetadata.forbidden",
            marked(SET, "urn:uuid:5003a9db-8d8d-49e6-bf0c-990e34ac7707"),
            also="4.3.1",
        ),
        Refused(
            "metadata/4.2.1.2/1",
            "Registers a RegistryPackage that no Classification marks",
            "A Classification with classificationNode marks each RegistryPackage as SubmissionSet or as Folder.",
            "ITI TF-3 4.2.1.2, 4.2.1.5",
            (remove(f"{SET}/rim:Classification[@classificationNode]"),),
            ("package.mark", "submission.set.single"),
        ),
        Refused(
            "metadata/4.2.1.2/2",
            "Registers a RegistryPackage that is marked as SubmissionSet and as Folder",
            "A RegistryPackage is either a SubmissionSet or a Folder.",
            "ITI TF-3 4.2.1.2, 4.2.1.3",
            (marked(SET, n.FOLDER),),
            ("package.mark",),
            level=SHOULD,  # the text has one mark for each kind and says nothing of both
        ),
    ]
)

_RECIPIENTS = (
    "Some Hospital^^^^^^^^^1.2.3.9.1789.45|^Wel^Marcus^^^Dr^MD|^^Internet^mwel@healthcare.example.org",
    "Some Hospital^^^^^^^^^1.2.3.9.1789.45|^Peirre^LaPointe^^^Dr^MD",
    "|12345^LaShawn^James^^Dr^MD^^^&1.2.3.4&ISO",
    "MainHospital^^^^^^^^^1.2.3.4.5.6.7.8.9.1789.2364",
    "||^^Internet^dr.oz@healthcare.example.org",
)

acceptances(
    [
        Taken(
            "metadata/4.2.3.3.7/4",
            "Registers a SubmissionSet with recipients of every form",
            "intendedRecipient holds several values, each an organization, a person, an address or several of them.",
            f"{_TF}.7",
            (slot(SET, "intendedRecipient", *_RECIPIENTS),),
            back={"rim:Slot[@name='intendedRecipient']//rim:Value": _RECIPIENTS},
            covers=("ss.intendedRecipient.format",),
            object=SET,
        ),
        Taken(
            "metadata/4.2.3.3.7/5",
            "Registers a SubmissionSet whose Slot of recipients is empty",
            "intendedRecipient has zero or more values in its Slot.",
            f"{_TF}.7",
            (slot(SET, "intendedRecipient"),),
            covers=("slot.values.missing",),
            object=SET,
        ),
        *(
            Taken(
                f"metadata/4.2.3.3.10/{ordinal}",
                f"Registers a SubmissionSet with the submissionTime {time}",
                "submissionTime is a DTM, which may leave out what is less than the year, from the right.",
                f"{_TF}.10, 4.2.3.1.7",
                (slot(SET, "submissionTime", time),),
                back={"rim:Slot[@name='submissionTime']//rim:Value": (time,)},
                covers=("ss.submissionTime.format",),
                object=SET,
            )
            for ordinal, time in ((5, "2024"), (6, "2024030510"))
        ),
        Taken(
            "metadata/4.2.3.3.11/2",
            "Registers a SubmissionSet with a title of 255 characters",
            "A title of fewer than 256 characters is taken and given back whole.",
            f"{_TF}.11",
            (write(_NAME, "é" * 255),),
            back={"rim:Name/rim:LocalizedString/@value": ("é" * 255,)},
            covers=("ss.title.length",),
            object=SET,
        ),
        Taken(
            "metadata/4.2.3.3.11/3",
            "Registers a SubmissionSet without title",
            "The title of a SubmissionSet is optional.",
            f"{_TF}.11, 4.3.1",
            (remove(f"{SET}/rim:Name"),),
            object=SET,
        ),
        Taken(
            "metadata/4.2.3.3.12/5",
            "Registers a SubmissionSet whose sourceId has 64 characters",
            "An OID may have 64 characters.",
            f"{_TF}.9, 4.2.3.1.7",
            (write(f"{_SOURCE}/@value", "1.2.250.1.999." + "1" * 50),),
            back={
                f"rim:ExternalIdentifier[@identificationScheme='{n.SS_SOURCE_ID}']/@value": (
                    "1.2.250.1.999." + "1" * 50,
                )
            },
            covers=("ss.sourceId.format",),
            object=SET,
        ),
    ]
)


@case(
    "metadata/4.2.1.5/1",
    title="Registers a submission with two SubmissionSets",
    requirement="A submission holds exactly one SubmissionSet.",
    section="ITI TF-3 4.2.1.5",
    passing=refused(METADATA),
    covers=["submission.set.single"],
    needs=["registry"],
)
def two_sets(trial: Trial) -> None:
    taken(trial, "entry")
    submission = trial.submission(trial.entry())
    more = trial.submission(patient=trial.patient).set.xml()
    trial.register(submission, insert("//rim:RegistryObjectList", more)).refuses(METADATA)


@case(
    "metadata/4.2.1.5/2",
    title="Registers a submission without SubmissionSet",
    requirement="A submission holds exactly one SubmissionSet.",
    section="ITI TF-3 4.2.1.5",
    passing=refused(METADATA),
    covers=["submission.set.single"],
    needs=["registry"],
)
def no_set(trial: Trial) -> None:
    taken(trial, "entry")
    submission = trial.submission(trial.entry())
    trial.register(submission, remove("//rim:Association"), remove(SET)).refuses(METADATA)


@case(
    "metadata/4.1.4/1",
    title="Registers a SubmissionSet that holds nothing",
    requirement="Beside its SubmissionSet a submission holds a DocumentEntry, a Folder or an Association.",
    section="ITI TF-3 4.1.4",
    level=SHOULD,
    passing=refused(METADATA),
    covers=["submission.content.missing"],
    needs=["registry"],
)
def nothing_in_it(trial: Trial) -> None:
    taken(trial, "entry")
    trial.register(trial.submission(patient=trial.patient)).refuses(METADATA)


@case(
    "metadata/4.2.1.2.1/1",
    title="Marks the SubmissionSet by a Classification beside it",
    requirement="The Classification that marks a SubmissionSet may stand in it or beside it in the list of objects.",
    section="ITI TF-3 4.2.1.2.1",
    passing=SUCCESS,
    covers=["package.mark"],
    needs=["registry"],
)
def marked_from_beside(trial: Trial) -> None:
    submission = trial.submission(trial.entry())
    mark = node(n.SUBMISSION_SET, submission.set.id)
    trial.register(
        submission, remove(f"{SET}/rim:Classification[@classificationNode]"), insert("//rim:RegistryObjectList", mark)
    ).succeeds()
    contents(trial, submission).finds(*submission.ids)


@case(
    "metadata/4.2.1.4/1",
    title="Lists the objects of a submission in reverse order",
    requirement="The objects of a submission may stand in any order, and refer to what comes later.",
    section="ITI TF-3 4.2.1.4",
    passing=SUCCESS,
    covers=["metadata.object-list.any-order"],
    needs=["registry"],
)
def any_order(trial: Trial) -> None:
    submission = trial.submission(trial.entry(), trial.folder())

    def reverse(root: object) -> None:
        found = root.find(f"{{{n.RIM}}}RegistryObjectList")  # type: ignore[attr-defined]
        found[:] = reversed(found)

    trial.register(submission, reverse).succeeds()
    contents(trial, submission).finds(*submission.ids)
