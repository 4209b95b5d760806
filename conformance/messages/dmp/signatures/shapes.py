"""Signatures that are none, sign something else, or ask their reader for more than a signature may."""

import copy
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from conformance.messages.dmp import names as n
from conformance.messages.dmp import xmldsig
from conformance.messages.dmp.signature import Edit
from conformance.messages.dmp.signatures.forge import (
    DSG,
    XMLDSIG,
    BadSignature,
    Make,
    after,
    before,
    ds,
    element,
    local,
    manifest,
    parent,
    remove,
    rewritten,
)


def _reference(root: etree._Element, number: int) -> etree._Element:
    """Of SignedInfo: 0 leads to the Manifest, 1 to SignedProperties."""
    return root[0].findall(ds("Reference"))[number]


def _a_second_earlier(root: etree._Element) -> None:
    """SigningTime, changed so little that nothing but its digest can show it."""
    time = local(root, "SigningTime")
    time.text = (datetime.fromisoformat(time.text or "") - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _uri(number: int, uri: str) -> Edit:
    return lambda root: _reference(root, number).set("URI", uri)


def _stated(algorithm: str) -> Edit:
    """A transform more on the reference to the Manifest."""

    def edit(root: etree._Element) -> None:
        reference = _reference(root, 0)
        transforms = reference.find(ds("Transforms"))
        if transforms is None:
            transforms = element("<Transforms/>")
            reference.insert(0, transforms)
        etree.SubElement(transforms, ds("Transform"), Algorithm=algorithm)

    return edit


def _second_manifest(root: etree._Element) -> None:
    """Another manifest, unsigned."""
    forged = copy.deepcopy(manifest(root))
    forged.set("Id", "another")
    etree.SubElement(root, ds("Object")).append(forged)


def _moved_manifest(root: etree._Element) -> None:
    """A forged manifest in the place of the signed one, which hides at the end."""
    real = manifest(root)
    forged = copy.deepcopy(real)
    forged.set("Id", "another")
    forged[-1][-1].text = xmldsig.digest(n.SHA1, b"something else")
    parent(real).replace(real, forged)
    etree.SubElement(root, ds("Object")).append(real)


def _same_id(root: etree._Element) -> None:
    local(root, "SigningTime").set("Id", "IHEManifest")


def _other_spelling(root: etree._Element) -> None:
    local(root, "SigningTime").set("ID", "IHEManifest")


def _bare_key(root: etree._Element) -> None:
    information = root[2]
    information.clear()
    information.append(
        element("<KeyValue><RSAKeyValue><Modulus>AQAB</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>")
    )


def _comment(root: etree._Element) -> None:
    manifest(root)[-1][-1].append(etree.Comment("x"))


def _instruction(root: etree._Element) -> None:
    manifest(root).append(etree.ProcessingInstruction("x", "y"))


def _namespaces(count: int) -> bytes:
    return b"<a" + b"".join(b' xmlns:p%d="urn:p"' % number for number in range(count)) + b"/>"


def _inserted(content: bytes) -> Make:
    """In the end of the first Object."""
    return rewritten(lambda whole: whole.replace(b"</Object>", content + b"</Object>", 1))


def _bad(name: str, wrong: str, wrong_fr: str, make: Make, rule: str, section: str = DSG) -> BadSignature:
    return BadSignature(name, wrong, wrong_fr, section, make, covers=(rule,))


SHAPES: Final = (
    _bad(
        "xmldsig-3.2.2/1",
        "whose signature value is invented",
        "dont la valeur de signature est inventée",
        after(lambda root: setattr(root[1], "text", xmldsig.zero_value())),
        "lot.value",
        XMLDSIG + "3.2.2",
    ),
    _bad(
        "xmldsig-3.2.2/2",
        "whose SignedInfo was changed after signing",
        "dont SignedInfo a été modifié après signature",
        after(lambda root: root[0].set("Id", "changed")),
        "lot.value",
        XMLDSIG + "3.2.2",
    ),
    _bad(
        "xmldsig-3.2.1/1",
        "whose SigningTime was changed after signing",
        "dont SigningTime a été modifié après signature",
        after(_a_second_earlier),
        "lot.digest",
        XMLDSIG + "3.2.1",
    ),
    _bad(
        "xmldsig-4.4.3/1",
        "whose signature does not sign its Manifest",
        "dont la signature ne signe pas son Manifest",
        before(lambda root: remove(_reference(root, 0))),
        "lot.reference",
    ),
    _bad(
        "xmldsig-4.4.3/2",
        "whose signature does not sign its SignedProperties",
        "dont la signature ne signe pas ses SignedProperties",
        before(lambda root: remove(_reference(root, 1))),
        "lot.reference",
    ),
    *(
        _bad(
            f"xmldsig-4.4.3/{number}",
            f"whose signature refers to {what}",
            f"dont la signature référence {what_fr}",
            before(_uri(0, uri)),
            rule,
            XMLDSIG + "4.4.3.1",
        )
        for number, uri, what, what_fr, rule in (
            (3, "file:///etc/hostname", "a file", "un fichier", "lot.reference"),
            (4, "http://conformance.invalid/x", "another host", "un autre hôte", "lot.reference"),
            (5, "", "the whole document", "tout le document", "lot.reference"),
            (6, "#xpointer(/)", "something by XPointer", "quelque chose par XPointer", "lot.reference"),
            (7, "#nothing", "an Id that is not there", "un Id absent", "lot.structure"),
        )
    ),
    _bad(
        "xmldsig-4.4.3.4/1",
        "whose signature is transformed by XSLT",
        "dont la signature est transformée par XSLT",
        before(_stated(n.XSLT)),
        "lot.transform",
        XMLDSIG + "4.4.3.4",
    ),
    _bad(
        "xmldsig-4.4.3.4/2",
        "whose signature is transformed by XPath",
        "dont la signature est transformée par XPath",
        before(_stated(n.XPATH)),
        "lot.transform",
        XMLDSIG + "4.4.3.4",
    ),
    _bad(
        "xmldsig-6.3/1",
        "whose signature says HMAC, as if the public key were a secret",
        "dont la signature annonce un HMAC, comme si la clé publique était un secret",
        after(lambda root: root[0][1].set("Algorithm", n.HMAC_SHA256)),
        "lot.algorithm",
        XMLDSIG + "6.3.1",
    ),
    _bad(
        "xmldsig-4.5/1",
        "whose signature shows no certificate",
        "dont la signature ne montre pas de certificat",
        after(lambda root: root[2].clear()),
        "lot.key-info",
    ),
    _bad(
        "xmldsig-4.5/2",
        "whose signature shows a bare key",
        "dont la signature montre une clé nue",
        after(_bare_key),
        "lot.key-info",
    ),
    _bad(
        "xmldsig-4.5/3",
        "whose signature has no KeyInfo",
        "dont la signature n'a pas de KeyInfo",
        after(lambda root: root.remove(root[2])),
        "lot.structure",
    ),
    _bad(
        "xmldsig-5.1/1",
        "whose signature has a second Manifest, unsigned",
        "dont la signature a un second Manifest, non signé",
        after(_second_manifest),
        "lot.structure",
    ),
    _bad(
        "xmldsig-5.1/2",
        "whose signature shows a forged Manifest while the signed one hides",
        "dont la signature montre un Manifest forgé pendant que celui qui est signé se cache",
        after(_moved_manifest),
        "lot.structure",
    ),
    _bad(
        "xmldsig-5.1/3",
        "whose signature has no Manifest",
        "dont la signature n'a pas de Manifest",
        after(lambda root: remove(parent(manifest(root)))),
        "lot.structure",
    ),
    _bad(
        "xmldsig-4.5.3/1",
        "whose signature has two elements of one Id",
        "dont la signature a deux éléments de même Id",
        before(_same_id),
        "lot.duplicate-id",
        "XML 1.0, 3.3.1",
    ),
    _bad(
        "xmldsig-4.5.3/2",
        "whose signature has one identifier as Id and as ID",
        "dont la signature a un même identifiant en Id et en ID",
        before(_other_spelling),
        "lot.duplicate-id",
    ),
    _bad(
        "xml/1",
        "whose signature is no signature",
        "dont la signature n'en est pas une",
        rewritten(lambda _: b'<?xml version="1.0"?><signature/>'),
        "lot.structure",
    ),
    _bad(
        "xml/2",
        "whose signature stands inside something else",
        "dont la signature est dans autre chose",
        rewritten(lambda whole: b"<x>" + whole[whole.index(b"<Signature") :] + b"</x>"),
        "lot.structure",
    ),
    _bad(
        "xml/3",
        "whose signature is cut short",
        "dont la signature est tronquée",
        rewritten(lambda whole: whole[:-20]),
        "lot.malformed",
    ),
    _bad(
        "xml/4",
        "whose signature is empty",
        "dont la signature est vide",
        rewritten(lambda _: b""),
        "lot.malformed",
    ),
    _bad(
        "xml/5",
        "whose signature has a DTD",
        "dont la signature a une DTD",
        rewritten(lambda whole: b"<!DOCTYPE Signature>" + whole[whole.index(b"<Signature") :]),
        "lot.forbidden-markup",
        XMLDSIG + "8.1",
    ),
    _bad(
        "xml/6",
        "whose signature expands entities without end",
        "dont la signature développe des entités sans fin",
        rewritten(
            lambda whole: (
                (
                    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
                    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
                )
                + whole[whole.index(b"<Signature") :].replace(b"AA==", b"&c;", 1)
            )
        ),
        "lot.forbidden-markup",
        XMLDSIG + "8.1",
    ),
    _bad(
        "xml/7",
        "whose signature has a comment inside a digest",
        "dont la signature a un commentaire dans une empreinte",
        before(_comment),
        "lot.forbidden-markup",
    ),
    _bad(
        "xml/8",
        "whose signature has a processing instruction",
        "dont la signature a une instruction de traitement",
        before(_instruction),
        "lot.forbidden-markup",
    ),
    _bad(
        "xml/9",
        "whose signature declares four hundred namespaces",
        "dont la signature déclare quatre cents espaces de noms",
        _inserted(_namespaces(400)),
        "lot.too-large",
    ),
    _bad(
        "xml/10",
        "whose signature has a hundred thousand elements",
        "dont la signature a cent mille éléments",
        _inserted(b"<a/>" * 100_000),
        "lot.too-large",
    ),
    _bad(
        "xml/11",
        "whose signature is two hundred elements deep",
        "dont la signature a deux cents éléments imbriqués",
        _inserted(b"<a>" * 200 + b"</a>" * 200),
        "lot.too-large",
    ),
)
