"""ITI-44 Patient Identity Feed HL7 V3: patients added, revised, merged, and the acknowledgements. # ITI TF-2 3.44"""

import functools

from conformance.answer import Answer
from conformance.book import case
from conformance.cases import _merges
from conformance.cases._feed import finds, record, refuses, takes
from conformance.cases._tables import UNKNOWN_PATIENT
from conformance.messages import feeds
from conformance.messages import names as n
from conformance.messages.edits import edited, write
from conformance.model import MUST, SHOULD, Level
from conformance.passing import refused
from conformance.trial import Trial

_ADDED, _REVISED, _RESOLVED = "PRPA_IN201301UV02", "PRPA_IN201302UV02", "PRPA_IN201304UV02"
_ACK = "/soap:Envelope/soap:Body/hl7:MCCI_IN000002UV01"
_TYPE = f"{_ACK}/hl7:acknowledgement/hl7:typeCode/@code"
_ACCEPTED, _REFUSED = ("CA", "AA"), ("CE", "CR", "AE", "AR")
"""AA, AE and AR are of an application acknowledgement: where that is asked after, a case says so."""
_NEEDS = ("registry", "new-patients")
_OPTIONAL = "iti-44"
_NO_SUCH_SERVICE = (404, 405, 415, 501)
"""HTTP statuses of a registry that has no place for ITI-44."""
_PASSING = (
    '<MCCI_IN000002UV01 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0">…\n'
    '  <acknowledgement><typeCode code="CA"/><targetMessage><id root="…" extension="…"/></targetMessage>'
    "</acknowledgement>\n</MCCI_IN000002UV01>"
)


def _send(
    trial: Trial,
    interaction: str,
    patient: str,
    *,
    merged: str = "",
    message_id: str = "",
    other: str = "",
    preparation: bool = False,
) -> Answer:
    body = feeds.hl7v3(interaction, patient, merged=merged, message_id=message_id, other=other)
    answer = trial.soap("ITI-44", body, action=f"{n.HL7}:{interaction}", preparation=preparation)
    _supported(trial, answer)
    return answer


def _supported(trial: Trial, answer: Answer) -> None:
    """Ends the case where the registry has no ITI-44: it knows neither the action nor the message."""
    if isinstance(answer.opened, str):
        lacks = answer.exchange.status in _NO_SUCH_SERVICE
    else:
        lacks = "ActionNotSupported" in answer.fault or (_is_of_the_sender(answer) and _knows_none(trial))
    if lacks:
        trial.not_supported(f"the registry does not have ITI-44: {answer.summary}")


def _is_of_the_sender(answer: Answer) -> bool:
    """A fault that says that the message is wrong, but not its assertion."""
    return not isinstance(answer.opened, str) and answer.fault.startswith("Sender") and "wsse:" not in answer.fault


def _knows_none(trial: Trial) -> bool:
    """Whether the registry answers an ordinary Patient Registry Record Added by a fault too; asked once a run."""
    learnt = "answers iti-44"
    if learnt not in trial.session.memory:
        body = feeds.hl7v3(_ADDED, trial.session.new_patient())
        answer = trial.soap("ITI-44", body, action=f"{n.HL7}:{_ADDED}", preparation=True)
        trial.session.memory[learnt] = not _is_of_the_sender(answer)
    return not trial.session.memory[learnt]


def _accepted(answer: Answer) -> bool:
    return answer.text(_TYPE) in _ACCEPTED


def _accepts(answer: Answer, level: Level = MUST) -> Answer:
    return answer.check(
        f"typeCode is {' or '.join(_ACCEPTED)}", _accepted(answer), _TYPE, " or ".join(_ACCEPTED), _told(answer), level
    )


def _told(answer: Answer) -> str:
    return answer.text(_TYPE) or answer.summary


def _refuses(answer: Answer) -> None:
    """The standard asks that nothing changes; how the message is acknowledged is left to HL7."""
    refused = bool(answer.fault) or answer.text(_TYPE) in _REFUSED
    answer.check("the acknowledgement tells an error", refused, _TYPE, " or ".join(_REFUSED), _told(answer), SHOULD)


def _announce(trial: Trial) -> str:
    patient = trial.session.new_patient()
    answer = _send(trial, _ADDED, patient, preparation=True)
    trial.given(_accepted(answer), f"the registry did not take patient {patient}", answer)
    return patient


def _elsewhere(trial: Trial) -> str:
    """An id that a hospital gave to the same person."""
    return f"{trial.session.new_patient().partition('^')[0]}^^^&2.999.7.7.7&ISO"


def _merge(trial: Trial, surviving: str, subsumed: str) -> Answer:
    return _send(trial, _RESOLVED, surviving, merged=subsumed)


_merges.enter(
    _merges.Feed(
        "iti-44",
        "ITI TF-2 3.44.4.2.4",
        _NEEDS,
        _announce,
        lambda trial, patient: _send(trial, _ADDED, patient),
        _merge,
        _accepted,
        _refuses,
        _OPTIONAL,
        survivor_known=False,
    )
)


@case(
    "iti-44/4.1.4/1",
    title="Adds a patient and submits for it",
    requirement="A patient that Patient Registry Record Added names is known to the registry from then on.",
    section="ITI TF-2 3.44.4.1.4",
    passing=_PASSING,
    covers=["iti-44.announce"],
    needs=_NEEDS,
    optional=_OPTIONAL,
)
def adds(trial: Trial) -> None:
    patient = trial.session.new_patient()
    _accepts(_send(trial, _ADDED, patient))
    takes(trial, patient)


@case(
    "iti-44/4.1.4/2",
    title="Revises a patient that has documents",
    requirement="Patient Registry Record Revised is acknowledged; the patient keeps its documents.",
    section="ITI TF-2 3.44.4.1.4",
    passing=_PASSING,
    covers=["iti-44.revise"],
    needs=_NEEDS,
    optional=_OPTIONAL,
)
def revises(trial: Trial) -> None:
    held = record(trial, _announce(trial))
    _accepts(_send(trial, _REVISED, held.patient))
    finds(trial, held.patient, held, among=(held,))
    takes(trial, held.patient)


@case(
    "iti-44/4.1.4/3",
    title="Adds a patient a second time",
    requirement="A patient that is known already may be added again; it keeps its documents, and takes more.",
    section="ITI TF-2 3.44.4.1.4",
    passing=_PASSING,
    covers=["iti-44.announce"],
    needs=_NEEDS,
    optional=_OPTIONAL,
)
def adds_again(trial: Trial) -> None:
    held = record(trial, _announce(trial))
    _accepts(_send(trial, _ADDED, held.patient), SHOULD)
    finds(trial, held.patient, held, among=(held,))
    takes(trial, held.patient)


@case(
    "iti-44/4.1.4/4",
    title="Adds a patient who has ids of other authorities too",
    requirement="Of several ids of a patient the registry takes that of its own patient domain.",
    section="ITI TF-2 3.44.4.1.4",
    passing=_PASSING,
    covers=["iti-44.identifiers.own"],
    needs=_NEEDS,
    optional=_OPTIONAL,
)
def several_ids(trial: Trial) -> None:
    patient = trial.session.new_patient()
    _accepts(_send(trial, _ADDED, patient, other=_elsewhere(trial)))
    takes(trial, patient)


@case(
    "iti-44/4.1.4/6",
    title="Adds a patient of a hospital, whose id in the domain is one of its other ids",
    requirement="The ids of all roles of a person count: that of the patient domain is known from then on.",
    section="ITI TF-2 E.2, 3.44.4.1.2.1, 3.44.4.1.4",
    passing=_PASSING,
    covers=["iti-44.identifiers.roles"],
    needs=_NEEDS,
    optional=_OPTIONAL,
)
def other_role(trial: Trial) -> None:
    patient = trial.session.new_patient()
    _accepts(_send(trial, _ADDED, _elsewhere(trial), other=patient))
    takes(trial, patient)


@case(
    "iti-44/4.1.4/5",
    title="Adds a patient of another patient domain",
    requirement="Ids of other patient domains than that of the community are ignored: they do not become known.",
    section="ITI TF-2 3.44.4.1.4",
    passing=refused(UNKNOWN_PATIENT),
    covers=["iti-44.identifiers.others"],
    needs=(*_NEEDS, "feed", "codes"),
    optional=_OPTIONAL,
)
def foreign_ids(trial: Trial) -> None:
    foreign = _elsewhere(trial)
    _send(trial, _ADDED, foreign)
    refuses(trial, foreign)


# --- the acknowledgement: ITI TF-2 3.44.4.1.2, Appendix O.1.2


def _acknowledged(interaction: str, trial: Trial) -> None:
    message_id = feeds.control_id()
    merged = _announce(trial) if interaction == _RESOLVED else ""
    patient = trial.session.new_patient() if interaction == _ADDED else _announce(trial)
    answer = _send(trial, interaction, patient, merged=merged, message_id=message_id)
    answer.holds(_TYPE, "CA", says="typeCode is CA, that of an accept acknowledgement")
    answer.holds("/soap:Envelope/soap:Header/wsa:Action", f"{n.HL7}:MCCI_IN000002UV01")
    answer.holds(f"{_ACK}/hl7:interactionId/@extension", "MCCI_IN000002UV01")
    answer.holds(f"{_ACK}/hl7:interactionId/@root", "2.16.840.1.113883.1.6")
    answer.holds(f"{_ACK}/hl7:acknowledgement/hl7:targetMessage/hl7:id/@extension", message_id)
    answer.holds(f"{_ACK}/hl7:acknowledgement/hl7:targetMessage/hl7:id/@root", "1.2.250.1.999.1.8")
    answer.holds(f"{_ACK}/hl7:acceptAckCode/@code", "NE")


def _whole(trial: Trial) -> None:
    answer = _accepts(_send(trial, _ADDED, trial.session.new_patient()))
    for path in ("hl7:id", "hl7:creationTime/@value", "hl7:processingCode/@code", "hl7:processingModeCode/@code"):
        answer.holds(f"{_ACK}/{path}")
    for role, code in (("receiver", "RCV"), ("sender", "SND")):
        answer.holds(f"{_ACK}/hl7:{role}/@typeCode", code)
        answer.holds(f"{_ACK}/hl7:{role}/hl7:device/@classCode", "DEV")
        answer.holds(f"{_ACK}/hl7:{role}/hl7:device/@determinerCode", "INSTANCE")
        answer.holds(f"{_ACK}/hl7:{role}/hl7:device/hl7:id/@root")
        answer.lacks(f"{_ACK}/hl7:{role}/hl7:device/hl7:id/@extension")


case(
    "iti-44/4.1.2/5",
    title="Looks for all that an acknowledgement must have",
    requirement="An acknowledgement has an id, a time, processing codes, and two devices with an OID and no extension.",
    section="ITI TF-2 Appendix O.1.2",
    passing=_PASSING,
    covers=["iti-44.ack.whole"],
    needs=_NEEDS,
    optional=_OPTIONAL,
)(_whole)


for _place, _interaction, _what in (
    ("4.1.2/1", _ADDED, "an added patient"),
    ("4.1.2/2", _REVISED, "a revised patient"),
    ("4.2.2/1", _RESOLVED, "a merge"),
):
    case(
        f"iti-44/{_place}",
        title=f"Looks at the acknowledgement of {_what}",
        requirement="Each message is answered by MCCI_IN000002UV01 that says that it was accepted, and names it.",
        section=f"ITI TF-2 3.44.{_place[:5]}, Appendix O.1.2",
        passing=_PASSING,
        covers=["iti-44.ack"],
        needs=_NEEDS,
        optional=_OPTIONAL,
    )(functools.partial(_acknowledged, _interaction))


@case(
    "iti-44/4.2.2/2",
    title="Merges with more said of the patient than a merge needs",
    requirement="What else stands in a merge, be it sex, birth or other ids, is ignored.",
    section="ITI TF-2 3.44.4.2.2.2, 3.44.4.2.4",
    passing=_PASSING,
    covers=["iti-44.merge.more"],
    needs=_NEEDS,
    optional=_OPTIONAL,
)
def merges_with_more(trial: Trial) -> None:
    kept, gone = _announce(trial), _announce(trial)
    _accepts(_send(trial, _RESOLVED, kept, merged=gone, other=_elsewhere(trial)))
    takes(trial, kept)
    refuses(trial, gone)


@case(
    "iti-44/4.1.2/3",
    title="Looks at who acknowledges to whom",
    requirement="The acknowledgement goes from the receiver of the message to its sender.",
    section="ITI TF-2 Appendix O.1.2",
    level=SHOULD,
    passing=_PASSING,
    covers=["iti-44.ack.addresses"],
    needs=_NEEDS,
    optional=_OPTIONAL,
)
def acknowledges_to_the_sender(trial: Trial) -> None:
    answer = _send(trial, _ADDED, trial.session.new_patient())
    answer.holds(f"{_ACK}/hl7:receiver/hl7:device/hl7:id/@root", "1.2.250.1.999.1.6")
    answer.holds(f"{_ACK}/hl7:sender/hl7:device/hl7:id/@root", "1.2.250.1.999.1.7")


@case(
    "iti-44/4.1.2/4",
    title="Adds a patient without id",
    requirement="Patient.id is required. A message without one should not be acknowledged as accepted.",
    section="ITI TF-2 3.44.4.1.2.2, Appendix O.1.2",
    level=SHOULD,
    passing='<acknowledgement><typeCode code="CE"/>…, or a SOAP fault',
    covers=["iti-44.reject.nobody"],
    needs=_NEEDS,
    optional=_OPTIONAL,
)
def adds_nobody(trial: Trial) -> None:
    _announce(trial)
    body = edited(feeds.hl7v3(_ADDED, trial.session.new_patient()), [write("//hl7:patient/hl7:id/@extension", "")])
    answer = trial.soap("ITI-44", body, action=f"{n.HL7}:{_ADDED}")
    refused = bool(answer.fault) or answer.text(_TYPE) in _REFUSED
    answer.check("the acknowledgement tells an error", refused, _TYPE, " or ".join(_REFUSED), _told(answer))
