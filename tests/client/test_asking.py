import pytest

from client.asking import definition, parameters
from metadata.vocabulary import APND, APPROVED, DEPRECATED, RPLC

PATIENT = "p1^^^&2.999.7&ISO"


def asked(query: str, *given: tuple[str, str], patient: str | None = None) -> dict[str, object]:
    return dict(parameters(definition(query), given, patient_id=patient, status=(APPROVED,)))


def test_patient_and_status_are_filled_in() -> None:
    assert asked("FindFolders", patient=PATIENT) == {"$XDSFolderPatientId": PATIENT, "$XDSFolderStatus": (APPROVED,)}


def test_what_is_said_is_not_filled_in() -> None:
    found = asked("FindFolders", ("$XDSFolderStatus", "Deprecated"), ("XDSFolderPatientId", "q"), patient=PATIENT)
    assert found == {"$XDSFolderPatientId": "q", "$XDSFolderStatus": (DEPRECATED,)}


def test_a_repeated_name_gives_alternatives_and_words_mean_urns() -> None:
    found = asked("GetRelatedDocuments", ("associationtypes", "RPLC"), ("AssociationTypes", "apnd"))
    assert found == {"$AssociationTypes": (RPLC, APND)}


def test_queries_have_ids_and_names_in_any_case() -> None:
    assert definition("getall").name == "GetAll"
    assert definition("urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3").name == "GetAll"


def test_an_unknown_query_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="GetFolderAndContents"):
        definition("GetNothing")
