import pytest

from metadata.model import DocumentEntry
from repository.agreement import in_any_case
from repository.intake import Provided


def paired(entries: list[str], documents: list[str]) -> list[str]:
    """The ids that the documents go by."""
    provided = [Provided(id_, "/Document", f"cid:{n}@test", "") for n, id_ in enumerate(documents)]
    described = [DocumentEntry(id_, f"2.999.{n}", None, "text/plain") for n, id_ in enumerate(entries)]
    return [each.id for each in in_any_case(described, provided)]


def test_a_document_goes_by_the_id_of_its_entry_whatever_its_case() -> None:
    assert paired(["Document1", "document2"], ["document1", "document2"]) == ["Document1", "document2"]


@pytest.mark.parametrize(
    ("entries", "documents"),
    [
        (["doc", "Doc"], ["DOC"]),
        (["doc", "Doc"], ["dOc", "doC"]),
        (["Doc"], ["doc", "DOC"]),
        (["doc"], ["doc", "DOC"]),
    ],
)
def test_a_document_that_could_be_two_entries_or_has_a_double_keeps_its_id(
    entries: list[str], documents: list[str]
) -> None:
    assert paired(entries, documents) == documents
