"""Each way that the signature of a set can be wrong, and what real software sends that only looks strange."""

from typing import Final

from conformance.messages.dmp.signatures.accepted import ACCEPTED
from conformance.messages.dmp.signatures.forge import Accepted, BadSignature, Signing
from conformance.messages.dmp.signatures.manifests import MANIFESTS
from conformance.messages.dmp.signatures.properties import PROPERTIES
from conformance.messages.dmp.signatures.shapes import SHAPES
from conformance.messages.dmp.signatures.signers import SIGNERS
from conformance.messages.dmp.signatures.submissions import SUBMISSIONS

__all__ = ["ACCEPTED", "BAD_SIGNATURES", "Accepted", "BadSignature", "Signing"]

BAD_SIGNATURES: Final[tuple[BadSignature, ...]] = (*SUBMISSIONS, *MANIFESTS, *SHAPES, *PROPERTIES, *SIGNERS)
