"""Sets whose signature is missing, is one too many, or is not linked as it must be."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from conformance.messages import names as c
from conformance.messages.dmp.lot import Lot, signature_entry
from conformance.messages.dmp.signature import LEGACY
from conformance.messages.dmp.signatures.forge import BadSignature
from conformance.messages.objects import Association, new_uuid

_TD21: Final = "DMP TD2.1; ITI TF-3 5.5.3.1"


def _unsigned(lot: Lot) -> Lot:
    return replace(lot, signature=None, associations=())


def _two(lot: Lot) -> Lot:
    """A second signature entry, with a document that is an empty signature: the count alone is wrong enough."""
    second = replace(signature_entry(lot.holder, lot.set.patient), content=b"<Signature/>")
    signs = Association(c.SIGNS, second.id, lot.set.id, status="Original")
    return replace(lot, documents=(*lot.documents, second), associations=(*lot.associations, signs))


def _alone(lot: Lot) -> Lot:
    return replace(lot, documents=())


def _signs(source: str, target: str) -> Association:
    return Association(c.SIGNS, source, target, status="Original")


def _from_document(lot: Lot) -> Lot:
    return replace(lot, associations=(*lot.associations, _signs(lot.documents[0].id, lot.set.id)))


def _bad(number: int, wrong: str, wrong_fr: str, change: Callable[[Lot], Lot], *covers: str) -> BadSignature:
    return BadSignature(f"set/{number}", wrong, wrong_fr, _TD21, change=change, styles=(LEGACY,), covers=covers)


SUBMISSIONS: Final = (
    _bad(1, "without a signature", "sans signature", _unsigned, "fr.signature.missing", "lot.missing"),
    _bad(2, "with two signatures", "avec deux signatures", _two, "fr.signature.single", "lot.single"),
    _bad(3, "of nothing but a signature", "fait d'une seule signature", _alone, "fr.signature.alone", "lot.alone"),
    _bad(
        4,
        "whose signature signs nothing: no Association signs",
        "dont la signature ne signe rien : pas d'Association signs",
        lambda lot: replace(lot, associations=()),
        "fr.signature.signs",
        "lot.signs.target",
    ),
    _bad(
        5,
        "one of whose documents signs, beside the signature",
        "dont un document signe, à côté de la signature",
        _from_document,
        "lot.signs.source",
    ),
    _bad(
        6,
        "whose signature signs something that is not in the set",
        "dont la signature signe un objet absent du lot",
        lambda lot: replace(lot, associations=(_signs(lot.signature.id, new_uuid()),)) if lot.signature else lot,
        "fr.signature.signs",
        "lot.signs.target",
    ),
)
