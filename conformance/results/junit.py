"""junit.xml: one testcase for each case, under the same names at every run."""

import re
from io import BytesIO
from itertools import groupby
from typing import Final

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from conformance.model import Verdict
from conformance.results.expected import Mark
from conformance.results.redaction import text as masked
from conformance.results.stored import StoredCase, StoredRun

_ACCEPTED: Final = {Mark.EXPECTED}
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(run: StoredRun) -> bytes:
    """The document; a suite for each transaction, as `iti-42`, and in it a testcase named by the whole id."""
    document = JUnitXml("carnet conformance")
    ordered = sorted(run.cases, key=lambda stored: _group(stored.case.id))
    for group, cases in groupby(ordered, key=lambda stored: _group(stored.case.id)):
        suite = TestSuite(_plain(group))
        suite.timestamp = run.started.isoformat(timespec="seconds")
        for name, value in (("profile", run.profile), ("carnet", run.carnet), ("seed", run.seed)):
            suite.add_property(name, _plain(value))
        suite.add_testcases([_testcase(case) for case in cases])
        document.add_testsuite(suite)
    document.update_statistics()  # type: ignore[no-untyped-call]
    return _bytes(document)


def _bytes(document: JUnitXml) -> bytes:
    file = BytesIO()
    document.write(file)
    return file.getvalue()


def _group(id_: str) -> str:
    return id_.partition("/")[0]


def _testcase(stored: StoredCase) -> TestCase:
    id_ = stored.case.id
    case = TestCase(_plain(id_), classname=_plain(id_.rpartition("/")[0] or id_), time=round(stored.seconds, 3))
    reason = _plain(masked(stored.reason)) or stored.case.title
    told = _plain(_told(stored))
    match stored.verdict:
        case Verdict.FAIL if stored.mark in _ACCEPTED:
            case.system_out = f"FAIL (expected): {_plain(stored.expected_reason) or reason}\n{told}"
        case Verdict.FAIL:
            failure = Failure(reason, "FAIL")
            failure.text = told
            case.result = [failure]
        case Verdict.WARN:
            word = "WARN (expected)" if stored.mark in _ACCEPTED else "WARN"
            case.system_out = f"{word}: {reason}\n{told}"
        case Verdict.NOT_SUPPORTED | Verdict.NOT_RUN:
            case.result = [Skipped(f"{stored.verdict.value}: {reason}", stored.verdict.value)]
        case Verdict.ERROR:
            error = Error(reason, "ERROR")
            error.text = told
            case.result = [error]
        case Verdict.PASS if stored.mark is Mark.FIXED:
            case.system_out = f"PASS, though it was expected to fail: {_plain(stored.expected_reason)}"
    return case


def _told(stored: StoredCase) -> str:
    """What is required, what was looked for and what was there instead."""
    case = stored.case
    lines = [f"{case.title}", f"{case.level.value}, {case.section} ({case.asks}): {case.requirement}"]
    for check in stored.checks:
        if check.held:
            continue
        lines.append(f"{check.level.value} not held: {check.text}")
        places = (("where", check.where), ("expected", check.expected), ("got", check.got))
        lines += [f"  {name}: {value}" for name, value in places if value]
        if check.exchange:
            lines.append(f"  exchange: {check.exchange}")
    return masked("\n".join(lines))


def _plain(value: str) -> str:
    """Without the characters that XML 1.0 has no room for."""
    return _NOT_XML.sub("�", value)
