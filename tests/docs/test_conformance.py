"""What docs/conformance.md and docs/conformance-cases.md say holds, and what they show runs."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from conformance.book import load
from conformance.cli import conformance
from conformance.model import Verdict
from conformance.results.exitcodes import ExitCode
from conformance.results.expected import Expected
from conformance.target import Target, read

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
CASES = (ROOT / "docs" / "conformance-cases.md").read_text(encoding="utf-8")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))


def blocks(language: str, page: str = PAGE) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.M | re.S)


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def test_every_option_that_is_shown_is_one_of_the_command() -> None:
    text = "\n".join(blocks("sh") + blocks("yaml") + blocks("sh", CASES)).replace("\\\n", " ")
    shown = {
        (word, option)
        for word, rest in re.findall(r"carnet conformance ([a-z]+)\b([^\n#|]*)", text)
        for option in re.findall(r"(?<=\s)--?[a-z-]+", rest)
    }
    assert {word for word, _ in shown} >= {"run", "replay", "coverage"}
    for word, option in sorted(shown):
        told = CliRunner().invoke(conformance, [word, "--help"]).output
        assert re.search(rf"(?<!\S){option}\b", told), f"carnet conformance {word} has no {option}"


def test_every_id_that_is_shown_is_a_case() -> None:
    known = {each.id for each in load()}
    shown = set(re.findall(r"\biti-\d+/[\w./-]*\d", PAGE)) - {"iti-18/4.1.2.3.7.14"}
    assert shown
    assert {each for each in shown if each not in known} == set()


def test_the_exit_codes_are_those_of_the_program() -> None:
    table = re.findall(r"^\| (\d+) \|", section("Exit codes"), re.M)
    assert table == [str(code.value) for code in ExitCode]


def test_the_verdicts_are_those_of_the_program() -> None:
    table = re.findall(r"^\| ([A-Z ]+) \|", section("Verdicts"), re.M)
    assert set(table) == {verdict.value for verdict in Verdict}


def test_the_target_file_is_one_that_is_read(tmp_path: Path) -> None:
    [text] = [block for block in blocks("toml") if block.startswith("# target.toml")]
    (tmp_path / "target.toml").write_text(text, encoding="utf-8")
    target = Target(**read(tmp_path / "target.toml"))
    assert target.codes["classCode"][0] == "11488-4"
    assert target.identity == tmp_path / "doctor.p12"
    assert len(target.patients) == 2


def test_the_known_failures_are_ones_that_are_read() -> None:
    [text] = [block for block in blocks("toml") if block.startswith("# known.toml")]
    assert not Expected.parse(text).unknown(each.id for each in load())


@pytest.fixture
def case_of_ones_own(tmp_path: Path) -> Path:
    file = tmp_path / "my_cases.py"
    file.write_text(blocks("python", CASES)[0], encoding="utf-8")
    return file


def test_the_case_that_is_shown_passes(carnet: Any, case_of_ones_own: Path) -> None:
    [command] = blocks("sh", CASES)
    told = command.replace("http://127.0.0.1:8080/registry", carnet.registry) + f" --out {case_of_ones_own.parent}/out"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", told.replace("\n", " ")],
        cwd=case_of_ones_own.parent,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS          mine/append/1" in done.stdout


def test_the_action_for_github_runs_the_suite_and_fails_as_the_suite_does(carnet: Any, tmp_path: Path) -> None:
    steps = {step.get("id"): step for step in ACTION["runs"]["steps"]}
    inputs = {name: given["default"] for name, given in ACTION["inputs"].items()}
    given = inputs | {
        "registry": carnet.registry,
        "repository": carnet.repository,
        "select": "iti-42/4.1.3.3/1 iti-42/4.1.3.5/1",
        "out": str(tmp_path / "results"),
    }
    run = steps["run"]
    expected = {name.upper(): f"${{{{ inputs.{name} }}}}" for name in inputs}
    assert run["env"] == expected

    def code(**changed: str) -> int:
        values = {name.upper(): value for name, value in (given | changed).items()}
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", run["run"]]
        return subprocess.run(command, env=environment() | values, cwd=tmp_path, timeout=60).returncode

    assert code() == ExitCode.DONE
    assert (tmp_path / "results" / "junit.xml").is_file()
    assert code(select="no-such-case") == ExitCode.USAGE


def test_the_workflow_that_is_shown_gives_the_action_what_it_takes() -> None:
    [workflow] = [yaml.safe_load(block) for block in blocks("yaml") if "runs-on" in block]
    [step] = [step for step in workflow["jobs"]["xds"]["steps"] if step.get("uses", "").startswith("OWNER/carnet")]
    assert step["with"].keys() <= ACTION["inputs"].keys()


def test_the_job_for_gitlab_is_yaml_with_a_report() -> None:
    [job] = [yaml.safe_load(block)["conformance"] for block in blocks("yaml") if "image:" in block]
    assert job["artifacts"]["reports"]["junit"] == "conformance-results/junit.xml"
