"""ITI-8 over a real socket: what the sender sees, and what the registry knows afterwards."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from metadata.affinity import AffinityDomain
from metadata.facts import Standing
from registry.feed import PatientFeed
from registry.feed_mllp import MllpLimits
from registry.feed_v2 import answer, serve_mllp
from registry.patients import Patients
from soap.message import Exchange
from storage import Database

ANN = "ann7^^^&2.999.31&ISO"
BOB = "bob8^^^&2.999.31&ISO"
LIMITS = MllpLimits(message=10_000, idle=5.0, stall=1.0)


def adt(trigger: str, *segments: str, version: str = "2.3.1", control_id: str = "MSG-1") -> bytes:
    header = f"MSH|^~\\&|PAS|HOSPITAL|CARNET|REGION|20250101120000||ADT^{trigger}|{control_id}|P|{version}"
    return "".join(f"{line}\r" for line in (header, "EVN||20250101120000", *segments)).encode()


def pid(*identifiers: str) -> str:
    return f"PID|||{'~'.join(identifiers)}||Martin^Alice"


def segments(reply: bytes) -> dict[str, list[str]]:
    return {line.split("|")[0]: line.split("|") for line in reply.decode().split("\r") if line}


@pytest.fixture
def patients(database: Database) -> Patients:
    return Patients(database, AffinityDomain(patient_authorities=frozenset({"2.999.31"})), "feed")


@pytest.fixture
def feed(patients: Patients) -> PatientFeed:
    domain = AffinityDomain(patient_authorities=frozenset({"2.999.31"}))
    return PatientFeed(patients, domain, namespaces={"HOSP": "2.999.31"})


class Sender:
    """An MLLP client that reads one reply at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def receive(self) -> bytes:
        """The next reply without its frame; empty when the server has closed."""
        received = b""
        while not received.endswith(b"\x1c\r"):
            data = self.socket.recv(1)
            if not data:
                assert not received
                return b""
            received += data
        assert received.startswith(b"\x0b")
        return received[1:-2]

    def is_let_go(self) -> bool:
        """Waits until the server closes; what was still on its way makes that a reset."""
        try:
            return self.receive() == b""
        except ConnectionError:
            return True

    def ask(self, message: bytes) -> dict[str, list[str]]:
        self.send(b"\x0b" + message + b"\x1c\r")
        return segments(self.receive())


@pytest.fixture
def exchanges() -> list[Exchange]:
    return []


@pytest.fixture
def connect(feed: PatientFeed, exchanges: list[Exchange]) -> Iterator[Callable[[], Sender]]:
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()
    server = threading.Thread(
        target=serve_mllp, args=(listener, feed, stop), kwargs={"limits": LIMITS, "finished": exchanges.append}
    )
    server.start()
    senders: list[Sender] = []

    def sender() -> Sender:
        senders.append(Sender(listener.getsockname()[1]))
        return senders[-1]

    yield sender
    stop.set()
    server.join(timeout=10)
    assert not server.is_alive()
    for one in senders:
        one.socket.close()
    listener.close()


@pytest.mark.parametrize("trigger", ["A01", "A04", "A05", "A01^ADT_A01"])
def test_a_patient_announced_over_the_wire_is_known(
    connect: Callable[[], Sender], patients: Patients, trigger: str
) -> None:
    assert patients.standing(ANN) is Standing.UNKNOWN
    reply = connect().ask(adt(trigger, pid(ANN)))
    assert reply["MSA"] == ["MSA", "AA", "MSG-1"]
    assert patients.standing(ANN) is Standing.KNOWN


@pytest.mark.parametrize("patient", [ANN, "gone^^^&2.999.31&ISO", "x1^^^&2.999.99&ISO"])
def test_an_update_is_acknowledged_and_ignored(feed: PatientFeed, patients: Patients, patient: str) -> None:
    """A registry ignores A08: nobody becomes known by it, nor is anybody looked for. # ITI TF-2 3.8.4.1.4"""
    for patient_id in (BOB, "gone^^^&2.999.31&ISO"):
        patients.announce(patient_id)
    patients.merge(BOB, "gone^^^&2.999.31&ISO")
    before = patients.standing(patient)
    assert b"MSA|AA|MSG-1\r" in answer(adt("A08", pid(patient)), feed)
    assert patients.standing(patient) is before


def test_an_update_is_ignored_whatever_it_holds(feed: PatientFeed) -> None:
    assert b"MSA|AA|MSG-1\r" in answer(adt("A08"), feed)


def test_the_acknowledgement_goes_back_to_the_sender(connect: Callable[[], Sender]) -> None:
    msh = connect().ask(adt("A01", pid(ANN)))["MSH"]
    assert msh[2:6] == ["CARNET", "REGION", "PAS", "HOSPITAL"]
    assert (msh[8], msh[10], msh[11]) == ("ACK^A01", "P", "2.3.1")


def test_several_messages_of_one_connection_are_answered_in_order(connect: Callable[[], Sender]) -> None:
    sender = connect()
    frames = [b"\x0b" + adt("A01", pid(f"p{n}^^^&2.999.31&ISO"), control_id=f"C{n}") + b"\x1c\r" for n in range(5)]
    sender.send(b"".join(frames))
    assert [segments(sender.receive())["MSA"][2] for _ in frames] == ["C0", "C1", "C2", "C3", "C4"]


def test_a_message_may_come_in_pieces_with_other_bytes_around_it(connect: Callable[[], Sender]) -> None:
    sender = connect()
    for piece in (b"\r\n noise ", b"\x0b", adt("A01", pid(ANN))[:20], adt("A01", pid(ANN))[20:], b"\x1c"):
        sender.send(piece)
        time.sleep(0.02)
    assert segments(sender.receive())["MSA"][1] == "AA"


def test_a_merge_makes_the_other_id_vanish(connect: Callable[[], Sender], patients: Patients) -> None:
    sender = connect()
    sender.ask(adt("A01", pid(ANN)))
    sender.ask(adt("A01", pid(BOB)))
    assert sender.ask(adt("A40^ADT_A39", pid(ANN), f"MRG|{BOB}"))["MSA"][1] == "AA"
    assert patients.standing(BOB) is Standing.SUBSUMED
    assert patients.standing(ANN) is Standing.KNOWN


def test_only_ids_of_the_domain_are_taken(feed: PatientFeed, patients: Patients) -> None:
    foreign = "x1^^^&2.999.99&ISO"
    assert b"MSA|AA" in answer(adt("A01", pid(foreign, ANN)), feed)
    assert patients.standing(ANN) is Standing.KNOWN
    assert patients.standing(foreign) is Standing.UNKNOWN
    assert b"MSA|AA" in answer(adt("A01", pid(foreign)), feed)


def test_an_authority_known_by_its_namespace_is_taken(feed: PatientFeed, patients: Patients) -> None:
    answer(adt("A01", pid("ann7^^^HOSP", "bob8^^^OTHER")), feed)
    assert patients.standing(ANN) is Standing.KNOWN
    assert patients.standing(BOB) is Standing.UNKNOWN


def test_ids_may_carry_more_components(feed: PatientFeed, patients: Patients) -> None:
    answer(adt("A01", pid("ann7^^^HOSP&2.999.31&ISO^PI^HOSPITAL")), feed)
    assert patients.standing(ANN) is Standing.KNOWN


def test_a_merge_of_another_domain_is_nothing_to_us(feed: PatientFeed) -> None:
    message = adt("A40", pid("x1^^^&2.999.99&ISO"), "MRG|x2^^^&2.999.99&ISO")
    assert b"MSA|AA" in answer(message, feed)


@pytest.mark.parametrize(
    ("surviving", "subsumed", "reason"),
    [
        (ANN, ANN, "itself"),
        (ANN, "nobody^^^&2.999.31&ISO", "not known"),
        ("nobody^^^&2.999.31&ISO", ANN, "not known"),
        (ANN, "gone^^^&2.999.31&ISO", "already merged"),
        ("gone^^^&2.999.31&ISO", ANN, "already merged"),
        (ANN, "x^^^&2.999.99&ISO", "no id of this domain"),
        ("x^^^&2.999.99&ISO", ANN, "no id of this domain"),
        (f"{ANN}~{BOB}", "gone2^^^&2.999.31&ISO", "which one survives"),
    ],
)
def test_a_merge_that_cannot_be_is_an_application_error(
    feed: PatientFeed, patients: Patients, surviving: str, subsumed: str, reason: str
) -> None:
    for patient_id in (ANN, BOB, "gone^^^&2.999.31&ISO", "gone2^^^&2.999.31&ISO"):
        patients.announce(patient_id)
    patients.merge(ANN, "gone^^^&2.999.31&ISO")
    reply = segments(answer(adt("A40", pid(*surviving.split("~")), f"MRG|{subsumed}"), feed))
    assert reply["MSA"][1] == "AE"
    assert len(reply["MSA"]) == 3
    assert reply["ERR"][1:5] == ["", "MRG^1^1", "204^Unknown key identifier^HL70357", "E"]
    assert reason in reply["ERR"][8]
    assert patients.standing(BOB) is Standing.KNOWN


def test_a_merge_of_several_ids_is_done_whole_or_not_at_all(feed: PatientFeed, patients: Patients) -> None:
    patients.announce(ANN)
    patients.announce(BOB)
    message = adt("A40", pid(ANN), f"MRG|{BOB}~nobody^^^&2.999.31&ISO")
    assert b"MSA|AE" in answer(message, feed)
    assert patients.standing(BOB) is Standing.KNOWN
    patients.announce("nobody^^^&2.999.31&ISO")
    assert b"MSA|AA" in answer(message, feed)
    assert patients.standing(BOB) is Standing.SUBSUMED


def test_several_ids_are_announced_all_or_none(feed: PatientFeed, patients: Patients) -> None:
    for patient_id in (ANN, BOB):
        patients.announce(patient_id)
    patients.merge(ANN, BOB)
    assert b"MSA|AE" in answer(adt("A01", pid("new1^^^&2.999.31&ISO", BOB)), feed)
    assert patients.standing("new1^^^&2.999.31&ISO") is Standing.UNKNOWN


@pytest.mark.parametrize(
    ("message", "segment"),
    [
        (adt("A40", pid(ANN), f"MRG|{BOB}", pid("cid9^^^&2.999.31&ISO"), "MRG|dan1^^^&2.999.31&ISO"), "PID"),
        (adt("A40", pid(ANN), f"MRG|{BOB}", "MRG|dan1^^^&2.999.31&ISO"), "MRG"),
        (adt("A01", pid(ANN), pid("cid9^^^&2.999.31&ISO")), "PID"),
    ],
)
def test_a_message_about_several_patients_is_refused_whole(
    feed: PatientFeed, patients: Patients, message: bytes, segment: str
) -> None:
    patients.announce(BOB)
    reply = segments(answer(message, feed))
    assert reply["MSA"][1] == "AE"
    assert (reply["ERR"][2], reply["ERR"][3][:4]) == (f"{segment}^2", "100^")
    assert patients.standing(BOB) is Standing.KNOWN
    assert patients.standing(ANN) is Standing.UNKNOWN


def test_a_subsumed_patient_cannot_be_announced_again(feed: PatientFeed, patients: Patients) -> None:
    patients.announce(ANN)
    patients.announce(BOB)
    patients.merge(ANN, BOB)
    assert b"MSA|AE" in answer(adt("A04", pid(BOB)), feed)


@pytest.mark.parametrize(
    ("message", "acknowledgement", "code"),
    [
        (adt("A03", pid(ANN)), "AR", "201"),
        (adt("A01", pid(ANN)).replace(b"ADT^A01", b"ORU^R01"), "AR", "200"),
        (adt("A01", pid(ANN), version="3.0"), "AR", "203"),
        (adt("A01"), "AE", "100"),
        (adt("A01", "PID|||"), "AE", "101"),
        (adt("A01", "PID|1"), "AE", "101"),
        (adt("A40", pid(ANN)), "AE", "100"),
        (b"", "AR", "100"),
        (b"hello", "AR", "100"),
        (b"MSH", "AR", "200"),
        (b"MSH|", "AR", "200"),
        (b"\xff\xfe\x00", "AR", "100"),
    ],
)
def test_a_message_that_is_not_taken_is_answered_with_the_reason(
    feed: PatientFeed, message: bytes, acknowledgement: str, code: str
) -> None:
    reply = segments(answer(message, feed))
    assert reply["MSA"][1] == acknowledgement
    assert reply["ERR"][3].split("^")[0] == code
    assert reply["ERR"][1] == ""
    assert reply["ERR"][4] == "E"
    assert reply["ERR"][8]


@pytest.mark.parametrize(
    ("good", "bad", "place", "code"),
    [
        (b"ADT^A01", b"ZZZ^Z01", "MSH^1^9^1^1", "200^Unsupported message type^HL70357"),
        (b"ADT^A01", b"ADT^Z99", "MSH^1^9^1^2", "201^Unsupported trigger event^HL70357"),
    ],
)
def test_a_rejection_says_which_component_of_msh_9_it_does_not_know(
    feed: PatientFeed, good: bytes, bad: bytes, place: str, code: str
) -> None:
    reply = segments(answer(adt("A01", pid(ANN)).replace(good, bad), feed))
    assert (reply["MSA"][1], reply["ERR"][2], reply["ERR"][3]) == ("AR", place, code)


def test_an_acknowledgement_that_is_not_ascii_says_so(feed: PatientFeed) -> None:
    """ITI TF-2 C.2.2: MSH-18 is there if the message needs it, and only then."""
    plain = segments(answer(adt("A01", pid(ANN)), feed))["MSH"]
    assert len(plain) == 12
    told = segments(answer(adt("A40", pid(ANN), "MRG|zoé^^^&2.999.31&ISO"), feed))["MSH"]
    assert told[17] == "UNICODE UTF-8"


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_other_line_ends_are_taken(feed: PatientFeed, patients: Patients, line_end: bytes) -> None:
    assert b"MSA|AA" in answer(adt("A01", pid(ANN)).replace(b"\r", line_end), feed)
    assert patients.standing(ANN) is Standing.KNOWN


def test_latin_1_and_escapes_are_read(feed: PatientFeed, patients: Patients) -> None:
    message = adt("A01", "PID|||é\\T\\7^^^&2.999.31&ISO").decode().encode("latin-1")
    assert b"MSA|AA" in answer(message, feed)
    assert patients.standing("é\\T\\7^^^&2.999.31&ISO") is Standing.KNOWN


def test_the_sender_chooses_the_separators(feed: PatientFeed, patients: Patients) -> None:
    message = adt("A01", pid(ANN)).replace(b"|", b"#").replace(b"^", b"!").replace(b"&", b"$")
    assert answer(message, feed).startswith(b"MSH#!~\\$#CARNET#")
    assert patients.standing(ANN) is Standing.KNOWN


def test_without_a_database_the_sender_is_told_to_come_again(feed: PatientFeed, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    database = Database.open(f"sqlite:///{tmp_path}/empty/registry.sqlite")
    domain = AffinityDomain.open()
    reply = segments(answer(adt("A01", pid(ANN)), PatientFeed(Patients(database, domain), domain)))
    database.close()
    assert (reply["MSA"][1], reply["ERR"][3][:3]) == ("AR", "207")


@given(st.one_of(st.binary(max_size=200), st.text(alphabet="MSHPID|^~\\&\r01A", max_size=200).map(str.encode)))
@example(b"MSH^~|")
@example(b"MSH|^~\\&|a\rPID")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_is_answered(feed: PatientFeed, message: bytes) -> None:
    reply = answer(message, feed)
    assert reply.startswith(b"MSH")
    assert b"MSA" in reply


def test_a_message_that_is_too_long_ends_the_connection(connect: Callable[[], Sender]) -> None:
    sender = connect()
    sender.send(b"\x0b" + b"x" * (LIMITS.message + 70_000))
    assert sender.is_let_go()


def test_a_sender_that_stalls_is_let_go_and_others_are_served(connect: Callable[[], Sender]) -> None:
    stalling, other = connect(), connect()
    stalling.send(b"\x0bMSH|^~")
    assert other.ask(adt("A01", pid(ANN)))["MSA"][1] == "AA"
    assert stalling.is_let_go()


def test_each_message_is_told_for_logs_without_what_it_says_of_the_patient(
    connect: Callable[[], Sender], exchanges: list[Exchange]
) -> None:
    sender = connect()
    sender.ask(adt("A01", pid(ANN)))
    sender.ask(adt("A40", pid(ANN), "MRG|nobody^^^&2.999.31&ISO"))
    good, bad = exchanges
    assert (good.transaction, good.message_id, good.outcome, good.error_codes) == ("ITI-8", "MSG-1", "Success", ())
    assert (bad.outcome, bad.error_codes) == ("Failure", ("AE",))
    told = [replace(exchange, audit={}) for exchange in exchanges]
    assert not {"Martin", "nobody", "ann7"} & set(str(told).replace("^", " ").replace("'", " ").split())


def test_the_audit_trail_is_told_which_patients_a_message_is_about(
    connect: Callable[[], Sender], exchanges: list[Exchange]
) -> None:
    connect().ask(adt("A40", pid(ANN), "MRG|nobody^^^&2.999.31&ISO"))
    (exchange,) = exchanges
    assert exchange.audit["trigger"] == "A40"
    assert exchange.audit["subsumed"] == ("nobody^^^&2.999.31&ISO",)
    assert len(exchange.audit["patient_ids"]) == 1
