"""Every command of docs/dmp-first-submission.md is run, in its order, against the sandbox that it starts."""

import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "dmp-first-submission.md").read_text()


def blocks() -> list[str]:
    """What stands between ```sh and ```, indented or not."""
    return [textwrap.dedent(found) for found in re.findall(r"^ *```sh\n(.*?)^ *```", PAGE, re.M | re.S)]


def test_every_command_of_the_page_runs(start_carnet: Callable[..., Any], tmp_path: Path) -> None:
    assert "carnet serve --profile dmp --sandbox" in PAGE
    serving = start_carnet(tmp_path, "--profile", "dmp", "--sandbox")
    base = serving.registry.removesuffix("/registry")
    (tmp_path / "carnet-data").symlink_to(tmp_path / "data")
    (tmp_path / "client").symlink_to(ROOT / "client")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "CARNET_REGISTRY": serving.registry,
        "CARNET_REPOSITORY": serving.repository,
        "COLUMNS": "200",
    }
    said = []
    try:
        for block in blocks():
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", block.replace("https://127.0.0.1:8080", base)],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
            said.append(done.stdout + done.stderr)
    finally:
        assert serving.stop() == 0
    listed, sent, own, found, bad, expired, revoked, wsdl, good, signed, made = said
    assert "doctor-revoked" in listed
    assert "accepted" in sent
    assert "accepted" in own
    assert "Lettre de consultation" in found
    assert "xsw1" in bad
    assert "refused, as it should be" in expired
    assert "refused, as it should be" in revoked
    assert "DocumentRepository" in wsdl
    assert "VIHF accepté" in good
    assert signed
    assert "nurse" in made or "revoked" in made


def test_every_place_that_the_threat_model_names_exists() -> None:
    page = (ROOT / "docs" / "threat-model.md").read_text()
    for place in re.findall(r"`(tests/[\w/.]+)`", page):
        assert (ROOT / place).exists(), place
