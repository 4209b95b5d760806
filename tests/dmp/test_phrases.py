"""Sentences of the checks, in both languages."""

import pytest

from dmp.phrases import PHRASES, in_english, in_french

VALUES = ("1.2.250", "urn:x", "42", "SHA-256", "Carnet")


@pytest.mark.parametrize("pair", PHRASES, ids=lambda pair: pair[0])
def test_each_sentence_is_found_in_both_directions(pair: tuple[str, str]) -> None:
    english, french = (sentence.format(*VALUES[: sentence.count("{}")]) for sentence in pair)
    assert in_french(english) == french
    assert in_english(french) == english


def test_a_value_may_be_a_sentence_in_turn() -> None:
    assert in_french("the assertion holds there is no X") == "l'assertion contient il n'y a pas de X"


def test_what_is_no_sentence_stays_as_it_is() -> None:
    assert in_french("nobody wrote this") == in_english("nobody wrote this") == "nobody wrote this"


@pytest.mark.parametrize("word", [" has ", " holds ", "; ", " is '"])
def test_a_long_text_of_somebody_stays_as_it_is(word: str) -> None:
    assert in_french(word * 100_000 + "!") == word * 100_000 + "!"
    assert in_french(word * 300 + "!").endswith("!")
