"""OIDs and UUIDs, bare and as URNs; ITI TF-2 Appendix B."""

import re
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID, uuid4

from metadata.datatypes.hl7 import DatatypeError

MAX_OID_LENGTH: Final = 64

_OID: Final = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*))+")
_UUID_URN: Final = re.compile(r"urn:uuid:[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def is_oid(text: str) -> bool:
    """Whether `text` is an OID in dotted form, of 64 characters at most."""
    return len(text) <= MAX_OID_LENGTH and _OID.fullmatch(text) is not None


def is_oid_urn(text: str) -> bool:
    """Whether `text` is `urn:oid:` and an OID, the form of a homeCommunityId; # ITI TF-3 4.2.3.2.12"""
    return text.startswith("urn:oid:") and is_oid(text[8:])


def is_uuid_urn(text: str) -> bool:
    """Whether `text` is `urn:uuid:` and a UUID, in either case; without the prefix an id is symbolic."""
    return _UUID_URN.fullmatch(text) is not None


def new_uuid_urn() -> str:
    """A new random entryUUID."""
    return uuid4().urn


def oid_from_uuid(uuid: UUID | None = None) -> str:
    """`2.25.` and `uuid` as an integer, a new one without argument: an OID that needs no authority; # ITU-T X.667 8"""
    return f"2.25.{(uuid or uuid4()).int}"


@dataclass(frozen=True, slots=True)
class Oid:
    """An object identifier."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        if len(text) > MAX_OID_LENGTH:
            raise DatatypeError(f"an OID of {len(text)} characters; at most {MAX_OID_LENGTH} are allowed")
        if not _OID.fullmatch(text):
            raise DatatypeError("not an OID; it is written as numbers without leading zeros, as 1.2.250.1.213")
        return cls(text)

    @property
    def urn(self) -> str:
        return f"urn:oid:{self.value}"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Uuid:
    """A UUID, compared and written in lower case."""

    value: UUID

    @classmethod
    def parse(cls, text: str) -> Self:
        if not is_uuid_urn(text):
            raise DatatypeError("not a UUID; it is written urn:uuid: and 8-4-4-4-12 hexadecimal digits")
        return cls(UUID(text))

    def __str__(self) -> str:
        return self.value.urn
