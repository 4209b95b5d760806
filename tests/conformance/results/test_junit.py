"""junit.xml: what a continuous integration server makes of a run."""

from dataclasses import replace
from typing import Any

import pytest
from junitparser import JUnitXml
from lxml import etree

from conformance.model import Verdict
from conformance.results.expected import Expected
from conformance.results.folder import ResultsFolder


def written(folder: ResultsFolder, run: Any, expected: str = "") -> etree._Element:
    folder.write(run, Expected.parse(expected))
    return etree.parse(folder.path / "junit.xml").getroot()


def testcase(root: etree._Element, id_: str) -> etree._Element:
    (found,) = root.xpath("//testcase[@name=$id]", id=id_)
    return found


testcase.__test__ = False  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("verdict", "element"),
    [
        (Verdict.PASS, None),
        (Verdict.WARN, "system-out"),
        (Verdict.FAIL, "failure"),
        (Verdict.NOT_SUPPORTED, "skipped"),
        (Verdict.NOT_RUN, "skipped"),
        (Verdict.ERROR, "error"),
    ],
)
def test_each_verdict_has_its_element(
    folder: ResultsFolder, samples_of: Any, run_of: Any, verdict: Verdict, element: str | None
) -> None:
    outcome = samples_of(verdict)
    (case,) = written(folder, run_of(outcome)).iter("testcase")
    assert [child.tag for child in case] == ([element] if element else [])
    if element:
        assert outcome.reason in etree.tostring(case, encoding="unicode")


def test_one_testcase_per_case_under_the_same_name_at_every_run(
    folder: ResultsFolder, every_verdict: Any, run_of: Any
) -> None:
    names = [
        sorted((c.get("classname"), c.get("name")) for c in written(folder, run_of(*outcomes)).iter("testcase"))
        for outcomes in (every_verdict, tuple(reversed(every_verdict)))
    ]
    assert names[0] == names[1]
    assert ("iti-42/4.1.3.3", "iti-42/4.1.3.3/2") in names[0]
    assert len(names[0]) == len(every_verdict)


def test_the_counts_are_those_of_the_run(folder: ResultsFolder, every_verdict: Any, run_of: Any) -> None:
    root = written(folder, run_of(*every_verdict))
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "7",
        "failures": "2",
        "errors": "1",
        "skipped": "2",
    }
    assert sum(1 for _ in JUnitXml.fromfile(str(folder.path / "junit.xml"))) == len(
        {o.case.id.split("/")[0] for o in every_verdict}
    )


def test_an_expected_failure_passes_and_says_so(folder: ResultsFolder, samples_of: Any, run_of: Any) -> None:
    known = '[[expected]]\nid = "iti-42/4.1.3.3/2"\nreason = "with 4.2"\n'
    case = testcase(written(folder, run_of(samples_of(Verdict.FAIL)), known), "iti-42/4.1.3.3/2")
    assert [child.tag for child in case] == ["system-out"]
    assert str(case.findtext("system-out")).startswith("FAIL (expected): with 4.2")


def test_an_expected_failure_past_its_day_fails(folder: ResultsFolder, samples_of: Any, run_of: Any) -> None:
    known = '[[expected]]\nid = "iti-42/4.1.3.3/2"\nreason = "with 4.2"\nuntil = 2026-01-01\n'
    case = testcase(written(folder, run_of(samples_of(Verdict.FAIL)), known), "iti-42/4.1.3.3/2")
    assert [child.tag for child in case] == ["failure"]


def test_a_failure_tells_what_was_expected_and_got(folder: ResultsFolder, samples_of: Any, run_of: Any) -> None:
    (case,) = written(folder, run_of(samples_of(Verdict.FAIL))).iter("testcase")
    told = str(case.findtext("failure"))
    for word in (
        "ITI TF-2 3.42.4.1.3.3",
        "//rs:RegistryError/@errorCode",
        "expected: XDSRegistryMetadataError",
        "got: XDSRegistryError",
    ):
        assert word in told


def test_bytes_that_xml_has_no_room_for_do_no_harm(folder: ResultsFolder, samples_of: Any, run_of: Any) -> None:
    hostile = "\x00\x1b[31m\ud800 ]]> </failure><testcase name='x'/> &"
    outcome = samples_of(Verdict.FAIL)
    check = replace(outcome.checks[-1], got=hostile)
    root = written(folder, run_of(replace(outcome, reason=hostile, checks=(check,))))
    assert len(list(root.iter("testcase"))) == 1
