"""The commands of the tutorial do what it says, in its order, against a fresh server."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def blocks() -> list[str]:
    """What stands between ```sh and ```."""
    return re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / "tutorial.md").read_text(), re.M | re.S)


def test_every_command_of_the_tutorial_runs(start_carnet: Callable[..., Any], tmp_path: Path) -> None:
    serving = start_carnet(tmp_path)
    base = serving.registry.removesuffix("/registry")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "CARNET_REGISTRY": serving.registry,
        "CARNET_REPOSITORY": serving.repository,
    }
    said = []
    try:
        for block in blocks():
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", block.replace("http://127.0.0.1:8080", base)],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
            said.append(done.stdout)
    finally:
        assert serving.stop() == 0
    sent, found, posted, fetched, refused, related = said
    assert "accepted" in sent
    assert "Lettre de consultation" in found
    assert "ResponseStatusType:Success" in posted
    assert "Consultation du 4 novembre." in fetched
    assert refused.count("<rs:RegistryError ") >= 2
    assert "20261304091500" in refused
    assert "Addendum" in related


def test_every_page_that_the_documentation_links_to_exists() -> None:
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_every_bold_term_of_the_architecture_page_is_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text().lower()
    for term in re.findall(r"\*\*([A-Z][\w ]+)\*\*", (ROOT / "docs" / "architecture.md").read_text()):
        assert re.search(rf"\*\*[^*]*{term.lower()}", glossary), f"docs/glossary.md does not explain {term}"
