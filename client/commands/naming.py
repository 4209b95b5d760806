"""How to call the command again from where its user stands."""

import os
import shutil
import sys
from pathlib import Path


def own_name() -> str:
    """How this command is called here: `carnet` where the shell finds it, else a path that works from here."""
    called = Path(sys.argv[0])
    if shutil.which("carnet") or called.name != "carnet":
        return "carnet" if shutil.which("carnet") else f"{sys.executable} -m carnet"
    near = os.path.relpath(called)
    return str(called) if near.startswith("..") else near
