"""A SOAP message: its envelope, addressing, packaging and token, and then its body."""

from typing import Final

from conformance.judging import addressing, bodies, envelope, packaging, token
from conformance.judging.book import rule
from conformance.judging.capture import Capture
from conformance.judging.envelope import Envelope
from conformance.judging.markup import local_name
from conformance.judging.packaging import Package
from conformance.judging.place import Tree
from conformance.judging.sheet import Sheet
from conformance.judging.transactions import REQUESTS, RESPONSES, Transaction, of_action, of_request, of_response
from conformance.model import MUST, SHOULD
from dmp.vihf import VihfCaller
from soap.mime import MimeError, parse_media_type

_WITH_VIHF: Final = frozenset({"ITI-18", "ITI-41", "ITI-43"})
"""The transactions of the DMP, each with a VIHF."""

_UNKNOWN = rule(
    "wire.soap.body-unknown",
    SHOULD,
    "Carnet",
    "the body {got} belongs to no transaction that is known here; it was not looked at",
    "le corps {got} n'est d'aucune transaction connue ici ; il n'a pas été examiné",
)
_ENVELOPE = rule(
    "wire.soap.envelope",
    MUST,
    "ITI TF-2 Appendix V.3.2.1.3",
    "the message is {got}, not a SOAP envelope",
    "le message est {got}, pas une enveloppe SOAP",
)
_STATUS = rule(
    "wire.http.status",
    MUST,
    "SOAP 1.2 Part 2 7.5.2.2",
    "the HTTP status is {got} with {what}; a fault has 400 (Sender) or 500, every other answer 200",
    "le statut HTTP est {got} avec {what} ; un fault a 400 (Sender) ou 500, toute autre réponse 200",
)


def check(tree: Tree, captured: Capture, package: Package, sheet: Sheet) -> None:
    """A message whose root is called Envelope."""
    sheet.kind = "SOAP envelope"
    read = envelope.read(tree, sheet)
    transaction = _transaction(read)
    _name(read, transaction, sheet)
    sheet.guard("WS-Addressing", lambda: addressing.check(read, transaction, sheet))
    sheet.guard("MIME", lambda: _packaging(read, transaction, package, sheet))
    _status(read, captured, sheet)
    if read.is_fault:
        sheet.guard("SOAP fault", lambda: envelope.check_fault(read, sheet))
    elif read.body is not None:
        caller: list[VihfCaller | None] = [None]
        if read.body.tag not in RESPONSES:
            sheet.guard("VIHF", lambda: caller.append(_caller(read, transaction, sheet)))
        bodies.check(read.relative, read.body, transaction, package, caller[-1], sheet)


def _transaction(read: Envelope) -> Transaction | None:
    action = addressing.action_of(read)
    if read.body is None or read.is_fault:
        return of_action(action)
    tag = str(read.body.tag)
    return of_request(tag, action) if tag in REQUESTS else of_response(tag, action)


def _name(read: Envelope, transaction: Transaction | None, sheet: Sheet) -> None:
    if read.is_fault:
        sheet.kind = "SOAP fault"
    elif read.body is not None and transaction is not None:
        sheet.kind = f"{transaction.name} {'request' if read.body.tag in REQUESTS else 'response'}"
    elif read.body is not None and bodies.is_known(read.body):
        sheet.kind = local_name(read.body)
    elif read.body is not None:
        sheet.add(_UNKNOWN(read.tree.at(read.body), got=local_name(read.body)))


def _packaging(read: Envelope, transaction: Transaction | None, package: Package, sheet: Sheet) -> None:
    check_type(package, sheet)
    if transaction is not None:
        http = package.media is not None
        packaging.check_kind(package, transaction, fault=read.is_fault, http=http, sheet=sheet)
    if package.media is not None:
        addressing.check_parameter(read, package.media.get("action"), sheet, where="Content-Type")
    if package.part is not None:
        try:
            told = parse_media_type(package.part.content_type).get("action")
        except MimeError:
            return  # told already
        addressing.check_parameter(read, told, sheet, where=package.part.where, part=package.name)


def check_type(package: Package, sheet: Sheet) -> None:
    """The Content-Type, where there is one."""
    packaging.check_simple_type(package, sheet)


def _status(read: Envelope, captured: Capture, sheet: Sheet) -> None:
    if captured.http != "response":
        return
    good = captured.status in (400, 500) if read.is_fault else captured.status == 200
    if not good:
        what = "Fault" if read.is_fault else "-" if read.body is None else local_name(read.body)
        sheet.add(_STATUS("line 1", got=captured.status, what=what))


def _caller(read: Envelope, transaction: Transaction | None, sheet: Sheet) -> VihfCaller | None:
    asked = sheet.circumstances.french and transaction is not None and transaction.name in _WITH_VIHF
    said = token.check_message(read.tree, read.header, sheet, required=asked)
    return token.caller_of(said, sheet)


def not_an_envelope(tree: Tree, package: Package, sheet: Sheet) -> None:
    """Something else where a SOAP message should stand."""
    check_type(package, sheet)
    sheet.add(_ENVELOPE(tree.at(tree.root), part=package.name, got=local_name(tree.root)))
