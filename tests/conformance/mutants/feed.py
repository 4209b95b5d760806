"""The patient identity feed broken: ITI-8 over MLLP, ITI-44 over SOAP, and what a merge does."""

import contextlib
import re
import socket
from dataclasses import replace as changed
from typing import Any

from registry import feed_mllp, feed_v2, feed_v3, patients
from registry.feed import PatientFeed
from registry.queries import shelves
from tests.conformance.mutants.patching import nothing, replace, silence, wrap
from tests.conformance.mutants.table import mutant

MERGE = "ITI TF-2 3.8.4.2.4"


@mutant("ihe", breaks=MERGE, caught_by=("iti-44/4.2.4/9", "iti-8/4.2.4/9"))
def merge_ignored() -> None:
    """A merge (A40, duplicates resolved) is acknowledged, and nothing happens."""
    replace(PatientFeed, "merge", lambda *_: 1)


@mutant("ihe", breaks=MERGE, caught_by=("iti-44/4.2.4/1", "iti-44/4.2.4/2"))
def merged_documents_not_found() -> None:
    """After a merge the documents of the subsumed patient are not found under the surviving one."""

    def subsume(connection: Any, kept: int, gone: int, now: int) -> None:
        connection.execute(patients._SUBSUME, {"pats": [gone], "by": kept, "at": now})

    replace(patients, "_subsume", subsume)


@mutant("ihe", breaks=MERGE, caught_by=("iti-44/4.2.4/3", "iti-8/4.2.4/3"))
def merged_documents_keep_the_old_patient_id() -> None:
    """After a merge the documents are found with the patientId of the subsumed patient."""
    replace(shelves, "_carrying", lambda content, *_: content)


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.3", caught_by=("iti-44/4.2.4/5", "iti-8/4.2.4/5"))
def merged_patient_accepted() -> None:
    """Documents of a patient who was merged into another are taken."""
    silence("registry.patient.subsumed")


@mutant("ihe", breaks="ITI TF-2 3.8.4.1.4", caught_by=("iti-8/4.1.2.1/1", "iti-8/4.1.2/1"))
def feed_ignored() -> None:
    """A patient who is announced is acknowledged and stays unknown."""
    replace(PatientFeed, "announce", lambda *_: 1)


@mutant("ihe", breaks="ITI TF-2 3.8.4.1.2", caught_by=("iti-8/4.1.4/2", "iti-8/4.1.4/3", "iti-8/4.1.4/5"))
def first_trigger_alone_known() -> None:
    """The feed takes ADT^A01, A08 and A40, and none of A04 and A05."""
    replace(feed_v2, "ANNOUNCE", frozenset({"A01"}))


@mutant("ihe", breaks="ITI TF-2 3.8.4.1.4", caught_by=("iti-8/4.1.4/9",))
def update_announces() -> None:
    """A08 makes a patient known whom nobody announced."""
    replace(feed_v2, "ANNOUNCE", feed_v2.ANNOUNCE | {feed_v2.UPDATE})
    replace(feed_v2, "UPDATE", "")


@mutant("ihe", breaks="ITI TF-2 3.8.4.1.4.1", caught_by=("iti-8/4.1.4/10",))
def namespace_of_the_authority_ignored() -> None:
    """An id whose authority is named by its namespace alone is passed over."""
    wrap(PatientFeed, "__init__", lambda was, self, patients, domain, _namespaces: was(self, patients, domain))


@mutant("ihe", breaks="ITI TF-2 C.2.1", caught_by=("iti-8/C.2.1/3",))
def one_message_a_connection() -> None:
    """The feed closes a connection when it has acknowledged one message."""

    def around(was: Any, self: Any) -> Any:
        if getattr(self._connection, "asked", False):
            return None
        self._connection.asked = True
        return was(self)

    class Connection(socket.socket):
        asked = False

    def accepted(was: Any, listener: Any) -> Any:
        found = was(listener)
        return found and (Connection(fileno=found[0].detach()), found[1])

    wrap(feed_mllp._Reader, "read", around)
    wrap(feed_mllp, "_accept", accepted)


@mutant("ihe", breaks="HL7 2.3.1 2.12.1", caught_by=("iti-8/4.1.4/8", "iti-8/C.2.3/7"))
def broken_message_acknowledged() -> None:
    """A message that cannot be processed is acknowledged with AA."""
    wrap(feed_v2, "acknowledge", lambda was, header, _refused, **named: was(header, None, **named))


@mutant("ihe", breaks="HL7 2.3.1 2.24.2", caught_by=("iti-8/4.2.2/1", "iti-8/C.2.3/1"))
def ack_of_another_message() -> None:
    """MSA-2 of the ACK is not the MSH-10 of the message."""
    wrap(feed_v2, "acknowledge", lambda was, header, refused: was(changed(header, control_id="1"), refused))


@mutant("ihe", breaks="HL7 2.3.1 2.24.1", caught_by=("iti-8/C.2.3/1", "iti-8/C.2.3/3"))
def ack_is_no_ack() -> None:
    """MSH-9 of the ACK is that of the message, ADT."""
    wrap(feed_v2, "acknowledge", lambda was, *given: was(*given).replace(b"|ACK^", b"|ADT^"))


@mutant("ihe", breaks="ITI TF-2 C.2.2", caught_by=("iti-8/C.2.2/2",))
def ack_without_a_time() -> None:
    """MSH-7 of the ACK is empty."""
    wrap(feed_v2, "acknowledge", lambda was, *given: re.sub(rb"\|\d{14}\|", b"||", was(*given), count=1))


@mutant("ihe", breaks="ITI TF-2 C.2.3.2", caught_by=("iti-8/C.2.3/9", "iti-8/C.2.3/10"))
def error_in_the_old_form() -> None:
    """ERR of an ACK is that of HL7 2.3.1: place and code in ERR-1."""

    def around(was: Any, *given: Any) -> Any:
        lines = was(*given).split(b"\r")
        err = lines[2].split(b"|") if lines[2] else []
        old = b"|".join([*err[:1], b"^".join(err[2:4])])
        return b"\r".join([*lines[:2], old, *lines[3:]]) if err else was(*given)

    wrap(feed_v2, "acknowledge", around)


@mutant("ihe", breaks="ITI TF-2 C.2.1", caught_by=("iti-8/C.2.1/2",))
def ack_without_its_start_block() -> None:
    """The ACK is not framed: VT is missing before it."""
    replace(feed_mllp, "START", b"")


@mutant("ihe", breaks="ITI TF-2 3.44.4.1.4", caught_by=("iti-44/4.1.2/4", "iti-44/4.1.4/1"))
def iti_44_registers_nobody() -> None:
    """ITI-44 is acknowledged with CA, and nothing happens."""
    replace(feed_v3, "_apply", lambda *_: 1)


@mutant("ihe", breaks="ITI TF-2 E.2", caught_by=("iti-44/4.1.4/6",))
def other_roles_ignored() -> None:
    """Of an HL7 v3 message the ids of the patient count, not those of the person's other roles."""
    replace(feed_v3, "_OTHERS", lambda _body: [])


@mutant("ihe", breaks="ITI TF-2 3.44.4.2.4", caught_by=("iti-44/4.2.2/2",))
def merge_with_more_refused() -> None:
    """A merge of ITI-44 that says more of its patient than it needs is refused."""

    def around(was: Any, interaction: str, body: Any, feed: Any) -> Any:
        if interaction == feed_v3.RESOLVED and feed_v3._OTHERS(body):
            raise patients.PatientRefused("there are other ids")
        return was(interaction, body, feed)

    wrap(feed_v3, "_apply", around)


@mutant("ihe", breaks="ITI TF-2 Appendix O.1.2", caught_by=("iti-44/4.1.2/1", "iti-44/4.2.2/1"))
def iti_44_acknowledged_by_the_application() -> None:
    """ITI-44 is acknowledged with AA, which is of an application acknowledgement."""
    wrap(feed_v3, "_acknowledgement", lambda was, request, code, *why: was(request, code.replace("CA", "AA"), *why))


@mutant("ihe", breaks="ITI TF-2 Appendix O.1.2", caught_by=("iti-44/4.1.2/5",))
def iti_44_acknowledgement_without_modes() -> None:
    """The acknowledgement of ITI-44 has neither processingCode nor processingModeCode."""
    modes = b'<processingCode code="P"/><processingModeCode code="T"/>'
    wrap(feed_v3, "_acknowledgement", lambda was, *given: was(*given).replace(modes, b""))


@mutant("ihe", breaks="ITI TF-2 Appendix O.1.2", caught_by=("iti-44/4.1.2/4",))
def iti_44_always_accepted() -> None:
    """ITI-44 is acknowledged with CA even when it was refused."""
    wrap(feed_v3, "_acknowledgement", lambda was, request, _code, _reason, clock: was(request, "CA", "", clock))


@mutant("ihe", breaks="ITI TF-2 Appendix O.1.2", caught_by=("iti-44/4.1.2/1", "iti-44/4.1.2/2"))
def iti_44_acknowledges_nobody() -> None:
    """The acknowledgement of ITI-44 does not name the message that it is of."""
    wrap(feed_v3, "_ids", lambda was, request, *of: '<id nullFlavor="NI"/>' if of == ("id",) else was(request, *of))


@mutant("ihe", breaks=MERGE, caught_by=("iti-44/4.2.4/23", "iti-8/4.2.4/23", "iti-8/4.2.4/24"))
def merge_of_the_unknown_accepted() -> None:
    """A merge of or into a patient nobody has heard of is acknowledged with AA."""
    replace(patients.Patients, "_mergeable", nothing)


@mutant("ihe", breaks="ITI TF-2 3.44.4.2.4", caught_by=("iti-44/4.2.4/24",))
def merge_into_the_unknown_half_done() -> None:
    """A merge of ITI-44 into a patient nobody has heard of is acknowledged with CA, and nothing happens."""

    def around(was: Any, self: Any, pairs: Any, *, announces: bool = False) -> None:
        with contextlib.suppress(patients.PatientRefused):
            was(self, pairs)

    wrap(patients.Patients, "merge_all", around)


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.9.1", caught_by=("iti-44/4.2.4/10", "iti-8/4.2.4/10"))
def merge_forgets_the_demographics() -> None:
    """After a merge sourcePatientInfo of the subsumed patient's documents is gone."""
    slot = re.compile(rb'<rim:Slot name="sourcePatientInfo".*?</rim:Slot>', re.DOTALL)
    wrap(shelves, "_carrying", lambda was, *given: slot.sub(b"", was(*given)))
