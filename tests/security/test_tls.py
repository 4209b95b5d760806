"""TLS over real sockets: who gets in, what the server sees of him, and new files without a restart."""

import contextlib
import shutil
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from dmp.authority import Authority
from dmp.authority_files import renew_crls
from dmp.authority_files import write as write_authority
from security.certificates import CertificateRefused, LiveTrust, TrustStore, Usage
from security.issuing import AUTHENTICATION, CertifiedKey, KeyKind, Purpose, Request, Validity, new_key, self_signed
from security.keyfiles import KeyFileError, certificates_pem, key_pem
from security.tls import HandshakeRefused, ServerTls, client_context
from security.tlscontexts import SUITES

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


class Server:
    """Wraps each connection in a thread, as a worker does, and echoes what it reads."""

    def __init__(self, tls: ServerTls) -> None:
        self.tls = tls
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.seen: list[bytes | None] = []
        self.refused: list[HandshakeRefused] = []
        self.answered = threading.Semaphore(0)
        self._pool = ThreadPoolExecutor(8)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self.listener.accept()
            except OSError:
                return
            self._pool.submit(self._serve, accepted)

    def _serve(self, accepted: socket.socket) -> None:
        try:
            with self.tls.wrap(accepted) as connection:
                self.seen.append(connection.getpeercert(True))
                while data := connection.recv(100):
                    connection.sendall(data)
        except HandshakeRefused as refused:
            self.refused.append(refused)
        except OSError:
            pass
        finally:
            self.answered.release()

    def close(self) -> None:
        self.listener.close()
        self.tls.close()
        self._pool.shutdown()


@pytest.fixture
def directory(pki: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pki, tmp_path / "pki"))


@pytest.fixture
def start(directory: Path) -> Iterator[Callable[..., Server]]:
    with contextlib.ExitStack() as stack:

        def started(**options: object) -> Server:
            trust = LiveTrust(directory, interval=3600)
            tls = ServerTls(directory / "server.pem", directory / "server.key", trust, interval=3600, **options)  # type: ignore[arg-type]
            server = Server(tls)
            stack.callback(server.close)
            return server

        yield started


@pytest.fixture
def context(directory: Path) -> Callable[..., ssl.SSLContext]:
    store = TrustStore.load(directory)

    def made(own: CertifiedKey | None, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        context = client_context(store, own)
        if version is not None:
            context.minimum_version = context.maximum_version = version
        return context

    return made


def talk(server: Server, context: ssl.SSLContext) -> bytes | None:
    """What comes back for `hello`; None when the server does not want us."""
    try:
        with (
            socket.create_connection(server.address, timeout=20) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            connection.sendall(b"hello")
            return connection.recv(100) or None
    except (ssl.SSLError, ConnectionError):
        return None


GOOD = ("doctor", "nurse", "pharmacist", "secretary", "hospital", "clinic")
BAD = {
    "expired": "expired",
    "not-yet-valid": "not-yet-valid",
    "revoked": "revoked",
    "wrong-usage": "wrong-usage",
    "wrong-key-usage": "wrong-usage",
    "self-signed": "self-signed",
    "stranger": "unknown-issuer",
}


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_a_good_certificate_gets_in_and_the_server_sees_its_bytes(
    authority: Authority,
    start: Callable[..., Server],
    context: Callable[..., ssl.SSLContext],
    version: ssl.TLSVersion,
) -> None:
    server = start()
    for name in GOOD:
        own = authority.identities[name].authentication
        assert talk(server, context(own, version)) == b"hello", name
        assert server.seen.pop() == own.certificate.public_bytes(Encoding.DER)
    assert server.refused == []


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
@pytest.mark.parametrize("flaw", BAD)
@pytest.mark.parametrize("holder", ["doctor", "hospital"])
def test_a_bad_certificate_does_not_get_in(
    authority: Authority,
    start: Callable[..., Server],
    context: Callable[..., ssl.SSLContext],
    version: ssl.TLSVersion,
    flaw: str,
    holder: str,
) -> None:
    told: list[HandshakeRefused] = []
    server = start(refused=told.append)
    own = authority.bad[f"{holder}-{flaw}"].authentication
    assert talk(server, context(own, version)) is None
    assert server.answered.acquire(timeout=20)
    assert server.seen == []
    assert [refused.reason for refused in server.refused] == [BAD[flaw]]
    assert told == server.refused
    assert told[0].address == "127.0.0.1"


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_no_certificate_does_not_get_in(
    start: Callable[..., Server], context: Callable[..., ssl.SSLContext], version: ssl.TLSVersion
) -> None:
    server = start()
    assert talk(server, context(None, version)) is None
    assert server.answered.acquire(timeout=20)
    assert [refused.reason for refused in server.refused] == ["no-certificate"]


@pytest.mark.parametrize("name", ["doctor", "hospital"])
def test_a_signature_certificate_opens_no_connection(
    authority: Authority, start: Callable[..., Server], context: Callable[..., ssl.SSLContext], name: str
) -> None:
    server = start()
    assert talk(server, context(authority.identities[name].signature)) is None
    assert server.answered.acquire(timeout=20)
    assert [refused.reason for refused in server.refused] == ["wrong-usage"]


def test_a_certificate_without_extended_usage_opens_no_connection(
    authority: Authority, start: Callable[..., Server], context: Callable[..., ssl.SSLContext]
) -> None:
    """OpenSSL takes it for any purpose; the second look does not, and its bytes are known."""
    server = start()
    purpose = Purpose(AUTHENTICATION.key_usage)
    subject = authority.identities["doctor"].authentication.certificate.subject
    request = Request(subject, purpose, Validity.around(datetime.now(UTC), days=2))
    bare = authority.hierarchy.persons.issue(request, new_key(KeyKind.P256))
    assert talk(server, context(bare)) is None
    assert server.answered.acquire(timeout=20)
    assert [refused.reason for refused in server.refused] == ["wrong-usage"]
    assert server.refused[0].certificate == bare.certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_a_client_may_be_believed_by_itself(
    authority: Authority,
    directory: Path,
    start: Callable[..., Server],
    context: Callable[..., ssl.SSLContext],
    version: ssl.TLSVersion,
) -> None:
    """The certificate of a node that nobody signed opens connections, and no other does. # ITI TF-2 3.19.6.1.2"""
    own, other = (lone(authority, name) for name in ("doctor", "nurse"))
    (directory / "peers").mkdir()
    (directory / "peers" / "own.pem").write_bytes(certificates_pem(own.certificate))
    server = start()
    assert talk(server, context(own, version)) == b"hello"
    assert server.seen.pop() == own.certificate.public_bytes(Encoding.DER)
    assert talk(server, context(other, version)) is None
    assert talk(server, context(authority.identities["nurse"].authentication, version)) == b"hello"
    bad = authority.bad["doctor-revoked"].authentication
    assert talk(server, context(bad, version)) is None
    for _ in range(4):
        assert server.answered.acquire(timeout=20)
    assert server.refused[-1].reason == "revoked"
    (directory / "peers" / "own.pem").unlink()
    server.tls.refresh()
    assert talk(server, context(own, version)) is None


def test_a_peer_must_be_in_force_and_signs_nothing(authority: Authority, directory: Path) -> None:
    own = lone(authority, "doctor")
    (directory / "peers").mkdir()
    (directory / "peers" / "own.pem").write_bytes(certificates_pem(own.certificate))
    store = TrustStore.load(directory)
    at = datetime.now(UTC)
    assert store.validate(own.certificate, Usage.AUTH, at=at).chain == (own.certificate,)
    for usage in (Usage.SIGN, Usage.SEAL, Usage.SERVER):
        with pytest.raises(CertificateRefused):
            store.validate(own.certificate, usage, at=at)
    with pytest.raises(CertificateRefused, match="expired"):
        store.validate(own.certificate, Usage.AUTH, at=at + timedelta(days=30))


def lone(authority: Authority, name: str) -> CertifiedKey:
    """A key whose certificate nobody signed, and which says nothing of what it is for."""
    subject = authority.identities[name].authentication.certificate.subject
    request = Request(subject, Purpose(AUTHENTICATION.key_usage), Validity.around(datetime.now(UTC), days=2))
    return self_signed(request, new_key(KeyKind.P256))


def test_a_server_without_a_trust_store_asks_nobody(directory: Path, context: Callable[..., ssl.SSLContext]) -> None:
    server = Server(ServerTls(directory / "server.pem", directory / "server.key", interval=3600))
    assert talk(server, context(None)) == b"hello"
    server.close()


def test_old_versions_and_other_suites_are_refused(
    start: Callable[..., Server], authority: Authority, context: Callable[..., ssl.SSLContext]
) -> None:
    server = start()
    own = authority.identities["doctor"].authentication
    old = context(own)
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    assert talk(server, old) is None
    weak = context(own, ssl.TLSVersion.TLSv1_2)
    weak.set_ciphers("AES256-SHA256:DHE-RSA-AES256-GCM-SHA384")
    assert talk(server, weak) is None


@pytest.mark.parametrize("suite", SUITES[:4])
def test_each_suite_of_the_french_profile_works(
    start: Callable[..., Server], authority: Authority, context: Callable[..., ssl.SSLContext], suite: str
) -> None:
    one = context(authority.identities["doctor"].authentication, ssl.TLSVersion.TLSv1_2)
    one.set_ciphers(suite)
    assert talk(start(), one) == b"hello"


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_a_revocation_counts_without_a_restart_even_for_a_resumed_session(
    directory: Path,
    authority: Authority,
    start: Callable[..., Server],
    context: Callable[..., ssl.SSLContext],
    version: ssl.TLSVersion,
) -> None:
    server, own = start(), authority.identities["nurse"].authentication
    mine = context(own, version)
    with (
        socket.create_connection(server.address) as plain,
        mine.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        connection.sendall(b"hello")
        assert connection.recv(100) == b"hello"
        session = connection.session
        renew_crls(directory, datetime.now(UTC), revoke=(own.certificate,))
        assert server.tls.refresh()
        connection.sendall(b"more")
        assert connection.recv(100) == b"more", "a connection that stands keeps its context"
    assert server.answered.acquire(timeout=20)
    assert talk(server, mine) is None
    with (
        contextlib.suppress(OSError),
        socket.create_connection(server.address) as plain,
        mine.wrap_socket(plain, server_hostname="localhost", session=session) as connection,
    ):
        connection.sendall(b"hello")
        assert not connection.recv(100)
    assert server.answered.acquire(timeout=20)
    assert server.answered.acquire(timeout=20)
    assert [refused.reason for refused in server.refused] == ["revoked", "revoked"]
    assert len(server.seen) == 1
    assert not server.tls.refresh()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_a_resumed_session_shows_the_same_certificate(
    authority: Authority,
    start: Callable[..., Server],
    context: Callable[..., ssl.SSLContext],
    version: ssl.TLSVersion,
) -> None:
    server, own = start(), authority.identities["doctor"].authentication
    mine, session = context(own, version), None
    for resumed in (False, True):
        with (
            socket.create_connection(server.address) as plain,
            mine.wrap_socket(plain, server_hostname="localhost", session=session) as connection,
        ):
            connection.sendall(b"hello")
            assert connection.recv(100) == b"hello"
            assert connection.session_reused is resumed
            session = connection.session
    assert server.seen == [own.certificate.public_bytes(Encoding.DER)] * 2


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_a_refused_client_reads_why_though_it_was_still_sending(
    authority: Authority,
    start: Callable[..., Server],
    context: Callable[..., ssl.SSLContext],
    version: ssl.TLSVersion,
) -> None:
    server, mine = start(), context(authority.bad["doctor-revoked"].authentication, version)

    def ask() -> None:
        with (
            socket.create_connection(server.address) as plain,
            mine.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            connection.sendall(b"POST /repository HTTP/1.1\r\n" * 100)
            connection.recv(100)

    for _ in range(5):
        with pytest.raises(ssl.SSLError, match="CERTIFICATE_REVOKED"):
            ask()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_keys_on_p256_serve_as_well(tmp_path: Path, version: ssl.TLSVersion) -> None:
    small = Authority.make(datetime.now(UTC), KeyKind.P256)
    write_authority(small, tmp_path)
    trust = LiveTrust(tmp_path, interval=3600)
    server = Server(ServerTls(tmp_path / "server.pem", tmp_path / "server.key", trust, interval=3600))
    mine = client_context(TrustStore.load(tmp_path), small.identities["doctor"].authentication)
    mine.minimum_version = mine.maximum_version = version
    assert talk(server, mine) == b"hello"
    server.close()


def test_a_new_server_certificate_is_shown_without_a_restart(
    directory: Path,
    authority: Authority,
    start: Callable[..., Server],
    context: Callable[..., ssl.SSLContext],
) -> None:
    told: list[Exception] = []
    server, mine = start(failed=told.append), context(authority.identities["doctor"].authentication)

    def shown() -> bytes | None:
        with (
            socket.create_connection(server.address) as plain,
            mine.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            return connection.getpeercert(True)

    assert shown() == authority.server.certificate.public_bytes(Encoding.DER)
    new = authority.hierarchy.organisations.issue(
        Request(
            authority.server.certificate.subject,
            Purpose(frozenset({"digital_signature"}), (ExtendedKeyUsageOID.SERVER_AUTH,)),
            Validity.around(datetime.now(UTC), days=2),
            tuple(
                extension.value
                for extension in authority.server.certificate.extensions
                if extension.oid.dotted_string == "2.5.29.17"
            ),
        ),
        new_key(KeyKind.P256),
    )
    (directory / "server.pem").write_bytes(certificates_pem(new.certificate, *new.chain))
    assert not server.tls.refresh(), "the key is not there yet"
    assert isinstance(told[0], KeyFileError)
    assert shown() == authority.server.certificate.public_bytes(Encoding.DER)
    (directory / "server.key").write_bytes(key_pem(new.key))
    assert server.tls.refresh()
    assert shown() == new.certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize("first", [b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n"])
def test_a_stalled_handshake_ends(
    start: Callable[..., Server],
    context: Callable[..., ssl.SSLContext],
    authority: Authority,
    first: bytes,
) -> None:
    server = start(timeout=0.2)
    with socket.create_connection(server.address, timeout=20) as silent:
        silent.sendall(first)
        assert server.answered.acquire(timeout=20)
    expected = "protocol" if first.startswith(b"GET") else "timeout"
    assert [refused.reason for refused in server.refused] == [expected]
    assert talk(server, context(authority.identities["doctor"].authentication)) == b"hello"


def test_a_dripping_handshake_ends_as_a_silent_one_does(start: Callable[..., Server]) -> None:
    server = start(timeout=0.3)
    with socket.create_connection(server.address, timeout=20) as dripping, contextlib.suppress(ConnectionError):
        dripping.sendall(b"\x16\x03\x01\x40\x00")
        while not server.refused:
            dripping.sendall(b"\x01")
            time.sleep(0.02)
    assert [refused.reason for refused in server.refused] == ["timeout"]


def test_a_client_that_leaves_during_the_handshake_is_told_apart(start: Callable[..., Server]) -> None:
    server = start()
    socket.create_connection(server.address).close()
    assert server.answered.acquire(timeout=20)
    assert [refused.reason for refused in server.refused] == ["closed"]


@pytest.mark.parametrize(
    ("hostname", "word"), [("other.example", "Hostname mismatch"), ("127.0.0.1", None), ("localhost", None)]
)
def test_a_client_checks_the_name_of_the_server(
    start: Callable[..., Server],
    context: Callable[..., ssl.SSLContext],
    authority: Authority,
    hostname: str,
    word: str | None,
) -> None:
    server, mine = start(), context(authority.identities["doctor"].authentication)
    with socket.create_connection(server.address) as plain:
        if word is None:
            mine.wrap_socket(plain, server_hostname=hostname).close()
        else:
            with pytest.raises(ssl.SSLCertVerificationError, match=word):
                mine.wrap_socket(plain, server_hostname=hostname)


def test_a_client_refuses_a_server_whose_certificate_was_revoked(
    directory: Path, start: Callable[..., Server], authority: Authority
) -> None:
    renew_crls(directory, datetime.now(UTC), revoke=(authority.server.certificate,))
    mine = client_context(TrustStore.load(directory), authority.identities["doctor"].authentication)
    server = start()
    with (
        socket.create_connection(server.address) as plain,
        pytest.raises(ssl.SSLCertVerificationError, match="certificate revoked"),
    ):
        mine.wrap_socket(plain, server_hostname="localhost")


def test_a_socket_that_is_closed_already_is_refused_and_not_raised(directory: Path) -> None:
    tls = ServerTls(directory / "server.pem", directory / "server.key", interval=3600)
    ours, theirs = socket.socketpair()
    theirs.close()
    ours.close()
    with pytest.raises(HandshakeRefused):
        tls.wrap(ours)
    tls.close()


def test_a_worker_may_bring_its_own_kind_of_socket(
    start: Callable[..., Server], context: Callable[..., ssl.SSLContext], authority: Authority
) -> None:
    class Patient(ssl.SSLSocket):
        pass

    server = start(socket_class=Patient)
    wrapped: list[type] = []
    shake = server.tls.wrap
    server.tls.wrap = lambda accepted: wrapped.append(type(made := shake(accepted))) or made  # type: ignore[method-assign,func-returns-value]
    assert talk(server, context(authority.identities["doctor"].authentication)) == b"hello"
    assert wrapped == [Patient]


def test_stale_lists_close_the_door(
    directory: Path, start: Callable[..., Server], context: Callable[..., ssl.SSLContext], authority: Authority
) -> None:
    mine = context(authority.identities["doctor"].authentication)
    renew_crls(directory, datetime(2020, 1, 1, tzinfo=UTC), days=1)
    server = start()
    assert talk(server, mine) is None
    assert server.answered.acquire(timeout=20)
    assert [refused.reason for refused in server.refused] == ["crl-stale"]


def test_no_key_is_left_in_a_temporary_file(
    directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: Authority
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    client_context(TrustStore.load(directory), authority.identities["doctor"].authentication)
    assert list(folder.iterdir()) == []
