"""Keys of a test authority, as the suite reads them from files."""

from pathlib import Path

import pytest

from conformance.messages.dmp.holders import Holder, Keys


@pytest.fixture(scope="session")
def keys(pki: Path) -> Keys:
    return Keys(pki)


@pytest.fixture(scope="session")
def doctor(keys: Keys) -> Holder:
    return keys.holder("doctor")


@pytest.fixture(scope="session")
def hospital(keys: Keys) -> Holder:
    return keys.holder("hospital")


@pytest.fixture(scope="session", params=["doctor", "hospital"])
def holder(keys: Keys, request: pytest.FixtureRequest) -> Holder:
    """A card, and a structure."""
    return keys.holder(request.param)
