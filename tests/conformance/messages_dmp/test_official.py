"""The French messages of the suite have the shape of the official ones, which are not of the project."""

import os
from pathlib import Path

import pytest
from lxml import etree

from conformance.messages.dmp import ins, vihf
from conformance.messages.dmp.holders import Keys
from conformance.messages.dmp.lot import Lot, good
from conformance.messages.dmp.signature import LEGACY

ATTRIBUTE = "{urn:oasis:names:tc:SAML:2.0:assertion}Attribute"


@pytest.fixture(scope="module")
def samples() -> Path:
    named = os.environ.get("CARNET_SAMPLES")
    here = (above / "shared" / "samples" for above in Path(__file__).resolve().parents)
    directory = next((place for place in ([Path(named)] if named else here) if place.is_dir()), None)
    if directory is None:
        pytest.skip("the official samples are not here; name their directory in CARNET_SAMPLES")
    return directory / "dmp"


def shape(root: etree._Element, at: str = "") -> set[tuple[str, tuple[str, ...]]]:
    """Every path of local names, with the attributes there; what is optional on a Role is left out."""
    here = f"{at}/{etree.QName(root).localname}"
    found = {(here, tuple(sorted(str(name) for name in root.attrib if name != "codeSystemName")))}
    for child in root:
        found |= shape(child, here)
    return found


def official(file: Path) -> etree._Element:
    """One of them is no UTF-8, whatever it says: bytes that are wrong are replaced."""
    return etree.fromstring(file.read_bytes().strip().decode("utf-8", "replace").encode())


def test_the_signature_has_the_shape_of_the_official_one(samples: Path, keys: Keys) -> None:
    lot = Lot.of(keys.holder("doctor"), ins.patient())
    assert shape(etree.fromstring(good(lot, LEGACY))) == shape(official(samples / "TD2.1-signature-xades.xml"))


@pytest.mark.parametrize(
    ("file", "name", "mode", "more"),
    [
        ("VIHF-directe-signe.xml", "doctor", "DIRECTE", set()),
        ("VIHF-indirecte-signe.xml", "hospital", "INDIRECTE", set()),
        (
            "VIHF-indirecte-renforcee-signe.xml",
            "hospital",
            "INDIRECTE_RENFORCEE",
            {("/Assertion/AuthnStatement/AuthnContext/AuthnContextDecl", ())},
        ),
    ],
)
def test_the_token_has_the_shape_of_the_official_one(
    samples: Path, keys: Keys, file: str, name: str, mode: str, more: set[tuple[str, tuple[str, ...]]]
) -> None:
    theirs, ours = official(samples / file), etree.fromstring(vihf.token(keys.holder(name), ins.patient(), mode=mode))
    assert shape(theirs) == shape(ours) | more
    assert [each.get("Name") for each in theirs.iter(ATTRIBUTE)] == [each.get("Name") for each in ours.iter(ATTRIBUTE)]
