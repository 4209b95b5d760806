"""The SOAP envelope: version, Header and Body, and a fault in it."""

from dataclasses import dataclass
from typing import Final

from lxml import etree

from conformance.judging.book import rule
from conformance.judging.markup import elements, local_name
from conformance.judging.place import Tree
from conformance.judging.sheet import Sheet
from conformance.model import MUST
from soap.names import SOAP11, SOAP12

_PART1: Final = "SOAP 1.2 Part 1 5"
_CODES: Final = frozenset({"Sender", "Receiver", "MustUnderstand", "VersionMismatch", "DataEncodingUnknown"})

_VERSION = rule(
    "wire.soap.version",
    MUST,
    "ITI TF-2 Appendix V.3.2.1.3",
    "the envelope is {got}; XDS.b is SOAP 1.2, namespace http://www.w3.org/2003/05/soap-envelope",
    "l'enveloppe est {got} ; XDS.b veut SOAP 1.2, espace de noms http://www.w3.org/2003/05/soap-envelope",
)
_STRUCTURE = rule(
    "wire.soap.structure",
    MUST,
    f"{_PART1}.1",
    "the envelope holds {got} where only one Header, then one Body may stand",
    "l'enveloppe contient {got} là où ne peuvent être qu'un Header, puis un Body",
)
_NO_BODY = rule(
    "wire.soap.body-missing",
    MUST,
    f"{_PART1}.3",
    "the envelope has no Body",
    "l'enveloppe n'a pas de Body",
)
_BODY = rule(
    "wire.soap.body",
    MUST,
    "ITI TF-2 Appendix V.3.2.1.2",
    "Body holds {count} elements; it must hold exactly one",
    "Body contient {count} éléments ; il doit en contenir exactement un",
)
_FAULT_CODE = rule(
    "wire.fault.code",
    MUST,
    f"{_PART1}.4.6",
    "the fault code is {got}; it is one of those of SOAP 1.2, with the prefix of its namespace: soap:Sender, "
    "soap:Receiver, …",
    "le code du fault est {got} ; c'est un de ceux de SOAP 1.2, avec le préfixe de son espace de noms : soap:Sender, "
    "soap:Receiver, …",
)
_FAULT_SUBCODE = rule(
    "wire.fault.subcode",
    MUST,
    f"{_PART1}.4.1.2",
    "the fault subcode {got} has a prefix that is not declared",
    "le sous-code {got} du fault a un préfixe qui n'est pas déclaré",
)
_FAULT_REASON = rule(
    "wire.fault.reason",
    MUST,
    f"{_PART1}.4.2",
    "the fault has no Reason with a Text and its xml:lang",
    "le fault n'a pas de Reason avec un Text et son xml:lang",
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope as far as it could be read."""

    tree: Tree
    namespace: str
    header: etree._Element | None
    body: etree._Element | None
    """The first element of Body."""

    @property
    def is_fault(self) -> bool:
        return self.body is not None and local_name(self.body) == "Fault"

    @property
    def relative(self) -> Tree:
        """The tree of the body, for XPaths that begin there."""
        return Tree(self.tree.root if self.body is None else self.body, self.tree.piece)


def read(tree: Tree, sheet: Sheet) -> Envelope:
    """The envelope in `tree`; what is wrong with it goes to the sheet."""
    root = tree.root
    namespace = etree.QName(root).namespace or ""
    if namespace != SOAP12:
        sheet.add(_VERSION(tree.at(root), got="SOAP 1.1" if namespace == SOAP11 else namespace or "-"))
    header: etree._Element | None = None
    holder: etree._Element | None = None
    for child in elements(root):
        name, own = local_name(child), etree.QName(child).namespace == namespace
        if own and name == "Header" and header is None and holder is None:
            header = child
        elif own and name == "Body" and holder is None:
            holder = child
        else:
            sheet.add(_STRUCTURE(tree.at(child), got=name))
    if holder is None:
        sheet.add(_NO_BODY(tree.at(root)))
        return Envelope(tree, namespace, header, None)
    children = elements(holder)
    if len(children) != 1:
        sheet.add(_BODY(tree.at(holder), count=len(children)))
    sheet.ran("SOAP")
    return Envelope(tree, namespace, header, children[0] if children else None)


def check_fault(envelope: Envelope, sheet: Sheet) -> None:
    """The fault in the body of a SOAP 1.2 envelope; those of SOAP 1.1 have another shape, and a remark already."""
    fault, tree = envelope.body, envelope.tree
    if fault is None or envelope.namespace != SOAP12:
        return
    s = f"{{{SOAP12}}}"
    value = fault.find(f"{s}Code/{s}Value")
    told = "" if value is None else (value.text or "").strip()
    prefix, _, code = told.rpartition(":")
    declared = None if value is None else value.nsmap.get(prefix or None)
    if code not in _CODES or declared != SOAP12:
        sheet.add(_FAULT_CODE(tree.at(fault if value is None else value), got=told or "-"))
    for sub in fault.iter(f"{s}Subcode"):
        name = sub.find(f"{s}Value")
        text = "" if name is None else (name.text or "").strip()
        if name is None or ":" not in text or text.partition(":")[0] not in name.nsmap:
            sheet.add(_FAULT_SUBCODE(tree.at(sub), got=text or "-"))
    text_of = fault.find(f"{s}Reason/{s}Text")
    if text_of is None or text_of.get("{http://www.w3.org/XML/1998/namespace}lang") is None:
        sheet.add(_FAULT_REASON(tree.at(fault)))
    sheet.ran("SOAP fault")
