"""The records of the journal: one line each, chained by SHA-256 so that each vouches for all before it.

A line is `{"sequence":…,"time":"…","previous":"…","message":"…","hash":"…"}`; `hash` is over the bytes of the line that
stand before `,"hash"`, and these hold the hash of the record before.
"""

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

_HASHED: Final = b',"hash":"'
_END: Final = b'"}'
_TAIL: Final = len(_HASHED) + 64 + len(_END)
_MARK: Final = re.compile(r"(0|[1-9][0-9]{0,17}):([0-9a-f]{64})")
_KEYS: Final = ["sequence", "time", "previous", "message", "hash"]


class BrokenRecord(ValueError):
    """A line that is no record, or not the one that was written."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the chain: what was written up to here cannot have changed while the mark fits."""

    sequence: int
    hash: str
    """64 hexadecimal digits."""

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Mark":
        """Raises ValueError."""
        found = _MARK.fullmatch(text)
        if found is None:
            raise ValueError(f"{text[:100]!r} is no mark: write SEQUENCE:HASH, as carnet audit verify prints it")
        return cls(int(found[1]), found[2])


GENESIS: Final = Mark(0, "0" * 64)
"""What stands before the first record."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the journal."""

    mark: Mark
    time: str
    previous: str
    """Hash of the record before."""
    message: bytes


def write_record(before: Mark, time: str, message: bytes) -> tuple[bytes, Mark]:
    """The line that follows `before`, with its line feed, and its own mark."""
    sequence = before.sequence + 1
    told = json.dumps(message.decode(), ensure_ascii=False)
    content = f'{{"sequence":{sequence},"time":"{time}","previous":"{before.hash}","message":{told}'.encode()
    digest = sha256(content).hexdigest()
    return b'%b,"hash":"%b"}\n' % (content, digest.encode()), Mark(sequence, digest)


def read_record(line: bytes) -> Record:
    """The record in a line, given without its line feed. Raises `BrokenRecord`."""
    content, tail = line[:-_TAIL], line[-_TAIL:]
    if not (tail.startswith(_HASHED) and tail.endswith(_END)):
        raise BrokenRecord("the line does not end as a record does")
    digest = sha256(content).hexdigest()
    if tail[len(_HASHED) : -len(_END)] != digest.encode():
        raise BrokenRecord("the line does not match its hash")
    try:
        told = json.loads(line)
        if list(told) != _KEYS or type(told["sequence"]) is not int:
            raise BrokenRecord("the line does not hold what a record holds")
        mark = Mark(told["sequence"], digest)
        return Record(mark, told["time"], told["previous"], told["message"].encode())
    except BrokenRecord:
        raise
    except (ValueError, TypeError, AttributeError) as error:
        raise BrokenRecord("the line is no JSON object") from error


def follow(before: Mark, line: bytes) -> Record:
    """The record in a line that has to come right after `before`. Raises `BrokenRecord`."""
    record = read_record(line)
    if record.mark.sequence != before.sequence + 1:
        raise BrokenRecord(f"record {record.mark.sequence} stands where {before.sequence + 1} should")
    if record.previous != before.hash:
        raise BrokenRecord(f"record {record.mark.sequence} does not follow from the one before it")
    return record
