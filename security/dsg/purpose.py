"""What a signature is for: a property that dmp-legacy leaves unsigned, commitments elsewhere. # ITI TF-3 5.5.2"""

from collections.abc import Collection

from lxml import etree

from security.dsg import names as n
from security.dsg.policies import Leniency
from security.dsg.properties import SignedProperties
from security.dsg.reading import ClaimedSet
from security.xmlsignature.names import DS
from security.xmlsignature.refusals import Reason, SignatureRefused


def purpose_of(
    claimed: ClaimedSet, properties: SignedProperties, expected: str | None, entry_ids: Collection[str]
) -> tuple[str | None, tuple[Leniency, ...]]:
    """The purpose (several between commas), and how it was written.

    Raises `SignatureRefused` when the expected one is not among them.
    `entry_ids`: identifiers of the entry of the signature document, at which some software aims the property.
    """
    if "SignatureProperties" in claimed.policy.profile.objects:
        purpose, leniencies = _property(claimed, entry_ids)
        said: tuple[str, ...] = (purpose,)
    elif properties.purposes:
        said, leniencies = properties.purposes, ()
    else:
        return None, (Leniency.NO_COMMITMENT,)
    if expected is not None and expected not in said:
        raise SignatureRefused(
            Reason.PURPOSE, f"the purpose of the signature is {', '.join(said)!r}; its entry says {expected!r}"
        )
    return ", ".join(said), leniencies


def _property(claimed: ClaimedSet, entry_ids: Collection[str]) -> tuple[str, tuple[Leniency, ...]]:
    holder = claimed.claim.objects["SignatureProperties"]
    namespace = etree.QName(holder).namespace
    if namespace not in (DS, None) or len(holder) != 1 or len(holder[0]):
        raise SignatureRefused(Reason.PURPOSE, "SignatureProperties must hold one SignatureProperty with text")
    found = holder[0]
    if etree.QName(found).localname != "SignatureProperty" or found.get("Id") != n.PURPOSE_ID:
        raise SignatureRefused(Reason.PURPOSE, f"there is no SignatureProperty with the Id {n.PURPOSE_ID}")
    leniencies = [Leniency.PURPOSE_WITHOUT_NAMESPACE] if namespace is None else []
    target = found.get("Target", "")
    if target != f"#{claimed.claim.signature.get('Id', '')}":
        if not target.startswith("#") or target[1:] not in entry_ids:
            raise SignatureRefused(Reason.PURPOSE, f"the purpose aims at {target!r}, which is not the signature")
        leniencies.append(Leniency.PURPOSE_OF_ENTRY)
    return (found.text or "").strip(), tuple(leniencies)
