"""Reads an assertion into values. The element must be what was really signed, or be treated as a mere claim.

What is not read into values does not exist for the checks after it; so unknown elements of SAML's own schema places
are refused rather than skipped.
"""

from datetime import datetime
from typing import Final

from lxml import etree

from security.saml import names as n
from security.saml.refusals import Check, Reason, TokenRefused
from security.saml.times import parse_time
from security.saml.values import (
    CE,
    II,
    Assertion,
    Attribute,
    AttributeValue,
    Authentication,
    Conditions,
    Confirmation,
    Opaque,
)
from security.xmlsignature import SignatureRefused
from security.xmlsignature.algorithms import decode

_HL7: Final = f"{{{n.HL7}}}"
_STATEMENTS: Final = frozenset({n.AUTHN_STATEMENT, n.ATTRIBUTE_STATEMENT, n.AUTHZ_STATEMENT})
_TEXT_TYPES: Final = frozenset({"", "string", "anyURI", "anyType", "token", "normalizedString", "hexBinary", "NCName"})
_CODED_TYPES: Final = frozenset({"", "CE", "CV", "CD", "CS"})
_MOST_VALUES: Final = 200
"""Attributes and their values that are read at all."""


def read_assertion(root: etree._Element) -> Assertion:
    """The values of an Assertion element; raises `TokenRefused`."""
    if root.tag != n.ASSERTION:
        raise TokenRefused(Check.SIGNED_CONTENT, Reason.STRUCTURE, f"{_short(root)} is not a SAML 2.0 Assertion")
    children = [child for child in root if child.tag != n.SIGNATURE]
    issuer = _take(children, n.ISSUER, Check.ISSUER)
    subject = _take(children, n.SUBJECT, Check.SUBJECT)
    conditions = _optional(children, n.CONDITIONS, Check.CONDITIONS)
    _optional(children, n.ADVICE, Check.SIGNED_CONTENT)
    stranger = next((child for child in children if child.tag not in _STATEMENTS), None)
    if stranger is not None:
        raise TokenRefused(Check.SIGNED_CONTENT, Reason.STRUCTURE, f"the assertion holds {_short(stranger)}")
    name_id = _take(list(subject), n.NAME_ID, Check.SUBJECT)
    return Assertion(
        id=root.get("ID", ""),
        version=root.get("Version", ""),
        issue_instant=_required_time(root, "IssueInstant", Check.ISSUER),
        issuer=_leaf(issuer, Check.ISSUER),
        issuer_format=issuer.get("Format", ""),
        name_id=_leaf(name_id, Check.SUBJECT),
        name_id_format=name_id.get("Format", ""),
        alias=name_id.get("SPProvidedID", ""),
        confirmations=_confirmations(subject),
        conditions=None if conditions is None else _conditions(conditions),
        authentications=tuple(_authentication(child) for child in children if child.tag == n.AUTHN_STATEMENT),
        attributes=_attributes(children),
    )


def _confirmations(subject: etree._Element) -> tuple[Confirmation, ...]:
    found = []
    for child in subject:
        if child.tag == n.SUBJECT_CONFIRMATION:
            found.append(_confirmation(child))
        elif child.tag != n.NAME_ID:
            raise TokenRefused(Check.SUBJECT, Reason.STRUCTURE, f"the Subject holds {_short(child)}")
    return tuple(found)


def _confirmation(element: etree._Element) -> Confirmation:
    data = [child for child in element if child.tag == n.SUBJECT_CONFIRMATION_DATA]
    if len(data) > 1:
        raise TokenRefused(Check.CONFIRMATION, Reason.STRUCTURE, "two SubjectConfirmationData")
    method = element.get("Method", "")
    if not data:
        return Confirmation(method)
    held = data[0]
    return Confirmation(
        method,
        _time(held, "NotBefore", Check.CONFIRMATION),
        _time(held, "NotOnOrAfter", Check.CONFIRMATION),
        held.get("Recipient", ""),
        held.get("Address", ""),
        tuple(_certificate(each) for each in held.iter(n.X509_CERTIFICATE)),
    )


def _certificate(element: etree._Element) -> bytes:
    try:
        return decode(element.text, "the X509Certificate of the SubjectConfirmation")
    except SignatureRefused as error:
        raise TokenRefused(Check.CONFIRMATION, Reason.HOLDER_OF_KEY, error.detail) from None


def _conditions(element: etree._Element) -> Conditions:
    audiences: list[frozenset[str]] = []
    unknown: list[str] = []
    once = False
    for child in element:
        if child.tag == n.AUDIENCE_RESTRICTION:
            audiences.append(frozenset(_leaf(each, Check.CONDITIONS) for each in child if each.tag == n.AUDIENCE))
        elif child.tag == n.ONE_TIME_USE:
            once = True
        elif child.tag != n.PROXY_RESTRICTION:  # is about assertions made from this one
            unknown.append(_short(child))
    return Conditions(
        _time(element, "NotBefore", Check.CONDITIONS),
        _time(element, "NotOnOrAfter", Check.CONDITIONS),
        tuple(audiences),
        once,
        tuple(unknown),
    )


def _authentication(element: etree._Element) -> Authentication:
    contexts: list[str] = []
    declarations: list[str] = []
    for context in element:
        if context.tag != n.AUTHN_CONTEXT:
            continue  # SubjectLocality
        parts = [(child.tag, (child.text or "").strip()) for child in context]
        classes = [text for tag, text in parts if tag == n.AUTHN_CONTEXT_CLASS]
        contexts += classes or [text for tag, text in parts if tag == n.AUTHN_CONTEXT_DECL_REF] or [""]
        declarations += [text for tag, text in parts if tag == n.AUTHN_CONTEXT_DECL]
    return Authentication(
        _required_time(element, "AuthnInstant", Check.AUTHENTICATION),
        tuple(contexts),
        tuple(declarations),
        _time(element, "SessionNotOnOrAfter", Check.AUTHENTICATION),
    )


def _attributes(children: list[etree._Element]) -> tuple[Attribute, ...]:
    found: list[Attribute] = []
    count = 0
    for statement in children:
        if statement.tag != n.ATTRIBUTE_STATEMENT:
            continue
        for each in statement:
            if each.tag != n.ATTRIBUTE:
                raise TokenRefused(
                    Check.ATTRIBUTES, Reason.STRUCTURE, "an AttributeStatement holds more than Attributes"
                )
            count += len(each) + 1
            if count > _MOST_VALUES:
                raise TokenRefused(
                    Check.ATTRIBUTES, Reason.TOO_LARGE, f"more than {_MOST_VALUES} attributes and values"
                )
            name = each.get("Name", "")
            found.append(Attribute(name, tuple([_value(value, name) for value in each])))
    return tuple(found)


def _value(element: etree._Element, name: str) -> AttributeValue:
    if element.tag != n.ATTRIBUTE_VALUE:
        raise TokenRefused(Check.ATTRIBUTES, Reason.STRUCTURE, f"{name} holds {_short(element)}")
    _not_nil(element, Check.ATTRIBUTES)
    if len(element) == 0:
        return element.text or "" if _type(element) in _TEXT_TYPES else Opaque(_type(element))
    return _structured(element, element[0])


def _structured(element: etree._Element, inner: etree._Element) -> AttributeValue:
    if len(element) > 1 or not str(inner.tag).startswith(_HL7) or (element.text or "").strip():
        return Opaque(str(inner.tag))
    _not_nil(inner, Check.ATTRIBUTES)
    if inner.get("root") is not None:
        return II(inner.get("root", ""), inner.get("extension", ""))
    if len(inner) or _type(inner) not in _CODED_TYPES:
        return Opaque(str(inner.tag))
    return CE(
        etree.QName(inner).localname,
        inner.get("code", ""),
        inner.get("codeSystem", ""),
        inner.get("codeSystemName", ""),
        inner.get("displayName", ""),
    )


def _type(element: etree._Element) -> str:
    """Local name of xsi:type; canonicalisation drops the declaration of a prefix that only its value uses."""
    return element.get(n.XSI_TYPE, "").rpartition(":")[2]


def _not_nil(element: etree._Element, check: Check) -> None:
    if element.get(n.XSI_NIL) is not None:
        raise TokenRefused(check, Reason.STRUCTURE, f"{_short(element)} has xsi:nil")


def _take(children: list[etree._Element], tag: str, check: Check) -> etree._Element:
    found = _optional(children, tag, check)
    if found is None:
        raise TokenRefused(check, Reason.STRUCTURE, f"there is no {tag.rpartition('}')[2]}")
    return found


def _optional(children: list[etree._Element], tag: str, check: Check) -> etree._Element | None:
    found = [child for child in children if child.tag == tag]
    if len(found) > 1:
        raise TokenRefused(check, Reason.STRUCTURE, f"there are {len(found)} {tag.rpartition('}')[2]}")
    if not found:
        return None
    children.remove(found[0])
    return found[0]


def _leaf(element: etree._Element, check: Check) -> str:
    """The text of an element that holds nothing else: software that reads half of it would see another text."""
    _not_nil(element, check)
    if len(element) or not (element.text or "").strip():
        raise TokenRefused(check, Reason.STRUCTURE, f"{_short(element)} must hold text and nothing else")
    return element.text or ""


def _time(element: etree._Element, name: str, check: Check) -> datetime | None:
    text = element.get(name)
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError as error:
        raise TokenRefused(check, Reason.TIME_FORMAT, f"{_short(element)}/@{name}: {error}") from None


def _required_time(element: etree._Element, name: str, check: Check) -> datetime:
    found = _time(element, name, check)
    if found is None:
        raise TokenRefused(check, Reason.TIME_FORMAT, f"{_short(element)} has no {name}")
    return found


def _short(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else "markup"
