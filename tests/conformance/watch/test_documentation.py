"""The page about clients says all of it."""

from pathlib import Path

from conformance.dossier.codes import CODES
from conformance.results.exitcodes import ExitCode
from conformance.watch.kinds import KINDS

PAGE = Path(__file__).parents[3] / "docs" / "conformance-clients.md"


def table() -> str:
    head = "| kind | what your client sees | what a good client makes of it |\n|---|---|---|\n"
    return head + "".join(
        f"| `{kind.name}{f'={kind.default or kind.value.name}' if kind.value.value else ''}` | {kind.what} | "
        f"{kind.expected} |\n"
        for kind in KINDS.values()
    )


def test_the_page_has_the_table_of_misbehaviours() -> None:
    begin, end = "<!-- misbehaviours -->\n", "<!-- end -->"
    written = PAGE.read_text(encoding="utf-8").partition(begin)[2].partition(end)[0]
    assert written == table(), f"write this between the marks of {PAGE.name}:\n{table()}"


def test_the_page_has_every_code_of_the_dossier() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for code in CODES:
        assert f"| {code.code} |" in text


def test_the_page_has_every_exit_code_that_is_used() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("## Exit codes")[2]
    for code in ExitCode:
        if code not in (ExitCode.UNREACHABLE, ExitCode.FIXED):
            assert f"| {int(code)} |" in text, code
