"""ITI-8: merges of patients (A40), seen by registrations and queries. # ITI TF-2 3.8.4.2.4"""

from conformance.answer import Answer
from conformance.book import case
from conformance.cases import _merges
from conformance.cases._feed import Acknowledgement, refuses, takes
from conformance.messages import feeds
from conformance.model import SHOULD
from conformance.trial import Trial

_NEEDS = ("registry", "feed", "new-patients")


def _merge(trial: Trial, surviving: str, subsumed: str) -> Answer:
    return trial.feed(feeds.adt("A40", surviving, merged=subsumed))


def _done(answer: Answer) -> bool:
    return Acknowledgement(answer).field("MSA", 1) == "AA"


def _refused(answer: Answer) -> None:
    """The standard asks that nothing changes; how the message is acknowledged is left to HL7."""
    Acknowledgement(answer).says("AE", "AR", level=SHOULD)


def _name(trial: Trial, patient: str) -> Answer:
    return trial.feed(feeds.adt("A01", patient))


_merges.enter(
    _merges.Feed(
        "iti-8", "ITI TF-2 3.8.4.2.4", _NEEDS, lambda trial: trial.new_patient(), _name, _merge, _done, _refused
    )
)


@case(
    "iti-8/4.2.2/1",
    title="Looks at the acknowledgement of a merge",
    requirement="A merge is answered by an ACK whose MSA says AA and the control id of the message.",
    section="ITI TF-2 3.8.4.2.2, C.2.3",
    passing="MSH|^~\\&|…|ACK^A40|…\nMSA|AA|MSH-10 of the message",
    covers=["iti-8.ack"],
    needs=_NEEDS,
)
def acknowledges(trial: Trial) -> None:
    control, gone = feeds.control_id(), trial.new_patient()
    message = feeds.adt("A40", trial.patient, merged=gone, control=control)
    Acknowledgement(trial.feed(message)).says("AA").is_for(control)


@case(
    "iti-8/4.2.2.4/1",
    title="Merges with MSH-9 of two components and a PV1",
    requirement="The third component of MSH-9 is optional, and so is PV1.",
    section="ITI TF-2 3.8.4.2.2, 3.8.4.2.2.1",
    passing="MSA|AA|…",
    covers=["iti-8.accept.message-type", "iti-8.accept.segments"],
    needs=_NEEDS,
)
def other_form(trial: Trial) -> None:
    gone = trial.new_patient()
    segments = (
        "EVN|A40|20240305101500",
        f"PID|||{trial.patient}||Test^Patient||19700101|F",
        f"MRG|{gone}||||||Test^Patient",
        "PV1||O",
    )
    message = feeds.adt("A40", trial.patient, segments=segments).replace(b"ADT^A40^ADT_A39", b"ADT^A40")
    Acknowledgement(trial.feed(message)).says("AA")
    refuses(trial, gone)
    takes(trial, trial.patient)
