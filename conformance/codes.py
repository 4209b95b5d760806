"""The codes that a target takes, from the file that describes its affinity domain."""

from pathlib import Path

from conformance.messages.objects import CODES
from conformance.target import TargetError
from metadata.affinity import AffinityError, load

Code = tuple[str, str, str]


def read_codes(file: Path) -> tuple[dict[str, Code], str]:
    """Attribute → a code that the domain takes, where ours is none of its; and a patient authority, if it names any.

    `classCode-2` and so on are further codes, for cases that need two. Raises `TargetError`.
    """
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
    return codes, min(domain.patient_authorities, default="")
