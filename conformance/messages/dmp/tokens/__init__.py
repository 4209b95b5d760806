"""Each way that a VIHF can be wrong, by id: one thing is wrong in it, and all else is right."""

from typing import Final

from conformance.messages.dmp.tokens.attributes import ATTRIBUTES
from conformance.messages.dmp.tokens.certificates import CERTIFICATES
from conformance.messages.dmp.tokens.forge import BadToken, Forge
from conformance.messages.dmp.tokens.good import GOOD_TOKENS, GoodToken
from conformance.messages.dmp.tokens.signatures import SIGNATURES
from conformance.messages.dmp.tokens.subjects import SUBJECTS
from conformance.messages.dmp.tokens.times import TIMES
from conformance.messages.dmp.tokens.wrappings import WRAPPED

__all__ = ["BAD_TOKENS", "GOOD_TOKENS", "BadToken", "Forge", "GoodToken"]

BAD_TOKENS: Final[tuple[BadToken, ...]] = (
    *TIMES,
    *SUBJECTS,
    *SIGNATURES,
    *WRAPPED,
    *CERTIFICATES,
    *ATTRIBUTES,
)
"""All but those that only the connection or a repetition makes wrong."""
