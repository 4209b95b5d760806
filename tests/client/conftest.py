import pytest

from client import sample
from client.documents import Document, prepare


@pytest.fixture
def samples() -> sample.Samples:
    """The three documents of the package, with ids that no other test has."""
    return sample.fresh()


@pytest.fixture
def letter(samples: sample.Samples) -> Document:
    return prepare(samples.letter)
