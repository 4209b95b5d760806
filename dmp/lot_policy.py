"""What is asked of the signature of a submission set: the French lot, and the international IHE DSG."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final, Literal

from security import dsg


class LotLeniency(StrEnum):
    """What is forgiven in the lot around the signature; `security.dsg.Leniency` has what is forgiven inside it."""

    SIGNS_DOCUMENTS = "signs-documents"
    """The `signs` Associations lead to every document (ITI TF-3 5.5.6.4), not to the set (official sample)."""
    ANY_SITE = "any-site"
    """The seal is of another structure than the caller's: a legal entity (EJ) seals for its sites (EG), and without a
    table of them nobody can tell it from a stranger."""


@dataclass(frozen=True, slots=True)
class LotPolicy:
    """The demands on one submission set. The defaults are those of the DMP."""

    policies: tuple[dsg.SetPolicy, ...] = (dsg.DMP_LEGACY, dsg.STRICT)
    """How the signature may be made."""
    required: bool = True
    """A set with documents and no signature is refused."""
    french: bool = True
    """The rules of the DMP on the signature's entry, on the certificate, and on who signs for whom."""
    detached: bool = False
    """A signature of documents that does not name the set is taken as well. # ITI TF-3 5.5.3"""
    strict_metadata: bool = False
    """Those on the entry refuse where the lenient ones warn."""
    vouched: bool = True
    """The caller must be named by a VIHF, for the signer to be compared with."""
    unsigned_patients: bool = False
    """A set whose author is the patient needs no signature. Anybody can write that, so the gate must have proved it."""
    leniencies: frozenset[dsg.Leniency | LotLeniency] = frozenset({*dsg.Leniency, LotLeniency.SIGNS_DOCUMENTS})
    """What of the known oddities is accepted."""
    sites: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Struct_IdNat of a legal entity (EJ), as in its certificates → those of its sites (EG), for which it seals."""
    clock: dsg.Clock = dsg.Clock(behind=timedelta(days=7))  # noqa: RUF009 - frozen
    """How old a signature may be: a lot waits while a network is down, not for months."""
    explain: bool = False
    """Refusals repeat what the log is told: for a sandbox, where the sender is the one who has to know."""
    language: str = "fr"


DMP: Final = LotPolicy()


def dsg_policy(mode: Literal["verify", "require"], *, explain: bool = False, language: str = "en") -> LotPolicy:
    """The international signature of a submission set, under `dsg` or `strict`. # ITI TF-3 5.5.2, 5.5.3.1

    `verify` looks at signatures that are there, of the set or of documents; `require` refuses a set without its own.
    """
    return LotPolicy(
        policies=(dsg.DSG, dsg.STRICT),
        required=mode == "require",
        french=False,
        detached=mode == "verify",
        vouched=False,
        explain=explain,
        language=language,
    )


def set_policies(names: str) -> tuple[dsg.SetPolicy, ...]:
    """What `--signature-policies` says: names between commas. Raises ValueError."""
    found = [name.strip() for name in names.split(",") if name.strip()]
    unknown = [name for name in found if name not in dsg.POLICIES]
    if unknown or not found:
        wrong = f"there is no signature policy {unknown[0]}" if unknown else "no signature policy is given"
        raise ValueError(f"{wrong}; there are {', '.join(dsg.POLICIES)}")
    return tuple(dsg.POLICIES[name] for name in dict.fromkeys(found))
