"""ITI-41 Provide and Register Document Set-b: documents are kept as they came. # ITI TF-2 3.41.4.1.3"""

import base64
import dataclasses
import functools
import random
from dataclasses import dataclass
from typing import Final

from lxml import etree

from conformance.book import case
from conformance.kept import comes_back
from conformance.messages import names as n
from conformance.messages.edits import Edit, write
from conformance.messages.objects import Entry, content_id
from conformance.model import MUST, SHOULD, Level
from conformance.passing import RETRIEVED, SUCCESS
from conformance.trial import Trial
from conformance.wire.mime import Part

BOUNDARY: Final = "conformance-boundary-of-this-message"
_SEEDED: Final = random.Random(41)  # noqa: S311 - the same large document in every run
_NEAR: Final = (
    b"not at the beginning of a line: --" + BOUNDARY.encode() + b" and then\r\n"
    b"-\r\n--\r\n\r\n--"
    + BOUNDARY.encode()[:-1]
    + b"\r\n--"
    + BOUNDARY.encode()[:5]
    + b"\r\n\r\n--"
    + BOUNDARY.encode().upper()
    + b"\r\n--other--\r\n\n--\r--\r\n-"
)
_XML: Final = (
    b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?>\r\n<?xml-stylesheet href="a.xsl"?>\n'
    b"<!-- as it is -->\n<note  b='2' a=\"1\" >\xc3\xa9t\xc3\xa9&#13;<![CDATA[ ]]></note >\n\n"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of content that gets spoiled on the way where somebody takes bytes for text."""

    id: str
    what: str
    why: str
    content: bytes
    mime_type: str = "text/plain"
    level: Level = MUST


KINDS: Final = (
    Kind("iti-41/4.1.3/1", "a short text", "A document", b"A letter of one line, without an end of line"),
    Kind(
        "iti-41/4.1.3/2",
        "every byte value there is",
        "A binary document",
        bytes(range(256)) * 3 + bytes(reversed(range(256))),
        "application/octet-stream",
    ),
    Kind(
        "iti-41/4.1.3/3",
        "every kind of line end",
        "A document with CR LF, LF and CR",
        b"\r\none\r\ntwo\nthree\rfour\r\r\n\n\nfive\r\n\r\n",
    ),
    Kind(
        "iti-41/4.1.3/4",
        "lines that look like the boundary of the message",
        "A document that holds pieces of the boundary",
        _NEAR,
        "application/octet-stream",
    ),
    Kind("iti-41/4.1.3/5", "nothing but an end of line", "A document of CR LF alone", b"\r\n"),
    Kind(
        "iti-41/4.1.3/6",
        "XML with a byte order mark, instructions and a comment",
        "An XML document, which is not parsed and written again,",
        _XML,
        "text/xml",
    ),
    Kind(
        "iti-41/4.1.3/7",
        "a million and a half random bytes",
        "A large document",
        _SEEDED.randbytes(1_500_000),
        "application/dicom",
    ),
    Kind("iti-41/4.1.3/8", "not a single byte", "An empty document", b"", level=SHOULD),
    Kind("iti-41/4.1.3/9", "one zero byte", "A document of one byte", b"\x00", "application/octet-stream"),
    Kind(
        "iti-41/4.1.3/10",
        "MIME headers, base64 and an XOP reference as its text",
        "A document that looks like a part of a message",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nQUJD\r\n"
        b'<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:root@conformance"/>=3D=\r\n',
    ),
)


def _taken(trial: Trial, mime_type: str) -> str:
    """A mimeType that the target takes: what a document holds is not what its affinity domain is asked about here."""
    return mime_type if trial.target.has("open-domain") else "text/plain"


def keeps(kind: Kind, trial: Trial) -> None:
    entry = trial.entry(content=kind.content, mime_type=_taken(trial, kind.mime_type), described=False)
    submission = trial.submission(entry)
    trial.provide(submission, package=lambda made: dataclasses.replace(made, boundary=BOUNDARY)).succeeds()
    comes_back(trial, entry)
    _is_described(trial, entry)


for _kind in KINDS:
    case(
        _kind.id,
        title=f"Provides and retrieves a document that holds {_kind.what}",
        requirement=f"{_kind.why} is kept byte for byte; hash and size in the registry are those of its bytes.",
        section="ITI TF-2 3.41.4.1.3.2; ITI TF-1 10.4.2",
        passing=RETRIEVED,
        level=_kind.level,
        needs=["repository", "repository-id"],
        covers=["iti-41.document.bytes", "iti-41.hash.set", "iti-41.size.set", "iti-43.document.bytes"],
    )(functools.partial(keeps, _kind))


def _is_described(trial: Trial, entry: Entry) -> None:
    """The registry, where there is one to ask, holds hash and size of the bytes, and one repositoryUniqueId.

    # ITI TF-2 3.41.4.1.3.2
    """
    if not trial.target.registry:
        return
    answer = trial.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [entry.unique_id])]).succeeds()
    for name, value in (("hash", entry.hash), ("size", str(len(entry.content)))):
        xpath = f"//rim:ExtrinsicObject/rim:Slot[@name='{name}']/rim:ValueList/rim:Value"
        got = [each.text.lower() for each in answer.xpath(xpath) if each.text]
        answer.check(f"{name} is that of the document's bytes", got == [value], xpath, value, got)
    xpath = "//rim:ExtrinsicObject/rim:Slot[@name='repositoryUniqueId']/rim:ValueList/rim:Value"
    answer.check("there is one repositoryUniqueId", len(answer.xpath(xpath)) == 1, xpath, "one", answer.xpath(xpath))


@case(
    "iti-41/4.1.2/1",
    title="Provides three documents in one message and retrieves them together",
    requirement="A message may bring several documents: each belongs to the DocumentEntry whose id it names.",
    section="ITI TF-2 3.41.4.1.3, 3.41.4.1.2",
    passing=SUCCESS,
    needs=["repository", "repository-id"],
    covers=["iti-41.several"],
)
def several(trial: Trial) -> None:
    entries = [trial.entry(content=f"Document {number}\n".encode() * number, described=False) for number in (1, 2, 3)]
    trial.provide(trial.submission(*entries)).succeeds()
    comes_back(trial, *entries)
    for entry in entries:
        _is_described(trial, entry)


@case(
    "iti-41/4.1.2/2",
    title="Puts documents, parts and DocumentEntries in different orders",
    requirement="A document belongs to the DocumentEntry whose id it names and to the part that it names: "
    "the order of neither says anything.",
    section="ITI TF-2 3.41.4.1.2; XOP 1.0 3.2",
    passing=SUCCESS,
    needs=["repository", "repository-id"],
    covers=["iti-41.several", "soap.mtom.parts-by-id"],
)
def other_order(trial: Trial) -> None:
    first, second, third = (trial.entry(content=f"Document number {number}".encode()) for number in (1, 2, 3))
    parts = [Part(each.content, content_id(each), each.mime_type) for each in (third, second, first)]
    trial.provide(trial.submission(first, second, third), _first_document_last, parts=parts).succeeds()
    comes_back(trial, first, second, third)


def _first_document_last(root: etree._Element) -> None:
    root.append(root.findall(f"{{{n.XDS}}}Document")[0])


@case(
    "iti-41/4.1.2/3",
    title="Writes a document into the envelope, as base64",
    requirement="A document may stand in the envelope as base64, inside MTOM packaging as well; "
    "hash and size are those of the decoded bytes.",
    section="ITI TF-2 3.41.4.1.2, V.8.2",
    passing=SUCCESS,
    needs=["repository", "repository-id"],
    covers=["iti-41.inline", "iti-41.hash.set", "iti-41.size.set"],
)
def inline(trial: Trial) -> None:
    entry = trial.entry(content=bytes(range(256)), described=False)
    trial.provide(trial.submission(entry), _inline(entry), parts=()).succeeds()
    comes_back(trial, entry)
    _is_described(trial, entry)


@case(
    "iti-41/4.1.2/4",
    title="Writes base64 in lines of 76 characters, with blanks around it",
    requirement="White space inside base64 content has no meaning and is read over.",
    section="XML Schema Part 2 3.2.16; RFC 2045 6.8",
    passing=SUCCESS,
    needs=["repository", "repository-id"],
    covers=["iti-41.inline"],
)
def inline_in_lines(trial: Trial) -> None:
    entry = trial.entry(content=b"A letter that is longer than one line of base64 can hold. " * 4)
    written = "\n  " + base64.encodebytes(entry.content).decode().replace("\n", "\n  ")
    trial.provide(trial.submission(entry), _inline(entry, written), parts=()).succeeds()
    comes_back(trial, entry)


@case(
    "iti-41/4.1.2/5",
    title="Brings one document in the envelope and another in a part",
    requirement="Whether a document stands in the envelope or in a part is decided for each one by itself.",
    section="ITI TF-2 V.8.2; XOP 1.0 3",
    passing=SUCCESS,
    needs=["repository", "repository-id"],
    covers=["iti-41.inline", "iti-41.several"],
)
def one_of_each(trial: Trial) -> None:
    inside, beside = trial.entry(content=b"small"), trial.entry(content=b"large" * 100)
    parts = [Part(beside.content, content_id(beside), beside.mime_type)]
    trial.provide(trial.submission(inside, beside), _inline(inside), parts=parts).succeeds()
    comes_back(trial, inside, beside)


def _inline(entry: Entry, written: str = "") -> Edit:
    """Puts the document of `entry` into the envelope, in place of its reference."""
    content = written or base64.b64encode(entry.content).decode()

    def edit(root: etree._Element) -> None:
        document = next(each for each in root.iter(f"{{{n.XDS}}}Document") if each.get("id") == entry.id)
        del document[:]
        document.text = content

    return edit


@case(
    "iti-41/4.1.2/6",
    title="Names its objects by symbolic ids",
    requirement="Document/@id is the id of its ExtrinsicObject, be it a UUID or a symbolic id.",
    section="ITI TF-2 3.41.4.1.2; ITI TF-3 4.2.3.1.5",
    passing=SUCCESS,
    needs=["repository", "repository-id"],
    covers=["iti-41.symbolic-ids"],
)
def symbolic_ids(trial: Trial) -> None:
    first = trial.entry(id="Document01", content=b"the first")
    second = trial.entry(id="Document02", content=b"the second")
    trial.provide(trial.submission(first, second)).succeeds()
    comes_back(trial, first, second)


@case(
    "iti-41/4.1.2/7",
    title="Has two documents of the same bytes, which refer to one part",
    requirement="Several elements may refer to the same part.",
    section="XOP 1.0 3.2",
    level=SHOULD,
    passing=SUCCESS,
    needs=["repository", "repository-id"],
    covers=["soap.mtom.part-shared"],
)
def one_part_for_two(trial: Trial) -> None:
    first, second = trial.entry(content=b"the same"), trial.entry(content=b"the same")
    to_first = write(f"//xds:Document[@id='{second.id}']/xop:Include/@href", f"cid:{content_id(first)}")
    part = Part(first.content, content_id(first), first.mime_type)
    trial.provide(trial.submission(first, second), to_first, parts=[part]).succeeds()
    comes_back(trial, first, second)


@case(
    "iti-41/4.1.2/8",
    title="Calls the part application/octet-stream and the document text/plain",
    requirement="What kind of document it is says mimeType of the DocumentEntry, not the Content-Type of the part.",
    section="ITI TF-2 3.41.4.1.3.2, 3.43.4.2.2",
    passing=RETRIEVED,
    needs=["repository", "repository-id"],
    covers=["iti-43.mimeType"],
)
def part_of_another_type(trial: Trial) -> None:
    entry = trial.entry(mime_type="text/plain")
    part = Part(entry.content, content_id(entry), 'application/octet-stream; name="letter.pdf"')
    trial.provide(trial.submission(entry), parts=[part]).succeeds()
    comes_back(trial, entry).holds("//xds:DocumentResponse/xds:mimeType", "text/plain")


@case(
    "iti-41/4.1.2/9",
    title="Calls the part text/xml in Windows-1252, with bytes that are not UTF-8",
    requirement="The charset of a part says nothing of what is kept: the bytes are, and are not recoded.",
    section="ITI TF-2 3.41.4.1.3.2; ITI TF-1 10.4.2",
    passing=RETRIEVED,
    needs=["repository", "repository-id"],
    covers=["iti-41.document.bytes"],
)
def part_in_another_charset(trial: Trial) -> None:
    content = "<?xml version='1.0' encoding='windows-1252'?>\r\n<note>été – œuvre</note>".encode("cp1252")
    entry = trial.entry(content=content, mime_type=_taken(trial, "text/xml"))
    part = Part(content, content_id(entry), "text/xml; charset=Cp1252")
    trial.provide(trial.submission(entry), parts=[part]).succeeds()
    comes_back(trial, entry)
