"""referenceIdList of a DocumentEntry, which a registry may leave out. # ITI TF-3 4.2.3.2.28, Table 4.2.3.1.7-2"""

from typing import Final

from conformance.cases._tables import ENTRY, Refused, Taken, acceptances, refusals
from conformance.messages.edits import slot

_SECTION: Final = "ITI TF-3 4.2.3.2.28, 4.2.3.1.7"
_SLOT: Final = "urn:ihe:iti:xds:2013:referenceIdList"
_FORM: Final = "de.referenceIdList.format"
_TYPED: Final = "de.referenceIdList.type"
_AUTHORITY: Final = "&1.2.250.1.999.4&ISO"

_BAD = (
    (
        1,
        "a reference without type",
        "A value of referenceIdList is a CXi, whose fifth component says what kind of id it is.",
        f"2013001^^^{_AUTHORITY}",
        _FORM,
    ),
    (
        2,
        "a reference without id",
        "A value of referenceIdList is a CXi, whose first component is the id.",
        f"^^^{_AUTHORITY}^urn:ihe:iti:xds:2013:accession",
        _FORM,
    ),
    (
        3,
        "a reference whose second component is filled",
        "The second and third component of a CXi are empty.",
        f"2013001^7^^{_AUTHORITY}^urn:ihe:iti:xds:2013:accession",
        _FORM,
    ),
    (
        4,
        "a reference with a sixth component",
        "A CXi has no component behind the fifth.",
        f"2013001^^^{_AUTHORITY}^urn:ihe:iti:xds:2013:accession^urn:oid:1.2.250.1.999",
        _FORM,
    ),
    (
        5,
        "a reference to an order without assigning authority",
        "A reference to an order names its number and who assigned it.",
        "134467653^^^^urn:ihe:iti:xds:2013:order",
        _TYPED,
    ),
    (
        6,
        "a reference to a referral without assigning authority",
        "A reference to a referral names its number and who assigned it.",
        "134467699^^^^urn:ihe:iti:xds:2013:referral",
        _TYPED,
    ),
    (
        7,
        "a reference to an encounter without assigning authority",
        "A reference to an encounter names its number and who assigned it.",
        "245348841^^^^urn:ihe:iti:xds:2015:encounterId",
        _TYPED,
    ),
    (
        8,
        "a reference to a workflow that is no OID",
        "The id of a workflow (XDW) is an OID.",
        "workflow-1^^^^urn:ihe:iti:xdw:2013:workflowInstanceId",
        _TYPED,
    ),
    (
        9,
        "a reference to a study with an assigning authority",
        "A reference to a study has the Study Instance UID and its type, and nothing else.",
        f"1.2.3.45.678^^^{_AUTHORITY}^urn:ihe:iti:xds:2016:studyInstanceUID",
        _TYPED,
    ),
)

refusals(
    Refused(
        f"metadata/4.2.3.2.28/{ordinal}",
        f"Registers a DocumentEntry with {what}",
        must,
        _SECTION,
        (slot(ENTRY, _SLOT, value),),
        (rule,),
        optional="reference-id",
    )
    for ordinal, what, must, value, rule in _BAD
)

_EVERY_TYPE = (
    "11379^^^&1.3.6367.3.7&ISO^urn:ihe:iti:xds:2013:uniqueId",
    "2013001^^^&1.2.3.4.5.6&ISO^urn:ihe:iti:xds:2013:accession",
    "2.25.2013001^^^^urn:ihe:iti:xds:2013:accession",
    "134467699^^^&2.999.1.2.3.4&ISO^urn:ihe:iti:xds:2013:referral",
    "134467653^^^&1.2.3.4.5.42.1&ISO^urn:ihe:iti:xds:2013:order",
    "2.16.840.1^^^^urn:ihe:iti:xdw:2013:workflowInstanceId",
    "1.2.3.45.678^^^^urn:ihe:iti:xds:2016:studyInstanceUID",
    "245348841^^^&1.2.840.113619.6.197&ISO^urn:ihe:iti:xds:2015:encounterId",
    "77^^^HOSPITAL^urn:example:ward",
    "78^^^&hospital.example.org&DNS^urn:example:ward",
)

acceptances(
    [
        Taken(
            "metadata/4.2.3.2.28/10",
            "Registers a DocumentEntry with references of every type",
            "A reference may be of any type of IHE, each in its form, or of a local one; who assigned it may be a "
            "namespace or a universal id.",
            _SECTION,
            entry={"references": _EVERY_TYPE},
            back={f"rim:Slot[@name='{_SLOT}']//rim:Value": _EVERY_TYPE},
            covers=(_FORM, _TYPED),
            optional="reference-id",
        )
    ]
)
