"""Attacks on signed assertions, and what real software sends that only looks strange.

Made anew from the test authority for each run; the usage that signers must have is the bench's. E is a forged assertion
about somebody else, O a genuine signed one, S its signature.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from dmp.authority import Flaw
from security.certificates import Usage
from security.issuing import Issuer
from security.refusals import Reason as CertificateReason
from security.xmlsignature import names as n
from security.xmlsignature.refusals import Reason
from security.xmlsignature.signing import sign_assertion
from tests.security.corpus.bench import (
    FORGED,
    SAML,
    SOAP,
    WSSE,
    Bench,
    Case,
    Edit,
    Layer,
    clone,
    ds,
    envelope,
    message,
    name_id,
    sign,
    signature_of,
)

_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def cases(bench: Bench) -> Iterator[Case]:
    """All of them, for the usage of the bench; `build` is called with that bench."""
    yield from _accepted()
    yield from _wrapping()
    yield from _identifiers()
    yield from _structure()
    yield from _algorithms()
    yield from _transforms()
    yield from _references()
    yield from _parser()
    yield from _expensive()
    yield from _certificates(bench.usage)
    yield from _content()


def _accepted() -> Iterator[Case]:
    def accepted(name: str, build: Callable[[Bench], bytes]) -> Case:
        return Case(name, build, Layer.NONE)

    yield accepted("RSA-SHA256", lambda b: message(b.signed()))
    yield accepted("SHA256-RSA-MGF1", lambda b: message(sign(b.genuine(), b.signer, method=n.RSA_PSS_SHA256)))
    yield accepted("ECDSA on P-256", lambda b: message(b.signed(signer=b.issued(b.authority.hierarchy.persons))))
    yield accepted(
        "RSA-SHA512 and SHA-512",
        lambda b: message(sign(b.genuine(), b.signer, method=n.RSA_SHA512, digest_method=n.SHA512)),
    )
    yield accepted("signed by signxml", lambda b: message(sign_assertion(b.genuine(), b.signer)))
    yield accepted("white space everywhere", _spaced)
    yield accepted(
        "a PrefixList", lambda b: message(sign(b.genuine(), b.signer, signed_info=_prefix_list(["xs", "saml"])))
    )
    yield accepted("the chain in X509Data", lambda b: message(sign(b.genuine(), b.signer, key_info=_chain(b))))
    yield accepted("base64 in lines", _lines)
    yield accepted("namespaces declared far above", _declared_above)
    yield accepted(
        "an XInclude in the Body, which nobody follows",
        lambda b: message(
            b.signed(),
            body=etree.fromstring(
                '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
            ),
        ),
    )
    yield accepted(
        "one identifier for a document and its entry in the Body",
        lambda b: message(b.signed(), body=etree.fromstring('<x id="Document01"/>')),
    )


def _spaced(bench: Bench) -> bytes:
    assertion = bench.signed(lambda a: setattr(a[0], "tail", "\n  "))
    signature_of(assertion).tail = None
    for place in signature_of(assertion)[2].iter():
        place.tail = "\n"
    return message(assertion)


def _lines(bench: Bench) -> bytes:
    assertion = bench.signed()
    certificate = signature_of(assertion)[2][0][0]
    text = certificate.text or ""
    certificate.text = "\n" + "\n".join(text[i : i + 64] for i in range(0, len(text), 64)) + "\n"
    return message(assertion)


def _declared_above(bench: Bench) -> bytes:
    data = message(bench.signed())
    declaration = f' xmlns:saml="{SAML}"'.encode()
    return data.replace(declaration, b"").replace(
        b"<soap:Envelope", b'<soap:Envelope xmlns:unused="urn:u"' + declaration
    )


def _chain(bench: Bench) -> Edit:
    def add(key_info: etree._Element) -> None:
        for each in bench.signer.chain:
            ds("X509Certificate", key_info[0]).text = b64encode(each.public_bytes(Encoding.DER)).decode()

    return add


def _prefix_list(prefixes: list[str]) -> Edit:
    def add(signed_info: etree._Element) -> None:
        etree.SubElement(signed_info[0], n.INCLUSIVE_NAMESPACES, PrefixList=" ".join(prefixes))

    return add


def _wrapping() -> Iterator[Case]:
    def structure(name: str, build: Callable[[Bench], bytes]) -> Case:
        return Case(f"wrapping: {name}", build, Layer.SIGNATURE, Reason.STRUCTURE)

    def parts(bench: Bench) -> tuple[etree._Element, etree._Element, etree._Element]:
        original = bench.signed()
        return bench.forged(), original, signature_of(original)

    def one(bench: Bench) -> bytes:
        forged, original, signature = parts(bench)
        original.remove(signature)
        forged.insert(1, signature)
        ds("Object", signature).append(original)
        return message(forged)

    def two(bench: Bench) -> bytes:
        forged, original, signature = parts(bench)
        original.remove(signature)
        forged.insert(1, signature)
        return message(forged, original)

    def four(bench: Bench) -> bytes:
        forged, original, _ = parts(bench)
        forged.append(original)
        return message(forged)

    def five(bench: Bench) -> bytes:
        _, original, _ = parts(bench)
        clean = clone(original)
        clean.remove(signature_of(clean))
        original.set("ID", "_altered")
        name_id(original).text = FORGED
        return message(original, clean)

    def six(bench: Bench) -> bytes:
        _, original, signature = parts(bench)
        clean = clone(original)
        clean.remove(signature_of(clean))
        original.set("ID", "_altered")
        name_id(original).text = FORGED
        signature.append(clean)
        return message(original)

    def seven(bench: Bench) -> bytes:
        forged, original, _ = parts(bench)
        extensions = etree.Element("Extensions")
        extensions.append(forged)
        return message(extensions, original)

    def nine(bench: Bench) -> bytes:
        forged, original, signature = parts(bench)
        original.remove(signature)
        forged.insert(1, signature)
        forged.append(original)
        return message(forged)

    def ten(bench: Bench) -> bytes:
        forged, original, _ = parts(bench)
        root = envelope(forged)
        root[0].append(original)
        return etree.tostring(root)

    def body(bench: Bench) -> bytes:
        forged, original, _ = parts(bench)
        return message(forged, body=original)

    yield structure("1, the original in an Object of its signature", one)
    yield structure("2, the signature moved to the forgery beside the original", two)
    yield structure("3, the forgery before the original", lambda b: message(b.forged(), b.signed()))
    yield structure("3, the forgery after the original", lambda b: message(b.signed(), b.forged()))
    yield structure("4, the original inside the forgery", four)
    yield structure("5, an altered original before a clean one", five)
    yield Case(
        "wrapping: 6, a clean original inside the signature of an altered one", six, Layer.SIGNATURE, Reason.STRUCTURE
    )
    yield structure("7, the forgery in an extension", seven)
    yield structure("9, the original at the end of the forgery", nine)
    yield structure("10, the original beside the Security header", ten)
    yield structure("the original moved to the Body", body)
    yield structure("the forgery in the Body", lambda b: message(b.signed(), body=b.forged()))
    yield structure("a second Security header", _second_header)
    yield structure(
        "an encrypted assertion beside the original",
        lambda b: message(b.signed(), etree.Element(f"{{{SAML}}}EncryptedAssertion")),
    )


def _second_header(bench: Bench) -> bytes:
    root = envelope(bench.signed())
    root[0].append(
        etree.Element(f"{{{WSSE}}}Security", {f"{{{SOAP}}}role": "http://www.w3.org/2003/05/soap-envelope/role/next"})
    )
    return etree.tostring(root)


def _identifiers() -> Iterator[Case]:
    def beside(attribute: str) -> Callable[[Bench], bytes]:
        def build(bench: Bench) -> bytes:
            return message(bench.signed(), etree.Element("token", {attribute: "_genuine"}))

        return build

    def within(attribute: str) -> Callable[[Bench], bytes]:
        return lambda b: message(b.signed(lambda a: name_id(a).set(attribute, "_genuine")))

    wsu = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}Id"
    for attribute in ("ID", "Id", "id", "iD", wsu, "{http://www.w3.org/XML/1998/namespace}id"):
        name = etree.QName(attribute).localname + (" in a namespace" if "}" in attribute else "")
        yield Case(f"identifiers: {name} beside", beside(attribute), Layer.SIGNATURE, Reason.DUPLICATE_ID)
        if attribute != "ID":
            yield Case(f"identifiers: {name} within", within(attribute), Layer.SIGNATURE, Reason.DUPLICATE_ID)
    yield Case(
        "identifiers: in the Body",
        lambda b: message(b.signed(), body=etree.fromstring('<x Id="_genuine"/>')),
        Layer.SIGNATURE,
        Reason.DUPLICATE_ID,
    )
    yield Case(
        "identifiers: a forgery of the same ID",
        lambda b: message(b.signed(), b.forged("_genuine")),
        Layer.SIGNATURE,
        Reason.STRUCTURE,
    )


def _structure() -> Iterator[Case]:
    def after(edit: Edit) -> Callable[[Bench], bytes]:
        """Edits what is signed already."""

        def build(bench: Bench) -> bytes:
            assertion = bench.signed()
            edit(assertion)
            return message(assertion)

        return build

    def refused(name: str, build: Callable[[Bench], bytes], reason: Reason) -> Case:
        return Case(f"structure: {name}", build, Layer.SIGNATURE, reason)

    def other(bench: Bench) -> bytes:
        foreign = sign(bench.forged("_other"), bench.signer)
        assertion = bench.genuine()
        assertion.insert(1, signature_of(foreign))
        return message(assertion)

    def comment_in(text: etree._Element) -> None:
        half = len(text.text or "") // 2
        comment = etree.Comment("x")
        comment.tail = (text.text or "")[half:]
        text.text = (text.text or "")[:half]
        text.append(comment)

    yield refused("no signature", lambda b: message(b.forged()), Reason.STRUCTURE)
    yield refused("no assertion", lambda b: message(), Reason.STRUCTURE)
    yield refused("two signatures", after(lambda a: a.insert(2, clone(signature_of(a)))), Reason.STRUCTURE)
    yield refused("the signature at the end", after(lambda a: a.append(signature_of(a))), Reason.STRUCTURE)
    yield refused("the signature of another assertion", other, Reason.REFERENCE)
    yield refused("another NameID", after(lambda a: setattr(name_id(a), "text", FORGED)), Reason.DIGEST)
    yield refused("another attribute value", after(lambda a: a.set("Version", "1.1")), Reason.DIGEST)
    yield refused("an element more", after(lambda a: a.append(etree.Element(f"{{{SAML}}}Advice"))), Reason.DIGEST)
    yield refused("a comment in the NameID", after(lambda a: comment_in(name_id(a))), Reason.FORBIDDEN_MARKUP)
    yield refused(
        "a comment in the NameID before it was signed",
        lambda b: message(b.signed(lambda a: comment_in(name_id(a)))),
        Reason.FORBIDDEN_MARKUP,
    )
    yield refused(
        "an instruction in the NameID",
        after(lambda a: name_id(a).append(etree.ProcessingInstruction("x"))),
        Reason.FORBIDDEN_MARKUP,
    )
    yield refused("a comment in the DigestValue", after(lambda a: comment_in(a[1][0][2][2])), Reason.FORBIDDEN_MARKUP)
    yield refused("a comment in the SignatureValue", after(lambda a: comment_in(a[1][1])), Reason.FORBIDDEN_MARKUP)
    yield refused(
        "two SignedInfo", after(lambda a: signature_of(a).insert(0, clone(signature_of(a)[0]))), Reason.STRUCTURE
    )
    yield refused("two DigestValue", after(lambda a: a[1][0][2].append(clone(a[1][0][2][2]))), Reason.STRUCTURE)
    yield refused(
        "an element in the DigestValue", after(lambda a: etree.SubElement(a[1][0][2][2], "x")), Reason.STRUCTURE
    )
    yield refused("an Object", after(lambda a: ds("Object", signature_of(a))), Reason.STRUCTURE)
    yield refused("another SignedInfo", after(lambda a: a[1][0].set("Id", "x")), Reason.VALUE)
    yield refused(
        "another SignatureValue",
        after(lambda a: setattr(a[1][1], "text", b64encode(bytes(256)).decode())),
        Reason.VALUE,
    )
    yield refused("no SignatureValue", after(lambda a: setattr(a[1][1], "text", None)), Reason.STRUCTURE)
    yield refused(
        "a SignatureValue that is not base64", after(lambda a: setattr(a[1][1], "text", "é€")), Reason.STRUCTURE
    )


def _algorithms() -> Iterator[Case]:
    def refused(name: str, build: Callable[[Bench], bytes], reason: Reason = Reason.ALGORITHM) -> Case:
        return Case(f"algorithms: {name}", build, Layer.SIGNATURE, reason)

    def hmac_with_public_key(bench: Bench) -> bytes:
        public = bench.signer.certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        method = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
        return message(
            sign(
                bench.genuine(),
                bench.signer,
                signed_info=lambda s: s[1].set("Algorithm", method),
                value=lambda octets: hmac.digest(public, octets, "sha256"),
            )
        )

    def key_value(only: bool) -> Edit:
        def edit(key_info: etree._Element) -> None:
            if only:
                key_info.clear()
            rsa = ds("RSAKeyValue", ds("KeyValue", key_info))
            ds("Modulus", rsa).text, ds("Exponent", rsa).text = "AQAB", "AQAB"

        return edit

    def key_info(edit: Edit) -> Callable[[Bench], bytes]:
        return lambda b: message(sign(b.genuine(), b.signer, key_info=edit))

    def signed_info(edit: Edit) -> Callable[[Bench], bytes]:
        return lambda b: message(sign(b.genuine(), b.signer, signed_info=edit))

    def twice(key_info_: etree._Element) -> None:
        key_info_[0].append(clone(key_info_[0][0]))

    def five(key_info_: etree._Element) -> None:
        for number in range(4):
            ds("X509Certificate", key_info_[0]).text = b64encode(bytes([number + 1])).decode()

    def foreign_token(key_info_: etree._Element) -> None:
        key_info_.clear()
        reference = etree.SubElement(key_info_, f"{{{WSSE}}}SecurityTokenReference")
        etree.SubElement(reference, f"{{{WSSE}}}Reference", URI="https://attacker.invalid/token")

    yield refused("RSA-SHA1", lambda b: message(sign(b.genuine(), b.signer, method=n.RSA_SHA1, digest_method=n.SHA1)))
    yield refused("a SHA-1 digest", lambda b: message(sign(b.genuine(), b.signer, digest_method=n.SHA1)))
    yield refused("HMAC with the public key", hmac_with_public_key)
    yield refused("HMACOutputLength", signed_info(lambda s: setattr(ds("HMACOutputLength", s[1]), "text", "8")))
    yield refused("inclusive canonicalisation", signed_info(lambda s: s[0].set("Algorithm", n.C14N_WITH_COMMENTS)))
    yield refused(
        "exclusive canonicalisation with comments",
        signed_info(lambda s: s[0].set("Algorithm", n.EXC_C14N + "WithComments")),
    )
    yield refused(
        "an ECDSA method with an RSA key",
        lambda b: message(sign(b.genuine(), b.signer, signed_info=lambda s: s[1].set("Algorithm", n.ECDSA_SHA256))),
    )
    yield refused("no SignatureMethod", signed_info(lambda s: s[1].attrib.pop("Algorithm")))
    yield refused("KeyValue alone", key_info(key_value(only=True)), Reason.KEY_INFO)
    yield refused("KeyValue beside the certificate", key_info(key_value(only=False)), Reason.KEY_INFO)
    yield refused("no KeyInfo", key_info(lambda k: k.getparent().remove(k)), Reason.STRUCTURE)
    yield refused("an empty KeyInfo", key_info(lambda k: k.clear()), Reason.KEY_INFO)
    yield refused("one certificate twice", key_info(twice), Reason.KEY_INFO)
    yield refused("five certificates", key_info(five), Reason.KEY_INFO)
    yield refused("a token elsewhere", key_info(foreign_token), Reason.KEY_INFO)
    yield refused(
        "a RetrievalMethod",
        key_info(lambda k: k.insert(0, etree.Element(f"{{{n.DS}}}RetrievalMethod", URI="http://attacker.invalid/"))),
        Reason.KEY_INFO,
    )
    yield refused("the certificate of somebody else", _foreign_certificate, Reason.VALUE)


def _foreign_certificate(bench: Bench) -> bytes:
    """Signed by the nurse, with the doctor's certificate."""
    assertion = bench.signed(signer=bench.somebody_else)
    der = bench.signer.certificate.public_bytes(Encoding.DER)
    signature_of(assertion)[2][0][0].text = b64encode(der).decode()
    return message(assertion)


def _transforms() -> Iterator[Case]:
    def with_transform(algorithm: str, content: str = "", place: int = 1) -> Callable[[Bench], bytes]:
        def edit(signed_info: etree._Element) -> None:
            transform = etree.fromstring(
                f'<ds:Transform xmlns:ds="{n.DS}" Algorithm="{algorithm}">{content}</ds:Transform>'
            )
            signed_info[2][0].insert(place, transform)

        return lambda b: message(sign(b.genuine(), b.signer, signed_info=edit))

    def refused(name: str, build: Callable[[Bench], bytes]) -> Case:
        return Case(f"transforms: {name}", build, Layer.SIGNATURE, Reason.TRANSFORM)

    def only(*algorithms: str) -> Callable[[Bench], bytes]:
        def edit(signed_info: etree._Element) -> None:
            transforms = signed_info[2][0]
            for child in list(transforms):
                transforms.remove(child)
            for algorithm in algorithms:
                ds("Transform", transforms, Algorithm=algorithm)

        return lambda b: message(sign(b.genuine(), b.signer, signed_info=edit))

    xslt = '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>'
    yield refused(
        "XPath", with_transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<ds:XPath>true()</ds:XPath>")
    )
    yield refused("XSLT", with_transform("http://www.w3.org/TR/1999/REC-xslt-19991116", xslt))
    yield refused("base64", with_transform(f"{n.DS}base64"))
    yield refused("XPath filter 2", with_transform("http://www.w3.org/2002/06/xmldsig-filter2"))
    yield refused("XSLT in the place of another", only("http://www.w3.org/TR/1999/REC-xslt-19991116", n.EXC_C14N))
    yield refused("none", lambda b: message(sign(b.genuine(), b.signer, signed_info=lambda s: s[2].remove(s[2][0]))))
    yield refused("enveloped alone, which implies inclusive canonicalisation", only(n.ENVELOPED))
    yield refused("exclusive alone", only(n.EXC_C14N))
    yield refused("enveloped twice", only(n.ENVELOPED, n.ENVELOPED))
    yield refused(
        "STR-Transform",
        only("http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform"),
    )


def _references() -> Iterator[Case]:
    def to(uri: str | None) -> Callable[[Bench], bytes]:
        def edit(signed_info: etree._Element) -> None:
            if uri is None:
                del signed_info[2].attrib["URI"]
            else:
                signed_info[2].set("URI", uri)

        return lambda b: message(sign(b.genuine(), b.signer, signed_info=edit))

    def many(signed_info: etree._Element) -> None:
        signed_info.extend(clone(signed_info[2]) for _ in range(100))

    for name, uri in {
        "a file": "file:///etc/passwd",
        "the network": "http://attacker.invalid/",
        "the whole document": "",
        "an XPointer": "#xpointer(/)",
        "an XPointer to the identifier": "#xpointer(id('_genuine'))",
        "another identifier": "#_forged",
        "an empty identifier": "#",
        "nothing": None,
    }.items():
        yield Case(f"references: to {name}", to(uri), Layer.SIGNATURE, Reason.REFERENCE)
    yield Case(
        "references: 101",
        lambda b: message(sign(b.genuine(), b.signer, signed_info=many)),
        Layer.SIGNATURE,
        Reason.REFERENCE,
    )
    yield Case(
        "references: none",
        lambda b: message(sign(b.genuine(), b.signer, signed_info=lambda s: s.remove(s[2]))),
        Layer.SIGNATURE,
        Reason.STRUCTURE,
    )


def _parser() -> Iterator[Case]:
    def raw(edit: Callable[[bytes], bytes]) -> Callable[[Bench], bytes]:
        return lambda b: edit(message(b.signed()))

    def refused(name: str, build: Callable[[Bench], bytes], reason: Reason) -> Case:
        return Case(f"parser: {name}", build, Layer.SIGNATURE, reason)

    def relative(bench: Bench) -> bytes:
        """Some canonicalise this to nothing, whose digest anybody can make."""
        data = message(bench.signed())
        return data.replace(b"<saml:Subject>", b'<saml:Subject xmlns:r="1">')

    bomb = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10 if i else "lol"}">' for i in range(9))
    yield refused("a relative namespace", relative, Reason.MALFORMED)
    yield refused(
        "an entity bomb",
        raw(lambda d: f"<!DOCTYPE x [{bomb}]>".encode() + d.replace(b"Document01", b"&l8;")),
        Reason.FORBIDDEN_MARKUP,
    )
    yield refused(
        "an external entity",
        raw(
            lambda d: (
                b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
                + d.replace(b"<request", b"<request>&e;</request><request")
            )
        ),
        Reason.FORBIDDEN_MARKUP,
    )
    yield refused(
        "a DTD that makes identifiers",
        raw(lambda d: b'<!DOCTYPE x [<!ATTLIST request Id ID "_genuine">]>' + d),
        Reason.FORBIDDEN_MARKUP,
    )
    yield refused(
        "a DTD behind a long prolog",
        raw(lambda d: b"<?xml version='1.0'?>" + b" " * 8192 + b"<!DOCTYPE x>" + d),
        Reason.FORBIDDEN_MARKUP,
    )
    yield refused("an entity that nobody declared", raw(lambda d: d.replace(b"Document01", b"&e;")), Reason.MALFORMED)
    yield refused(
        "a text of eleven megabytes",
        raw(lambda d: d.replace(b"<request", b"<t>" + b"a" * 11_000_000 + b"</t><request")),
        Reason.TOO_LARGE,
    )
    yield refused(
        "elements 5 000 deep",
        raw(lambda d: d.replace(b"<request", b"<a>" * 5000 + b"</a>" * 5000 + b"<request")),
        Reason.MALFORMED,
    )
    yield refused(
        "elements 200 deep",
        raw(lambda d: d.replace(b"<request", b"<a>" * 200 + b"</a>" * 200 + b"<request")),
        Reason.TOO_LARGE,
    )
    yield refused(
        "100 000 elements", raw(lambda d: d.replace(b"<request", b"<a/>" * 100_000 + b"<request")), Reason.TOO_LARGE
    )
    yield refused(
        "100 000 comments", raw(lambda d: d.replace(b"<request", b"<!---->" * 100_000 + b"<request")), Reason.TOO_LARGE
    )
    yield refused("UTF-7", raw(lambda d: b"<?xml version='1.0' encoding='UTF-7'?>" + d), Reason.MALFORMED)
    yield refused("UTF-16", raw(lambda d: d.decode().encode("utf-16")), Reason.MALFORMED)
    yield refused("octets that are not UTF-8", raw(lambda d: d.replace(b"CN=", b"CN=\xff")), Reason.MALFORMED)
    yield refused("truncated", raw(lambda d: d[:-200]), Reason.MALFORMED)
    yield refused("nothing", lambda b: b"", Reason.MALFORMED)
    yield refused("no XML", lambda b: b"\x00\x01\x02", Reason.MALFORMED)


def _expensive() -> Iterator[Case]:
    declared = b"".join(b' xmlns:p%d="urn:p"' % i for i in range(400))
    prefixes = [f"p{i}" for i in range(400)]
    nested = b"".join(b'<a xmlns:p%d="urn:p">' % i for i in range(60))

    def within(data: bytes, content: bytes) -> bytes:
        return data.replace(b"<saml:Subject>", content + b"<saml:Subject>")

    yield Case(
        "expensive: a PrefixList of 400",
        lambda b: message(sign(b.genuine(), b.signer, signed_info=_prefix_list(prefixes))),
        Layer.SIGNATURE,
        Reason.TOO_LARGE,
    )
    yield Case(
        "expensive: 400 namespaces on one element",
        lambda b: within(message(b.signed()), b"<a" + declared + b"/>"),
        Layer.SIGNATURE,
        Reason.TOO_LARGE,
    )
    yield Case(
        "expensive: 60 nested namespaces",
        lambda b: within(message(b.signed()), nested + b"<b/>" * 100 + b"</a>" * 60),
        Layer.SIGNATURE,
        Reason.TOO_LARGE,
    )
    yield Case(
        "expensive: an assertion of 200 kilobytes",
        lambda b: within(message(b.signed()), b"<a>" + b"x" * 200_000 + b"</a>"),
        Layer.SIGNATURE,
        Reason.TOO_LARGE,
    )
    yield Case(
        "expensive: an assertion of 3 000 elements",
        lambda b: within(message(b.signed()), b"<a/>" * 3000),
        Layer.SIGNATURE,
        Reason.TOO_LARGE,
    )


def _certificates(usage: Usage) -> Iterator[Case]:
    def refused(name: str, build: Callable[[Bench], bytes], reason: CertificateReason) -> Case:
        return Case(f"certificates: {name}", build, Layer.CERTIFICATE, reason)

    def bad(flaw: Flaw) -> Callable[[Bench], bytes]:
        return lambda b: message(b.signed(signer=b.bad(flaw)))

    half = "signature" if usage is Usage.AUTH else "authentication"
    yield refused("expired", bad(Flaw.EXPIRED), CertificateReason.EXPIRED)
    yield refused("not yet valid", bad(Flaw.NOT_YET_VALID), CertificateReason.NOT_YET_VALID)
    yield refused("revoked", bad(Flaw.REVOKED), CertificateReason.REVOKED)
    yield refused("wrong ExtendedKeyUsage", bad(Flaw.WRONG_EXTENDED_USAGE), CertificateReason.WRONG_USAGE)
    yield refused("wrong KeyUsage", bad(Flaw.WRONG_KEY_USAGE), CertificateReason.WRONG_USAGE)
    yield refused("self-signed", bad(Flaw.SELF_SIGNED), CertificateReason.SELF_SIGNED)
    yield refused("a stranger of the same name", bad(Flaw.STRANGER), CertificateReason.UNKNOWN_ISSUER)
    yield refused(
        "issued by a card",
        lambda b: message(b.signed(signer=b.issued(Issuer(b.signer)))),
        CertificateReason.UNKNOWN_ISSUER,
    )
    yield refused(
        f"the {half} key of the card", lambda b: message(b.signed(signer=b.wrong_half)), CertificateReason.WRONG_USAGE
    )
    yield refused(
        "an authority's own",
        lambda b: message(b.signed(signer=b.authority.hierarchy.persons.certified)),
        CertificateReason.WRONG_USAGE,
    )
    yield refused("octets that are no certificate", _no_certificate, CertificateReason.MALFORMED)
    yield refused("a certificate of a megabyte", _large_certificate, CertificateReason.MALFORMED)


def _no_certificate(bench: Bench) -> bytes:
    assertion = bench.signed()
    signature_of(assertion)[2][0][0].text = b64encode(b"no certificate").decode()
    return message(assertion)


def _large_certificate(bench: Bench) -> bytes:
    assertion = bench.signed()
    der = b64decode(signature_of(assertion)[2][0][0].text or "")
    signature_of(assertion)[2][0][0].text = b64encode(der + bytes(20_000)).decode()
    return message(assertion)


def _content() -> Iterator[Case]:
    """Signed by who may sign; the signature holds."""

    def content(name: str, edit: Edit) -> Case:
        return Case(f"content: {name}", lambda b: message(b.signed(edit)), Layer.CONTENT)

    def conditions(**attributes: str) -> Edit:
        def edit(assertion: etree._Element) -> None:
            found = assertion.find(f"{{{SAML}}}Conditions")
            if found is None:
                found = etree.Element(f"{{{SAML}}}Conditions")
                assertion.insert(2, found)
            found.attrib.update(attributes)

        return edit

    def second_conditions(assertion: etree._Element) -> None:
        conditions()(assertion)
        found = assertion.find(f"{{{SAML}}}Conditions")
        assert found is not None
        found.addnext(clone(found))

    def twice(assertion: etree._Element) -> None:
        attribute = assertion.find(f".//{{{SAML}}}Attribute")
        assert attribute is not None
        attribute.addnext(clone(attribute))

    def audience(assertion: etree._Element) -> None:
        conditions()(assertion)
        found = assertion.find(f"{{{SAML}}}Conditions")
        assert found is not None
        restriction = etree.SubElement(found, f"{{{SAML}}}AudienceRestriction")
        etree.SubElement(restriction, f"{{{SAML}}}Audience").text = "https://elsewhere.invalid/"

    def condition(assertion: etree._Element) -> None:
        conditions()(assertion)
        found = assertion.find(f"{{{SAML}}}Conditions")
        assert found is not None
        etree.SubElement(found, f"{{{SAML}}}Condition", {f"{{{_XSI}}}type": "unknown"})

    yield content("expired", conditions(NotBefore="2019-01-01T00:00:00Z", NotOnOrAfter="2019-01-01T01:00:00Z"))
    yield content("not yet valid", conditions(NotBefore="2099-01-01T00:00:00Z", NotOnOrAfter="2099-01-01T01:00:00Z"))
    yield content("a time without its zone", conditions(NotBefore="2019-01-01T00:00:00"))
    yield content("two Conditions", second_conditions)
    yield content("an attribute twice", twice)
    yield content("for another audience", audience)
    yield content("a condition that nobody knows", condition)
    yield content("SAML 1.1", lambda a: a.set("Version", "1.1"))
    yield content("issued tomorrow", lambda a: a.set("IssueInstant", "2099-01-01T00:00:00Z"))
    yield content("an empty NameID", lambda a: setattr(name_id(a), "text", None))
    yield content("an element in the NameID", lambda a: etree.SubElement(name_id(a), "x"))
    yield Case(
        "content: signed by somebody else, who may sign",
        lambda b: message(b.signed(signer=b.somebody_else)),
        Layer.CONTENT,
    )
