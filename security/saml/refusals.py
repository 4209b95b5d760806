"""Why a token is not accepted: which check, which reason, and the little that its sender is told."""

from enum import Enum, StrEnum
from typing import Final

from security import refusals as certificates
from security.gate import Caller, Refused
from security.xmlsignature import Reason as SignatureReason
from security.xmlsignature import SignatureRefused


class Check(Enum):
    """The checks of a token, in the order they are made: cheap and structural before anything that costs."""

    SIZE = 1
    XML = 2
    ENVELOPE = 3
    ONE_ASSERTION = 4
    SIGNATURE_PLACE = 5
    SIGNATURE_SHAPE = 6
    KEY_INFO = 7
    CERTIFICATE = 8
    SIGNATURE = 9
    SIGNED_CONTENT = 10
    ISSUER = 11
    SUBJECT = 12
    CONFIRMATION = 13
    CONDITIONS = 14
    AUTHENTICATION = 15
    ATTRIBUTES = 16
    REPLAY = 17
    BINDING = 18


class Reason(StrEnum):
    """One word for each way that an assertion is refused for what it says."""

    NO_TOKEN = "no-token"  # noqa: S105 - a word, not a secret
    """The message has no assertion where one is asked for."""
    TOO_LARGE = "too-large"
    FORBIDDEN_MARKUP = "forbidden-markup"
    STRUCTURE = "structure"
    """An element of the assertion is missing, too many, empty, or none of SAML."""
    UNSIGNED = "unsigned"
    SIGNATURE_PLACE = "signature-place"
    VERSION = "version"
    ISSUER = "issuer"
    """The issuer is not the one who signed, or not one that may."""
    TIME_FORMAT = "time-format"
    """A time without its zone, or none at all."""
    ISSUED_LATER = "issued-later"
    """IssueInstant is in the future."""
    SUBJECT = "subject"
    CONFIRMATION = "confirmation"
    """No SubjectConfirmation that holds here."""
    HOLDER_OF_KEY = "holder-of-key"
    NO_CONDITIONS = "no-conditions"
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    LIFETIME = "lifetime"
    """Valid for longer than is allowed."""
    AUDIENCE = "audience"
    UNKNOWN_CONDITION = "unknown-condition"
    AUTHENTICATION = "authentication"
    ATTRIBUTE_MISSING = "attribute-missing"
    ATTRIBUTE_REPEATED = "attribute-repeated"
    ATTRIBUTE_VALUE = "attribute-value"
    REPLAYED = "replayed"
    REPLAY_UNKNOWN = "replay-unknown"
    """The store of tokens already seen cannot be asked: nothing is accepted then."""
    NO_TLS_CERTIFICATE = "no-tls-certificate"
    TLS_MISMATCH = "tls-mismatch"
    """The token was made for another than the one who opened the connection."""
    MODE = "mode"
    """The way of authentication does not go with the certificates or with the shape of the token."""
    STRUCTURE_MISMATCH = "structure-mismatch"
    """The structure is not the one of the certificate, or not an author of the set."""
    PATIENT_MISMATCH = "patient-mismatch"
    """The token is for another patient than the request."""


AnyReason = Reason | SignatureReason | certificates.Reason

# WS-Security 1.0 SOAP Message Security, 12
INVALID_SECURITY: Final = "wsse:InvalidSecurity"
FAILED_AUTHENTICATION: Final = "wsse:FailedAuthentication"
_MALFORMED: Final = "The security header of the message cannot be processed."
_ABSENT: Final = "The message must carry one signed SAML 2.0 assertion in its wsse:Security header."
_FAILED: Final = "The security token could not be authenticated or authorized."
_STRUCTURAL: Final = frozenset({Check.SIZE, Check.XML, Check.ENVELOPE, Check.ONE_ASSERTION})


class TokenRefused(Exception):
    """A token is not accepted; `detail` is for the log, and never names a patient."""

    def __init__(self, check: Check, reason: AnyReason, detail: str) -> None:
        super().__init__(f"check {check.value}, {reason}: {detail}")
        self.check = check
        self.reason = reason
        self.detail = detail

    @property
    def subcode(self) -> str:
        """The WS-Security fault subcode; says whether the header was readable, and no more."""
        return INVALID_SECURITY if self.check in _STRUCTURAL else FAILED_AUTHENTICATION

    @property
    def told(self) -> str:
        """What the sender is told."""
        if self.reason is Reason.NO_TOKEN:
            return _ABSENT
        return _MALFORMED if self.check in _STRUCTURAL else _FAILED

    def refused(self, claimed: Caller | None = None) -> Refused:
        """As the gate raises it."""
        return Refused(self.subcode, self.told, reason=str(self), claimed=claimed)


_CHECK_OF: Final = {
    SignatureReason.TOO_LARGE: Check.SIZE,
    SignatureReason.MALFORMED: Check.XML,
    SignatureReason.FORBIDDEN_MARKUP: Check.XML,
    SignatureReason.DUPLICATE_ID: Check.ONE_ASSERTION,
    SignatureReason.STRUCTURE: Check.SIGNATURE_PLACE,
    SignatureReason.ALGORITHM: Check.SIGNATURE_SHAPE,
    SignatureReason.TRANSFORM: Check.SIGNATURE_SHAPE,
    SignatureReason.REFERENCE: Check.SIGNATURE_SHAPE,
    SignatureReason.KEY_INFO: Check.KEY_INFO,
    SignatureReason.CERTIFICATE: Check.CERTIFICATE,
}


def of_signature(error: SignatureRefused, check: Check | None = None) -> TokenRefused:
    """The same refusal with its place among the checks of a token."""
    return TokenRefused(check or _CHECK_OF.get(error.reason, Check.SIGNATURE), error.reason, error.detail)


def of_certificate(error: certificates.CertificateRefused, check: Check = Check.CERTIFICATE) -> TokenRefused:
    return TokenRefused(check, error.reason, error.detail)
