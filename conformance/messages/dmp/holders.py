"""Who sends: the two keys of a card or a structure, and what their certificates say of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier

from security.identities import Identity
from security.issuing import CertifiedKey
from security.keyfiles import read_pem

_PROFESSION: Final = ObjectIdentifier("1.2.250.1.71.1.2.7")
_KEYWORDS: Final = {NameOID.GIVEN_NAME: "GIVENNAME", NameOID.SURNAME: "SURNAME", NameOID.TITLE: "T"}


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of a card (CPS, CPE) or a structure. # IGC-Santé"""

    name: str
    """Of the file: `doctor`."""
    signs: CertifiedKey
    connects: CertifiedKey

    @classmethod
    def load(cls, file: Path, password: str = "") -> "Holder":
        """NAME.p12, and NAME-auth.p12 beside it. Raises `security.keyfiles.KeyFileError`."""
        identity = Identity.load(file, password or None)
        return cls(identity.name, identity.signature, identity.authentication)

    @property
    def certificate(self) -> x509.Certificate:
        return self.signs.certificate

    @property
    def subject(self) -> str:
        """RFC 2253, as the Issuer of a VIHF has it."""
        return distinguished_name(self.certificate)

    @property
    def has_rsa(self) -> bool:
        """Its key is one that the official form of signatures takes."""
        return isinstance(self.signs.key, rsa.RSAPrivateKey)

    @property
    def common_name(self) -> str:
        return _first(self.certificate, NameOID.COMMON_NAME)

    @property
    def is_card(self) -> bool:
        """A person's: the subject has a surname, or a CN such as `310B…/0001`."""
        return bool(_first(self.certificate, NameOID.SURNAME)) or "/" in self.common_name

    @property
    def number(self) -> str:
        """PS_IdNat of the person who acts: the card's, or a doctor's of the structure."""
        return self.common_name if self.is_card else "899900101017"

    @property
    def family(self) -> str:
        return _first(self.certificate, NameOID.SURNAME) or "FONTAINE"

    @property
    def given(self) -> str:
        return _first(self.certificate, NameOID.GIVEN_NAME) or "CLAIRE"

    @property
    def structure(self) -> str:
        """Struct_IdNat: that of the certificate, else the first practice of the professional (RPPS-rang)."""
        written = _first(self.certificate, NameOID.ORGANIZATIONAL_UNIT_NAME)
        return written or f"4{self.common_name[1:]}001"

    @property
    def organisation(self) -> str:
        return _first(self.certificate, NameOID.ORGANIZATION_NAME) or f"CABINET DR {self.family}"

    @property
    def sector(self) -> str:
        """A public hospital where the structure has a FINESS number, else a practice."""
        return "SA01" if self.structure.startswith("1") else "SA07"

    @property
    def profession(self) -> str:
        """Code of TRE_G15 on the card; a doctor where there is none."""
        try:
            value = self.certificate.extensions.get_extension_for_oid(_PROFESSION).value
        except x509.ExtensionNotFound:
            return "10"
        return str(value.value[-1]) if isinstance(value, x509.UnrecognizedExtension) else "10"


@dataclass(frozen=True, slots=True)
class Keys:
    """A test authority that the target trusts, as `carnet pki init` writes it."""

    directory: Path

    def holder(self, name: str) -> Holder:
        """`doctor`, `hospital`, … Raises `security.keyfiles.KeyFileError`."""
        return Holder.load(self.directory / "identities" / f"{name}.p12")

    def flawed(self, holder: Holder, flaw: str) -> CertifiedKey:
        """The signature key of the same holder under a certificate with one flaw."""
        name = holder.name if holder.name in ("doctor", "hospital") else ("doctor" if holder.is_card else "hospital")
        return self.holder(f"bad/{name}-{flaw}").signs

    def authority(self, name: str) -> CertifiedKey:
        """`persons` or `organisations`: its own key, which only issues."""
        return read_pem(self.directory / "intermediates" / f"{name}.pem", self.directory / "authority" / f"{name}.key")

    def server(self) -> CertifiedKey:
        """The certificate of a TLS server."""
        return read_pem(self.directory / "server.pem", self.directory / "server.key")

    def other(self, holder: Holder) -> Holder:
        """Another holder of the same kind."""
        if holder.is_card:
            return self.holder("nurse" if holder.name != "nurse" else "doctor")
        return self.holder("clinic" if holder.name != "clinic" else "hospital")


def distinguished_name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string(_KEYWORDS)


def issuer_name(certificate: x509.Certificate) -> str:
    return certificate.issuer.rfc4514_string(_KEYWORDS)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _first(certificate: x509.Certificate, oid: ObjectIdentifier) -> str:
    return next((str(each.value) for each in certificate.subject.get_attributes_for_oid(oid)), "")
