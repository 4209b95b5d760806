"""A certificate in a few words."""

import base64
import binascii
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

Rows = tuple[tuple[str, str], ...]

_NAMES: Final = {
    NameOID.GIVEN_NAME: "givenName",
    NameOID.SURNAME: "surname",
    NameOID.TITLE: "title",
    NameOID.ORGANIZATION_IDENTIFIER: "organizationIdentifier",
    NameOID.SERIAL_NUMBER: "serialNumber",
}
"""Beside those of RFC 4514, which names no others."""


def described(text: str) -> Rows:
    """Subject, issuer, serial, dates and fingerprint of an X509Certificate element's text; why not, when it is none."""
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
        return (
            ("certificate", _name(certificate.subject)),
            ("issued by", _name(certificate.issuer)),
            ("serial", f"{certificate.serial_number:x}"),
            ("valid", f"{_day(certificate.not_valid_before_utc)} – {_day(certificate.not_valid_after_utc)}"),
            ("SHA-256", certificate.fingerprint(SHA256()).hex()),
        )
    except (ValueError, binascii.Error, TypeError) as error:
        return (("certificate", f"cannot be read: {str(error)[:160]}"),)


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _name(name: x509.Name) -> str:
    return name.rfc4514_string(_NAMES)
