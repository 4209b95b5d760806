"""ITI-8 Patient Identity Feed: patients that are announced, and how each message is answered. # ITI TF-2 3.8, C.2.3"""

import functools

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._feed import Acknowledgement, finds, record, refuses, takes
from conformance.cases._tables import UNKNOWN_PATIENT
from conformance.messages import feeds
from conformance.model import SHOULD
from conformance.passing import refused
from conformance.trial import Trial

_NEEDS = ("registry", "feed", "new-patients")
_AA = "MSH|^~\\&|…|ACK^A01|…\nMSA|AA|MSH-10 of the message"
_AE = "MSH|^~\\&|…|ACK^A01|…\nMSA|AE|MSH-10 of the message\nERR||PID^1^3|101^Required field missing^HL70357|E"
_AR = "MSH|^~\\&|…|ACK|…\nMSA|AR|MSH-10 of the message\nERR||MSH^1^9^1^2|201^Unsupported trigger event^HL70357|E"


def _send(trial: Trial, message: bytes) -> Acknowledgement:
    return Acknowledgement(trial.feed(message))


# --- what a message does: ITI TF-2 3.8.4.1.4


def _announces(trigger: str, trial: Trial) -> None:
    patient = trial.session.new_patient()
    _send(trial, feeds.adt(trigger, patient)).says("AA")
    takes(trial, patient)


for _ordinal, _trigger, _what in (
    (1, "A01", "admission"),
    (2, "A04", "registration of an outpatient"),
    (3, "A05", "pre-admission"),
):
    case(
        f"iti-8/4.1.4/{_ordinal}",
        title=f"Announces a patient by {_trigger}, {_what}, and submits for it",
        requirement=f"A patient that {_trigger} names is known to the registry from then on.",
        section="ITI TF-2 3.8.4.1.1, 3.8.4.1.4",
        passing=_AA,
        covers=["iti-8.announce"],
        needs=_NEEDS,
    )(functools.partial(_announces, _trigger))


@case(
    "iti-8/4.1.4/4",
    title="Updates a patient that has documents (A08)",
    requirement="A08 is acknowledged and ignored: it changes nothing in the registry.",
    section="ITI TF-2 3.8.4.1.4",
    passing=_AA,
    covers=["iti-8.update"],
    needs=_NEEDS,
)
def updates(trial: Trial) -> None:
    held, control = record(trial, trial.patient), feeds.control_id()
    _is_ack(_send(trial, feeds.adt("A08", trial.patient, control=control)).is_for(control).says("AA", level=SHOULD))
    finds(trial, trial.patient, held, among=(held,))
    takes(trial, trial.patient)


@case(
    "iti-8/4.1.4/9",
    title="Updates a patient whom nobody announced (A08), and submits for it",
    requirement="A08 is ignored: it makes no patient known.",
    section="ITI TF-2 3.8.4.1.4",
    passing=refused(UNKNOWN_PATIENT),
    covers=["iti-8.update.unknown"],
    needs=_NEEDS,
)
def updates_a_stranger(trial: Trial) -> None:
    patient, control = trial.session.new_patient(), feeds.control_id()
    _is_ack(_send(trial, feeds.adt("A08", patient, control=control)).is_for(control).says("AA", level=SHOULD))
    refuses(trial, patient)


@case(
    "iti-8/4.1.4/5",
    title="Announces a patient a second time",
    requirement="A patient that is known already may be announced again: with each admission.",
    section="ITI TF-2 3.8.4.1.1, 3.8.4.1.4",
    passing=_AA,
    covers=["iti-8.announce.again"],
    needs=_NEEDS,
)
def announces_again(trial: Trial) -> None:
    held = record(trial, trial.patient)
    _send(trial, feeds.adt("A04", trial.patient)).says("AA")
    finds(trial, trial.patient, held, among=(held,))
    takes(trial, trial.patient)


@case(
    "iti-8/4.1.4/6",
    title="Announces a patient who has ids of other authorities too",
    requirement="Of several ids in PID-3 the registry takes that of its own patient domain, wherever it stands.",
    section="ITI TF-2 3.8.4.1.4",
    passing=_AA,
    covers=["iti-8.identifiers.own"],
    needs=_NEEDS,
)
def several_ids(trial: Trial) -> None:
    patient = trial.session.new_patient()
    ids = f"77-1^^^&2.999.7.7.7&ISO^PI~{patient}^PI~1700175123456^^^^NH"
    _send(trial, feeds.adt("A01", ids)).says("AA")
    takes(trial, patient)


@case(
    "iti-8/4.1.4/7",
    title="Announces a patient of another patient domain",
    requirement="Ids of other patient domains than that of the community are ignored: they do not become known.",
    section="ITI TF-2 3.8.4.1.4, 3.8.4.1.4.1",
    passing=refused(UNKNOWN_PATIENT),
    covers=["iti-8.identifiers.others"],
    needs=(*_NEEDS, "codes"),
)
def foreign_ids(trial: Trial) -> None:
    number = trial.session.new_patient().partition("^")[0]
    foreign = f"{number}^^^&2.999.7.7.7&ISO"
    trial.feed(feeds.adt("A01", foreign))
    refuses(trial, foreign)


@case(
    "iti-8/4.1.4/10",
    title="Announces a patient whose authority is named by its namespace alone",
    requirement="Where PID-3 names the patient domain by its namespace alone, the registry fills in the OID.",
    section="ITI TF-2 3.8.4.1.4, 3.8.4.1.4.1",
    passing=_AA,
    covers=["iti-8.identifiers.namespace"],
    needs=(*_NEEDS, "namespace"),
)
def namespace_alone(trial: Trial) -> None:
    patient = trial.session.new_patient()
    _send(trial, feeds.adt("A01", f"{patient.partition('^')[0]}^^^{trial.target.namespace}")).says("AA")
    takes(trial, patient)


@case(
    "iti-8/4.1.4/8",
    title="Sends a message that cannot be taken, and asks for its patient",
    requirement="A message that is rejected announces nobody.",
    section="ITI TF-2 3.8.4.1.4, C.2.3",
    passing=refused(UNKNOWN_PATIENT),
    covers=["iti-8.rejected.nothing"],
    needs=_NEEDS,
)
def rejected_announces_nobody(trial: Trial) -> None:
    patient = trial.session.new_patient()
    _send(trial, feeds.adt("Z99", patient)).says("AR", "AE")
    refuses(trial, patient)


# --- the acknowledgement: ITI TF-2 C.2.3


@case(
    "iti-8/C.2.3/1",
    title="Looks at the acknowledgement of a good message",
    requirement="Each message is answered by an ACK whose MSA says AA and the control id of the message.",
    section="ITI TF-2 3.8.4.1.2, C.2.3",
    passing=_AA,
    covers=["iti-8.ack"],
    needs=_NEEDS,
)
def acknowledges(trial: Trial) -> None:
    control = feeds.control_id()
    answer = _send(trial, feeds.adt("A01", trial.session.new_patient(), control=control)).says("AA").is_for(control)
    _is_ack(answer)


@case(
    "iti-8/C.2.3/2",
    title="Looks at who acknowledges to whom",
    requirement="The ACK goes from the receiver of the message to its sender, under a control id of its own.",
    section="ITI TF-2 C.2.2, C.2.3; HL7 v2.5 2.9",
    level=SHOULD,
    passing="MSH|^~\\&|REGISTRY|TARGET|CONFORMANCE|SUITE|…",
    covers=["iti-8.ack.addresses"],
    needs=_NEEDS,
)
def acknowledges_to_the_sender(trial: Trial) -> None:
    answer = _send(trial, feeds.adt("A01", trial.session.new_patient()))
    for number, value in ((3, "REGISTRY"), (4, "TARGET"), (5, "CONFORMANCE"), (6, "SUITE")):
        got = answer.field("MSH", number)
        answer.answer.check(f"MSH-{number} is {value}", got == value, f"MSH-{number}", value, answer.summary)
    answer.answer.check("MSH-10 is there", bool(answer.field("MSH", 10)), "MSH-10", "an id", answer.summary)


_REQUIRED = {
    3: "sending application",
    4: "sending facility",
    5: "receiving application",
    6: "receiving facility",
    7: "time of the message",
    9: "message type",
    10: "control id",
    11: "processing id",
    12: "version",
}
"""Fields of MSH, besides those of the separators."""


@case(
    "iti-8/C.2.2/2",
    title="Looks for all that the header of an acknowledgement must have",
    requirement="MSH of each message, an acknowledgement as well, says who, to whom, when, what, and in which version.",
    section="ITI TF-2 C.2.2",
    passing="MSH|^~\\&|REGISTRY|TARGET|CONFORMANCE|SUITE|20240305101500||ACK^A01|4711|P|2.3.1",
    covers=["iti-8.ack.header"],
    needs=_NEEDS,
)
def whole_header(trial: Trial) -> None:
    answer = _send(trial, feeds.adt("A01", trial.session.new_patient())).says("AA")
    for number, what in _REQUIRED.items():
        there = bool(answer.field("MSH", number))
        answer.answer.check(f"MSH-{number} is there: {what}", there, f"MSH-{number}", what, answer.summary)


def _is_ack(answer: Acknowledgement) -> None:
    kind = answer.field("MSH", 9).partition("^")[0]
    answer.answer.check("MSH-9 is ACK", kind == "ACK", "MSH-9", "ACK", answer.summary)


@case(
    "iti-8/C.2.3/3",
    title="Sends a trigger that no feed has",
    requirement="A message whose trigger event is not recognised is rejected: MSA-1 is AR.",
    section="ITI TF-2 C.2.3",
    passing=_AR,
    covers=["iti-8.reject.trigger"],
    needs=_NEEDS,
)
def unknown_trigger(trial: Trial) -> None:
    control = feeds.control_id()
    answer = _send(trial, feeds.adt("Z99", trial.session.new_patient(), control=control))
    _is_ack(answer.says("AR").is_for(control))


@case(
    "iti-8/C.2.3/4",
    title="Sends a message that is no ADT",
    requirement="A message whose type is not recognised is rejected: MSA-1 is AR.",
    section="ITI TF-2 C.2.3",
    passing=_AR,
    covers=["iti-8.reject.type"],
    needs=_NEEDS,
)
def unknown_type(trial: Trial) -> None:
    control = feeds.control_id()
    message = feeds.adt("A01", trial.session.new_patient(), control=control)
    answer = _send(trial, message.replace(b"ADT^A01^ADT_A01", b"ZZZ^Z01^ZZZ_Z01"))
    _is_ack(answer.says("AR").is_for(control))


@case(
    "iti-8/C.2.3/8",
    title="Looks for the reason in a rejection",
    requirement="An acknowledgement that tells an error says what it is, in ERR, or in MSA-3 as before HL7 2.5.",
    section="ITI TF-2 C.2.3, C.2.3.2",
    level=SHOULD,
    passing=_AR,
    covers=["iti-8.reject.err"],
    needs=_NEEDS,
)
def rejection_says_why(trial: Trial) -> None:
    answer = _send(trial, feeds.adt("Z99", trial.session.new_patient())).says("AR", "AE")
    why = answer.field("MSA", 3) or answer.field("ERR", 1) or answer.field("ERR", 3)
    answer.answer.check("MSA-3 or ERR is there", bool(why), "MSA-3", "what is wrong", answer.summary)


def _says_what(kind: str, code: str, component: str, trial: Trial) -> None:
    message = feeds.adt("A01", trial.session.new_patient()).replace(b"ADT^A01^ADT_A01", kind.encode())
    answer = _send(trial, message).says("AR")
    for number, right in ((2, ("MSH", "1", "9", "1", component)), (3, (code,)), (4, ("E",))):
        wanted = "^".join(right)
        got = tuple(answer.parts("ERR", number))
        answer.answer.check(f"ERR-{number} says {wanted}", got[: len(right)] == right, f"ERR-{number}", wanted, got)


for _ordinal, _kind, _code, _component, _what in (
    (9, "ADT^Z99", "201", "2", "a trigger event that no feed has"),
    (10, "ZZZ^Z01^ZZZ_Z01", "200", "1", "a message type that is no ADT"),
):
    case(
        f"iti-8/C.2.3/{_ordinal}",
        title=f"Looks for place and code of the error in the rejection of {_what}",
        requirement=f"ERR-2 points to the component of MSH-9 that is not recognised, ERR-3 says {_code}, ERR-4 E.",
        section="ITI TF-2 C.2.3, C.2.3.2",
        level=SHOULD,
        passing=_AR,
        covers=["iti-8.reject.err.form"],
        needs=_NEEDS,
    )(functools.partial(_says_what, _kind, _code, _component))


_WITHOUT = {
    5: ("a message without PID", ("EVN|A01|20240305101500", "PV1||O")),
    6: ("a message whose PID-3 is empty", ("EVN|A01|20240305101500", "PID|||||Test^Patient", "PV1||O")),
}


def _nobody(segments: tuple[str, ...], trial: Trial) -> None:
    control = feeds.control_id()
    answer = _send(trial, feeds.adt("A01", "", control=control, segments=segments))
    _is_ack(answer.says("AE", "AR").is_for(control))


for _ordinal, (_what, _segments) in _WITHOUT.items():
    case(
        f"iti-8/C.2.3/{_ordinal}",
        title=f"Sends {_what}",
        requirement="PID-3 is required. A message that names no patient should be acknowledged with an error.",
        section="ITI TF-2 3.8.4.1.2, 3.8.4.1.2.3, C.1.1, C.2.3.1",
        level=SHOULD,
        passing=_AE,
        covers=["iti-8.reject.nobody"],
        needs=_NEEDS,
    )(functools.partial(_nobody, _segments))


@case(
    "iti-8/C.2.3/7",
    title="Sends a merge without MRG",
    requirement="MRG is required in A40. A message without it should be acknowledged with an error.",
    section="ITI TF-2 3.8.4.2.2, C.1.1, C.2.3.1",
    level=SHOULD,
    passing=_AE,
    covers=["iti-8.reject.nobody"],
    needs=_NEEDS,
)
def merge_without_mrg(trial: Trial) -> None:
    control = feeds.control_id()
    segments = ("EVN|A40|20240305101500", f"PID|||{trial.patient}||Test^Patient")
    answer = _send(trial, feeds.adt("A40", trial.patient, control=control, segments=segments))
    _is_ack(answer.says("AE", "AR").is_for(control))


@case(
    "iti-8/C.2.1/1",
    title="Sends what is no HL7, then a good message",
    requirement="What is no HL7 message does not keep the feed from taking the next one.",
    section="OWASP ASVS 7.4.3; ITI TF-2 C.2.1",
    level=SHOULD,
    asks="OWASP",
    passing=_AA,
    covers=["iti-8.survives"],
    needs=_NEEDS,
)
def survives(trial: Trial) -> None:
    trial.feed(b"GET / HTTP/1.1\r\n\r\n" + b"\x00\xff" * 200)
    patient = trial.session.new_patient()
    _send(trial, feeds.adt("A01", patient)).says("AA")
    takes(trial, patient)


@case(
    "iti-8/C.2.1/2",
    title="Looks at the frame of an acknowledgement",
    requirement="An acknowledgement stands in a frame of MLLP: 0x0B before it, 0x1C 0x0D behind it.",
    section="ITI TF-2 C.2.1",
    passing="0x0B MSH|^~\\&|… 0x1C 0x0D",
    covers=["iti-8.ack.frame"],
    needs=_NEEDS,
)
def framed(trial: Trial) -> None:
    answer = trial.feed(feeds.adt("A01", trial.session.new_patient()))
    trouble = answer.exchange.trouble
    answer.check(
        "the acknowledgement is framed", bool(answer.body) and not trouble, "MLLP", "0x0B … 0x1C 0x0D", trouble
    )


@case(
    "iti-8/C.2.1/3",
    title="Sends three messages one after the other over one connection",
    requirement="A sender may send its next message on the connection over which the last one was acknowledged.",
    section="ITI TF-2 C.2.1",
    level=SHOULD,
    passing=_AA,
    covers=["iti-8.several-on-a-connection"],
    needs=_NEEDS,
)
def several_on_a_connection(trial: Trial) -> None:
    patients = [trial.session.new_patient() for _ in range(3)]
    controls = [feeds.control_id() for _ in patients]
    answers = trial.feed_in_a_row(*map(_admission, patients, controls))
    for number, (answer, patient, control) in enumerate(zip(answers, patients, controls, strict=False)):
        if number and not answer.body:
            break  # it closed the connection; what came before is judged all the same
        Acknowledgement(answer).says("AA").is_for(control)
        takes(trial, patient)
    answered = sum(1 for each in answers if each.body)
    last = answers[-1]
    last.check("each is answered", answered == len(patients), "MLLP", len(patients), last.exchange.trouble)


def _admission(patient: str, control: str) -> bytes:
    return feeds.adt("A01", patient, control=control)


# --- messages that are legal though not like ours


def _taken(message: bytes, patient: str, trial: Trial) -> Answer:
    acknowledgement = _send(trial, message)
    acknowledgement.says("AA")
    takes(trial, patient)
    return acknowledgement.answer


@case(
    "iti-8/4.1.2.1/1",
    title="Sends MSH-9 with two components",
    requirement="The third component of MSH-9 is optional.",
    section="ITI TF-2 3.8.4.1.2.1",
    passing=_AA,
    covers=["iti-8.accept.message-type"],
    needs=_NEEDS,
)
def short_type(trial: Trial) -> None:
    patient = trial.session.new_patient()
    _taken(feeds.adt("A01", patient).replace(b"ADT^A01^ADT_A01", b"ADT^A01"), patient, trial)


@case(
    "iti-8/4.1.2/1",
    title="Sends further segments, one of them local",
    requirement="Other segments than those required are optional: a message may have them.",
    section="ITI TF-2 3.8.4.1.2",
    passing=_AA,
    covers=["iti-8.accept.segments"],
    needs=_NEEDS,
)
def more_segments(trial: Trial) -> None:
    patient = trial.session.new_patient()
    segments = (
        "EVN|A01|20240305101500||||20240305101400",
        f"PID|1||{patient}||Durand^Anne^^^Mme^^D~Petit^Anne^^^^^M||19700101|F|||12 rue de l'Eglise^^Lille^^59000^FRA",
        "PD1||||",
        "NK1|1|Durand^Paul|SPO",
        "PV1|1|I|CARD^12^1",
        "ZBE|1234|20240305101500||INSERT|N",
    )
    _taken(feeds.adt("A01", patient, segments=segments), patient, trial)


@case(
    "iti-8/C.2.2/1",
    title="Sends a name in ISO 8859-1",
    requirement="MSH-18 says a character set other than ASCII; the registry needs nothing but PID-3 of the message.",
    section="ITI TF-2 C.2.2, 3.8.4.1.4",
    level=SHOULD,
    passing=_AA,
    covers=["iti-8.accept.charset"],
    needs=_NEEDS,
)
def latin_name(trial: Trial) -> None:
    patient = trial.session.new_patient()
    message = feeds.adt("A01", patient).decode().replace("|P|2.3.1\r", "|P|2.3.1||||||8859/1\r")
    _taken(message.replace("Test^Patient", "Lefèvre^Zoé").encode("latin-1"), patient, trial)
