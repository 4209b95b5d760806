"""How bad tokens are made: a good one with one thing changed, before or after it is signed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from conformance.messages.dmp.holders import Holder, Keys
from conformance.messages.dmp.tokens import attacks
from conformance.messages.dmp.vihf import Vihf, signed, vihf
from conformance.model import MUST, Level
from security.issuing import CertifiedKey

WSS_CODES: Final = frozenset(
    {
        "UnsupportedSecurityToken",
        "UnsupportedAlgorithm",
        "InvalidSecurity",
        "InvalidSecurityToken",
        "FailedAuthentication",
        "FailedCheck",
        "SecurityTokenUnavailable",
        "MessageExpired",
    }
)
"""Local names of the fault codes of WS-Security 1.1, 12."""


DMP_CERTIFICATE: Final = "DMPInvalidCertificate"
"""What the DMP answers to a token signed with a key that is not for signing."""


ANY, CARD, STRUCTURE = "any", "card", "structure"


CORE: Final = "SAML 2.0 Core "
VIHF: Final = "CI-SIS Transport synchrone, VIHF 3.0"
WSS: Final = "WS-Security SAML Token Profile 1.1, 3.4"
SIGNATURE_SECTION: Final = "SAML 2.0 Core 5.4"
CERTIFICATE_SECTION: Final = "RFC 5280 6; CI-SIS Transport synchrone, VIHF 3.0"


@dataclass(frozen=True, slots=True)
class Forge:
    """Whose token is spoiled, and for which patient."""

    holder: Holder
    patient: str
    keys: Keys | None = None
    at: datetime | None = None

    @property
    def now(self) -> datetime:
        return self.at or datetime.now(UTC)

    @property
    def good(self) -> Vihf:
        return vihf(self.holder, self.patient, at=self.at)

    def signed(self, one: Vihf | str | None = None, signer: CertifiedKey | None = None) -> str:
        xml = one if isinstance(one, str) else (one or self.good).xml
        return signed(xml, signer or self.holder.signs)

    @property
    def given_keys(self) -> Keys:
        if self.keys is None:
            raise ValueError("this token needs keys of a test authority")
        return self.keys


Build = Callable[[Forge], str]


@dataclass(frozen=True, slots=True)
class BadToken:
    """One bad token."""

    id: str
    """Of its case: `vihf/saml-2.5.1/1`."""
    wrong: str
    """What is wrong, to end the sentence "The VIHF …"."""
    wrong_fr: str
    section: str
    build: Build
    """What stands in wsse:Security."""
    level: Level = MUST
    """SHOULD: a reader may take it; a careful one does not."""
    whose: str = ANY
    """Wrong only in the token of a `card` (mode DIRECTE) or of a `structure` (the other modes)."""
    keys: bool = False
    """It needs certificates beside those of the identity."""
    code: str = ""
    """A fault code that the DMP has for it."""
    title: tuple[str, str] = ("", "")
    """Of the case, in both languages, where "Sends a VIHF that …" does not say it."""


def changed(change: Callable[[Vihf, Forge], Vihf]) -> Build:
    """Changed before it is signed."""
    return lambda forge: forge.signed(change(forge.good, forge))


def attribute(name: str, *values: str) -> Build:
    """Signed with other values of an attribute; with none, without the attribute."""
    return changed(lambda token, _: token.having(name, *values))


def rewritten(edit: Callable[[str], str]) -> Build:
    """Its text edited before it is signed."""

    def build(forge: Forge) -> str:
        before = forge.good.xml
        after = edit(before)
        if after == before:
            raise ValueError("the edit of a bad token changed nothing")
        return forge.signed(after)

    return build


def attacked(attack: attacks.Attack) -> Build:
    """Edited after it was signed."""
    return lambda forge: attacks.applied(attack, forge.signed())


def flawed(flaw: str) -> Build:
    """Signed with a certificate that has one flaw."""
    return lambda forge: forge.signed(signer=forge.given_keys.flawed(forge.holder, flaw))


def subject(make: Callable[[str], str]) -> Build:
    """With another Subject, made from the number of the NameID."""
    return changed(lambda token, forge: replace(token, subject=make(_number(forge))))


def _number(forge: Forge) -> str:
    return forge.holder.common_name if forge.holder.is_card else "utilisateur-1"
