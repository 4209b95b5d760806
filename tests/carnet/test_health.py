"""Readiness runs each check for real, tells what failed, and does not let a crowd of probes write without end."""

from carnet.health import REMEMBERED, Health


def broken() -> None:
    raise OSError(28, "No space left on device")


def test_all_checks_passed_is_ready() -> None:
    readiness = Health({"database": lambda: None, "documents": lambda: None}).readiness()
    assert readiness.ready
    assert readiness.told() == {"status": "ready", "checks": {"database": "ok", "documents": "ok"}}


def test_one_failed_check_is_not_ready_and_says_why() -> None:
    readiness = Health({"database": lambda: None, "documents": broken}).readiness()
    assert not readiness.ready
    assert readiness.problems["database"] == ""
    assert "No space left on device" in readiness.problems["documents"]


def test_a_check_is_run_again_only_after_a_while() -> None:
    times, runs = [100.0], []
    health = Health({"database": lambda: runs.append(1)}, clock=lambda: times[0])
    health.readiness()
    health.readiness()
    assert len(runs) == 1
    times[0] += REMEMBERED + 0.1
    health.readiness()
    assert len(runs) == 2
