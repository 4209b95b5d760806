"""What a target answered, and the checks that a case makes of it.

Each check reads the raw bytes, by XPath; it is recorded whether it holds or not, and the answer is given back, so that
checks can be chained:

    trial.register(submission).succeeds()
    trial.register(broken).refuses("XDSRegistryMetadataError")
"""

import base64
import binascii
import re
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from lxml import etree

from conformance.messages import names as n
from conformance.model import MUST, Exchange, Level
from conformance.wire.mime import BadMime, Part, parameters, read, whole

if TYPE_CHECKING:
    from conformance.trial import Trial

_SHOWN: Final = 300
_OBJECTS: Final = {
    "entries": "rim:ExtrinsicObject",
    "packages": "rim:RegistryPackage",
    "associations": "rim:Association",
    "references": "rim:ObjectRef",
}


class Stop(Exception):
    """Nothing more can be judged: the broken check says why."""


def parse(data: bytes) -> etree._Element:
    """The document's root; no entity, no network, nothing huge. Raises `ValueError`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError(str(error)) from None
    if root.getroottree().docinfo.doctype:
        raise ValueError("it has a DOCTYPE, which SOAP forbids")  # SOAP 1.2 Part 1 5
    return root


def shown(value: object) -> str:
    """A received value as a reason repeats it."""
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


class Answer:
    """One answer of the target."""

    def __init__(self, trial: "Trial", exchange: Exchange, transaction: str = "") -> None:
        self._trial = trial
        self.exchange = exchange
        self.transaction = transaction

    # --- what came

    @property
    def body(self) -> bytes:
        return self.exchange.response.body if self.exchange.response else b""

    @property
    def content_type(self) -> str:
        return self.exchange.response.content_type if self.exchange.response else ""

    def header(self, name: str) -> str:
        """An HTTP header of the answer; empty if it has none."""
        head = self.exchange.response.head.decode("latin-1") if self.exchange.response else ""
        found = re.search(rf"(?im)^{re.escape(name)}:[ \t]*(.*?)[ \t]*\r?$", head)
        return found.group(1) if found else ""

    @cached_property
    def parts(self) -> list[Part]:
        """MIME parts, root first; empty for an answer that is no multipart. Raises `BadMime`."""
        if not parameters(self.content_type)[0].startswith("multipart/"):
            return []
        return read(self.content_type, self.body)

    @cached_property
    def root_bytes(self) -> bytes:
        """The envelope as it came. Raises `BadMime`."""
        return self.parts[0].content if self.parts else self.body

    @cached_property
    def _envelope(self) -> "etree._Element | str":
        if self.exchange.trouble:
            return self.exchange.trouble
        response = self.exchange.response
        if response is None:
            return "there was no answer"
        if response.truncated:
            return f"the answer is longer than {self._trial.target.largest_answer} bytes; the rest was not read"
        if not self.body.strip():
            return f"HTTP {self.exchange.status} with an empty body"
        try:
            root = parse(self.root_bytes)
        except BadMime as error:
            return str(error)
        except ValueError as error:
            kind, begins = self.content_type or "no Content-Type", shown(self.body[:120].decode("utf-8", "replace"))
            why = f" ({error})" if "xml" in kind else ""
            return f"HTTP {self.exchange.status}, {kind}: this is not XML{why}: {begins}"
        if root.tag != f"{{{n.SOAP12}}}Envelope":
            return f"HTTP {self.exchange.status}: the root element is {etree.QName(root).text}"
        return root

    @property
    def opened(self) -> "etree._Element | str":
        """The SOAP envelope, or the sentence that says why there is none; records no check."""
        return self._envelope

    @property
    def envelope(self) -> etree._Element:
        """The SOAP envelope; ends the case with a broken check when the answer holds none."""
        found = self._envelope
        if isinstance(found, str):
            self.check("the answer is a SOAP 1.2 envelope", False, expected="soap:Envelope of SOAP 1.2", got=found)
            raise Stop
        return found

    def xpath(self, xpath: str) -> list[Any]:
        """What an XPath with the suite's prefixes finds in the envelope."""
        found: Any = self.envelope.xpath(xpath, namespaces=n.PREFIXES)
        return found if isinstance(found, list) else [found]

    def text(self, xpath: str) -> str:
        """The string value of an XPath; empty when it finds nothing."""
        return str(self.envelope.xpath(f"string({xpath})", namespaces=n.PREFIXES))

    @property
    def status(self) -> str:
        """The status URN of the RegistryResponse or AdhocQueryResponse; empty for a fault."""
        return self.text("//rs:RegistryResponse/@status | //query:AdhocQueryResponse/@status")

    @property
    def codes(self) -> list[str]:
        """errorCode of every RegistryError, in order."""
        return [str(code) for code in self.xpath("//rs:RegistryError/@errorCode")]

    @property
    def fault(self) -> str:
        """`Sender`, `Sender/wsse:InvalidSecurity` …; empty when it is no fault. Prefixes are those of the suite."""
        values = [
            self._qualified(value) for value in self.xpath("/soap:Envelope/soap:Body/soap:Fault/soap:Code//soap:Value")
        ]
        return "/".join([values[0].partition(":")[2], *values[1:]]) if values else ""

    def _qualified(self, value: etree._Element) -> str:
        prefix, _, name = (value.text or "").strip().rpartition(":")
        uri = value.nsmap.get(prefix or None, "")
        known = next((short for short, long in n.PREFIXES.items() if long == uri), prefix)
        return f"{known}:{name}"

    @property
    def summary(self) -> str:
        """What it comes to, for a reason: `Failure: XDSUnknownPatientId (…)`, `fault Sender`."""
        if isinstance(self._envelope, str):
            return self._envelope
        if self.fault:
            return f"fault {self.fault}: {shown(self.text('//soap:Fault/soap:Reason/soap:Text'))}"
        said = "; ".join(
            f"{error.get('errorCode')} ({shown(error.get('codeContext', ''))})"
            for error in self.xpath("//rs:RegistryError")[:3]
        )
        status = self.status.rpartition(":")[2] or shown(etree.tostring(self.envelope, encoding="unicode")[:200])
        return f"{status}: {said}" if said else status

    def ids(self, kind: str = "") -> list[str]:
        """ids of the objects of an answered query: `entries`, `packages`, `associations`, `references`; or all."""
        kinds = [_OBJECTS[kind]] if kind else list(_OBJECTS.values())
        return [str(each) for name in kinds for each in self.xpath(f"//rim:RegistryObjectList/{name}/@id")]

    def one(self, object_id: str) -> etree._Element:
        """The object of that id in the answer; ends the case with a broken check when it is not there."""
        found = [each for each in self.xpath("//rim:RegistryObjectList/*[@id]") if str(each.get("id")) == object_id]
        if not found:
            self.check(f"{object_id} is in the answer", False, "//rim:RegistryObjectList", object_id, str(self.ids()))
            raise Stop
        element: etree._Element = found[0]
        return element

    def documents(self) -> list[tuple[str, bytes]]:
        """DocumentUniqueId and bytes of every DocumentResponse of an ITI-43; what cannot be resolved is empty."""
        responses, found = self.xpath("//xds:DocumentResponse"), []
        held = whole(self.parts)
        for response in responses:
            unique_id = str(response.xpath("string(xds:DocumentUniqueId)", namespaces=n.PREFIXES))
            href = str(response.xpath("string(xds:Document/xop:Include/@href)", namespaces=n.PREFIXES))
            if href:
                part = held.get(_content_id(href))
                found.append((unique_id, part.content if part else b""))
            else:
                inline = str(response.xpath("string(xds:Document)", namespaces=n.PREFIXES))
                found.append((unique_id, _base64(inline)))
        return found

    # --- checks

    def check(
        self, text: str, held: bool, where: str = "", expected: object = "", got: object = "", level: Level = MUST
    ) -> "Answer":
        """Records one check of this answer."""
        self._trial.check(
            text, held, exchange=self.exchange.number, where=where, expected=expected, got=got, level=level
        )
        return self

    def succeeds(self) -> "Answer":
        """Status Success, and no error among the RegistryErrors (a warning may be there)."""
        fine = not self.fault and self.status == n.SUCCESS
        self.check("the status is Success", fine, "//@status", n.SUCCESS, self.summary)
        errors = self.xpath(f"//rs:RegistryError[@severity='{n.ERROR}']") if fine else []
        if errors:
            self.check("Success carries no error, only warnings", False, "//rs:RegistryError", "", self.summary)
        return self

    def refuses(self, *codes: str) -> "Answer":
        """Status Failure with a RegistryError of severity Error that has one of `codes` (none given: any code)."""
        right = not self.fault and self.status == n.FAILURE
        self.check("the status is Failure", right, "//@status", n.FAILURE, self.summary)
        if right:
            given = [
                str(code) for code in self.xpath(f"//rs:RegistryError[contains(@severity,'{n.ERROR}')]/@errorCode")
            ]
            self.check(
                f"a RegistryError has errorCode {' or '.join(codes)}" if codes else "a RegistryError says why",
                any(code in codes for code in given) if codes else bool(given),
                "//rs:RegistryError/@errorCode",
                " or ".join(codes),
                self.summary,
            )
        return self

    def warns(self, code: str) -> "Answer":
        """Status Success with a RegistryError of severity Warning and that code."""
        self.succeeds()
        given = [str(each) for each in self.xpath(f"//rs:RegistryError[@severity='{n.WARNING}']/@errorCode")]
        return self.check(
            f"a warning has errorCode {code}", code in given, "//rs:RegistryError/@errorCode", code, self.summary
        )

    def partial(self, *codes: str) -> "Answer":
        """Status PartialSuccess, with an error of each of `codes`."""
        self.check("the status is PartialSuccess", self.status == n.PARTIAL, "//@status", n.PARTIAL, self.summary)
        for code in codes:
            self.check(
                f"an error has code {code}", code in self.codes, "//rs:RegistryError/@errorCode", code, self.codes
            )
        return self

    def faults(self, *codes: str, status: Collection[int] = ()) -> "Answer":
        """A SOAP 1.2 fault whose code path is one of `codes` (`Sender`: any subcode; none given: any fault).

        `status`: the HTTP statuses that are right, any when empty.
        """
        got = self.fault
        fits = bool(got) and (not codes or any(got == code or got.startswith(code + "/") for code in codes))
        self.check(
            f"the answer is a fault {' or '.join(codes)}".rstrip(),
            fits,
            "/soap:Envelope/soap:Body/soap:Fault/soap:Code",
            " or ".join(codes) or "soap:Fault",
            self.summary,
        )
        if status:
            self.check(
                f"the HTTP status is {' or '.join(map(str, status))}",
                self.exchange.status in status,
                "HTTP status",
                " or ".join(map(str, status)),
                self.exchange.status,
            )
        return self

    def is_refused(self, *codes: str) -> "Answer":
        """Refused in either of the two ways: a fault, or Failure (with one of `codes`, when some are given)."""
        if self.fault:
            return self.check("the request is refused", True, got=self.summary)
        return self.refuses(*codes)

    def finds(self, *ids: str, among: Iterable[str] = ()) -> "Answer":
        """Success, and of the ids in `among` (default: all that came) the answer holds exactly `ids`.

        Beside whole objects, an ObjectRef only says what they refer to: it does not count. # ITI TF-2 3.18.4.1.2.3.1
        """
        self.succeeds()
        whole = [one for kind in ("entries", "packages", "associations") for one in self.ids(kind)]
        got, wanted = set(whole or self.ids("references")), set(ids)
        if among:
            got &= set(among) | wanted
        return self.check(
            f"the answer holds exactly the {len(wanted)} that match" if wanted else "the answer holds none of them",
            got == wanted,
            "//rim:RegistryObjectList/*/@id",
            sorted(wanted),
            sorted(got),
        )

    def holds(self, xpath: str, *values: str, says: str = "", level: Level = MUST) -> "Answer":
        """What `xpath` finds has exactly the string values `values`, in any order; none given: it finds something."""
        got = [_string(each) for each in self.xpath(xpath)]
        if not values:
            return self.check(says or f"{xpath} is there", bool(got), xpath, "something", got, level)
        return self.check(
            says or f"{xpath} is {', '.join(values)}", sorted(got) == sorted(values), xpath, list(values), got, level
        )

    def lacks(self, xpath: str, *, says: str = "", level: Level = MUST) -> "Answer":
        """`xpath` finds nothing."""
        got = [_string(each) for each in self.xpath(xpath)]
        return self.check(says or f"{xpath} is not there", not got, xpath, "nothing", got, level)


def attribute_of(element: etree._Element, xpath: str) -> str:
    """The string value of an XPath below an object that came."""
    return str(element.xpath(f"string({xpath})", namespaces=n.PREFIXES))


def slot_of(element: etree._Element, name: str) -> list[str]:
    """The values of a Slot of an object that came."""
    found: Sequence[Any] = element.xpath(
        "rim:Slot[@name=$name]/rim:ValueList/rim:Value/text()", name=name, namespaces=n.PREFIXES
    )
    return [str(value) for value in found]


def _string(found: Any) -> str:
    return "".join(found.itertext()) if isinstance(found, etree._Element) else str(found)


def _content_id(href: str) -> str:
    return unquote(href.removeprefix("cid:"))  # RFC 2392 2


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
