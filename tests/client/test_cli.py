import hashlib
import json
import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
import urllib3
from click.testing import CliRunner, Result

from client import sample
from client.cli import commands
from client.fetching import file_name
from metadata.model import DocumentEntry

Run = Callable[..., Result]


@pytest.fixture
def run(carnet: Any) -> Run:
    """`run("find", …)`: the command against the server of the tests."""
    words = {command.name: command for command in commands}
    environment = {"CARNET_REGISTRY": carnet.registry, "CARNET_REPOSITORY": carnet.repository, "COLUMNS": "200"}

    def invoke(word: str, *args: str, env: dict[str, str] | None = None) -> Result:
        return CliRunner(env=environment | (env or {})).invoke(words[word], args)

    return invoke


@pytest.fixture
def patient() -> str:
    return f"{uuid4().hex}^^^&2.999.7&ISO"


@pytest.fixture
def letter_file(samples: sample.Samples, tmp_path: Path) -> Path:
    file = tmp_path / "letter.xml"
    file.write_bytes(samples.letter)
    return file


def sent(run: Run, *args: str) -> Any:
    result = run("send", *args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_sample_is_sent_with_no_other_option(run: Run) -> None:
    result = run("send", "--sample")
    assert result.exit_code == 0, result.output
    assert "accepted  Lettre de consultation de cardiologie" in result.stdout
    assert re.search(r"entryUUID  urn:uuid:[0-9a-f-]{36}\n", result.stdout)
    assert "carnet find --patient '277076322082910^^^&1.2.250.1.213.1.4.10&ISO'" in result.stdout


def test_a_sent_file_is_found_and_fetched(run: Run, letter_file: Path, patient: str, tmp_path: Path) -> None:
    [submission] = sent(run, str(letter_file), "--patient", patient)
    [document] = submission["documents"]
    assert document["file"] == "letter.xml"

    found = run("find", "--patient", patient)
    assert found.exit_code == 0, found.output
    assert "Lettre de consultation de cardiologie" in found.stdout
    assert "Claire FONTANEL" in found.stdout
    assert document["uniqueId"] in found.stdout

    out = tmp_path / "out"
    fetched = run("fetch", document["uniqueId"], "--out", str(out))
    assert fetched.exit_code == 0, fetched.output
    assert "hash and size agree" in fetched.stdout
    [file] = out.iterdir()
    assert file.name == f"{document['uniqueId']}.xml"
    assert file.read_bytes() == letter_file.read_bytes()


def test_a_document_is_fetched_by_its_entry_uuid_onto_standard_output(
    run: Run, letter_file: Path, patient: str
) -> None:
    [submission] = sent(run, str(letter_file), "--patient", patient)
    uuid = submission["documents"][0]["entryUuid"].removeprefix("urn:uuid:")
    fetched = run("fetch", uuid.upper(), "--out", "-")
    assert fetched.exit_code == 0, fetched.output
    assert fetched.stdout_bytes == letter_file.read_bytes()


def test_results_for_programs_have_the_names_of_the_standard(run: Run, letter_file: Path, patient: str) -> None:
    [submission] = sent(run, str(letter_file), "--patient", patient)
    assert submission["outcome"] == "Success"
    found = json.loads(run("find", "--patient", patient, "--json").stdout)
    [entry] = found["documentEntries"]
    assert entry["uniqueId"] == submission["documents"][0]["uniqueId"]
    assert entry["typeCode"]["code"] == "11488-4"
    assert entry["authors"][0]["person"].startswith("801234500013^FONTANEL")
    assert entry["hash"] == hashlib.sha1(letter_file.read_bytes()).hexdigest()


def test_a_second_version_replaces_the_first_by_what_its_header_says(
    run: Run, letter_file: Path, patient: str, samples: sample.Samples, tmp_path: Path
) -> None:
    sent(run, str(letter_file), "--patient", patient)
    second = tmp_path / "second.xml"
    second.write_bytes(samples.second_version)
    sent(run, str(second), "--patient", patient)
    found = json.loads(run("find", "--patient", patient, "--status", "all", "--json").stdout)
    assert sorted(e["availabilityStatus"].rpartition(":")[2] for e in found["documentEntries"]) == [
        "Approved",
        "Deprecated",
    ]


def test_a_second_version_of_what_nobody_has_is_new_and_that_is_said(
    run: Run, patient: str, samples: sample.Samples, tmp_path: Path
) -> None:
    second = tmp_path / "second.xml"
    second.write_bytes(samples.second_version)
    result = run("send", str(second), "--patient", patient)
    assert result.exit_code == 0, result.output
    assert re.search(r"Note: second\.xml says RPLC 2\.25\.\d+, which the registry does not have", result.stderr)
    assert len(json.loads(run("find", "--patient", patient, "--json").stdout)["documentEntries"]) == 1


def test_a_second_version_can_be_sent_beside_the_first(
    run: Run, letter_file: Path, patient: str, samples: sample.Samples, tmp_path: Path
) -> None:
    sent(run, str(letter_file), "--patient", patient)
    second = tmp_path / "second.xml"
    second.write_bytes(samples.second_version)
    sent(run, str(second), "--patient", patient, "--as-new")
    assert len(json.loads(run("find", "--patient", patient, "--json").stdout)["documentEntries"]) == 2


def test_to_replace_what_nobody_has_is_an_error(run: Run, letter_file: Path, patient: str) -> None:
    result = run("send", str(letter_file), "--patient", patient, "--replace", "2.999.404")
    assert result.exit_code == 1
    assert "the registry has no document 2.999.404" in result.stderr
    assert json.loads(run("find", "--patient", patient, "--json").stdout)["documentEntries"] == []


def test_replace_and_append_take_a_unique_id_too(run: Run, letter_file: Path, patient: str, tmp_path: Path) -> None:
    [submission] = sent(run, str(letter_file), "--patient", patient)
    note = tmp_path / "note.txt"
    note.write_text("À revoir dans six mois.")
    sent(run, str(note), "--patient", patient, "--append", submission["documents"][0]["uniqueId"])
    related = run(
        "find",
        "--query",
        "GetRelatedDocuments",
        "--param",
        f"XDSDocumentEntryEntryUUID={submission['documents'][0]['entryUuid']}",
        "--param",
        "AssociationTypes=APND",
    )
    assert related.exit_code == 0, related.output
    assert "APND" in related.stdout
    assert "2 documents" in related.stdout


def test_several_files_are_one_submission_each_in_one_new_folder(
    run: Run, letter_file: Path, patient: str, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("À revoir dans six mois.")
    results = sent(run, str(letter_file), str(note), "--patient", patient, "--new-folder", "Suivi")
    assert len(results) == 2
    folders = [folder for result in results for folder in result["folders"]]
    assert [folder["title"] for folder in folders] == ["Suivi"]
    found = json.loads(
        run(
            "find",
            "--query",
            "getfolderandcontents",
            "--param",
            f"XDSFolderEntryUUID={folders[0]['entryUuid']}",
            "--json",
        ).stdout
    )
    assert len(found["documentEntries"]) == 2


def test_files_go_together_in_one_submission(run: Run, letter_file: Path, patient: str, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("À revoir dans six mois.")
    [result] = sent(run, str(letter_file), str(note), "--patient", patient, "--together")
    assert [document["file"] for document in result["documents"]] == ["letter.xml", "note.txt"]


def test_the_obvious_parameters_of_a_query_are_filled_in(run: Run, letter_file: Path, patient: str) -> None:
    sent(run, str(letter_file), "--patient", patient)
    result = run("find", "--query", "GetAll", "--patient", patient)
    assert result.exit_code == 0, result.output
    assert "1 document\n" in result.stdout
    assert "1 submission set\n" in result.stdout


def test_references_stand_one_on_a_line(run: Run, letter_file: Path, patient: str) -> None:
    [submission] = sent(run, str(letter_file), "--patient", patient)
    result = run("find", "--patient", patient, "--refs")
    assert result.stdout == submission["documents"][0]["entryUuid"] + "\n"


def test_ids_stand_whole_in_a_narrow_window(run: Run, letter_file: Path, patient: str) -> None:
    [submission] = sent(run, str(letter_file), "--patient", patient)
    shown = run("find", "--query", "GetAll", "--patient", patient, env={"COLUMNS": "80"}).stdout
    for thing in (*submission["documents"], submission["submissionSet"]):
        assert re.search(rf"(^|\s){re.escape(thing['entryUuid'])}(\s|$)", shown)
        assert re.search(rf"(^|\s){re.escape(thing['uniqueId'])}(\s|$)", shown)


def test_nothing_found_is_said(run: Run, patient: str) -> None:
    result = run("find", "--patient", patient)
    assert result.exit_code == 0
    assert result.stdout == "nothing found\n"


def test_a_refusal_names_the_rule_and_ends_with_1(run: Run, letter_file: Path, patient: str) -> None:
    result = run("send", str(letter_file), "--patient", patient, "--language", "pas une langue")
    assert result.exit_code == 1
    assert "refused  letter.xml" in result.stdout
    assert "[de.languageCode" in result.stdout.replace("\n", "")


def test_a_refused_query_ends_with_1(run: Run) -> None:
    result = run("find", "--query", "GetAll")
    assert result.exit_code == 1
    assert "XDSStoredQueryMissingParam" in result.stdout


def test_a_document_that_nobody_knows_ends_with_1(run: Run, tmp_path: Path) -> None:
    result = run("fetch", "2.999.404", "--out", str(tmp_path))
    assert result.exit_code == 1
    assert "the registry has no document 2.999.404" in result.stderr


def test_no_answer_ends_with_3_and_says_who_did_not_answer(run: Run) -> None:
    result = run("send", "--sample", "--repository", "http://127.0.0.1:9/repository")
    assert result.exit_code == 3
    assert "no answer: http://127.0.0.1:9/repository" in result.stderr
    assert "may have been received" not in result.stderr


@pytest.fixture
def mortal(carnet: Any) -> Iterator[str]:
    """A way to the repository that carries one message, and breaks off at each that follows."""
    carried: list[bytes] = []

    class Relay(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if carried:
                return
            carried.append(body)
            headers = {"Content-Type": self.headers["Content-Type"]}
            answer = urllib3.request("POST", carnet.repository, body=body, headers=headers)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.end_headers()
            self.wfile.write(answer.data)

        def log_message(self, *args: Any) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/repository"
        server.shutdown()


def test_what_was_accepted_before_the_service_was_lost_is_told_to_programs(
    run: Run, mortal: str, patient: str, tmp_path: Path
) -> None:
    files = [tmp_path / f"{number}.txt" for number in range(3)]
    for file in files:
        file.write_text(file.name)
    result = run("send", *map(str, files), "--patient", patient, "--repository", mortal, "--json")
    assert result.exit_code == 3, result.output
    assert "no answer" in result.stderr
    [submission] = json.loads(result.stdout)
    assert submission["outcome"] == "Success"
    assert submission["documents"][0]["file"] == "0.txt"


def test_the_next_step_names_the_registry_beside_a_repository_that_was_named(
    run: Run, mortal: str, patient: str, letter_file: Path
) -> None:
    from_default = {"CARNET_REGISTRY": "http://127.0.0.1:8080/registry"}
    result = run("send", str(letter_file), "--patient", patient, "--repository", mortal, env=from_default)
    assert result.exit_code == 0, result.output
    assert f"find --patient '{patient}' --registry {mortal.removesuffix('repository')}registry" in result.stdout


@pytest.mark.parametrize(
    ("word", "args", "message"),
    [
        ("send", (), "give files to send, or --sample"),
        ("send", ("--sample", "--patient", "12345"), "id^^^&OID&ISO"),
        ("send", ("--sample", "--type", "11488-4"), "code^^scheme"),
        ("send", ("--sample", "--source-id", "me"), "not an OID"),
        ("send", ("--sample", "--repository", "repository"), "not an http or https URL"),
        ("find", (), "say whose documents"),
        ("find", ("--patient", "p^^^&2.999&ISO", "--from", "yesterday"), "not a DTM"),
        ("find", ("--query", "FindEverything"), "there are FindDocuments"),
        ("find", ("--query", "GetAll", "--param", "Size=3"), "GetAll has no parameter Size; it has patientId"),
        ("find", ("--query", "GetAll", "--param", "Size"), "not NAME=VALUE"),
        ("fetch", (), "Missing argument"),
    ],
)
def test_a_wrong_word_is_explained_before_anything_is_sent(
    run: Run, word: str, args: tuple[str, ...], message: str
) -> None:
    result = run(word, *args)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_document_of_nobody_is_named(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(b"%PDF-1.4")
    result = run("send", str(file))
    assert result.exit_code == 1
    assert "scan.pdf does not say whose it is" in result.stderr


@pytest.mark.parametrize(
    ("unique_id", "mime_type", "expected"),
    [
        ("2.25.17", "text/xml", "2.25.17.xml"),
        ("1.2.3^a/../b", "application/pdf", "1.2.3_a_.._b.pdf"),
        ("..", "text/plain", "document.txt"),
        ("urn:uuid:1", "application/x-unknown; a=b", "urn_uuid_1"),
    ],
)
def test_file_names_hold_nothing_that_leads_elsewhere(unique_id: str, mime_type: str, expected: str) -> None:
    assert file_name(DocumentEntry("urn:uuid:0", unique_id, None, mime_type)) == expected
