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
    """Whatever else is wrong with it."""
    assert rule.on in (On.ENTRY, On.SUBMISSION)
    assert rule.check is not None
    other = DocumentEntry(
        entry_uuid="urn:uuid:0b9dd2e4-5b31-4e0c-8f0a-1d5d6b7c8e9f",
        unique_id="1.2.3",
        patient_id="nobody",
        mime_type="application/pdf",
        source_patient_id="nobody",
        legal_authenticator="somebody",
        creation_time="2026",
        comments="yes",
    )
    assert not is_signature(other)
    case = Case(Submission.of([to_ebrim(other)]), AffinityDomain.open(), "ITI-41", Facts())
    if rule.on is On.ENTRY:
        assert not rule.check(other, case)
