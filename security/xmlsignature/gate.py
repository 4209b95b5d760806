"""The gate: the shape of a signature is read and held to a profile. Nothing is canonicalised, digested or decrypted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from lxml import etree

from security.xmlsignature import names as n
from security.xmlsignature.algorithms import decode, digest_size
from security.xmlsignature.profiles import SignatureProfile
from security.xmlsignature.refusals import Reason, SignatureRefused


class Reference(NamedTuple):
    """A `ds:Reference`, of SignedInfo or of a Manifest. (A tuple: a set may have hundreds.)"""

    uri: str
    type: str | None
    transforms: tuple[str, ...]
    prefixes: tuple[str, ...]
    """The PrefixList of its exclusive canonicalisation."""
    digest_method: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """What a signature says of itself; nothing of it is proved yet."""

    signature: etree._Element
    signed_info: etree._Element
    prefixes: tuple[str, ...]
    """The PrefixList of the canonicalisation of SignedInfo."""
    method: str
    value: bytes
    references: tuple[Reference, ...]
    key_info: etree._Element
    certificates: tuple[bytes, ...]
    """DER, as the signer ordered them: its own comes first."""
    objects: Mapping[str, etree._Element]
    """What the `Object`s hold, by local name."""


def examine(signature: etree._Element, profile: SignatureProfile) -> Claim:
    """Reads a `ds:Signature` in a tree that holds no comment, instruction or entity. Raises `SignatureRefused`."""
    _only_attributes(signature, "Id")
    children = list(signature)
    if [child.tag for child in children[:3]] != [n.SIGNED_INFO, n.SIGNATURE_VALUE, n.KEY_INFO]:
        raise _structure("ds:Signature must begin with SignedInfo, SignatureValue and KeyInfo, one each")
    signed_info, value, key_info = children[:3]
    canonicalization, method, *references = _signed_info(signed_info, profile)
    return Claim(
        signature,
        signed_info,
        _prefixes(canonicalization, profile),
        method.get("Algorithm", ""),
        decode(_text(value), "SignatureValue"),
        tuple(read_reference(each, profile) for each in references),
        key_info,
        _certificates(key_info, profile),
        _objects(children[3:], profile),
    )


def read_reference(element: etree._Element, profile: SignatureProfile) -> Reference:
    """A Reference of SignedInfo: same document, stated transforms, a digest of the right length."""
    uri = element.get("URI", "")
    if not uri.startswith("#") or len(uri) < 2 or "(" in uri:
        raise SignatureRefused(Reason.REFERENCE, f"a reference to {uri!r}; only '#' and an identifier may be signed")
    reference = parse_reference(element, profile.prefixes)
    if reference.transforms not in profile.transforms:
        raise SignatureRefused(
            Reason.TRANSFORM,
            f"{uri} is transformed by {_listed(reference.transforms)}; "
            f"{profile.name} allows {' | '.join(_listed(each) for each in sorted(profile.transforms))}",
        )
    check_digest_method(reference, profile.digest_methods, profile.name)
    return reference


def parse_reference(element: etree._Element, prefixes: int) -> Reference:
    """The parts of a Reference, whatever its URI, transforms and digest method are."""
    children = list(element)
    transforms: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    if children and children[0].tag == n.TRANSFORMS:
        transforms, listed = _transforms(children.pop(0), prefixes)
    if [child.tag for child in children] != [n.DIGEST_METHOD, n.DIGEST_VALUE]:
        raise _structure("ds:Reference must hold Transforms (or not), DigestMethod and DigestValue")
    method, value = children
    if len(method):
        raise SignatureRefused(Reason.ALGORITHM, "DigestMethod has parameters")
    return Reference(
        element.get("URI", ""),
        element.get("Type"),
        transforms,
        listed,
        method.get("Algorithm", ""),
        _digest_value(_text(value)),
    )


def _digest_value(text: str | None) -> bytes:
    """The digest; the character 0 stands for no digest at all where a submission set is named. # ITI TF-3 5.5.3.1"""
    return b"0" if text is not None and text.strip() == "0" else decode(text, "DigestValue")


def check_digest_method(reference: Reference, allowed: frozenset[str], name: str) -> None:
    if reference.digest_method not in allowed:
        raise SignatureRefused(
            Reason.ALGORITHM, f"{reference.uri} has the digest {reference.digest_method!r}, not allowed by {name}"
        )
    if len(reference.digest) != digest_size(reference.digest_method):
        raise SignatureRefused(Reason.DIGEST, f"the digest of {reference.uri} has {len(reference.digest)} bytes")


def _signed_info(signed_info: etree._Element, profile: SignatureProfile) -> list[etree._Element]:
    children = list(signed_info)
    fewest, most = profile.references
    if not 2 + fewest <= len(children) <= 2 + most:
        raise SignatureRefused(
            Reason.REFERENCE if len(children) > 2 else Reason.STRUCTURE,
            f"SignedInfo has {max(len(children) - 2, 0)} references; {profile.name} has {fewest} to {most}",
        )
    tags = [child.tag for child in children]
    if tags[:2] != [n.CANONICALIZATION_METHOD, n.SIGNATURE_METHOD] or any(tag != n.REFERENCE for tag in tags[2:]):
        raise _structure("SignedInfo must hold CanonicalizationMethod, SignatureMethod, then References")
    canonicalization, method = children[:2]
    if canonicalization.get("Algorithm") != profile.canonicalization:
        raise SignatureRefused(
            Reason.ALGORITHM,
            f"CanonicalizationMethod {canonicalization.get('Algorithm')!r}; "
            f"{profile.name} has {profile.canonicalization}",
        )
    if method.get("Algorithm") not in profile.signature_methods:
        raise SignatureRefused(
            Reason.ALGORITHM, f"SignatureMethod {method.get('Algorithm')!r} is not allowed by {profile.name}"
        )
    if len(method):
        raise SignatureRefused(Reason.ALGORITHM, "SignatureMethod has parameters")
    return children


def _prefixes(method: etree._Element, profile: SignatureProfile) -> tuple[str, ...]:
    return _inclusive_namespaces(method, profile.prefixes)


def _transforms(element: etree._Element, prefixes: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    children = list(element)
    if not 1 <= len(children) <= 2 or any(child.tag != n.TRANSFORM for child in children):
        raise SignatureRefused(Reason.TRANSFORM, "Transforms must hold one or two Transform")
    algorithms = tuple(child.get("Algorithm", "") for child in children)
    listed: tuple[str, ...] = ()
    for child in children:
        if len(child) and child.get("Algorithm") != n.EXC_C14N:
            raise SignatureRefused(Reason.TRANSFORM, f"the transform {child.get('Algorithm')!r} has parameters")
        listed = _inclusive_namespaces(child, prefixes) or listed
    return algorithms, listed


def _inclusive_namespaces(method: etree._Element, most: int) -> tuple[str, ...]:
    # Exclusive XML Canonicalization 1.0, 3
    children = list(method)
    if not children:
        return ()
    if len(children) > 1 or children[0].tag != n.INCLUSIVE_NAMESPACES or not most:
        raise SignatureRefused(Reason.ALGORITHM, f"{method.get('Algorithm')!r} has parameters")
    listed = tuple(children[0].get("PrefixList", "").split())
    if len(listed) > most:
        raise SignatureRefused(Reason.TOO_LARGE, f"a PrefixList of {len(listed)} prefixes; {most} are read")
    return listed


def _certificates(key_info: etree._Element, profile: SignatureProfile) -> tuple[bytes, ...]:
    children = list(key_info)
    if len(children) != 1 or children[0].tag != n.X509_DATA:
        raise SignatureRefused(Reason.KEY_INFO, "KeyInfo must hold one X509Data and nothing else")
    held = list(children[0])
    if not 1 <= len(held) <= profile.certificates or any(each.tag != n.X509_CERTIFICATE for each in held):
        raise SignatureRefused(
            Reason.KEY_INFO, f"X509Data must hold one to {profile.certificates} X509Certificate and nothing else"
        )
    ders = tuple(decode(_text(each), "X509Certificate") for each in held)
    if len(set(ders)) != len(ders):
        raise SignatureRefused(Reason.KEY_INFO, "X509Data holds one certificate twice")
    return ders


def _objects(elements: list[etree._Element], profile: SignatureProfile) -> dict[str, etree._Element]:
    found: dict[str, etree._Element] = {}
    for element in elements:
        if element.tag != n.OBJECT or len(element) != 1:
            raise _structure("after KeyInfo only ds:Object may stand, each holding one element")
        name = str(element[0].tag).rpartition("}")[2]
        if name in found:
            raise _structure(f"two ds:Object hold {name}")
        found[name] = element[0]
    if set(found) != set(profile.objects):
        raise _structure(
            f"the ds:Object hold {_listed(sorted(found))}; {profile.name} has {_listed(sorted(profile.objects))}"
        )
    return found


def _only_attributes(element: etree._Element, *names: str) -> None:
    for name in element.attrib:
        if name not in names and not name.startswith("{"):
            raise _structure(f"{etree.QName(element).localname} has the attribute {name}")


def _text(element: etree._Element) -> str | None:
    if len(element):
        raise _structure(f"{etree.QName(element).localname} holds elements; it must hold text alone")
    return element.text


def _structure(detail: str) -> SignatureRefused:
    return SignatureRefused(Reason.STRUCTURE, detail)


def _listed(words: "tuple[str, ...] | list[str]") -> str:
    return ", ".join(words) or "-"
