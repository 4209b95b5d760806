"""Recorded traffic of a French client: made once, with the test authority, the watch and the client of this project."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from client import sample
from client.acting import Acting
from client.consumer import DocumentConsumer
from client.documents import Document, Wishes, prepare
from client.source import DocumentSource
from client.submission import Contents, Relationship
from conformance.watch.misbehaviours import Misbehaviour
from conformance.watch.session import Session
from conformance.watch.session import Wishes as Watching
from dmp.authority import Authority
from dmp.authority_files import write
from metadata.vocabulary import RPLC
from security.identities import Identity
from security.issuing import KeyKind

INS = "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH"


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a watch: two submissions (one replaces), one refused as busy, a search, a look-up, a retrieve."""
    pki = tmp_path_factory.mktemp("pki")
    write(Authority.make(datetime.now(UTC), KeyKind.P256), pki)
    folder = tmp_path_factory.mktemp("traffic") / "out"
    with ExitStack() as stack:
        session = stack.enter_context(Session.open(_wishes(pki, folder)))
        acting = Acting(
            Identity.load(pki / "identities" / "doctor.p12", None),
            pki / "identities" / "doctor.p12",
            pki,
            patient_id=INS,
        )
        source = DocumentSource(acting.client(session.about.repository, 20), signer=acting.signer())
        consumer = DocumentConsumer(
            acting.client(session.about.registry, 20), acting.client(session.about.repository, 20)
        )

        def sent(content: bytes, target: str | None = None) -> Document:
            document = prepare(content, Wishes(patient_id=INS), with_identifier_types=True)
            replaces = () if target is None else (Relationship(RPLC, document, target),)
            authors = acting.submitters(document.entry.authors)
            submitted = source.send(Contents((document,), replaces, authors=authors))
            outcomes.append(submitted.response.outcome)
            return document

        outcomes: list[str] = []
        samples = sample.fresh()
        first = sent(samples.letter)
        sent(samples.second_version, first.entry.entry_uuid)
        sent(sample.fresh().letter)
        assert outcomes == ["Success", "Success", "Failure"]
        [entry] = [e for e in consumer.find_documents(INS).entries if e.mime_type == "text/xml" and e.title != "Source"]
        assert consumer.get_documents([entry.unique_id or ""]).entries
        assert consumer.fetch_to(entry, folder.parent / "letter.xml").verified
    return folder


def _wishes(pki: Path, folder: Path) -> Watching:
    return Watching(
        profile="dmp",
        out=folder,
        certificate=pki / "server.pem",
        key=pki / "server.key",
        trust=pki,
        misbehaviours=(Misbehaviour.parse("busy:ITI-41@3"),),
        language="fr",
    )
