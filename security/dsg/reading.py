"""A signature document, read: its policy, and its parts by their places."""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from security.dsg import names as n
from security.dsg.policies import DMP_LEGACY, POLICIES, Leniency, SetPolicy
from security.xmlsignature import names as x
from security.xmlsignature.gate import Claim, Reference, examine
from security.xmlsignature.parsing import check_bytes, check_tree, has_xml_attributes, identifiers, parse
from security.xmlsignature.profiles import STRICT_SET
from security.xmlsignature.refusals import Reason, SignatureRefused
from security.xmlsignature.verification import Signed, canonical_element

_XSI_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"


@dataclass(frozen=True, slots=True)
class ClaimedSet:
    """A signature document of the right shape; nothing of it is proved yet."""

    policy: SetPolicy
    claim: Claim
    targets: dict[str, etree._Element]
    """What each reference of SignedInfo stands for, by its URI: found by its place, never by its identifier."""
    manifest: Reference
    properties: Reference
    leniencies: tuple[Leniency, ...]

    def signed(self, reference: Reference) -> Signed:
        """What a reference of SignedInfo stands for.

        Nothing in the element is left out of its canonical form, as there is no comment, instruction or entity in it.
        """
        element = self.targets[reference.uri]
        return Signed(canonical_element(element, reference.prefixes, self.policy.profile), element)


def read_set(data: bytes, policies: Sequence[SetPolicy]) -> ClaimedSet:
    """Holds a signature document to the one of `policies` that it was made under. Raises `SignatureRefused`.

    Nothing is canonicalised.
    """
    root = parse(data, STRICT_SET.caps)  # the widest
    if root.tag != x.SIGNATURE:
        raise SignatureRefused(Reason.STRUCTURE, f"the document is {etree.QName(root).localname}, not a ds:Signature")
    policy = _policy_of(root, policies)
    if policy.profile.caps is not STRICT_SET.caps:
        check_bytes(data, policy.profile.caps)
        check_tree(root, data, policy.profile.caps)
    identifiers(root)
    if next(root.iterdescendants(x.SIGNATURE), None) is not None:
        raise SignatureRefused(Reason.STRUCTURE, "a signature inside the signature")
    if policy.profile.inclusive and has_xml_attributes(root):
        raise SignatureRefused(
            Reason.STRUCTURE, "an xml:* attribute, which inclusive canonicalisation would hand down to what is signed"
        )
    return _places(examine(root, policy.profile), policy)


def _policy_of(root: etree._Element, policies: Sequence[SetPolicy]) -> SetPolicy:
    """By its canonicalisation: no two policies share it."""
    if not len(root) or root[0].tag != x.SIGNED_INFO or not len(root[0]):
        raise SignatureRefused(Reason.STRUCTURE, "ds:Signature must begin with SignedInfo")
    stated = root[0][0].get("Algorithm")  # whatever element that is: if it is another one the gate refuses it
    for policy in POLICIES.values():
        if policy.profile.canonicalization == stated:
            for accepted in policies:
                if accepted.name == policy.name:
                    return accepted
            raise SignatureRefused(
                Reason.POLICY, f"made under {policy.name}; accepted here: {', '.join(p.name for p in policies)}"
            )
    raise SignatureRefused(
        Reason.ALGORITHM, f"CanonicalizationMethod {stated!r}; no policy for the signature of a set has it"
    )


def _places(claim: Claim, policy: SetPolicy) -> ClaimedSet:
    manifest = claim.objects["Manifest"]
    name = manifest.get("Id", "")
    if manifest.tag != n.MANIFEST or not name or policy.manifest_id not in (name, None):
        wanted = f"the Id {policy.manifest_id}" if policy.manifest_id else "an Id"
        raise SignatureRefused(Reason.STRUCTURE, f"the manifest must be a ds:Manifest with {wanted}")
    properties = _signed_properties(claim, policy)
    targets = {f"#{name}": manifest, f"#{properties.get('Id')}": properties}
    if claim.key_info.get("Id"):
        targets[f"#{claim.key_info.get('Id')}"] = claim.key_info
    by_target: dict[etree._Element, Reference] = {}
    for reference in claim.references:
        target = targets.get(reference.uri)
        if target is None or target in by_target:
            raise SignatureRefused(
                Reason.REFERENCE,
                f"SignedInfo refers to {reference.uri}; it must refer once to the manifest, the signed properties "
                "and, under strict, KeyInfo",
            )
        by_target[target] = reference
    if manifest not in by_target or properties not in by_target:
        raise SignatureRefused(Reason.REFERENCE, "SignedInfo must refer to the manifest and to the signed properties")
    of_manifest, of_properties = by_target[manifest], by_target[properties]
    if of_manifest.type not in policy.manifest_types or of_properties.type != policy.properties_type:
        raise SignatureRefused(
            Reason.REFERENCE, f"the Types of the references are {of_manifest.type} and {of_properties.type}"
        )
    return ClaimedSet(policy, claim, targets, of_manifest, of_properties, _leniencies(claim, of_manifest, policy))


def _signed_properties(claim: Claim, policy: SetPolicy) -> etree._Element:
    qualifying = claim.objects["QualifyingProperties"]
    xades = f"{{{policy.xades}}}"
    if qualifying.tag != f"{xades}QualifyingProperties":
        raise SignatureRefused(
            Reason.STRUCTURE,
            f"QualifyingProperties in {etree.QName(qualifying).namespace!r}; {policy.name} has {policy.xades!r}",
        )
    if qualifying.get("Target") != f"#{claim.signature.get('Id', '')}":
        raise SignatureRefused(Reason.STRUCTURE, "QualifyingProperties must aim at the Signature that holds it")
    children = [child.tag for child in qualifying]
    # What is added later (time stamps, revocation values) is not signed and not read.
    allowed = [f"{xades}SignedProperties"] + ([f"{xades}UnsignedProperties"] if policy.unsigned_properties else [])
    if children[:1] != allowed[:1] or children != allowed[: len(children)]:
        raise SignatureRefused(Reason.STRUCTURE, "QualifyingProperties must hold one SignedProperties")
    if not qualifying[0].get("Id"):
        raise SignatureRefused(Reason.STRUCTURE, "SignedProperties has no Id")
    return qualifying[0]


def _leniencies(claim: Claim, manifest: Reference, policy: SetPolicy) -> tuple[Leniency, ...]:
    shown = {
        Leniency.MANIFEST_TRANSFORM: policy.name == DMP_LEGACY.name and bool(manifest.transforms),
        Leniency.SCHEMA_LOCATION: claim.objects["Manifest"].get(_XSI_LOCATION) is not None,
        Leniency.DIGIT_IDENTIFIER: claim.signature.get("Id", "_")[:1].isdigit(),
    }
    return tuple(leniency for leniency, seen in shown.items() if seen)
