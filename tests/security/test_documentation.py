"""docs/certificates.md says what the code does."""

from pathlib import Path

from security.refusals import Reason
from security.usages import Usage

PAGE = (Path(__file__).parents[2] / "docs" / "certificates.md").read_text()


def test_every_reason_to_refuse_is_explained() -> None:
    missing = [reason.value for reason in Reason if f"`{reason.value}`" not in PAGE]
    assert not missing, f"say in docs/certificates.md what {missing} mean"


def test_every_usage_is_explained() -> None:
    missing = [usage.name for usage in Usage if f"`{usage.name}`" not in PAGE]
    assert not missing, f"say in docs/certificates.md what {missing} demand"
