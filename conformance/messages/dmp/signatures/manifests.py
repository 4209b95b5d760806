"""Signatures of other documents than those of the set."""

import copy
from dataclasses import replace
from typing import Final

from lxml import etree

from conformance.messages.dmp import names as n
from conformance.messages.dmp.lot import Lot, document
from conformance.messages.dmp.signature import LEGACY, STRICT, Edit
from conformance.messages.dmp.signatures.forge import (
    MANIFEST,
    VERIFIED,
    XMLDSIG,
    BadSignature,
    Make,
    Signed,
    Signing,
    after,
    before,
    ds,
    element,
    manifest,
    over,
    remove,
)
from conformance.messages.objects import new_oid
from conformance.model import SHOULD


def _other_text(documents: Signed) -> Signed:
    (unique_id, content, is_xml), *rest = documents
    return (unique_id, content.replace("contrôle".encode(), b"x").replace(b"<title>", b"<title>x"), is_xml), *rest


def _two(lot: Lot) -> Lot:
    """With a second document."""
    second = document(lot.holder, lot.set.patient, text="Une seconde lettre.", title="Seconde lettre")
    return replace(lot, documents=(*lot.documents, second))


def _exchanged(documents: Signed) -> Signed:
    (one, first, _), (other, second, _) = documents
    return (one, second, True), (other, first, True)


def _transform(algorithm: str) -> Edit:
    """A transform on the last document, in place of any it has."""

    def edit(root: etree._Element) -> None:
        reference = manifest(root)[-1]
        for each in reference.findall(ds("Transforms")):
            reference.remove(each)
        reference.insert(0, element(f'<Transforms><Transform Algorithm="{algorithm}"/></Transforms>'))

    return edit


def _twice(root: etree._Element) -> None:
    """The first document in the place of the second."""
    manifest(root).replace(manifest(root)[-1], copy.deepcopy(manifest(root)[-2]))


def _set_digest(value: str) -> Edit:
    def edit(root: etree._Element) -> None:
        manifest(root)[0][-1].text = value

    return edit


def _extra_reference(root: etree._Element) -> None:
    copied = copy.deepcopy(manifest(root)[-1])
    copied.set("URI", f"urn:oid:{new_oid()}")
    manifest(root).append(copied)


def _many(root: etree._Element) -> None:
    for _ in range(300):
        _extra_reference(root)


def _renamed(root: etree._Element) -> None:
    manifest(root)[-1].set("URI", f"urn:oid:{new_oid()}")


def _another_set(signing: Signing) -> bytes:
    return signing.signed(set_id=new_oid())


def _bad(number: int, wrong: str, wrong_fr: str, make: Make, rule: str, **more: object) -> BadSignature:
    given = {"section": MANIFEST, **more}
    return BadSignature(
        f"manifest/{number}",
        wrong,
        wrong_fr,
        make=make,
        covers=(rule,),
        **given,  # type: ignore[arg-type]
    )


MANIFESTS: Final = (
    _bad(
        1,
        "whose document is another than was signed",
        "dont le document n'est pas celui qui fut signé",
        over(_other_text),
        "lot.document-digest",
        section=VERIFIED,
    ),
    _bad(
        2,
        "with a document more than was signed",
        "avec un document de plus que ceux signés",
        over(lambda documents: documents[:1]),
        "lot.manifest-missing",
        change=_two,
    ),
    _bad(
        3,
        "with a document less than was signed",
        "avec un document de moins que ceux signés",
        over(lambda documents: (*documents, (new_oid(), b"<x/>", True))),
        "lot.manifest-extra",
    ),
    _bad(
        4,
        "with the signature of another set",
        "avec la signature d'un autre lot",
        _another_set,
        "lot.manifest-set",
    ),
    _bad(
        5,
        "whose signature does not name the set",
        "dont la signature ne désigne pas le lot",
        before(lambda root: remove(manifest(root)[0])),
        "lot.manifest-set",
    ),
    _bad(
        6,
        "whose signature names a document twice",
        "dont la signature désigne deux fois un document",
        before(_twice),
        "lot.manifest-duplicate",
        change=_two,
    ),
    _bad(
        7,
        "whose signature exchanges two documents",
        "dont la signature échange deux documents",
        over(_exchanged),
        "lot.document-digest",
        change=_two,
        section=VERIFIED,
    ),
    _bad(
        8,
        "whose signature names another document, not signed again",
        "dont la signature désigne un autre document, sans nouvelle signature",
        after(_renamed),
        "lot.digest",
        section=XMLDSIG + "3.2.1",
    ),
    _bad(
        9,
        "whose signature has another digest of a document, not signed again",
        "dont la signature porte une autre empreinte de document, sans nouvelle signature",
        after(lambda root: setattr(manifest(root)[-1][-1], "text", "ZHdMHCdgcMNU7PIhGp6aYG7cWU0=")),
        "lot.digest",
        section=XMLDSIG + "3.2.1",
    ),
    _bad(
        10,
        "whose signature transforms a document by XPath",
        "dont la signature transforme un document par XPath",
        before(_transform(n.XPATH)),
        "lot.transform",
    ),
    _bad(
        11,
        "whose signature transforms a document by XSLT",
        "dont la signature transforme un document par XSLT",
        before(_transform(n.XSLT)),
        "lot.transform",
    ),
    _bad(
        12,
        "whose Manifest holds something that is no Reference",
        "dont le Manifest contient autre chose que des Reference",
        before(lambda root: manifest(root).append(element("<Object/>"))),
        "lot.structure",
        section=XMLDSIG + "5.1",
    ),
    _bad(
        13,
        "whose signature names three hundred documents that are not there",
        "dont la signature désigne trois cents documents absents",
        before(_many),
        "lot.manifest-extra",
    ),
    _bad(
        14,
        "whose signature has a real digest where the set has AA==",
        "dont la signature porte une vraie empreinte là où le lot porte AA==",
        before(_set_digest("2jmj7l5rSw0yVb/vlWAYkK/YBwk=")),
        "lot.manifest-set",
        level=SHOULD,
    ),
    _bad(
        15,
        "whose signature has an empty digest of a document",
        "dont la signature porte une empreinte vide de document",
        before(lambda root: setattr(manifest(root)[-1][-1], "text", "AA==")),
        "lot.digest",
        section=VERIFIED,
    ),
    _bad(
        16,
        "with the digest of a canonical form that its document does not have, being no XML",
        "dont la signature porte sur la forme canonique d'un document qui n'est pas du XML",
        before(_transform(n.INCLUSIVE_WITH_COMMENTS)),
        "lot.document-unreadable",
        change=lambda lot: lot.document(mime_type="application/pdf", content=b"%PDF-1.7 not XML"),
        styles=(LEGACY,),
        section=VERIFIED,
    ),
    _bad(
        17,
        "whose signature digests a document in a canonical form",
        "dont la signature prend l'empreinte d'une forme canonique de document",
        before(_transform(n.INCLUSIVE_WITH_COMMENTS)),
        "lot.transform",
        styles=(STRICT,),
        level=SHOULD,
        section=VERIFIED,
    ),
)
