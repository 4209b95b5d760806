"""One watch from its opening to its end: the listener, the memory, the folder, put together."""

import socket
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import schemas
from conformance.model import Verdict
from conformance.results.folder import ResultsFolder
from conformance.watch.forwarding import Forwarding
from conformance.watch.memory import Memory
from conformance.watch.misbehaviours import Agenda, Misbehaviour
from conformance.watch.operations import PROVIDE, REGISTER, RETRIEVE, STORED_QUERY
from conformance.watch.recording import About, Recorder
from conformance.watch.seen import Seen
from conformance.watch.server import Server
from conformance.watch.tls import ServerCertificates, certificates
from conformance.watch.watching import Options, Watch
from dmp.domain import domain as dmp_domain
from metadata.affinity import AffinityDomain
from metadata.vocabulary import QUERY, RS, XDS
from security.certificates import LiveTrust

REPOSITORY_IDS: Final = {
    # the DMP's own                                                                   # official messages, TD3.1
    "dmp": "1.2.250.1.213.4.1.1.1.2",
    "ihe": "2.25.96416839226410172963015126571250961357",
}
"""The same at every start: clients have it in their settings."""


_SCHEMAS: Final = (
    PROVIDE,
    RETRIEVE,
    REGISTER,
    STORED_QUERY,
    f"{{{RS}}}RegistryResponse",
    f"{{{QUERY}}}AdhocQueryResponse",
    f"{{{XDS}}}RetrieveDocumentSetResponse",
)


class ListenError(ValueError):
    """The address cannot be had; says which."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to watch."""

    host: str = "127.0.0.1"
    port: int = 0
    profile: str = "ihe"
    out: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    trust: Path | None = None
    misbehaviours: tuple[Misbehaviour, ...] = ()
    codes: AffinityDomain | None = None
    language: str = "en"
    command: str = ""
    sites: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Struct_IdNat of a legal entity → those of its sites."""
    forwarding: Forwarding | None = None
    """A real registry and repository behind; None: the watch answers itself."""

    @property
    def repository_unique_id(self) -> str:
        return REPOSITORY_IDS[self.profile]

    def domain(self) -> AffinityDomain:
        return dmp_domain(self.codes) if self.profile == "dmp" else self.codes or AffinityDomain.open()


@dataclass(slots=True)
class Session:
    """A watch that listens."""

    about: About
    recorder: Recorder
    agenda: Agenda
    tls: ServerCertificates | None
    events: int = 0
    """Things that came and were no exchange: handshakes that failed."""
    _server: Server | None = None
    _live: LiveTrust | None = None
    _private: tempfile.TemporaryDirectory[str] | None = field(default=None, repr=False)

    @classmethod
    def open(
        cls,
        wishes: Wishes,
        told: Callable[[Seen], None] = lambda _: None,
        event: Callable[[str, str, Verdict, str], None] = lambda *_: None,
    ) -> Self:
        """Listens. `told` hears of each exchange, `event` of each failed handshake, one at a time.

        Raises `ListenError`, `FolderError`, `KeyFileError`, `TrustStoreError` and OSError.
        """
        for element in _SCHEMAS:
            # lxml finds what a schema imports through one hook for the whole process: threads would disturb each other
            schemas.schema(element)
        listener = _listen(wishes.host, wishes.port)
        try:
            return cls._open(wishes, listener, told, event)
        except BaseException:
            listener.close()
            raise

    @classmethod
    def _open(
        cls,
        wishes: Wishes,
        listener: socket.socket,
        told: Callable[[Seen], None],
        event: Callable[[str, str, Verdict, str], None],
    ) -> Self:
        live = None if wishes.trust is None else LiveTrust(wishes.trust)
        folder = ResultsFolder.create(wishes.out)
        private = tempfile.TemporaryDirectory(prefix="carnet-watch-")
        tls = _tls(wishes, Path(private.name), folder.path)
        about = _about(wishes, _address(wishes.host, listener.getsockname()[1], tls is not None))
        recorder = Recorder(folder, about)
        session = cls(about, recorder, Agenda(wishes.misbehaviours), tls, _live=live, _private=private)

        def entered(what: str, client: str, verdict: Verdict, detail: str) -> None:
            session.events += 1
            recorder.event(what, client, verdict, detail)
            event(what, client, verdict, detail)

        documents = Path(private.name) / "documents"
        documents.mkdir()
        options = Options(
            wishes.profile,
            wishes.codes,
            wishes.domain(),
            lambda: None if live is None else live.current,
            wishes.language,
            wishes.sites,
        )
        memory = Memory(documents, wishes.repository_unique_id)
        watch = Watch(options, recorder, memory, session.agenda, told, wishes.forwarding)
        session._server = Server(listener, watch, session.agenda, tls, entered)
        session._server.start()
        return session

    def close(self) -> None:
        """Stops listening and writes the reports."""
        if self._server is not None:
            self._server.close()
        self.recorder.close()
        if self.tls is not None:
            self.tls.close()
        if self._live is not None:
            self._live.close()
        if self._private is not None:
            self._private.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        told = f"cannot listen on {host} port {port}: {error.strerror}; choose another with --port (0: any free one)"
        raise ListenError(told) from None
    return listener


def _tls(wishes: Wishes, private: Path, folder: Path) -> ServerCertificates | None:
    given = None if wishes.certificate is None or wishes.key is None else (wishes.certificate, wishes.key)
    expired = any(each.kind.name == "expired-certificate" for each in wishes.misbehaviours)
    return certificates(given, wishes.trust, host=wishes.host, private=private, folder=folder, expired=expired)


def _address(host: str, port: int, tls: bool) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def _about(wishes: Wishes, address: str) -> About:
    try:
        carnet = version("carnet")
    except PackageNotFoundError:
        carnet = "?"
    registry, repository = f"{address}/registry", f"{address}/repository"
    target: dict[str, object] = {"registry": registry, "repository": repository}
    if wishes.forwarding is not None:
        target["forwarded"] = wishes.forwarding.described()
    return About(carnet, wishes.profile, wishes.language, wishes.command, registry, repository, target)
