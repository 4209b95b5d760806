"""What a DocumentEntry must hold, and in which form. # ITI TF-3 4.2.3.2, 4.3.1"""

from typing import Any

from lxml import etree

from conformance.book import case
from conformance.cases._tables import (
    ENTRY,
    METADATA,
    OTHER_PATIENT,
    UNKNOWN_PATIENT,
    Refused,
    Taken,
    acceptances,
    again,
    marked,
    more,
    objects,
    refusals,
    taken,
)
from conformance.messages import names as n
from conformance.messages.edits import Edit, attribute, remove, slot, write
from conformance.messages.objects import new_uuid
from conformance.model import MUST, SHOULD, Level
from conformance.passing import refused
from conformance.trial import Trial

_TF = "ITI TF-3 4.2.3.2"


def _code(name: str) -> str:
    return f"{ENTRY}/rim:Classification[@classificationScheme='{n.DE_CODES[name]}']"


def _slot(name: str) -> str:
    return f"{ENTRY}/rim:Slot[@name='{name}']"


def _identifier(scheme: str) -> str:
    return f"{ENTRY}/rim:ExternalIdentifier[@identificationScheme='{scheme}']"


_PATIENT_IDS = " | ".join(
    f"//rim:ExternalIdentifier[@identificationScheme='{scheme}']/@value"
    for scheme in (n.DE_PATIENT_ID, n.SS_PATIENT_ID)
)
"""Of the entry and of its set: changed together, so that they still agree."""

# --- required attributes: ITI TF-3 Table 4.3.1-3

_REQUIRED = (
    (3, "classCode", _code("classCode")),
    (5, "confidentialityCode", _code("confidentialityCode")),
    (6, "creationTime", _slot("creationTime")),
    (9, "formatCode", _code("formatCode")),
    (10, "hash", _slot("hash")),
    (11, "healthcareFacilityTypeCode", _code("healthcareFacilityTypeCode")),
    (13, "languageCode", _slot("languageCode")),
    (17, "practiceSettingCode", _code("practiceSettingCode")),
    (18, "repositoryUniqueId", _slot("repositoryUniqueId")),
    (21, "size", _slot("size")),
    (22, "sourcePatientId", _slot("sourcePatientId")),
    (25, "typeCode", _code("typeCode")),
    (26, "uniqueId", _identifier(n.DE_UNIQUE_ID)),
)

refusals(
    Refused(
        f"metadata/4.2.3.2.{number}/1",
        f"Registers a DocumentEntry without {name}",
        f"A DocumentEntry that is registered has {name}; the registry refuses one that has none.",
        f"{_TF}.{number}, 4.3.1",
        (remove(xpath),),
        (f"de.{name}.missing",),
    )
    for number, name, xpath in _REQUIRED
)

refusals(
    [
        Refused(
            "metadata/4.2.3.2.16/1",
            "Registers a DocumentEntry without patientId",
            "A DocumentEntry that is registered has a patientId; the registry refuses one that has none.",
            f"{_TF}.16, 4.3.1",
            (remove(_identifier(n.DE_PATIENT_ID)),),
            ("de.patientId.missing",),
            codes=(METADATA, OTHER_PATIENT, UNKNOWN_PATIENT),
        ),
        Refused(
            "metadata/4.2.3.2.15/1",
            "Registers a DocumentEntry without mimeType",
            "A DocumentEntry says its mimeType; the default of the ebRIM schema does not stand for it.",
            f"{_TF}.15, 4.3.1",
            (remove(f"{ENTRY}/@mimeType"),),
            ("de.mimeType.missing",),
            level=SHOULD,  # a parser that fills in the schema's default cannot see that it is missing
        ),
    ]
)

# --- attributes that there is one of

_SINGLE = (
    (3, "classCode", _code("classCode")),
    (9, "formatCode", _code("formatCode")),
    (11, "healthcareFacilityTypeCode", _code("healthcareFacilityTypeCode")),
    (16, "patientId", _identifier(n.DE_PATIENT_ID)),
    (17, "practiceSettingCode", _code("practiceSettingCode")),
    (25, "typeCode", _code("typeCode")),
    (26, "uniqueId", _identifier(n.DE_UNIQUE_ID)),
)

refusals(
    Refused(
        f"metadata/4.2.3.2.{number}/2",
        f"Registers a DocumentEntry with two {name}",
        f"A DocumentEntry has at most one {name}; the registry refuses a second one.",
        f"{_TF}.{number}",
        (again(xpath),),
        (f"de.{name}.repeated",),
        codes=(METADATA,),
    )
    for number, name, xpath in _SINGLE
)

_SINGLE_VALUED = (
    (6, "creationTime", ("20240305101500", "20240305101600")),
    (10, "hash", ("da39a3ee5e6b4b0d3255bfef95601890afd80709", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12")),
    (13, "languageCode", ("fr-FR", "en-GB")),
    (14, "legalAuthenticator", ("^Durand^Anne", "^Petit^Paul")),
    (18, "repositoryUniqueId", ("1.2.250.1.999.1.3", "1.2.250.1.999.1.4")),
    (19, "serviceStartTime", ("20240305", "20240306")),
    (20, "serviceStopTime", ("20240305", "20240306")),
    (21, "size", ("12", "13")),
    (22, "sourcePatientId", ("mrn77^^^&1.2.250.1.999.1.9&ISO", "mrn78^^^&1.2.250.1.999.1.9&ISO")),
    (27, "URI", ("DOC001.XML", "DOC002.XML")),
)

refusals(
    Refused(
        f"metadata/4.2.3.2.{number}/3",
        f"Registers a DocumentEntry whose {name} has two values",
        f"The Slot of {name} holds a single value; the registry refuses two.",
        f"{_TF}.{number}",
        (slot(ENTRY, name, *values),),
        ("slot.values.repeated",),
    )
    for number, name, values in _SINGLE_VALUED
)

# --- forms

_DTM = "is a DTM, YYYY[MM[DD[hh[mm[ss]]]]] in UTC"


def _form(
    number: int,
    ordinal: int,
    what: str,
    must: str,
    *edits: Edit,
    rule: str | tuple[str, ...],
    codes: tuple[str, ...] = (METADATA,),
    level: Level = MUST,
    also: str = "4.2.3.1.7",
) -> Refused:
    return Refused(
        f"metadata/4.2.3.2.{number}/{ordinal}",
        f"Registers a DocumentEntry with {what}",
        must,
        f"{_TF}.{number}, {also}" if also else f"{_TF}.{number}",
        edits,
        (rule,) if isinstance(rule, str) else rule,
        codes,
        level=level,
    )


def _time(ordinal: int, value: str, what: str, level: Level = MUST) -> Refused:
    return _form(
        6,
        ordinal,
        f"the creationTime {value}: {what}",
        f"creationTime {_DTM}; the registry refuses {what}.",
        slot(ENTRY, "creationTime", value),
        rule="de.creationTime.format",
        level=level,
    )


_PATIENT = "patientId is a CX of two parts only, id^^^&OID&ISO"

refusals(
    [
        _time(4, "2024-03-05T10:15:00", "a date in the form of ISO 8601"),
        _time(5, "20241305", "a thirteenth month"),
        _time(6, "2024030524", "hour 24"),
        _time(7, "202403051060", "minute 60"),
        _time(8, "20240305101500+0100", "a time zone"),
        _time(9, "20240305101500.123", "a fraction of a second"),
        _time(10, "2024030", "half a day"),
        _time(11, "203", "a year of three digits"),
        _time(12, "20230229", "a day that the year does not have", SHOULD),
        _time(13, "0999", "a year before 1000", SHOULD),  # no number begins with a zero
        _form(
            10,
            4,
            "a hash of 39 digits",
            "hash is a SHA-1 value of 40 hexadecimal digits; the registry refuses a shorter one.",
            slot(ENTRY, "hash", "da39a3ee5e6b4b0d3255bfef95601890afd8070"),
            rule="de.hash.format",
        ),
        _form(
            10,
            5,
            "a hash that is not hexadecimal",
            "hash is a SHA-1 value of 40 hexadecimal digits; the registry refuses other characters.",
            slot(ENTRY, "hash", "za39a3ee5e6b4b0d3255bfef95601890afd80709"),
            rule="de.hash.format",
        ),
        _form(
            10,
            6,
            "a hash of SHA-256",
            "hash is a SHA-1 value of 40 hexadecimal digits; the registry refuses one of 64.",
            slot(ENTRY, "hash", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            rule="de.hash.format",
        ),
        _form(
            13,
            4,
            "the languageCode fr_FR",
            "languageCode is a tag of RFC 5646, whose parts are joined by hyphens; the registry refuses another form.",
            slot(ENTRY, "languageCode", "fr_FR"),
            rule="de.languageCode.format",
        ),
        _form(
            13,
            5,
            "the languageCode “French (France)”",
            "languageCode is a tag of RFC 5646; the registry refuses the name of a language.",
            slot(ENTRY, "languageCode", "French (France)"),
            rule="de.languageCode.format",
        ),
        _form(
            13,
            7,
            "the languageCode fr-F",
            "languageCode is a tag of RFC 5646; the registry refuses one that is not well-formed.",
            slot(ENTRY, "languageCode", "fr-F"),
            rule="de.languageCode.format",
        ),
        _form(
            14,
            4,
            "a legalAuthenticator without id and family name",
            "legalAuthenticator is an XCN, with an id or a family name at least.",
            slot(ENTRY, "legalAuthenticator", "^^Anne"),
            rule="de.legalAuthenticator.format",
        ),
        _form(
            14,
            5,
            "a legalAuthenticator whose assigning authority is no OID",
            "In an XCN the assigning authority is &OID&ISO.",
            slot(ENTRY, "legalAuthenticator", "801^Durand^Anne^^^^^^&hospital&ISO"),
            rule="de.legalAuthenticator.format",
        ),
        _form(
            15,
            2,
            "the mimeType “text”",
            "mimeType is a MIME type, type/subtype; the registry refuses another form.",
            write(f"{ENTRY}/@mimeType", "text"),
            rule="de.mimeType.format",
        ),
        _form(
            18,
            4,
            "a repositoryUniqueId that is no OID",
            "repositoryUniqueId is an OID; the registry refuses another identifier.",
            slot(ENTRY, "repositoryUniqueId", "repository-1"),
            rule="de.repositoryUniqueId.format",
        ),
        _form(
            18,
            5,
            "a repositoryUniqueId with a leading zero in an arc",
            "The numbers of an OID have no leading zeros.",
            slot(ENTRY, "repositoryUniqueId", "1.2.250.01.999"),
            rule="de.repositoryUniqueId.format",
        ),
        _form(
            18,
            6,
            "a repositoryUniqueId of 65 characters",
            "repositoryUniqueId has at most 64 characters.",
            slot(ENTRY, "repositoryUniqueId", "1.2." + "3" * 61),
            rule="de.repositoryUniqueId.format",
        ),
        _form(
            19,
            4,
            "the serviceStartTime “this morning”",
            f"serviceStartTime {_DTM}.",
            slot(ENTRY, "serviceStartTime", "this morning"),
            rule="de.serviceStartTime.format",
        ),
        _form(
            20,
            4,
            "the serviceStopTime 20240332",
            f"serviceStopTime {_DTM}.",
            slot(ENTRY, "serviceStopTime", "20240332"),
            rule="de.serviceStopTime.format",
        ),
        _form(
            21,
            4,
            "the size “12 kB”",
            "size is a number of bytes in digits; the registry refuses a unit.",
            slot(ENTRY, "size", "12 kB"),
            rule="de.size.format",
        ),
        _form(
            21,
            5,
            "the size 12.5",
            "size is an integer number of bytes; the registry refuses a fraction.",
            slot(ENTRY, "size", "12.5"),
            rule="de.size.format",
        ),
        _form(
            21,
            6,
            "the size -1",
            "size is a number of bytes, which is never below zero.",
            slot(ENTRY, "size", "-1"),
            rule="de.size.format",
            level=SHOULD,  # an Integer of XML Schema may have a sign
        ),
        _form(
            22,
            4,
            "a sourcePatientId without assigning authority",
            "sourcePatientId is a CX, id^^^&OID&ISO; the registry refuses an id alone.",
            slot(ENTRY, "sourcePatientId", "mrn77"),
            rule="de.sourcePatientId.format",
        ),
        _form(
            22,
            5,
            "a sourcePatientId whose authority is not of type ISO",
            "In a CX the assigning authority is &OID&ISO; the registry refuses another type.",
            slot(ENTRY, "sourcePatientId", "mrn77^^^&hospital.example&DNS"),
            rule="de.sourcePatientId.format",
        ),
        _form(
            22,
            6,
            "a sourcePatientId with the type of its id",
            "sourcePatientId is a CX of two parts, id^^^&OID&ISO; no other component is allowed.",
            slot(ENTRY, "sourcePatientId", "mrn77^^^&1.2.250.1.999.1.9&ISO^PI"),
            rule="de.sourcePatientId.components",
        ),
        _form(
            23,
            4,
            "a sourcePatientInfo without field name",
            "Each value of sourcePatientInfo is a field of PID, a pipe and its data.",
            slot(ENTRY, "sourcePatientInfo", "Durand^Anne"),
            rule="de.sourcePatientInfo.format",
        ),
        _form(
            23,
            5,
            "a sourcePatientInfo that holds a field of PV1",
            "Each value of sourcePatientInfo is a field of the PID segment.",
            slot(ENTRY, "sourcePatientInfo", "PV1-2|O"),
            rule="de.sourcePatientInfo.format",
        ),
        _form(
            23,
            6,
            "two birth dates in sourcePatientInfo",
            "sourcePatientInfo has at most one value for PID-7.",
            slot(ENTRY, "sourcePatientInfo", "PID-7|19700101", "PID-7|19710101"),
            rule="de.sourcePatientInfo.repeated",
        ),
        _form(
            23,
            7,
            "two sexes in sourcePatientInfo",
            "sourcePatientInfo has at most one value for PID-8.",
            slot(ENTRY, "sourcePatientInfo", "PID-8|F", "PID-8|M"),
            rule="de.sourcePatientInfo.repeated",
        ),
        _form(
            23,
            10,
            "a sourcePatientInfo that holds PID-99",
            "Only fields that the PID segment has are used in sourcePatientInfo; it has 39.",
            slot(ENTRY, "sourcePatientInfo", "PID-99|O"),
            rule="de.sourcePatientInfo.format",
        ),
        _form(
            24,
            1,
            "a title of 128 characters",
            "A title of a DocumentEntry has fewer than 128 characters; the registry refuses a longer one.",
            write(f"{ENTRY}/rim:Name/rim:LocalizedString/@value", "t" * 128),
            rule="de.title.length",
            also="",
        ),
        _form(
            27,
            1,
            "a URI with blanks and angle brackets",
            "URI is a URI; the registry refuses characters that none may have.",
            slot(ENTRY, "URI", "my <documents>/letter 1"),
            rule="de.uri.format",
        ),
        _form(
            16,
            8,
            "a patientId with the type of its id",
            f"{_PATIENT}; no other component is allowed.",
            more(_PATIENT_IDS, "^NH"),
            rule=("de.patientId.components", "ss.patientId.components"),
            codes=(METADATA, UNKNOWN_PATIENT),
        ),
        _form(
            16,
            4,
            "a patientId without assigning authority",
            f"{_PATIENT}; the registry refuses an id alone.",
            write(_PATIENT_IDS, "4711"),
            rule=("de.patientId.format", "ss.patientId.format"),
            codes=(METADATA, UNKNOWN_PATIENT),
        ),
        _form(
            16,
            5,
            "a patientId whose authority is a name",
            f"{_PATIENT}; the registry refuses a namespace in place of the OID.",
            write(_PATIENT_IDS, "4711^^^HOSPITAL"),
            rule=("de.patientId.format", "ss.patientId.format"),
            codes=(METADATA, UNKNOWN_PATIENT),
        ),
        _form(
            16,
            6,
            "a patientId whose authority is not of type ISO",
            f"{_PATIENT}; the registry refuses another type than ISO.",
            write(_PATIENT_IDS, "4711^^^&hospital.example&DNS"),
            rule=("de.patientId.format", "ss.patientId.format"),
            codes=(METADATA, UNKNOWN_PATIENT),
        ),
        _form(
            16,
            7,
            "a patientId without id",
            f"{_PATIENT}; the registry refuses an authority alone.",
            write(_PATIENT_IDS, "^^^&1.2.250.1.999.1&ISO"),
            rule=("de.patientId.format", "ss.patientId.format"),
            codes=(METADATA, UNKNOWN_PATIENT),
        ),
        _form(
            26,
            4,
            "an empty uniqueId",
            "A DocumentEntry has a uniqueId; the registry refuses an empty one.",
            write(f"{_identifier(n.DE_UNIQUE_ID)}/@value", ""),
            rule="de.uniqueId.missing",
            also="4.3.1",
        ),
        _form(
            30,
            1,
            "an objectType that is neither stable nor on-demand",
            "objectType of a DocumentEntry is the UUID of a stable or of an on-demand one.",
            write(f"{ENTRY}/@objectType", "urn:uuid:7edca82f-054d-47f2-a032-000000000000"),
            rule="de.objectType.unknown",
        ),
        _form(
            12,
            1,
            "a home that is no URN of an OID",
            "homeCommunityId is an OID URN, urn:oid: and an OID.",
            attribute(ENTRY, "home", "hospital-1"),
            rule="object.home.format",
        ),
        _form(
            29,
            1,
            "the mark of limited metadata",
            "limitedMetadata is not allowed in metadata that are registered; the registry refuses it.",
            marked(ENTRY, "urn:uuid:ab9b591b-83ab-4d03-8f5d-f93b1fb92e85"),
            rule="limitedMetadata.forbidden",
            also="4.3.1",
        ),
    ]
)

refusals(
    [
        Refused(
            "metadata/4.2.3.2.30/2",
            "Registers an on-demand DocumentEntry with ITI-42",
            "Register Document Set-b takes stable DocumentEntries; on-demand ones have a transaction of their own.",
            "ITI TF-2 3.42.4.1.2",
            (write(f"{ENTRY}/@objectType", n.ON_DEMAND),),
            ("de.objectType.on-demand",),
            level=SHOULD,  # the sender must not; that the registry refuses it is said nowhere
        ),
        Refused(
            "iti-42/4.1.3.3.6/1",
            "Registers a DocumentEntry whose service stops before it starts",
            "serviceStartTime is before or equal to serviceStopTime; the registry verifies it.",
            "ITI TF-2 3.42.4.1.3.3.6",
            (slot(ENTRY, "serviceStartTime", "20240305101500"), slot(ENTRY, "serviceStopTime", "20240305101459")),
            ("de.serviceTime.order",),
        ),
        Refused(
            "metadata/4.2.3.1.5/1",
            "Registers a DocumentEntry whose id begins with urn:uuid: without being a UUID",
            "An id is a UUID, or a symbolic id that does not begin with urn:uuid:.",
            "ITI TF-3 4.2.3.1.5",
            (
                write(
                    f"{ENTRY}/@id | {ENTRY}/*/@classifiedObject | {ENTRY}/*/@registryObject "
                    f"| //rim:Association[@targetObject={ENTRY}/@id]/@targetObject",
                    "urn:uuid:document-1",
                ),
            ),
            ("object.id.format",),
        ),
        Refused(
            "metadata/4.2.3.2.7/2",
            "Registers an ExtrinsicObject without id",
            "Every object that is submitted has an id.",
            "ITI TF-3 4.2.3.2.7",
            (remove(f"{ENTRY}/@id"),),
            ("object.id.missing", "xml.schema"),
            schema=True,
        ),
    ]
)


@case(
    "metadata/4.2.3.2.7/1",
    title="Registers a DocumentEntry whose lid differs from its id",
    requirement="The Technical Framework says nothing of lid: the entry is refused, or taken under its own id.",
    section="ITI TF-3 4.2.3.2.7",
    passing=refused(METADATA) + "\n… or Success, and the entry is found by its id",
    covers=["object.lid.update"],
    needs=["registry"],
)
def other_lid(trial: Trial) -> None:
    taken(trial, "entry")
    entry = trial.entry()
    submission = trial.submission(entry)
    answer = trial.register(submission, attribute(ENTRY, "lid", new_uuid()))
    if answer.status == n.SUCCESS:
        objects(trial, submission).finds(entry.id)
    else:
        answer.is_refused(METADATA)


@case(
    "metadata/4.2.3.1.5/2",
    title="Registers a DocumentEntry whose id is a UUID in upper case",
    requirement="A UUID is written in lower case: another is refused, or is in lower case when it comes back.",
    section="ITI TF-3 4.2.3.1.5",
    passing=refused(METADATA) + "\n… or Success, and the entry comes back with its id in lower case",
    covers=["object.id.format", "metadata.uuid.lower-case"],
    needs=["registry"],
)
def uuid_in_upper_case(trial: Trial) -> None:
    taken(trial, "entry")
    entry = trial.entry(id=f"urn:uuid:{new_uuid().removeprefix('urn:uuid:').upper()}")
    answer = trial.register(trial.submission(entry))
    if answer.status != n.SUCCESS:
        answer.is_refused(METADATA)
        return
    back = trial.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [entry.unique_id])])
    back.holds(f"{ENTRY}/@id", entry.id.lower())


# --- what must be taken


def _long_uri(root: etree._Element) -> None:
    """Makes the uniqueId of the entry a URI of 200 characters, which no other run has."""
    found: Any = root.xpath(_identifier(n.DE_UNIQUE_ID), namespaces=n.PREFIXES)
    for each in found:
        each.set("value", f"https://documents.example.org/{each.get('value')}/".ljust(200, "x"))


_NORMAL = ("N", "2.16.840.1.113883.5.25", "Normal Clinical Data")
_NO_REUSE = ("NOREUSE", "2.16.840.1.113883.1.11.20471", "No use beyond the purpose")

acceptances(
    Taken(
        f"metadata/4.2.3.2.6/{20 + len(value)}",
        f"Registers a DocumentEntry with the creationTime {value}",
        "A DTM may leave out what is less than the year, from the right; the registry takes it and gives it back.",
        f"{_TF}.6, 4.2.3.1.7",
        entry={"creation_time": value},
        back={"rim:Slot[@name='creationTime']//rim:Value": (value,)},
        covers=("de.creationTime.format",),
    )
    for value in ("2005", "200501", "20050102", "2005010203", "200501020304", "20050102030405")
)

acceptances(
    [
        Taken(
            "metadata/4.2.3.2.24/2",
            "Registers a DocumentEntry with a title of 127 characters",
            "A title of fewer than 128 characters is taken and given back whole.",
            f"{_TF}.24",
            entry={"title": "t" * 126 + "é"},
            back={"rim:Name/rim:LocalizedString/@value": ("t" * 126 + "é",)},
            covers=("de.title.length",),
        ),
        Taken(
            "metadata/4.2.3.2.24/3",
            "Registers a DocumentEntry without title",
            "The title of a DocumentEntry is optional.",
            f"{_TF}.24",
            entry={"title": ""},
        ),
        Taken(
            "metadata/4.2.3.2.5/2",
            "Registers a DocumentEntry with two confidentialityCodes",
            "There may be several confidentialityCodes, each in a Classification; all of them apply.",
            f"{_TF}.5",
            entry={"codes": {"confidentialityCode": (_NORMAL, _NO_REUSE)}},
            back={
                f"rim:Classification[@classificationScheme='{n.DE_CODES['confidentialityCode']}']"
                "/@nodeRepresentation": ("N", "NOREUSE")
            },
            covers=("iti-42.store",),
            needs=("open-domain",),
        ),
        Taken(
            "metadata/4.2.3.2.4/1",
            "Registers a DocumentEntry with comments of 1000 characters",
            "comments have no limit but that of ebRIM; the registry takes them and gives them back whole.",
            f"{_TF}.4",
            entry={"comments": "Note. " * 166 + "Fin."},
            back={"rim:Description/rim:LocalizedString/@value": ("Note. " * 166 + "Fin.",)},
        ),
        Taken(
            "metadata/4.2.3.2.10/7",
            "Registers a DocumentEntry with a hash in upper case",
            "The hexadecimal digits of a hash may be in upper or lower case.",
            f"{_TF}.10, 4.2.3.1.7",
            (slot(ENTRY, "hash", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80708"),),
            covers=("de.hash.format",),
        ),
        Taken(
            "iti-42/4.1.3.3.6/2",
            "Registers a DocumentEntry whose service starts and stops at the same time",
            "serviceStartTime may be equal to serviceStopTime.",
            "ITI TF-2 3.42.4.1.3.3.6",
            entry={"service_start_time": "20240305101500", "service_stop_time": "20240305101500"},
            back={
                "rim:Slot[@name='serviceStartTime']//rim:Value": ("20240305101500",),
                "rim:Slot[@name='serviceStopTime']//rim:Value": ("20240305101500",),
            },
            covers=("de.serviceTime.order",),
        ),
        Taken(
            "metadata/4.2.3.2.13/6",
            "Registers a DocumentEntry with the languageCode zh-Hant-TW",
            "languageCode may be any tag of RFC 5646, script and region included.",
            f"{_TF}.13",
            entry={"language": "zh-Hant-TW"},
            back={"rim:Slot[@name='languageCode']//rim:Value": ("zh-Hant-TW",)},
            covers=("de.languageCode.format",),
        ),
        *(
            Taken(
                f"metadata/4.2.3.2.13/{ordinal}",
                f"Registers a DocumentEntry with the languageCode {tag}",
                f"languageCode may be any tag of RFC 5646, {what} too.",
                f"{_TF}.13",
                entry={"language": tag},
                back={"rim:Slot[@name='languageCode']//rim:Value": (tag,)},
                covers=("de.languageCode.format",),
            )
            for ordinal, tag, what in (
                (8, "fr", "one without region"),
                (9, "de-CH-1996", "one with a variant"),
                (10, "x-carnet", "one for private use"),
            )
        ),
        *(
            Taken(
                f"metadata/4.2.3.2.14/{ordinal}",
                f"Registers a DocumentEntry whose legalAuthenticator {what}",
                must,
                f"{_TF}.14, 4.2.3.1.7",
                entry={"legal_authenticator": value},
                back={"rim:Slot[@name='legalAuthenticator']//rim:Value": (value,)} if kept else {},
                covers=("de.legalAuthenticator.format", "metadata.hl7.trailing-delimiters"),
            )
            for ordinal, what, must, value, kept in (
                (
                    7,
                    "has an id only",
                    "An XCN needs an id or a family name; one of them is enough.",
                    "2.999.1.2.3",
                    True,
                ),
                (
                    8,
                    "ends in empty components",
                    "Delimiters that nothing follows are ignored by whoever receives an XCN.",
                    "801^Welby^Marcus^^^^^^&1.2.250.1.999.6&ISO^^^^^^",
                    False,
                ),
            )
        ),
        Taken(
            "metadata/4.2.3.2.14/6",
            "Registers a DocumentEntry whose legalAuthenticator has a family name only",
            "An XCN needs an id or a family name; one of them is enough.",
            f"{_TF}.14, 4.2.3.1.7",
            entry={"legal_authenticator": "^Welby"},
            back={"rim:Slot[@name='legalAuthenticator']//rim:Value": ("^Welby",)},
            covers=("de.legalAuthenticator.format",),
        ),
        Taken(
            "metadata/4.2.3.2.2/1",
            "Registers a DocumentEntry with a status that does not exist",
            "A submitted availabilityStatus is ignored, whatever it says.",
            f"{_TF}.2",
            entry={"attributes": 'status="urn:oasis:names:tc:ebxml-regrep:StatusType:Withdrawn"'},
            back={"@status": (n.APPROVED,)},
            covers=("object.status.unknown",),
            level=SHOULD,  # a URN that does not exist may be refused before anybody ignores it
        ),
        Taken(
            "iti-42/4.1.2.1/1",
            "Registers a DocumentEntry whose document is assembled later",
            "Delayed document assembly: size 0 and the hash of nothing are taken.",
            "ITI TF-2 3.42.4.1.2.1",
            entry={"content": b""},
            back={
                "rim:Slot[@name='size']//rim:Value": ("0",),
                "rim:Slot[@name='hash']//rim:Value": ("da39a3ee5e6b4b0d3255bfef95601890afd80709",),
            },
            covers=("de.size.format", "iti-42.delayed-assembly"),
        ),
        Taken(
            "metadata/4.2.3.2.12/2",
            "Registers a DocumentEntry with a homeCommunityId",
            "A DocumentEntry may say its homeCommunityId, an OID URN: the registry takes it and gives it back.",
            f"{_TF}.12, 4.3.2.1; ITI TF-2 3.42.4.1.3",
            entry={"attributes": 'home="urn:oid:1.2.250.1.999.9"'},
            back={"@home": ("urn:oid:1.2.250.1.999.9",)},
            covers=("object.home.format", "iti-42.store"),
        ),
        Taken(
            "metadata/4.2.3.1.1/2",
            "Registers a Slot value of 256 characters",
            "A value of a Slot may have 256 characters; the registry takes it and gives it back whole.",
            "ITI TF-3 4.2.3.1.1",
            entry={"source_patient_info": ("PID-5|" + "D" * 250,)},
            back={"rim:Slot[@name='sourcePatientInfo']//rim:Value": ("PID-5|" + "D" * 250,)},
            covers=("slot.value.length",),
        ),
        Taken(
            "metadata/4.2.3.2.23/9",
            "Registers a sourcePatientInfo with several ids and a repetition",
            "A field of sourcePatientInfo may stand in several values, and hold repetitions and escapes.",
            f"{_TF}.23",
            entry={
                "source_patient_info": (
                    "PID-3|D\\E\\ID1-1^^^&1.3.6&ISO~ID2^^^&1.3.11&ISO",
                    "PID-3|YZP-2^^^&1.3.42&ISO",
                    "PID-5|Durand^Anne^^^",
                    "PID-7|19650120",
                    "PID-8|F",
                    "PID-11|100 Main St^^BURLINGTON^MA^01803^USA",
                )
            },
            back={
                "rim:Slot[@name='sourcePatientInfo']//rim:Value": (
                    "PID-3|D\\E\\ID1-1^^^&1.3.6&ISO~ID2^^^&1.3.11&ISO",
                    "PID-3|YZP-2^^^&1.3.42&ISO",
                    "PID-5|Durand^Anne^^^",
                    "PID-7|19650120",
                    "PID-8|F",
                    "PID-11|100 Main St^^BURLINGTON^MA^01803^USA",
                )
            },
            covers=("de.sourcePatientInfo.format", "de.sourcePatientInfo.repeated"),
        ),
        Taken(
            "metadata/4.2.3.2.23/8",
            "Registers a sourcePatientInfo with a social security number",
            "sourcePatientInfo should not hold PID-2, 4, 12 and 19, but nothing forbids them: they are taken.",
            f"{_TF}.23",
            entry={"source_patient_info": ("PID-5|Durand^Anne", "PID-19|123456789")},
            covers=("de.sourcePatientInfo.field",),
            level=SHOULD,  # what a community does about a number that should not be there is left to it
        ),
        Taken(
            "metadata/4.2.3.2.26/8",
            "Registers a DocumentEntry whose uniqueId is a URI of 200 characters",
            "To all but its creator the uniqueId of a document is an opaque string, as long as ebRIM lets it be.",
            f"{_TF}.26, 4.2.3.1.1",
            (_long_uri,),
            covers=("de.uniqueId.format", "metadata.unique-id.opaque"),
            level=SHOULD,
        ),
        Taken(
            "metadata/4.2.3.2.15/3",
            "Registers a DocumentEntry without author",
            "An author is named where it is known; the registry takes an entry without.",
            "ITI TF-3 4.2.3.2.1, 4.3.1",
            entry={"authors": ()},
        ),
    ]
)
