"""Syslog frames and headers, and the delivery of the journal: to a collector of these tests, and to a real rsyslog."""

import contextlib
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from security.audit.journal import Journal
from security.audit.message import ActiveParticipant, AuditEvent, AuditSource, Code
from security.audit.reading import PositionFile
from security.audit.shipping import POSITION, Shipper
from security.audit.syslog import (
    Collector,
    FrameError,
    Origin,
    collector_context,
    read_frames,
    syslog_message,
    write_frame,
)
from security.audit.trail import AuditTrail, AuditUnavailable
from security.audit.verification import verify
from security.issuing import AUTHENTICATION, SERVER, CertifiedKey, Issuer, KeyKind, Request, Validity, new_key
from security.keyfiles import certificates_pem, key_pem, write_private

ORIGIN = Origin("host.example", "carnet", "4711")
NOTHING: tuple[float, float] = (0.05, 0.1)


# --- frames and headers


@given(st.lists(st.binary(min_size=1)), st.integers(0, 50))
def test_frames_read_back_and_an_unfinished_one_waits(messages: list[bytes], cut: int) -> None:
    frames = [write_frame(message) for message in messages]
    whole = b"".join(frames)
    assert read_frames(whole) == (messages, b"")
    received, rest = read_frames(whole[: max(0, len(whole) - cut)])
    assert received == messages[: len(received)]
    assert b"".join(frames[: len(received)]) + rest == whole[: max(0, len(whole) - cut)]


@pytest.mark.parametrize("data", [b"x 1", b"-1 x", b"0 ", b"05 abcde", b" abc", b"99999999999 x", b"1" * 30])
def test_what_has_no_octet_count_is_refused(data: bytes) -> None:
    with pytest.raises(FrameError):
        read_frames(data)


def test_the_header_is_that_of_the_profile() -> None:
    message = b'<AuditMessage><EventIdentification EventOutcomeIndicator="0"/></AuditMessage>'
    assert syslog_message(message, "2026-03-05T10:16:03.120Z", ORIGIN) == (
        b"<85>1 2026-03-05T10:16:03.120Z host.example carnet 4711 IHE+RFC-3881 - " + message
    )


def test_a_failure_is_a_warning() -> None:
    message = b'<AuditMessage><EventIdentification EventOutcomeIndicator="4"/></AuditMessage>'
    assert syslog_message(message, "2026-03-05T10:16:03.120Z", ORIGIN).startswith(b"<84>1 ")


@given(st.text(), st.text(), st.text())
def test_no_name_breaks_the_header(host: str, application: str, process: str) -> None:
    fields = syslog_message(b"x", "T", Origin(host, application, process)).split(b" ")
    assert len(fields) == 8
    assert all(fields)
    assert len(fields[3]) <= 48


@pytest.mark.parametrize("url", ["collector", "tcp://c:1", "tls://", "tls://c:1/path", "udp://c:x", "http://c"])
def test_a_collector_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - some are of the standard library
        Collector.parse(url, ssl.create_default_context)


def test_ports_have_their_defaults() -> None:
    assert str(Collector.parse("tls://[::1]", ssl.create_default_context)) == "tls://[::1]:6514"
    assert str(Collector.parse("udp://arr.example")) == "udp://arr.example:514"


# --- keys


@dataclass(frozen=True)
class Keys:
    """PEM files: authority, the collector's, the client's, a stranger's."""

    directory: Path

    def context(self, who: str = "client") -> ssl.SSLContext:
        return collector_context(
            self.directory / "ca.pem", self.directory / f"{who}.pem", self.directory / f"{who}.key"
        )


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    directory = tmp_path_factory.mktemp("keys")
    validity = Validity.around(datetime.now(UTC), days=30)

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    root = Issuer.root(name("Audit Root"), validity, new_key(KeyKind.P256))
    other = Issuer.root(name("Other Root"), validity, new_key(KeyKind.P256))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])

    def keep(label: str, certified: CertifiedKey) -> None:
        (directory / f"{label}.pem").write_bytes(certificates_pem(certified.certificate))
        write_private(directory / f"{label}.key", key_pem(certified.key))

    keep("collector", root.issue(Request(name("localhost"), SERVER, validity, (names,)), new_key(KeyKind.P256)))
    keep("client", root.issue(Request(name("client"), AUTHENTICATION, validity), new_key(KeyKind.P256)))
    keep("stranger", other.issue(Request(name("client"), AUTHENTICATION, validity), new_key(KeyKind.P256)))
    (directory / "ca.pem").write_bytes(certificates_pem(root.certificate))
    return Keys(directory)


# --- a collector of these tests


def wait_for(what: Callable[[], bool], told: Callable[[], object] = lambda: "") -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline, told()
        time.sleep(0.02)


@dataclass
class Listening:
    """Takes frames over TLS from clients with a certificate; may be broken off and started again on its port."""

    keys: Keys
    port: int = 0
    received: list[bytes] = field(default_factory=list)
    connections: list[ssl.SSLSocket] = field(default_factory=list)

    def start(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.keys.directory / "collector.pem", self.keys.directory / "collector.key")
        context.load_verify_locations(self.keys.directory / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener, context), daemon=True).start()

    def break_off(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        while self.connections:
            connection = self.connections.pop()
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self, listener: socket.socket, context: ssl.SSLContext) -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain, context), daemon=True).start()

    def _serve(self, plain: socket.socket, context: ssl.SSLContext) -> None:
        rest = b""
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                self.connections.append(connection)
                while data := connection.recv(65_536):
                    messages, rest = read_frames(rest + data)
                    self.received += [message.partition(b" - ")[2] for message in messages]
                connection.unwrap()
        except (OSError, ValueError):
            pass  # ValueError: broken off, and no TLS left to end

    def collector(self, keys: Keys, who: str = "client") -> Collector:
        return Collector.parse(f"tls://localhost:{self.port}", lambda: keys.context(who))


@pytest.fixture
def listening(keys: Keys) -> Iterator[Listening]:
    one = Listening(keys)
    one.start()
    yield one
    one.break_off()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    one = Journal(tmp_path / "audit", sync=0)
    yield one
    one.close()


def shipper(journal: Journal, collector: Collector, settled: float = 10.0) -> Shipper:
    one = Shipper(journal.directory, collector, ORIGIN, interval=0.02, retry=NOTHING, settled=settled)
    one.start()
    return one


def numbered(*numbers: int) -> list[bytes]:
    return [f"<m n='{number}'/>".encode() for number in numbers]


def test_every_record_arrives_once_and_in_order(journal: Journal, listening: Listening, keys: Keys) -> None:
    sending = shipper(journal, listening.collector(keys))
    messages = numbered(*range(300))
    for message in messages:
        journal.append(message)
    wait_for(lambda: len(listening.received) >= 300)
    sending.stop()
    assert listening.received == messages
    assert PositionFile(journal.directory / POSITION).read().mark.sequence == 300


def test_after_an_orderly_end_nothing_is_sent_twice(journal: Journal, listening: Listening, keys: Keys) -> None:
    for number in (1, 2):
        journal.append(numbered(number)[0])
        sending = shipper(journal, listening.collector(keys))
        wait_for(lambda number=number: len(listening.received) >= number)  # type: ignore[misc]
        sending.stop()
    assert listening.received == numbered(1, 2)


def test_a_collector_that_was_away_gets_everything_when_it_is_back(
    journal: Journal, listening: Listening, keys: Keys
) -> None:
    sending = shipper(journal, listening.collector(keys))
    journal.append(b"<before/>")
    wait_for(lambda: listening.received == [b"<before/>"])
    listening.break_off()
    messages = numbered(*range(500))
    for message in messages:
        assert journal.append(message)
    listening.start()
    wait_for(lambda: set(messages) <= set(listening.received))
    sending.stop()
    assert list(dict.fromkeys(listening.received)) == [b"<before/>", *messages]


def test_what_went_into_a_connection_that_broke_soon_after_is_sent_again(
    journal: Journal, listening: Listening, keys: Keys
) -> None:
    sending = shipper(journal, listening.collector(keys))
    messages = numbered(*range(20))
    for message in messages:
        journal.append(message)
    wait_for(lambda: listening.received == messages)
    listening.break_off()
    listening.start()
    wait_for(lambda: listening.received == messages + messages)
    sending.stop()


def test_what_is_settled_is_not_sent_again(journal: Journal, listening: Listening, keys: Keys) -> None:
    sending = shipper(journal, listening.collector(keys), settled=0.1)
    journal.append(b"<old/>")
    wait_for(lambda: PositionFile(journal.directory / POSITION).read().mark.sequence == 1)
    listening.break_off()
    listening.start()
    journal.append(b"<new/>")
    wait_for(lambda: b"<new/>" in listening.received)
    sending.stop()
    assert listening.received == [b"<old/>", b"<new/>"]


def test_a_killed_sender_goes_on_where_it_was(journal: Journal, listening: Listening, keys: Keys) -> None:
    program = (
        "import sys, time, pathlib\n"
        "from security.audit.shipping import Shipper\n"
        "from security.audit.syslog import Collector, Origin, collector_context\n"
        "directory, url, keys = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])\n"
        "context = lambda: collector_context(keys / 'ca.pem', keys / 'client.pem', keys / 'client.key')\n"
        "Shipper(directory, Collector.parse(url, context), Origin('h', 'a', 'p'), interval=0.02).start()\n"
        "time.sleep(100)\n"
    )
    messages = numbered(*range(400))
    for message in messages:
        journal.append(message)
    url = f"tls://localhost:{listening.port}"
    command = [sys.executable, "-c", program, str(journal.directory), url, str(keys.directory)]
    killed = subprocess.Popen(command)
    wait_for(lambda: len(listening.received) > 150)
    killed.kill()
    killed.wait()
    sending = shipper(journal, listening.collector(keys))
    wait_for(lambda: set(listening.received) == set(messages))
    sending.stop()


def test_only_one_of_many_processes_delivers(journal: Journal, listening: Listening, keys: Keys) -> None:
    first = shipper(journal, listening.collector(keys))
    wait_for(lambda: len(listening.connections) == 1)
    second = shipper(journal, listening.collector(keys))
    journal.append(b"<one/>")
    wait_for(lambda: listening.received == [b"<one/>"])
    first.stop()
    journal.append(b"<two/>")
    wait_for(lambda: listening.received == [b"<one/>", b"<two/>"])
    second.stop()


def test_a_collector_that_does_not_believe_us_gets_nothing_and_the_journal_keeps_all(
    journal: Journal, listening: Listening, keys: Keys
) -> None:
    sending = shipper(journal, listening.collector(keys, "stranger"))
    for message in numbered(*range(150)):
        journal.append(message)
    time.sleep(0.3)
    sending.stop()
    assert listening.received == []
    sending = shipper(journal, listening.collector(keys))
    wait_for(lambda: set(listening.received) == set(numbered(*range(150))))
    sending.stop()


@pytest.mark.parametrize("who", ["client", "stranger"])
def test_only_who_read_everything_confirms_it(keys: Keys, who: str) -> None:
    """TLS 1.3 lets us send, and end, before the collector has looked at our certificate; then comes its alert."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        collector = Collector.parse(f"tls://localhost:{listener.getsockname()[1]}", lambda: keys.context(who))
        late = threading.Thread(target=_look_late, args=(listener, keys), daemon=True)
        late.start()
        connection = collector.connect()
        connection.send(b"<m/>")
        assert connection.finish() is (who == "client")
        late.join()


def _look_late(listener: socket.socket, keys: Keys) -> None:
    """A collector that looks at what the client shows and says only when it has said everything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys.directory / "collector.pem", keys.directory / "collector.key")
    context.load_verify_locations(keys.directory / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_side=True)

    def until_done(step: Callable[[], object]) -> None:
        """Byte by byte, so as to leave unread what comes after a refusal."""
        while True:
            try:
                step()
            except ssl.SSLWantReadError:
                plain.sendall(outgoing.read())
                if tls.version() and not waited:
                    time.sleep(0.3)
                    waited.append(True)
                incoming.write(plain.recv(1))
            else:
                break

    waited: list[bool] = []
    plain, _ = listener.accept()
    with plain, contextlib.suppress(OSError):
        try:
            until_done(tls.do_handshake)
            with contextlib.suppress(ssl.SSLZeroReturnError):
                until_done(lambda: tls.read(65_536) and until_done(lambda: tls.read(1)))
            until_done(tls.unwrap)
        finally:
            plain.sendall(outgoing.read())
            time.sleep(0.1)


def test_udp_carries_one_message_a_datagram(journal: Journal) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiving:
        receiving.bind(("127.0.0.1", 0))
        receiving.settimeout(20)
        sending = shipper(journal, Collector.parse(f"udp://127.0.0.1:{receiving.getsockname()[1]}"))
        journal.append(b"<one/>")
        assert receiving.recv(65_536).endswith(b" IHE+RFC-3881 - <one/>")
        sending.stop()


# --- the trail

EVENT = AuditEvent(Code("110112", "DCM", "Query"), "E", (), (ActiveParticipant("me", True),))


def test_a_trail_records_delivers_and_ends_without_leaving_anything_behind(
    tmp_path: Path, listening: Listening, keys: Keys
) -> None:
    trail = AuditTrail(tmp_path / "audit", AuditSource("REG1"), collector=listening.collector(keys), origin=ORIGIN)
    trail.start()
    trail.check()
    trail.record(EVENT, EVENT)
    wait_for(lambda: len(listening.connections) == 1)
    trail.record(EVENT)
    trail.close()
    assert len(listening.received) == 3
    assert b'AuditSourceID="REG1"' in listening.received[0]
    assert verify(tmp_path / "audit").records == 3


def test_a_trail_that_cannot_be_written_says_so_and_lets_the_transaction_go_on(tmp_path: Path) -> None:
    (tmp_path / "audit").write_bytes(b"a file where the directory should be")
    trail = AuditTrail(tmp_path / "audit", AuditSource("REG1"))
    trail.record(EVENT)
    with pytest.raises(AuditUnavailable, match="cannot be written"):
        trail.check()
    (tmp_path / "audit").unlink()
    time.sleep(1.1)
    trail.check()
    trail.close()
    assert verify(tmp_path / "audit").records == 1


def test_a_gap_in_the_trail_is_itself_recorded(tmp_path: Path) -> None:
    (tmp_path / "audit").write_bytes(b"a file where the directory should be")
    trail = AuditTrail(tmp_path / "audit", AuditSource("REG1"), journal=Journal(tmp_path / "audit", backlog=1_000))
    for _ in range(10):
        trail.record(EVENT)
    (tmp_path / "audit").unlink()
    time.sleep(1.1)
    trail.check()
    trail.record(EVENT)
    trail.close()
    content = b"".join(path.read_bytes() for path in (tmp_path / "audit").glob("*.journal"))
    assert b"audit records could not be written and are lost" in content


# --- a real rsyslog

RSYSLOGD = shutil.which("rsyslogd") or "/usr/sbin/rsyslogd"


def driver() -> str:
    """The TLS driver that rsyslog has here."""
    modules = [path for where in ("/usr/lib", "/usr/lib64") for path in Path(where).glob("**/rsyslog/lmnsd_*.so")]
    names = {path.stem.removeprefix("lmnsd_") for path in modules}
    for name in ("gtls", "ossl"):
        if name in names:
            return name
    return ""


needs_rsyslog = pytest.mark.skipif(
    not (Path(RSYSLOGD).exists() and driver()),
    reason="no rsyslogd with TLS here: apt-get install rsyslog rsyslog-gnutls",
)


@dataclass
class Rsyslog:
    """rsyslog as an audit record repository, in the foreground, with its own configuration."""

    directory: Path
    keys: Keys
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def output(self) -> list[str]:
        path = self.directory / "received"
        return path.read_text(errors="replace").splitlines() if path.exists() else []

    def start(self) -> None:
        configuration = self.directory / "rsyslog.conf"
        configuration.write_text(
            f'global(workDirectory="{self.directory}" maxMessageSize="1m" defaultNetstreamDriver="{driver()}"\n'
            f' defaultNetstreamDriverCAFile="{self.keys.directory}/ca.pem"\n'
            f' defaultNetstreamDriverCertFile="{self.keys.directory}/collector.pem"\n'
            f' defaultNetstreamDriverKeyFile="{self.keys.directory}/collector.key")\n'
            f'module(load="imtcp" streamDriver.name="{driver()}" streamDriver.mode="1"'
            ' streamDriver.authMode="x509/certvalid")\n'
            'template(name="told" type="string"'
            ' string="%pri% %protocol-version% %hostname% %app-name% %procid% %msgid% %structured-data% %msg%\\n")\n'
            'ruleset(name="kept") { action(type="omfile" template="told"'
            f' file="{self.directory}/received" flushOnTXEnd="on") }}\n'
            f'input(type="imtcp" address="127.0.0.1" port="{self.port}" ruleset="kept")\n'
        )
        command = [RSYSLOGD, "-n", "-f", str(configuration), "-i", str(self.directory / "pid")]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(self._listens, lambda: (self.directory / "log").read_text())

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(20)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


@pytest.fixture
def rsyslog(tmp_path: Path, keys: Keys) -> Iterator[Rsyslog]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "rsyslog").mkdir()
    one = Rsyslog(tmp_path / "rsyslog", keys, port)
    one.start()
    yield one
    one.stop()


@needs_rsyslog
def test_rsyslog_over_mutual_tls_receives_the_messages_as_they_were_sent(
    tmp_path: Path, rsyslog: Rsyslog, keys: Keys
) -> None:
    collector = Collector.parse(f"tls://localhost:{rsyslog.port}", keys.context)
    trail = AuditTrail(tmp_path / "audit", AuditSource("REG1"), collector=collector, origin=ORIGIN)
    trail.start()
    trail.record(EVENT)
    wait_for(lambda: len(rsyslog.output) == 1, lambda: (rsyslog.directory / "log").read_text())
    trail.close()
    (line,) = rsyslog.output
    assert line.startswith("85 1 host.example carnet 4711 IHE+RFC-3881 - <?xml")
    assert line.endswith("</AuditMessage>")


@needs_rsyslog
def test_rsyslog_gets_what_happened_while_it_was_away(journal: Journal, rsyslog: Rsyslog, keys: Keys) -> None:
    sending = shipper(journal, Collector.parse(f"tls://localhost:{rsyslog.port}", keys.context))
    journal.append(b"<m n='0'/>")
    wait_for(lambda: len(rsyslog.output) == 1, lambda: (rsyslog.directory / "log").read_text())
    rsyslog.stop()
    for message in numbered(*range(1, 200)):
        journal.append(message)
    rsyslog.start()
    expected = {message.decode() for message in numbered(*range(200))}

    def received() -> set[str]:
        return {line.partition(" - ")[2].strip() for line in rsyslog.output}

    wait_for(lambda: received() == expected, received)
    sending.stop()


@needs_rsyslog
def test_rsyslog_takes_nothing_from_a_stranger(journal: Journal, rsyslog: Rsyslog, keys: Keys) -> None:
    sending = shipper(journal, Collector.parse(f"tls://localhost:{rsyslog.port}", lambda: keys.context("stranger")))
    journal.append(b"<m/>")
    time.sleep(0.5)
    sending.stop()
    assert rsyslog.output == []
