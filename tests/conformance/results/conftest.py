"""Outcomes of every verdict, made of real bytes: what stacks put on the wire, and a signed submission to the DMP."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from client import sample
from client.acting import Acting
from client.documents import Wishes, prepare
from client.source import DocumentSource
from conformance.model import MUST, SHOULD, Case, Check, Exchange, Message, Outcome, Verdict
from conformance.results.folder import ResultsFolder
from conformance.results.run import Run
from security.identities import Identity
from soap.client import SoapClient, TransportError

STACKS = Path(__file__).parents[2] / "wire" / "stacks"
STARTED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PATIENT = "207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH"
REGISTRY = "http://registry.example:8080/registry"
SUCCESS = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
FAILURE = "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure"
PASSING = f"""<rs:RegistryResponse xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0"
  status="{SUCCESS}"/>"""


def envelope(body: str, relates_to: str = "urn:uuid:5f0d8d0e-1c7b-4a6b-9f0a-3f3b1f5d2a11") -> bytes:
    """An answer of a registry."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:wsa="http://www.w3.org/2005/08/addressing"><soap:Header><wsa:Action soap:mustUnderstand="true">'
        f"urn:ihe:iti:2007:RegisterDocumentSet-bResponse</wsa:Action><wsa:RelatesTo>{relates_to}</wsa:RelatesTo>"
        f"</soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>"
    ).encode()


def refusal(code: str = "XDSRegistryMetadataError") -> bytes:
    """A Failure with one error."""
    return envelope(
        f'<rs:RegistryResponse xmlns:rs="urn:oasis:names:tc:ebxml-regrep:xsd:rs:3.0" status="{FAILURE}">'
        f'<rs:RegistryErrorList highestSeverity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error">'
        f'<rs:RegistryError errorCode="{code}" codeContext="hash is not a SHA-1 value of 40 hexadecimal digits" '
        'severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error" location="/Document1/hash"/>'
        "</rs:RegistryErrorList></rs:RegistryResponse>"
    )


def success() -> bytes:
    return envelope(PASSING)


def received(body: bytes, status: int = 200, content_type: str = "application/soap+xml; charset=UTF-8") -> Message:
    """A message that came back over HTTP."""
    head = f"HTTP/1.1 {status} OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\nServer: example\r\n"
    return Message(head.encode() + b"\r\n", body, content_type)


def captured(name: str) -> Message:
    """A request as a stack sent it; `name` as in tests/wire/stacks."""
    return request_of((STACKS / f"{name}.http").read_bytes())


def request_of(data: bytes) -> Message:
    head, gap, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").splitlines()
    kind = next((line.partition(":")[2].strip() for line in lines if line.lower().startswith("content-type:")), "")
    return Message(head + gap, body, kind)


def case(id_: str = "iti-42/4.1.3.3/2", **changes: Any) -> Case:
    """A case with something in every field."""
    whole = Case(
        id=id_,
        title="Registers a document whose hash is 39 digits long",
        requirement="A registry refuses metadata that break a rule of the standard, and names the error.",
        section="ITI TF-2 3.42.4.1.3.3",
        level=MUST,
        asks="IHE",
        passing=PASSING,
        profiles=frozenset({"ihe", "dmp"}),
        run=lambda trial: None,
        covers=("de.hash.format",),
        title_fr="Enregistre un document dont l’empreinte a 39 chiffres",
        requirement_fr="Un registre refuse des métadonnées qui ne respectent pas le standard, et nomme l’erreur.",
    )
    return replace(whole, **changes)


def exchange(number: int = 1, response: Message | None = None, **changes: Any) -> Exchange:
    """An exchange of ITI-42, answered."""
    whole = Exchange(
        number=number,
        label="ITI-18 Registry Stored Query",
        url=REGISTRY,
        request=captured("cxf-iti-18"),
        response=response if response is not None else received(success()),
        status=200,
        started=STARTED + timedelta(seconds=number),
        seconds=0.0421,
    )
    return replace(whole, **changes)


STATUS = "/soap:Envelope/soap:Body/rs:RegistryResponse/@status"
CODE = "//rs:RegistryError/@errorCode"


def passed(id_: str = "iti-42/4.1.3.3/1") -> Outcome:
    return Outcome(
        case(id_, title="Registers a good submission"),
        Verdict.PASS,
        checks=(Check("the status is Success", True, where=STATUS, exchange=1, expected=SUCCESS, got=SUCCESS),),
        exchanges=(exchange(),),
        seconds=0.05,
        left=("patient 4711^^^&2.999.20.2&ISO, 1 document",),
    )


def failed(id_: str = "iti-42/4.1.3.3/2") -> Outcome:
    return Outcome(
        case(id_),
        Verdict.FAIL,
        "the error is XDSRegistryMetadataError: got XDSRegistryError",
        checks=(
            Check("the status is Failure", True, where=STATUS, exchange=2, expected=FAILURE, got=FAILURE),
            Check(
                "the error is XDSRegistryMetadataError",
                False,
                where=CODE,
                exchange=2,
                expected="XDSRegistryMetadataError",
                got="XDSRegistryError",
            ),
        ),
        exchanges=(
            exchange(1, preparation=True, request=captured("cxf-iti-41"), label="ITI-41 Provide and Register"),
            exchange(2, received(refusal("XDSRegistryError")), label="ITI-42 Register Document Set-b"),
        ),
        seconds=0.21,
    )


def warned(id_: str = "iti-18/4.1.2.3.7.1/3") -> Outcome:
    return Outcome(
        case(id_, title="Asks with an unknown parameter", level=SHOULD),
        Verdict.WARN,
        "a warning names the parameter: nothing was said of it",
        checks=(
            Check("the status is Success", True, where=STATUS, exchange=1),
            Check(
                "a warning names the parameter", False, SHOULD, 1, "//rs:RegistryError", "a Warning", "no error at all"
            ),
        ),
        exchanges=(exchange(1),),
        seconds=0.03,
    )


def not_supported(id_: str = "iti-44/4.1/1") -> Outcome:
    return Outcome(
        case(id_, title="Announces a patient over HL7 v3", optional="iti-44", passing="An acknowledgement with AA."),
        Verdict.NOT_SUPPORTED,
        "the target declares that it lacks iti-44",
    )


def not_run(id_: str = "iti-8/4.1/1") -> Outcome:
    return Outcome(case(id_, title="Announces a patient over MLLP"), Verdict.NOT_RUN, "it needs --feed HOST:PORT")


def erred(id_: str = "soap/5.1/1") -> Outcome:
    return Outcome(case(id_, title="Sends an envelope of SOAP 1.1"), Verdict.ERROR, "the case checked nothing")


def silent(id_: str = "robust/1/1") -> Outcome:
    return Outcome(
        case(id_, title="Waits for an answer", passing="Any answer at all within the time given."),
        Verdict.FAIL,
        "no answer within 30 s",
        checks=(Check("the target answers", False, exchange=1, expected="an answer", got="no answer within 30 s"),),
        exchanges=(replace(exchange(1, status=0, trouble="no answer within 30 s", seconds=30.0), response=None),),
        seconds=30.0,
    )


def every_verdict_made() -> tuple[Outcome, ...]:
    return (passed(), failed(), warned(), not_supported(), not_run(), erred(), silent())


def run_of(*outcomes: Outcome, **changes: Any) -> Run:
    """A run with something in every field."""
    whole = Run(
        started=STARTED,
        seconds=42.4,
        carnet="0.3.0",
        profile="ihe",
        target={"registry": REGISTRY, "repository": "", "patients": "made up", "lacks": ["iti-44"]},
        command=f"carnet conformance run --registry {REGISTRY} --profile ihe --select iti-42",
        selection=("iti-42",),
        warnings=(),
        outcomes=outcomes or every_verdict_made(),
        seed="8f3a",
    )
    return replace(whole, **changes)


@pytest.fixture
def folder(tmp_path: Path) -> ResultsFolder:
    return ResultsFolder.create(tmp_path / "results")


@pytest.fixture
def page(tmp_path: Path) -> Callable[[Run], str]:
    """The report of a run, as text."""

    def made(run: Run) -> str:
        results = ResultsFolder.create(tmp_path / "page")
        results.write(run)
        return (results.path / "report.html").read_text(encoding="utf-8")

    return made


class _Recorder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[bytes]

    def do_POST(self) -> None:
        body = b""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            del self.headers["Transfer-Encoding"]
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append(
            f"{self.requestline}\r\n{self.headers}".replace("\r\n", "\n").replace("\n", "\r\n").encode() + body
        )  # type: ignore[attr-defined]
        answer = success()
        self.send_response(200)
        self.send_header("Content-Type", "application/soap+xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_request(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def recorder() -> Iterator[Any]:
    """A server that keeps what it is sent, and always answers Success."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Recorder)
    server.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def signed_request(recorder: Any, pki: Path) -> Message:
    """ITI-41 with a VIHF and a signed submission set, as `carnet send --identity` puts it on the wire."""
    file = pki / "identities" / "doctor.p12"
    acting = Acting(Identity.load(file), file, pki, PATIENT)
    url = f"http://127.0.0.1:{recorder.server_port}/repository"
    content = sample.fresh().letter.replace(b"277076322082910", PATIENT.partition("^")[0].encode())
    client = SoapClient(url, timeout=10, headers=acting.headers)
    with suppress(TransportError):  # the recorder's answer relates to no message
        DocumentSource(client, signer=acting.signer()).submit(prepare(content, Wishes(), with_identifier_types=True))
    return request_of(recorder.seen[-1])


@pytest.fixture
def dmp_outcome(signed_request: Message) -> Outcome:
    """A case of the DMP that failed."""
    return Outcome(
        case("dmp/td2.1/4", section="CI-SIS VIHF 3.0", asks="DMP"),
        Verdict.FAIL,
        "a token out of date is refused: the status is Success",
        checks=(
            Check("a token out of date is refused", False, where=STATUS, exchange=1, expected="a fault", got=SUCCESS),
        ),
        exchanges=(exchange(1, request=signed_request, label="ITI-41 Provide and Register Document Set-b"),),
        seconds=0.2,
    )


@pytest.fixture
def samples_of() -> Callable[[Verdict], Outcome]:
    """An outcome of each verdict."""
    made = {outcome.verdict: outcome for outcome in reversed(every_verdict_made())}
    return made.__getitem__


@pytest.fixture
def every_verdict() -> tuple[Outcome, ...]:
    """One outcome of each verdict, and a target that is silent."""
    return every_verdict_made()


@pytest.fixture(name="run_of")
def _run_of() -> Callable[..., Run]:
    """`run_of(outcome, …, profile="dmp")`: a run with something in every field."""
    return run_of
