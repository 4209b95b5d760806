"""The arrows between the rooms point one way: each room imports only what docs/architecture.md allows."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAY_IMPORT = {
    "schemas": set(),
    "metadata": {"schemas"},
    "soap": set(),
    "security": set(),
    "storage": set(),
    "registry": {"metadata", "soap", "security", "storage", "schemas"},
    "repository": {"metadata", "soap", "security", "storage", "schemas"},
    "dmp": {"metadata", "security", "schemas"},
    "client": {"metadata", "soap", "security", "schemas", "dmp"},
    "conformance": {"metadata", "soap", "security", "schemas", "dmp"},
    "carnet": {
        "schemas",
        "metadata",
        "soap",
        "security",
        "storage",
        "registry",
        "repository",
        "dmp",
        "client",
        "conformance",
    },
}

SHARED_WITH_THE_SUITE = {
    "schemas",
    "security.identities",
    "security.issuing",
    "security.keyfiles",
    "security.tlscontexts",
}
"""What the independent part of the suite takes from the other rooms: schemas, and keys from their files."""


def imported_rooms(module: Path) -> set[str]:
    return {name.split(".")[0] for name in imported_modules(module)}


def imported_modules(module: Path) -> set[str]:
    """The modules of the rooms that it imports."""
    names = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name for name in names if name.split(".")[0] in MAY_IMPORT}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_lies_below_it(room: str) -> None:
    modules = sorted((ROOT / room).rglob("*.py"))
    assert modules
    wrong = {
        f"{module.relative_to(ROOT)} imports {other}"
        for module in modules
        for other in imported_rooms(module) - MAY_IMPORT[room] - {room}
    }
    assert not wrong


def test_what_the_suite_sends_and_judges_is_apart_from_the_servers_own_code() -> None:
    """A mistake made in an encoder would else be made twice, and not be seen."""
    apart = [ROOT / "conformance" / name for name in ("trial.py", "answer.py", "passing.py")]
    for part in ("cases", "messages", "wire"):
        apart += (ROOT / "conformance" / part).rglob("*.py")
    wrong = {
        f"{module.relative_to(ROOT)} imports {name}"
        for module in apart
        for name in imported_modules(module) - SHARED_WITH_THE_SUITE
        if name.split(".")[0] != "conformance"
    }
    assert not wrong


def test_only_the_host_imports_spyne() -> None:
    importers = {
        str(module.relative_to(ROOT))
        for room in MAY_IMPORT
        for module in (ROOT / room).rglob("*.py")
        if any(
            name.split(".")[0] == "spyne"
            for node in ast.walk(ast.parse(module.read_text()))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        )
    }
    assert importers <= {"soap/host.py"}


def test_every_room_of_the_architecture_page_exists() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    for room in MAY_IMPORT:
        assert f"| `{room}/` |" in page, f"docs/architecture.md does not say what lives in {room}/"
