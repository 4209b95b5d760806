"""Which rules of the DMP and of signatures an affinity domain may waive, and why not the others."""

from collections.abc import Iterable
from difflib import get_close_matches

from dmp.lot_rules import LOT
from dmp.rules import FRENCH
from metadata.affinity import OF_PROFILES, AffinityDomain


class CannotWaive(ValueError):
    """A rule is named that is not there, or that is always applied; says which, and what can be done."""


def check_waived(domain: AffinityDomain) -> AffinityDomain:
    """The same domain. Raises `CannotWaive` for the first id of these books that it may not waive."""
    for rule_id in sorted(_theirs(domain.waived)):
        if (reason := why_not(rule_id)) is not None:
            raise CannotWaive(f"rules.waive names {rule_id}, which {reason}")
    return domain


def why_not(rule_id: str) -> str | None:
    """Why a rule of the DMP or of signatures cannot be waived; None for one that can."""
    if rule_id in FRENCH:
        if rule_id.startswith("fr.signature."):
            return "cannot be waived: without it nobody could say which document signs the set"
        if FRENCH[rule_id].check is None:
            return "cannot be waived: the setting coherence says whether a CDA is held to its entry"
        return None
    if rule_id in LOT:
        if rule_id.startswith("lot.dsg."):
            return "need not be waived: the linter tells it, and no server refuses by it"
        if rule_id == "fr.lot.signer.structure":
            return "cannot be waived: the setting sites says which structures act for which"
        return "cannot be waived: a signature holds or it does not; signature-policies says how one may be made"
    near = get_close_matches(rule_id, [*FRENCH.rules, *LOT.rules], 1)
    return f"does not exist; did you mean {near[0]}?" if near else "does not exist"


def _theirs(waived: Iterable[str]) -> Iterable[str]:
    return (each for each in waived if each.startswith(OF_PROFILES))
