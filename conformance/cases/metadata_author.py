"""Authors of DocumentEntries and SubmissionSets. # ITI TF-3 4.2.3.1.4"""

from lxml import etree

from conformance.cases._tables import ENTRY, SET, Refused, Taken, acceptances, refusals
from conformance.messages import names as n
from conformance.messages.edits import Edit, element, remove, slot, write
from conformance.messages.objects import Author

_SECTION = "ITI TF-3 4.2.3.1.4"
_OF_ENTRY = f"{ENTRY}/rim:Classification[@classificationScheme='{n.DE_AUTHOR}']"
_OF_SET = f"{SET}/rim:Classification[@classificationScheme='{n.SS_AUTHOR}']"


def _role_alone(author: str) -> tuple[Edit, ...]:
    """Leaves an author nothing but a role."""
    return remove(f"{author}/rim:Slot"), slot(author, "authorRole", "Requester")


def _bad(ordinal: int, what: str, must: str, rule: str, *edits: Edit, section: str = "") -> Refused:
    return Refused(
        f"metadata/4.2.3.1.4/{ordinal}",
        f"Registers {what}",
        must,
        f"{_SECTION}{section}, 4.2.3.1.7" if section else _SECTION,
        edits,
        (rule,),
    )


_XON = "An XON holds a name, and if it has an id, that id is an OID or has an assigning authority &OID&ISO"
_XTN = "An XTN holds a telephone number with its type, or an e-mail address of type Internet"

refusals(
    [
        _bad(
            1,
            "an author of a DocumentEntry who has only a role",
            "An author has authorPerson, authorInstitution or authorTelecommunication at least.",
            "author.identity",
            *_role_alone(_OF_ENTRY),
        ),
        _bad(
            2,
            "an author of a SubmissionSet who has only a role",
            "An author has authorPerson, authorInstitution or authorTelecommunication at least.",
            "author.identity",
            *_role_alone(_OF_SET),
        ),
        _bad(
            3,
            "an author whose nodeRepresentation is not empty",
            "nodeRepresentation of an author is empty.",
            "author.representation",
            write(f"{_OF_ENTRY}/@nodeRepresentation", "Durand"),
        ),
        _bad(
            4,
            "an author with two persons",
            "authorPerson holds a single value; several authors stand in several Classifications.",
            "slot.values.repeated",
            slot(_OF_ENTRY, "authorPerson", "^Durand^Anne", "^Petit^Paul"),
            section=".2",
        ),
        _bad(
            5,
            "an authorPerson with a given name only",
            "An XCN holds an id or a family name at least.",
            "author.person.format",
            slot(_OF_ENTRY, "authorPerson", "^^Anne"),
            section=".2",
        ),
        _bad(
            6,
            "an authorPerson whose assigning authority is a name",
            "In an XCN the assigning authority is &OID&ISO, without namespace.",
            "author.person.format",
            slot(_OF_ENTRY, "authorPerson", "801^Durand^Anne^^^^^^HOSPITAL&1.2.3&ISO"),
            section=".2",
        ),
        _bad(
            7,
            "an authorInstitution without name",
            f"{_XON}; the registry refuses one without name.",
            "author.institution.format",
            slot(_OF_ENTRY, "authorInstitution", "^^^^^&1.2.250.1.71.4.2.2&ISO^^^^10B0123456"),
            section=".1",
        ),
        _bad(
            8,
            "an authorInstitution with an id that nobody assigned",
            f"{_XON}; the registry refuses an id that is no OID and has no authority.",
            "author.institution.format",
            slot(_OF_ENTRY, "authorInstitution", "Some Hospital^^^^^^^^^45"),
            section=".1",
        ),
        _bad(
            9,
            "an authorInstitution with a component that it may not have",
            f"{_XON}; no other component is allowed.",
            "author.institution.format",
            slot(_OF_ENTRY, "authorInstitution", "Some Hospital^L"),
            section=".1",
        ),
        _bad(
            10,
            "an authorInstitution whose authority is not of type ISO",
            f"{_XON}; the registry refuses another type.",
            "author.institution.format",
            slot(_OF_ENTRY, "authorInstitution", "Some Hospital^^^^^&hospital.example&DNS^^^^45"),
            section=".1",
        ),
        _bad(
            11,
            "an authorTelecommunication that is a bare number",
            f"{_XTN}; the registry refuses a number alone.",
            "author.telecommunication.format",
            slot(_OF_ENTRY, "authorTelecommunication", "+31 42 1123 4567"),
            section=".5",
        ),
        _bad(
            12,
            "an authorTelecommunication of type Internet without address",
            f"{_XTN}; the registry refuses a type without address.",
            "author.telecommunication.format",
            slot(_OF_ENTRY, "authorTelecommunication", "^^Internet"),
            section=".5",
        ),
        _bad(
            13,
            "an authorTelecommunication of type PH without number",
            f"{_XTN}; the registry refuses a type without number.",
            "author.telecommunication.format",
            slot(_OF_ENTRY, "authorTelecommunication", "^PRS^PH^^31"),
            section=".5",
        ),
        _bad(
            14,
            "an authorInstitution of a SubmissionSet without name",
            f"{_XON}; the registry refuses one without name.",
            "author.institution.format",
            slot(_OF_SET, "authorInstitution", "^^^^^^^^^2.999.1.2.3"),
            section=".1",
        ),
        _bad(
            15,
            "an authorTelecommunication with a component that it may not have",
            f"{_XTN}; no other component is allowed.",
            "author.telecommunication.format",
            slot(_OF_ENTRY, "authorTelecommunication", "0142112345^PRS^PH^^31^42^1123 4567"),
            section=".5",
        ),
        _bad(
            16,
            "an authorTelecommunication with an e-mail address that is used at home",
            f"{_XTN}; the use of an e-mail address is NET, if it is said.",
            "author.telecommunication.format",
            slot(_OF_ENTRY, "authorTelecommunication", "^PRN^Internet^anne@example.org"),
            section=".5",
        ),
        _bad(
            17,
            "an authorPerson with an escape of formatting",
            "In a value of HL7 form the five delimiters are escaped and nothing else; \\H\\ and \\N\\ are not allowed.",
            "author.person.format",
            slot(_OF_ENTRY, "authorPerson", "^\\H\\Durand\\N\\^Anne"),
            section=".2",
        ),
    ]
)


def _good(ordinal: int, what: str, must: str, rule: str, author: Author, name: str, *values: str) -> Taken:
    return Taken(
        f"metadata/4.2.3.1.4/{ordinal}",
        f"Registers {what}",
        must,
        f"{_SECTION}, 4.2.3.1.7",
        entry={"authors": (author,)},
        back={f"rim:Classification[@classificationScheme='{n.DE_AUTHOR}']/rim:Slot[@name='{name}']//rim:Value": values},
        covers=(rule,),
    )


_NAMES = ("Some Hospital", "Some Hospital^^^^^^^^^2.999.1.2.3.4", "Some Hospital^^^^^&2.999.1.2.3&ISO^^^^45")
_LONG_PERSON = f"{'8' * 40}^{'Wolfeschlegelstein' * 4}^{'Adolphblaine' * 4}^^^^^^&1.2.250.1.999.6&ISO"
_LONG_INSTITUTION = f"{'Centre hospitalier ' * 6}du Nord^^^^^&1.2.250.1.999.7&ISO^^^^{'7' * 40}"
_MACHINE = Author(person="2.999.1.2.3.7548^Some EMR", institutions=())


def _another_author(root: etree._Element) -> None:
    """Puts a machine beside the author of the SubmissionSet."""
    (author,) = root.xpath(_OF_SET, namespaces=n.PREFIXES)
    author.addnext(element(_MACHINE.xml(n.SS_AUTHOR, author.get("classifiedObject"))))


_ADDRESSES = (
    "^^Internet^radiology@healthcare.example.org",
    "^NET^Internet^anne@healthcare.example.org",
    "^PRS^PH^^31^^(042) 1123 4567",
    "^PRS^PH^^^^+31 42 1123 4567",
    "^ORN^CP^^^^+33 6 12 34 56 78",
)

acceptances(
    [
        _good(
            20,
            "an author known by the institution alone, in the three forms of an XON",
            "An author may be an institution alone; an XON is a name, a name with an OID, or with an id and authority.",
            "author.institution.format",
            Author(person="", institutions=_NAMES),
            "authorInstitution",
            *_NAMES,
        ),
        _good(
            21,
            "an author known by telecommunication alone, by telephone and e-mail",
            "An author may be a telecommunication address alone; an XTN is a telephone number or an e-mail address.",
            "author.telecommunication.format",
            Author(person="", institutions=(), telecommunications=_ADDRESSES),
            "authorTelecommunication",
            *_ADDRESSES,
        ),
        _good(
            22,
            "an author who is a device, by name and OID",
            "An XCN may hold a software agent: its name as family name, and an OID as id, without authority.",
            "author.person.format",
            Author(person="2.999.1.2.3.7548^Some EMR", institutions=()),
            "authorPerson",
            "2.999.1.2.3.7548^Some EMR",
        ),
        _good(
            26,
            "an author known by an id alone",
            "An XCN may hold an id without a name.",
            "author.person.format",
            Author(person="2.999.1.2.3.1375", institutions=()),
            "authorPerson",
            "2.999.1.2.3.1375",
        ),
        _good(
            27,
            "an author known by a family name alone",
            "An XCN may hold a family name without an id.",
            "author.person.format",
            Author(person="^Welby", institutions=()),
            "authorPerson",
            "^Welby",
        ),
        _good(
            28,
            "an author whose name holds the delimiters of HL7",
            "The delimiters of HL7 are escaped in a value, and are given back as they were sent.",
            "author.person.format",
            Author(person="^D\\T\\A \\F\\ Co\\E\\\\S\\^Anne", institutions=("Cabinet A \\T\\ B",)),
            "authorPerson",
            "^D\\T\\A \\F\\ Co\\E\\\\S\\^Anne",
        ),
        _good(
            23,
            "an author with several roles, coded and in words",
            "authorRole holds Strings or Coded Strings, and there may be several.",
            "author.identity",
            Author(roles=("PRF^^^&2.16.840.1.113883.5.90&ISO", "Primary Surgeon")),
            "authorRole",
            "PRF^^^&2.16.840.1.113883.5.90&ISO",
            "Primary Surgeon",
        ),
        _good(
            24,
            "an author with several specialties",
            "authorSpecialty holds Strings or Coded Strings, and there may be several.",
            "author.identity",
            Author(specialties=("Cardiology", "SM26^^^&1.2.250.1.213.2.28&ISO")),
            "authorSpecialty",
            "Cardiology",
            "SM26^^^&1.2.250.1.213.2.28&ISO",
        ),
        Taken(
            "metadata/4.2.3.1.7/1",
            "Registers an author whose id and names are longer than HL7 has them",
            "No length that HL7 sets for a part of a value is enforced: only that of the whole Slot value counts.",
            "ITI TF-3 4.2.3.1.7",
            entry={"authors": (Author(person=_LONG_PERSON, institutions=(_LONG_INSTITUTION,)),)},
            back={
                f"rim:Classification[@classificationScheme='{n.DE_AUTHOR}']//rim:Value": (
                    _LONG_PERSON,
                    _LONG_INSTITUTION,
                )
            },
            covers=("metadata.hl7.no-length",),
        ),
        Taken(
            "metadata/4.2.3.3.1/1",
            "Registers a SubmissionSet with two authors, one of them a machine",
            "A SubmissionSet may have several authors, humans and machines, each in a Classification of its own.",
            "ITI TF-3 4.2.3.3.1, 4.2.3.1.4",
            (_another_author,),
            back={
                f"rim:Classification[@classificationScheme='{n.SS_AUTHOR}']/rim:Slot[@name='authorPerson']"
                "//rim:Value": (
                    Author().person,
                    _MACHINE.person,
                )
            },
            covers=("author.person.format",),
            object=SET,
        ),
        Taken(
            "metadata/4.2.3.1.4/25",
            "Registers a DocumentEntry with two authors",
            "Each author stands in a Classification of its own; the registry keeps them apart.",
            _SECTION,
            entry={"authors": (Author(person="^Durand^Anne"), Author(person="^Petit^Paul"))},
            back={
                f"rim:Classification[@classificationScheme='{n.DE_AUTHOR}'][rim:Slot/@name='authorPerson']"
                "/rim:Slot[@name='authorPerson']//rim:Value": ("^Durand^Anne", "^Petit^Paul"),
                f"rim:Classification[@classificationScheme='{n.DE_AUTHOR}']/@nodeRepresentation": ("", ""),
            },
        ),
    ]
)
