"""SOAP over HTTP: media types, header fields and transfer codings in unusual forms. # SOAP 1.2 Part 2 7.1; RFC 9110"""

from typing import Final

from conformance.cases._soap import SIMPLE, Unusual, chunked, enter
from conformance.messages import names as n
from conformance.model import SHOULD

PARAMETER: Final = "ITI TF-2 V.3.2.1.3 (IHE-WSP211)"
MEDIA: Final = "SOAP 1.2 Part 2 7.1.4; RFC 9110 8.3"

UNUSUAL: Final = (
    Unusual(
        "soap/V.3.2/20",
        "Leaves the action parameter out of the Content-Type",
        "The action parameter may be left out.",
        PARAMETER,
        "soap.request.action-parameter",
        content_type="application/soap+xml; charset=UTF-8",
    ),
    Unusual(
        "soap/V.3.2/21",
        "Has the Action of another transaction in the Content-Type",
        "wsa:Action says what is to be done; the action parameter is ignored.",
        PARAMETER,
        "soap.request.action-parameter",
        content_type=f'application/soap+xml; charset=UTF-8; action="{n.ACTIONS["ITI-42"][0]}"',
    ),
    Unusual(
        "soap/V.3.2/22",
        "Has an empty action parameter",
        "wsa:Action says what is to be done; the action parameter is ignored, though an empty one is not well formed.",
        "RFC 3902 2; " + PARAMETER,
        "soap.request.action-parameter",
        content_type='application/soap+xml; charset=UTF-8; action=""',
        level=SHOULD,
    ),
    Unusual(
        "soap/V.3.2/23",
        "Has the SOAPAction header of another transaction",
        "SOAP 1.2 has no SOAPAction; it is ignored.",
        PARAMETER,
        "soap.request.action-parameter",
        http=(("SOAPAction", f'"{n.ACTIONS["ITI-42"][0]}"'),),
    ),
    Unusual(
        "soap/rfc9110-8.3/1",
        "Has a Content-Type without parameters",
        "Without charset an XML media type is read as XML says.",
        MEDIA,
        "soap.request.http",
        content_type="application/soap+xml",
    ),
    Unusual(
        "soap/rfc9110-8.3/2",
        "Writes the Content-Type in other letters",
        "Media types and the names of parameters are read without regard to case, quoted values like others.",
        MEDIA,
        "soap.request.http",
        content_type='Application/SOAP+XML ;  CharSet="utf-8"',
    ),
    Unusual(
        "soap/rfc9110-8.3/3",
        "Has a parameter in the Content-Type that nobody knows",
        "Parameters that are not known are passed over.",
        MEDIA,
        "soap.request.http",
        content_type=SIMPLE + '; x-note="a; b=\\"c\\""',
    ),
    Unusual(
        "soap/rfc9110-5.1/1",
        "Writes the names of HTTP headers in capitals",
        "Names of header fields are read without regard to case.",
        "RFC 9110 5.1",
        "soap.request.http",
        content_type="",
        http=(("CONTENT-TYPE", SIMPLE), ("ACCEPT", "*/*"), ("USER-AGENT", "conformance")),
    ),
    Unusual(
        "soap/rfc9110-10.1.1/1",
        "Expects 100-continue and sends the body at once",
        "A client may say Expect: 100-continue, as .NET does.",
        "RFC 9110 10.1.1",
        "soap.request.http",
        http=(("Expect", "100-continue"),),
    ),
    Unusual(
        "soap/rfc9112-7.1/1",
        "Sends the body in one chunk",
        "A chunked body is read like any other.",
        "RFC 9112 7.1",
        "soap.request.http",
        lambda made: chunked(made.xml()),
        http=(("Transfer-Encoding", "chunked"),),
    ),
    Unusual(
        "soap/rfc9112-7.1/2",
        "Sends the body in chunks of a few bytes, with extensions and a trailer",
        "Chunks have any size; extensions and trailers that are not known are passed over.",
        "RFC 9112 7.1",
        "soap.request.http",
        lambda made: chunked(made.xml(), [1, 2, 3, 7, 1, 64, 500], extension=";note=1", trailer=b"X-Note: 1\r\n"),
        http=(("Transfer-Encoding", "Chunked"),),
    ),
)

enter(UNUSUAL)
