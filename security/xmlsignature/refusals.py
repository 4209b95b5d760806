"""Why a signature is not accepted: the word for programs, the sentence for the log."""

from enum import StrEnum


class Reason(StrEnum):
    """One word for each way to be refused, in the order of the checks."""

    TOO_LARGE = "too-large"
    """More bytes, elements, levels or namespace declarations than are read."""
    MALFORMED = "malformed"
    """Not well-formed XML in UTF-8."""
    FORBIDDEN_MARKUP = "forbidden-markup"
    """A document type declaration, an entity, a comment or a processing instruction."""
    STRUCTURE = "structure"
    """An element is missing, too many, or not where it belongs."""
    DUPLICATE_ID = "duplicate-id"
    """Two elements bear one identifier, in whatever spelling of the attribute."""
    POLICY = "policy"
    """Not made under one of the policies that are accepted here."""
    ALGORITHM = "algorithm"
    """An algorithm that the profile does not allow, or one that does not go with the key."""
    TRANSFORM = "transform"
    REFERENCE = "reference"
    """A reference to something else than what has to be signed."""
    KEY_INFO = "key-info"
    """No certificate, too many, or not the one that was expected."""
    CERTIFICATE = "certificate"
    """The signer's certificate is not believed; the exception's cause says why."""
    VALUE = "value"
    """The signature value is not the key's over SignedInfo."""
    DIGEST = "digest"
    """What is referenced is not what was signed."""
    SIGNING_CERTIFICATE = "signing-certificate"
    """The signed properties name another certificate than the one that signed."""
    SIGNING_TIME = "signing-time"
    SIGNATURE_POLICY = "signature-policy"
    """The signed properties do not name the policy that is asked for."""
    PURPOSE = "purpose"
    """The purpose of the signature is missing or another one than expected."""
    MANIFEST_SET = "manifest-set"
    """The manifest does not name the submission set, or not with the agreed digest."""
    MANIFEST_MISSING = "manifest-missing"
    """A document of the set is not in the manifest."""
    MANIFEST_EXTRA = "manifest-extra"
    """The manifest names something that is not in the set."""
    MANIFEST_DUPLICATE = "manifest-duplicate"
    DOCUMENT_DIGEST = "document-digest"
    """A document is not the one that was signed."""
    DOCUMENT_UNREADABLE = "document-unreadable"
    """A document that was signed in its canonical form is not XML that can be read."""


class SignatureRefused(Exception):
    """A signature is not accepted. `detail` is for the log; a client is told little of it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
