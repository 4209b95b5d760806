"""docs/conformance-mutants.md: which mutants there are, and which cases catch them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.conformance.mutants.every import MUTANTS
from tests.conformance.mutants.table import Mutant

PAGE: Final = Path(__file__).resolve().parents[3] / "docs" / "conformance-mutants.md"

_TITLES: Final = {
    "wire": "SOAP, WS-Addressing, MIME, HTTP",
    "registry": "The Document Registry",
    "queries": "The stored queries",
    "parameters": "A parameter that is ignored",
    "repository": "The Document Repository",
    "feed": "The patient identity feed",
    "tokens": "VIHF tokens, and who may see what",
    "france": "The French rules on metadata",
    "signature": "The signature of a submission set",
    "assertions": "Assertions (XUA), and TLS",
    "rules": "A rule that is not applied",
    "hostile": "No SOAP service at all",
}
_HEAD: Final = """\
# Mutants

How do we know that a case of the conformance suite notices anything? A *mutant* is Carnet with one deliberate defect.
Each names the cases that must come to FAIL against it, and `make test` starts every one and runs them. There are
{count} mutants; a mutant that survives fails the build.

    python tests/conformance/mutants/serve.py                                 lists them
    python tests/conformance/mutants/serve.py replaced-entry-stays-approved --port 8081 --data /tmp/mutant

Start one beside your own suite, and see whether it notices. `make mutants` runs every case against every mutant (some
twenty minutes) and writes this page again: *all* is how many cases noticed then, and the last table has the cases
that noticed nothing in any mutant. The reverse is tested as well: `tests/conformance/unusual/` answers in ways that
are right and rare, and no case may fail for it.
"""
_UNPROVEN: Final = """\
## Unproven cases

{count} of the suite's cases notice nothing in any mutant: no defect is known here that they alone, or they too, would
find. They pass against Carnet and check what they say; that they *can* fail has not been shown.
"""


def page(caught: Mapping[str, Sequence[str]], unproven: Iterable[str]) -> str:
    """The whole page; `caught` has all cases that noticed each mutant."""
    lines = [_HEAD.format(count=len(MUTANTS))]
    for concern, title in _TITLES.items():
        rows = [_row(each, caught[each.name]) for each in MUTANTS.values() if each.concern == concern]
        lines += [
            f"## {title}",
            "",
            "| mutant | what it does wrong | against | caught by | all |",
            "|---|---|---|---|---|",
        ]
        lines += [*rows, ""]
    left = list(unproven)
    lines += [_UNPROVEN.format(count=len(left)), ""]
    lines += [f"* `{case_id}`" for case_id in left]
    return "\n".join(lines).rstrip() + "\n"


def _row(mutant: Mutant, cases: Sequence[str]) -> str:
    by = ", ".join(f"`{case_id}`" for case_id in mutant.caught_by)
    return f"| `{mutant.name}` | {mutant.about} | {mutant.breaks} | {by} | {len(cases)} |"
