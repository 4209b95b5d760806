"""SOAP: header blocks in unusual forms and company. # SOAP 1.2 Part 1 5.2; WS-Addressing 1.0"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from conformance.cases._soap import FOREIGN, Unusual, an_uri, enter, header
from conformance.messages import names as n
from conformance.messages.envelope import Envelope
from conformance.model import SHOULD

HEADERS: Final = "SOAP 1.2 Part 1 5.2"
ADDRESSING: Final = "WS-Addressing 1.0 Core 3.1, 3.2"
_ROLE: Final = f'soap:role="{n.SOAP12}/role/'


def _reversed(made: Envelope) -> bytes:
    before, _, rest = made.xml().partition(b"<soap:Header>")
    inside, _, after = rest.partition(b"</soap:Header>")
    blocks = [found.group() for found in re.finditer(rb"<(wsa:\w+|wsse:Security)[ >].*?</\1>", inside, re.DOTALL)]
    return before + b"<soap:Header>" + b"".join(blocks[::-1]) + b"</soap:Header>" + after


def _with(*blocks: bytes) -> Callable[[Envelope], bytes]:
    return lambda made: replace(made, headers=(*made.headers, *blocks)).xml()


def _endpoint(name: str, address: str) -> bytes:
    return f"<wsa:{name}><wsa:Address>{address}</wsa:Address></wsa:{name}>".encode()


UNUSUAL: Final = (
    Unusual(
        "soap/soap12p1-5.2/1",
        "Writes the header blocks in reverse order",
        "The order of header blocks is free.",
        HEADERS,
        "soap.request.headers",
        _reversed,
    ),
    Unusual(
        "soap/soap12p1-5.2.3/1",
        'Writes mustUnderstand="true"',
        "mustUnderstand may be written 1 and true.",
        "SOAP 1.2 Part 1 5.2.3",
        "soap.mustUnderstand.known",
        lambda made: made.xml().replace(b'mustUnderstand="1"', b'mustUnderstand="true"'),
    ),
    Unusual(
        "soap/soap12p1-5.2.3/2",
        "Asks that every addressing header be understood",
        "Each header of WS-Addressing is understood.",
        ADDRESSING,
        "soap.mustUnderstand.known",
        lambda made: re.sub(rb"<wsa:(MessageID|To|ReplyTo)>", rb'<wsa:\1 soap:mustUnderstand="true">', made.xml()),
    ),
    Unusual(
        "soap/soap12p1-5.2.3/3",
        "Adds a header block that nobody knows",
        "A header block that is not known and need not be understood is passed over.",
        "SOAP 1.2 Part 1 2.6",
        "soap.request.headers",
        _with(header()),
    ),
    Unusual(
        "soap/soap12p1-5.2.3/4",
        "Adds unknown header blocks with mustUnderstand 0 and false",
        "mustUnderstand 0 and false is as if it were not there.",
        "SOAP 1.2 Part 1 5.2.3",
        "soap.request.headers",
        _with(header("A", 'soap:mustUnderstand="0"'), header("B", 'soap:mustUnderstand="false"')),
    ),
    Unusual(
        "soap/soap12p1-5.2.2/1",
        "Adds a header block that must be understood by nobody",
        "A header block for the role none is passed over, whatever mustUnderstand says.",
        "SOAP 1.2 Part 1 2.2, 5.2.2",
        "soap.request.headers",
        _with(header("A", f'soap:mustUnderstand="1" {_ROLE}none"')),
    ),
    Unusual(
        "soap/soap12p1-5.2.2/2",
        "Adds a header block that must be understood by somebody else",
        "A header block for a role that the target does not play is passed over.",
        "SOAP 1.2 Part 1 2.2, 2.6",
        "soap.request.headers",
        _with(header("A", f'soap:mustUnderstand="1" soap:role="{FOREIGN}:proxy"')),
    ),
    Unusual(
        "soap/soap12p1-5.2.3/5",
        "Writes mustUnderstand without a prefix on an unknown header block",
        "mustUnderstand without the namespace of SOAP is an attribute like any other.",
        "SOAP 1.2 Part 1 5.2.3",
        "soap.request.headers",
        _with(header("A", 'mustUnderstand="1"')),
        level=SHOULD,
    ),
    Unusual(
        "soap/wsa-core-3.2/1",
        "Leaves ReplyTo out",
        "Without ReplyTo the answer comes on the connection. Who asks ought to have written it.",
        "WS-Addressing 1.0 Core 3.2; ITI TF-2 V.3.2.2 (IHE-WSA102)",
        "soap.request.no-replyTo",
        lambda made: replace(made, reply_to=None).xml(),
        level=SHOULD,
    ),
    Unusual(
        "soap/wsa-core-3.2/2",
        "Leaves To out",
        "A message that came to the endpoint is for it, though To is missing.",
        ADDRESSING,
        "soap.request.addressing",
        lambda made: replace(made, to=None).xml(),
        level=SHOULD,
    ),
    Unusual(
        "soap/wsa-core-3.2/3",
        "Has a MessageID that is no UUID",
        "A MessageID is any URI.",
        ADDRESSING,
        "soap.request.addressing",
        lambda made: replace(made, message_id=an_uri()).xml(),
    ),
    Unusual(
        "soap/wsa-core-3.2/4",
        "Says From, and an anonymous FaultTo",
        "The other headers of WS-Addressing are known.",
        ADDRESSING,
        "soap.request.addressing",
        _with(_endpoint("From", "http://conformance.example/source"), _endpoint("FaultTo", n.ANONYMOUS)),
    ),
    Unusual(
        "soap/wsa-core-3.2/5",
        "Has a line end around the Action",
        "White space around an address or Action is not part of it.",
        "XML Schema Part 2 3.2.17",
        "soap.request.addressing",
        lambda made: made.xml().replace(b"Query</wsa:Action>", b"Query\n  </wsa:Action>"),
        level=SHOULD,
    ),
)

enter(UNUSUAL)
