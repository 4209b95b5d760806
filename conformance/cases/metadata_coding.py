"""How attributes are coded: Slots, Classifications, ExternalIdentifiers, extra metadata. # ITI TF-3 4.2.3.1"""

import functools
from dataclasses import dataclass

from conformance.book import case
from conformance.cases._tables import (
    ENTRY,
    FOLDER,
    GOOD,
    METADATA,
    SET,
    Refused,
    Taken,
    acceptances,
    objects,
    refusals,
    taken,
)
from conformance.messages import names as n
from conformance.messages.edits import insert, remove, repeat, replace, slot, write
from conformance.model import SHOULD
from conformance.passing import SUCCESS, refused
from conformance.trial import Trial

_CLASS = f"{ENTRY}/rim:Classification[@classificationScheme='{n.DE_CODES['classCode']}']"
_TYPE = f"{ENTRY}/rim:Classification[@classificationScheme='{n.DE_CODES['typeCode']}']"
_SCHEME = "rim:Slot[@name='codingScheme']"
_TYPE_SCHEME = f"{_TYPE}/{_SCHEME}/rim:ValueList/rim:Value"
_UNIQUE_ID = f"{ENTRY}/rim:ExternalIdentifier[@identificationScheme='{n.DE_UNIQUE_ID}']"
_CODED = "ITI TF-3 4.2.3.1.2"
_EVENT = f"rim:Classification[@classificationScheme='{n.DE_CODES['eventCodeList']}']"
_EXTRA = "urn:example:carnet-conformance:colour"

refusals(
    [
        Refused(
            "metadata/4.2.3.1.2/1",
            "Registers a code without codingScheme",
            "A code names its coding scheme, in a Slot of the Classification.",
            _CODED,
            (remove(f"{_CLASS}/{_SCHEME}"),),
            ("code.scheme.single",),
        ),
        Refused(
            "metadata/4.2.3.1.2/2",
            "Registers a code with two values of codingScheme",
            "The Slot codingScheme of a code has exactly one value.",
            _CODED,
            (insert(f"{_CLASS}/{_SCHEME}/rim:ValueList", "<rim:Value>2.16.840.1.113883.6.96</rim:Value>"),),
            ("code.scheme.single",),
        ),
        Refused(
            "metadata/4.2.3.1.2/3",
            "Registers a code without nodeRepresentation",
            "The value of a code stands in nodeRepresentation, which is required.",
            _CODED,
            (remove(f"{_CLASS}/@nodeRepresentation"),),
            ("code.value.missing",),
        ),
        Refused(
            "metadata/4.2.3.1.2/4",
            "Registers a code with an empty nodeRepresentation",
            "The value of a code stands in nodeRepresentation; an empty one is none.",
            _CODED,
            (write(f"{_CLASS}/@nodeRepresentation", ""),),
            ("code.value.missing",),
        ),
        Refused(
            "metadata/4.2.3.1.2/5",
            "Registers a code without display name",
            "A code has a display name that is not empty.",
            _CODED,
            (remove(f"{_CLASS}/rim:Name"),),
            ("code.display.missing",),
        ),
        Refused(
            "metadata/4.2.3.1.2/9",
            "Registers a code with an empty display name",
            "The display name of a code is not empty.",
            _CODED,
            (write(f"{_CLASS}/rim:Name/rim:LocalizedString/@value", ""),),
            ("code.display.missing",),
        ),
        Refused(
            "metadata/4.2.3.1.2/6",
            "Registers a code whose Classification names another object",
            "classifiedObject of a Classification is the id of the object that contains it.",
            _CODED,
            (write(f"{_CLASS}/@classifiedObject", "urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3"),),
            ("classification.object",),
        ),
        Refused(
            "metadata/4.2.3.1.10/1",
            "Registers a Classification that says no scheme and no node",
            "A Classification has a classificationScheme or a classificationNode: else it says nothing.",
            "ITI TF-3 4.2.3.1.10",
            (remove(f"{_CLASS}/@classificationScheme"),),
            ("classification.form", "de.classCode.missing"),
        ),
        Refused(
            "metadata/4.2.3.1.3/1",
            "Registers an ExternalIdentifier that names another object",
            "registryObject of an ExternalIdentifier is the id of the object that contains it.",
            "ITI TF-3 4.2.3.1.3",
            (write(f"{_UNIQUE_ID}/@registryObject", "urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3"),),
            ("identifier.object",),
        ),
        Refused(
            "metadata/4.2.3.1.3/2",
            "Registers an ExternalIdentifier with another name than its own",
            "The Name of an ExternalIdentifier is fixed for each identifier.",
            "ITI TF-3 4.2.3.1.3",
            (write(f"{_UNIQUE_ID}/rim:Name/rim:LocalizedString/@value", "XDSDocumentEntry.patientId"),),
            ("identifier.name",),
            level=SHOULD,  # the text fixes the name and says nothing of another one
        ),
        Refused(
            "metadata/4.2.3.1.3/3",
            "Registers an ExternalIdentifier without value",
            "The value of an ExternalIdentifier is required.",
            "ITI TF-3 4.2.3.1.3",
            (remove(f"{_UNIQUE_ID}/@value"),),
            ("xml.schema",),
            schema=True,
        ),
        Refused(
            "metadata/4.2.3.1.1/1",
            "Registers a Slot value of 257 characters",
            "A value of a Slot has at most 256 characters; the registry refuses a longer one.",
            "ITI TF-3 4.2.3.1.1",
            (slot(ENTRY, "sourcePatientInfo", "PID-5|" + "D" * 251),),
            ("slot.value.length",),
            schema=True,
        ),
        Refused(
            "metadata/4.2.3.1.1/3",
            "Registers an ExternalIdentifier of 257 characters",
            "The value of an ExternalIdentifier has the 256 characters of ebRIM at most; a longer one is refused.",
            "ITI TF-3 4.2.3.1.1",
            (write(f"{_UNIQUE_ID}/@value", "https://documents.example.org/" + "x" * 227),),
            ("identifier.value.length",),
            schema=True,
        ),
        Refused(
            "metadata/4.2.3.1.6/1",
            "Registers a DocumentEntry with the same Slot twice",
            "The name of a Slot is unique within its object; several values stand in one Slot.",
            "ITI TF-3 4.2.3.1.6",
            (repeat(f"{ENTRY}/rim:Slot[@name='languageCode']"),),
            ("slot.name.repeated",),
        ),
        Refused(
            "metadata/4.2.3.1.6/2",
            "Registers an extra Slot whose name is no URN",
            "The name of an extra Slot is a URN; the registry refuses another name.",
            "ITI TF-3 4.2.3.1.6; ITI TF-2 3.42.4.1.3.2",
            (slot(ENTRY, "colour", "green"),),
            ("slot.name.unknown",),
        ),
        Refused(
            "metadata/4.2.3.1.6/3",
            "Registers an extra Slot whose name begins with urn:ihe:",
            "The name of an extra Slot does not begin with urn:ihe:, which belongs to IHE.",
            "ITI TF-3 4.2.3.1.6; ITI TF-2 3.42.4.1.3.2",
            (slot(ENTRY, "urn:ihe:iti:xds:2099:colour", "green"),),
            ("slot.name.unknown",),
        ),
        Refused(
            "metadata/4.2.3.1.6/6",
            "Registers a documentAvailability that does not exist",
            "documentAvailability, of Metadata Update, is Online or Offline as URN; elsewhere it is no Slot at all.",
            "ITI TF-3 4.2.3.1.6",
            (slot(ENTRY, "documentAvailability", "Online"),),
            ("de.documentAvailability.unknown",),
        ),
        Refused(
            "metadata/4.2.3.1.6/4",
            "Registers a required Slot without a value",
            "A required attribute has a value; a Slot without one does not hold it.",
            "ITI TF-3 4.3.1",
            (
                replace(
                    f"{ENTRY}/rim:Slot[@name='languageCode']",
                    '<rim:Slot name="languageCode"><rim:ValueList/></rim:Slot>',
                ),
            ),
            ("slot.values.missing",),
            codes=(METADATA,),
            schema=True,
        ),
        Refused(
            "metadata/4.2.3.1.6/5",
            "Registers a required Slot whose value is empty",
            "A required attribute has a value; an empty one is none.",
            "ITI TF-3 4.3.1",
            (slot(ENTRY, "languageCode", ""),),
            ("slot.values.missing",),
        ),
    ]
)

acceptances(
    [
        Taken(
            "metadata/4.2.3.1.2/7",
            "Registers a code whose scheme is a name",
            "A coding scheme may be a name where there is no OID.",
            _CODED,
            entry={"codes": {"eventCodeList": (("T-1", "Example Event Scheme", "An event"),)}},
            back={
                f"{_EVENT}/@nodeRepresentation": ("T-1",),
                f"{_EVENT}//rim:Value": ("Example Event Scheme",),
            },
            covers=("code.scheme.single",),
            needs=("open-domain",),
        ),
    ]
)


@case(
    "iti-42/4.1.3.2/1",
    title="Registers extra metadata",
    requirement="The registry takes extra metadata: it keeps them and gives them back, or warns that it did not.",
    section="ITI TF-2 3.42.4.1.3.2; ITI TF-3 4.2.3.1.6",
    passing=SUCCESS + "\n… and the Slot in query answers; or Success with the warning XDSExtraMetadataNotSaved",
    covers=["slot.extra.dropped", "slot.name.unknown", "iti-42.extra.kept-or-warned"],
    needs=["registry"],
)
def extra_metadata(trial: Trial) -> None:
    submission = trial.submission(trial.entry(slots={_EXTRA: ("green", "blue")}))
    answer = trial.register(submission).succeeds()
    if "XDSExtraMetadataNotSaved" in answer.codes:
        answer.warns("XDSExtraMetadataNotSaved")
        return
    back = objects(trial, submission)
    back.holds(f"{ENTRY}/rim:Slot[@name='{_EXTRA}']/rim:ValueList/rim:Value", "green", "blue")


@case(
    "metadata/4.2.3.1.2/8",
    title="Registers a Classification whose id stands twice",
    requirement="The ids of all objects of a submission are distinct, those of Classifications too.",
    section="ITI TF-3 4.2.3.1.2",
    level=SHOULD,
    passing=refused(METADATA),
    covers=["object.id.repeated"],
    needs=["registry"],
)
def repeated_classification_id(trial: Trial) -> None:
    taken(trial, "entry")
    submission = trial.submission(trial.entry())
    trial.register(submission, write(f"({ENTRY}/rim:Classification)[position()<3]/@id", "classification-1")).refuses(
        METADATA
    )


# --- closed affinity domains: ITI TF-2 3.42.4.1.3.3.3, .4


@dataclass(frozen=True, slots=True)
class _Closed:
    """A value that no affinity domain has."""

    place: str
    what: str
    xpath: str
    rule: str
    value: str = "no-such-code"
    of: str = "entry"


def _of_entry(name: str) -> str:
    return f"{ENTRY}/rim:Classification[@classificationScheme='{n.DE_CODES[name]}']/@nodeRepresentation"


_CLOSED = (
    *(
        _Closed(f"3/{number}", name, _of_entry(name), f"domain.{name}.unknown")
        for number, name in enumerate((each for each in n.DE_CODES if each != "eventCodeList"), 10)
    ),
    _Closed("3/2", "coding scheme of a typeCode", _TYPE_SCHEME, "domain.typeCode.unknown", "1.2.250.1.999.3.99"),
    _Closed(
        "3/3",
        "contentTypeCode",
        f"{SET}/rim:Classification[@classificationScheme='{n.SS_CONTENT_TYPE}']/@nodeRepresentation",
        "domain.contentTypeCode.unknown",
    ),
    _Closed(
        "3/4",
        "code of a Folder",
        f"{FOLDER}/rim:Classification[@classificationScheme='{n.FOLDER_CODES}']/@nodeRepresentation",
        "domain.codeList.unknown",
        of="folder",
    ),
    _Closed("4/1", "mimeType", f"{ENTRY}/@mimeType", "domain.mimeType.unknown", "application/x-carnet-unheard-of"),
)


def _outside(row: _Closed, trial: Trial) -> None:
    taken(trial, row.of)
    answer = trial.register(GOOD[row.of](trial, {}), write(row.xpath, row.value))
    if answer.status == n.SUCCESS:
        trial.not_supported(f"the affinity domain takes any {row.what}")
    answer.refuses(METADATA)


for _row in _CLOSED:
    case(
        f"iti-42/4.1.3.3.{_row.place}",
        title=f"Registers a {_row.what} that the affinity domain does not have",
        requirement=f"Where the affinity domain restricts the {_row.what}, the registry refuses another value.",
        section=f"ITI TF-2 3.42.4.1.3.3.{_row.place[0]}",
        passing=refused(METADATA),
        covers=[_row.rule],
        needs=["registry", "codes"],
    )(functools.partial(_outside, _row))


@case(
    "iti-42/4.1.3.3.3/5",
    title="Registers a code with a display name of its own",
    requirement="The registry does not restrict the display name of a code.",
    section="ITI TF-2 3.42.4.1.3.3.3",
    passing=SUCCESS,
    covers=["iti-42.codes.display-free"],
    needs=["registry"],
)
def any_display_name(trial: Trial) -> None:
    submission = trial.submission(trial.entry())
    trial.register(submission, write(f"{_CLASS}/rim:Name/rim:LocalizedString/@value", "Whatever")).succeeds()
    objects(trial, submission).holds(f"{_CLASS}/rim:Name/rim:LocalizedString/@value", "Whatever")
