"""How bad signatures are made: one thing is wrong, and all digests and the value are made right around it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml import etree

from conformance.messages.dmp import names as n
from conformance.messages.dmp.holders import Holder, Keys
from conformance.messages.dmp.lot import Lot
from conformance.messages.dmp.signature import LEGACY, STRICT, Edit, Style, signed
from conformance.model import MUST, Level
from security.issuing import CertifiedKey

ANY, CARD, STRUCTURE = "any", "card", "structure"
BOTH: Final = (LEGACY, STRICT)
DSG: Final = "ITI TF-3 5.5.2; DMP TD2.1"
MANIFEST: Final = "ITI TF-3 5.5.3.1; DMP TD2.1"
VERIFIED: Final = "ITI TF-3 5.5.5; DMP TD2.1"
XMLDSIG: Final = "XML Signature 1.1, "
XADES: Final = "XAdES (EN 319 132-1), "

Signed = tuple[tuple[str, bytes, bool], ...]
"""uniqueId, bytes, whether it is XML: what a manifest names."""


@dataclass(frozen=True, slots=True)
class Signing:
    """What a signature is made for: the lot, in one of the two forms, and keys of others where they are needed."""

    lot: Lot
    style: Style
    keys: Keys | None = None

    @property
    def given_keys(self) -> Keys:
        if self.keys is None:
            raise ValueError("this signature needs keys of a test authority")
        return self.keys

    @property
    def holder(self) -> Holder:
        return self.lot.holder

    def signed(
        self,
        *,
        documents: Signed | None = None,
        set_id: str = "",
        signer: CertifiedKey | None = None,
        at: datetime | None = None,
        purpose: str = n.SOURCE_PURPOSE,
        before: Edit | None = None,
        after: Edit | None = None,
    ) -> bytes:
        """The signature of the lot, with whatever is said otherwise."""
        return signed(
            set_id or self.lot.set.unique_id,
            self.lot.to_sign if documents is None else documents,
            signer or self.holder.signs,
            self.style,
            at=at,
            purpose=purpose,
            before=before,
            after=after,
        )


Make = Callable[[Signing], bytes]


def unchanged(lot: Lot) -> Lot:
    return lot


def good(signing: Signing) -> bytes:
    return signing.signed()


@dataclass(frozen=True, slots=True)
class BadSignature:
    """One bad signature, or a lot that a good one does not fit."""

    id: str
    """`manifest/1`; the case is `dsg/dmp-legacy/manifest/1` or `dsg/strict/manifest/1`."""
    wrong: str
    """To end the sentence "Submits a set …"."""
    wrong_fr: str
    section: str
    make: Make = good
    change: Callable[[Lot], Lot] = unchanged
    """The lot that is submitted, before it is signed."""
    styles: tuple[Style, ...] = BOTH
    level: Level = MUST
    covers: tuple[str, ...] = ()
    """Rules of docs/rules-signature.md."""
    keys: bool = False
    """It needs certificates beside those of the identity."""
    whose: str = ANY
    """Wrong only where a `card` signs, or a `structure`."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A good signature that is unusual."""

    id: str
    what: str
    what_fr: str
    make: Make = good
    change: Callable[[Lot], Lot] = unchanged
    styles: tuple[Style, ...] = (LEGACY,)
    level: Level = MUST


def before(*edits: Edit) -> Make:
    """Edited, then signed: what comes out is truly signed, and wrong in one thing alone."""
    return lambda signing: signing.signed(before=_all(edits))


def after(*edits: Edit) -> Make:
    """Signed, then edited."""
    return lambda signing: signing.signed(after=_all(edits))


def over(alter: Callable[[Signed], Iterable[tuple[str, bytes, bool]]]) -> Make:
    """Signed over other documents than the lot has."""
    return lambda signing: signing.signed(documents=tuple(alter(signing.lot.to_sign)))


def rewritten(edit: Callable[[bytes], bytes]) -> Make:
    """Its bytes edited after it was signed."""

    def make(signing: Signing) -> bytes:
        whole = signing.signed()
        changed = edit(whole)
        if changed == whole:
            raise ValueError("the edit of a bad signature changed nothing")
        return changed

    return make


def _all(edits: tuple[Edit, ...]) -> Edit:
    def edit(root: etree._Element) -> None:
        for each in edits:
            each(root)

    return edit


# --- places in the tree -----------------------------------------------------------------------------------------------


def ds(name: str) -> str:
    return f"{{{n.DS}}}{name}"


def local(root: etree._Element, name: str) -> etree._Element:
    """The first element of that local name; raises StopIteration if there is none, so that no edit edits nothing."""
    return next(each for each in root.iter("{*}*") if etree.QName(each).localname == name)


def manifest(root: etree._Element) -> etree._Element:
    return next(root.iter(ds("Manifest")))


def parent(element: etree._Element) -> etree._Element:
    found = element.getparent()
    if found is None:
        raise ValueError("the root has no parent")
    return found


def remove(element: etree._Element) -> None:
    parent(element).remove(element)


def element(xml: str) -> etree._Element:
    """From text; names without a prefix are those of XML Signature."""
    return etree.fromstring(f'<x xmlns="{n.DS}">{xml}</x>')[0]


def write(name: str, value: str) -> Edit:
    """Another text in the first element of that local name."""

    def edit(root: etree._Element) -> None:
        local(root, name).text = value

    return edit
