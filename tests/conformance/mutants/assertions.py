"""The gate of XUA broken: assertions that must be refused and are not; and the door before it, TLS. # ITI TF-2 3.40"""

import ssl
from collections.abc import Callable
from dataclasses import replace as changed
from datetime import timedelta
from typing import Any

from carnet.gates import CertificateGate
from security import xua
from security.certificates import ValidatedCertificate
from security.gate import Caller
from security.inspection import parse
from security.saml import admission, checks
from security.saml import names as n
from security.saml.refusals import Check, Reason, TokenRefused
from security.saml.values import II
from security.tls import ServerTls
from security.xmlsignature import assertion
from security.xua import XuaGate, XuaOptions
from tests.conformance.mutants.patching import nothing, replace, without, wrap
from tests.conformance.mutants.table import mutant
from tests.conformance.mutants.tokens import CORE, Everything, believe_the_revoked, unproved

XUA = "ITI TF-2 3.40.4.1.3"


def edit_policy(**values: Any) -> None:
    """What is asked of an assertion has these values."""
    wrap(XuaOptions, "policy", lambda was, self: changed(was(self), **values))


def without_step(check: Callable[..., Any]) -> None:
    """This check is not made."""
    replace(xua, "STEPS", without(xua.STEPS, lambda step: step.run is check))


def issuer_not_looked_at() -> None:
    replace(xua, "_issuer_check", lambda _options: nothing)


@mutant("gate", breaks=XUA, caught_by=("xua/3.40.4.1.3/1", "xua/3.40.4.1.3/2"))
def no_assertion_asked() -> None:
    """Whoever opens a connection is let in, with an assertion or without."""
    replace(XuaGate, "admit", lambda _self, credentials: Caller(certificate=credentials.certificate))


@mutant("gate", breaks=CORE, caught_by=("xua/saml-2.5.1/1", "xua/saml-2.5.1/6"))
def expired_assertion_accepted() -> None:
    """An assertion after its NotOnOrAfter is accepted."""
    wrap(checks, "_within", lambda was, begins, _ends, *given: was(begins, None, *given))


@mutant("gate", breaks=CORE, caught_by=("xua/saml-2.5.1/2",))
def assertion_before_its_time_accepted() -> None:
    """An assertion before its NotBefore is accepted."""
    wrap(checks, "_within", lambda was, _begins, ends, *given: was(None, ends, *given))


@mutant("gate", breaks="SAML 2.0 Core 2.5.1.4", caught_by=("xua/saml-2.5.1.4/2", "xua/saml-2.5.1.4/3"))
def assertion_for_another_accepted() -> None:
    """An assertion made for another audience is accepted."""
    edit_policy(audiences=Everything({"urn:anybody"}))


@mutant("gate", breaks="SAML 2.0 Core 2.5.1.4", caught_by=("xua/saml-2.5.1.4/5",))
def audience_not_needed() -> None:
    """An assertion without AudienceRestriction is accepted."""
    edit_policy(audience_required=False)


@mutant("gate", breaks="SAML 2.0 Core 5.4", caught_by=("xua/saml-5.4/1", "xua/saml-2.2.5/1"))
def unsigned_assertion_accepted() -> None:
    """An assertion needs no signature."""
    wrap(xua, "Demands", lambda was, **named: changed(was(**named), unsigned=lambda _claimed: True))
    issuer_not_looked_at()


@mutant("gate", breaks="XML Signature 1.1 3.2", caught_by=("xua/3.40.4.1.3/11", "xua/3.40.4.1.3/12"))
def signature_of_the_assertion_not_verified() -> None:
    """An assertion that was changed after it was signed is accepted."""
    replace(assertion, "prove", unproved)


@mutant("gate", breaks="RFC 5280 6.3", caught_by=("xua/rfc5280-6/4",))
def revoked_issuer_believed() -> None:
    """Revocation lists are not looked at."""
    believe_the_revoked()


@mutant("gate", breaks="SAML 2.0 Core 2.2.5", caught_by=("xua/saml-2.2.5/1",))
def issuer_of_the_assertion_not_compared() -> None:
    """The Issuer may be another than the one who signed."""
    issuer_not_looked_at()


@mutant("gate", breaks="SAML 2.0 Core 2.7.2", caught_by=("xua/saml-2.7.2/1", "xua/saml-2.7.2/2"))
def assertion_without_authentication_accepted() -> None:
    """An assertion needs no AuthnStatement."""
    without_step(checks.authentication)


@mutant("gate", breaks="SAML 2.0 Core 2.4.1", caught_by=("xua/saml-2.4.1.2/1",))
def confirmation_of_the_assertion_ignored() -> None:
    """SubjectConfirmation is not looked at."""
    without_step(checks.confirmation)


@mutant("gate", breaks="SAML 2.0 Core 2.3.3", caught_by=("xua/saml-2.3.3/3",))
def any_version_of_saml_accepted() -> None:
    """The Version of an assertion is not looked at."""
    without_step(checks.version)


@mutant("gate", breaks="RFC 5280 6.1", caught_by=("xua/rfc5280-4.2.1/1", "xua/rfc5280-6/1"))
def any_issuer_believed() -> None:
    """The certificate that signs an assertion is not validated: neither who issued it, nor until when it holds."""

    def believe(_store: Any, der: bytes, usages: Any, at: Any) -> ValidatedCertificate:
        return ValidatedCertificate(parse(der), der, usages[0], (), (), at, at + timedelta(minutes=1))

    replace(admission, "believe", believe)


@mutant("gate", breaks="SAML 2.0 Core 2.5.1", caught_by=("xua/saml-2.5.1/5", "xua/saml-2.5.1.4/5"))
def assertion_without_conditions_accepted() -> None:
    """An assertion needs no Conditions."""
    edit_policy(conditions_required=False, audience_required=False)


@mutant("gate", breaks="SAML 2.0 Core 2.3.3", caught_by=("xua/saml-2.5.1/3",))
def assertion_of_tomorrow_accepted() -> None:
    """An assertion whose IssueInstant lies in the future is accepted."""
    without_step(checks.issued)


@mutant("gate", breaks="WS-Security 1.1 12", caught_by=("xua/saml-2.5.1/1", "xua/saml-5.4/1"))
def fault_without_a_code_of_ws_security() -> None:
    """The fault for an assertion that does not hold has a code of WS-Trust."""
    replace(TokenRefused, "subcode", "wst:InvalidRequest")


@mutant("gate", breaks="ITI TF-2 3.40.4.1.2", caught_by=("xua/3.40.4.1.2/11",))
def attributes_of_several_values_refused() -> None:
    """An assertion that names its user, or the user's organization, twice is refused."""
    edit_policy(single=frozenset({n.SUBJECT_ID, n.ORGANIZATION}))


@mutant("gate", breaks="ITI TF-2 3.40.4.1.2", caught_by=("xua/3.40.4.1.2/10",))
def assertion_for_one_use_refused() -> None:
    """An assertion with OneTimeUse is refused."""

    def once(token: Any, _policy: Any) -> None:
        if token.assertion.conditions.one_time_use:
            raise TokenRefused(Check.CONDITIONS, Reason.UNKNOWN_CONDITION, "OneTimeUse")

    replace(xua, "_issuer_check", lambda _options: once)


@mutant("gate", breaks="ITI TF-2 3.40.4.1.2", caught_by=("xua/3.40.4.1.2/12",))
def identifiers_of_providers_refused() -> None:
    """An assertion with an HL7 II in an attribute is refused."""

    def texts_and_codes(token: Any, _policy: Any) -> None:
        if any(isinstance(value, II) for each in token.assertion.attributes for value in each.values):
            raise TokenRefused(Check.ATTRIBUTES, Reason.ATTRIBUTE_VALUE, "an II")

    replace(xua, "_attribute_check", lambda _options: texts_and_codes)


# --- TLS


@mutant("gate", breaks="ITI TF-2 3.19.6", caught_by=("tls/3.19.6/2", "tls/rfc5280-4.2.1/1"))
def no_client_certificate_asked() -> None:
    """A connection needs no client certificate, nor does a message on it."""

    def around(was: Any, self: Any) -> Any:
        moment = was(self)
        moment.context.verify_mode = ssl.CERT_NONE
        return changed(moment, trust=None)

    wrap(ServerTls, "_load", around)
    replace(CertificateGate, "admit", lambda self, credentials: self._inner.admit(credentials))
    edit_policy(tls_required=False)


@mutant("gate", breaks="RFC 5280 6.3", caught_by=("tls/rfc5280-6/3", "xua/rfc5280-6/4"))
def revoked_client_certificate_accepted() -> None:
    """A connection may be opened with a revoked certificate."""

    def around(was: Any, self: Any) -> Any:
        moment = was(self)
        moment.context.verify_flags &= ~ssl.VERIFY_CRL_CHECK_CHAIN
        return moment

    wrap(ServerTls, "_load", around)
    believe_the_revoked()


@mutant("gate", breaks="RFC 8996 5", caught_by=("tls/rfc8996-4/1", "tls/rfc8996-5/1"))
def old_tls_spoken() -> None:
    """TLS 1.0 and 1.1 are spoken."""

    def around(was: Any, self: Any) -> Any:
        moment = was(self)
        moment.context.set_ciphers("ALL:@SECLEVEL=0")
        moment.context.minimum_version = ssl.TLSVersion.TLSv1
        return moment

    wrap(ServerTls, "_load", around)


@mutant("gate", breaks="ITI TF-2 3.19.6.2.3", caught_by=("tls/3.19.6.2.3/1", "tls/3.19.6.2.3/2"))
def aes_gcm_not_spoken() -> None:
    """Of the suites of TLS 1.2 those with AES-GCM are not spoken."""

    def around(was: Any, self: Any) -> Any:
        moment = was(self)
        moment.context.set_ciphers("ECDHE+CHACHA20:ECDHE+AESCCM")
        return moment

    wrap(ServerTls, "_load", around)
