"""Each row of the tables breaks what it says and nothing else; each row that must be taken breaks nothing."""

import functools
from typing import Any

import pytest
from lxml import etree

import schemas
from conformance.book import load
from conformance.cases._tables import GOOD, Refused, Taken
from conformance.messages import names as n
from conformance.model import Case
from conformance.target import Target
from conformance.trial import Session, Trial
from metadata.affinity import AffinityDomain
from metadata.ebrim import parse_submit_objects_request
from metadata.rules import BOOK, SHOULD, check
from metadata.translate import Submission

SESSION = Session(Target(patients=("4711^^^&1.2.250.1.999.1&ISO",)))


def rows(kind: type) -> list[Any]:
    return [
        pytest.param(case, case.run.args[0], id=case.id)
        for case in load()
        if isinstance(case.run, functools.partial) and case.run.args and isinstance(case.run.args[0], kind)
    ]


def broken(case: Case, row: Refused | Taken) -> set[str]:
    """Rules that the message of a row breaks, `xml.schema` for what its schema says already."""
    entry = row.entry if isinstance(row, Taken) else {}
    body = GOOD[row.of](Trial(case, SESSION), entry).register(row.edits)
    root = etree.fromstring(body)
    if not schemas.schema(f"{{{n.LCM}}}SubmitObjectsRequest").validate(root):
        return {"xml.schema"}
    submission = Submission.of(parse_submit_objects_request(root))
    return {finding.rule.id for finding in check(submission, AffinityDomain.open(), transaction="ITI-42")}


@pytest.mark.parametrize(("case", "row"), rows(Refused))
def test_a_row_breaks_what_it_says_and_nothing_else(case: Case, row: Refused) -> None:
    found = broken(case, row)
    assert found, "the message is good: the row breaks nothing"
    assert found <= set(row.covers)
    assert row.schema or found != {"xml.schema"}, "the schema refuses it: the row must allow a fault"


@pytest.mark.parametrize(("case", "row"), rows(Taken))
def test_a_row_that_must_be_taken_breaks_nothing(case: Case, row: Taken) -> None:
    assert broken(case, row) <= {rule.id for rule in BOOK if rule.level is SHOULD}


def test_no_row_was_overlooked() -> None:
    assert len(rows(Refused)) > 130
    assert len(rows(Taken)) > 40
