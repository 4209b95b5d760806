from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import pytest
from lxml import etree

import schemas
from schemas.validation import MANY_ELEMENTS, MOST_VIOLATIONS

RIM = "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
LCM = "{urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0}"
XDS = "{urn:ihe:iti:xds-b:2007}"
HL7 = "{urn:hl7-org:v3}"
LIST = "/lcm:SubmitObjectsRequest/rim:RegistryObjectList"


def violations(body: etree._Element) -> list[tuple[str, str]]:
    """(path, message), and a check that verdict and explanation agree."""
    schema = schemas.schema(str(body.tag))
    found = schema.violations(body)
    assert schema.validate(body) is not bool(found)
    assert schema.error_log == found
    return [(v.path, v.message) for v in found]


def test_a_complete_submission_is_valid(submission: etree._Element) -> None:
    assert violations(submission) == []


def without_list(body: etree._Element) -> None:
    body.remove(body[0])


def entry_without_id(body: etree._Element) -> None:
    del body[0][0].attrib["id"]


def entry_with_unknown_attribute(body: etree._Element) -> None:
    body[0][0].set("colour", "blue")


def opaque_maybe(body: etree._Element) -> None:
    body[0][0].set("isOpaque", "maybe")


def slot_after_name(body: etree._Element) -> None:
    entry = body[0][0]
    entry.find(f"{RIM}Name").addnext(entry[0])


def text_in_slot(body: etree._Element) -> None:
    body[0][0][1].text = "stray"


def element_in_value(body: etree._Element) -> None:
    etree.SubElement(body[0][0][0][0][0], "b")


def slot_without_values(body: etree._Element) -> None:
    slot = body[0][1][0]
    slot.remove(slot[0])


def foreign_object(body: etree._Element) -> None:
    body[0].append(etree.Element(f"{RIM}Service", id="s1"))


@pytest.mark.parametrize(
    ("spoil", "path", "message"),
    [
        (
            without_list,
            "/lcm:SubmitObjectsRequest",
            "lcm:SubmitObjectsRequest lacks one of rs:RequestSlotList, rim:RegistryObjectList",
        ),
        (entry_without_id, f"{LIST}/rim:ExtrinsicObject", "rim:ExtrinsicObject must have the attribute id"),
        (entry_with_unknown_attribute, f"{LIST}/rim:ExtrinsicObject", "rim:ExtrinsicObject has no attribute colour"),
        (
            opaque_maybe,
            f"{LIST}/rim:ExtrinsicObject",
            "rim:ExtrinsicObject/@isOpaque is 'maybe', which is not of type boolean",
        ),
        (
            slot_after_name,
            f"{LIST}/rim:ExtrinsicObject/rim:Slot[7]",
            "rim:Slot may not stand here; one of rim:Description, rim:VersionInfo, rim:Classification, "
            "rim:ExternalIdentifier, rim:ContentVersionInfo may",
        ),
        (
            text_in_slot,
            f"{LIST}/rim:ExtrinsicObject/rim:Slot[2]",
            "rim:Slot may hold elements only, but there is text in it",
        ),
        (
            element_in_value,
            f"{LIST}/rim:ExtrinsicObject/rim:Slot[1]/rim:ValueList/rim:Value",
            "rim:Value may hold text only, but there is an element in it",
        ),
        (slot_without_values, f"{LIST}/rim:RegistryPackage/rim:Slot", "rim:Slot lacks rim:ValueList"),
        (foreign_object, f"{LIST}/rim:Service", "rim:Service may not stand here"),
    ],
)
def test_a_misshapen_submission_is_explained(
    submission: etree._Element, spoil: Callable[[etree._Element], None], path: str, message: str
) -> None:
    spoil(submission)
    assert violations(submission) == [(path, message)]


def test_objects_stand_in_any_order(submission: etree._Element) -> None:
    objects = submission[0]
    objects[:] = reversed(objects)
    objects.insert(1, etree.Element(f"{RIM}ObjectRef", id="urn:uuid:9f1a6f0e-1f3c-4a0e-8d0e-0c4f6d2d7a11"))
    assert violations(submission) == []


def test_lengths_and_empty_values_are_left_to_the_rules(submission: etree._Element) -> None:
    values = submission[0][0][0][0]
    values[0].text = "x" * 1000
    etree.SubElement(values, f"{RIM}Value")
    submission[0][0].insert(0, deepcopy(submission[0][0][0]))
    submission[0][0].set("mimeType", "")
    assert violations(submission) == []


def test_paths_have_the_usual_prefixes_whatever_the_message_uses() -> None:
    body = etree.fromstring(
        f'<q:SubmitObjectsRequest xmlns:q="{LCM[1:-1]}" xmlns="{RIM[1:-1]}"><RegistryObjectList>'
        '<RegistryPackage id="a"/><RegistryPackage id="b"/><Association id="c"/><RegistryPackage/>'
        "</RegistryObjectList></q:SubmitObjectsRequest>"
    )
    paths = [path for path, _ in violations(body)]
    assert paths == [f"{LIST}/rim:Association"] * 3 + [f"{LIST}/rim:RegistryPackage[3]"]


def test_the_line_is_the_line_of_the_message() -> None:
    body = etree.fromstring(f'<a:SubmitObjectsRequest xmlns:a="{LCM[1:-1]}">\n\n<b/>\n</a:SubmitObjectsRequest>')
    [violation] = schemas.schema(f"{LCM}SubmitObjectsRequest").violations(body)
    assert violation.line == 3


def test_a_body_is_judged_inside_its_envelope(submission: etree._Element) -> None:
    envelope = etree.Element("{http://www.w3.org/2003/05/soap-envelope}Envelope")
    etree.SubElement(envelope, "{http://www.w3.org/2003/05/soap-envelope}Body").append(submission)
    assert violations(submission) == []
    entry_without_id(submission)
    assert violations(submission) == [(f"{LIST}/rim:ExtrinsicObject", "rim:ExtrinsicObject must have the attribute id")]


@pytest.mark.parametrize(
    "document",
    [
        '<d:Document xmlns:d="{ns}" id="doc1"><i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:1"/>'
        "</d:Document>",
        '<d:Document xmlns:d="{ns}" id="doc1">SGVsbG8=</d:Document>',
        '<d:Document xmlns:d="{ns}" id="doc1"/>',
    ],
)
def test_a_provided_document_is_included_or_inline(submission: etree._Element, document: str) -> None:
    body = etree.Element(f"{XDS}ProvideAndRegisterDocumentSetRequest")
    body.append(submission)
    body.append(etree.fromstring(document.format(ns=XDS[1:-1])))
    assert violations(body) == []
    del body[1].attrib["id"]
    assert violations(body) == [
        ("/xds:ProvideAndRegisterDocumentSetRequest/xds:Document", "xds:Document must have the attribute id")
    ]


def test_a_retrieve_request_keeps_the_order_of_its_ids() -> None:
    body = etree.fromstring(
        f'<RetrieveDocumentSetRequest xmlns="{XDS[1:-1]}"><DocumentRequest><DocumentUniqueId>1</DocumentUniqueId>'
        "<RepositoryUniqueId>2</RepositoryUniqueId></DocumentRequest></RetrieveDocumentSetRequest>"
    )
    assert violations(body) == [
        (
            "/xds:RetrieveDocumentSetRequest/xds:DocumentRequest/xds:DocumentUniqueId",
            "xds:DocumentUniqueId may not stand here; one of xds:HomeCommunityId, xds:RepositoryUniqueId may",
        )
    ]


def test_an_unknown_return_type_is_answered_with_the_known_ones() -> None:
    query = "urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0"
    body = etree.fromstring(
        f'<AdhocQueryRequest xmlns="{query}"><ResponseOption returnType="Everything"/>'
        f'<AdhocQuery xmlns="{RIM[1:-1]}" id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d"/></AdhocQueryRequest>'
    )
    [(path, message)] = violations(body)
    assert path == "/query:AdhocQueryRequest/query:ResponseOption"
    assert message == (
        "query:ResponseOption/@returnType is 'Everything'; it must be one of "
        "'ObjectRef', 'RegistryObject', 'LeafClass', 'LeafClassWithRepositoryItem'"
    )


PATIENT_ADDED = f"""
<PRPA_IN201301UV02 xmlns="{HL7[1:-1]}" ITSVersion="XML_1.0">
  <id root="2.999.1"/><creationTime value="20240305101500"/><interactionId root="2.16.840.1.113883.1.6"/>
  <receiver typeCode="RCV"><device><id root="2.999.2"/></device></receiver>
  <sender typeCode="SND"><device><id root="2.999.3"/></device></sender>
  <controlActProcess classCode="CACT" moodCode="EVN"><subject><registrationEvent><subject1>
    <patient classCode="PAT"><id root="2.999.7" extension="p1"/><whatever xmlns="urn:x"/></patient>
  </subject1></registrationEvent></subject></controlActProcess>
</PRPA_IN201301UV02>"""


def test_a_patient_identity_message_is_free_but_for_its_frame() -> None:
    assert violations(etree.fromstring(PATIENT_ADDED)) == []


def test_a_patient_identity_message_says_its_its_version() -> None:
    body = etree.fromstring(PATIENT_ADDED)
    del body.attrib["ITSVersion"]
    assert violations(body) == [("/hl7:PRPA_IN201301UV02", "hl7:PRPA_IN201301UV02 must have the attribute ITSVersion")]


def test_an_identifier_anywhere_in_a_patient_identity_message_has_the_attributes_of_one() -> None:
    body = etree.fromstring(PATIENT_ADDED)
    [patient] = body.iter(f"{HL7}patient")
    patient[0].set("oid", "2.999.7")
    assert violations(body) == [
        (
            "/hl7:PRPA_IN201301UV02/hl7:controlActProcess/hl7:subject/hl7:registrationEvent/hl7:subject1/hl7:patient/hl7:id",
            "hl7:id has no attribute oid",
        )
    ]


def test_an_element_that_no_transaction_has_is_refused() -> None:
    with pytest.raises(LookupError, match="RemoveObjectsRequest"):
        schemas.schema(f"{LCM}RemoveObjectsRequest")


def test_a_message_of_very_many_wrong_objects_is_judged_with_few_errors(submission: etree._Element) -> None:
    objects = submission[0]
    for _ in range(MANY_ELEMENTS + 1):
        etree.SubElement(objects, f"{RIM}ObjectRef")
    found = violations(submission)
    assert found == [("/lcm:SubmitObjectsRequest", "rim:ObjectRef must have the attribute id")] * MOST_VIOLATIONS


def test_a_large_valid_message_is_valid(submission: etree._Element) -> None:
    for n in range(MANY_ELEMENTS + 1):
        etree.SubElement(submission[0], f"{RIM}ObjectRef", id=f"r{n}")
    assert violations(submission) == []


def test_a_long_value_is_not_repeated_in_full(submission: etree._Element) -> None:
    submission[0][0].set("isOpaque", "z" * 5000)
    [(_, message)] = violations(submission)
    assert len(message) == 300


def test_threads_get_their_own_violations(submission: etree._Element) -> None:
    schema = schemas.schema(f"{LCM}SubmitObjectsRequest")
    bodies = []
    for n in range(40):
        body = deepcopy(submission)
        body[0][0].set(f"wrong{n}", "")
        bodies.append(body)

    def judge(n: int) -> list[str]:
        assert schema.validate(submission)
        assert not schema.validate(bodies[n])
        return [v.message for v in schema.error_log]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(judge, [n for n in range(40) for _ in range(10)]))
    assert answers == [[f"rim:ExtrinsicObject has no attribute wrong{n // 10}"] for n in range(400)]
