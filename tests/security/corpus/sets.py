"""Attacks on the signature of a set, under either policy, and what French software sends that only looks strange.

`resign` makes every digest and the value right again after an edit, with the signer's key: what comes out is genuinely
signed and wrong in one thing alone.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from dmp.authority import Authority, Flaw
from security.dsg import DMP_LEGACY, SOURCE, STRICT, Expected, Leniency, SetDocument, SetPolicy, sign_set
from security.dsg.names import XADES_111, XADES_132
from security.issuing import CertifiedKey
from security.xmlsignature import names as n
from security.xmlsignature.algorithms import digest
from security.xmlsignature.refusals import Reason
from security.xmlsignature.signing import sign_octets
from security.xmlsignature.verification import canonical_element
from tests.security.corpus.bench import clone, ds

SET = "urn:oid:1.2.250.1.999.7.2.1"
LETTER, SCAN, OTHER = (f"urn:oid:1.2.250.1.999.7.2.1.{number}" for number in (1, 2, 3))
LETTER_BYTES = (
    b'<?xml version="1.0" encoding="UTF-8"?>\r\n<?xml-stylesheet type="text/xsl" href="#"?>\r\n<!-- letter -->\r\n'
    b'<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\r\n'
    b"  <title   a='\tx'>Lettre de liaison \xc3\xa0 la sortie</title><empty/></ClinicalDocument>\r\n<!-- end -->"
)
SCAN_BYTES = b"%PDF-1.7\n\x00\xff binary"
DOCUMENTS = (SetDocument.of(LETTER, LETTER_BYTES), SetDocument.of(SCAN, SCAN_BYTES))
EXPECTED = Expected(SET, DOCUMENTS, SOURCE)
_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"

Edit = Callable[[etree._Element], object]


@dataclass(frozen=True)
class SetBench:
    authority: Authority
    policy: SetPolicy

    @property
    def legacy(self) -> bool:
        return self.policy is DMP_LEGACY

    @property
    def signer(self) -> CertifiedKey:
        return self.authority.identities["doctor"].signature

    @property
    def xades(self) -> str:
        return f"{{{self.policy.xades}}}"

    def sign(
        self,
        signer: CertifiedKey | None = None,
        *,
        after: timedelta = timedelta(),
        documents: tuple[SetDocument, ...] = DOCUMENTS,
    ) -> bytes:
        """The good signature; `after` moves its time."""
        return sign_set(
            SET,
            documents,
            signer or self.signer,
            at=self.authority.at + after,
            policy=self.policy,
            canonical={LETTER} if self.legacy else (),
        )

    def edited(self, edit: Edit) -> bytes:
        """Edited after it was signed."""
        root = etree.fromstring(self.sign())
        edit(root)
        return etree.tostring(root)

    def resigned(self, edit: Edit, *, digest_method: str | None = None) -> bytes:
        """Edited before it was signed."""
        root = etree.fromstring(self.sign())
        edit(root)
        return resign(root, self, digest_method)


@dataclass(frozen=True)
class SetCase:
    name: str
    build: Callable[[SetBench], bytes]
    reason: Reason | None
    """None: it is accepted."""
    expected: Expected = field(default=EXPECTED)
    leniencies: frozenset[Leniency] = frozenset()


def resign(root: etree._Element, bench: SetBench, digest_method: str | None = None) -> bytes:
    method = digest_method or bench.policy.digest
    signed_info, value = root.find(n.SIGNED_INFO), root.find(n.SIGNATURE_VALUE)
    assert signed_info is not None
    assert value is not None
    for reference in signed_info.findall(n.REFERENCE):
        target = root.xpath("//*[@Id = $id]", id=reference.get("URI", "")[1:])
        if target:
            octets = canonical_element(target[0], (), bench.policy.profile)
            reference[-1].text = b64encode(digest(method, octets)).decode()
    algorithm = signed_info[1].get("Algorithm", "")
    octets = canonical_element(signed_info, (), bench.policy.profile)
    value.text = b64encode(sign_octets(bench.signer.key, algorithm, octets)).decode()
    return etree.tostring(root)


def cases(bench: SetBench) -> Iterator[SetCase]:
    yield from _accepted(bench)
    yield from _manifest(bench)
    yield from _structure(bench)
    yield from _shape(bench)
    yield from _properties(bench)
    yield from _expensive(bench)
    yield from _signers()
    if bench.legacy:
        yield from _legacy()


def manifest(root: etree._Element) -> etree._Element:
    return _find(root, f"{{{n.DS}}}Manifest")


def _find(root: etree._Element, tag: str) -> etree._Element:
    found = next(root.iter(tag), None)
    assert found is not None, tag
    return found


def _local(root: etree._Element, name: str) -> etree._Element:
    return next(each for each in root.iter() if etree.QName(each).localname == name)


def _accepted(bench: SetBench) -> Iterator[SetCase]:
    yield SetCase("as it should be", lambda b: b.sign(), None)
    yield SetCase("a set without other documents", lambda b: b.sign(documents=()), None, Expected(SET, (), SOURCE))
    yield SetCase("any purpose, if none is expected", lambda b: b.sign(), None, Expected(SET, DOCUMENTS))
    yield SetCase("the seal of a structure", lambda b: b.sign(b.authority.identities["hospital"].signature), None)
    yield SetCase(
        "documents in another order", lambda b: b.resigned(lambda r: manifest(r).insert(0, manifest(r)[2])), None
    )
    if not bench.legacy:
        yield SetCase("KeyInfo signed as well", lambda b: b.resigned(_sign_key_info), None)
        yield SetCase(
            "time stamps added later",
            lambda b: b.edited(
                lambda r: etree.SubElement(_find(r, f"{b.xades}QualifyingProperties"), f"{b.xades}UnsignedProperties")
            ),
            None,
        )
        yield SetCase(
            "no purpose",
            lambda b: b.resigned(lambda r: _find(r, f"{b.xades}SignedDataObjectProperties").clear()),
            None,
            leniencies=frozenset({Leniency.NO_COMMITMENT}),
        )


def _sign_key_info(root: etree._Element) -> None:
    root[2].set("Id", "key-info")
    reference = clone(root[0][3])
    reference.set("URI", "#key-info")
    del reference.attrib["Type"]
    root[0].append(reference)


def _manifest(bench: SetBench) -> Iterator[SetCase]:
    def resigned(name: str, edit: Edit, reason: Reason) -> SetCase:
        return SetCase(f"manifest: {name}", lambda b: b.resigned(edit), reason)

    def with_documents(name: str, reason: Reason, *documents: SetDocument) -> SetCase:
        return SetCase(f"manifest: {name}", lambda b: b.sign(), reason, replace(EXPECTED, documents=documents))

    def transform(algorithm: str) -> Edit:
        return lambda r: manifest(r)[2].insert(
            0, etree.fromstring(f'<Transforms xmlns="{n.DS}"><Transform Algorithm="{algorithm}"/></Transforms>')
        )

    letter, scan = DOCUMENTS
    changed = SetDocument.of(LETTER, LETTER_BYTES.replace(b"Lettre", b"Letttre"))
    yield with_documents("a tampered document", Reason.DOCUMENT_DIGEST, changed, scan)
    yield with_documents("a tampered binary document", Reason.DOCUMENT_DIGEST, letter, SetDocument.of(SCAN, b"%PDF"))
    exchanged = (replace(letter, uri=SCAN), replace(scan, uri=LETTER))
    yield with_documents("two documents exchanged", Reason.DOCUMENT_DIGEST, *exchanged)
    yield with_documents(
        "a document more than was signed", Reason.MANIFEST_MISSING, letter, scan, SetDocument.of(OTHER, b"x")
    )
    yield with_documents("a document less than was signed", Reason.MANIFEST_EXTRA, letter)
    yield with_documents(
        "another document than was signed", Reason.MANIFEST_MISSING, letter, SetDocument.of(OTHER, SCAN_BYTES)
    )
    yield SetCase(
        "manifest: another set", lambda b: b.sign(), Reason.MANIFEST_SET, replace(EXPECTED, set_uri="urn:oid:1.2.3")
    )
    yield resigned("the set missing", lambda r: manifest(r).remove(manifest(r)[0]), Reason.MANIFEST_SET)
    yield resigned(
        "a real digest of the set",
        lambda r: setattr(manifest(r)[0][-1], "text", b64encode(b"\1" * 32).decode()),
        Reason.MANIFEST_SET,
    )
    yield resigned(
        "two zero bytes for the set", lambda r: setattr(manifest(r)[0][-1], "text", "AAA="), Reason.MANIFEST_SET
    )
    yield resigned(
        "a document twice",
        lambda r: manifest(r).replace(manifest(r)[2], clone(manifest(r)[1])),
        Reason.MANIFEST_DUPLICATE,
    )
    yield resigned("a reference too many", lambda r: manifest(r).append(clone(manifest(r)[1])), Reason.MANIFEST_EXTRA)
    yield resigned(
        "a thousand references",
        lambda r: manifest(r).extend([clone(manifest(r)[1]) for _ in range(300)]),
        Reason.MANIFEST_EXTRA,
    )
    yield resigned("something else in it", lambda r: ds("Object", manifest(r)), Reason.STRUCTURE)
    yield resigned("a short digest", lambda r: setattr(manifest(r)[2][-1], "text", "AA=="), Reason.DIGEST)
    yield resigned(
        "a digest of another method", lambda r: manifest(r)[2][-2].set("Algorithm", n.SHA384), Reason.ALGORITHM
    )
    yield resigned(
        "the digest of the set by another method",
        lambda r: manifest(r)[0][-2].set("Algorithm", n.SHA384),
        Reason.ALGORITHM,
    )
    yield resigned("XPath on a document", transform("http://www.w3.org/TR/1999/REC-xpath-19991116"), Reason.TRANSFORM)
    yield resigned("XSLT on a document", transform("http://www.w3.org/TR/1999/REC-xslt-19991116"), Reason.TRANSFORM)
    yield resigned("canonicalisation without comments of a document", transform(_C14N), Reason.TRANSFORM)
    yield resigned(
        "a transform on the set",
        lambda r: manifest(r)[0].insert(
            0,
            etree.fromstring(
                f'<Transforms xmlns="{n.DS}"><Transform Algorithm="{n.C14N_WITH_COMMENTS}"/></Transforms>'
            ),
        ),
        Reason.TRANSFORM,
    )
    yield SetCase(
        "manifest: edited and not signed again",
        lambda b: b.edited(lambda r: manifest(r)[1].set("URI", OTHER)),
        Reason.DIGEST,
    )


def _structure(bench: SetBench) -> Iterator[SetCase]:
    def edited(name: str, edit: Edit, reason: Reason = Reason.STRUCTURE) -> SetCase:
        return SetCase(f"structure: {name}", lambda b: b.edited(edit), reason)

    def resigned(name: str, edit: Edit, reason: Reason) -> SetCase:
        return SetCase(f"structure: {name}", lambda b: b.resigned(edit), reason)

    def second_manifest(root: etree._Element) -> None:
        copy = clone(manifest(root))
        copy.set("Id", "another")
        ds("Object", root).append(copy)

    def second_properties(root: etree._Element) -> None:
        first = _local(root, "SignedProperties")
        copy = clone(first)
        copy.set("Id", "another")
        first.addprevious(copy)

    def unsigned_qualifying(root: etree._Element) -> None:
        copy = clone(_local(root, "QualifyingProperties"))
        _local(copy, "SignedProperties").set("Id", "another")
        ds("Object", root).append(copy)

    def moved(root: etree._Element) -> None:
        """The signed manifest out of sight, another in its place."""
        real = manifest(root)
        parent = real.getparent()
        assert parent is not None
        forged = clone(real)
        parent.replace(real, forged)
        ds("Object", root).append(real)
        forged.set("Id", "another")

    def same_id(root: etree._Element) -> None:
        _local(root, "SigningTime").set("Id", "IHEManifest")

    def external(uri: str) -> Edit:
        return lambda r: r[0][2].set("URI", uri)

    def wrapped(bench: SetBench) -> bytes:
        return b"<x>" + bench.sign() + b"</x>"

    def nested(root: etree._Element) -> None:
        _local(root, "SignedProperties").append(clone(root))

    yield SetCase("structure: not a signature", lambda b: b"<x/>", Reason.STRUCTURE)
    yield SetCase("structure: a signature inside something", wrapped, Reason.STRUCTURE)
    yield edited("a second manifest", second_manifest)
    yield edited("a second SignedProperties", second_properties)
    yield edited("a second QualifyingProperties, unsigned", unsigned_qualifying)
    yield edited("the signed manifest moved away", moved)
    yield edited("an empty Object", lambda r: ds("Object", r))
    yield edited("no manifest", lambda r: r.remove(manifest(r).getparent()))
    yield edited("no SignatureValue", lambda r: r.remove(r[1]))
    yield edited("SignedInfo after the value", lambda r: r.insert(2, r[0]))
    yield edited("two KeyInfo", lambda r: r.insert(3, clone(r[2])))
    yield edited("two elements of one Id", same_id, Reason.DUPLICATE_ID)
    yield edited(
        "two elements of one Id in other spellings",
        lambda r: _local(r, "SigningTime").set("ID", "IHEManifest"),
        Reason.DUPLICATE_ID,
    )
    yield edited("a signature inside", nested, Reason.DUPLICATE_ID)
    yield edited("another Id of the manifest", lambda r: manifest(r).set("Id", "Manifest"), Reason.STRUCTURE)
    yield edited(
        "properties that aim elsewhere",
        lambda r: _local(r, "QualifyingProperties").set("Target", "#x"),
        Reason.STRUCTURE,
    )
    yield edited("another SignedInfo", lambda r: r[0].set("Id", "x"), Reason.VALUE)
    yield edited(
        "another SignatureValue", lambda r: setattr(r[1], "text", b64encode(bytes(256)).decode()), Reason.VALUE
    )
    yield edited(
        "edited properties", lambda r: setattr(_local(r, "SigningTime"), "text", "2020-01-01T00:00:00Z"), Reason.DIGEST
    )
    yield resigned("no reference to the manifest", lambda r: r[0].remove(r[0][2]), Reason.REFERENCE)
    yield resigned("two references to the manifest", lambda r: r[0].replace(r[0][3], clone(r[0][2])), Reason.REFERENCE)
    yield resigned("four references", lambda r: r[0].extend([clone(r[0][2]), clone(r[0][3])]), Reason.REFERENCE)
    for uri in ("file:///etc/passwd", "http://attacker.invalid/", "", "#xpointer(id('IHEManifest'))", "#nothing"):
        yield resigned(f"a reference to {uri!r}", external(uri), Reason.REFERENCE)
    yield resigned("another Type", lambda r: r[0][3].set("Type", n.DS), Reason.REFERENCE)
    comment, instruction = etree.Comment("x"), etree.ProcessingInstruction("x")
    for node, name in ((comment, "a comment"), (instruction, "an instruction")):
        yield edited(f"{name} in SignedInfo", lambda r, node=node: r[0].append(clone(node)), Reason.FORBIDDEN_MARKUP)
        yield edited(
            f"{name} in the manifest", lambda r, node=node: manifest(r).append(clone(node)), Reason.FORBIDDEN_MARKUP
        )
        yield edited(
            f"{name} in a digest", lambda r, node=node: manifest(r)[1][-1].append(clone(node)), Reason.FORBIDDEN_MARKUP
        )
        yield SetCase(
            f"structure: {name} before the signature",
            lambda b, node=node: etree.tostring(node) + b.sign(),
            Reason.FORBIDDEN_MARKUP,
        )
    yield SetCase("structure: a DTD", lambda b: b"<!DOCTYPE x>" + b.sign(), Reason.FORBIDDEN_MARKUP)
    yield SetCase("structure: UTF-16", lambda b: b.sign().decode().encode("utf-16"), Reason.MALFORMED)
    yield SetCase("structure: truncated", lambda b: b.sign()[:-9], Reason.MALFORMED)
    yield SetCase(
        "structure: a relative namespace",
        lambda b: b.sign().replace(b"<Manifest ", b'<Manifest xmlns:r="1" '),
        Reason.MALFORMED,
    )


def _shape(bench: SetBench) -> Iterator[SetCase]:
    """Nearly the shape of a policy is not the shape of a policy."""

    def resigned(name: str, edit: Edit, reason: Reason, *, digest_method: str | None = None) -> SetCase:
        return SetCase(f"shape: {name}", lambda b: b.resigned(edit, digest_method=digest_method), reason)

    def digests(method: str) -> Edit:
        return lambda r: [each.set("Algorithm", method) for each in r[0].iter(n.DIGEST_METHOD)]

    def transforms(*algorithms: str) -> Edit:
        def edit(root: etree._Element) -> None:
            for reference in root[0].findall(n.REFERENCE):
                stated = reference.find(n.TRANSFORMS)
                if stated is not None:
                    reference.remove(stated)
                if algorithms:
                    stated = etree.Element(n.TRANSFORMS)
                    reference.insert(0, stated)
                    for algorithm in algorithms:
                        ds("Transform", stated, Algorithm=algorithm)

        return edit

    def key_value(root: etree._Element) -> None:
        ds("RSAKeyValue", ds("KeyValue", root[2]))

    def namespace(bench: SetBench) -> bytes:
        other = XADES_132 if bench.legacy else XADES_111
        return bench.sign().replace(bench.policy.xades.encode(), other.encode())

    other = STRICT if bench.legacy else DMP_LEGACY
    yield SetCase("shape: XAdES of the other policy", namespace, Reason.STRUCTURE)
    yield resigned(
        "canonicalisation of the other policy",
        lambda r: r[0][0].set("Algorithm", other.profile.canonicalization),
        Reason.ALGORITHM,
    )
    yield resigned("canonicalisation of no policy", lambda r: r[0][0].set("Algorithm", _C14N), Reason.ALGORITHM)
    yield resigned(
        "signature method of the other policy",
        lambda r: r[0][1].set("Algorithm", n.RSA_SHA256 if bench.legacy else n.RSA_SHA1),
        Reason.ALGORITHM,
    )
    yield resigned("digests of the other policy", digests(other.digest), Reason.ALGORITHM, digest_method=other.digest)
    yield resigned("XSLT", transforms("http://www.w3.org/TR/1999/REC-xslt-19991116"), Reason.TRANSFORM)
    yield resigned(
        "XPath beside canonicalisation",
        transforms("http://www.w3.org/TR/1999/REC-xpath-19991116", bench.policy.profile.canonicalization),
        Reason.TRANSFORM,
    )
    yield resigned("transforms of the other policy", transforms(other.profile.canonicalization), Reason.TRANSFORM)
    yield SetCase("shape: KeyValue beside the certificate", lambda b: b.edited(key_value), Reason.KEY_INFO)
    yield SetCase("shape: no certificate", lambda b: b.edited(lambda r: r[2].clear()), Reason.KEY_INFO)
    yield SetCase(
        "shape: one certificate twice", lambda b: b.edited(lambda r: r[2][0].append(clone(r[2][0][0]))), Reason.KEY_INFO
    )
    if not bench.legacy:
        yield resigned("no transform stated", transforms(), Reason.TRANSFORM)
        yield resigned(
            "a PrefixList of 17",
            lambda r: etree.SubElement(
                r[0][0], n.INCLUSIVE_NAMESPACES, PrefixList=" ".join(f"p{i}" for i in range(17))
            ),
            Reason.TOO_LARGE,
        )


def _properties(bench: SetBench) -> Iterator[SetCase]:
    def resigned(name: str, edit: Edit, reason: Reason) -> SetCase:
        return SetCase(f"properties: {name}", lambda b: b.resigned(edit), reason)

    def time(text: str | None) -> Edit:
        return lambda r: setattr(_local(r, "SigningTime"), "text", text)

    def other_certificate(bench: SetBench) -> bytes:
        """The doctor signs; the properties say it was the nurse."""
        der = bench.authority.identities["nurse"].signature.certificate.public_bytes(Encoding.DER)
        named = b64encode(digest(n.SHA1 if bench.legacy else n.SHA256, der)).decode()
        return bench.resigned(lambda r: setattr(_local(r, "CertDigest")[1], "text", named))

    def key_info_of_another(bench: SetBench) -> bytes:
        der = bench.authority.identities["nurse"].signature.certificate.public_bytes(Encoding.DER)
        return bench.edited(lambda r: setattr(r[2][0][0], "text", b64encode(der).decode()))

    late = timedelta(minutes=5)
    yield SetCase("properties: signed in the future", lambda b: b.sign(after=late), Reason.SIGNING_TIME)
    yield SetCase(
        "properties: signed before the certificate", lambda b: b.sign(after=timedelta(days=-40)), Reason.SIGNING_TIME
    )
    yield SetCase("properties: signed a little in the future", lambda b: b.sign(after=timedelta(seconds=30)), None)
    yield resigned("a time without its zone", time("2026-01-01T00:00:00"), Reason.SIGNING_TIME)
    yield resigned("a day that does not exist", time("2026-02-30T00:00:00Z"), Reason.SIGNING_TIME)
    yield resigned("the year zero", time("0000-01-01T00:00:00Z"), Reason.SIGNING_TIME)
    yield resigned("the first moment, east of Greenwich", time("0001-01-01T00:00:00+14:00"), Reason.SIGNING_TIME)
    yield resigned("no time", time(None), Reason.SIGNING_TIME)
    yield resigned(
        "two times", lambda r: _local(r, "SigningTime").addnext(clone(_local(r, "SigningTime"))), Reason.STRUCTURE
    )
    yield SetCase("properties: another certificate", other_certificate, Reason.SIGNING_CERTIFICATE)
    yield SetCase("properties: KeyInfo of somebody else", key_info_of_another, Reason.VALUE)
    yield resigned(
        "no certificate", lambda r: _local(r, "CertDigest").getparent().getparent().clear(), Reason.SIGNING_CERTIFICATE
    )
    yield resigned(
        "a certificate digest by MD5",
        lambda r: _local(r, "CertDigest")[0].set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#md5"),
        Reason.ALGORITHM,
    )
    yield resigned("another purpose", _purpose("1.2.840.10065.1.12.1.5", bench), Reason.PURPOSE)


def _purpose(text: str, bench: SetBench) -> Edit:
    tag = "SignatureProperty" if bench.legacy else "Identifier"
    return lambda r: setattr(_local(r, tag), "text", text)


def _expensive(bench: SetBench) -> Iterator[SetCase]:
    def inserted(name: str, content: bytes) -> SetCase:
        def build(bench: SetBench) -> bytes:
            return (
                bench.sign()
                .replace(b"</SignedDataObjectProperties>", content + b"</SignedDataObjectProperties>")
                .replace(
                    b"<SignedDataObjectProperties/>",
                    b"<SignedDataObjectProperties>" + content + b"</SignedDataObjectProperties>",
                )
                .replace(b"</xades:SignedDataObjectProperties>", content + b"</xades:SignedDataObjectProperties>")
            )

        return SetCase(f"expensive: {name}", build, Reason.TOO_LARGE)

    def declared(count: int) -> bytes:
        return b"<a" + b"".join(b' xmlns:p%d="urn:p"' % i for i in range(count)) + b"/>"

    yield inserted("65 namespaces on one element", declared(65))
    yield inserted("400 namespaces on one element", declared(400))
    yield inserted("100 000 elements", b"<a/>" * 100_000)
    yield inserted("80 deep", b"<a>" * 80 + b"</a>" * 80)
    yield inserted("two megabytes", b"<a>" + b"x" * 2_000_000 + b"</a>")
    if bench.legacy:
        yield inserted("17 namespaces in scope", declared(17))
        yield inserted("17 nested namespaces", b"".join(b'<a xmlns:p%d="urn:p">' % i for i in range(17)) + b"</a>" * 17)
        yield inserted(
            "17 nested namespaces of one prefix",
            b"".join(b'<a xmlns:p="urn:p%d">' % i for i in range(17)) + b"</a>" * 17,
        )
        yield inserted(
            "200 nested namespaces",
            b"".join(b'<a xmlns:p%d="urn:p">' % i for i in range(55)) + b"<b/>" * 3000 + b"</a>" * 55,
        )
        yield inserted("5 000 elements", b"<a/>" * 5000)
        yield inserted("300 kilobytes", b"<a>" + b"x" * 300_000 + b"</a>")


def _signers() -> Iterator[SetCase]:
    for flaw in Flaw:
        yield SetCase(
            f"signers: {flaw}",
            lambda b, flaw=flaw: b.sign(b.authority.bad[f"doctor-{flaw}"].signature),
            Reason.CERTIFICATE,
        )
    others: dict[str, Callable[[Authority], CertifiedKey]] = {
        "the authentication key of a card": lambda a: a.identities["doctor"].authentication,
        "the authentication key of a structure": lambda a: a.identities["hospital"].authentication,
        "an authority": lambda a: a.hierarchy.persons.certified,
        "a server": lambda a: a.server,
    }
    for name, signer in others.items():
        yield SetCase(f"signers: {name}", lambda b, signer=signer: b.sign(signer(b.authority)), Reason.CERTIFICATE)


def _rebuilt(element: etree._Element, parent: etree._Element | None) -> etree._Element:
    prefixes = {"ds": n.DS} if element.tag.startswith(f"{{{n.DS}}}") else {None: XADES_111}
    if parent is None:
        made = etree.Element(element.tag, dict(element.attrib), nsmap=prefixes)
    else:
        made = etree.SubElement(parent, element.tag, dict(element.attrib), nsmap=prefixes)
    made.text, made.tail = element.text, element.tail
    for child in element:
        _rebuilt(child, made)
    return made


def _legacy() -> Iterator[SetCase]:
    """What only the French shape has."""

    def resigned(
        name: str, edit: Edit, reason: Reason | None, *leniencies: Leniency, expected: Expected = EXPECTED
    ) -> SetCase:
        return SetCase(f"legacy: {name}", lambda b: b.resigned(edit), reason, expected, frozenset(leniencies))

    def document(content: bytes, reason: Reason, name: str) -> SetCase:
        documents = (SetDocument.of(LETTER, content), DOCUMENTS[1])
        return SetCase(f"legacy: {name}", lambda b: b.sign(), reason, replace(EXPECTED, documents=documents))

    def manifest_transform(root: etree._Element) -> None:
        root[0][2].insert(
            0,
            etree.fromstring(
                f'<Transforms xmlns="{n.DS}"><Transform Algorithm="{n.C14N_WITH_COMMENTS}"/></Transforms>'
            ),
        )

    def location(root: etree._Element) -> None:
        manifest(root).set(
            "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", f"{n.DS} xmldsig-core-schema.xsd"
        )

    def without_namespace(bench: SetBench) -> bytes:
        return resign(
            etree.fromstring(bench.sign().replace(b"<SignatureProperties>", b'<SignatureProperties xmlns="">')), bench
        )

    def prefixed(bench: SetBench) -> bytes:
        """As the kit writes: the prefix ds on everything of that namespace."""
        return resign(_rebuilt(etree.fromstring(bench.sign()), None), bench)

    def identifier(root: etree._Element) -> None:
        root.set("Id", "0421d1cc-b27b-4b0d-bab2-7ebcd54d47f6")
        for name in ("SignatureProperty", "QualifyingProperties"):
            _local(root, name).set("Target", "#0421d1cc-b27b-4b0d-bab2-7ebcd54d47f6")

    def in_ds(root: etree._Element) -> None:
        for child in _local(root, "CertDigest"):
            child.tag = f"{{{n.DS}}}{etree.QName(child).localname}"

    def aim(target: str) -> Edit:
        return lambda r: _local(r, "SignatureProperty").set("Target", target)

    def sha256_everywhere(root: etree._Element) -> None:
        for each in root.iter(n.DIGEST_METHOD):
            each.set("Algorithm", n.SHA256)

    java = "2.5.4.3=#0c{:02x}{},OU=CARNET TEST,O=CARNET,C=FR"

    def java_name(root: etree._Element) -> None:
        element = _local(root, "X509IssuerName")
        common_name = (element.text or "").split(",")[0].removeprefix("CN=").encode()
        element.text = java.format(len(common_name), common_name.hex())

    yield resigned("the transform of the kit on the manifest", manifest_transform, None, Leniency.MANIFEST_TRANSFORM)
    yield SetCase("legacy: the prefix ds everywhere", prefixed, None)
    yield resigned("a schemaLocation on the manifest", location, None, Leniency.SCHEMA_LOCATION)
    yield SetCase(
        "legacy: SignatureProperties in no namespace",
        without_namespace,
        None,
        leniencies=frozenset({Leniency.PURPOSE_WITHOUT_NAMESPACE}),
    )
    yield resigned("an Id that begins with a digit", identifier, None, Leniency.DIGIT_IDENTIFIER)
    yield resigned(
        "a purpose that aims at the entry",
        aim("#Signature01"),
        None,
        Leniency.PURPOSE_OF_ENTRY,
        expected=replace(EXPECTED, entry_ids=("Signature01",)),
    )
    yield resigned("CertDigest in the namespace of signatures", in_ds, None)
    yield resigned("an issuer as Java writes it", java_name, None)
    yield resigned("a purpose that aims at nothing", aim("#Signature01"), Reason.PURPOSE)
    yield resigned(
        "no purpose",
        lambda r: _local(r, "SignatureProperty").getparent().remove(_local(r, "SignatureProperty")),
        Reason.PURPOSE,
    )
    yield resigned("no SignatureProperties", lambda r: r.remove(r[4]), Reason.STRUCTURE)
    yield resigned(
        "no policy",
        lambda r: _local(r, "SignaturePolicyIdentifier").getparent().remove(_local(r, "SignaturePolicyIdentifier")),
        Reason.SIGNATURE_POLICY,
    )
    yield resigned(
        "a policy that is not implied",
        lambda r: setattr(_local(r, "SignaturePolicyImplied"), "tag", f"{{{XADES_111}}}SignaturePolicyId"),
        Reason.SIGNATURE_POLICY,
    )
    yield resigned(
        "another serial number",
        lambda r: setattr(_local(r, "X509SerialNumber"), "text", "1"),
        Reason.SIGNING_CERTIFICATE,
    )
    yield resigned(
        "another issuer", lambda r: setattr(_local(r, "X509IssuerName"), "text", "CN=x"), Reason.SIGNING_CERTIFICATE
    )
    yield resigned(
        "an issuer that is no name",
        lambda r: setattr(_local(r, "X509IssuerName"), "text", "x"),
        Reason.SIGNING_CERTIFICATE,
    )
    yield resigned("SHA-256 in the manifest", sha256_everywhere, Reason.ALGORITHM)
    yield resigned(
        "xml:lang on the signature",
        lambda r: r.set("{http://www.w3.org/XML/1998/namespace}lang", "fr"),
        Reason.STRUCTURE,
    )
    yield resigned(
        "xml:space on an Object",
        lambda r: r[3].set("{http://www.w3.org/XML/1998/namespace}space", "preserve"),
        Reason.STRUCTURE,
    )
    yield resigned(
        "two certificates", lambda r: setattr(ds("X509Certificate", r[2][0]), "text", "AAAA"), Reason.KEY_INFO
    )
    yield resigned(
        "time stamps",
        lambda r: etree.SubElement(_local(r, "QualifyingProperties"), f"{{{XADES_111}}}UnsignedProperties"),
        Reason.STRUCTURE,
    )
    yield document(
        LETTER_BYTES.replace(b"href", b"HREF"), Reason.DOCUMENT_DIGEST, "another instruction before a document"
    )
    yield document(
        LETTER_BYTES.replace(b"<!-- end", b"<!-- End"), Reason.DOCUMENT_DIGEST, "another comment after a document"
    )
    yield document(b"not XML", Reason.DOCUMENT_UNREADABLE, "a document that is not XML")
    yield document(b"<!DOCTYPE x><x/>", Reason.FORBIDDEN_MARKUP, "a document with a DTD")
    yield document(b"<a>" + b"x" * (13 << 20) + b"</a>", Reason.TOO_LARGE, "a document of 13 megabytes")
    yield document(b"<a>" * 5000 + b"</a>" * 5000, Reason.DOCUMENT_UNREADABLE, "a document 5 000 deep")
    yield document(b"<a>" + b"<a/>" * 200_000 + b"</a>", Reason.TOO_LARGE, "a document of 200 000 elements")
    yield document(
        b"<a" + b"".join(b' xmlns:p%d="urn:p"' % i for i in range(17)) + b"/>",
        Reason.TOO_LARGE,
        "a document with 17 namespaces in scope",
    )
