"""Broken on the wire: SOAP, WS-Addressing, MIME, HTTP."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace as changed
from typing import Any

from lxml import etree

from repository import intake, retrieve
from soap import answer, envelope, faults, mtom, service
from soap.faults import Fault
from soap.message import Packaging
from soap.names import SOAP11, SOAP12
from tests.conformance.mutants.patching import Gone, nothing, replace, wrap
from tests.conformance.mutants.table import mutant

ADDRESSING = "ITI TF-2 V.3.2"
MTOM = "ITI TF-2 V.8.1"


def edit_replies(edit: Callable[[bytes], bytes]) -> None:
    """Every envelope that is no fault goes through `edit`."""
    wrap(answer, "write_response", lambda was, *given: edit(was(*given)))


def edit_faults(edit: Callable[[bytes], bytes]) -> None:
    """Every fault goes through `edit`."""
    wrap(Fault, "envelope", lambda was, *given: edit(was(*given)))


def without(pattern: bytes) -> Callable[[bytes], bytes]:
    """Takes out what the pattern finds, which must be there."""
    regex = re.compile(pattern, re.DOTALL)

    def edit(data: bytes) -> bytes:
        left, count = regex.subn(b"", data)
        if not count:
            raise Gone(f"nothing in the answer is {pattern!r}")
        return left

    return edit


def edit_content_type(edit: Callable[[str], str]) -> None:
    """The Content-Type of each MTOM answer goes through `edit`, which must change it."""

    def around(was: Callable[..., str], *given: Any) -> str:
        told = was(*given)
        if edit(told) == told:
            raise Gone(f"nothing to change in {told}")
        return edit(told)

    wrap(mtom.MtomWriter, "content_type", around)


# --- WS-Addressing


@mutant("ihe", breaks=ADDRESSING, caught_by=("soap/wsa-core-3.4/1", "soap/wsa-core-3.4/3"))
def no_relates_to() -> None:
    """Answers do not say which message they answer: there is no wsa:RelatesTo."""
    wrap(answer, "write_response", lambda was, action, _relates_to, body: was(action, None, body))


@mutant("ihe", breaks="WS-Addressing 1.0 Core 3.4", caught_by=("soap/wsa-core-3.4/1", "soap/wsa-core-3.4/3"))
def relates_to_another_message() -> None:
    """wsa:RelatesTo is not the MessageID of the request."""
    wrap(
        answer,
        "write_response",
        lambda was, action, relates_to, body: was(action, relates_to and envelope.new_message_id(), body),
    )


@mutant("ihe", breaks="WS-Addressing 1.0 Core 3.4", caught_by=("soap/wsa-soap-6/1", "soap/wsa-soap-6/2"))
def faults_relate_to_nothing() -> None:
    """A fault does not say which message it answers."""
    wrap(Fault, "envelope", lambda was, fault, *_given: was(fault, None))


@mutant("ihe", breaks=ADDRESSING, caught_by=("soap/V.3.2/1", "soap/V.3.2/3"))
def wrong_action() -> None:
    """The wsa:Action of an answer is that of the request."""
    wrap(answer, "write_response", lambda was, action, *given: was(action.removesuffix("Response"), *given))


@mutant("ihe", breaks=ADDRESSING, caught_by=("soap/V.3.2/1", "soap/V.3.2/3"))
def no_action() -> None:
    """Answers have no wsa:Action."""
    edit_replies(without(rb"<wsa:Action .*?</wsa:Action>"))


@mutant("ihe", breaks="ITI TF-2 V.3.2.2", caught_by=("soap/V.3.2.2/1", "soap/V.3.2.2/4"))
def action_need_not_be_understood() -> None:
    """The wsa:Action of an answer has no mustUnderstand."""
    edit_replies(without(rb' soap12:mustUnderstand="true"'))


@mutant("ihe", breaks="ITI TF-2 V.3.2.2", caught_by=("soap/V.3.2.2/5",))
def action_of_a_fault_need_not_be_understood() -> None:
    """The wsa:Action of a fault has no mustUnderstand."""
    edit_faults(without(rb' soap12:mustUnderstand="true"'))


@mutant("ihe", breaks="WS-Addressing 1.0 SOAP Binding 6", caught_by=("soap/wsa-soap-6/1", "soap/wsa-soap-6/2"))
def faults_have_the_action_of_answers() -> None:
    """The wsa:Action of a fault is that of a successful answer."""
    replace(Fault, "action", property(lambda _fault: "urn:ihe:iti:2007:RegistryStoredQueryResponse"))


@mutant("ihe", breaks="WS-Addressing 1.0 SOAP Binding 6.4.4", caught_by=("soap/V.3.2/30", "soap/robustness/1"))
def unknown_action_accepted() -> None:
    """Any wsa:Action will do: the body alone decides what is done."""

    def dispatch(self: Any, element: object, _addressing: Any) -> Any:
        found = [each for each in self._operations.values() if each.element == element]
        if not found:
            raise faults.sender(f"{element} is not known here")
        return found[0]

    replace(service.Service, "_dispatch", dispatch)


@mutant("ihe", breaks=ADDRESSING, caught_by=("soap/wsa-soap-6.4.2/1", "soap/wsa-soap-6.4.2/2"))
def missing_action_accepted() -> None:
    """A message without wsa:Action is answered as if it had one."""

    def around(was: Any, self: Any, element: object, addressing: Any) -> Any:
        if addressing.action:
            return was(self, element, addressing)
        return next(each for each in self._operations.values() if each.element == element)

    wrap(service.Service, "_dispatch", around)


@mutant("ihe", breaks=ADDRESSING, caught_by=("soap/wsa-soap-6.4.2/3",))
def missing_message_id_accepted() -> None:
    """A message without wsa:MessageID is answered."""
    wrap(
        service.Service,
        "_dispatch",
        lambda was, self, element, addressing: was(self, element, changed(addressing, message_id="urn:x")),
    )


@mutant("ihe", breaks="WS-Addressing 1.0 SOAP Binding 6.4.1.7", caught_by=("soap/wsa-soap-6.4.1/2",))
def answer_wanted_elsewhere_given_here() -> None:
    """A ReplyTo that is not anonymous is passed over, and the answer comes on the connection."""
    replace(envelope, "require_answerable", nothing)


# --- SOAP


@mutant("ihe", breaks="SOAP 1.2 Part 1 5.2.3", caught_by=("soap/soap12p1-5.4/3", "soap/soap12p1-5.4.8/1"))
def must_understand_ignored() -> None:
    """A header block that must be understood and is not is passed over."""
    replace(envelope, "MUST_UNDERSTAND", "{urn:nobody}mustUnderstand")


@mutant("ihe", breaks="SOAP 1.2 Part 1 5", caught_by=("soap/soap12p1-5.4.6/1", "soap/soap12p1-5/10"))
def doctype_accepted() -> None:
    """An envelope with a document type declaration is processed."""
    replace(envelope, "parse_xml", lambda root, _limits: etree.fromstring(root))


@mutant("ihe", breaks="SOAP 1.2 Part 1 5.4.7", caught_by=("soap/soap12p1-5.4.7/1",))
def soap_1_1_request_accepted() -> None:
    """A SOAP 1.1 envelope is read as if it were SOAP 1.2."""
    old, new = SOAP11.encode(), SOAP12.encode()
    wrap(envelope, "parse_xml", lambda was, root, limits: was(root.replace(old, new), limits))


@mutant("ihe", breaks="SOAP 1.2 Part 1 A", caught_by=("soap/soap12p1-5.4.7/1",))
def soap_1_1_told_that_it_is_wrong() -> None:
    """A SOAP 1.1 message is answered by the fault Client of SOAP 1.1, as if its version were none of the matter."""
    replace(faults, "_OTHER_VERSION", faults._OTHER_VERSION.replace("VersionMismatch", "Client"))


@mutant("ihe", breaks="SOAP 1.2 Part 1 5.4.7", caught_by=("soap/soap12p1-5.4.7/4",))
def no_upgrade_for_soap_1_1() -> None:
    """Who sent SOAP 1.1 is not told which version is understood."""
    replace(faults, "_OTHER_VERSION", re.sub(r"<soap12:Upgrade>.*</soap12:Upgrade>", "", faults._OTHER_VERSION))


@mutant("ihe", breaks=ADDRESSING, caught_by=("soap/V.3.2/31", "soap/V.3.2/32"))
def soap_1_1_answer() -> None:
    """Answers are SOAP 1.1 envelopes."""
    edit_replies(lambda data: data.replace(SOAP12.encode(), SOAP11.encode()))


@mutant("ihe", breaks="SOAP 1.2 Part 2 7.1.4", caught_by=("soap/soap12p2-7.1.4/1", "soap/soap12p2-7.1.4/2"))
def answers_are_text_xml() -> None:
    """A simple answer has the Content-Type of SOAP 1.1, text/xml."""
    replace(answer, "SIMPLE_TYPE", "text/xml; charset=UTF-8")


@mutant("ihe", breaks="SOAP 1.2 Part 2 7.5.2.2", caught_by=("soap/soap12p1-5.1/6", "soap/soap12p1-5.4.7/3"))
def faults_with_status_200() -> None:
    """A fault comes with HTTP status 200."""
    wrap(service, "fault_answer", lambda was, *given: changed(was(*given), status=200))


@mutant("ihe", breaks="SOAP 1.2 Part 2 7.5.2.2", caught_by=("soap/V.3.2/20", "soap/V.3.2/23"))
def success_with_status_500() -> None:
    """A good answer comes with HTTP status 500."""
    wrap(service, "reply_answer", lambda was, *given: changed(was(*given), status=500))


@mutant("ihe", breaks="SOAP 1.2 Part 1 5.4.2", caught_by=("soap/soap12p1-5.4.2/2", "soap/soap12p1-5.4.2/1"))
def faults_without_reason() -> None:
    """A fault has no soap:Reason."""
    edit_faults(without(rb"<soap12:Reason>.*?</soap12:Reason>"))


@mutant("ihe", breaks="SOAP 1.2 Part 1 5.4.6", caught_by=("soap/soap12p1-5.4.6/1", "soap/soap12p1-5.1/5"))
def sender_is_never_blamed() -> None:
    """Every fault has the code Receiver, whoever is at fault."""

    def around(was: Any, self: Fault, code: str, *given: Any, **named: Any) -> None:
        was(self, "Receiver" if code == "Sender" else code, *given, **named)

    wrap(Fault, "__init__", around)


@mutant("ihe", breaks="SOAP 1.2 Part 2 7.5.2.2", caught_by=("soap/robustness/2", "soap/soap12p1-5.4.2/2"))
def faults_are_html_pages() -> None:
    """Instead of a fault comes an HTML page, as an application server writes it."""
    page = b"<html><body><h1>HTTP Status 500</h1><p>type Exception report</p></body></html>"
    headers = [("Content-Type", "text/html"), ("Content-Length", str(len(page)))]
    wrap(service, "fault_answer", lambda was, *given: changed(was(*given), status=500, headers=headers, begin=page))


@mutant("ihe", breaks="OWASP ASVS 7.4.1", caught_by=("soap/robustness/2", "soap/robustness/1"))
def stack_trace_in_faults() -> None:
    """The reason of a fault is a stack trace."""
    trace = b'Traceback (most recent call last):\n  File "/opt/registry/service.py", line 117, in handle\nKeyError: '
    edit_faults(lambda data: data.replace(b'xml:lang="en">', b'xml:lang="en">' + trace))


@mutant("ihe", breaks="RFC 3629 3", caught_by=("iti-18/4.1.2.3.4/18", "soap/rfc3629-3/1"))
def accents_are_latin_1() -> None:
    """Answers say UTF-8 and hold ISO-8859-1."""
    edit_replies(lambda data: data.decode().encode("latin-1", "replace"))


# --- MTOM, answers


@mutant("ihe", breaks=MTOM, caught_by=("soap/V.3.6/1", "soap/rfc2045-7/1"))
def plain_soap_where_mtom_is_due() -> None:
    """ITI-41 is answered by a simple SOAP message."""

    def around(was: Any, reply: Any, packaging: Packaging, *given: Any) -> Any:
        return was(reply, packaging if reply.parts else Packaging.SIMPLE, *given)

    wrap(service, "reply_answer", around)


@mutant("ihe", breaks=MTOM, caught_by=("soap/soap12p2-7.1.4/1", "soap/soap12p2-7.1.4/2"))
def mtom_where_simple_soap_is_due() -> None:
    """ITI-42 and ITI-18 are answered by a multipart message."""
    wrap(service, "reply_answer", lambda was, reply, _packaging, *given: was(reply, Packaging.MTOM, *given))


@mutant("ihe", breaks="RFC 2045 5.1", caught_by=("soap/rfc2045-5.1/1", "soap/rfc2045-5.1/2"))
def type_parameter_not_quoted() -> None:
    """The Content-Type of MTOM answers has type=application/xop+xml without quotes."""
    edit_content_type(lambda told: told.replace('type="application/xop+xml"', "type=application/xop+xml"))


@mutant("ihe", breaks="XOP 1.0 4.1", caught_by=("soap/V.3.6/1", "soap/V.3.6/2"))
def no_type_parameter() -> None:
    """The Content-Type of MTOM answers has no type parameter."""
    edit_content_type(lambda told: told.replace(' type="application/xop+xml";', ""))


@mutant("ihe", breaks="XOP 1.0 4.1", caught_by=("soap/V.3.6/1", "soap/V.3.6/2"))
def no_start_info() -> None:
    """The Content-Type of MTOM answers has no start-info."""
    edit_content_type(lambda told: told.replace('; start-info="application/soap+xml"', ""))


@mutant("ihe", breaks="RFC 2387 3.2", caught_by=("soap/rfc2387-3.2/2", "soap/rfc2387-3.2/1"))
def start_names_no_part() -> None:
    """The start parameter of MTOM answers is the Content-ID of no part."""
    edit_content_type(lambda told: told.replace('start="<root.', 'start="<nowhere.'))


@mutant("ihe", breaks="RFC 2046 5.1.1", caught_by=("iti-43/4.1.3/18", "soap/V.3.6/23"))
def another_boundary_than_announced() -> None:
    """The boundary between the parts is not the one in the Content-Type."""
    edit_content_type(lambda told: told.replace('boundary="carnet-', 'boundary="other-'))


@mutant("ihe", breaks="RFC 2046 5.1.1", caught_by=("iti-43/4.1.3/18", "soap/V.3.6/23"))
def no_closing_boundary() -> None:
    """MTOM answers end without their closing boundary."""
    replace(mtom.MtomWriter, "_tail", lambda _self: b"\r\n")


@mutant("ihe", breaks="XOP 1.0 4.1", caught_by=("soap/xop-4.1/2", "soap/xop-4.1/1"))
def root_part_is_text_xml() -> None:
    """The root part of MTOM answers is text/xml."""
    wrap(
        mtom.MtomWriter,
        "_root_head",
        lambda was, self: was(self).replace(
            b'application/xop+xml; charset=UTF-8; type="application/soap+xml"', b"text/xml; charset=UTF-8"
        ),
    )


@mutant("ihe", breaks="RFC 2392 2", caught_by=("soap/rfc2045-7/2",))
def content_id_without_brackets() -> None:
    """The Content-ID of parts is not between < and >."""
    wrap(
        mtom.MtomWriter,
        "_part_head",
        lambda was, self, part: was(self, part).replace(b"Content-ID: <", b"Content-ID: ").replace(b">\r\n", b"\r\n"),
    )


@mutant("ihe", breaks="RFC 2045 6", caught_by=("soap/rfc2046-5.1.1/2", "iti-41/4.1.3/46"))
def binary_called_base64() -> None:
    """Parts say base64 and hold the bytes as they are."""
    wrap(mtom.MtomWriter, "_part_head", lambda was, self, part: was(self, part).replace(b": binary", b": base64"))


@mutant("ihe", breaks="XOP 1.0 3.2", caught_by=("iti-43/4.1.3/4", "soap/rfc2046-5.1.1/2"))
def cid_of_no_part() -> None:
    """The xop:Include of a retrieved document names no part."""
    wrap(retrieve, "href_to", lambda was, content_id: was("lost-" + content_id))


@mutant("ihe", breaks="RFC 2046 5.1.1", caught_by=("soap/V.3.2/31", "soap/V.3.2/32"))
def body_cut_in_the_middle() -> None:
    """An answer ends after half of its bytes."""

    def around(was: Any, *given: Any) -> Any:
        whole = was(*given)
        begin = whole.begin[: len(whole.begin) // 2]
        headers = [(name, value) for name, value in whole.headers if name != "Content-Length"]
        return changed(whole, headers=[*headers, ("Content-Length", str(len(begin)))], begin=begin, rest=None)

    wrap(service, "reply_answer", around)


# --- MTOM, requests


@mutant("ihe", breaks="RFC 2387 3.2", caught_by=("soap/rfc2387-3.2/11",))
def start_parameter_ignored() -> None:
    """The first part of a request is taken for its root, whatever start says."""
    wrap(mtom.MtomMessage, "_find_root", lambda was, self, _start: was(self, ""))


@mutant("ihe", breaks="RFC 2392 2", caught_by=("soap/rfc2392-2/1", "soap/rfc2392-2/2"))
def percent_in_cid_not_read() -> None:
    """The href of an xop:Include must be letter by letter the Content-ID: %40 is no @."""

    def match(href: str, content_ids: Iterable[str]) -> str:
        if href[4:] not in content_ids:
            raise faults.sender(f"{href} matches no part")
        return href[4:]

    replace(intake, "match_href", match)


@mutant("ihe", breaks="XOP 1.0 3", caught_by=("iti-41/4.1.2/3", "iti-41/4.1.2/4"))
def inline_documents_refused() -> None:
    """A document that stands in the envelope as base64 is refused."""

    def refused(provided: Any) -> Any:
        raise intake.NotBase64(provided)

    replace(intake, "decoded", refused)
