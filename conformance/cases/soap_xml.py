"""SOAP: envelopes that are written unusually, and mean the same. # XML 1.0; SOAP 1.2 Part 1 5.1"""

import re
from dataclasses import replace
from typing import Final

from conformance.cases._soap import FOREIGN, Unusual, enter
from conformance.messages import names as n
from conformance.messages.envelope import Envelope

XML: Final = "XML 1.0; Namespaces in XML 1.0"


def _prefixes(made: Envelope) -> bytes:
    text = made.xml().decode()
    for old, new in (("soap", "S-12.e"), ("wsa", "_a"), ("query", "ns0"), ("rim", "Œuvre")):
        text = text.replace(f"<{old}:", f"<{new}:").replace(f"</{old}:", f"</{new}:").replace(f" {old}:", f" {new}:")
        text = text.replace(f"xmlns:{old}=", f"xmlns:{new}=")
    return text.encode()


def _no_prefixes(made: Envelope) -> bytes:
    text = made.xml().decode().replace(f' xmlns:wsa="{n.WSA}"', f' xmlns="{n.SOAP12}"')  # soap: of an attribute stays
    for name in ("Action", "MessageID", "To", "ReplyTo"):
        text = text.replace(f"<wsa:{name}", f'<{name} xmlns="{n.WSA}"')
    text = text.replace("AdhocQueryRequest xmlns:query=", "AdhocQueryRequest xmlns=").replace(
        f' xmlns:rim="{n.RIM}"', ""
    )
    text = text.replace("<rim:AdhocQuery ", f'<AdhocQuery xmlns="{n.RIM}" ')
    return re.sub(r"(</?)(?:soap|wsa|query|rim):", r"\1", text).encode()


def _declared_where_used(made: Envelope) -> bytes:
    text = made.xml().decode().replace(f' xmlns:wsa="{n.WSA}"', "", 1)
    return re.sub(r"<wsa:(Action|MessageID|To|ReplyTo)\b", rf'<wsa:\1 xmlns:wsa="{n.WSA}"', text).encode()


def _single_quotes(made: Envelope) -> bytes:
    return re.sub(rb'="([^"\']*)"', rb"='\1'", made.xml())


def _indented(made: Envelope) -> bytes:
    head, envelope, rest = made.xml().partition(b"<soap:Envelope")
    pieces = re.split(rb"(<wsse:Security.*</wsse:Security>)", envelope + rest, flags=re.DOTALL)
    # what is signed stays as it is
    pieces[::2] = [piece.replace(b"><", b">\r\n\t  <") for piece in pieces[::2]]
    return head + b"".join(pieces) + b"\n\n"


def _comments(made: Envelope) -> bytes:
    text = made.xml()
    for place in (
        b"<soap:Header>",
        b"<wsa:MessageID>",
        b"<soap:Body>",
        b"<rim:Slot",
        b"</soap:Body>",
    ):
        text = text.replace(place, b"<!-- of a sender: < & - -->" + place)
    return text


def _cdata(made: Envelope) -> bytes:
    return re.sub(rb"<(wsa:MessageID|rim:Value)>([^<]*)<", rb"<\1><![CDATA[\2]]><", made.xml())


def _references(made: Envelope) -> bytes:
    text = made.xml().replace(b'mustUnderstand="1">u', b'mustUnderstand="&#49;">&#x75;')
    return text.replace(b"<rim:Value>(", b"<rim:Value>&#40;").replace(b'"LeafClass"', b'"&#76;eafClass"')


def _attributes(made: Envelope) -> bytes:
    more = f' xmlns:x="{FOREIGN}" x:note="of a sender"'.encode()
    text = (
        made.xml()
        .replace(b"<soap:Header>", b'<soap:Header x:note="1">')
        .replace(b"<soap:Body>", b'<soap:Body x:id="b">')
    )
    return text.replace(b"<soap:Envelope", b"<soap:Envelope" + more)


UNUSUAL: Final = (
    Unusual(
        "soap/xml/1",
        "Leaves the XML declaration out",
        "An XML declaration is not needed.",
        "XML 1.0 2.8",
        "soap.request.syntax",
        lambda made: replace(made, declaration="").xml(),
    ),
    Unusual(
        "soap/xml/2",
        "Begins with a byte order mark",
        "UTF-8 may begin with a byte order mark.",
        "XML 1.0 4.3.3",
        "soap.request.syntax",
        lambda made: b"\xef\xbb\xbf" + made.xml(),
    ),
    Unusual(
        "soap/xml/3",
        "Writes the XML declaration in single quotes, encoding in small letters",
        "The names of encodings are read without regard to case.",
        "XML 1.0 2.8, 4.3.3",
        "soap.request.syntax",
        lambda made: replace(made, declaration="<?xml version='1.0' encoding='utf-8' standalone='yes'?>").xml(),
    ),
    Unusual(
        "soap/xml/4",
        "Uses other prefixes, one of them with letters beyond ASCII",
        "A prefix is nothing but a stand-in for its namespace.",
        XML,
        "soap.request.syntax",
        _prefixes,
    ),
    Unusual(
        "soap/xml/5",
        "Uses default namespaces throughout",
        "Elements may have their namespace by default.",
        XML,
        "soap.request.syntax",
        _no_prefixes,
    ),
    Unusual(
        "soap/xml/6",
        "Declares a prefix on each element that uses it",
        "A namespace may be declared anywhere above or on the element that uses it.",
        XML,
        "soap.request.syntax",
        _declared_where_used,
    ),
    Unusual(
        "soap/xml/7",
        "Writes attributes in single quotes",
        "Attribute values stand in either kind of quotes.",
        "XML 1.0 3.1",
        "soap.request.syntax",
        _single_quotes,
    ),
    Unusual(
        "soap/xml/8",
        "Puts line ends and blanks between all elements",
        "White space between elements says nothing.",
        "SOAP 1.2 Part 1 5.1",
        "soap.request.syntax",
        _indented,
    ),
    Unusual(
        "soap/xml/9",
        "Puts comments between elements",
        "Comments say nothing.",
        "SOAP 1.2 Part 1 5",
        "soap.request.syntax",
        _comments,
    ),
    Unusual(
        "soap/xml/10",
        "Writes values as CDATA",
        "CDATA is another way to write the same text.",
        "XML 1.0 2.7",
        "soap.request.syntax",
        _cdata,
    ),
    Unusual(
        "soap/xml/11",
        "Writes letters by their numbers",
        "A character reference is the character.",
        "XML 1.0 4.1",
        "soap.request.syntax",
        _references,
    ),
    Unusual(
        "soap/soap12p1-5.1/1",
        "Gives Envelope, Header and Body attributes of a foreign namespace",
        "Attributes of other namespaces may stand on Envelope, Header and Body.",
        "SOAP 1.2 Part 1 5.1, 5.2, 5.3",
        "soap.request.syntax",
        _attributes,
    ),
)

enter(UNUSUAL)
