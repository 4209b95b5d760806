"""MTOM: requests that are packed unusually, and mean the same. # ITI TF-2 V.8.2; RFC 2045; RFC 2046; RFC 2387"""

import base64
import functools
import quopri
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote

from conformance.book import case
from conformance.cases._packed import CONTENT, Packed, quoted, usual
from conformance.cases._soap import chunked
from conformance.kept import comes_back
from conformance.messages import names as n
from conformance.messages.objects import content_id
from conformance.model import MUST, SHOULD, Level
from conformance.passing import SUCCESS
from conformance.trial import Trial
from conformance.wire.mime import SOAP12, XOP

ACTION: Final = n.ACTIONS["ITI-41"][0]
FRAMING: Final = "RFC 2046 5.1.1"
HEADERS: Final = "RFC 2045 1, 5, 7; RFC 5322 2.2"
PARAMETERS: Final = "RFC 2045 5.1; RFC 2387 3"
START_INFO: Final = "RFC 2387 3.3; XOP 1.0 4.1"
Change = Callable[[Packed], Packed]


@dataclass(frozen=True, slots=True)
class Unusual:
    """A message that is packed another way and brings the same."""

    id: str
    title: str
    requirement: str
    section: str
    covers: str
    change: Change
    level: Level = MUST


def _parameters(*given: tuple[str, str]) -> Change:
    return lambda made: replace(made, parameters=given)


def _without(name: str) -> Change:
    return lambda made: replace(made, parameters=tuple(each for each in made.parameters if each[0] != name))


def _part(*headers: tuple[str, str], content: bytes | None = None) -> Change:
    """With these headers of the document's part; `{id}` stands for its Content-ID."""

    def change(made: Packed) -> Packed:
        filled = tuple((name, value.replace("{id}", content_id(made.entry))) for name, value in headers)
        return replace(made, part_headers=filled, content=made.content if content is None else content)

    return change


def _href(write: Callable[[str], str]) -> Change:
    def change(made: Packed) -> Packed:
        before = f'href="cid:{content_id(made.entry)}"'.encode()
        return replace(made, root=made.root.replace(before, f'href="cid:{write(content_id(made.entry))}"'.encode()))

    return change


def _with_id(write: Callable[[str], str], in_href: Callable[[str], str]) -> Change:
    def change(made: Packed) -> Packed:
        headers = (("Content-Type", "text/plain"), ("Content-ID", f"<{write(content_id(made.entry))}>"))
        return replace(_href(in_href)(made), part_headers=headers)

    return change


_BINARY: Final = ("Content-Transfer-Encoding", "binary")
_TYPE: Final = ("Content-Type", "text/plain; charset=UTF-8")
_ID: Final = ("Content-ID", "<{id}>")
_BOUND: Final = ("boundary", "")
_IS_XOP: Final = ("type", quoted(XOP))
_START: Final = ("start", '"<root@conformance.example>"')
_INFO: Final = ("start-info", quoted(SOAP12))

UNUSUAL: Final = (
    Unusual(
        "soap/rfc2046-5.1.1/10",
        "Writes a boundary of letters without quotes",
        "A boundary without special characters needs no quotes.",
        FRAMING,
        "soap.mtom.framing",
        lambda made: replace(made, boundary="MIMEBoundary_5d1f0a", announced="MIMEBoundary_5d1f0a"),
    ),
    Unusual(
        "soap/rfc2046-5.1.1/11",
        "Uses a boundary of all legal characters",
        "A boundary has any of the characters that RFC 2046 gives, blanks within included.",
        FRAMING,
        "soap.mtom.framing",
        lambda made: replace(made, boundary="uuid:1'()+_,-./:=? 0-z+id=1"),
    ),
    Unusual(
        "soap/rfc2046-5.1.1/12",
        "Uses a boundary of 70 characters",
        "A boundary has up to 70 characters.",
        FRAMING,
        "soap.mtom.framing",
        lambda made: replace(made, boundary="b" * 70),
    ),
    Unusual(
        "soap/rfc2046-5.1.1/13",
        "Uses a boundary of one character",
        "A boundary has as few as one character.",
        FRAMING,
        "soap.mtom.framing",
        lambda made: replace(made, boundary="Z"),
    ),
    Unusual(
        "soap/rfc2046-5.1.1/14",
        "Has text before the first boundary and after the last",
        "Preamble and epilogue are passed over.",
        FRAMING,
        "soap.mtom.framing",
        lambda made: replace(
            made, preamble=b"This is a message in MIME format.\r\n\r\n", epilogue=b"\r\nand here it ends.\r\n"
        ),
    ),
    Unusual(
        "soap/rfc2046-5.1.1/15",
        "Ends with the closing boundary, without a line end",
        "Nothing need follow the closing boundary.",
        FRAMING,
        "soap.mtom.framing",
        lambda made: replace(made, epilogue=b""),
    ),
    Unusual(
        "soap/rfc2046-5.1.1/16",
        "Has blanks behind each boundary",
        "Blanks behind a boundary are padding.",
        FRAMING,
        "soap.mtom.framing",
        lambda made: replace(made, padding=b" \t "),
    ),
    Unusual(
        "soap/rfc2387-3.2/10",
        "Leaves the start parameter out",
        "Without start the first part is the root.",
        "RFC 2387 3.2",
        "soap.mtom.root",
        _without("start"),
    ),
    Unusual(
        "soap/rfc2387-3.2/11",
        "Puts the document's part before the root",
        "start says which part is the root.",
        "RFC 2387 3.2",
        "soap.mtom.root",
        lambda made: replace(made, root_first=False),
    ),
    Unusual(
        "soap/rfc2387-3.2/12",
        "Writes start without angle brackets",
        "start is understood without its brackets, too.",
        "RFC 2387 3.2",
        "soap.mtom.root",
        _parameters(_IS_XOP, _BOUND, ("start", '"root@conformance.example"'), _INFO),
        SHOULD,
    ),
    Unusual(
        "soap/V.3.6/10",
        "Writes the parameters in another order, with one that nobody knows",
        "Parameters come in any order; those that are not known are passed over.",
        PARAMETERS,
        "soap.mtom.parameters",
        _parameters(("x-note", '"a; boundary=no"'), _INFO, _START, _BOUND, _IS_XOP),
    ),
    Unusual(
        "soap/V.3.6/11",
        "Adds the action parameter of another transaction",
        "wsa:Action says what is to be done; the action parameter is ignored.",
        "ITI TF-2 V.3.2.1.3 (IHE-WSP211)",
        "soap.request.action-parameter",
        _parameters(_IS_XOP, _BOUND, _START, _INFO, ("action", quoted(n.ACTIONS["ITI-43"][0]))),
    ),
    Unusual(
        "soap/V.3.6/12",
        "Adds the action to start-info, as Metro does",
        "start-info may carry the action.",
        START_INFO,
        "soap.mtom.parameters",
        _parameters(_IS_XOP, _BOUND, _START, ("start-info", quoted(f'{SOAP12};action="{ACTION}"'))),
        SHOULD,
    ),
    Unusual(
        "soap/V.3.6/13",
        "Leaves start-info out",
        "A message is understood without start-info.",
        START_INFO,
        "soap.mtom.parameters",
        _without("start-info"),
        SHOULD,
    ),
    Unusual(
        "soap/V.3.6/14",
        "Writes names and media types in capitals",
        "Media types and the names of parameters are read without regard to case.",
        "RFC 2045 5.1",
        "soap.mtom.parameters",
        lambda made: replace(
            made,
            media="Multipart/Related",
            parameters=(
                ("TYPE", '"Application/XOP+XML"'),
                ("Boundary", ""),
                ("Start", _START[1]),
                ("Start-Info", _INFO[1]),
            ),
        ),
    ),
    Unusual(
        "soap/rfc2045-1/1",
        "Writes part headers in other letters and order",
        "Names of header fields are read without regard to case, in any order.",
        HEADERS,
        "soap.mtom.part-headers",
        _part(("content-id", "<{id}>"), ("CONTENT-TRANSFER-ENCODING", "Binary"), ("content-Type", "text/plain")),
    ),
    Unusual(
        "soap/rfc2045-1/2",
        "Folds part headers over two lines",
        "A header field may go on on the next line.",
        "RFC 5322 2.2.3",
        "soap.mtom.part-headers",
        lambda made: replace(
            made,
            root_headers=(
                ("Content-Type", f'{XOP};\r\n charset=UTF-8;\r\n\ttype="{SOAP12}"'),
                _BINARY,
                ("Content-ID", "\r\n <root@conformance.example>"),
            ),
        ),
    ),
    Unusual(
        "soap/rfc2045-1/3",
        "Has no blank behind the colon of part headers",
        "Blanks behind the colon are not needed.",
        "RFC 5322 2.2",
        "soap.mtom.part-headers",
        lambda made: replace(made, fold=""),
    ),
    Unusual(
        "soap/rfc2045-1/4",
        "Adds part headers that nobody knows",
        "Header fields that are not known are passed over.",
        HEADERS,
        "soap.mtom.part-headers",
        _part(
            _TYPE,
            ("Content-Description", "a letter"),
            ("Content-Disposition", 'attachment; filename="l.txt"'),
            ("X-Note", "a: ;"),
            _BINARY,
            _ID,
        ),
    ),
    Unusual(
        "soap/rfc2045-5.2/1",
        "Has a part without Content-Type",
        "A part may have no Content-Type.",
        "RFC 2045 5.2",
        "soap.mtom.part-headers",
        _part(_BINARY, _ID),
    ),
    Unusual(
        "soap/rfc2045-6/1",
        "Sends the document's part in base64",
        "Content-Transfer-Encoding is undone.",
        "RFC 2045 6.8",
        "soap.mtom.encodings",
        _part(_TYPE, ("Content-Transfer-Encoding", "base64"), _ID, content=base64.encodebytes(CONTENT)),
    ),
    Unusual(
        "soap/rfc2045-6/2",
        "Sends the document's part as quoted-printable",
        "Content-Transfer-Encoding is undone.",
        "RFC 2045 6.7",
        "soap.mtom.encodings",
        _part(
            _TYPE,
            ("Content-Transfer-Encoding", "quoted-printable"),
            _ID,
            content=quopri.encodestring(CONTENT.removesuffix(b"\r\n")) + b"=0D=0A",
        ),
    ),
    Unusual(
        "soap/rfc2045-6/3",
        "Sends the parts as 8bit",
        "8bit says that nothing is to be undone.",
        "RFC 2045 6.2",
        "soap.mtom.encodings",
        _part(_TYPE, ("Content-Transfer-Encoding", "8bit"), _ID),
    ),
    Unusual(
        "soap/rfc2045-6/4",
        "Does not say how the document's part is encoded",
        "Without Content-Transfer-Encoding there is nothing to undo.",
        "RFC 2045 6.1",
        "soap.mtom.encodings",
        _part(_TYPE, _ID),
    ),
    Unusual(
        "soap/rfc2045-6/5",
        "Sends the root part in base64",
        "Content-Transfer-Encoding of the root part is undone, too.",
        "RFC 2045 6.8",
        "soap.mtom.encodings",
        lambda made: replace(
            made,
            root=base64.encodebytes(made.root),
            root_headers=(made.root_headers[0], ("Content-Transfer-Encoding", "base64"), made.root_headers[2]),
        ),
        SHOULD,
    ),
    Unusual(
        "soap/rfc2392-2/1",
        "Writes the at sign of the reference as %40",
        "A cid URL may be percent-encoded.",
        "RFC 2392 2",
        "soap.mtom.cid",
        _href(lambda given: given.replace("@", "%40")),
    ),
    Unusual(
        "soap/rfc2392-2/2",
        "Has a Content-ID with a slash and a colon, encoded in the reference",
        "A cid URL is the Content-ID, percent-encoded.",
        "RFC 2392 2",
        "soap.mtom.cid",
        _with_id(
            lambda given: f"http://tempuri.org/1/{given}", lambda given: quote(f"http://tempuri.org/1/{given}", safe="")
        ),
    ),
    Unusual(
        "soap/rfc2392-2/3",
        "Repeats the percent signs of the Content-ID in the reference, as CXF does",
        "A reference that is the Content-ID letter by letter is understood.",
        "RFC 2392 2",
        "soap.mtom.cid",
        _with_id(
            lambda given: given.replace("@", "-1@urn%3Aihe%3A"), lambda given: given.replace("@", "-1@urn%3Aihe%3A")
        ),
        SHOULD,
    ),
    Unusual(
        "soap/xop-4/1",
        "Brings a part that nothing refers to",
        "A part that is not referred to is passed over.",
        "RFC 2387 3; XOP 1.0 4",
        "soap.mtom.parts-by-id",
        lambda made: replace(made, more=(((_TYPE, ("Content-ID", "<other@conformance.example>")), b"other"),)),
        SHOULD,
    ),
    Unusual(
        "soap/rfc9112-7.1/3",
        "Sends an MTOM message in chunks that cut every boundary",
        "A chunked body is read like any other.",
        "RFC 9112 7.1",
        "soap.request.http",
        lambda made: replace(
            made,
            http=(("Transfer-Encoding", "chunked"),),
            coding=lambda body: chunked(body, _cuts(body, made.boundary)),
        ),
    ),
    Unusual(
        "soap/xml/40",
        "Leaves the XML declaration of the root part out",
        "An XML declaration is not needed.",
        "XML 1.0 2.8",
        "soap.request.syntax",
        lambda made: replace(made, root=re.sub(rb"^<\?xml.*?\?>\s*", b"", made.root)),
    ),
    Unusual(
        "soap/xml/41",
        "Writes the prefix and quotes of xop:Include otherwise",
        "A prefix is nothing but a stand-in.",
        "Namespaces in XML 1.0",
        "soap.request.syntax",
        lambda made: replace(made, root=made.root.replace(b"xop:Include xmlns:xop=", b"inc:Include xmlns:inc=")),
    ),
)


def _cuts(body: bytes, boundary: str) -> Sequence[int]:
    """Sizes of chunks that end in the middle of each boundary."""
    places = [found.start() + 3 for found in re.finditer(re.escape(b"--" + boundary.encode()), body)]
    return [after - before for before, after in zip([0, *places], places, strict=False)]


def brings_the_same(unusual: Unusual, trial: Trial) -> None:
    entry = trial.entry(content=CONTENT)
    made = trial.submission(entry)
    before = usual(trial, made)
    packed = unusual.change(before)
    if (packed.content_type, packed.body(), packed.http) == (before.content_type, before.body(), ()):
        raise ValueError("the message is not unusual at all")
    trial.post("ITI-41", packed.body(), packed.content_type, http=packed.http).succeeds()
    comes_back(trial, entry)


for _unusual in UNUSUAL:
    case(
        _unusual.id,
        title=_unusual.title,
        requirement=_unusual.requirement,
        section=_unusual.section,
        passing=SUCCESS,
        level=_unusual.level,
        asks="IHE" if _unusual.section.startswith("ITI") else "IETF",
        needs=["repository", "registry"],
        covers=[_unusual.covers],
    )(functools.partial(brings_the_same, _unusual))
