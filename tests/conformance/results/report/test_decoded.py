"""Tokens and signatures as tables."""

import base64
from typing import Any

import pytest

from conformance.model import Message
from conformance.results.redaction import MASK, Secrets
from conformance.results.report.certificate import described
from conformance.results.report.decoded import tables
from conformance.results.report.parts import split
from conformance.results.report.xmltext import parse


def rows(table: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in table.rows:
        found.setdefault(name, []).append(value)
    return found


@pytest.fixture
def decoded(signed_request: Message) -> Any:
    parts = split(signed_request.content_type, signed_request.body)
    return [table for part in parts if b"xmldsig" in part.content for table in tables(parse(part.content), Secrets())]


def test_a_vihf_is_told_in_full_but_for_its_secrets(decoded: Any) -> None:
    assert [table.kind for table in decoded] == ["assertion", "attributes", "signature", "signature"]
    assertion, attributes = rows(decoded[0]), rows(decoded[1])
    assert assertion["version"] == ["2.0"]
    assert assertion["issuer"][0].startswith("GIVENNAME=")
    assert "issued at" in assertion
    assert attributes["VIHF_Version"] == ["3.0"]
    assert attributes["urn:oasis:names:tc:xacml:2.0:subject:role"][0] == "10 (Médecin, 1.2.250.1.71.1.2.7)"
    assert attributes["LPS_ID_HOMOLOGATION_DMP"] == [MASK]


def test_the_signature_of_a_submission_set_is_told_with_its_manifest(decoded: Any) -> None:
    signature = rows(decoded[3])
    assert signature["signed by"][0].startswith("rsa-sha")
    assert any('"#' in reference and "sha" in reference for reference in signature["reference"])
    assert signature["manifest reference"]
    assert signature["signing time"][0].startswith("20")
    assert "givenName=" in signature["certificate"][0]
    assert "UTC" in signature["valid"][0]


def test_the_conditions_and_statements_of_a_token_are_told() -> None:
    told = rows(
        tables(
            parse(
                b'<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Subject><NameID Format="f">dr</NameID>'
                b'<SubjectConfirmation Method="bearer"/></Subject><Conditions NotBefore="a" NotOnOrAfter="b">'
                b"<AudienceRestriction><Audience>http://x</Audience></AudienceRestriction></Conditions>"
                b'<AuthnStatement AuthnInstant="c"><AuthnContext><AuthnContextClassRef>card</AuthnContextClassRef>'
                b"</AuthnContext></AuthnStatement></Assertion>"
            ),
            Secrets(),
        )[0]
    )
    assert told["subject"] == ["dr"]
    assert told["valid"] == ["a – b"]
    assert told["audience"] == ["http://x"]
    assert told["confirmed by"] == ["bearer"]
    assert told["authenticated by"] == ["card"]
    assert told["signature"] == ["none"]


def test_what_is_absurd_is_told_as_it_is() -> None:
    odd = (
        b'<a xmlns:d="http://www.w3.org/2000/09/xmldsig#" xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Assertion>'
        b'<AttributeStatement><Attribute/><Attribute Name="n"><AttributeValue><x/></AttributeValue></Attribute>'
        b"</AttributeStatement></Assertion><d:Signature><d:SignedInfo><d:Reference/></d:SignedInfo><d:KeyInfo><d:X509Data>"
        b"<d:X509Certificate>no certificate</d:X509Certificate></d:X509Data></d:KeyInfo></d:Signature></a>"
    )
    _, attributes, signature = tables(parse(odd), Secrets())
    assert rows(attributes)["n"] == ["<x>"]
    assert "(no URI)" in rows(signature)["reference"][0]
    assert rows(signature)["certificate"][0].startswith("cannot be read")


def test_thousands_of_tokens_are_not_all_told() -> None:
    many = b'<a xmlns="urn:oasis:names:tc:SAML:2.0:assertion">' + b'<Assertion ID="x"/>' * 5_000 + b"</a>"
    assert len(tables(parse(many), Secrets())) <= 100


@pytest.mark.parametrize("text", ["", "é", "AAAA", base64.b64encode(b"\x30\x82" + b"\0" * 40).decode()])
def test_a_certificate_that_is_none_is_told_in_a_sentence(text: str) -> None:
    ((name, value),) = described(text)
    assert name == "certificate"
    assert value.startswith("cannot be read")
