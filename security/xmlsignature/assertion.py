"""The signature of a SAML assertion: enveloped, right after the Issuer, by a certificate that the caller believes."""

from dataclasses import dataclass

from cryptography import x509
from lxml import etree

from security.xmlsignature import names as n
from security.xmlsignature.canonical import exclusive
from security.xmlsignature.gate import Claim, Reference, examine
from security.xmlsignature.parsing import identifiers, parse
from security.xmlsignature.profiles import ASSERTION, SignatureProfile
from security.xmlsignature.refusals import Reason, SignatureRefused
from security.xmlsignature.verification import Signed, Verified, prove


@dataclass(frozen=True, slots=True)
class ClaimedAssertion:
    """An assertion whose signature has the right shape; nothing of it is proved yet."""

    octets: bytes
    """The assertion as it came, with the namespaces around it, in one deterministic serialisation."""
    root: etree._Element
    """A copy of its own: neither what is around the assertion nor what is done to it shows in the other."""
    claim: Claim
    profile: SignatureProfile

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """DER of the signer's certificate, then those it came with; for the caller to validate before `verify`."""
        return self.claim.certificates

    def verify(self, certificate: x509.Certificate) -> Signed:
        """What was really signed, with a certificate that the caller believes. Raises `SignatureRefused`.

        May be called once: the signature is taken out of the copy.
        """
        return _only(prove(self.claim, certificate, self.profile, self._signed))

    def _signed(self, reference: Reference) -> Signed:
        _take_out(self.claim.signature)  # XML Signature 1.1, 6.6.4
        return Signed.of(exclusive(self.root, reference.prefixes))


def read(assertion: etree._Element, profile: SignatureProfile = ASSERTION) -> ClaimedAssertion:
    """Holds the signature of an assertion to the profile; nothing is canonicalised. Raises `SignatureRefused`.

    Looks at the assertion alone: that it is the only one in its message, and that no identifier occurs twice in it,
    is for `security.xmlsignature.envelope`.
    """
    octets = etree.tostring(assertion, with_tail=False)
    root = parse(octets, profile.caps)
    identifiers(root)
    if root.tag != n.SAML_ASSERTION:
        raise SignatureRefused(Reason.STRUCTURE, f"{etree.QName(root)} is not a SAML 2.0 Assertion")
    signatures = list(root.iter(n.SIGNATURE))
    if len(signatures) != 1:
        raise SignatureRefused(Reason.STRUCTURE, f"the assertion holds {len(signatures)} signatures; it must hold one")
    # SAML 2.0 Core 2.3.3
    if len(root) < 2 or root[0].tag != n.SAML_ISSUER or root[1] is not signatures[0]:
        raise SignatureRefused(Reason.STRUCTURE, "the signature must stand right after the Issuer")
    claim = examine(signatures[0], profile)
    if claim.references[0].uri != f"#{root.get('ID', '')}":
        raise SignatureRefused(
            Reason.REFERENCE, f"the signature is over {claim.references[0].uri}, not over the assertion that holds it"
        )
    return ClaimedAssertion(octets, root, claim, profile)


def verify(assertion: etree._Element, certificate: x509.Certificate, profile: SignatureProfile = ASSERTION) -> Signed:
    """`read` and `verify` in one, for a caller that knows the certificate beforehand."""
    return read(assertion, profile).verify(certificate)


def _take_out(signature: etree._Element) -> None:
    """Removes the signature and leaves the white space after it."""
    parent = signature.getparent()
    if parent is None:
        raise ValueError("the signature was already taken out: an assertion is verified once")
    before = signature.getprevious()
    if signature.tail:
        if before is None:
            parent.text = (parent.text or "") + signature.tail
        else:
            before.tail = (before.tail or "") + signature.tail
    parent.remove(signature)


def _only(verified: Verified) -> Signed:
    (signed,) = verified.signed.values()
    return signed
