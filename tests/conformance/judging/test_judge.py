"""What `judge` recognises, whatever the file around it."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from conformance.judging import judge
from conformance.model import MUST, SHOULD

ROOT = Path(__file__).parents[3]
STACKS = sorted((ROOT / "tests" / "wire" / "stacks").glob("*.http"))
TOYS = sorted((ROOT / "tests" / "soap" / "wire").glob("*.http"))
WHOLE = {"MIME", "SOAP", "WS-Addressing", "XSD", "attachments", "IHE rules", "hash and size"}


def bare_envelope(data: bytes) -> bytes:
    begin, end = data.index(b"<soap12:Envelope"), data.index(b"</soap12:Envelope>")
    return data[begin:end] + b"</soap12:Envelope>"


def element(data: bytes, name: bytes) -> bytes:
    """An element of a message with the namespaces that its content uses."""
    found = etree.fromstring(bare_envelope(data)).find(f".//{{*}}{name.decode()}")
    assert found is not None
    return etree.tostring(found, with_tail=False)


def test_a_good_submission_has_no_remark_and_everything_was_checked(submission: Any) -> None:
    judged = submission.judge()
    assert judged.kind == "ITI-41 request"
    assert judged.remarks == ()
    assert set(judged.checked) == WHOLE


def test_a_good_lot_has_no_remark_under_the_rules_of_the_dmp(lot: Any, trust: Any) -> None:
    judged = lot.judge(profile="dmp", trust=trust)
    assert judged.remarks == ()
    assert set(judged.checked) == WHOLE | {
        "French rules", "VIHF", "VIHF certificate", "signature of the set", "CDA coherence"
    }  # fmt: skip


@pytest.mark.parametrize("form", ["head", "http", "alone", "chunked", "gzip"])
def test_a_message_is_recognised_in_every_form_in_which_it_is_captured(submission: Any, form: str) -> None:
    head = b"POST /xds HTTP/1.1\r\nContent-Type: %b\r\n" % submission.content_type.encode()
    data = submission.data
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(data[n : n + 700]), data[n : n + 700]) for n in range(0, len(data), 700))
    forms = {
        "head": submission.with_head(),
        "http": submission.as_http(),
        "alone": data,
        "chunked": head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n",
        "gzip": head + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(data),
    }
    judged = judge(forms[form])
    assert judged.kind == "ITI-41 request"
    assert judged.remarks == ()
    assert set(judged.checked) >= WHOLE


def test_a_message_with_lf_line_ends_is_read_and_told_so(submission: Any) -> None:
    head, boundary_lines = submission.with_head().split(b"\r\n\r\n", 1)
    judged = judge(head.replace(b"\r\n", b"\n") + b"\n\n" + boundary_lines.replace(b"\r\n", b"\n"))
    assert judged.kind == "ITI-41 request"
    assert [r.rule for r in judged.remarks if r.rule.startswith("wire.")] == ["wire.http.lf", "wire.mime.lf"]


def test_the_parts_of_a_message_are_recognised_alone(submission: Any, stored_query: Any) -> None:
    kinds = {
        "envelope": (bare_envelope(submission.data), "ITI-41 request"),
        "body": (element(submission.data, b"ProvideAndRegisterDocumentSetRequest"), "ITI-41 body"),
        "request": (element(submission.data, b"SubmitObjectsRequest"), "ebRIM SubmitObjectsRequest"),
        "list": (element(submission.data, b"RegistryObjectList"), "ebRIM RegistryObjectList"),
        "query": (element(stored_query.data, b"AdhocQueryRequest"), "ITI-18 body"),
    }
    for name, (data, kind) in kinds.items():
        judged = judge(data)
        assert (judged.kind, judged.remarks) == (kind, ()), name
        assert {"XSD", "IHE rules"} <= set(judged.checked) or {"XSD", "stored query"} <= set(judged.checked), name


@pytest.mark.parametrize("path", STACKS, ids=lambda p: p.stem)
def test_what_other_stacks_send_breaks_no_must(path: Path) -> None:
    judged = judge(path.read_bytes())
    assert judged.kind == f"{path.stem.partition('-')[2].upper()} request"
    # mustUnderstand is an option there that nobody sets. # ITI TF-2 Appendix V.3.2.2
    assert {r.rule for r in judged.remarks if r.level is MUST} <= {"wire.wsa.must-understand"}
    french = judge(path.read_bytes(), profile="dmp")
    assert {r.level for r in french.remarks if r.rule == "wire.wsa.must-understand"} <= {SHOULD}
    assert {"HTTP", "SOAP", "WS-Addressing", "XSD"} <= set(judged.checked)


@pytest.mark.parametrize("path", TOYS, ids=lambda p: p.stem)
def test_a_transaction_that_is_not_known_is_said_to_be_unknown(path: Path) -> None:
    judged = judge(path.read_bytes())
    assert judged.kind == "SOAP envelope"
    assert "wire.soap.body-unknown" in [r.rule for r in judged.remarks]


@pytest.mark.parametrize(
    "data",
    [b"", b" \r\n", b"hello", b"<html><body>Error</body></html>", b"<!DOCTYPE html><html>", b"{}", b"\x89PNG\r\n\x1a\n",
     b"<a/>", b"MSH|\n\n\n\x1c ", b"MSHS|x|y|z", b"PK\x03\x04" + bytes(400), b"Subject: hello\r\n\r\nnothing"],
)  # fmt: skip
def test_what_is_none_of_it_is_never_called_good(data: bytes) -> None:
    judged = judge(data)
    assert (judged.kind, judged.checked) == ("", ())


def test_an_html_page_as_an_answer_is_told(submission: Any) -> None:
    judged = judge(b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html><body>Oops</body></html>")
    assert [r.rule for r in judged.remarks] == ["wire.soap.type", "wire.soap.envelope"]


def test_an_empty_answer_is_told_unless_it_is_to_come_later() -> None:
    assert [r.rule for r in judge(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").remarks] == ["wire.http.empty"]
    assert judge(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").remarks == ()


def test_french_marks_bring_the_french_rules(lot: Any, submission: Any) -> None:
    assert "French rules" in lot.judge(profile="auto").checked
    assert "French rules" not in lot.judge(profile="ihe").checked
    assert "French rules" not in judge(b"<a/>", profile="auto").checked


def test_an_unknown_profile_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="ihe, dmp, auto"):
        judge(b"", profile="us")


def test_line_and_xpath_are_of_the_file(submission: Any) -> None:
    broken = submission.changed(b'<rim:Slot name="languageCode">', b'\n\n<rim:Slot name="languageCode">')
    broken = broken.changed(b"<rim:Value>fr-FR</rim:Value>", b"<rim:Value>fr_FR</rim:Value>")
    (remark,) = judge(broken.with_head()).remarks
    line = broken.with_head().split(b'<rim:Slot name="languageCode">')[0].count(b"\n") + 1
    assert remark.rule == "de.languageCode.format"
    assert remark.where == f"/RegistryObjectList/ExtrinsicObject[1]/Slot[@name='languageCode'] (line {line})"
    assert remark.code == "XDSRepositoryMetadataError"
    assert remark.text("fr") != remark.text("en")


@pytest.fixture(scope="module")
def corpus(submission: Any, lot: Any, stored_query: Any) -> list[bytes]:
    cda = lot.data[lot.data.index(b"<ClinicalDocument") :]
    return [
        submission.as_http(),
        lot.with_head(),
        stored_query.data,
        element(lot.data, b"Assertion"),
        element(lot.data, b"RegistryObjectList"),
        cda[: cda.index(b"</ClinicalDocument>") + 19],
        b"MSH|^~\\&|A|B|C|D|20260301||ADT^A40|1|P|2.3.1\rPID|||1^^^&2.999&ISO\rMRG|2^^^&2.999&ISO\r",
        *(path.read_bytes() for path in STACKS),
    ]


AT = datetime(2026, 3, 1, tzinfo=UTC)


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 30), st.integers(0, 2**20), st.integers(0, 60), st.binary(max_size=40))
@example(0, 0, 0, b"")
def test_no_change_of_bytes_makes_it_raise_or_fail(
    corpus: list[bytes], which: int, at: int, cut: int, new: bytes
) -> None:
    data = corpus[which % len(corpus)]
    at %= len(data) + 1
    for mutated in (data[:at] + new + data[at + cut :], data[:at]):
        for profile in ("ihe", "dmp"):
            judged = judge(mutated, profile=profile, at=AT)
            assert "judging.failed" not in [r.rule for r in judged.remarks]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.one_of(st.none(), st.text(max_size=60)))
def test_no_bytes_at_all_make_it_raise(data: bytes, content_type: str | None) -> None:
    for start in (b"", b"<", b"--x\r\n", b"MSH|", b"POST / HTTP/1.1\r\n", b"Content-Type: "):
        judged = judge(start + data, content_type=content_type, profile="auto", at=AT)
        assert "judging.failed" not in [r.rule for r in judged.remarks]


def test_entities_are_not_expanded_and_deep_documents_are_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb">]><Envelope>&b;</Envelope>'
    assert [r.rule for r in judge(bomb).remarks] == ["wire.xml.dtd"]
    deep = b"<Envelope>" + b"<a>" * 200 + b"</a>" * 200 + b"</Envelope>"
    assert [r.rule for r in judge(deep).remarks] == ["wire.xml.limit"]


def test_what_it_shows_cannot_move_a_terminal(submission: Any) -> None:
    broken = submission.changed(b"<rim:Value>fr-FR</rim:Value>", "<rim:Value>\u202e\u009b2J</rim:Value>".encode())
    for remark in broken.judge().remarks:
        assert "\u202e" not in remark.en
        assert "\u009b" not in remark.en
