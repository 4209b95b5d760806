"""An answer is a promise: the server is killed with -9 in the middle of submissions, again and again.

Afterwards every document that was acknowledged is found and retrieved byte for byte, whatever is found can be
retrieved, and whoever got no answer may send the same again. (This says nothing of power cuts: tests/repository shows
the order of fsyncs that they need.)

`KILL_ROUNDS=500 pytest tests/durability` for a long run; `KILL_SEED` repeats its choices.
"""

import hashlib
import os
import random
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from pathlib import Path
from string import Template
from typing import Any

import pytest
from lxml import etree

HERE = Path(__file__).parent
ROUNDS = int(os.environ.get("KILL_ROUNDS", "10"))
SEED = int(os.environ.get("KILL_SEED", "0")) or random.randrange(1 << 30)
CLIENTS = 6
MULTIPART = (
    'multipart/related; type="application/xop+xml"; boundary="b-kill"; start="<root@test>"; '
    'start-info="application/soap+xml"'
)
SUCCESS = b"urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"
SIMPLE = "application/soap+xml; charset=UTF-8"


def template(name: str) -> Template:
    return Template((HERE / f"{name}.xml").read_text())


ENTRY, PROVIDE, FIND, RETRIEVE = map(template, ("entry", "provide", "find", "retrieve"))


@dataclass(frozen=True)
class Submission:
    """One lot of documents, as it can be sent again."""

    patient: str
    unique_id: str
    documents: dict[str, bytes]
    """By uniqueId."""

    def message(self) -> bytes:
        entries, references, parts = [], [], []
        for number, (unique_id, content) in enumerate(self.documents.items(), 1):
            entries.append(ENTRY.substitute(id=f"doc{number}", patient=self.patient, unique_id=unique_id))
            references.append(f'<xds:Document id="doc{number}"><xop:Include href="cid:{number}@test"/></xds:Document>')
            parts.append(part("text/plain", f"{number}@test", content))
        root = PROVIDE.substitute(
            entries="".join(entries), documents="".join(references), patient=self.patient, unique_id=self.unique_id
        )
        return part("application/xop+xml", "root@test", root.encode()) + b"".join(parts) + b"\r\n--b-kill--\r\n"


@dataclass
class Round:
    """What the clients of one server life did."""

    patients: list[str]
    acknowledged: list[Submission] = field(default_factory=list)
    unanswered: list[Submission] = field(default_factory=list)


def part(content_type: str, content_id: str, content: bytes) -> bytes:
    head = f"\r\n--b-kill\r\nContent-Type: {content_type}\r\nContent-ID: <{content_id}>\r\n\r\n"
    return head.encode() + content


def provide(serving: Any, submission: Submission) -> bytes:
    """The status of the answer, or its reason when it is a fault."""
    answer = serving.post("/repository", submission.message(), MULTIPART)
    told = re.search(rb'status="([^"]*)"|<soap12:Text[^>]*>([^<]*)', answer.body)
    assert told is not None, answer.body
    return told[1] or told[2]


def submit_until_killed(serving: Any, patient: str, dice: random.Random, done: Round, killed: threading.Event) -> None:
    for number in range(1, 10_000):
        documents = {
            f"{patient_oid(patient)}.{number}.{each}": dice.randbytes(
                dice.choice((0, 1, 900, 9_000, 9_000, 60_000, 300_000))
            )
            for each in range(1, dice.choice((1, 1, 1, 2, 3)) + 1)
        }
        submission = Submission(patient, f"{patient_oid(patient)}.{number}.0", documents)
        try:
            outcome = provide(serving, submission)
        except (OSError, HTTPException):
            assert killed.is_set(), "the server went away before it was killed"
            done.unanswered.append(submission)
            return
        if outcome != SUCCESS:
            assert killed.is_set(), f"{outcome!r} before anything was killed"
            done.unanswered.append(submission)
            return
        done.acknowledged.append(submission)


def patient_oid(patient: str) -> str:
    return f"2.999.7.100.{patient.removeprefix('p').replace('-', '.')}"


def found_entries(registry: Any, patient: str) -> dict[str, tuple[str, int]]:
    """uniqueId → hash and size, as the registry says them."""
    answer = registry.post("/registry", FIND.substitute(patient=patient).encode(), SIMPLE)
    response = etree.fromstring(answer.body).find(".//{*}AdhocQueryResponse")
    assert response is not None, answer.body
    assert str(response.get("status")).encode() == SUCCESS, answer.body
    found: dict[str, tuple[str, int]] = {}
    for entry in response.iterfind(".//{*}ExtrinsicObject"):
        slots = {slot.get("name"): slot.findtext(".//{*}Value") for slot in entry.iterfind("{*}Slot")}
        unique_id = entry.xpath(
            "string(*[@identificationScheme='urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab']/@value)"
        )
        assert unique_id not in found, "one document was registered twice"
        found[str(unique_id)] = (str(slots["hash"]), int(str(slots["size"])))
    return found


def retrieved(repository: Any, unique_ids: list[str]) -> dict[str, bytes]:
    requests = "".join(
        f"<xds:DocumentRequest><xds:RepositoryUniqueId>{repository.repository_unique_id}</xds:RepositoryUniqueId>"
        f"<xds:DocumentUniqueId>{unique_id}</xds:DocumentUniqueId></xds:DocumentRequest>"
        for unique_id in unique_ids
    )
    message = part("application/xop+xml", "root@test", RETRIEVE.substitute(requests=requests).encode())
    answer = repository.post("/repository", message + b"\r\n--b-kill--\r\n", MULTIPART)
    contents = contents_of(answer)
    envelope = etree.fromstring(next(iter(contents.values())))
    response = envelope.find(".//{*}RegistryResponse")
    assert response.get("status").encode() == SUCCESS, etree.tostring(response)
    return {
        given.findtext("{*}DocumentUniqueId"): contents[
            given.find("{*}Document/{*}Include").get("href").removeprefix("cid:")
        ]
        for given in envelope.iterfind(".//{*}DocumentResponse")
    }


def contents_of(answer: Any) -> dict[str, bytes]:
    """Content-ID → bytes, taken apart here: the parser of the standard library touches line ends."""
    boundary = b"\r\n--" + answer.content_type.partition('boundary="')[2].partition('"')[0].encode()
    contents = {}
    for piece in (b"\r\n" + answer.body).split(boundary)[1:-1]:
        head, _, content = piece.partition(b"\r\n\r\n")
        content_id = head.partition(b"Content-ID: <")[2].partition(b">")[0].decode()
        contents[content_id] = content
    return contents


def check(registry: Any, repository: Any, done: Round) -> None:
    """Every promise was kept, and no entry points at nothing."""
    sent = {uid: content for lot in (*done.acknowledged, *done.unanswered) for uid, content in lot.documents.items()}
    promised = {uid for lot in done.acknowledged for uid in lot.documents}
    for patient in done.patients:
        entries = found_entries(registry, patient)
        mine = {uid for uid in promised if uid.startswith(patient_oid(patient) + ".")}
        assert mine <= entries.keys(), "an acknowledged document is not found"
        for lot in done.unanswered:
            if lot.patient == patient:
                assert len(lot.documents.keys() & entries.keys()) in (0, len(lot.documents)), "half a submission"
        for uid, content in (retrieved(repository, list(entries)) if entries else {}).items():
            assert content == sent[uid], "the bytes are not those that were sent"
            assert entries[uid] == (hashlib.sha1(content).hexdigest(), len(content))


def retry_all(repository: Any, done: Round) -> None:
    """Whoever got no answer sends the same again, and is then in the same position as everyone."""
    for submission in done.unanswered:
        assert provide(repository, submission) == SUCCESS, "a retry was refused"
        done.acknowledged.append(submission)
    done.unanswered.clear()


def kill(serving: Any) -> None:
    if serving.process.poll() is None:
        os.killpg(serving.process.pid, signal.SIGKILL)
        serving.process.wait(10)


def live_and_die(registry: Any, repository: Any, victims: list[Any], life: int, dice: random.Random) -> Round:
    """One life under load, ended by kill -9 at a random moment."""
    done, killed = Round([f"p{life}-{client}" for client in range(CLIENTS)]), threading.Event()
    with ThreadPoolExecutor(CLIENTS) as clients:
        running = [
            clients.submit(submit_until_killed, repository, patient, random.Random(dice.random()), done, killed)
            for patient in done.patients
        ]
        while not done.acknowledged and not any(each.done() for each in running):
            time.sleep(0.001)  # a server that has just started is slow
        time.sleep(dice.uniform(0, 0.5))
        killed.set()
        for victim in victims:
            kill(victim)
        for each in running:
            each.result()
    return done


def live_many_lives(
    start: Callable[[], tuple[Any, Any]], victims: Callable[[Any, Any, random.Random], list[Any]]
) -> None:
    """Each life first looks at what the one before left, lets its clients try again, and looks once more."""
    dice = random.Random(SEED)
    rounds: list[Round] = []
    interrupted = 0
    for life in range(ROUNDS + 1):
        registry, repository = start()
        try:
            for done in rounds[-1:] if life < ROUNDS else rounds:
                check(registry, repository, done)
                retry_all(repository, done)
                check(registry, repository, done)
            if life < ROUNDS:
                done = live_and_die(registry, repository, victims(registry, repository, dice), life, dice)
                rounds.append(done)
                interrupted += len(done.unanswered)
        finally:
            kill(registry)
            kill(repository)
    assert sum(len(done.acknowledged) for done in rounds) > 2 * ROUNDS, "the clients hardly got to work"
    assert interrupted > 0, "no submission was interrupted"


@pytest.fixture(autouse=True)
def _tell_seed() -> None:
    sys.stdout.write(f"KILL_SEED={SEED}")  # shown when a test fails


@pytest.mark.timeout(120 + 10 * ROUNDS)
def test_no_promise_is_broken_by_kill_9(start_carnet: Callable[..., Any], tmp_path: Path) -> None:
    def start() -> tuple[Any, Any]:
        serving = start_carnet(tmp_path)
        return serving, serving

    live_many_lives(start, lambda registry, _repository, _dice: [registry])


@pytest.mark.slow
@pytest.mark.timeout(180 + 20 * ROUNDS)
def test_no_promise_is_broken_when_one_of_two_servers_is_killed(
    start_carnet: Callable[..., Any], tmp_path: Path
) -> None:
    """The repository registers over SOAP; either side dies, or both."""

    def start() -> tuple[Any, Any]:
        for actor in ("registry", "repository"):
            (tmp_path / actor).mkdir(exist_ok=True)
        registry = start_carnet(tmp_path / "registry", "--only", "registry")
        repository = start_carnet(tmp_path / "repository", "--only", "repository", "--registry-url", registry.registry)
        # Serving.post takes its address from `registry`
        return registry, replace(repository, registry=repository.repository)

    live_many_lives(
        start, lambda registry, repository, dice: dice.choice(([registry], [repository], [registry, repository]))
    )
