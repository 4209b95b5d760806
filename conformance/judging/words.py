"""The checks of a token in English; `dmp.vihf.messages` has them in French."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from security.saml import Check


@dataclass(frozen=True, slots=True)
class Words:
    """One check of a token."""

    title: str
    right: str
    """What passes."""


TOKEN: Final[Mapping[Check, Words]] = {
    Check.SIZE: Words("sizes", "an envelope of 2 MB, a header of 64 KB at most"),
    Check.XML: Words("XML", "UTF-8 without DTD, entity, processing instruction or comment"),
    Check.ENVELOPE: Words("envelope", "a wsse:Security header with a SAML 2.0 assertion, in the Header"),
    Check.ONE_ASSERTION: Words("one assertion", "one assertion, distinct identifiers"),
    Check.SIGNATURE_PLACE: Words(
        "place of the signature", "one ds:Signature right after the Issuer, or none where that is admitted"
    ),
    Check.SIGNATURE_SHAPE: Words(
        "shape of the signature", "exc-c14n, RSA or ECDSA with SHA-2, one Reference, to the ID of the assertion"
    ),
    Check.KEY_INFO: Words("KeyInfo", "an X509Data with the signer's certificate first"),
    Check.CERTIFICATE: Words(
        "certificate", "the signature certificate of the card or the seal of the structure: valid, not revoked"
    ),
    Check.SIGNATURE: Words("signature", "the assertion as it was signed"),
    Check.SIGNED_CONTENT: Words("signed content", "the elements of SAML 2.0, each in its place"),
    Check.ISSUER: Words("issuer", "the Issuer is the subject of the signer's certificate; issued now"),
    Check.SUBJECT: Words("subject", "an identifier without ambiguity; in mode DIRECTE that of the card"),
    Check.CONFIRMATION: Words("confirmation", "absent, or satisfied by the connection"),
    Check.CONDITIONS: Words("conditions", "within their validity, of an admitted duration, for this service"),
    Check.AUTHENTICATION: Words("authentication", "one AuthnStatement in the past, with a class of SAML 2.0"),
    Check.ATTRIBUTES: Words("attributes", "each mandatory attribute once, with an expected value"),
    Check.REPLAY: Words("replay", "a token and a wsa:MessageID never seen before"),
    Check.BINDING: Words("connection", "the card or the structure that opened the TLS connection"),
}
