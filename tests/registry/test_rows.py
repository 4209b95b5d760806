from metadata.model import Author, Code
from registry.rows import number, persons, tokens


def test_a_line_end_in_a_value_cannot_forge_a_token() -> None:
    assert tokens(C=[Code("N\nC:SECRET", "1.2")], R=["x\r\ny"]) == "\nC:N C:SECRET^^1.2\nR:x  y\n"


def test_a_line_end_in_an_author_cannot_pass_for_another_author() -> None:
    assert persons([Author("1^A\n2^B"), Author(None, ("Clinic",)), Author("3^C")]) == "\n1^A 2^B\n3^C\n"


def test_no_values_are_an_empty_text() -> None:
    assert tokens(C=(), E=()) == persons(()) == ""


def test_a_size_is_a_number_that_a_column_can_hold_or_nothing() -> None:
    assert number("1234") == 1234
    assert [number(text) for text in (None, "", "-1", "1.5", "²", str(2**63))] == [None] * 6


def test_what_queries_compare_is_in_normal_form_c() -> None:
    assert persons([Author("^Durand^E\u0301lise")]) == "\n^Durand^\u00c9lise\n"
    assert tokens(E=[Code("E\u0301", "Sche\u0301ma", "any")]) == "\nE:\u00c9^^Sch\u00e9ma\n"
