"""The multipart reader against an independent model, and the ways a multipart message can be broken."""

import base64
import binascii
import re
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soap.faults import Fault
from soap.message import Limits
from soap.multipart import MultipartReader

BOUNDARY = "xYz"


def source(data: bytes, size: int) -> Callable[[int], bytes]:
    """read(n) that gives `size` bytes at a time."""
    position = 0

    def read(wanted: int) -> bytes:
        nonlocal position
        piece = data[position : position + min(size, wanted)]
        position += len(piece)
        return piece

    return read


def read_all(data: bytes, size: int = 1 << 20, limits: Limits | None = None) -> list[tuple[str, bytes]]:
    reader = MultipartReader(source(data, size), BOUNDARY, limits or Limits())
    found = []
    while (part := reader.next_part()) is not None:
        found.append((part.content_id, b"".join(bytes(piece) for piece in part.chunks())))
    assert reader.ended
    return found


def model(data: bytes) -> list[tuple[str, bytes]]:
    """The same by one regular expression over the whole of a sound message."""
    delimiter = re.compile(rb"\r\n--xYz(--|[ \t]{0,64}\r\n)")
    found, begin = [], None
    data = b"\r\n" + data
    match = delimiter.search(data)
    while match is not None:
        if begin is not None:
            content_id, _, content = data[begin : match.start()].removeprefix(b"Content-ID: <").partition(b">\r\n\r\n")
            found.append((content_id.decode(), content))
        begin = match.end()
        match = delimiter.search(data, begin)
    return found


ODD = st.sampled_from(
    (
        b"\r\n--xYz",
        b"\r\n--xY",
        b"\r\n--",
        b"\r\n",
        b"\r",
        b"\n",
        b"--xYz",
        b"\r\r\n--xYzz\r\n",
        b"\r\n--xYz \t.",
        b"--xYz--",
    )
)
CONTENT = st.lists(st.one_of(ODD, st.binary(max_size=30)), max_size=12).map(b"".join)


def harmless(content: bytes) -> bool:
    """The content holds no delimiter of its own."""
    return re.search(rb"\r\n--xYz(--|[ \t]{0,64}\r\n)", b"\r\n" + content + b"\r\n") is None


@given(st.lists(CONTENT.filter(harmless), min_size=1, max_size=5), st.integers(1, 80))
@settings(max_examples=400, deadline=None)
def test_every_part_comes_out_as_it_went_in_whatever_the_size_of_the_reads(contents: list[bytes], size: int) -> None:
    message = (
        b"".join(b"--xYz\r\nContent-ID: <%d>\r\n\r\n%b\r\n" % (n, c) for n, c in enumerate(contents)) + b"--xYz--\r\n"
    )
    expected = [(str(n), content) for n, content in enumerate(contents)]
    assert model(message) == expected
    assert read_all(message, size) == expected


RUBBISH = st.one_of(ODD, st.just(b"\r\nContent-ID: <a>\r\n\r\n"), st.binary(max_size=9))


@given(st.lists(RUBBISH, max_size=30).map(b"".join), st.integers(1, 64))
@settings(max_examples=400, deadline=None)
def test_whatever_comes_is_read_or_refused_and_the_same_for_every_size_of_reads(rubbish: bytes, size: int) -> None:
    message = b"--xYz\r\nContent-ID: <first>\r\n\r\n" + rubbish

    def outcome(at_once: int) -> object:
        try:
            return read_all(message, at_once)
        except Fault as fault:
            return fault.code

    assert outcome(size) == outcome(1 << 20)
    assert outcome(size) == "Sender" or isinstance(outcome(size), list)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 9, 64, 4096])
@pytest.mark.parametrize("length", [0, 1, 6, 7, 8, 4096])
def test_parts_of_about_the_length_of_a_boundary_are_exact(length: int, size: int) -> None:
    content = bytes(range(256))[:length] if length < 256 else bytes(length)
    message = b"--xYz\r\n\r\n" + content + b"\r\n--xYz\r\nContent-ID: <2>\r\n\r\n\r\n--xYz--"
    assert read_all(message, size) == [("", content), ("2", b"")]


def test_a_body_full_of_near_boundaries_stays_whole() -> None:
    for near in (b"\r\n--", b"\r\n--xYzz", b"\r\n--xYz x\r\n", b"\r", b"\n--xYz\n"):
        content = near * 3000
        message = b"--xYz\r\n\r\n" + content + b"\r\n--xYz--"
        assert read_all(message, 1000) == [("", content)]


def test_a_part_without_headers_or_content_is_empty() -> None:
    assert read_all(b"--xYz\r\nContent-ID: <1>\r\n\r\n--xYz--") == [("1", b"")]


def test_preamble_epilogue_and_blanks_after_a_boundary_are_ignored() -> None:
    message = b"This is MIME.\r\n--xYz \t\r\n\r\nA\r\n--xYz-- \r\nand more\r\n--xYz\r\n"
    assert read_all(message, 3) == [("", b"A")]


def test_bare_line_feeds_are_read_when_the_first_boundary_line_ends_so() -> None:
    message = b"--xYz\nContent-ID: <1>\n\none\r\ntwo\n\n--xYz\nContent-ID: <2>\n\n--xYz--\n"
    for size in (1, 5, 1000):
        assert read_all(message, size) == [("1", b"one\r\ntwo\n"), ("2", b"")]


def test_a_line_feed_alone_is_content_in_a_message_with_crlf() -> None:
    message = b"--xYz\r\n\r\na\n--xYz\nb\r\n--xYz--"
    assert read_all(message) == [("", b"a\n--xYz\nb")]


def test_header_names_are_compared_in_any_case_and_folded_lines_joined() -> None:
    message = b"--xYz\r\ncontent-Id:\r\n <a@b>\r\nCONTENT-TYPE: text/plain;\r\n\tcharset=x\r\n\r\n\r\n--xYz--"
    reader = MultipartReader(source(message, 7), BOUNDARY, Limits())
    part = reader.next_part()
    assert part is not None
    assert (part.content_id, part.content_type) == ("a@b", "text/plain; charset=x")


def test_a_part_that_was_not_read_is_skipped() -> None:
    reader = MultipartReader(
        source(b"--xYz\r\n\r\n" + b"A" * 500 + b"\r\n--xYz\r\n\r\nBB\r\n--xYz--", 3), BOUNDARY, Limits()
    )
    first = reader.next_part()
    assert first is not None
    begun = first.chunks()
    assert set(bytes(next(begun))) == set(b"A")
    second = reader.next_part()
    assert second is not None
    assert list(begun) == []
    assert b"".join(map(bytes, second.chunks())) == b"BB"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", "boundary that Content-Type announces is not found"),
        (b"nothing of the kind", "boundary that Content-Type announces is not found"),
        (b"--other\r\n\r\n\r\n--other--", "boundary that Content-Type announces is not found"),
        (b"--xYz--", "no part"),
        (b"--xYz\r\n\r\ncontent", "ends before its closing boundary"),
        (b"--xYz\r\n\r\ncontent\r\n--xYz", "ends before its closing boundary"),
        (b"--xYz\r\n\r\ncontent\r\n--xYz\r\n", "ends before its closing boundary"),
        (b"--xYz\r\nContent-ID: <a>", "ends before its closing boundary"),
        (b"--xYz\r\nno colon here\r\n\r\n\r\n--xYz--", "has no name and colon"),
    ],
)
def test_a_broken_message_is_refused_with_its_reason(message: bytes, reason: str) -> None:
    with pytest.raises(Fault, match=reason) as refused:
        read_all(message)
    assert refused.value.code == "Sender"


def test_an_endless_preamble_is_given_up() -> None:
    taken = 0

    def read(size: int) -> bytes:
        nonlocal taken
        taken += size
        return b"x" * size

    with pytest.raises(Fault, match="not found"):
        MultipartReader(read, BOUNDARY, Limits())
    assert taken <= 1 << 20


@pytest.mark.parametrize("boundary", ["", "x" * 300])
def test_a_boundary_parameter_of_no_use_is_refused(boundary: str) -> None:
    with pytest.raises(Fault, match="boundary parameter"):
        MultipartReader(source(b"", 1), boundary, Limits())


def test_a_header_block_over_its_limit_is_refused() -> None:
    message = b"--xYz\r\nX: " + b"y" * 20_000 + b"\r\n\r\n\r\n--xYz--"
    with pytest.raises(Fault, match="longer than 16384 bytes"):
        read_all(message, 100)


def test_more_parts_than_the_limit_are_refused() -> None:
    message = b"--xYz\r\n\r\n\r\n" * 11 + b"--xYz--"
    with pytest.raises(Fault, match="more than 10 MIME parts"):
        read_all(message, limits=Limits(parts=10))


def encoded(encoding: str, content: bytes, size: int = 5) -> bytes:
    message = b"--xYz\r\nContent-Transfer-Encoding: %b\r\n\r\n%b\r\n--xYz--" % (encoding.encode(), content)
    ((_, decoded),) = read_all(message, size)
    return decoded


def test_announced_transfer_encodings_are_undone() -> None:
    assert encoded("base64", b"aGVs\r\nbG8g\r\nd29ybGQ=\r\n") == b"hello world"
    assert encoded("Quoted-Printable", b"caf=C3=A9 =\r\nau lait=20\r\nend") == "café au lait \r\nend".encode()
    for name in ("binary", "8bit", "7BIT", ""):
        assert encoded(name, b"a=3D\xff") == b"a=3D\xff"


@pytest.mark.parametrize(
    ("encoding", "content", "reason"),
    [
        ("base64", b"abc*", "not"),
        ("base64", b"abcde", "middle of a group"),
        ("base64", b"YQ==YQ==", "padding|not"),
        ("uuencode", b"x", "not one of"),
        ("quoted-printable", b"x" * 70_000, "too long"),
    ],
)
def test_a_transfer_encoding_that_cannot_be_undone_is_refused(encoding: str, content: bytes, reason: str) -> None:
    with pytest.raises(Fault, match=reason):
        encoded(encoding, content, 100)


@given(st.binary(max_size=300), st.integers(1, 20))
@settings(deadline=None)
def test_base64_and_quoted_printable_give_back_what_was_encoded(content: bytes, size: int) -> None:
    assert encoded("base64", base64.encodebytes(content), size) == content
    lines = content.replace(b"\r", b"").replace(b"\n", b"")
    assert encoded("quoted-printable", binascii.b2a_qp(lines, istext=False), size) == lines


def test_a_part_of_fifty_megabytes_takes_no_memory() -> None:
    block = bytes(range(256)) * 1024

    def pieces() -> Iterator[bytes]:
        yield b"--xYz\r\n\r\n"
        for _ in range(200):
            yield block
        yield b"\r\n--xYz--"

    incoming = pieces()
    tracemalloc.start()
    try:
        part = MultipartReader(lambda size: next(incoming), BOUNDARY, Limits()).next_part()
        assert part is not None
        total = sum(len(piece) for piece in part.chunks())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == 200 * len(block)
    assert peak < 4 << 20
