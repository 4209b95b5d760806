"""Templates of the patient identity feeds. # ITI TF-2 3.8, 3.44"""

import uuid
from datetime import UTC, datetime

from conformance.messages.names import HL7


def control_id() -> str:
    return uuid.uuid4().hex[:20]


def adt(trigger: str, patient: str, *, merged: str = "", control: str = "", segments: tuple[str, ...] = ()) -> bytes:
    """An ADT message about `patient` (CX); `merged` is the id that an A40 ends. `segments` replace those after MSH.

    # ITI TF-2 3.8.4.1.2, 3.8.4.2.2
    """
    structure = "ADT_A39" if trigger == "A40" else "ADT_A01"
    time = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    kind, number = f"ADT^{trigger}^{structure}", control or control_id()
    lines = [
        f"MSH|^~\\&|CONFORMANCE|SUITE|REGISTRY|TARGET|{time}||{kind}|{number}|P|2.3.1",
        *(
            segments
            or (
                f"EVN|{trigger}|{time}",
                f"PID|||{patient}||Test^Patient||19700101|F",
                *((f"MRG|{merged}",) if merged else ("PV1||O",)),
            )
        ),
    ]
    return "\r".join(lines).encode() + b"\r"


def _split(patient: str) -> tuple[str, str]:
    """The id and the OID of a CX."""
    extension, _, rest = patient.partition("^^^&")
    return extension, rest.removesuffix("&ISO")


def hl7v3(interaction: str, patient: str, *, merged: str = "", message_id: str = "", other: str = "") -> bytes:
    """The body of ITI-44: `interaction` is PRPA_IN201301UV02 (added), 302 (revised) or 304 (merged).

    `other` is an id of the same person that another organization gave. # ITI TF-2 3.44.4.1.2.1, E.2
    """
    extension, root = _split(patient)
    identity = f'<id root="{root}" extension="{extension}"/>'
    # a merge has the name alone, and may have more # ITI TF-2 3.44.4.2.2.2, 3.44.4.2.4
    person = "" if merged and not other else '<administrativeGenderCode code="F"/><birthTime value="19700101"/>'
    if other:
        number, organization = _split(other)
        person += (
            f'<asOtherIDs classCode="PAT"><id root="{organization}" extension="{number}"/><scopingOrganization '
            f'classCode="ORG" determinerCode="INSTANCE"><id root="{organization}"/></scopingOrganization></asOtherIDs>'
        )
    prior = ""
    if merged:
        old, old_root = _split(merged)
        prior = (
            '<replacementOf typeCode="RPLC"><priorRegistration classCode="REG" moodCode="EVN"><statusCode '
            'code="obsolete"/><subject1 typeCode="SBJ"><priorRegisteredRole classCode="PAT">'
            f'<id root="{old_root}" extension="{old}"/></priorRegisteredRole></subject1>'
            "</priorRegistration></replacementOf>"
        )
    time = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    trigger = {"PRPA_IN201301UV02": "PRPA_TE201301UV02", "PRPA_IN201302UV02": "PRPA_TE201302UV02"}.get(
        interaction, "PRPA_TE201304UV02"
    )
    return (
        f'<{interaction} xmlns="{HL7}" ITSVersion="XML_1.0"><id root="1.2.250.1.999.1.8" '
        f'extension="{message_id or control_id()}"/><creationTime value="{time}"/>'
        f'<interactionId root="2.16.840.1.113883.1.6" extension="{interaction}"/><processingCode code="P"/>'
        '<processingModeCode code="T"/><acceptAckCode code="AL"/>'
        '<receiver typeCode="RCV"><device classCode="DEV" determinerCode="INSTANCE"><id root="1.2.250.1.999.1.7"/>'
        '</device></receiver><sender typeCode="SND"><device classCode="DEV" determinerCode="INSTANCE">'
        '<id root="1.2.250.1.999.1.6"/></device></sender>'
        f'<controlActProcess classCode="CACT" moodCode="EVN"><code code="{trigger}" '
        'codeSystem="2.16.840.1.113883.1.18"/><subject typeCode="SUBJ"><registrationEvent classCode="REG" '
        'moodCode="EVN"><id nullFlavor="NA"/><statusCode code="active"/><subject1 typeCode="SBJ">'
        f'<patient classCode="PAT">{identity}<statusCode code="active"/><patientPerson classCode="PSN" '
        'determinerCode="INSTANCE"><name><given>Patient</given><family>Test</family></name>'
        f'{person}</patientPerson><providerOrganization classCode="ORG" determinerCode="INSTANCE">'
        f'<id root="{root}"/><contactParty classCode="CON"><telecom value="tel:+33-1-02-03-04-05"/></contactParty>'
        "</providerOrganization></patient></subject1>"
        '<custodian typeCode="CST"><assignedEntity classCode="ASSIGNED"><id root="1.2.250.1.999.1.5"/>'
        f"</assignedEntity></custodian>{prior}</registrationEvent></subject></controlActProcess></{interaction}>"
    ).encode()
