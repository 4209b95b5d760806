"""Writes the values of an assertion as XML, for the side that makes assertions."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from lxml import etree

from security.saml import names as n
from security.saml.times import write_time
from security.saml.values import CE, II, Assertion, Attribute, AttributeValue, Authentication, Conditions, Confirmation

_PREFIXES: Final = {"saml2": n.SAML, "xs": n.XS, "xsi": n.XSI}


def write_assertion(assertion: Assertion) -> etree._Element:
    """The element, unsigned. What is empty is left out; `Opaque` values cannot be written (ValueError)."""
    root = etree.Element(n.ASSERTION, nsmap=_PREFIXES)
    root.set("ID", assertion.id)
    root.set("IssueInstant", write_time(assertion.issue_instant))
    root.set("Version", assertion.version)
    _text(root, n.ISSUER, assertion.issuer, {"Format": assertion.issuer_format})
    subject = etree.SubElement(root, n.SUBJECT)
    _text(subject, n.NAME_ID, assertion.name_id, {"Format": assertion.name_id_format, "SPProvidedID": assertion.alias})
    for confirmation in assertion.confirmations:
        _confirmation(subject, confirmation)
    if assertion.conditions is not None:
        _conditions(root, assertion.conditions)
    for authentication in assertion.authentications:
        _authentication(root, authentication)
    if assertion.attributes:
        statement = etree.SubElement(root, n.ATTRIBUTE_STATEMENT)
        for attribute in assertion.attributes:
            _attribute(statement, attribute)
    return root


def _confirmation(subject: etree._Element, confirmation: Confirmation) -> None:
    element = etree.SubElement(subject, n.SUBJECT_CONFIRMATION, Method=confirmation.method)
    if confirmation == Confirmation(confirmation.method):
        return
    data = etree.SubElement(element, n.SUBJECT_CONFIRMATION_DATA)
    _times(data, {"NotBefore": confirmation.not_before, "NotOnOrAfter": confirmation.not_on_or_after})
    _set(data, {"Recipient": confirmation.recipient, "Address": confirmation.address})
    if confirmation.certificates:
        key_info = etree.SubElement(data, f"{{{n.DS}}}KeyInfo", nsmap={"ds": n.DS})
        held = etree.SubElement(key_info, f"{{{n.DS}}}X509Data")
        for certificate in confirmation.certificates:
            _text(held, n.X509_CERTIFICATE, b64encode(certificate).decode(), {})


def _conditions(root: etree._Element, conditions: Conditions) -> None:
    element = etree.SubElement(root, n.CONDITIONS)
    _times(element, {"NotBefore": conditions.not_before, "NotOnOrAfter": conditions.not_on_or_after})
    for audiences in conditions.audiences:
        restriction = etree.SubElement(element, n.AUDIENCE_RESTRICTION)
        for audience in sorted(audiences):
            _text(restriction, n.AUDIENCE, audience, {})
    if conditions.one_time_use:
        etree.SubElement(element, n.ONE_TIME_USE)


def _authentication(root: etree._Element, authentication: Authentication) -> None:
    element = etree.SubElement(root, n.AUTHN_STATEMENT)
    _times(
        element,
        {"AuthnInstant": authentication.instant, "SessionNotOnOrAfter": authentication.session_not_on_or_after},
    )
    for place, name in enumerate(authentication.contexts):
        context = etree.SubElement(element, n.AUTHN_CONTEXT)
        _text(context, n.AUTHN_CONTEXT_CLASS, name, {})
        if place < len(authentication.declarations):
            _text(context, n.AUTHN_CONTEXT_DECL, authentication.declarations[place], {})


def _attribute(statement: etree._Element, attribute: Attribute) -> None:
    element = etree.SubElement(statement, n.ATTRIBUTE, Name=attribute.name)
    for value in attribute.values:
        _value(etree.SubElement(element, n.ATTRIBUTE_VALUE), value)


def _value(element: etree._Element, value: AttributeValue) -> None:
    if isinstance(value, str):
        element.set(n.XSI_TYPE, "xs:string")
        element.text = value
    elif isinstance(value, CE):
        inner = etree.SubElement(element, f"{{{n.HL7}}}{value.element}", nsmap={None: n.HL7})
        inner.set(n.XSI_TYPE, "CE")
        inner.set("code", value.code)
        inner.set("codeSystem", value.system)
        _set(inner, {"codeSystemName": value.system_name, "displayName": value.display})
    elif isinstance(value, II):
        inner = etree.SubElement(element, f"{{{n.HL7}}}id", nsmap={None: n.HL7})
        inner.set(n.XSI_TYPE, "II")
        inner.set("root", value.root)
        inner.set("extension", value.extension)
    else:
        raise ValueError(f"a value that was not understood, {value.tag}, cannot be written")


def _text(parent: etree._Element, tag: str, text: str, attributes: Mapping[str, str]) -> None:
    element = etree.SubElement(parent, tag)
    _set(element, attributes)
    element.text = text


def _set(element: etree._Element, attributes: Mapping[str, str]) -> None:
    for name, value in attributes.items():
        if value:
            element.set(name, value)


def _times(element: etree._Element, times: Mapping[str, datetime | None]) -> None:
    for name, moment in times.items():
        if moment is not None:
            element.set(name, write_time(moment))
