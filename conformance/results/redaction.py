"""What is masked wherever a run is shown: passwords, credentials, private keys, approval numbers, bearer proofs.

Masked by place (a header, an element, a SAML attribute), and by value: a secret seen in one message is masked in every
text of the run, a check's or a fault's as well. `exchanges/` is not touched.
"""

import re
from html import unescape
from typing import Final

MASK: Final = "•••"

SECRET_HEADERS: Final = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "authentication-info",
        "cookie",
        "set-cookie",
        "x-api-key",
        "api-key",
        "x-auth-token",
        "x-amz-security-token",
    }
)
SECRET_ATTRIBUTES: Final = ("LPS_ID_HOMOLOGATION_DMP", "LPS_ID")
"""SAML attributes: the approval number is secret for a family of products, the other names one installation."""
SECRET_ELEMENTS: Final = frozenset({"Password", "Passphrase", "PrivateKey", "SecretKey", "CipherValue"})

# Every repetition that could meet itself is bounded: what is looked at is hostile.
_NAME: Final = r"(?:[\w.-]{1,60}:)?"
_PASSWORD: Final = re.compile(
    rf"(<{_NAME}(?:{'|'.join(sorted(SECRET_ELEMENTS))})\b[^>]{{0,2000}}>)([^<]{{1,100000}})",
)
_ATTRIBUTE: Final = re.compile(
    rf"(<{_NAME}Attribute\b[^<>]{{0,2000}}?\bName\s{{0,9}}=\s{{0,9}}[\"'](?:{'|'.join(SECRET_ATTRIBUTES)})[\"']"
    rf"[^<>]{{0,2000}}>\s{{0,99}}<{_NAME}AttributeValue\b[^<>]{{0,2000}}>)([^<]{{1,10000}})",
    re.IGNORECASE,
)
_PROOF: Final = re.compile(rf"(<{_NAME}SignatureValue\b[^<>]{{0,2000}}>)([^<]{{1,100000}})")
_PRIVATE_KEY: Final = re.compile(
    r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----)(?:[^-]|-(?!----))*(-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|)"
)
_CREDENTIALS: Final = re.compile(
    r"(?im)^([ \t]{0,99}(?:" + "|".join(sorted(SECRET_HEADERS)) + r")[ \t]{0,99}:[ \t]{0,99})[^\s][^\r\n]*"
)
_BEARER: Final = re.compile(r"(?i)\b(Bearer|Basic|Negotiate)(\s{1,9})[A-Za-z0-9+/=._~-]{8,}")
_ASSIGNED: Final = re.compile(
    r"(?i)\b(password|passphrase|passwd|mot de passe)(\"?\s{0,9}[=:]\s{0,9}\"?)[^\s\"'&<>;,]+"
)
_OPTION: Final = re.compile(r"(?i)(--[\w-]{0,40}(?:password|passphrase|secret|token)[ =])(?:'[^']*'|\"[^\"]*\"|\S+)")
_USER: Final = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{0,20}://)[^/\s@\"'<>]{0,500}@")
_SHORTEST: Final = 4
"""A shorter secret would be masked in the middle of words."""
_REMEMBERED: Final = 200
"""Namespaces, codes and URNs come again in each message: texts up to this length are looked at once."""
_REMEMBERED_AT_ONCE: Final = 50_000


def without_user(url: str) -> str:
    """A URL without the name and password it may hold."""
    return _USER.sub(rf"\1{MASK}@", url)


def header(name: str, value: str) -> str:
    """The value of a header, as it may be shown."""
    return MASK if name.strip().lower() in SECRET_HEADERS else value


def text(value: str) -> str:
    """A text of any kind without what looks like a secret in it."""
    if len(value) < _SHORTEST:
        return value
    value = _PRIVATE_KEY.sub(rf"\1 {MASK} \2", value)
    value = _PASSWORD.sub(rf"\1{MASK}", value)
    value = _ATTRIBUTE.sub(rf"\1{MASK}", value)
    value = _CREDENTIALS.sub(rf"\1{MASK}", value)
    value = _BEARER.sub(rf"\1\2{MASK}", value)
    value = _ASSIGNED.sub(rf"\1\2{MASK}", value)
    value = _OPTION.sub(rf"\1{MASK}", value)
    return without_user(value)


def markup(value: str) -> str:
    """As `text`, for XML that no parser accepts: the proof of a token is masked as well."""
    value = text(value)
    return _PROOF.sub(rf"\1{MASK}", value) if "Assertion" in value else value


class Secrets:
    """The values of secrets seen so far, to be masked wherever else they turn up."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._masked: dict[str, str] = {}

    def gather(self, data: bytes) -> None:
        """Takes note of the secrets of a message: its head or its body."""
        if not _worth_looking(data):
            return
        message = data.decode("utf-8", "replace")
        found = [match[2] for pattern in (_PASSWORD, _ATTRIBUTE) for match in pattern.finditer(message)]
        found += [match[0].split(":", 1)[1] for match in _CREDENTIALS.finditer(message)]
        for value in (unescape(raw).strip() for raw in found):
            self._values.update(one for one in (value, value.partition(" ")[2].strip()) if len(one) >= _SHORTEST)
        self._pattern = None
        self._masked.clear()

    def mask(self, value: str) -> str:
        """*value* as it may be shown."""
        if len(value) > _REMEMBERED:
            return self._mask(value)
        known = self._masked.get(value)
        if known is None:
            if len(self._masked) > _REMEMBERED_AT_ONCE:
                self._masked.clear()
            known = self._masked[value] = self._mask(value)
        return known

    def _mask(self, value: str) -> str:
        value = text(value)
        if not self._values:
            return value
        if self._pattern is None:
            longest_first = sorted(self._values, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
        return self._pattern.sub(MASK, value)


_HINTS: Final = (
    b"homologation",
    b"lps_id",
    b"pass",
    b"privatekey",
    b"secretkey",
    b"ciphervalue",
    b"authori",
    b"authentication-info",
    b"cookie",
    b"api-key",
    b"-token",
)


def _worth_looking(data: bytes) -> bool:
    small = data.lower()
    return any(hint in small for hint in _HINTS)
