"""What is masked wherever a run is shown, and what is not."""

import pytest

from conformance.results.redaction import MASK, Secrets, header, markup, text, without_user

PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIF\nabc=\n-----END EC PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("shown", "secret"),
    [
        ("POST / HTTP/1.1\r\nAuthorization: Basic dXNlcjpwYXNz\r\nHost: a\r\n", "dXNlcjpwYXNz"),
        ("Set-Cookie: session=8d7f6e5d; Path=/", "8d7f6e5d"),
        ("<wsse:Password Type='#PasswordText'>hunter22</wsse:Password>", "hunter22"),
        ("<Password>hunter22", "hunter22"),
        (
            '<saml2:Attribute Name="LPS_ID_HOMOLOGATION_DMP"><saml2:AttributeValue>CNDA-778</saml2:AttributeValue>',
            "CNDA-778",
        ),
        (
            "<Attribute NameFormat='x' Name='lps_id_homologation_dmp' ><AttributeValue xsi:type='s'>CNDA-778<",
            "CNDA-778",
        ),
        ('<saml:Attribute Name="LPS_ID"><saml:AttributeValue>00B2</saml:AttributeValue>', "00B2"),
        (f"before {PEM} after", "MHcCAQEEIF"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg", "MIIEvQIBADANBg"),
        ("http://doctor:hunter22@host/registry", "hunter22"),
        ("the token was Bearer eyJhbGciOi.J9", "eyJhbGciOi.J9"),
        ("carnet conformance run --password hunter22 --registry u", "hunter22"),
        ("--password='hun ter22' x", "ter22"),
        ("refused: password=hunter22;", "hunter22"),
    ],
)
def test_a_secret_is_masked_where_it_stands(shown: str, secret: str) -> None:
    assert secret in shown
    assert secret not in text(shown)
    assert MASK in text(shown)


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "<rs:RegistryResponse status='urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success'/>",
        "4711^^^&2.999.20.2&ISO",
        "http://host:8080/registry?wsdl",
        '<Attribute Name="LPS_Nom"><AttributeValue>Carnet</AttributeValue></Attribute>',
        "the token is basic and the bearer is known",
        "<X509Certificate>MIIC</X509Certificate>",
    ],
)
def test_what_is_no_secret_stays(shown: str) -> None:
    assert text(shown) == shown


def test_after_the_masked_header_the_others_stay() -> None:
    assert text("Authorization: Basic abcdefgh\r\nHost: a\r\n") == f"Authorization: {MASK}\r\nHost: a\r\n"


def test_headers_are_masked_by_name() -> None:
    assert header("Cookie", "a=b") == MASK
    assert header("PROXY-Authorization ", "Basic x") == MASK
    assert header("Content-Type", "text/xml") == "text/xml"


def test_the_proof_of_a_token_is_masked_in_xml_that_cannot_be_parsed() -> None:
    shown = "<saml:Assertion><ds:SignatureValue>AAAABBBB</ds:SignatureValue>"
    assert "AAAABBBB" not in markup(shown)
    assert "AAAABBBB" in markup(shown.replace("Assertion", "Manifest"))


def test_a_secret_of_one_message_is_masked_in_every_text() -> None:
    secrets = Secrets()
    assert secrets.mask("unknown approval CNDA&778") == "unknown approval CNDA&778"
    secrets.gather(b'<a:Attribute Name="LPS_ID_HOMOLOGATION_DMP"><a:AttributeValue> CNDA&amp;778 </a:AttributeValue>')
    secrets.gather(b"POST / HTTP/1.1\r\nAuthorization: Bearer abc.def.ghi\r\n\r\n")
    assert secrets.mask("unknown approval CNDA&778") == f"unknown approval {MASK}"
    assert secrets.mask("got abc.def.ghi back") == f"got {MASK} back"


def test_a_secret_of_three_letters_does_not_mask_words() -> None:
    secrets = Secrets()
    secrets.gather(b"<Password>the</Password>")
    assert secrets.mask("the other") == "the other"


def test_the_user_of_a_url_is_masked() -> None:
    assert without_user("https://me:secret@host:1/x?y=a@b") == f"https://{MASK}@host:1/x?y=a@b"
    assert without_user("mllp://host:2575") == "mllp://host:2575"


def test_long_hostile_texts_are_masked_in_time() -> None:
    for piece in ("<Password ", "<Attribute Name='LPS_ID' ", "-----BEGIN PRIVATE KEY-----", "a://", "Bearer "):
        text(piece * 20_000)
