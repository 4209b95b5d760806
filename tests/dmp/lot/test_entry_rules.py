"""What the quick look at the entries of a lot relies on."""

import pytest

from dmp.nomenclature import is_signature
from dmp.rules import FRENCH, FRENCH_STRICT
from metadata.affinity import AffinityDomain
from metadata.facts import Facts
from metadata.model import DocumentEntry
from metadata.rules import Rule
from metadata.rules.book import On
from metadata.rules.case import Case
from metadata.translate import Submission, to_ebrim

RULES = {
    f"{name} {rule.id}": rule
    for name, book in (("lenient", FRENCH), ("strict", FRENCH_STRICT))
    for rule in book
    if rule.id.startswith("fr.signature.")
}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_on_signatures_says_nothing_of_another_entry(rule: Rule) -> None:
    assert rule.on in (On.ENTRY, On.SUBMISSION) and rule.check is not None
    bare = DocumentEntry(entry_uuid="urn:uuid:0b9dd2e4-5b31-4e0c-8f0a-1d5d6b7c8e9f")
    assert not is_signature(bare)
    submission = Submission.of([to_ebrim(bare)])
    case = Case(submission, AffinityDomain.open(), "ITI-41", Facts())
    if rule.on is On.ENTRY:
        assert not rule.check(bare, case)
