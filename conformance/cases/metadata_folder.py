"""What a Folder must hold. # ITI TF-3 4.2.3.4"""

from conformance.book import case
from conformance.cases._tables import (
    FOLDER,
    METADATA,
    OTHER_PATIENT,
    UNKNOWN_PATIENT,
    Refused,
    Taken,
    acceptances,
    again,
    contents,
    marked,
    more,
    refusals,
)
from conformance.messages import names as n
from conformance.messages.edits import attribute, insert, remove, write
from conformance.messages.objects import node
from conformance.passing import SUCCESS
from conformance.trial import Trial

_TF = "ITI TF-3 4.2.3.4"
_CODES = f"{FOLDER}/rim:Classification[@classificationScheme='{n.FOLDER_CODES}']"
_PATIENT = f"{FOLDER}/rim:ExternalIdentifier[@identificationScheme='{n.FOLDER_PATIENT_ID}']"
_UNIQUE = f"{FOLDER}/rim:ExternalIdentifier[@identificationScheme='{n.FOLDER_UNIQUE_ID}']"
_NAME = f"{FOLDER}/rim:Name/rim:LocalizedString/@value"

refusals(
    Refused(
        f"metadata/4.2.3.4.{number}/1",
        f"Registers a Folder without {name}",
        f"A Folder that is registered has {name}; the registry refuses one that has none.",
        f"{_TF}.{number}, 4.3.1",
        (remove(xpath),),
        (f"folder.{name}.missing",),
        codes,
        of="folder",
    )
    for number, name, xpath, codes in (
        (2, "codeList", _CODES, (METADATA,)),
        (7, "patientId", _PATIENT, (METADATA, OTHER_PATIENT, UNKNOWN_PATIENT)),
        (8, "title", f"{FOLDER}/rim:Name", (METADATA,)),
        (9, "uniqueId", _UNIQUE, (METADATA,)),
    )
)

refusals(
    Refused(
        f"metadata/4.2.3.4.{number}/2",
        f"Registers a Folder with two {name}",
        f"A Folder has a single {name}; the registry refuses a second one.",
        f"{_TF}.{number}",
        (again(xpath),),
        (f"folder.{name}.repeated",),
        of="folder",
    )
    for number, name, xpath in ((7, "patientId", _PATIENT), (9, "uniqueId", _UNIQUE))
)

refusals(
    [
        Refused(
            "metadata/4.2.3.4.8/3",
            "Registers a Folder with a title of 257 characters",
            "The title of a Folder has at most 256 characters; the registry refuses a longer one.",
            f"{_TF}.8",
            (write(_NAME, "t" * 257),),
            ("folder.title.length",),
            of="folder",
        ),
        Refused(
            "metadata/4.2.3.4.8/4",
            "Registers a Folder with an empty title",
            "A Folder has a title; an empty one is none.",
            f"{_TF}.8, 4.3.1",
            (write(_NAME, ""),),
            ("folder.title.missing",),
            of="folder",
        ),
        Refused(
            "metadata/4.2.3.4.7/3",
            "Registers a Folder whose patientId has no assigning authority",
            "patientId is a CX of two parts only, id^^^&OID&ISO.",
            f"{_TF}.7, 4.2.3.1.7",
            (write(f"{_PATIENT}/@value", "4711"),),
            ("folder.patientId.format",),
            codes=(METADATA, OTHER_PATIENT, UNKNOWN_PATIENT),
            of="folder",
        ),
        Refused(
            "metadata/4.2.3.4.7/4",
            "Registers a Folder whose patientId says the type of its id",
            "patientId is a CX of two parts only, id^^^&OID&ISO; no other component is allowed.",
            f"{_TF}.7, 4.2.3.1.7",
            (more(f"{_PATIENT}/@value", "^NH"),),
            ("folder.patientId.components",),
            codes=(METADATA, OTHER_PATIENT, UNKNOWN_PATIENT),
            of="folder",
        ),
        Refused(
            "metadata/4.2.3.4.5/1",
            "Registers a Folder with a home that is no URN of an OID",
            "homeCommunityId is an OID URN, urn:oid: and an OID.",
            f"{_TF}.5, 4.2.3.1.7",
            (attribute(FOLDER, "home", "hospital-1"),),
            ("object.home.format",),
            of="folder",
        ),
        Refused(
            "metadata/4.2.3.4.9/3",
            "Registers a Folder whose uniqueId is no OID",
            "uniqueId of a Folder is an OID.",
            f"{_TF}.9",
            (write(f"{_UNIQUE}/@value", "folder-1"),),
            ("folder.uniqueId.format",),
            of="folder",
        ),
        Refused(
            "metadata/4.2.3.4.10/1",
            "Registers a Folder with the mark of limited metadata",
            "limitedMetadata is not allowed in metadata that are registered; the registry refuses it.",
            f"{_TF}.10, 4.3.1",
            (marked(FOLDER, "urn:uuid:2c144a76-29a9-4b7c-af54-b25409fe7d03"),),
            ("limitedMetadata.forbidden",),
            of="folder",
        ),
        Refused(
            "metadata/4.2.3.4.2/2",
            "Registers a Folder whose code has no scheme",
            "A code of codeList names its coding scheme.",
            f"{_TF}.2, 4.2.3.1.2",
            (remove(f"{_CODES}/rim:Slot[@name='codingScheme']"),),
            ("code.scheme.single",),
            of="folder",
        ),
    ]
)

acceptances(
    [
        Taken(
            "metadata/4.2.3.4.8/5",
            "Registers a Folder with a title of 256 characters",
            "The title of a Folder may have 256 characters; it is given back whole.",
            f"{_TF}.8",
            (write(_NAME, "é" * 256),),
            back={"rim:Name/rim:LocalizedString/@value": ("é" * 256,)},
            covers=("folder.title.length",),
            of="folder",
            object=FOLDER,
        ),
        Taken(
            "metadata/4.2.3.4.2/3",
            "Registers a Folder with two codes",
            "codeList may hold several codes, each in a Classification.",
            f"{_TF}.2",
            (again(_CODES), write(f"({_CODES})[2]/@nodeRepresentation", "11488-4")),
            back={
                f"rim:Classification[@classificationScheme='{n.FOLDER_CODES}']/@nodeRepresentation": (
                    "34133-9",
                    "11488-4",
                )
            },
            needs=("open-domain",),
            of="folder",
            object=FOLDER,
        ),
        Taken(
            "metadata/4.2.3.4.3/1",
            "Registers a Folder with comments",
            "comments of a Folder are any text; the registry gives them back.",
            f"{_TF}.3",
            (
                insert(
                    FOLDER,
                    '<rim:Description><rim:LocalizedString value="All of 2024 &amp; before"/></rim:Description>',
                    at=1,
                ),
            ),
            back={"rim:Description/rim:LocalizedString/@value": ("All of 2024 & before",)},
            of="folder",
            object=FOLDER,
        ),
    ]
)


@case(
    "metadata/4.2.1.3.1/1",
    title="Marks a Folder by a Classification beside it",
    requirement="The Classification that marks a Folder may stand in it or beside it in the list of objects.",
    section="ITI TF-3 4.2.1.3.1",
    passing=SUCCESS,
    covers=["package.mark"],
    needs=["registry"],
)
def marked_from_beside(trial: Trial) -> None:
    folder = trial.folder()
    submission = trial.submission(folder)
    trial.register(
        submission,
        remove(f"{FOLDER}/rim:Classification[@classificationNode]"),
        insert("//rim:RegistryObjectList", node(n.FOLDER, folder.id)),
    ).succeeds()
    contents(trial, submission).finds(*submission.ids)
    trial.query("GetFolders", [("$XDSFolderEntryUUID", [folder.id])]).finds(folder.id)
