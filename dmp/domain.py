"""The AffinityDomain of the DMP: whose patients, which codes, and the French rules beside those of IHE."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from dmp.ins import TEST, InsPolicy
from dmp.nomenclature import COMPLETE, MIME_TYPES, value_set
from dmp.rules import FRENCH, FRENCH_STRICT
from metadata.affinity import AffinityDomain, CodeSet, Limits

WAIVED: Final = frozenset(
    {
        "de.patientId.components",
        "de.sourcePatientId.components",
        "ss.patientId.components",
        "folder.patientId.components",
    }
)
"""Rules of IHE that refuse what France writes every day: `^NH`, `^PI`, and a date after it."""
ENTRY_TITLE: Final = 128
"""Characters of a title; IHE asks for one fewer. # CI-SIS Partage de documents de santé"""
CUMUL: Final = "fr.confidentialityCode.cumul"
"""Waived where the platform parameter cumul-invisible_patient-masque_ps is true. # DMP EX_2.1-1050"""
_PARTIAL: Final = ("formatCode",)
"""Attributes of which we know codes but not all: they only add to a value set that was given."""


def domain(
    base: AffinityDomain | None = None,
    *,
    ins: InsPolicy = TEST,
    strict: bool = False,
    cumul: bool = False,
    signed: bool = True,
) -> AffinityDomain:
    """What `--profile dmp` agrees on; `base` is what `--codes` names, whose codes come beside ours.

    `ins` says whose patients are taken, `strict` whether the French rules refuse what certified software is forgiven,
    `cumul` whether a document may be MASQUE_PS and INVISIBLE_PATIENT at once, `signed` whether a lot must bring its
    signature.
    """
    base = base or AffinityDomain(name="dmp")
    waived = {*WAIVED, *({CUMUL} if cumul else ()), *(() if signed else ("fr.signature.missing",))}
    return replace(
        base,
        patient_authorities=ins.authorities,
        codes=_codes(base.codes),
        mime_types=base.mime_types | MIME_TYPES,
        waived=base.waived | waived,
        limits=_limits(base.limits),
        rules=(*base.rules, *(FRENCH_STRICT if strict else FRENCH)),
    )


def _limits(given: Limits) -> Limits:
    """Those of `--codes`; where they are those of IHE, with the title of France."""
    usual = given.entry_title == Limits().entry_title
    return replace(given, entry_title=ENTRY_TITLE) if usual else given


def _codes(given: Mapping[str, CodeSet]) -> dict[str, CodeSet]:
    """The codes of both. A JDV of the CI-SIS lacks codes that the DMP takes, such as those of signatures."""
    codes = dict(given)
    for attribute in COMPLETE:
        codes[attribute] = codes.get(attribute, frozenset()) | value_set(attribute)
    for attribute in _PARTIAL:
        if attribute in codes:
            codes[attribute] |= value_set(attribute)
    return codes
