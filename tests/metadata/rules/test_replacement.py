"""What a submission replaces is Deprecated for all else that the submission says of it."""

from typing import Any

import pytest

from metadata import vocabulary as v

Sample = Any  # of conftest.py
OLD = "urn:uuid:0c1d5a3e-3d0f-4a51-9a3e-5b6f9c2d1e01"
OLD_IN_CAPITALS = "urn:uuid:0C1D5A3E-3D0F-4A51-9A3E-5B6F9C2D1E01"


@pytest.mark.parametrize("again", [OLD, OLD_IN_CAPITALS])
def test_a_document_is_replaced_once_however_its_uuid_is_written(sample: Sample, again: str) -> None:
    sample.link("again", v.XFRM_RPLC, "note", again)
    assert sample.broken() == ["association.replacement.repeated"]


@pytest.mark.parametrize("type_", [v.XFRM, v.APND, v.SIGNS])
@pytest.mark.parametrize("target", [OLD, OLD_IN_CAPITALS])
def test_nothing_else_is_related_to_it(sample: Sample, type_: str, target: str) -> None:
    sample.drop("append")
    sample.link("odd", type_, "note", target)
    assert sample.broken() == ["association.replacement.used"]


def test_no_folder_takes_it(sample: Sample) -> None:
    sample.attr("folder-letter", target=OLD)
    (finding,) = sample.findings()
    assert finding.rule.id == "association.replacement.used"
    assert finding.error().location == "/RegistryObjectList/Association[@id='folder-letter']/@targetObject"


def test_the_submission_set_may_refer_to_it(sample: Sample) -> None:
    assert {sample.objects[a].target for a in ("replace", "set-old")} == {OLD}
    assert sample.broken() == []
