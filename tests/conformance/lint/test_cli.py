"""`carnet lint` as people and programs call it."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from carnet.cli import main
from client import sample
from conformance.lint.cli import CLEAN, NOTHING, REMARKS, UNUSABLE
from dmp.authority import Authority
from dmp.vihf.make import Wish, token
from tests.conformance.judging.languages import ENGLISH, foreign

ROOT = Path(__file__).parents[3]
GOOD = ROOT / "docs" / "examples" / "provide.mime"
STACK = ROOT / "tests" / "wire" / "stacks" / "soapui-iti-18.http"


def lint(*arguments: object, data: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["lint", *map(str, arguments)], input=data)


@pytest.fixture
def warned(tmp_path: Path) -> Path:
    """Nothing that must be mended, and something that should be."""
    path = tmp_path / "warned.mime"
    data = GOOD.read_bytes()
    reply = b"http://www.w3.org/2005/08/addressing/anonymous"
    assert data.count(reply) == 1
    path.write_bytes(data.replace(reply, b""))
    return path


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.mime"
    data = GOOD.read_bytes()
    assert b'<rim:Slot name="languageCode">' in data or b"languageCode" in data
    path.write_bytes(data.replace(b">fr-FR<", b">fr_FR<"))
    return path


def test_a_good_file_is_clean() -> None:
    result = lint(GOOD)
    assert result.exit_code == CLEAN, result.output
    assert "ITI-41 request" in result.output
    assert "nothing to remark; checked: MIME, SOAP" in result.output


def test_a_remark_is_told_with_rule_section_place_and_sentence(wrong: Path) -> None:
    result = lint(wrong)
    assert result.exit_code == REMARKS
    line = next(n for n, text in enumerate(wrong.read_bytes().split(b"\n"), 1) if b'"languageCode"' in text)
    assert "MUST   de.languageCode.format  [ITI TF-3" in result.output
    assert f"Slot[@name='languageCode'] (line {line})" in result.output
    assert "1 MUST, 0 SHOULD" in result.output
    assert "\x1b" not in result.output


def test_the_sentence_comes_in_french(wrong: Path) -> None:
    assert "languageCode fr_FR" in lint(wrong, "--language", "fr").output
    assert "contrôlé" in lint(wrong, "--language", "fr").output


@pytest.mark.parametrize("form", ["text", "github"])
def test_everything_that_is_printed_in_french_is_french(wrong: Path, tmp_path: Path, form: str) -> None:
    envelope = tmp_path / "envelope.xml"
    envelope.write_bytes(b"<a><b></a>")
    letter = tmp_path / "letter.xml"
    letter.write_bytes(sample.fresh().letter.replace(b"2.16.840.1.113883.1.3", b"1.2.3"))
    result = lint("--language", "fr", "--profile", "dmp", "--format", form, wrong, envelope, letter)
    said = result.output.replace(str(tmp_path), "")
    assert foreign(said, ENGLISH | {"checked", "request"}) == set()
    assert "(line" not in said
    assert "ligne" in said or form == "github"
    assert form == "github" or "requête ITI-41" in said


def test_what_is_not_recognised_is_never_clean(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("nothing of the kind")
    result = lint(GOOD, other)
    assert result.exit_code == NOTHING
    assert "not recognised: nothing was checked" in result.output
    assert lint(other).exit_code == NOTHING


def test_a_must_weighs_more_than_an_unknown_file(tmp_path: Path, wrong: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing of the kind")
    assert lint(tmp_path / "notes.txt", wrong).exit_code == REMARKS


def test_levels_decide_what_is_shown_and_what_fails(warned: Path) -> None:
    shown = lint(warned)
    assert shown.exit_code == CLEAN
    assert "SHOULD wire.wsa.absent" in shown.output
    short = lint(warned, "--level", "must").output
    assert "wire.wsa" not in short
    assert "0 MUST, 1 SHOULD" in short
    assert lint(warned, "--fail-on", "should").exit_code == REMARKS
    assert lint(warned, "--level", "must", "--fail-on", "should").exit_code == REMARKS


def test_the_table_of_sites_is_read_or_refused_with_a_sentence(tmp_path: Path) -> None:
    table = tmp_path / "sites.toml"
    table.write_text('10B0990017 = ["10B0990025"]\n')
    assert lint(GOOD, "--sites", table).exit_code == CLEAN
    table.write_text("10B0990017 = 3\n")
    refused = lint(GOOD, "--sites", table)
    assert refused.exit_code == UNUSABLE
    assert 'write 10B0990017 = ["Struct_IdNat of a site", …]' in refused.output


def test_standard_input_is_read() -> None:
    result = lint("-", data=GOOD.read_bytes())
    assert result.exit_code == CLEAN
    assert "standard input: ITI-41 request" in result.output


def test_files_that_cannot_be_read_are_refused_with_a_sentence_and_the_others_judged(tmp_path: Path) -> None:
    for bad, said in ((tmp_path, "is a directory; name the files in it"), (tmp_path / "no", "No such file")):
        result = lint(bad, GOOD)
        assert result.exit_code == UNUSABLE
        assert said in result.output
        assert "ITI-41 request" in result.output
        assert "Traceback" not in result.output


def test_a_pipe_without_writer_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = lint(tmp_path / "pipe")
    assert result.exit_code == UNUSABLE
    assert "no regular file" in result.output


@pytest.mark.parametrize(
    "options",
    [
        ("--at", "yesterday"),
        ("--codes", "/nowhere.toml"),
        ("--trust", "/nowhere"),
        ("--profile", "us"),
        ("--format", "html"),
    ],
)
def test_a_wrong_command_line_is_told(options: tuple[str, ...]) -> None:
    result = lint(GOOD, *options)
    assert result.exit_code == UNUSABLE
    assert "Error" in result.output
    assert "Traceback" not in result.output


def test_no_file_is_a_wrong_command_line() -> None:
    assert lint().exit_code == UNUSABLE


def test_programs_read_json(wrong: Path) -> None:
    result = lint(wrong, GOOD, "--format", "json")
    told = json.loads(result.output)
    assert result.exit_code == REMARKS
    assert [file["kind"] for file in told["files"]] == ["ITI-41 request", "ITI-41 request"]
    (remark,) = told["files"][0]["remarks"]
    assert remark["rule"] == "de.languageCode.format"
    assert (remark["level"], remark["code"]) == ("MUST", "XDSRepositoryMetadataError")
    assert remark["line"] > 1
    assert told["files"][1]["remarks"] == []
    assert "XSD" in told["files"][1]["checked"]


def test_github_gets_annotations(wrong: Path, tmp_path: Path) -> None:
    other = tmp_path / "a,b:c%.txt"
    other.write_text("nothing")
    lines = lint(wrong, STACK, other, "--format", "github").output.splitlines()
    assert lines[0].startswith(f"::error file={wrong},line=")
    assert ",title=de.languageCode.format::languageCode" in lines[0]
    assert any(line.startswith(f"::warning file={STACK},line=10,title=wire.wsa.absent::") for line in lines)
    assert lines[-1].startswith("::warning file=" + str(tmp_path) + "/a%2Cb%3Ac%25.txt,title=carnet lint::")


def test_codes_are_those_of_the_file(tmp_path: Path) -> None:
    codes = tmp_path / "codes.toml"
    codes.write_text('name = "x"\n[codes.classCode]\n"2.999" = ["X"]\n')
    result = lint(GOOD, "--codes", codes)
    assert result.exit_code == REMARKS, result.output
    assert "domain.classCode.unknown" in result.output


def test_tokens_are_judged_as_of_a_time(authority: Authority, pki: Path, tmp_path: Path) -> None:
    made = tmp_path / "vihf.xml"
    now = datetime.now(UTC)
    patient = "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH"
    made.write_bytes(token(Wish(authority.identities["doctor"], patient, now)))
    assert lint(made).exit_code == CLEAN
    assert lint(made, "--trust", pki).exit_code == CLEAN
    assert lint(made, "--at", "2020-01-01T00:00:00Z").exit_code == REMARKS
    assert lint(made, "--at", "message").exit_code == CLEAN


def test_the_hook_calls_the_command() -> None:
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text()
    assert "id: carnet-lint" in hook
    assert "entry: carnet lint" in hook
