"""SAML 2.0 assertions: read from what was signed, checked in a fixed order, remembered, and made."""

from security.saml.admission import STEPS, Admission, Demands, FixedTrust, Step, Trust, claimed, claimed_caller
from security.saml.cache import AssertionCache
from security.saml.locating import credentials_of
from security.saml.making import sign, wsse_security
from security.saml.policy import AssertionPolicy, Reuse
from security.saml.refusals import Check, Reason, TokenRefused
from security.saml.replay import InProcessReplays, ReplayStore, ReplayStoreFailed
from security.saml.replayfile import ReplayFile
from security.saml.token import Connection, Proved, Token
from security.saml.values import CE, II, Assertion, Attribute, Authentication, Conditions, Confirmation

__all__ = [
    "CE",
    "II",
    "STEPS",
    "Admission",
    "Assertion",
    "AssertionCache",
    "AssertionPolicy",
    "Attribute",
    "Authentication",
    "Check",
    "Conditions",
    "Confirmation",
    "Connection",
    "Demands",
    "FixedTrust",
    "InProcessReplays",
    "Proved",
    "Reason",
    "ReplayFile",
    "ReplayStore",
    "ReplayStoreFailed",
    "Reuse",
    "Step",
    "Token",
    "TokenRefused",
    "Trust",
    "claimed",
    "claimed_caller",
    "credentials_of",
    "sign",
    "wsse_security",
]
