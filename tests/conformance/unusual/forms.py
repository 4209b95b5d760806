"""Answers that are right and unusual: what other stacks write, and what the standards allow and nobody expects."""

import base64
import re
from collections.abc import Callable
from typing import Final

from soap.faults import Fault
from tests.conformance.unusual.proxy import Form, Reply

FORMS: Final[dict[str, Form]] = {}
"""What is unusual → what makes an answer so."""

_WSA: Final = "http://www.w3.org/2005/08/addressing"
_ADDRESSES: Final = f"{_WSA}/anonymous"
_BEGINS: Final = re.compile(r"(<soap12:Header>)(.*?)(</soap12:Header>)", re.DOTALL)


def form(function: Form) -> Form:
    FORMS[function.__name__.replace("_", " ")] = function
    return function


def in_header(change: Callable[[str], str]) -> Callable[[str], str]:
    """What stands in soap:Header goes through `change`."""
    return lambda text: _BEGINS.sub(lambda m: m[1] + change(m[2]) + m[3], text, count=1)


# --- XML


@form
def other_prefixes(reply: Reply) -> None:
    names = {"soap12": "S", "wsa": "ns1", "rs": "ns4", "query": "ns7", "rim": "r_1-x", "xds": "urn", "xop": "include"}
    words = re.compile(rf"""(?:(?<=xmlns:)|(?<=[<\s/>"]))({"|".join(names)})(?=[:=])""")
    reply.edit(lambda text: words.sub(lambda m: names[m[1]], text))


@form
def registry_objects_in_the_default_namespace(reply: Reply) -> None:
    reply.edit(lambda text: re.sub(r"(</?)rim:", r"\1", text).replace("xmlns:rim=", "xmlns="))


@form
def responses_in_the_default_namespace(reply: Reply) -> None:
    reply.edit(lambda text: re.sub(r"(</?)rs:", r"\1", text).replace("xmlns:rs=", "xmlns="))


@form
def the_envelope_in_the_default_namespace(reply: Reply) -> None:
    if not reply.is_fault:  # the code of a fault is a QName: its prefix has to stay
        reply.edit(
            lambda text: re.sub(r"(</?)soap12:", r"\1", text).replace("<Envelope ", f'<Envelope xmlns="{_SOAP}" ', 1)
        )


_SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"


@form
def namespaces_declared_where_they_are_used(reply: Reply) -> None:
    declaration = f' xmlns:wsa="{_WSA}"'
    reply.edit(
        lambda text: (
            re.sub(r"(<wsa:\w+)", rf"\1{declaration}", text.replace(declaration, "", 1))
            if text.count(declaration) == 1
            else text
        )
    )


@form
def an_xml_declaration(reply: Reply) -> None:
    reply.edit(lambda text: "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n" + text)


@form
def a_byte_order_mark(reply: Reply) -> None:
    reply.edit(lambda text: '\ufeff<?xml version="1.0" encoding="UTF-8"?>' + text)


@form
def indented(reply: Reply) -> None:
    # not in an element that has nothing but its text, and not beside an xop:Include (XOP 1.0 3.2)
    between = re.compile(r"(<(/?)([\w:-]+)[^<>]*?(/?)>)(?=<(/?)([\w:-]+))")

    def lines(match: re.Match[str]) -> str:
        opens = not match[2] and not match[4]
        empty = opens and match[5] and match[6] == match[3]
        beside = "Document" in (match[3].rpartition(":")[2], match[6].rpartition(":")[2]) and (
            match[3].endswith("Include") or match[6].endswith("Include")
        )
        return match[1] if empty or beside else match[1] + "\n  "

    reply.edit(lambda text: between.sub(lines, text))


@form
def comments(reply: Reply) -> None:
    reply.edit(
        lambda text: (
            text.replace("<soap12:Header>", "<!-- made --><soap12:Header><!-- by hand -->")
            .replace("<soap12:Body>", "<soap12:Body><!-- & not <signed> -->")
            .replace("<rim:RegistryObjectList>", "<rim:RegistryObjectList><!-- found -->")
        )
    )


@form
def single_quotes(reply: Reply) -> None:
    reply.edit(lambda text: re.sub(r"""(\s[\w:-]+)="([^"'<>]*)"(?=[^<>]*>)""", r"\1='\2'", text))


@form
def characters_by_number(reply: Reply) -> None:
    def numbered(match: re.Match[str]) -> str:
        return match[1] + "".join(f"&#x{ord(c):x};" if c in ":/-" else c for c in match[2]) + match[3]

    # attribute values but namespace names, and the text of addressing headers
    reply.edit(
        lambda text: re.sub(
            r"(>)([^<>&]+)(</wsa:)",
            numbered,
            re.sub(r"""(\s(?:status|id|href|errorCode|severity)=")([^"&]*)(")""", numbered, text),
        )
    )


@form
def text_in_cdata(reply: Reply) -> None:
    reply.edit(lambda text: re.sub(r">([^<>&]+)(</(?:wsa|rim|xds):)", r"><![CDATA[\1]]>\2", text))


@form
def white_space_around_uris(reply: Reply) -> None:
    # xs:anyURI collapses white space
    reply.edit(in_header(lambda header: re.sub(r">([^<>]+)(</wsa:(?:RelatesTo|MessageID))", r">\n   \1\n  \2", header)))


@form
def attributes_from_the_last_to_the_first(reply: Reply) -> None:
    def turned(match: re.Match[str]) -> str:
        attributes = re.findall(r'\s[\w:-]+="[^"]*"', match[2])
        return match[1] + "".join(reversed(attributes)) + match[3]

    reply.edit(lambda text: re.sub(r'(<[\w:-]+)((?:\s[\w:-]+="[^"]*")+)(\s*/?>)', turned, text))


# --- SOAP and WS-Addressing


@form
def headers_in_another_order(reply: Reply) -> None:
    def turned(header: str) -> str:
        block = r"<wsa:\w+.*?</wsa:\w+>"
        return re.sub(block, "", header) + "".join(reversed(re.findall(block, header)))

    reply.edit(in_header(turned))


@form
def no_message_id_of_the_answer(reply: Reply) -> None:
    # WS-Addressing 1.0 Core 3.4: a reply that expects none needs none
    reply.edit(in_header(lambda header: re.sub(r"<wsa:MessageID>.*?</wsa:MessageID>", "", header)))


@form
def an_action_that_must_be_understood_by_number(reply: Reply) -> None:
    reply.edit(in_header(lambda header: header.replace('mustUnderstand="true"', 'mustUnderstand="1"')))


@form
def the_relationship_said_in_full(reply: Reply) -> None:
    reply.edit(
        in_header(lambda header: header.replace("<wsa:RelatesTo>", f'<wsa:RelatesTo RelationshipType="{_WSA}/reply">'))
    )


@form
def more_headers_than_asked_for(reply: Reply) -> None:
    more = (
        f"<wsa:To>{_ADDRESSES}</wsa:To><wsa:From><wsa:Address>http://registry.example/</wsa:Address></wsa:From>"
        '<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"/>'
        '<t:trace xmlns:t="urn:example:trace" soap12:mustUnderstand="false">abc</t:trace>'
    )
    reply.edit(in_header(lambda header: header + more))


@form
def ids_for_a_signature(reply: Reply) -> None:
    wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
    reply.edit(lambda text: text.replace("<soap12:Body>", f'<soap12:Body xmlns:u="{wsu}" u:Id="body-1">'))


@form
def faults_that_say_more(reply: Reply) -> None:
    reply.edit(
        lambda text: text.replace(
            "<soap12:Reason>", '<soap12:Reason><soap12:Text xml:lang="fr">Non.</soap12:Text>'
        ).replace("</soap12:Reason>", "</soap12:Reason><soap12:Node>http://registry.example/</soap12:Node>")
    )


@form
def soap_1_2_for_who_speaks_soap_1_1(reply: Reply) -> None:
    # many stacks do not speak SOAP 1.1 even to refuse it
    if b"<faultcode>soap11:VersionMismatch</faultcode>" in reply.body:
        reply.content_type = "application/soap+xml; charset=UTF-8"
        reply.body = Fault("VersionMismatch", "no").envelope()


# --- ebXML


@form
def counts_of_the_whole_result(reply: Reply) -> None:
    reply.edit(
        lambda text: text.replace(
            "<query:AdhocQueryResponse ", '<query:AdhocQueryResponse startIndex="0" totalResultCount="-1" '
        )
    )


@form
def request_id_repeated(reply: Reply) -> None:
    reply.edit(lambda text: text.replace("<rs:RegistryResponse ", '<rs:RegistryResponse requestId="urn:uuid:1" '))


@form
def objects_from_the_last_to_the_first(reply: Reply) -> None:
    objects = re.compile(
        r"<rim:ObjectRef [^>]*/>|<rim:(ExtrinsicObject|RegistryPackage|Association)\b[^>]*(?:/>|(?<!/)>.*?</rim:\1>)",
        re.DOTALL,
    )

    def turned(match: re.Match[str]) -> str:
        return match[1] + "".join(reversed([m[0] for m in objects.finditer(match[2])])) + match[3]

    reply.edit(
        lambda text: re.sub(r"(<rim:RegistryObjectList>)(.*)(</rim:RegistryObjectList>)", turned, text, flags=re.DOTALL)
    )


@form
def slots_in_another_order(reply: Reply) -> None:
    slots = re.compile(r"(?:<rim:Slot .*?</rim:Slot>)+", re.DOTALL)
    one = re.compile(r"<rim:Slot .*?</rim:Slot>", re.DOTALL)
    reply.edit(lambda text: slots.sub(lambda m: "".join(reversed(one.findall(m[0]))), text))


@form
def classifications_in_another_order(reply: Reply) -> None:
    some = re.compile(r"(?:<rim:Classification (?:[^>]*/>|.*?</rim:Classification>))+", re.DOTALL)
    one = re.compile(r"<rim:Classification (?:[^>]*/>|.*?</rim:Classification>)", re.DOTALL)
    reply.edit(lambda text: some.sub(lambda m: "".join(reversed(one.findall(m[0]))), text))


@form
def a_warning_beside_every_success(reply: Reply) -> None:
    warning = (
        '<rs:RegistryErrorList highestSeverity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Warning">'
        '<rs:RegistryError errorCode="XDSRegistryError" codeContext="the disk is nearly full" location=""'
        ' severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Warning"/></rs:RegistryErrorList>'
    )
    reply.edit(
        lambda text: re.sub(
            r'(<rs:RegistryResponse [^>]*:Success")/?>(</rs:RegistryResponse>)', rf"\1>{warning}\2", text
        )
    )


@form
def several_errors_for_one_fault(reply: Reply) -> None:
    one = (
        '<rs:RegistryError errorCode="XDSRegistryError" codeContext="and something else"'
        ' severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"/>'
    )
    if ":Failure" in reply.body.decode("latin-1"):
        reply.edit(lambda text: text.replace("</rs:RegistryErrorList>", one + "</rs:RegistryErrorList>"))


@form
def the_first_of_several_errors_alone(reply: Reply) -> None:
    # "at least one error": ITI TF-2 3.42.4.1.3; a retrieval tells one for each document
    if ":Failure" in reply.body.decode("latin-1") and b"RetrieveDocumentSetResponse" not in reply.body:
        reply.edit(lambda text: re.sub(r"(<rs:RegistryError [^>]*/>)(?:<rs:RegistryError [^>]*/>)+", r"\1", text))


# --- HTTP


@form
def header_names_in_lower_case(reply: Reply) -> None:
    reply.headers = [(name.lower(), value) for name, value in reply.headers]


@form
def header_names_in_upper_case(reply: Reply) -> None:
    reply.headers = [(name.upper(), value) for name, value in reply.headers]


@form
def headers_from_the_last_to_the_first(reply: Reply) -> None:
    reply.headers = [("X-Powered-By", "Servlet/3.0"), *reversed(reply.headers), ("Set-Cookie", "a=b; Path=/")]


@form
def a_content_type_written_otherwise(reply: Reply) -> None:
    if reply.is_simple:
        reply.content_type = 'APPLICATION/soap+xml;charset="utf-8";Action="urn:x"'


@form
def no_charset(reply: Reply) -> None:
    if reply.is_simple:
        reply.content_type = "application/soap+xml"


@form
def small_chunks(reply: Reply) -> None:
    reply.chunk = 7


@form
def one_chunk(reply: Reply) -> None:
    reply.chunk = 1 << 20


@form
def bytes_that_come_in_dribs(reply: Reply) -> None:
    reply.pieces = 97


@form
def an_answer_that_ends_with_the_connection(reply: Reply) -> None:
    reply.until_closed = True


@form
def http_1_0(reply: Reply) -> None:
    reply.version, reply.until_closed = "HTTP/1.0", True


@form
def no_reason_phrase(reply: Reply) -> None:
    reply.reason = ""


@form
def an_interim_answer_first(reply: Reply) -> None:
    reply.before = b"HTTP/1.1 100 Continue\r\n\r\n"


# --- MIME


@form
def a_boundary_of_dotnet(reply: Reply) -> None:
    if reply.is_multipart:
        old, new = reply.boundary, b"uuid:0ca0e16e-feb1-426c-97d8-c4508ada5e82+id=1"
        reply.content_type = reply.content_type.replace(old.decode(), new.decode())
        parts = reply.parts()
        reply.boundary = new
        reply.join(parts)


@form
def a_boundary_without_quotes(reply: Reply) -> None:
    reply.content_type = re.sub(r'boundary="([^"]*)"', r"boundary=\1", reply.content_type)


@form
def parameters_in_another_order(reply: Reply) -> None:
    if reply.is_multipart:
        kind, *parameters = reply.content_type.split("; ")
        reply.content_type = ";\t".join(["Multipart/Related", *(p.replace("type=", "Type=") for p in parameters[::-1])])
        assert kind


@form
def no_start_parameter(reply: Reply) -> None:
    # RFC 2387 3.2: the root is the first part then
    reply.content_type = re.sub(r' start="[^"]*";', "", reply.content_type)


@form
def the_root_part_last(reply: Reply) -> None:
    if reply.is_multipart:
        root, *others = reply.parts()
        reply.join([*others, root])


@form
def preamble_and_epilogue(reply: Reply) -> None:
    if reply.is_multipart:
        reply.body = b"This is a multipart message.\r\n\r\n" + reply.body + b"The end.\r\n"


@form
def white_space_behind_boundaries(reply: Reply) -> None:
    # RFC 2046 5.1.1: transport padding
    if reply.is_multipart:
        reply.body = reply.body.replace(b"--" + reply.boundary + b"\r\n", b"--" + reply.boundary + b" \t \r\n")


@form
def part_headers_in_another_case_and_order(reply: Reply) -> None:
    if reply.is_multipart:
        reply.join([(b"\r\n".join(reversed(head.lower().split(b"\r\n"))), content) for head, content in reply.parts()])


@form
def more_headers_in_each_part(reply: Reply) -> None:
    if reply.is_multipart:
        more = b'\r\nContent-Disposition: attachment; name="a"\r\nX-Empty:\r\nContent-Length: %d'
        reply.join([(head + more % len(content), content) for head, content in reply.parts()])


@form
def documents_as_base64_parts(reply: Reply) -> None:
    if reply.is_multipart:
        root, *others = reply.parts()
        reply.join([root, *((h.replace(b": binary", b": BASE64"), base64.encodebytes(c)) for h, c in others)])


@form
def documents_in_the_envelope(reply: Reply) -> None:
    # XOP 1.0: what is not optimised stands where it belongs
    if reply.is_multipart:
        root, *others = reply.parts()
        contents = {
            re.search(rb"Content-ID: <([^>]*)>", h)[1].decode(): base64.b64encode(c).decode() for h, c in others
        }  # type: ignore[index]
        reply.join([root])
        reply.edit(lambda text: re.sub(r'<xop:Include [^>]*href="cid:([^"]*)"/>', lambda m: contents[m[1]], text))


@form
def content_ids_written_with_percent(reply: Reply) -> None:
    reply.edit(lambda text: re.sub(r'(href="cid:[^"@]*)@', r"\1%40", text))


@form
def an_action_beside_start_info(reply: Reply) -> None:
    if reply.is_multipart:
        reply.content_type = reply.content_type.replace(
            'start-info="application/soap+xml"', r'start-info="application/soap+xml; action=\"urn:x\""'
        )
