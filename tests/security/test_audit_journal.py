"""The journal keeps everything, in order, and shows what was done to it."""

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from security.audit.chain import GENESIS, BrokenRecord, Mark, follow, read_record, write_record
from security.audit.files import HEAD, journal_files
from security.audit.journal import Journal
from security.audit.verification import Verdict, verify


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "audit"


def filled(directory: Path, count: int = 5) -> Verdict:
    journal = Journal(directory)
    for number in range(count):
        assert journal.append(f"<m n='{number}'>é</m>".encode())
    journal.close()
    verdict = verify(directory)
    assert verdict.broken is None
    return verdict


def the_file(directory: Path) -> Path:
    (name,) = journal_files(directory)
    return directory / name


def reason(directory: Path, *marks: Mark) -> str:
    broken = verify(directory, marks).broken
    assert broken is not None
    return str(broken)


# --- the chain


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, 10**17))
def test_a_record_reads_back(text: str, before: int) -> None:
    line, mark = write_record(Mark(before, "a" * 64), "2026-01-01T00:00:00.000Z", text.encode())
    record = follow(Mark(before, "a" * 64), line[:-1])
    assert line.count(b"\n") == 1
    assert (record.message.decode(), record.mark) == (text, mark)


@given(st.data())
def test_any_byte_changed_in_a_record_breaks_it(data: st.DataObject) -> None:
    line, _ = write_record(GENESIS, "2026-01-01T00:00:00.000Z", '<m a="1">é</m>'.encode())
    changed = bytearray(line[:-1])
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BrokenRecord):
        follow(GENESIS, bytes(changed))


def test_a_mark_is_read_as_it_is_printed() -> None:
    mark = Mark(12, "0f" * 32)
    assert Mark.parse(str(mark)) == mark


@pytest.mark.parametrize("text", ["", "12", "12:", "-1:" + "0" * 64, "1:" + "0" * 63, "01:" + "0" * 64])
def test_what_is_no_mark_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no mark"):
        Mark.parse(text)


# --- what a verification finds


def test_an_untouched_journal_is_whole(directory: Path) -> None:
    verdict = filled(directory)
    assert (verdict.files, verdict.records, verdict.begins, verdict.ends.sequence) == (1, 5, 1, 5)


def test_where_there_is_no_journal_there_is_nothing_to_believe(tmp_path: Path) -> None:
    assert "no journal" in reason(tmp_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_byte_changed_in_the_journal_is_found(directory: Path, data: st.DataObject) -> None:
    if not directory.exists():
        filled(directory)
    path = the_file(directory)
    content = path.read_bytes()
    changed = bytearray(content)
    changed[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(changed)
    try:
        assert verify(directory).broken is not None
    finally:
        path.write_bytes(content)


def test_any_byte_changed_in_the_head_is_found(directory: Path) -> None:
    filled(directory)
    content = (directory / HEAD).read_bytes()
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] ^= 1
        (directory / HEAD).write_bytes(changed)
        assert verify(directory).broken is not None
    (directory / HEAD).write_bytes(content)
    assert verify(directory).broken is None


def lines_of(directory: Path) -> list[bytes]:
    return the_file(directory).read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("at", range(5))
def test_a_deleted_record_is_found(directory: Path, at: int) -> None:
    filled(directory)
    lines = lines_of(directory)
    del lines[at]
    the_file(directory).write_bytes(b"".join(lines))
    assert reason(directory)


@pytest.mark.parametrize("at", range(4))
def test_two_records_that_changed_places_are_found(directory: Path, at: int) -> None:
    filled(directory)
    lines = lines_of(directory)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    the_file(directory).write_bytes(b"".join(lines))
    assert f"line {at + 1}: record {at + 2} stands where {at + 1} should" in reason(directory)


def test_a_journal_cut_between_two_records_is_found_and_the_gap_stays_for_ever(directory: Path) -> None:
    filled(directory)
    the_file(directory).write_bytes(b"".join(lines_of(directory)[:3]))
    assert "records 4 to 5 are missing at the end" in reason(directory)
    journal = Journal(directory)
    assert journal.append(b"<after/>")
    journal.close()
    assert "record 6 stands where 4 should" in reason(directory)


def test_a_missing_head_is_found(directory: Path) -> None:
    filled(directory)
    (directory / HEAD).unlink()
    assert "head is missing" in reason(directory)


def test_a_new_chain_in_place_of_the_old_is_shown_by_a_mark_kept_elsewhere(directory: Path, tmp_path: Path) -> None:
    kept = filled(directory).ends
    assert verify(directory, [kept]).broken is None
    other = tmp_path / "other"
    filled(other, 8)
    assert verify(other).broken is None
    assert "not the one whose mark was noted" in reason(other, kept)
    filled(tmp_path / "short", 3)
    assert "are missing at the end" in reason(tmp_path / "short", kept)


def test_the_first_broken_place_is_told(directory: Path) -> None:
    filled(directory)
    lines = lines_of(directory)
    lines[1] = lines[1].replace(b"<m", b"<x")
    lines[3] = lines[3].replace(b"<m", b"<x")
    the_file(directory).write_bytes(b"".join(lines))
    assert f"{the_file(directory).name}, line 2: " in reason(directory)


# --- files


def test_the_chain_goes_on_in_the_next_file(directory: Path) -> None:
    journal = Journal(directory, rotate=1_000)
    for _ in range(20):
        journal.append(b"<m/>" * 50)
    journal.close()
    verdict = verify(directory)
    assert verdict.files > 3
    assert (verdict.broken, verdict.records) == (None, 20)


def test_each_day_has_a_file_and_a_clock_that_is_set_back_begins_none(directory: Path) -> None:
    now = datetime(2026, 3, 5, 23, 59, tzinfo=UTC)
    times = iter([now, now + timedelta(minutes=2), now, now + timedelta(days=1)])
    journal = Journal(directory, clock=lambda: next(times))
    for _ in range(4):
        journal.append(b"<m/>")
    journal.close()
    assert [name[:8] for name in journal_files(directory)] == ["20260305", "20260306"]
    assert (verify(directory).broken, verify(directory).records) == (None, 4)


def test_files_moved_to_an_archive_are_missed_unless_their_last_mark_is_given(directory: Path) -> None:
    journal = Journal(directory, rotate=1_000)
    for _ in range(20):
        journal.append(b"<m/>" * 50)
    journal.close()
    archive = directory.parent / "archive"
    archive.mkdir()
    first = journal_files(directory)[0]
    (directory / first).rename(archive / first)
    assert "the files before it are missing" in reason(directory)
    last = archive.joinpath(first).read_bytes().splitlines()[-1]
    mark = read_record(last).mark
    assert verify(directory, [mark]).broken is None
    assert "does not follow" in reason(directory, Mark(mark.sequence, "0" * 64))


def test_the_journal_is_for_its_owner_alone(directory: Path) -> None:
    filled(directory)
    assert directory.stat().st_mode & 0o077 == 0
    assert {path.stat().st_mode & 0o077 for path in directory.iterdir()} == {0}


# --- many writers, and writers that die


def test_threads_and_processes_write_one_chain(directory: Path) -> None:
    journal = Journal(directory, rotate=20_000)
    program = (
        "import sys, pathlib; from security.audit.journal import Journal\n"
        "journal = Journal(pathlib.Path(sys.argv[1]), rotate=20_000)\n"
        "for n in range(200): assert journal.append(b'<other/>')\n"
        "journal.close()"
    )
    other = subprocess.Popen([sys.executable, "-c", program, str(directory)])
    threads = [
        threading.Thread(target=lambda: [journal.append(b"<thread/>") for _ in range(100)], daemon=True)
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert other.wait(60) == 0
    journal.close()
    verdict = verify(directory)
    assert (verdict.broken, verdict.records) == (None, 600)


def test_a_forked_child_writes_on(directory: Path) -> None:
    journal = Journal(directory)
    journal.append(b"<parent/>")
    child = os.fork()
    if child == 0:
        written = journal.append(b"<child/>")
        journal.close()
        os._exit(0 if written else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    journal.append(b"<parent/>")
    journal.close()
    assert (verify(directory).broken, verify(directory).records) == (None, 3)


ENDLESS = (
    "import sys, pathlib; from security.audit.journal import Journal\n"
    "journal = Journal(pathlib.Path(sys.argv[1]))\n"
    "n = 0\n"
    "while True:\n"
    "    n += 1\n"
    "    assert journal.append(b'<m/>' * 500)\n"
    "    print(n, flush=True)\n"
)


def test_a_writer_killed_at_any_moment_loses_nothing_it_had_confirmed(directory: Path) -> None:
    confirmed = 0
    for _ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", ENDLESS, str(directory)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(50)]
        writer.send_signal(signal.SIGKILL)
        told += writer.stdout.readlines()
        writer.wait()
        confirmed += int([line for line in told if line.endswith("\n")][-1])
    journal = Journal(directory)
    journal.append(b"<after/>")
    journal.close()
    verdict = verify(directory)
    assert verdict.broken is None
    assert verdict.records > confirmed


@pytest.mark.parametrize("rest", [b'{"sequence":6,"time":"20', b"\0" * 4096, b'{"sequence":6}\n'])
def test_a_record_that_nobody_finished_is_put_aside_and_the_chain_goes_on(directory: Path, rest: bytes) -> None:
    filled(directory)
    with the_file(directory).open("ab") as file:
        file.write(rest)
    assert "line 6" in reason(directory)
    journal = Journal(directory)
    assert journal.append(b"<after/>")
    journal.close()
    verdict = verify(directory)
    assert (verdict.broken, verdict.records) == (None, 6)
    (aside,) = verdict.aside
    assert (directory / aside).read_bytes() == rest


def test_records_that_were_written_but_not_yet_synchronised_are_kept(directory: Path) -> None:
    filled(directory)
    line, _ = write_record(verify(directory).ends, "2026-01-01T00:00:00.000Z", b"<unsynchronised/>")
    with the_file(directory).open("ab") as file:
        file.write(line)
    assert verify(directory).broken is None
    journal = Journal(directory)
    journal.append(b"<after/>")
    journal.close()
    assert (verify(directory).broken, verify(directory).records) == (None, 7)


def test_with_sync_0_the_head_has_moved_when_append_returns(directory: Path) -> None:
    journal = Journal(directory, sync=0)
    journal.append(b"<m/>")
    the_file(directory).write_bytes(b"")
    assert "records 1 to 1 are missing" in reason(directory)
    journal.close()


# --- a disk that refuses

Limited = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def on_a_small_disk(directory: Path) -> Limited:
    """Runs a program whose files cannot grow beyond 20 kB: writing fails within a record, as on a full disk."""
    prelude = (
        "import sys, pathlib, resource, signal; from security.audit.journal import Journal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "def limit(size): resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))\n"
        "directory = pathlib.Path(sys.argv[1])\n"
        "limit(20_000)\n"
    )

    def run(program: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", prelude + program, str(directory)], capture_output=True, text=True, timeout=60
        )

    return run


def test_what_cannot_be_written_waits_and_is_written_when_the_disk_has_room(
    directory: Path, on_a_small_disk: Limited
) -> None:
    done = on_a_small_disk(
        "journal = Journal(directory)\n"
        "written = [journal.append(b'<m/>' * 500) for _ in range(20)]\n"
        "assert written[0] and not written[-1], written\n"
        "assert journal.trouble and not journal.ready()\n"
        "limit(10_000_000)\n"
        "journal.close()\n"
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("cannot be written") == 1
    assert (verify(directory).broken, verify(directory).records) == (None, 20)


def test_what_exceeds_the_backlog_is_counted(directory: Path, on_a_small_disk: Limited) -> None:
    done = on_a_small_disk(
        "journal = Journal(directory, backlog=10_000)\n"
        "written = [journal.append(b'<m/>' * 500) for _ in range(40)]\n"
        "print(sum(written), journal.take_lost(), journal.take_lost())\n"
        "limit(10_000_000)\n"
        "journal.close()\n"
    )
    assert done.returncode == 0, done.stderr
    written, lost, again = map(int, done.stdout.split())
    assert again == 0
    assert lost > 0
    # 5 messages of 2,000 bytes fit into the backlog
    assert written + 5 + lost == 40
    assert (verify(directory).broken, verify(directory).records) == (None, written + 5)


def test_a_directory_that_cannot_be_made_is_told_not_raised(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    journal = Journal(tmp_path / "file" / "audit")
    assert not journal.append(b"<m/>")
    assert journal.trouble == os.strerror(errno.ENOTDIR)
