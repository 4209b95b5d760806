"""XML signatures of fixed profiles: the shape is checked first, then the value, and only what was signed is given."""

from security.xmlsignature.assertion import ClaimedAssertion, read, verify
from security.xmlsignature.envelope import assertion_of
from security.xmlsignature.profiles import (
    ASSERTION,
    ASSERTION_SHA1,
    DMP_LEGACY_SET,
    DSG_SET,
    STRICT_SET,
    SignatureProfile,
)
from security.xmlsignature.refusals import Reason, SignatureRefused
from security.xmlsignature.signing import Signer, SigningKey, sign_assertion
from security.xmlsignature.verification import Signed, Verified

__all__ = [
    "ASSERTION",
    "ASSERTION_SHA1",
    "DMP_LEGACY_SET",
    "DSG_SET",
    "STRICT_SET",
    "ClaimedAssertion",
    "Reason",
    "SignatureProfile",
    "SignatureRefused",
    "Signed",
    "Signer",
    "SigningKey",
    "Verified",
    "assertion_of",
    "read",
    "sign_assertion",
    "verify",
]
