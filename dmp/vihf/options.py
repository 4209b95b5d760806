"""What an installation asks of a VIHF, and the leniencies by name: what official messages do, strict readers refuse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from security.saml import AssertionPolicy, Reuse
from security.saml import names as n


class Leniency(StrEnum):
    """One deviation each; the number is that of the check it concerns."""

    UNSIGNED_DIRECT = "unsigned-direct"
    """5: in mode DIRECTE the assertion may be unsigned, as the card opened the connection itself."""
    SHA1 = "sha1"
    """6: RSA-SHA1, as in the official messages of 2019 and 2020."""
    SEAL_WITHOUT_COMMITMENT = "seal-without-commitment"
    """8: the seal may lack nonRepudiation, as that of the official message of mode INDIRECTE_RENFORCEE."""
    NO_CONFIRMATION = "no-confirmation"
    """13: no SubjectConfirmation."""
    NO_CONDITIONS = "no-conditions"
    """14: no Conditions; the token holds for `lifetime` from IssueInstant on."""
    NO_AUDIENCE = "no-audience"
    """14: no AudienceRestriction."""
    ANY_CLASS = "any-class"
    """15: any class of SAML 2.0 as AuthnContextClassRef, and not those of cards and TLS alone."""
    MODE_SPELLING = "mode-spelling"
    """16: `Authentification_mode` in whatever case: messages and kits differ."""
    NAME_IN_DIRECT = "name-in-direct"
    """16: `subject-id` in mode DIRECTE, where the card says the name."""
    NO_SPECIALITY = "no-speciality"
    """16: a doctor or a pharmacist without the second value of the role."""
    ANY_SITE = "any-site"
    """18: a structure may act under the identifier of any other: there is no table of legal entities and sites."""


OFFICIAL: Final = frozenset(
    {
        Leniency.UNSIGNED_DIRECT,
        Leniency.NO_CONFIRMATION,
        Leniency.NO_CONDITIONS,
        Leniency.NO_AUDIENCE,
        Leniency.ANY_CLASS,
        Leniency.MODE_SPELLING,
        Leniency.NAME_IN_DIRECT,
    }
)
"""What current official messages and kits need."""

_STRONG_CLASSES: Final = frozenset(
    n.AUTHN_CLASSES + name for name in ("SmartcardPKI", "X509", "TLSClient", "MobileTwoFactorUnregistered")
)


@dataclass(frozen=True, slots=True)
class VihfOptions:
    """The same for every request."""

    leniencies: frozenset[Leniency] = OFFICIAL
    versions: frozenset[str] = frozenset({"2.0", "3.0", "4.0"})
    """Of VIHF_Version."""
    resources: frozenset[str] = frozenset({"urn:dmp"})
    """Of Ressource_URN."""
    audiences: frozenset[str] = frozenset({"urn:dmp"})
    """Of AudienceRestriction, where there is one."""
    sites: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Struct_IdNat of a legal entity (EJ), as its certificates have it → those of its sites (EG)."""
    lifetime: timedelta = timedelta(hours=1)
    skew: timedelta = timedelta(seconds=60)
    reuse: Reuse = Reuse.PER_MESSAGE
    check_address: bool = True

    @classmethod
    def strict(cls) -> "VihfOptions":
        """No leniency, one token per message."""
        return cls(leniencies=frozenset(), reuse=Reuse.ONCE)

    def allows(self, leniency: Leniency) -> bool:
        return leniency in self.leniencies

    def policy(self) -> AssertionPolicy:
        """What of it concerns any SAML assertion."""
        return AssertionPolicy(
            audiences=self.audiences,
            audience_required=not self.allows(Leniency.NO_AUDIENCE),
            conditions_required=not self.allows(Leniency.NO_CONDITIONS),
            lifetime=self.lifetime,
            skew=self.skew,
            methods=frozenset({n.BEARER, n.HOLDER_OF_KEY, n.SENDER_VOUCHES}),
            confirmation_required=not self.allows(Leniency.NO_CONFIRMATION),
            check_address=self.check_address,
            authn_statements=1,
            authn_classes=None if self.allows(Leniency.ANY_CLASS) else _STRONG_CLASSES,
            tls_required=True,
            reuse=self.reuse,
        )
