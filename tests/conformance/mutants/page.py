"""docs/conformance-mutants.md: which mutants there are, and which cases catch them."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Final

from tests.conformance.mutants.every import MUTANTS, SERVERS
from tests.conformance.mutants.table import Mutant

PAGE: Final = Path(__file__).resolve().parents[3] / "docs" / "conformance-mutants.md"

_TITLES: Final = {
    "wire": "SOAP, WS-Addressing, MIME, HTTP",
    "registry": "The Document Registry",
    "queries": "The stored queries",
    "parameters": "A parameter that is ignored",
    "repository": "The Document Repository",
    "feed": "The patient identity feed",
    "assertions": "Assertions (XUA), and TLS",
    "tokens": "VIHF tokens, and who may see what",
    "france": "The French rules on metadata",
    "signature": "The signature of a submission set",
    "behind": "The same defects in a DMP",
    "values": "What an attribute may hold",
    "rules": "A rule that is not applied",
    "hostile": "No SOAP service at all",
}
_HEAD: Final = """\
# Mutants

How do we know that a case of the conformance suite notices anything? A *mutant* is Carnet with one deliberate defect.
Each names cases that must come to FAIL against it (to WARN, where all that a case asks is a SHOULD), and `make test`
starts every one and runs them. There are {count} mutants; one that survives fails the build.

    python tests/conformance/mutants/serve.py                                 lists them
    python tests/conformance/mutants/serve.py replaced-entry-stays-approved --port 8081 --data /tmp/mutant

Start one and point your own tests at it: do they notice? A mutant is a function of a few lines in
`tests/conformance/mutants/`, which says how to write one. They are made of these servers:

{servers}

The reverse is tested as well: `tests/conformance/unusual/` answers in ways that are right and rare, and no case may
fail for it. This page is written by `make mutants`, which also looks for the cases at its end.
"""
_UNPROVEN: Final = """\
## Unproven cases

These {count} cases notice none of the mutants, those apart that a third of all cases notice. They pass against Carnet
and check what they say; that they *can* fail has not been shown. Among them are those that the servers above cannot
be asked, those that only a server with fewer features could fail, and those whose defect two
of our checks would have to share.
"""


def page(unproven: Iterable[str]) -> str:
    """The whole page."""
    servers = "\n".join(f"* `{name}`: {kind.about}" for name, kind in SERVERS.items())
    lines = [_HEAD.format(count=len(MUTANTS), servers=servers)]
    for concern, title in _TITLES.items():
        lines += [f"## {title}", "", "| mutant | what it does wrong | server | against | caught by |"]
        lines += ["|---|---|---|---|---|", *(_row(m) for m in MUTANTS.values() if m.concern == concern), ""]
    left = sorted(unproven)
    lines += [_UNPROVEN.format(count=len(left))]
    for section, ids in groupby(left, key=lambda case_id: case_id.rpartition("/")[0]):
        lines.append(f"* `{section}/`: " + ", ".join(case_id.rpartition("/")[2] for case_id in ids))
    return "\n".join(lines).rstrip() + "\n"


def _row(mutant: Mutant) -> str:
    by = ", ".join(f"`{case_id}`" for case_id in mutant.caught_by)
    return f"| `{mutant.name}` | {mutant.about} | {mutant.server} | {mutant.breaks} | {by} |"
