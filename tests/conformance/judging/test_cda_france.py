"""The header of a French document, with one thing wrong. # CI-SIS Structuration minimale"""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from client import sample
from conformance.judging import judge
from conformance.model import MUST

H = "{urn:hl7-org:v3}"
Change = Callable[[etree._Element], object]


@pytest.fixture(scope="module")
def letter() -> bytes:
    return sample.fresh().letter


def found(root: etree._Element, path: str) -> etree._Element:
    element = root.find("/".join(H + step for step in path.split("/")))
    assert element is not None, path
    return element


def without(path: str) -> Change:
    def change(root: etree._Element) -> None:
        for element in root.findall("/".join(H + step for step in path.split("/"))):
            element.getparent().remove(element)  # type: ignore[union-attr]

    return change


def set_(path: str, name: str, value: str) -> Change:
    return lambda root: found(root, path).set(name, value)


def twice(path: str) -> Change:
    def change(root: etree._Element) -> None:
        element = found(root, path)
        element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))

    return change


def unqualified(kind: str) -> Change:
    def change(root: etree._Element) -> None:
        for element in root.iterfind(f"{H}recordTarget/{H}patientRole/{H}patient/{H}name/{H}{kind}"):
            element.attrib.pop("qualifier", None)

    return change


def qualified(root: etree._Element) -> None:
    for element in root.iterfind(f"{H}recordTarget/{H}patientRole/{H}patient/{H}name/{H}given"):
        element.set("qualifier", "BR")


def scanned(**attributes: str) -> Change:
    """A body that is not XML."""

    def change(root: etree._Element) -> None:
        component = root.findall(f"{H}component")[-1]
        for child in list(component):
            component.remove(child)
        text = etree.SubElement(etree.SubElement(component, f"{H}nonXMLBody"), f"{H}text", attributes)
        text.text = "JVBERg=="

    return change


def related(root: etree._Element) -> None:
    without("relatedDocument")(root)
    element = etree.fromstring(
        '<relatedDocument xmlns="urn:hl7-org:v3" typeCode="APND"><parentDocument><id root="1.2.3"/></parentDocument>'
        "</relatedDocument>"
    )
    found(root, "componentOf").addprevious(element)


PATIENT = "recordTarget/patientRole/patient"
EVENT = "documentationOf/serviceEvent"
BROKEN: list[tuple[str, Change]] = [
    ("cda.fr.missing", without("realmCode")),
    ("cda.fr.missing", without("templateId")),
    ("cda.fr.missing", without("documentationOf")),
    ("cda.fr.missing", without("componentOf")),
    ("cda.fr.version.missing", without("setId")),
    ("cda.fr.version.missing", without("versionNumber")),
    ("cda.fr.repeated", twice("languageCode")),
    ("cda.fr.realm", set_("realmCode", "code", "US")),
    ("cda.fr.template", set_("templateId", "root", "1.2.3")),
    ("cda.fr.template.scanned", scanned(mediaType="application/pdf", representation="B64")),
    ("cda.fr.id.extension", set_("id", "extension", "1")),
    ("cda.fr.language", set_("languageCode", "code", "en-US")),
    ("cda.fr.time-zone", set_("effectiveTime", "value", "20260312174500")),
    ("cda.fr.version", set_("versionNumber", "value", "0")),
    ("cda.fr.patient.birth-name", unqualified("family")),
    ("cda.fr.patient.first-name", unqualified("given")),
    ("cda.fr.patient.given-names", qualified),
    ("cda.fr.patient.sex", set_(f"{PATIENT}/administrativeGenderCode", "code", "X")),
    ("cda.fr.patient.birth-time", set_(f"{PATIENT}/birthTime", "value", "hier")),
    ("cda.fr.patient.birth-time", without(f"{PATIENT}/birthTime")),
    ("cda.fr.patient.birth-place", without(f"{PATIENT}/birthplace")),
    ("cda.fr.author.id", without("author/assignedAuthor/id")),
    ("cda.fr.author.time", without("author/time")),
    (
        "cda.fr.custodian.id",
        set_("custodian/assignedCustodian/representedCustodianOrganization/id", "root", "1.2.3"),
    ),
    ("cda.fr.signature-code", set_("legalAuthenticator/signatureCode", "code", "X")),
    ("cda.fr.act", without(EVENT)),
    ("cda.fr.act", without(f"{EVENT}/effectiveTime")),
    ("cda.fr.act.performer", without(f"{EVENT}/performer")),
    ("cda.fr.place-of-care", without("componentOf/encompassingEncounter/location")),
    ("cda.fr.related", related),
    ("cda.fr.null-flavor", set_("author/time", "nullFlavor", "OTH")),
    ("cda.fr.media-type", scanned(mediaType="application/msword", representation="B64")),
    ("cda.fr.encoded", scanned(mediaType="application/pdf")),
    ("cda.ins", set_("recordTarget/patientRole/id", "extension", "2770763220829")),
    ("cda.ins.key", set_("recordTarget/patientRole/id", "extension", "277076322082911")),
    ("cda.ins.month", set_("recordTarget/patientRole/id", "extension", "277136322082982")),
]


def rules(data: bytes, profile: str = "dmp") -> set[str]:
    return {each.rule for each in judge(data, profile=profile).remarks}


def test_the_sample_letter_has_a_french_header(letter: bytes) -> None:
    assert {rule for rule in rules(letter) if rule.startswith("cda.")} == set()


@pytest.mark.parametrize(("rule", "change"), BROKEN, ids=[f"{rule}-{n}" for n, (rule, _) in enumerate(BROKEN)])
def test_one_thing_wrong_is_told_under_french_rules_alone(letter: bytes, rule: str, change: Change) -> None:
    root = etree.fromstring(letter)
    change(root)
    data = etree.tostring(root)
    assert rule in rules(data)
    assert rule not in rules(data, "ihe")
    [remark, *_] = [each for each in judge(data, profile="dmp").remarks if each.rule == rule]
    assert remark.section
    assert remark.en != remark.fr
    assert "/ClinicalDocument" in remark.where


def test_what_is_said_to_be_unknown_is_accepted(letter: bytes) -> None:
    root = etree.fromstring(letter)
    for path in (f"{PATIENT}/administrativeGenderCode", f"{PATIENT}/birthTime"):
        element = found(root, path)
        element.attrib.clear()
        element.set("nullFlavor", "UNK")
    assert not {rule for rule in rules(etree.tostring(root)) if rule.startswith("cda.fr.patient.")}


def test_no_official_document_breaks_a_must(samples: Path) -> None:
    for path in (*sorted((samples / "cda").glob("*.xml")), samples / "dmp" / "TD2.1-document.xml"):
        judged = judge(path.read_bytes(), profile="dmp")
        assert "French header" in judged.checked, path.name
        assert [each.rule for each in judged.remarks if each.level is MUST] == [], path.name


def test_no_current_official_document_is_told_anything_of_its_header(samples: Path) -> None:
    for path in sorted((samples / "cda").glob("*.xml")):
        assert {rule for rule in rules(path.read_bytes()) if rule.startswith("cda.")} <= {"cda.ins.key"}, path.name
