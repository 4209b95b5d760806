"""result.json: its documented shape, and what happens to one that is damaged."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.model import Exchange
from conformance.results.folder import ResultsFolder
from conformance.results.stored import StoredError, StoredExchange, load

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "conformance" / "results" / "result.schema.json").read_text())


@pytest.fixture
def document(folder: ResultsFolder, run_of: Any, every_verdict: Any) -> Any:
    folder.write(run_of(*every_verdict))
    return json.loads((folder.path / "result.json").read_text(encoding="utf-8"))


def test_a_result_has_the_shape_of_the_schema(document: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(document, SCHEMA, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema",), 2),
        (("counts", "SKIP"), 1),
        (("cases", 0, "verdict"), "GREEN"),
        (("cases", 0, "checks"), None),
        (("cases", 0, "exchanges", 0, "request", "body"), "/etc/passwd"),
    ],
)
def test_the_schema_refuses_another_shape(document: Any, path: tuple[Any, ...], value: Any) -> None:
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_every_member_is_described_in_the_documentation(document: Any) -> None:
    page = (ROOT / "docs" / "conformance-results.md").read_text(encoding="utf-8")

    def members(value: Any) -> set[str]:
        if isinstance(value, list):
            return set().union(*map(members, value))
        if not isinstance(value, dict):
            return set()
        return value.keys() | set().union(
            *(members(one) for name, one in value.items() if name not in ("target", "counts"))
        )

    missing = sorted(name for name in members(document) if f"`{name}`" not in page)
    assert not missing, f"docs/conformance-results.md does not say what these members are: {missing}"


def test_what_is_written_is_read_back(folder: ResultsFolder, run_of: Any, every_verdict: Any) -> None:
    written = folder.write(run_of(*every_verdict))
    read = load(folder.path)
    same_cases = tuple(replace(case, case=replace(case.case, run=len)) for case in read.cases)
    assert replace(read, cases=same_cases) == replace(
        written, cases=tuple(replace(case, case=replace(case.case, run=len)) for case in written.cases)
    )
    assert load(folder.path / "result.json").cases == read.cases


def test_the_stored_form_of_an_exchange_forgets_nothing() -> None:
    assert {field.name for field in fields(StoredExchange)} == {field.name for field in fields(Exchange)}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON"),
        (b"[1]", "no schema"),
        (b'{"schema": 99}', "schema 99"),
        (b'{"schema": 1}', "missing"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff", "not JSON"),
    ],
)
def test_a_damaged_result_is_refused_in_one_sentence(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "result.json").write_bytes(content)
    with pytest.raises(StoredError, match=says):
        load(tmp_path)


def test_a_folder_without_a_result_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoredError, match="cannot be read"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("started",), "yesterday"),
        (("cases", 0, "verdict"), "GREEN"),
        (("cases", 0, "title"), 7),
        (("cases", 0, "covers"), "x"),
        (("cases",), 3),
        (("target",), 3),
        (("cases", 0, "exchanges", 0, "request"), None),
    ],
)
def test_a_result_that_someone_edited_wrongly_is_refused(
    folder: ResultsFolder, document: Any, path: tuple[Any, ...], value: Any
) -> None:
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    (folder.path / "result.json").write_text(json.dumps(document))
    with pytest.raises(StoredError, match="damaged"):
        load(folder.path)


def test_a_result_cannot_make_us_read_outside_its_folder(folder: ResultsFolder, document: Any) -> None:
    run = load(folder.path)
    for path in ("../../../../../../etc/passwd", "/etc/passwd"):
        with pytest.raises(StoredError, match="outside"):
            run.read(path)
    (folder.path / "link").symlink_to("/etc/passwd")
    with pytest.raises(StoredError, match="outside"):
        run.read("link")
