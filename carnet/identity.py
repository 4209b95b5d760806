"""The repository's own identifier: made once, kept with its documents."""

import os
import uuid
from pathlib import Path

FILE = "repository-unique-id"


def repository_unique_id(data: Path) -> str:
    """The OID kept in `data`, made at the first call: `2.25.` and a random UUID as a number (ITU-T X.667).

    Two processes that start together agree on one.
    """
    path = data / FILE
    if not path.exists():
        draft = data / f".{FILE}.{os.getpid()}"
        draft.write_text(f"2.25.{uuid.uuid4().int}\n", encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
