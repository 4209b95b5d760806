"""The Document Source actor: submits documents to a repository by ITI-41."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from client.documents import Document
from client.signing import SetSigner
from client.submission import Contents, NewFolder, Prepared, Relationship, prepare
from metadata.ebrim import submit_objects_request
from metadata.errors import RegistryResponse
from metadata.escaping import attribute, encode
from metadata.responses import ResponseError, parse_registry_response
from metadata.translate import to_ebrim
from metadata.vocabulary import APND, RPLC, XDS, XFRM, XFRM_RPLC
from soap.client import SoapClient, TransportError
from soap.message import OutgoingPart
from soap.xop import href_to

ACTION: Final = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
SOURCE_ID: Final = "2.25.181504717120428157318066014153862017325"
"""sourceId of whoever does not say his own: this client."""

_XOP: Final = "http://www.w3.org/2004/08/xop/include"
Progress = Callable[[Document, int], None]
"""Told of each piece that was sent: of which document, how many bytes."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submission and what the repository said of it."""

    prepared: Prepared
    response: RegistryResponse
    """A Failure means that nothing of the submission was kept."""


class DocumentSource:
    """Submits to one repository; may be used from many threads.

    Content that the repository refuses comes back as a `RegistryResponse`; `SoapFault` and `TransportError` are raised.
    """

    def __init__(
        self, repository: str | SoapClient, *, source_id: str = SOURCE_ID, signer: SetSigner | None = None
    ) -> None:
        """`repository` is a URL, or a client made with options of its own; `source_id` an OID; `signer` signs sets."""
        self.client = SoapClient(repository) if isinstance(repository, str) else repository
        self.source_id = source_id
        self.signer = signer

    def submit(
        self, *documents: Document, folders: Sequence[str] = (), new_folders: Sequence[NewFolder] = ()
    ) -> Submitted:
        """New documents of one patient, as one set; filed in `folders` (entryUUIDs) and `new_folders`."""
        return self.send(Contents(documents, folders=tuple(folders), new_folders=tuple(new_folders)))

    def replace(self, document: Document, target: str) -> Submitted:
        """A new version of the document with the entryUUID `target`, which the registry then deprecates."""
        return self._relate(RPLC, document, target)

    def append(self, document: Document, target: str) -> Submitted:
        """An addendum to `target`, which stays as it is."""
        return self._relate(APND, document, target)

    def transform(self, document: Document, target: str, *, replacing: bool = False) -> Submitted:
        """The same content as `target` in another form; `replacing` deprecates `target`."""
        return self._relate(XFRM_RPLC if replacing else XFRM, document, target)

    def file(
        self,
        entries: Sequence[str],
        *,
        patient_id: str,
        folders: Sequence[str] = (),
        new_folders: Sequence[NewFolder] = (),
    ) -> Submitted:
        """Put documents that the registry has (entryUUIDs) into folders; no document travels."""
        return self.send(
            Contents(
                filed=tuple(entries), patient_id=patient_id, folders=tuple(folders), new_folders=tuple(new_folders)
            )
        )

    def send(self, contents: Contents, *, progress: Progress | None = None) -> Submitted:
        """Any submission. Raises `SubmissionError` for contents that cannot be one."""
        now = datetime.now(UTC)
        prepared = prepare(contents, source_id=self.source_id, now=now)
        if self.signer is not None:
            prepared = self.signer(prepared, now)
        parts = [_part(document, progress) for document in prepared.documents]
        with self.client.call(ACTION, request_body(prepared), parts=parts, mtom=True) as response:
            try:
                return Submitted(prepared, parse_registry_response(response.body))
            except ResponseError as error:
                raise TransportError(str(error), unknown=True) from None

    def _relate(self, type_: str, document: Document, target: str) -> Submitted:
        return self.send(Contents((document,), (Relationship(type_, document, target),)))


def request_body(prepared: Prepared) -> bytes:
    """`xds:ProvideAndRegisterDocumentSetRequest`, its documents in MIME parts."""
    documents = "".join(
        f'<xds:Document id="{attribute(document.entry.entry_uuid)}"><xop:Include xmlns:xop="{_XOP}"'
        f' href="{attribute(href_to(_content_id(document)))}"/></xds:Document>'
        for document in prepared.documents
    )
    return b"".join(
        (
            encode(f'<xds:ProvideAndRegisterDocumentSetRequest xmlns:xds="{XDS}">'),
            submit_objects_request([to_ebrim(x) for x in prepared.objects]),
            encode(f"{documents}</xds:ProvideAndRegisterDocumentSetRequest>"),
        )
    )


def _part(document: Document, progress: Progress | None) -> OutgoingPart:
    def chunks() -> Iterator[bytes]:
        for piece in document.chunks():
            yield piece
            if progress is not None:
                progress(document, len(piece))

    return OutgoingPart(
        _content_id(document), document.entry.mime_type or "application/octet-stream", chunks(), document.size
    )


def _content_id(document: Document) -> str:
    return f"{document.entry.entry_uuid.removeprefix('urn:uuid:')}@carnet"
