"""The WS-Addressing headers of a message. # ITI TF-2 Appendix V.3.2.2"""

import re
from dataclasses import replace
from typing import Final

from lxml import etree

from conformance.judging.book import rule
from conformance.judging.envelope import Envelope
from conformance.judging.markup import elements, local_name
from conformance.judging.sheet import Sheet
from conformance.judging.transactions import REQUESTS, RESPONSES, TRANSACTIONS, Transaction
from conformance.model import MUST, SHOULD
from soap.names import ANONYMOUS, FAULT_ACTION_ADDRESSING, FAULT_ACTION_SOAP, WSA

_V: Final = "ITI TF-2 Appendix V.3.2.2"
_NAMES: Final = ("Action", "MessageID", "To", "ReplyTo", "RelatesTo", "FaultTo", "From")
_OLD: Final = re.compile(r"http://(?:schemas\.xmlsoap\.org/ws|www\.w3\.org)/\d{4}/\d{2}/addressing")
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_TRUE: Final = frozenset({"1", "true"})

_MISSING = rule(
    "wire.wsa.missing",
    MUST,
    _V,
    "the header wsa:{name} is missing (namespace http://www.w3.org/2005/08/addressing)",
    "l'en-tête wsa:{name} manque (espace de noms http://www.w3.org/2005/08/addressing)",
)
_ABSENT = rule(
    "wire.wsa.absent",
    SHOULD,
    _V,
    "the header wsa:{name} is missing or empty; IHE asks for it, most receivers do without",
    "l'en-tête wsa:{name} manque ou est vide ; IHE le demande, la plupart des récepteurs s'en passent",
)
_NAMESPACE = rule(
    "wire.wsa.namespace",
    MUST,
    "WS-Addressing 1.0 Core 1.2",
    "the header {name} is of {got}; WS-Addressing 1.0 is http://www.w3.org/2005/08/addressing",
    "l'en-tête {name} est de {got} ; WS-Addressing 1.0 est http://www.w3.org/2005/08/addressing",
)
_REPEATED = rule(
    "wire.wsa.repeated",
    MUST,
    "WS-Addressing 1.0 SOAP Binding 6.4.1.3",
    "the header wsa:{name} is there more than once",
    "l'en-tête wsa:{name} est présent plusieurs fois",
)
_ACTION = rule(
    "wire.wsa.action",
    MUST,
    "ITI TF-2 Appendix V.3.2.1.2",
    "wsa:Action is {got}; with the body {body} it is {expected}",
    "wsa:Action vaut {got} ; avec le corps {body} c'est {expected}",
)
_FAULT_ACTION = rule(
    "wire.wsa.fault-action",
    MUST,
    "WS-Addressing 1.0 SOAP Binding 6",
    "wsa:Action of a fault is {got}; it is http://www.w3.org/2005/08/addressing/fault or …/addressing/soap/fault",
    "wsa:Action d'un fault vaut {got} ; c'est http://www.w3.org/2005/08/addressing/fault ou …/addressing/soap/fault",
)
_MUST_UNDERSTAND = rule(
    "wire.wsa.must-understand",
    MUST,
    _V,
    "wsa:Action does not say mustUnderstand=true in the namespace of the envelope; without its prefix the attribute "
    "says nothing",
    "wsa:Action ne dit pas mustUnderstand=true dans l'espace de noms de l'enveloppe ; sans préfixe l'attribut ne dit "
    "rien",
)
_URI_FORM = rule(
    "wire.wsa.uri",
    MUST,
    "WS-Addressing 1.0 Core 3.2",
    "wsa:{name} is {got}, which is not an absolute URI",
    "wsa:{name} vaut {got}, qui n'est pas une URI absolue",
)
_REPLY_TO = rule(
    "wire.wsa.reply-to",
    SHOULD,
    _V,
    f"wsa:ReplyTo asks for the answer at {{got}}; synchronous exchanges have {ANONYMOUS}",
    f"wsa:ReplyTo demande la réponse à {{got}} ; les échanges synchrones ont {ANONYMOUS}",
)
_PARAMETER = rule(
    "wire.mime.action",
    MUST,
    "WS-Addressing 1.0 SOAP Binding 6.4.1.6",
    "the action parameter of the Content-Type is {got}; wsa:Action is {expected}",
    "le paramètre action du Content-Type vaut {got} ; wsa:Action vaut {expected}",
)


def action_of(envelope: Envelope) -> str:
    """wsa:Action; empty when there is none."""
    found = None if envelope.header is None else envelope.header.find(f"{{{WSA}}}Action")
    return "" if found is None else (found.text or "").strip()


def check(envelope: Envelope, transaction: Transaction | None, sheet: Sheet) -> None:
    """Every header that has to be there, once and right."""
    found = _headers(envelope, sheet)
    body = None if envelope.body is None else str(envelope.body.tag)
    answer = envelope.is_fault or body in RESPONSES
    # a fault may answer a message whose MessageID could not be read
    needed = ("Action",) if envelope.is_fault else ("Action", "RelatesTo") if answer else ("Action", "MessageID")
    top = envelope.tree.at(envelope.tree.root if envelope.header is None else envelope.header)
    sheet.note(_MISSING(top, name=name) for name in needed if name not in found)
    if envelope.is_fault and "RelatesTo" not in found:
        sheet.add(_ABSENT(top, name="RelatesTo"))
    # To may be left out: it is then the anonymous address. # WS-Addressing 1.0 Core 3.2
    if not answer and ("ReplyTo" not in found or not _text(found["ReplyTo"])):
        sheet.add(_ABSENT(envelope.tree.at(found["ReplyTo"]) if "ReplyTo" in found else top, name="ReplyTo"))
    for name in ("MessageID", "RelatesTo", "To"):
        if name in found and (text := _text(found[name])) and not _URI.fullmatch(text):
            sheet.add(_URI_FORM(envelope.tree.at(found[name]), name=name, got=text))
    if "ReplyTo" in found and _text(found["ReplyTo"]) not in ("", ANONYMOUS):
        sheet.add(_REPLY_TO(envelope.tree.at(found["ReplyTo"]), got=_text(found["ReplyTo"])))
    if "Action" in found:
        _action(envelope, found["Action"], transaction, sheet)
    sheet.ran("WS-Addressing")


def _headers(envelope: Envelope, sheet: Sheet) -> dict[str, etree._Element]:
    found: dict[str, etree._Element] = {}
    for child in [] if envelope.header is None else elements(envelope.header):
        name, namespace = local_name(child), etree.QName(child).namespace or ""
        if name not in _NAMES:
            continue
        if namespace != WSA:
            if _OLD.fullmatch(namespace):
                sheet.add(_NAMESPACE(envelope.tree.at(child), name=name, got=namespace))
        elif name in found and name != "RelatesTo":
            sheet.add(_REPEATED(envelope.tree.at(child), name=name))
        else:
            found.setdefault(name, child)
    return found


def _action(envelope: Envelope, header: etree._Element, transaction: Transaction | None, sheet: Sheet) -> None:
    got, body = _text(header), envelope.body
    at = envelope.tree.at(header)
    if envelope.is_fault:
        if got not in (FAULT_ACTION_ADDRESSING, FAULT_ACTION_SOAP):
            sheet.add(_FAULT_ACTION(at, got=got))
    elif body is not None:
        expected = _expected(str(body.tag), transaction)
        if expected and header.text not in expected:
            right = " / ".join(expected)
            sheet.add(_ACTION(at, got=repr(header.text), body=local_name(body), expected=right))
    qualified = header.get(f"{{{envelope.namespace}}}mustUnderstand", "").strip()
    if qualified not in _TRUE:
        remark = _MUST_UNDERSTAND(at)
        # official French messages write the attribute without its prefix
        sheet.add(replace(remark, level=SHOULD) if sheet.circumstances.french else remark)


def _expected(tag: str, transaction: Transaction | None) -> tuple[str, ...]:
    """The Actions that go with a body; an answer whose transaction is not known has those of all that it could be."""
    if transaction is not None:
        return (transaction.action if tag in REQUESTS else transaction.response_action,)
    return tuple(dict.fromkeys(each.response_action for each in TRANSACTIONS if each.response == tag))


def check_parameter(envelope: Envelope, parameter: str, sheet: Sheet, *, where: str, part: str = "") -> None:
    """The action parameter of a Content-Type, where there is one."""
    action = action_of(envelope)
    if parameter and action and parameter != action:
        sheet.add(_PARAMETER(where, part=part, got=parameter, expected=action))


def _text(header: etree._Element) -> str:
    address = header.find(f"{{{WSA}}}Address")
    return ((header if address is None else address).text or "").strip()
