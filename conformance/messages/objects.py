"""Templates of the four kinds of registry objects, and of the submission that holds them. # ITI TF-3 4.2"""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from conformance.messages import names as n
from conformance.messages.edits import Edit, edited

Code = tuple[str, str, str]
"""Code, coding scheme, display name."""

CODES: Final[Mapping[str, Code]] = {
    "classCode": ("11488-4", "2.16.840.1.113883.6.1", "Consultation note"),
    "typeCode": ("34133-9", "2.16.840.1.113883.6.1", "Summary of episode note"),
    "formatCode": ("urn:ihe:iti:xds:2017:mimeTypeSufficient", "1.3.6.1.4.1.19376.1.2.3", "mimeType Sufficient"),
    "healthcareFacilityTypeCode": ("SA07", "1.2.250.1.71.4.2.4", "Cabinet individuel"),
    "practiceSettingCode": ("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire"),
    "confidentialityCode": ("N", "2.16.840.1.113883.5.25", "Normal"),
    "eventCodeList": ("T-00001", "1.2.250.1.999.3.1", "Test event"),
    "contentTypeCode": ("07", "1.2.250.1.213.2.2", "Consultations externes"),
    "codeList": ("34133-9", "2.16.840.1.113883.6.1", "Summary of episode note"),
}
"""What a made-up object carries; a target with a closed affinity domain names its own (`Target.codes`)."""

SOURCE_ID: Final = "1.2.250.1.999.1.2"
REPOSITORY_UNIQUE_ID: Final = "1.2.250.1.999.1.3"
"""Named in ITI-42 when the target's own is not known: nothing is ever retrieved there."""


def new_oid() -> str:
    """A new OID below the UUID arc. # ITU-T X.667 6"""
    return f"2.25.{uuid.uuid4().int}"


def new_uuid() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


def now() -> str:
    """A DTM to the second, UTC. # ITI TF-3 Table 4.2.3.1.7-2"""
    return datetime.now(UTC).strftime("%Y%m%d%H%M%S")


@dataclass(frozen=True, slots=True)
class Author:
    """One author. # ITI TF-3 4.2.3.1.4"""

    person: str = "801234567890^Durand^Anne^^^^^^&1.2.250.1.71.4.2.1&ISO"
    institutions: tuple[str, ...] = ("Cabinet Durand^^^^^&1.2.250.1.71.4.2.2&ISO^^^^10B0123456",)
    roles: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()
    telecommunications: tuple[str, ...] = ()

    def xml(self, scheme: str, of: str) -> str:
        slots = (
            slot("authorPerson", self.person) if self.person else "",
            slot("authorInstitution", *self.institutions) if self.institutions else "",
            slot("authorRole", *self.roles) if self.roles else "",
            slot("authorSpecialty", *self.specialties) if self.specialties else "",
            slot("authorTelecommunication", *self.telecommunications) if self.telecommunications else "",
        )
        return (
            f'<rim:Classification id="{new_uuid()}" classifiedObject={quoteattr(of)} classificationScheme="{scheme}" '
            f'nodeRepresentation="">{"".join(slots)}</rim:Classification>'
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A stable DocumentEntry and its document. # ITI TF-3 4.2.3.2"""

    patient: str
    """CX."""
    content: bytes = b"A document of the conformance suite.\n"
    id: str = field(default_factory=new_uuid)
    """entryUUID; a symbolic id is as good."""
    unique_id: str = field(default_factory=new_oid)
    mime_type: str = "text/plain"
    title: str = "Conformance document"
    comments: str = ""
    creation_time: str = "20240305101500"
    service_start_time: str = ""
    service_stop_time: str = ""
    language: str = "fr-FR"
    source_patient: str = "mrn77^^^&1.2.250.1.999.1.9&ISO"
    source_patient_info: tuple[str, ...] = ()
    codes: Mapping[str, tuple[Code, ...]] = field(default_factory=dict)
    """Attribute → its codes, in place of those of `CODES`; an empty tuple leaves the attribute out."""
    authors: tuple[Author, ...] = (Author(),)
    legal_authenticator: str = ""
    references: tuple[str, ...] = ()
    """referenceIdList, as CXi."""
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """More Slots."""
    object_type: str = n.STABLE
    attributes: str = ""
    """More XML attributes, as text."""
    repository_unique_id: str = REPOSITORY_UNIQUE_ID
    described: bool = True
    """Whether hash, size and repositoryUniqueId stand in it, as ITI-42 asks; in ITI-41 the repository adds them."""

    @property
    def hash(self) -> str:
        return hashlib.sha1(self.content, usedforsecurity=False).hexdigest()

    def xml(self) -> str:
        codes = {name: self.codes.get(name, () if name == "eventCodeList" else (CODES[name],)) for name in n.DE_CODES}
        slots = {
            "creationTime": (self.creation_time,),
            **({"hash": (self.hash,)} if self.described else {}),
            "languageCode": (self.language,),
            "legalAuthenticator": (self.legal_authenticator,),
            **({"repositoryUniqueId": (self.repository_unique_id,)} if self.described else {}),
            "serviceStartTime": (self.service_start_time,),
            "serviceStopTime": (self.service_stop_time,),
            **({"size": (str(len(self.content)),)} if self.described else {}),
            "sourcePatientId": (self.source_patient,),
            "sourcePatientInfo": self.source_patient_info,
            "urn:ihe:iti:xds:2013:referenceIdList": self.references,
            **self.slots,
        }
        return "".join(
            [
                f"<rim:ExtrinsicObject id={quoteattr(self.id)} mimeType={quoteattr(self.mime_type)} "
                f'objectType="{self.object_type}" {self.attributes}>',
                *(slot(name, *values) for name, values in slots.items() if any(values)),
                text("Name", self.title),
                text("Description", self.comments),
                *(author.xml(n.DE_AUTHOR, self.id) for author in self.authors),
                *(coded(n.DE_CODES[name], self.id, code) for name, held in codes.items() for code in held),
                identifier(n.DE_PATIENT_ID, self.id, "XDSDocumentEntry.patientId", self.patient),
                identifier(n.DE_UNIQUE_ID, self.id, "XDSDocumentEntry.uniqueId", self.unique_id),
                "</rim:ExtrinsicObject>",
            ]
        )


@dataclass(frozen=True, slots=True)
class SubmissionSet:
    """# ITI TF-3 4.2.3.3"""

    patient: str
    id: str = field(default_factory=new_uuid)
    unique_id: str = field(default_factory=new_oid)
    source_id: str = SOURCE_ID
    submission_time: str = field(default_factory=now)
    title: str = "Conformance submission"
    comments: str = ""
    content_type: Code = CODES["contentTypeCode"]
    authors: tuple[Author, ...] = (Author(),)
    intended_recipients: tuple[str, ...] = ()
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def xml(self) -> str:
        slots = {
            "submissionTime": (self.submission_time,),
            "intendedRecipient": self.intended_recipients,
            **self.slots,
        }
        return "".join(
            [
                f"<rim:RegistryPackage id={quoteattr(self.id)}>",
                *(slot(name, *values) for name, values in slots.items() if any(values)),
                text("Name", self.title),
                text("Description", self.comments),
                *(author.xml(n.SS_AUTHOR, self.id) for author in self.authors),
                coded(n.SS_CONTENT_TYPE, self.id, self.content_type),
                node(n.SUBMISSION_SET, self.id),
                identifier(n.SS_PATIENT_ID, self.id, "XDSSubmissionSet.patientId", self.patient),
                identifier(n.SS_SOURCE_ID, self.id, "XDSSubmissionSet.sourceId", self.source_id),
                identifier(n.SS_UNIQUE_ID, self.id, "XDSSubmissionSet.uniqueId", self.unique_id),
                "</rim:RegistryPackage>",
            ]
        )


@dataclass(frozen=True, slots=True)
class Folder:
    """# ITI TF-3 4.2.3.4"""

    patient: str
    id: str = field(default_factory=new_uuid)
    unique_id: str = field(default_factory=new_oid)
    title: str = "Conformance folder"
    comments: str = ""
    codes: tuple[Code, ...] = (CODES["codeList"],)
    slots: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def xml(self) -> str:
        return "".join(
            [
                f"<rim:RegistryPackage id={quoteattr(self.id)}>",
                *(slot(name, *values) for name, values in self.slots.items()),
                text("Name", self.title),
                text("Description", self.comments),
                *(coded(n.FOLDER_CODES, self.id, code) for code in self.codes),
                node(n.FOLDER, self.id),
                identifier(n.FOLDER_PATIENT_ID, self.id, "XDSFolder.patientId", self.patient),
                identifier(n.FOLDER_UNIQUE_ID, self.id, "XDSFolder.uniqueId", self.unique_id),
                "</rim:RegistryPackage>",
            ]
        )


@dataclass(frozen=True, slots=True)
class Association:
    """# ITI TF-3 4.2.2"""

    type: str
    source: str
    target: str
    id: str = field(default_factory=new_uuid)
    status: str = ""
    """SubmissionSetStatus: `Original`, `Reference`, or none."""
    documentation: Code | None = None

    def xml(self) -> str:
        return "".join(
            [
                f"<rim:Association id={quoteattr(self.id)} associationType={quoteattr(self.type)} "
                f"sourceObject={quoteattr(self.source)} targetObject={quoteattr(self.target)}>",
                slot("SubmissionSetStatus", self.status) if self.status else "",
                coded(n.DOCUMENTATION, self.id, self.documentation) if self.documentation else "",
                "</rim:Association>",
            ]
        )


Member = Entry | Folder | Association


@dataclass(frozen=True, slots=True)
class Submission:
    """A SubmissionSet and all that is submitted with it."""

    set: SubmissionSet
    entries: tuple[Entry, ...] = ()
    folders: tuple[Folder, ...] = ()
    associations: tuple[Association, ...] = ()

    @classmethod
    def of(cls, *members: Member, patient: str = "", submission_set: SubmissionSet | None = None) -> "Submission":
        """A whole submission of `members`: each is linked to the SubmissionSet as it must be.

        Entries with `Original`; Folders without; of the associations, HasMember of a Folder by a HasMember to the
        association itself; what already starts at the set, and relationships, as they are. # ITI TF-3 4.2.2.1
        """
        entries = tuple(each for each in members if isinstance(each, Entry))
        folders = tuple(each for each in members if isinstance(each, Folder))
        given = tuple(each for each in members if isinstance(each, Association))
        whose = patient or next((each.patient for each in entries), "") or next((each.patient for each in folders), "")
        held = submission_set or SubmissionSet(whose)
        linked = [
            *(Association(n.HAS_MEMBER, held.id, entry.id, status="Original") for entry in entries),
            *(Association(n.HAS_MEMBER, held.id, folder.id) for folder in folders),
            *(
                Association(n.HAS_MEMBER, held.id, each.id)
                for each in given
                if each.type == n.HAS_MEMBER and each.source != held.id
            ),
        ]
        return cls(held, entries, folders, (*linked, *given))

    @property
    def _all(self) -> "tuple[Member | SubmissionSet, ...]":
        return (*self.entries, self.set, *self.folders, *self.associations)

    @property
    def ids(self) -> tuple[str, ...]:
        """Of every object, in the order of the message."""
        return tuple(each.id for each in self._all)

    def objects(self) -> str:
        return "".join(each.xml() for each in self._all)

    def register(self, edits: Iterable[Edit] = ()) -> bytes:
        """The body of ITI-42."""
        return edited(_submit(self.objects(), declared=True).encode(), edits)

    def provide(self, edits: Iterable[Edit] = ()) -> bytes:
        """The body of ITI-41: each document by reference to a part, whose Content-ID `content_id` gives."""
        documents = "".join(
            f'<xds:Document id={quoteattr(entry.id)}><xop:Include xmlns:xop="{n.XOP}" '
            f'href="cid:{content_id(entry)}"/></xds:Document>'
            for entry in self.entries
        )
        body = (
            f'<xds:ProvideAndRegisterDocumentSetRequest xmlns:xds="{n.XDS}" {_DECLARED}>{_submit(self.objects())}'
            f"{documents}</xds:ProvideAndRegisterDocumentSetRequest>"
        )
        return edited(body.encode(), edits)


_DECLARED: Final = f'xmlns:lcm="{n.LCM}" xmlns:rim="{n.RIM}"'


def content_id(entry: Entry) -> str:
    """Of the part that holds its document."""
    return f"{entry.id.rpartition(':')[2]}@conformance"


def _submit(objects: str, *, declared: bool = False) -> str:
    declarations = f" {_DECLARED}" if declared else ""
    return (
        f"<lcm:SubmitObjectsRequest{declarations}><rim:RegistryObjectList>{objects}"
        "</rim:RegistryObjectList></lcm:SubmitObjectsRequest>"
    )


def slot(name: str, *values: str) -> str:
    held = "".join(f"<rim:Value>{escape(value)}</rim:Value>" for value in values)
    return f"<rim:Slot name={quoteattr(name)}><rim:ValueList>{held}</rim:ValueList></rim:Slot>"


def text(element: str, value: str) -> str:
    """Name or Description; nothing for no text."""
    return f"<rim:{element}><rim:LocalizedString value={quoteattr(value)}/></rim:{element}>" if value else ""


def coded(scheme: str, of: str, code: Code) -> str:
    """A Classification that holds a code. # ITI TF-3 4.2.3.1.2"""
    value, coding_scheme, display = code
    return (
        f'<rim:Classification id="{new_uuid()}" classifiedObject={quoteattr(of)} classificationScheme="{scheme}" '
        f"nodeRepresentation={quoteattr(value)}>{slot('codingScheme', coding_scheme)}{text('Name', display)}"
        "</rim:Classification>"
    )


def node(kind: str, of: str) -> str:
    """The Classification that says what a RegistryPackage is."""
    return f'<rim:Classification id="{new_uuid()}" classifiedObject={quoteattr(of)} classificationNode="{kind}"/>'


def identifier(scheme: str, of: str, name: str, value: str) -> str:
    return (
        f'<rim:ExternalIdentifier id="{new_uuid()}" registryObject={quoteattr(of)} identificationScheme="{scheme}" '
        f"value={quoteattr(value)}>{text('Name', name)}</rim:ExternalIdentifier>"
    )
