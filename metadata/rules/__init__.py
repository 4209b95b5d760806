"""The rule book: every demand that Carnet makes of metadata, one small function each.

`check` runs it over a submission; `finding` raises a rule by its name. The page of all rules is `docs/rules.md`.
"""

# The order of these is the order of the page.
from metadata.rules import (  # noqa: F401, I001
    structure,
    slots,
    codes,
    attributes,
    entry,
    entry_times,
    entry_people,
    author,
    submission_set,
    folder,
    association,
    membership,
    relationship,
    identity,
    domain,
    state_ids,
    state_references,
    state_patients,
    repository,
    schema,
    query,
)
from metadata.rules.book import BOOK, METADATA, MUST, SHOULD, Finding, Level, Rule, RuleBook, finding, named, rule
from metadata.rules.checking import check

__all__ = [
    "BOOK",
    "METADATA",
    "MUST",
    "SHOULD",
    "Finding",
    "Level",
    "Rule",
    "RuleBook",
    "check",
    "finding",
    "named",
    "rule",
]
