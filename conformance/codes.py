"""The codes that a target takes, from the file that describes its affinity domain."""

from pathlib import Path
from typing import Final, NamedTuple

from conformance.messages.objects import CODES
from conformance.target import TargetError
from metadata.affinity import AffinityError, load

Code = tuple[str, str, str]

OUR_MIME_TYPE: Final = "text/plain"
"""What `Entry` says unless told otherwise."""


class Agreed(NamedTuple):
    """What a domain takes, as the suite needs it."""

    codes: dict[str, Code]
    """Attribute → one of its codes, ours where it is among them; `classCode-2` and so on: another, for cases of two."""
    authority: str
    """OID of a patient authority; empty where any is taken."""
    mime_type: str
    """Of made-up documents; empty where text/plain is taken."""


def read_codes(file: Path) -> Agreed:
    """What the affinity domain in `file` takes. Raises `TargetError`."""
    try:
        domain = load(file)
    except AffinityError as error:
        raise TargetError(str(error)) from None
    codes: dict[str, Code] = {}
    for attribute, taken in domain.codes.items():
        ours = CODES.get(attribute)
        if taken and (ours is None or ours[:2] not in taken):
            code, scheme = min(taken)
            codes[attribute] = (code, scheme, code)
        elif ours is not None:
            codes[attribute] = ours
        others = sorted(taken - {codes[attribute][:2]}) if attribute in codes else []
        if others:
            codes[f"{attribute}-2"] = (*others[0], others[0][0])
    mime_type = "" if OUR_MIME_TYPE in domain.mime_types else min(domain.mime_types, default="")
    return Agreed(codes, min(domain.patient_authorities, default=""), mime_type)
