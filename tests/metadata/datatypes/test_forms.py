import pytest

from metadata.datatypes import is_language_tag, is_mime_type, is_sha1, is_size, is_unique_id

SHA1 = "a9993e364706816aba3e25717850c26c9cd0d89d"


def test_a_hash_is_40_hexadecimal_digits_in_either_case() -> None:
    assert is_sha1(SHA1)
    assert is_sha1(SHA1.upper())
    assert not is_sha1(SHA1[:-1])
    assert not is_sha1(SHA1 + "0")
    assert not is_sha1(SHA1[:-1] + "g")
    assert not is_sha1(SHA1 + "\n")


@pytest.mark.parametrize(
    ("text", "right"), [("0", True), ("00043", True), ("", False), ("-1", False), ("4.0", False), ("٣", False)]
)
def test_a_size_is_a_number_without_sign(text: str, right: bool) -> None:
    assert is_size(text) is right


@pytest.mark.parametrize(
    "text",
    [
        "fr",
        "fr-FR",
        "en-us",
        "art",
        "zh-Hans-CN",
        "x-dmp",
        "de-CH-1996",
        "es-419",
        "en-a-ext-x-own",
        "i-klingon",
        "en-GB-oed",
    ],
)
def test_a_language_tag_is_accepted(text: str) -> None:
    assert is_language_tag(text)


@pytest.mark.parametrize(
    "text",
    ["", "fr_FR", "fr-", "-fr", "français", "abcdefghi", "fr FR", "12", "f", "fr-F", "fr-FR-FR", "en-a", "x", "i-own"],
)
def test_what_is_no_language_tag_is_refused(text: str) -> None:
    assert not is_language_tag(text)


@pytest.mark.parametrize(
    "text", ["text/xml", "application/x-hl7-cda-level-one+xml", "text/plain; charset=utf-8", 'a/b;c="d e"']
)
def test_a_mime_type_is_accepted(text: str) -> None:
    assert is_mime_type(text)


@pytest.mark.parametrize("text", ["", "text", "text/", "/xml", "text/x y", "text/xml;", "text/xml\n", "a/b/c"])
def test_what_is_no_mime_type_is_refused(text: str) -> None:
    assert not is_mime_type(text)


@pytest.mark.parametrize(
    "text",
    [
        "1.2.3",
        "1.2.3^ext-1",
        "1.2.3^" + "é" * 40,
        "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1",
        "https://example.org/letters/1?version=2",
        "urn:hl7ii:1.2.3:4",
    ],
)
def test_a_unique_id_of_a_good_form_is_known(text: str) -> None:
    assert is_unique_id(text)


@pytest.mark.parametrize("text", ["", "a b", "é", "1.02.3", "1.2.3^", "1." + "1" * 63, "9.9", "urn:uuid:1", "letter-1"])
def test_a_unique_id_of_another_form_is_known_too(text: str) -> None:
    assert not is_unique_id(text)
