"""The token of a message: a VIHF by the rules of the DMP, any other assertion by those of SAML 2.0 and IHE XUA."""

from dataclasses import replace
from typing import Final

from cryptography import x509
from lxml import etree

from conformance.judging.book import Both, OwnRule, rule, told
from conformance.judging.place import Tree
from conformance.judging.remark import Remark
from conformance.judging.saml import refusals
from conformance.judging.sheet import Sheet
from conformance.judging.words import TOKEN
from conformance.model import MUST
from dmp.vihf import VihfCaller, VihfOptions
from dmp.vihf.explain import Finding, Verdict, explain
from dmp.vihf.holder import Holder
from dmp.vihf.messages import ABOUT, reason_in_french
from dmp.vihf.vihf import Vihf
from security.gate import Refused
from security.saml import Assertion, Check, Connection, Proved, Token, TokenRefused
from security.saml import names as n
from security.xmlsignature import SignatureRefused
from security.xmlsignature.algorithms import decode
from security.xmlsignature.names import X509_CERTIFICATE
from soap.names import SOAP12

_MARK: Final = "vihf_version"
_OF_A_SERVER: Final = frozenset({Check.REPLAY})
"""A file has no past: what only a server can see is not held against it."""
_OF_A_CONNECTION: Final = frozenset({Check.BINDING})
"""Judged where the certificate of the connection is known."""


def _rules(prefix: str, en: str, fr: str) -> dict[Check, OwnRule]:
    return {
        check: rule(
            f"{prefix}.{check.name.lower().replace('_', '-')}",
            MUST,
            about.section,
            en.format(number=check.value, title=TOKEN[check].title, right=TOKEN[check].right),
            fr.format(number=check.value, title=about.title, right=about.right),
        )
        for check, about in ABOUT.items()
        if check not in _OF_A_SERVER
    }


_VIHF: Final = _rules(
    "vihf",
    "VIHF, check {number} ({title}): {{detail}} [{{reason}}]; what passes: {right}",
    "VIHF, contrôle {number} ({title}) : {{detail}} [{{reason}}] ; attendu : {right}",
)
_SAML: Final = _rules(
    "saml",
    "assertion, check {number} ({title}): {{detail}} [{{reason}}]",
    "assertion, contrôle {number} ({title}) : {{detail}} [{{reason}}]",
)
_PATIENT = rule(
    "vihf.patient",
    MUST,
    "DMP VIHF resource-id",
    "the request is about another patient than the VIHF (resource-id), or the VIHF names none",
    "la requête concerne un autre patient que le VIHF (resource-id), ou le VIHF n'en désigne aucun",
)
_MISSING = rule(
    "vihf.missing",
    MUST,
    ABOUT[Check.ENVELOPE].section,
    "the message brings no VIHF: a SAML 2.0 assertion in a wsse:Security header",
    "le message n'apporte pas de VIHF : une assertion SAML 2.0 dans un en-tête wsse:Security",
)


_STRUCTURE = rule(
    "vihf.structure",
    MUST,
    ABOUT[Check.BINDING].section,
    "Identifiant_Structure is {got}, and the VIHF is sealed by the structure {expected}; a legal entity acts for its "
    "sites where the table of sites says so (--sites)",
    "Identifiant_Structure vaut {got}, et le VIHF est scellé par la structure {expected} ; une entité juridique agit "
    "pour ses sites si la table des sites le dit (--sites)",
)


def is_vihf(assertion: etree._Element) -> bool:
    """Whether an assertion says that it is a VIHF."""
    return any(each.get("Name", "").lower() == _MARK for each in assertion.iter(n.ATTRIBUTE))


def check_message(tree: Tree, header: etree._Element | None, sheet: Sheet, *, required: bool) -> Assertion | None:
    """The token of an envelope, where there is one; `required`: there has to be."""
    assertion = None if header is None else next(header.iter(n.ASSERTION), None)
    if assertion is None:
        if required:
            sheet.add(_MISSING(tree.at(tree.root if header is None else header)))
            sheet.ran("VIHF")
        return None
    if etree.QName(tree.root).namespace == SOAP12:
        return check(tree, assertion, tree.piece.data, sheet)
    security = assertion.getparent()
    bare = assertion if security is None or security.tag != n.SECURITY else security
    return check(tree, assertion, etree.tostring(bare, with_tail=False), sheet)


def check(tree: Tree, assertion: etree._Element, data: bytes, sheet: Sheet) -> Assertion | None:
    """One assertion in `data`: a file of its own, or an envelope. What it says, proved or not; None when unreadable."""
    if sheet.circumstances.french or is_vihf(assertion):
        return _check_vihf(tree, assertion, data, sheet)
    said, refused = refusals(data, at=sheet.circumstances.at, trust=sheet.circumstances.trust)
    for error in filter(lambda each: each.check in _SAML and each.check not in _OF_A_CONNECTION, refused):
        sheet.add(_SAML[error.check](tree.at(assertion), reason=_reason(error), detail=told(error.detail)))
    sheet.ran("SAML assertion")
    return said


def _check_vihf(tree: Tree, assertion: etree._Element, data: bytes, sheet: Sheet) -> Assertion | None:
    around = sheet.circumstances
    found = explain(data, _options(sheet), at=around.at, store=around.trust, certificate=around.client)
    judged = _VIHF.keys() - (_OF_A_CONNECTION if around.client is None else frozenset())
    refused = [each for each in found.findings if each.verdict is Verdict.REFUSED and each.check in judged]
    sheet.note(_remark(tree, assertion, each) for each in refused)
    sheet.ran("VIHF")
    if around.client is not None:
        sheet.ran("VIHF and connection")
    else:
        _structure(tree, assertion, found.assertion, sheet)
    if sheet.circumstances.trust is not None:
        sheet.ran("VIHF certificate")
    return found.assertion


def _structure(tree: Tree, assertion: etree._Element, said: Assertion | None, sheet: Sheet) -> None:
    """Whether who sealed is who is named; with a connection the check of the connection says it."""
    caller, held = caller_of(said, sheet), next(assertion.iter(X509_CERTIFICATE), None)
    if caller is None or held is None:
        return
    try:
        sealed = Holder.read(x509.load_der_x509_certificate(decode(held.text, "X509Certificate"))).structure
    except (ValueError, SignatureRefused):
        return  # the checks of KeyInfo and of the certificate say it
    if sealed and caller.organisation not in {sealed, *sheet.circumstances.sites.get(sealed, ())}:
        sheet.add(_STRUCTURE(tree.at(assertion), got=caller.organisation, expected=sealed))


def _options(sheet: Sheet) -> VihfOptions:
    """Those of a server that was told the same; addresses are not judged, proxies change them."""
    return VihfOptions(sites=sheet.circumstances.sites, check_address=False)


def _remark(tree: Tree, assertion: etree._Element, found: Finding) -> Remark:
    error = found.refusal
    if error is None:
        return _VIHF[found.check](tree.at(assertion), reason="-", detail=found.detail)
    where = tree.at(_place(assertion, found.check, error.detail))
    return _VIHF[found.check](where, reason=_reason(error), detail=told(error.detail))


def _reason(error: TokenRefused) -> Both:
    return Both(error.reason, reason_in_french(error))


_PLACES: Final = {
    Check.ISSUER: n.ISSUER,
    Check.SUBJECT: n.NAME_ID,
    Check.CONFIRMATION: n.SUBJECT_CONFIRMATION,
    Check.CONDITIONS: n.CONDITIONS,
    Check.AUTHENTICATION: n.AUTHN_STATEMENT,
    Check.SIGNATURE_SHAPE: n.SIGNATURE,
    Check.KEY_INFO: n.SIGNATURE,
    Check.CERTIFICATE: n.SIGNATURE,
    Check.SIGNATURE: n.SIGNATURE,
}


def _place(assertion: etree._Element, check: Check, detail: str) -> etree._Element:
    """The element that a check is about, as near as can be told."""
    if check is Check.ATTRIBUTES:
        for attribute in assertion.iter(n.ATTRIBUTE):
            name = attribute.get("Name", "")
            if name and (name in detail or name.rpartition(":")[2] in detail.split()):
                return attribute
    found = next(assertion.iter(_PLACES[check]), None) if check in _PLACES else None
    return assertion if found is None else found


def caller_of(said: Assertion | None, sheet: Sheet) -> VihfCaller | None:
    """Whom a VIHF names, whether it is proved or not; None for what is no readable VIHF."""
    if said is None:
        return None
    token = Token(Proved(said, None), Connection("", None, "", sheet.circumstances.at))
    try:
        caller = VihfCaller.of(token, Vihf.read(said, VihfOptions()))
    except TokenRefused:
        return None
    return replace(caller, certificate=sheet.circumstances.client)


def check_patients(tree: Tree, where: str, patients: list[str], caller: VihfCaller | None, sheet: Sheet) -> None:
    """The patients that a query names are the one of the VIHF."""
    if caller is None or not patients:
        return
    try:
        caller.require_patient(*patients)
    except Refused:
        sheet.add(_PATIENT(tree.where(where)))
