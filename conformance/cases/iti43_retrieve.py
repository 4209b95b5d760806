"""ITI-43 Retrieve Document Set: documents that are there. # ITI TF-2 3.43.4.2, 3.43.5"""

from typing import Final
from urllib.parse import unquote

from conformance.answer import Answer
from conformance.book import case
from conformance.kept import brings, repository_id
from conformance.messages import names as n
from conformance.messages.edits import insert
from conformance.messages.objects import Association, Entry
from conformance.model import SHOULD
from conformance.passing import MULTIPART, RETRIEVED
from conformance.trial import Trial
from conformance.wire.mime import whole

_RESPONSE: Final = "/soap:Envelope/soap:Body/xds:RetrieveDocumentSetResponse"
_ORDER: Final = (
    "HomeCommunityId",
    "RepositoryUniqueId",
    "DocumentUniqueId",
    "NewRepositoryUniqueId",
    "NewDocumentUniqueId",
    "mimeType",
    "Document",
)
_OURS: Final = ["repository", "repository-id"]


def _held(trial: Trial, *contents: bytes, **values: str) -> list[Entry]:
    entries = [trial.entry(content=content, **values) for content in contents]
    trial.provided(*entries)
    return entries


def _asks(trial: Trial, *entries: Entry) -> Answer:
    held = repository_id(trial)
    return trial.retrieve(*((held, entry.unique_id) for entry in entries))


@case(
    "iti-43/4.1.3/1",
    title="Retrieves one document",
    requirement="A document that the repository holds is returned byte for byte, with status Success.",
    section="ITI TF-2 3.43.4.2.3, 3.43.5; ITI TF-3 4.2.4.2",
    passing=RETRIEVED,
    needs=_OURS,
    covers=["iti-43.success", "iti-43.document.bytes"],
)
def one(trial: Trial) -> None:
    [entry] = _held(trial, b"one document\r\nof two lines\n")
    answer = brings(_asks(trial, entry).succeeds(), entry)
    answer.check("the HTTP status is 200", answer.exchange.status == 200, "HTTP status", 200, answer.exchange.status)
    answer.lacks(f"//rs:RegistryError[@severity='{n.ERROR}']", says="there is no error")


@case(
    "iti-43/4.1.3/2",
    title="Retrieves several documents of different submissions in one request",
    requirement="Each document that is asked for and held is in the answer, with its own bytes.",
    section="ITI TF-2 3.43.4.2.3, 3.43.5",
    passing=RETRIEVED,
    needs=_OURS,
    covers=["iti-43.several", "iti-43.document.bytes"],
)
def several(trial: Trial) -> None:
    entries = _held(trial, b"first", b"second, longer") + _held(trial, b"third, of another submission")
    brings(_asks(trial, *entries).succeeds(), *entries)
    backwards = entries[::-1]
    brings(_asks(trial, *backwards).succeeds(), *backwards)


@case(
    "iti-43/4.1.3/3",
    title="Retrieves documents of two patients in one request",
    requirement="A request names documents, not a patient: documents of several patients may be asked for together. "
    "A repository that does not hand them out together says XDSResultNotSinglePatient.",
    section="ITI TF-2 3.43.4.1.2; ITI TF-3 4.2.4.1",
    passing=RETRIEVED,
    needs=[*_OURS, "two-patients"],
    level=SHOULD,
    covers=["iti-43.several"],
)
def two_patients(trial: Trial) -> None:
    [one_entry] = _held(trial, b"of the one")
    [other] = _held(trial, b"of the other", patient=trial.new_patient())
    answer = _asks(trial, one_entry, other)
    if not isinstance(answer.opened, str) and "XDSResultNotSinglePatient" in answer.codes:
        answer.refuses("XDSResultNotSinglePatient").lacks("//xds:DocumentResponse", says="no document comes")
        return
    brings(answer.succeeds(), one_entry, other)


@case(
    "iti-43/4.1.3/4",
    title="Retrieves a document that was replaced",
    requirement="A document whose DocumentEntry is Deprecated is still held and returned.",
    section="ITI TF-2 3.43.4.2.3; ITI TF-3 4.2.2.2.3",
    passing=RETRIEVED,
    needs=_OURS,
    covers=["iti-43.deprecated"],
)
def deprecated(trial: Trial) -> None:
    [old] = _held(trial, b"the old version")
    new = trial.entry(content=b"the new version")
    trial.provided(new, Association(n.RPLC, new.id, old.id))
    brings(_asks(trial, old).succeeds(), old)


@case(
    "iti-43/4.1.3/5",
    title="Asks for the same document twice in one request",
    requirement="Each DocumentRequest is answered, also when two of them name the same document.",
    section="ITI TF-2 3.43.5",
    level=SHOULD,
    passing=RETRIEVED,
    needs=_OURS,
    covers=["iti-43.same-twice"],
)
def twice(trial: Trial) -> None:
    [entry] = _held(trial, b"asked for twice")
    answer = _asks(trial, entry, entry).succeeds()
    got = answer.documents()
    expected = [(entry.unique_id, entry.content)] * 2
    answer.check("both requests are answered", got == expected, "//xds:DocumentResponse", "two", f"{len(got)} answers")


@case(
    "iti-43/4.1.3/6",
    title="Retrieves the same document three times, one request after the other",
    requirement="A document stays as it was provided, however often it is read.",
    section="ITI TF-2 3.43.4.2.3, 3.41.4.1.3.2",
    passing=RETRIEVED,
    needs=_OURS,
    covers=["iti-43.document.bytes"],
)
def again(trial: Trial) -> None:
    [entry] = _held(trial, bytes(range(256)))
    for _ in range(3):
        brings(_asks(trial, entry).succeeds(), entry)


@case(
    "iti-43/4.2.2/1",
    title="Reads the ids in the answer",
    requirement="Each DocumentResponse repeats RepositoryUniqueId and DocumentUniqueId of its request; "
    "a stable document gets no new id.",
    section="ITI TF-2 3.43.4.2.2, 3.43.5",
    passing=RETRIEVED,
    needs=_OURS,
    covers=["iti-43.ids", "iti-43.no-new-id"],
)
def ids(trial: Trial) -> None:
    [entry] = _held(trial, b"with its ids")
    answer = _asks(trial, entry).succeeds()
    answer.holds("//xds:DocumentResponse/xds:RepositoryUniqueId", repository_id(trial))
    answer.holds("//xds:DocumentResponse/xds:DocumentUniqueId", entry.unique_id)
    answer.lacks("//xds:NewDocumentUniqueId | //xds:NewRepositoryUniqueId", says="a stable document has no new id")


@case(
    "iti-43/4.2.2/2",
    title="Retrieves documents of four kinds and reads mimeType",
    requirement="mimeType in the answer is that of the DocumentEntry.",
    section="ITI TF-2 3.43.4.2.2, 3.41.4.1.3.2",
    passing=RETRIEVED,
    needs=_OURS,
    covers=["iti-43.mimeType"],
)
def mime_types(trial: Trial) -> None:
    for kind in ("text/plain", "text/xml", "application/pdf", "application/dicom"):
        [entry] = _held(trial, b"%PDF-1.4 or whatever", mime_type=kind)
        _asks(trial, entry).succeeds().holds("//xds:DocumentResponse/xds:mimeType", kind)


@case(
    "iti-43/4.2.2/3",
    title="Reads the order of what the answer holds",
    requirement="The answer is a RegistryResponse, then the DocumentResponses; what each of them holds comes in the "
    "order of the schema.",
    section="ITI TF-2 3.43.5; schema XDS.b_DocumentRepository.xsd",
    passing=RETRIEVED,
    needs=_OURS,
    covers=["iti-43.shape"],
)
def shape(trial: Trial) -> None:
    entries = _held(trial, b"one", b"two")
    answer = _asks(trial, *entries).succeeds()
    answer.holds(_RESPONSE, says="the body is a RetrieveDocumentSetResponse")
    children = [each.tag for each in answer.xpath(f"{_RESPONSE}/*")]
    expected = [f"{{{n.RS}}}RegistryResponse", *[f"{{{n.XDS}}}DocumentResponse"] * 2]
    answer.check("RegistryResponse, then each DocumentResponse", children == expected, _RESPONSE, expected, children)
    for response in answer.xpath(f"{_RESPONSE}/xds:DocumentResponse"):
        got = [str(each.tag).rpartition("}")[2] for each in response]
        right = got == [name for name in _ORDER if name in got] and {"mimeType", "Document"} <= set(got)
        answer.check("a DocumentResponse keeps the order of its schema", right, "//xds:DocumentResponse", _ORDER, got)


@case(
    "iti-43/4.2.2/4",
    title="Says the HomeCommunityId of the community in the request",
    requirement="A HomeCommunityId in a DocumentRequest is repeated in its DocumentResponse.",
    section="ITI TF-2 3.43.4.2.2, 3.43.5",
    passing=RETRIEVED.replace("<xds:Rep", "<xds:HomeCommunityId>…</xds:HomeCommunityId>\n    <xds:Rep"),
    needs=_OURS,
    covers=["iti-43.home"],
)
def home(trial: Trial) -> None:
    [entry] = _held(trial, b"from home")
    named = "<xds:HomeCommunityId>urn:oid:1.2.250.1.999.1.42</xds:HomeCommunityId>"
    edit = insert("//xds:DocumentRequest", named, at=0)
    answer = trial.retrieve((repository_id(trial), entry.unique_id), edits=[edit])
    if answer.codes == ["XDSUnknownCommunity"]:
        answer.check("a community that is not known is refused as such", True, got=answer.summary)
        return
    brings(answer.succeeds(), entry)
    answer.holds("//xds:DocumentResponse/xds:HomeCommunityId", "urn:oid:1.2.250.1.999.1.42")


@case(
    "iti-43/4.2.2/6",
    title="Asks without HomeCommunityId, and looks for one in the answer",
    requirement="Without HomeCommunityId in a DocumentRequest there is none in its DocumentResponse.",
    section="ITI TF-2 3.43.4.2.2, 3.43.5",
    passing=RETRIEVED,
    needs=_OURS,
    covers=["iti-43.no-home"],
)
def no_home(trial: Trial) -> None:
    [entry] = _held(trial, b"from anywhere")
    answer = brings(_asks(trial, entry).succeeds(), entry)
    answer.lacks("//xds:DocumentResponse/xds:HomeCommunityId", says="there is no HomeCommunityId, as none was sent")


@case(
    "iti-43/4.2.2/5",
    title="Reads how the answer is packed",
    requirement="ITI-43 is answered in MTOM packaging; what is referred to by xop:Include is in the message, "
    "and an Include is all that its Document holds.",
    section="ITI TF-2 3.43.5, V.8.1, V.8.2; XOP 1.0 3.2",
    passing=MULTIPART,
    needs=_OURS,
    covers=["iti-43.response.mtom", "soap.mtom.answer.include"],
)
def packed(trial: Trial) -> None:
    entries = _held(trial, b"one", b"two, of more bytes")
    answer = _asks(trial, *entries).succeeds()
    is_multipart = answer.content_type.lower().startswith("multipart/related")
    answer.check("the answer is multipart/related", is_multipart, "Content-Type", got=answer.content_type)
    parts = whole(answer.parts)
    hrefs = [str(each) for each in answer.xpath("//xds:Document/xop:Include/@href")]
    lost = [each for each in hrefs if not each.startswith("cid:") or _unquoted(each) not in parts]
    answer.check("each xop:Include refers to a part by cid", not lost, "//xop:Include/@href", "cid:…", lost)
    answer.check("no two documents share a part", len(set(hrefs)) == len(hrefs), "//xop:Include/@href", got=hrefs)
    answer.lacks("//xds:Document[xop:Include][*[2] or normalize-space(text())]", says="an Include stands alone")
    answer.lacks("//xop:Include[not(parent::xds:Document)]", says="an Include stands in a Document only")
    brings(answer, *entries)


def _unquoted(href: str) -> str:
    return unquote(href.removeprefix("cid:"))
