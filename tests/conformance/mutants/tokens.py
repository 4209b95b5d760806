"""The gate of the DMP broken: VIHF tokens that must be refused and are not, and callers who see what is not theirs."""

import ssl
from collections.abc import Callable
from dataclasses import replace as changed
from datetime import timedelta
from typing import Any

from carnet import profiles
from dmp.vihf import checks as vihf_checks
from dmp.vihf import gate, vihf
from dmp.vihf import names as v
from dmp.vihf.caller import VihfCaller
from dmp.vihf.names import PurposeOfUse
from dmp.vihf.options import VihfOptions
from security import revocation
from security.certificates import Usage
from security.gate import Coded, OpenGate
from security.refusals import CertificateRefused, Reason
from security.saml import admission, checks
from security.tls import ServerTls
from security.xmlsignature import ASSERTION, ASSERTION_SHA1, assertion
from security.xmlsignature.verification import Verified
from soap.faults import Fault
from tests.conformance.mutants.patching import nothing, replace, without, wrap
from tests.conformance.mutants.table import mutant

VIHF = "CI-SIS Transport synchrone, VIHF"
CORE = "SAML 2.0 Core 2.5.1"


def edit_policy(**values: Any) -> None:
    """What is asked of any assertion has these values."""
    wrap(VihfOptions, "policy", lambda was, self: changed(was(self), **values))


def edit_demands(**values: Any) -> None:
    """What is asked of the signature of an assertion has these values."""
    wrap(gate, "demands", lambda was, options: changed(was(options), **values))


def without_step(check: Callable[..., Any]) -> None:
    """This check, which any assertion is held to, is not made."""
    replace(vihf_checks, "STEPS", without(vihf_checks.STEPS, lambda step: step.run is check))


class Everything(frozenset[str]):
    """Whatever set of words it is intersected with is inside it."""

    def __and__(self, other: Any) -> Any:
        return other

    __rand__ = __and__


def unproved(claim: Any, certificate: Any, _profile: Any, resolve: Any) -> Verified:
    """In place of `prove`: what a signature covers, whether it holds or not."""
    return Verified(certificate, claim.method, {each.uri: resolve(each) for each in claim.references})


def believe_the_revoked() -> None:
    """Lists say of nobody that he was revoked."""

    def around(was: Any, self: Any, certificate: Any, issuer: Any, at: Any) -> Any:
        try:
            return was(self, certificate, issuer, at)
        except CertificateRefused as refused:
            if refused.reason is not Reason.REVOKED:
                raise
            return self._lists[revocation.authority_key(issuer)]

    wrap(revocation.RevocationLists, "check", around)


# --- conditions and time


@mutant(
    "dmp", breaks=VIHF, caught_by=("vihf/attributes/Authentification_mode/1", "vihf/attributes/Authentification_mode/2")
)
def no_token_asked() -> None:
    """Whoever opens a TLS connection is let in, with a VIHF or without."""
    wrap(
        profiles,
        "_dmp",
        lambda was, *given: changed(was(*given), gate=OpenGate(), permit=None, permit_documents=None),
    )


@mutant("dmp", breaks=CORE, caught_by=("dmp/td2.1/token/2", "dmp/td3.2/token/2"))
def expired_vihf_accepted() -> None:
    """A VIHF after its NotOnOrAfter is accepted."""
    wrap(checks, "_within", lambda was, begins, _ends, *given: was(begins, None, *given))


@mutant("dmp", breaks=CORE, caught_by=("vihf/saml-2.5.1/2",))
def vihf_before_its_time_accepted() -> None:
    """A VIHF before its NotBefore is accepted."""
    wrap(checks, "_within", lambda was, _begins, ends, *given: was(None, ends, *given))


@mutant("dmp", breaks=CORE, caught_by=("vihf/saml-2.3.3/1",))
def vihf_of_a_year_accepted() -> None:
    """A VIHF may hold for a year."""
    edit_policy(lifetime=timedelta(days=4000))


@mutant("dmp", breaks="SAML 2.0 Core 2.3.3", caught_by=("vihf/saml-2.3.3/2",))
def vihf_of_tomorrow_accepted() -> None:
    """A VIHF whose IssueInstant lies in the future is accepted."""
    without_step(checks.issued)


@mutant("dmp", breaks="SAML 2.0 Core 2.5.1.4", caught_by=("vihf/saml-2.5.1/3",))
def wrong_audience_accepted() -> None:
    """A VIHF made for another service is accepted."""
    edit_policy(audiences=Everything({"urn:dmp"}))


@mutant("dmp", breaks="SAML 2.0 Core 2.5.1.5", caught_by=("vihf/replay/1",))
def replayed_vihf_accepted() -> None:
    """The same message is accepted a second time."""
    replace(admission, "check_replay", nothing)


@mutant("dmp", breaks="SAML 2.0 Core 2.4.1", caught_by=("vihf/saml-2.4.1.1/1", "vihf/saml-2.4.1.1/2"))
def confirmation_ignored() -> None:
    """SubjectConfirmation is not looked at: neither its method nor its key."""
    without_step(checks.confirmation)


@mutant("dmp", breaks="SAML 2.0 Core 2.7.2", caught_by=("vihf/saml-2.7.2/1", "vihf/saml-2.7.2/2"))
def no_authn_statement_needed() -> None:
    """A VIHF without AuthnStatement is accepted."""
    without_step(checks.authentication)


# --- signature and certificate


@mutant("dmp", breaks=VIHF, caught_by=("vihf/saml-5.4/1",))
def unsigned_vihf_accepted() -> None:
    """In the indirect modes a VIHF may be unsigned."""
    edit_demands(unsigned=lambda _claimed: True)
    replace(vihf_checks, "mode", nothing)
    replace(vihf_checks, "issuer", nothing)
    replace(vihf_checks, "connection", nothing)


@mutant("dmp", breaks="XML Signature 1.1 3.2", caught_by=("vihf/saml-5.4/3", "vihf/saml-5.4/4"))
def signature_of_the_vihf_not_verified() -> None:
    """A VIHF that was changed after it was signed is accepted."""

    replace(assertion, "prove", unproved)


@mutant("dmp", breaks=VIHF, caught_by=("vihf/certificate/1",))
def vihf_signed_with_any_certificate() -> None:
    """The certificate that signs a VIHF may be that of a connection."""
    edit_demands(usages=lambda _claimed: (Usage.SIGN, Usage.SEAL, Usage.AUTH), believed=nothing)


@mutant("dmp", breaks="RFC 5280 6.3", caught_by=("vihf/certificate/4",))
def revocation_not_checked() -> None:
    """Revoked certificates are believed."""

    believe_the_revoked()


@mutant("dmp", breaks=VIHF, caught_by=("vihf/xmldsig-6.4/2",))
def sha_1_accepted() -> None:
    """A VIHF signed with RSA-SHA1 is accepted."""
    edit_demands(profiles=(ASSERTION, ASSERTION_SHA1))


# --- who


@mutant("dmp", breaks=VIHF, caught_by=("vihf/saml-2.3.3/6", "vihf/saml-2.3.3/7"))
def issuer_not_compared() -> None:
    """The Issuer may name another than the certificate that signed."""
    replace(vihf_checks, "issuer", nothing)


@mutant("dmp", breaks=VIHF, caught_by=("vihf/saml-2.4/5", "vihf/binding/1"))
def name_id_not_compared() -> None:
    """In mode DIRECTE the NameID may be the number of another card."""
    replace(vihf_checks, "subject", nothing)
    replace(vihf_checks, "connection", nothing)


@mutant("dmp", breaks=VIHF, caught_by=("vihf/binding/4",))
def structure_not_compared() -> None:
    """Identifiant_Structure may be that of another structure than the certificate's."""
    replace(vihf_checks, "_check_structure", nothing)


@mutant("dmp", breaks=VIHF, caught_by=("dmp/tls/client-certificate/2", "dmp/tls/client-certificate/3"))
def client_certificate_not_asked() -> None:
    """A connection without a client certificate is served."""

    def around(was: Any, self: Any) -> Any:
        moment = was(self)
        moment.context.verify_mode = ssl.CERT_NONE
        return changed(moment, trust=None)

    wrap(ServerTls, "_load", around)
    edit_policy(tls_required=False)
    replace(vihf_checks, "connection", nothing)


@mutant("dmp", breaks=VIHF, caught_by=("vihf/binding/1", "vihf/binding/4"))
def connection_not_compared() -> None:
    """The connection may be opened by another than the one who vouches in the VIHF."""
    replace(vihf_checks, "connection", nothing)


# --- attributes


def one_of_anything(attribute: str) -> None:
    """This attribute may have any value."""
    wrap(
        vihf,
        "_one_of",
        lambda was, said, name, allowed: vihf._text(said, name) if name == attribute else was(said, name, allowed),
    )


@mutant("dmp", breaks=VIHF, caught_by=("vihf/attributes/VIHF_Version/2",))
def vihf_version_not_checked() -> None:
    """VIHF_Version may be anything."""
    one_of_anything(v.VERSION)


@mutant("dmp", breaks=VIHF, caught_by=("vihf/attributes/Ressource_URN/2",))
def vihf_of_another_service_accepted() -> None:
    """Ressource_URN may be that of another service."""
    one_of_anything(v.RESOURCE_URN)


@mutant("dmp", breaks=VIHF, caught_by=("vihf/attributes/Secteur_Activite/1", "vihf/attributes/Secteur_Activite/2"))
def sector_not_checked() -> None:
    """Secteur_Activite may be anything."""
    replace(vihf, "_sector", lambda _said: "SA07")


@mutant("dmp", breaks=VIHF, caught_by=("vihf/attributes/role/1", "vihf/attributes/role/2"))
def role_not_checked() -> None:
    """The role may be of any code system."""
    replace(vihf, "_roles", lambda said, _options: tuple(Coded(c.code, c.system, c.display) for c in said[v.ROLE]))


@mutant("dmp", breaks=VIHF, caught_by=("vihf/attributes/purposeofuse/1", "vihf/attributes/purposeofuse/2"))
def purpose_of_use_not_checked() -> None:
    """purposeofuse may be anything."""
    replace(vihf, "_purpose", lambda _said: PurposeOfUse.NORMAL)


@mutant("dmp", breaks=VIHF, caught_by=("vihf/attributes/Identifiant_Structure/1", "vihf/binding/4"))
def missing_structure_accepted() -> None:
    """A VIHF without Identifiant_Structure is accepted."""
    wrap(vihf, "_structure", lambda was, said: was(said) if said.get(v.STRUCTURE) else "")
    replace(vihf_checks, "_check_structure", nothing)


@mutant("dmp", breaks=VIHF, caught_by=("dmp/td2.1/token/3", "dmp/td3.1/b/5"))
def ins_of_the_vihf_not_checked() -> None:
    """resource-id may be an identifier that is no INS."""
    replace(vihf, "_patient", lambda said: str(said[v.PATIENT][0]) if said.get(v.PATIENT) else "")
    replace(VihfCaller, "require_patient", nothing)


@mutant("dmp", breaks=VIHF, caught_by=("vihf/accepted/11", "vihf/accepted/12"))
def official_messages_refused() -> None:
    """Nothing is forgiven: tokens as official messages and approved software write them are refused."""
    replace(profiles, "_options", lambda _settings: VihfOptions.strict())


# --- what the caller may see


@mutant("dmp", breaks=VIHF, caught_by=("dmp/td3.1/b/5", "dmp/td3.2/5"))
def query_for_another_patient_answered() -> None:
    """ITI-18 is answered for another patient than that of the VIHF."""
    replace(profiles, "_of_the_token", nothing)


@mutant("dmp", breaks=VIHF, caught_by=("dmp/td3.2/5",))
def document_of_another_patient_handed_out() -> None:
    """ITI-43 hands out the documents of another patient than that of the VIHF."""
    replace(profiles, "_of_the_tokens_patient", lambda _owners: nothing)


@mutant("dmp", breaks="WS-Security 1.1 12", caught_by=("dmp/td2.1/token/1", "dmp/td3.2/token/1"))
def refusals_are_receiver_faults() -> None:
    """A refused token is answered by a fault Receiver without a subcode of WS-Security."""

    def around(was: Any, self: Fault, code: str, *given: Any, **named: Any) -> None:
        if "wsse:" in str(named.get("subcode", "")):
            was(self, "Receiver", *given, **{**named, "subcode": ()})
        else:
            was(self, code, *given, **named)

    wrap(Fault, "__init__", around)
