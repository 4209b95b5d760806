"""Distinguished names, compared by what they say and not by how they are written."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cryptography import x509

_KEYWORDS: Final = {
    "CN": "2.5.4.3",
    "SN": "2.5.4.4",
    "SURNAME": "2.5.4.4",
    "SERIALNUMBER": "2.5.4.5",
    "C": "2.5.4.6",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "S": "2.5.4.8",
    "STREET": "2.5.4.9",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "T": "2.5.4.12",
    "TITLE": "2.5.4.12",
    "GN": "2.5.4.42",
    "G": "2.5.4.42",
    "GIVENNAME": "2.5.4.42",
    "INITIALS": "2.5.4.43",
    "DNQ": "2.5.4.46",
    "DNQUALIFIER": "2.5.4.46",
    "ORGANIZATIONIDENTIFIER": "2.5.4.97",
    "DC": "0.9.2342.19200300.100.1.25",
    "UID": "0.9.2342.19200300.100.1.1",
    "E": "1.2.840.113549.1.9.1",
    "EMAILADDRESS": "1.2.840.113549.1.9.1",
}
"""What RFC 4514, OpenSSL, Java and Windows call the attributes."""
_WRITTEN: Final = {oid: keyword for keyword, oid in reversed(_KEYWORDS.items())}
_OID: Final = re.compile(r"(?:OID\.)?([0-2](?:\.(?:0|[1-9][0-9]*))+)", re.IGNORECASE)
_STRING_TAGS: Final = {
    0x0C: "utf-8",
    0x13: "ascii",
    0x14: "latin-1",
    0x16: "ascii",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}
"""DER tag of each string type → its encoding."""
_LONGEST: Final = 4096
"""Characters of a name that is read at all."""


class DistinguishedNameError(ValueError):
    """A text is not a distinguished name; says at which attribute."""


@dataclass(frozen=True, slots=True)
class DistinguishedName:
    """A name as the set of its (OID, value) pairs.

    Software writes one name in many ways: other order, keywords or OIDs, values in hexadecimal (RFC 2253 2.4 as Java
    does it), one attribute or three in an RDN. Values are compared exactly, after Unicode composition and with runs of
    white space as one.
    """

    attributes: frozenset[tuple[str, str]]

    @classmethod
    def parse(cls, text: str) -> "DistinguishedName":
        """Reads RFC 4514 and RFC 2253 forms; raises `DistinguishedNameError`."""
        if len(text) > _LONGEST:
            raise DistinguishedNameError(f"a name of {len(text)} characters; {_LONGEST} are read")
        pairs = [_pair(part) for part in _split(text)]
        if not pairs:
            raise DistinguishedNameError("an empty name")
        return cls(frozenset(pairs))

    @classmethod
    def of(cls, name: x509.Name) -> "DistinguishedName":
        """The subject or issuer of a certificate."""
        return cls(frozenset((attribute.oid.dotted_string, _normal(_text(attribute.value))) for attribute in name))

    def values(self, oid: str) -> list[str]:
        """What the name says for one attribute, sorted: a name may have two OU."""
        return sorted(value for name, value in self.attributes if name == oid)

    def __str__(self) -> str:
        return ",".join(f"{_WRITTEN.get(oid, oid)}={_escape(value)}" for oid, value in sorted(self.attributes))


def _split(text: str) -> Iterator[str]:
    """The attributes, whether `,`, `;` or `+` stands between them."""
    start, quoted, skip = 0, False, False
    for place, character in enumerate(text):
        if skip:
            skip = False
        elif character == "\\":
            skip = True
        elif character == '"':
            quoted = not quoted
        elif character in ",;+" and not quoted:
            yield text[start:place]
            start = place + 1
    if quoted or skip:
        raise DistinguishedNameError(f"{text[start:]!r} ends inside a quotation or an escape")
    if text.strip():
        yield text[start:]


def _pair(part: str) -> tuple[str, str]:
    keyword, equals, value = part.partition("=")
    keyword = keyword.strip()
    if not equals:
        raise DistinguishedNameError(f"{part.strip()!r} is not attribute=value")
    oid = _KEYWORDS.get(keyword.upper())
    if oid is None:
        dotted = _OID.fullmatch(keyword)
        if dotted is None:
            raise DistinguishedNameError(f"{keyword!r} is neither a known attribute nor an OID")
        oid = dotted[1]
    return oid, _normal(_value(value.strip()))


def _value(written: str) -> str:
    if written.startswith("#"):
        return _hexadecimal(written[1:].strip())
    if len(written) > 1 and written[0] == written[-1] == '"':
        written = written[1:-1]
    return _unescape(written)


def _hexadecimal(digits: str) -> str:
    """`#` and the DER of a string: tag, length, content."""
    try:
        der = bytes.fromhex(digits)
        encoding = _STRING_TAGS[der[0]]
        length, start = der[1], 2
        if length & 0x80:
            start = 2 + (length & 0x7F)
            length = int.from_bytes(der[2:start])
        if len(der) != start + length:
            raise ValueError
        return der[start:].decode(encoding)
    except (ValueError, KeyError, IndexError):
        raise DistinguishedNameError(f"'#{digits[:40]}' is not the DER of a string in hexadecimal") from None


def _unescape(written: str) -> str:
    """`\\,` and `\\C3\\A9` (RFC 4514 3); hexadecimal pairs are octets of UTF-8."""
    octets = bytearray()
    place = 0
    while place < len(written):
        if written[place] != "\\":
            octets += written[place].encode("utf-8", "surrogatepass")
            place += 1
        elif re.fullmatch("[0-9a-fA-F]{2}", written[place + 1 : place + 3]):
            octets.append(int(written[place + 1 : place + 3], 16))
            place += 3
        else:
            octets += written[place + 1 : place + 2].encode("utf-8", "surrogatepass")
            place += 2
    try:
        return octets.decode()
    except UnicodeDecodeError:
        raise DistinguishedNameError(f"{written!r}: the escaped octets are not UTF-8") from None


def _escape(value: str) -> str:
    escaped = re.sub(r'([,;+"\\<>=])', r"\\\1", value)
    return "\\" + escaped if escaped.startswith("#") else escaped


def _normal(value: str) -> str:
    return " ".join(unicodedata.normalize("NFC", value).split())


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()
