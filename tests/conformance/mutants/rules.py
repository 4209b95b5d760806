"""Rules that are not applied: a row for each rule that the suite can see.

`rules.toml` beside this names them, under the kind of server that applies them, with the cases that must notice.
"""

import os
import tomllib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

from dmp import lot_shape
from dmp.rules import FRENCH
from metadata.rules import BOOK, Rule
from metadata.rules import query as queries
from tests.conformance.mutants.patching import Gone, replace, silence, without
from tests.conformance.mutants.table import mutant

FILE: Final = Path(os.environ.get("MUT_RULES") or Path(__file__).with_name("rules.toml"))


def rules() -> dict[str, tuple[str, Rule]]:
    """Every rule that can be left out, by id, with the kind of server that applies it."""
    looked = {name for name, _ in queries._LOOKS}
    found = {rule.id: ("gate" if rule.id.startswith("domain.") else "ihe", rule) for rule in BOOK if rule.check}
    found |= {rule_id: ("ihe", BOOK[rule_id]) for rule_id in looked}
    found |= {rule.id: ("dmp", rule) for rule in FRENCH if rule.check}
    return found


def leave_out(rule_id: str) -> None:
    """The rule is never broken."""
    if rule_id in FRENCH:
        silence(rule_id, book=FRENCH)
        if rule_id in {rule.id for rule, _ in lot_shape._ENTRY_RULES[False]}:
            # it keeps the rules on the signature's entry beside the book
            kept = without(lot_shape._ENTRY_RULES[False], lambda each: each[0].id == rule_id)
            replace(lot_shape, "_ENTRY_RULES", {False: kept, True: kept})
    elif any(name == rule_id for name, _ in queries._LOOKS):
        queries._LOOKS[:] = without(queries._LOOKS, lambda each: each[0] == rule_id)
    else:
        silence(rule_id)


def _enter(known: Mapping[str, tuple[str, Rule]]) -> None:
    for rule_id, cases in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
        if rule_id not in known:
            raise Gone(f"{FILE.name}: there is no rule {rule_id}")
        kind, rule = known[rule_id]
        mutant(
            kind,
            breaks=rule.spec,
            caught_by=cases,
            name=f"without-{rule_id}",
            about=f"The rule {rule_id} is not applied.",
        )(partial(leave_out, rule_id))


_enter(rules())
