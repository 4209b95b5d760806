"""ITI-41 from the parsed message to what is kept: valid message, one thing changed."""

import base64
import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from metadata.ebrim import Kind
from metadata.errors import RegistryError, RegistryResponse
from metadata.responses import parse_registry_response
from repository import localstore
from soap.faults import Fault, sender
from soap.message import Reply


def response(reply: Reply) -> RegistryResponse:
    assert isinstance(reply.body, bytes)
    return parse_registry_response(etree.fromstring(reply.body))


def codes(reply: Reply) -> list[str]:
    return [error.code for error in response(reply).errors]


def test_a_document_is_kept_registered_and_completed(bench: Any, message: Any) -> None:
    reply = bench.provide(message.request())
    assert reply.outcome == "Success"
    assert response(reply) == RegistryResponse.of()
    content = message.contents["doc1"]
    (submission,) = bench.registry.registered
    (entry,) = submission.entries
    assert entry.hash == hashlib.sha1(content).hexdigest()
    assert entry.size == str(len(content))
    assert entry.repository_unique_id == "2.999.31.1"
    row = bench.rows()["2.999.31.100.1"]
    assert (row.state, row.mime, row.size) == (2, "text/plain", len(content))
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert bench.content("2.999.31.100.1") == content
    assert bench.is_consistent()


def test_nothing_but_hash_size_and_repository_is_altered(bench: Any, message: Any) -> None:
    message.entry(extra={"urn:example:more": ("a", "b")}, repository_unique_id="2.999.9")
    sent = message.objects()
    bench.provide(message.request())
    (submission,) = bench.registry.registered
    assert [o.id for o in submission.objects] == ["doc1", "set", "member-doc1"]
    for before, after in zip(sent, submission.objects, strict=True):
        if before.kind is Kind.EXTRINSIC_OBJECT:
            ours = {"hash", "size", "repositoryUniqueId"}
            assert [s for s in after.slots if s.name not in ours] == [s for s in before.slots if s.name not in ours]
            assert {s.name: s.values for s in after.slots}["repositoryUniqueId"] == ("2.999.31.1",)
            assert after.classifications == before.classifications
            assert after.external_identifiers == before.external_identifiers
        else:
            assert after == before


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"\r\n", b"line\n\n", b"line\r\n\r\n", b"\xef\xbb\xbfbom", bytes(range(256)) * 9, b"--b-kill--\r\n"],
)
def test_bytes_are_kept_as_they_are(bench: Any, message_of: Any, content: bytes) -> None:
    assert bench.provide(message_of(doc1=content).request()).outcome == "Success"
    assert bench.content("2.999.31.100.1") == content


def test_hash_and_size_that_are_right_are_accepted_whatever_the_case(bench: Any, message: Any) -> None:
    content = message.contents["doc1"]
    message.entry(hash=hashlib.sha1(content).hexdigest().upper(), size=str(len(content)))
    assert bench.provide(message.request()).outcome == "Success"
    assert bench.registry.registered[0].entries[0].hash == hashlib.sha1(content).hexdigest().upper()  # as it was given


@pytest.mark.parametrize(("attribute", "value"), [("hash", "0" * 40), ("size", "20"), ("size", "many")])
def test_a_hash_or_size_that_is_wrong_is_refused(bench: Any, message: Any, attribute: str, value: str) -> None:
    message.entry(**{attribute: value})
    reply = bench.provide(message.request())
    assert codes(reply) == ["XDSRepositoryMetadataError"]
    assert value in response(reply).errors[0].context
    assert bench.registry.asked == 0
    assert bench.holds_nothing()


def test_an_entry_without_document_is_refused(bench: Any, message_of: Any) -> None:
    message = message_of(doc1=b"a", doc2=b"b")
    del message.hrefs["doc2"]
    reply = bench.provide(message.request())
    assert codes(reply) == ["XDSMissingDocument"]
    assert "doc2" in response(reply).errors[0].context
    assert bench.holds_nothing()


def test_a_document_without_entry_is_refused(bench: Any, message_of: Any) -> None:
    message = message_of(doc1=b"a", doc2=b"b")
    del message.entries["doc2"]
    reply = bench.provide(message.request())
    assert codes(reply) == ["XDSMissingDocumentMetadata"]
    assert bench.holds_nothing()


def test_two_documents_of_one_id_are_refused(bench: Any, message: Any) -> None:
    request = message.request()
    request.body.append(request.body[-1].__copy__())
    assert codes(bench.provide(request)) == ["XDSRepositoryMetadataError"]
    assert bench.holds_nothing()


def test_two_entries_of_one_unique_id_are_refused(bench: Any, message_of: Any) -> None:
    message = message_of(doc1=b"a", doc2=b"a").entry("doc2", unique_id="2.999.31.100.1")
    assert codes(bench.provide(message.request())) == ["XDSRepositoryDuplicateUniqueIdInMessage"]
    assert bench.holds_nothing()


def test_an_entry_without_unique_id_is_refused(bench: Any, message: Any) -> None:
    assert codes(bench.provide(message.entry(unique_id=None).request())) == ["XDSRepositoryMetadataError"]
    assert bench.holds_nothing()


def test_a_submission_without_documents_goes_to_the_registry(bench: Any, message: Any) -> None:
    message.entries.clear()
    message.hrefs.clear()
    message.parts.clear()
    assert bench.provide(message.request()).outcome == "Success"
    assert bench.registry.asked == 1
    assert bench.holds_nothing()


def test_a_missing_part_is_a_fault(bench: Any, message_of: Any) -> None:
    message = message_of(doc1=b"a", doc2=b"b")
    message.parts.pop()
    with pytest.raises(Fault, match="doc2@test"):
        bench.provide(message.request())
    assert bench.holds_nothing()
    assert bench.registry.asked == 0


def test_a_message_that_ends_early_is_a_fault_and_leaves_nothing(bench: Any, message_of: Any, part: Any) -> None:
    class Cut(part):  # type: ignore[misc]
        def chunks(self) -> Iterator[bytes]:
            yield b"x" * 100_000
            raise sender("the multipart message ends before its closing boundary")

    message = message_of(doc1=b"a", doc2=b"b")
    message.parts[1] = Cut("doc2@test", [])
    with pytest.raises(Fault, match="ends before"):
        bench.provide(message.request())
    assert bench.holds_nothing()


def test_a_part_that_nobody_refers_to_is_read_over(bench: Any, message: Any, part: Any) -> None:
    message.parts.insert(0, part("unknown@test", [b"x" * 1000, b"y"]))
    reply = bench.provide(message.request())
    assert reply.outcome == "Success"
    assert reply.notes["ignored_parts"] == 1
    assert len(bench.objects()) == 1


def test_parts_may_come_in_any_order(bench: Any, message_of: Any) -> None:
    message = message_of(doc1=b"first", doc2=b"second", doc3=b"third")
    message.parts.reverse()
    assert bench.provide(message.request()).outcome == "Success"
    assert [bench.content(f"2.999.31.100.{n}") for n in (1, 2, 3)] == [b"first", b"second", b"third"]


def test_one_part_may_be_two_documents(bench: Any, message_of: Any) -> None:
    message = message_of(doc1=b"the same", doc2=b"the same")
    message.hrefs["doc2"] = message.hrefs["doc1"]
    message.parts.pop()
    assert bench.provide(message.request()).outcome == "Success"
    assert bench.content("2.999.31.100.1") == bench.content("2.999.31.100.2") == b"the same"
    assert len(bench.objects()) == 2


def test_one_part_cannot_be_made_into_many(bench: Any, message_of: Any) -> None:
    message = message_of(**{f"doc{n}": b"same" for n in range(50)})
    message.hrefs = dict.fromkeys(message.hrefs, "cid:doc0@test")
    with pytest.raises(Fault, match="refer to one part"):
        bench.provide(message.request())
    assert bench.holds_nothing()


def test_an_escaped_content_id_is_found(bench: Any, message: Any, part: Any) -> None:
    message.hrefs["doc1"] = "cid:http%3A%2F%2Ftempuri.org%2F1%2F6"
    message.parts = [part("http://tempuri.org/1/6", [b"from .NET"])]
    assert bench.provide(message.request()).outcome == "Success"
    assert bench.content("2.999.31.100.1") == b"from .NET"


def test_a_reference_that_could_mean_two_parts_is_a_fault(bench: Any, message: Any, part: Any) -> None:
    message.hrefs["doc1"] = "cid:a%20b@test"
    message.parts = [part("a b@test", [b"one"]), part("a%20b@test", [b"other"])]
    with pytest.raises(Fault, match="two parts"):
        bench.provide(message.request())
    assert bench.holds_nothing()


def test_a_reference_to_elsewhere_is_a_fault(bench: Any, message: Any) -> None:
    message.hrefs["doc1"] = "http://127.0.0.1/secret"
    with pytest.raises(Fault, match="not a cid: URL"):
        bench.provide(message.request())
    assert bench.holds_nothing()


def test_an_include_outside_a_document_is_a_fault(bench: Any, message: Any) -> None:
    request = message.request()
    slot = request.body.find(".//{*}Value")
    assert slot is not None
    etree.SubElement(slot, "{http://www.w3.org/2004/08/xop/include}Include", href="cid:doc1@test")
    with pytest.raises(Fault, match="only Document may be attached"):
        bench.provide(request)
    assert bench.holds_nothing()


def test_errors_are_told_in_french_where_the_repository_speaks_it(bench: Any, message_of: Any) -> None:
    bench.repository = replace(bench.repository, language="fr")
    message = message_of(doc1=b"a", doc2=b"b")
    del message.hrefs["doc2"]
    assert "n'a pas de document" in response(bench.provide(message.request())).errors[0].context
    bench.registry.says = "deaf"
    assert "n'a pas répondu" in response(bench.provide(message_of().request())).errors[0].context


@pytest.mark.parametrize("size", [0, 1, 2, 3, 100, 1 << 20, 2_500_001])
@pytest.mark.parametrize("wrap", [0, 76])
def test_inline_base64_is_accepted(cohosted: Any, message_of: Any, size: int, wrap: int) -> None:
    content = os.urandom(size)
    message = message_of(doc1=content)
    text = base64.b64encode(content).decode()
    if wrap:
        text = "\n    " + "\r\n".join(text[i : i + wrap] for i in range(0, len(text), wrap)) + "\n  "
    message.inline = {"doc1": text}
    message.parts = []
    assert cohosted.provide(message.request()).outcome == "Success"
    assert cohosted.content("2.999.31.100.1") == content


@pytest.mark.parametrize(
    "text", ["a", "ab", "abc", "abcd=", "ab=d", "====", "ab==ab==", "é===", "ab*d", "YWJj" * 400_000 + "Y"]
)
def test_inline_content_that_is_not_base64_is_refused(bench: Any, message: Any, text: str) -> None:
    message.inline = {"doc1": text}
    message.parts = []
    assert codes(bench.provide(message.request())) == ["XDSRepositoryMetadataError"]
    assert bench.holds_nothing()


def test_attached_and_inline_documents_go_together(bench: Any, message_of: Any) -> None:
    message = message_of(doc1=b"attached", doc2=b"inline")
    message.inline = {"doc2": base64.b64encode(b"inline").decode()}
    message.parts.pop()
    assert bench.provide(message.request()).outcome == "Success"
    assert bench.content("2.999.31.100.2") == b"inline"


def test_a_full_disk_leaves_nothing(bench: Any, message: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(localstore.os, "fsync", no_space)
    assert codes(bench.provide(message.request())) == ["XDSRepositoryOutOfResources"]
    assert bench.holds_nothing()


def test_the_registry_s_warnings_come_through(bench: Any, message: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    warning = RegistryError("XDSExtraMetadataNotSaved", "urn:example:more was dropped", "/here", warning=True)
    register = bench.registry.register

    def warned(objects: Any, *, also: Any = None) -> RegistryResponse:
        register(objects, also=also)
        return RegistryResponse.of((warning,))

    monkeypatch.setattr(bench.registry, "register", warned)
    reply = bench.provide(message.request())
    assert reply.outcome == "Success"
    assert response(reply).errors == (warning,)
