"""What official messages, kits and other software send beside the usual, and a receiver takes. # DMP TD2.1"""

import copy
from dataclasses import replace
from typing import Final

from lxml import etree

from conformance.messages import names as c
from conformance.messages.dmp import names as n
from conformance.messages.dmp import xmldsig
from conformance.messages.dmp.lot import Lot, document
from conformance.messages.dmp.signature import LEGACY, STRICT
from conformance.messages.dmp.signatures.forge import Accepted, Signing, before, ds, element, local, manifest
from conformance.messages.objects import Association
from conformance.model import SHOULD


def _manifest_transform(root: etree._Element) -> None:
    reference = root[0].findall(ds("Reference"))[0]
    reference.insert(0, element(f'<Transforms><Transform Algorithm="{n.INCLUSIVE_WITH_COMMENTS}"/></Transforms>'))


def _digit_id(root: etree._Element) -> None:
    """A UUID that begins with a digit, as in the official sample: no NCName, and there all the same."""
    identifier = f"0{(root.get('Id') or '')[2:]}"
    root.set("Id", identifier)
    for name in ("SignatureProperty", "QualifyingProperties"):
        local(root, name).set("Target", f"#{identifier}")


def _schema_location(root: etree._Element) -> None:
    manifest(root).set(f"{{{n.XSI}}}schemaLocation", f"{n.DS} xmldsig-core-schema.xsd")


def _purpose_without_namespace(signing: Signing) -> bytes:
    def edit(root: etree._Element) -> None:
        holder = local(root, "SignatureProperties")
        purpose = local(root, "SignatureProperty")
        plain = etree.fromstring("<SignatureProperties/>")
        etree.SubElement(plain, "SignatureProperty", dict(purpose.attrib)).text = purpose.text
        parent = holder.getparent()
        if parent is not None:
            parent.replace(holder, plain)

    return signing.signed(before=edit)


def _purpose_of_entry(signing: Signing) -> bytes:
    entry = signing.lot.signature
    target = entry.id if entry else ""
    return signing.signed(before=lambda root: local(root, "SignatureProperty").set("Target", f"#{target}"))


def _prefixed(signing: Signing) -> bytes:
    """The prefix `ds` on all that is of XML Signature, as the kit writes it."""
    root = xmldsig.prefixed(xmldsig.parse(signing.signed()))
    xmldsig.complete(root, signing.holder.signs)
    return etree.tostring(root)


def _other_order(root: etree._Element) -> None:
    manifest(root).append(manifest(root)[0])


def _two_documents(lot: Lot) -> Lot:
    second = document(lot.holder, lot.set.patient, text="Une seconde lettre.", title="Seconde lettre")
    return replace(lot, documents=(*lot.documents, second))


def _instructed(lot: Lot) -> Lot:
    """A document with a stylesheet instruction before its root and a comment after: they belong to what is digested."""
    content = lot.documents[0].content
    before_root = b'<?xml-stylesheet type="text/xsl" href="cda.xsl"?>\r\n<!-- lettre -->\r\n<ClinicalDocument '
    return lot.document(content=content.replace(b"<ClinicalDocument ", before_root, 1) + b"<!-- fin -->\n")


def _signs_documents(lot: Lot) -> Lot:
    """As IHE DSG has it: one association to each document."""
    source = lot.signature.id if lot.signature else ""
    signs = tuple(Association(c.SIGNS, source, each.id, status="Original") for each in lot.documents)
    return replace(lot, associations=signs)


def _detached(lot: Lot) -> Lot:
    """The formatCode of IHE DSG for the signature."""
    return lot.signature_coded("formatCode", ("urn:ihe:iti:dsg:detached:2014", n.IHE_FORMATS, "Signature détachée"))


def _key_info_signed(signing: Signing) -> bytes:
    def edit(root: etree._Element) -> None:
        root[2].set("Id", "key-info")
        reference = copy.deepcopy(root[0].findall(ds("Reference"))[1])
        reference.set("URI", "#key-info")
        del reference.attrib["Type"]
        root[0].append(reference)

    return signing.signed(before=edit)


ACCEPTED: Final = (
    Accepted("accepted/1", "A set with its signature", "Un lot avec sa signature", styles=(LEGACY, STRICT)),
    Accepted(
        "accepted/2",
        "A set of two documents",
        "Un lot de deux documents",
        change=_two_documents,
        styles=(LEGACY, STRICT),
    ),
    Accepted(
        "accepted/3",
        "A document with an instruction before and a comment after its root element",
        "Un document avec une instruction avant et un commentaire après son élément racine",
        change=_instructed,
        styles=(LEGACY, STRICT),
    ),
    Accepted(
        "accepted/4",
        "A transform stated on the reference to the Manifest, as the kit does",
        "Une transformation énoncée sur la référence au Manifest, comme le kit",
        before(_manifest_transform),
        level=SHOULD,
    ),
    Accepted(
        "accepted/5",
        "The prefix ds everywhere, as the kit does",
        "Le préfixe ds partout, comme le kit",
        _prefixed,
    ),
    Accepted(
        "accepted/6",
        "SignatureProperties in no namespace, as in the official sample",
        "SignatureProperties sans espace de noms, comme dans l'exemple officiel",
        _purpose_without_namespace,
    ),
    Accepted(
        "accepted/7",
        "A Signature whose Id begins with a digit, as in the official sample",
        "Une Signature dont l'Id commence par un chiffre, comme dans l'exemple officiel",
        before(_digit_id),
    ),
    Accepted(
        "accepted/8",
        "A schemaLocation on the Manifest",
        "Un schemaLocation sur le Manifest",
        before(_schema_location),
        level=SHOULD,
    ),
    Accepted(
        "accepted/9",
        "A purpose that aims at the entry of the signature",
        "Un objet qui vise la fiche de la signature",
        _purpose_of_entry,
        level=SHOULD,
    ),
    Accepted(
        "accepted/10",
        "A Manifest that names the set last",
        "Un Manifest qui désigne le lot en dernier",
        before(_other_order),
        styles=(LEGACY, STRICT),
    ),
    Accepted(
        "accepted/11",
        "Associations signs that lead to the documents, as in IHE DSG",
        "Des Associations signs vers les documents, comme dans IHE DSG",
        change=_signs_documents,
        level=SHOULD,
    ),
    Accepted(
        "accepted/12",
        "The formatCode of IHE DSG for the signature",
        "Le formatCode d'IHE DSG pour la signature",
        change=_detached,
        styles=(LEGACY, STRICT),
        level=SHOULD,
    ),
    Accepted(
        "accepted/13",
        "KeyInfo signed as well",
        "KeyInfo signé lui aussi",
        _key_info_signed,
        styles=(STRICT,),
        level=SHOULD,
    ),
)
