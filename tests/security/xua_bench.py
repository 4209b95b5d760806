"""An assertion with the attributes of IHE XUA, and who issues it."""

from dataclasses import replace
from datetime import datetime, timedelta

from lxml import etree

from security.saml import CE, II, Assertion, Attribute, Authentication, Conditions, Confirmation
from security.saml import names as n
from security.saml.writing import write_assertion

AUDIENCE = "https://xds.example/registry"
ISSUER = "CN=Security Token Service"
PATIENT = "IHERED-1758^^^&1.3.6.1.4.1.21367.13.20.1000&ISO"
CLASS = f"{n.AUTHN_CLASSES}X509"
PHYSICIAN = CE("Role", "112247003", "2.16.840.1.113883.6.96", "SNOMED CT", "Medical doctor")
NURSE = CE("Role", "106292003", "2.16.840.1.113883.6.96", "SNOMED CT", "Professional nurse")
TREATMENT = CE("PurposeOfUse", "TREATMENT", "2.16.840.1.113883.3.18.7.1", "nhin-purpose", "Treatment")
PAYMENT = CE("PurposeOfUse", "PAYMENT", "2.16.840.1.113883.3.18.7.1", "nhin-purpose", "Payment")


def assertion(at: datetime, **changes: object) -> Assertion:
    """A good one, with changes."""
    made = Assertion(
        id="_xua",
        issue_instant=at,
        issuer=ISSUER,
        name_id="jdoe",
        alias="doctor",
        confirmations=(Confirmation(n.BEARER, not_on_or_after=at + timedelta(minutes=5)),),
        conditions=Conditions(at, at + timedelta(minutes=5), (frozenset({AUDIENCE}),)),
        authentications=(Authentication(at, (CLASS,)),),
        attributes=(
            Attribute.of(n.SUBJECT_ID, "John DOE"),
            Attribute.of(n.ORGANIZATION, "Vanderbilt"),
            Attribute.of(n.ORGANIZATION_ID, "urn:oid:1.2.3"),
            Attribute.of(n.HOME_COMMUNITY_ID, "urn:oid:2.16.840.1.113883.3.190"),
            Attribute.of(n.PROVIDER_ID, II("1.2.3", "77")),
            Attribute.of(n.ROLE, PHYSICIAN),
            Attribute.of(n.PURPOSE_OF_USE, TREATMENT),
            Attribute.of(n.RESOURCE_ID, PATIENT),
        ),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def template(identifier: str, name: str, at: datetime) -> etree._Element:
    """For the corpus of attacks, which names the prefix."""
    text = etree.tostring(write_assertion(assertion(at, id=identifier, name_id=name)), encoding="unicode")
    return etree.fromstring(text.replace("saml2:", "saml:").replace(":saml2=", ":saml="))
