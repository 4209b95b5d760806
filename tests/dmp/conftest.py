"""Where the official messages and documents are; they are not part of the project."""

import os
from pathlib import Path

import pytest


def _samples() -> Path | None:
    if named := os.environ.get("CARNET_SAMPLES"):
        return Path(named)
    places = (above / "shared" / "samples" for above in Path(__file__).resolve().parents)
    return next((place for place in places if place.is_dir()), None)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The directory of official samples, with `cda/`, `dmp/` and `jdv/` in it."""
    directory = _samples()
    if directory is None:
        pytest.skip("the official samples are not here; name their directory in CARNET_SAMPLES")
    return directory
