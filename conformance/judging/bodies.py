"""What a message is about: each kind of body and the checks that it is held to."""

from lxml import etree

from conformance.judging import answers, feeds, query, retrieve, shape, signature, submission
from conformance.judging.attachments import Attached, resolve
from conformance.judging.markup import local_name
from conformance.judging.packaging import Package
from conformance.judging.place import Tree
from conformance.judging.sheet import Sheet
from conformance.judging.transactions import REQUESTS, RESPONSES, Transaction, of_request, of_response
from dmp.vihf import VihfCaller
from metadata.translate import Submission
from metadata.vocabulary import RIM

_LIST = f"{{{RIM}}}RegistryObjectList"
_PROVIDED = frozenset({"ITI-41", "ITI-80"})
_RETRIEVED = frozenset({"ITI-43", "ITI-39"})


def is_known(body: etree._Element) -> bool:
    """Whether some transaction has it."""
    return body.tag in REQUESTS | RESPONSES


def check_bare(tree: Tree, package: Package, sheet: Sheet) -> None:
    """A body that lies in a file of its own."""
    body = tree.root
    tag = str(body.tag)
    transaction = of_request(tag, "") if tag in REQUESTS else of_response(tag, "")
    submits = tag == _LIST or local_name(body) == "SubmitObjectsRequest"
    sheet.kind = f"ebRIM {local_name(body)}" if submits or transaction is None else f"{transaction.name} body"
    if submits and not _names_repository(body):
        sheet.guard("XSD", lambda: shape.check(tree, body, "ITI-41", sheet))
        _registered(tree, body, "ITI-41", sheet)
    else:
        check(tree, body, transaction, package, None, sheet)


def _names_repository(body: etree._Element) -> bool:
    """Whether it comes from a repository: metadata that have not passed one yet lack what it adds, as in ITI-41."""
    return any(slot.get("name") == "repositoryUniqueId" for slot in body.iter(f"{{{RIM}}}Slot"))


def check(
    tree: Tree,
    body: etree._Element,
    transaction: Transaction | None,
    package: Package,
    caller: VihfCaller | None,
    sheet: Sheet,
) -> None:
    """The body of a request or an answer; `tree` begins at it."""
    tag = str(body.tag)
    name = "" if transaction is None else transaction.name
    sheet.guard("XSD", lambda: shape.check(tree, body, name or "ITI-42", sheet))
    if tag in RESPONSES:
        _answer(tree, body, name, package, sheet)
    elif name in _PROVIDED:
        _provided(tree, body, package, caller, sheet)
    elif name in submission.RULED or tag == _LIST:
        _registered(tree, body, name or "ITI-42", sheet)
    elif name in query.TRANSACTIONS:
        sheet.guard("stored query", lambda: query.check(tree, body, caller, sheet))
    elif name in _RETRIEVED:
        sheet.guard("retrieve request", lambda: retrieve.check(tree, body, sheet))
    elif name == "ITI-44":
        sheet.guard("HL7 v3", lambda: feeds.check_v3(tree, body, sheet))


def _answer(tree: Tree, body: etree._Element, name: str, package: Package, sheet: Sheet) -> None:
    if local_name(body).startswith("MCCI_"):
        return
    sheet.guard("answer", lambda: answers.check(tree, body, name, sheet))
    if local_name(body) == "RetrieveDocumentSetResponse":
        sheet.guard("attachments", lambda: _forget(resolve(tree, package, sheet)))
    if local_name(body) == "AdhocQueryResponse":
        sheet.guard("returned metadata", lambda: answers.check_objects(tree, body, sheet))


def _registered(tree: Tree, body: etree._Element, name: str, sheet: Sheet) -> None:
    read = submission.read(tree, body, sheet)
    if read is not None:
        sheet.guard("IHE rules", lambda: submission.check_rules(tree, read, name, sheet))


def _provided(tree: Tree, body: etree._Element, package: Package, caller: VihfCaller | None, sheet: Sheet) -> None:
    attached: list[Attached] = []
    sheet.guard("attachments", lambda: attached.extend(resolve(tree, package, sheet)))
    read = submission.read(tree, body, sheet)
    if read is None:
        return
    sheet.guard("IHE rules", lambda: submission.check_rules(tree, read, "ITI-41", sheet))
    sheet.guard("hash and size", lambda: submission.check_documents(tree, read, attached, sheet))
    _signed(tree, read, attached, caller, sheet)
    if sheet.circumstances.french:
        sheet.guard("CDA coherence", lambda: submission.check_coherence(tree, read, attached, sheet))


def _signed(tree: Tree, read: Submission, attached: list[Attached], caller: VihfCaller | None, sheet: Sheet) -> None:
    contents = submission.contents_of(read, attached)
    if contents or not attached:
        sheet.guard("signature of the set", lambda: signature.check_lot(tree, read, contents, caller, sheet))


def _forget(_: object) -> None:
    """For a check whose answer nobody needs."""
