from pathlib import Path

import pytest
from lxml import etree


@pytest.fixture
def submission() -> etree._Element:
    """A complete SubmitObjectsRequest: one DocumentEntry in one SubmissionSet."""
    return etree.fromstring((Path(__file__).parent / "submission.xml").read_bytes())
