"""MTOM: how an answer is packed. # ITI TF-2 V.8; XOP 1.0; RFC 2387"""

import functools
import re
from collections.abc import Callable
from typing import Final

from conformance.answer import Answer
from conformance.book import case
from conformance.kept import brings, repository_id
from conformance.model import MUST, SHOULD, Level
from conformance.passing import MULTIPART
from conformance.trial import Trial
from conformance.wire.mime import BadMime, Part, parameters

_TOKEN: Final = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+")
"""RFC 2045 5.1: what may stand without quotes."""


def _submitted(trial: Trial) -> Answer:
    return trial.provide(trial.submission(trial.entry()))


def _retrieved(trial: Trial) -> Answer:
    entries = [trial.entry(content=b"\r\n--the first--\r\n"), trial.entry(content=bytes(range(256)) * 9)]
    trial.provided(*entries)
    held = repository_id(trial)
    return brings(trial.retrieve(*((held, entry.unique_id) for entry in entries)), *entries)


def _parts(answer: Answer) -> list[Part]:
    """The parts; none, with a broken check, when there are none."""
    try:
        found = answer.parts
    except BadMime as error:
        answer.check("the answer is a multipart message that can be read", False, "body", "parts", str(error))
        return []
    answer.check("the answer has parts", bool(found), "Content-Type", "multipart/related", answer.content_type)
    return found


def _header(part: Part, name: str) -> str:
    return next((value.strip() for each, value in part.headers if each.lower() == name), "")


def has_the_type(answer: Answer) -> None:
    media, given = parameters(answer.content_type)
    answer.check("it is multipart/related", media == "multipart/related", "Content-Type", "multipart/related", media)
    for name, value in (("type", "application/xop+xml"), ("start-info", "application/soap+xml")):
        got = given.get(name, "")
        right = got.lower().partition(";")[0].strip() == value
        answer.check(f"{name} is {value}", right, "Content-Type", value, answer.content_type)


def has_the_start(answer: Answer) -> None:
    start = parameters(answer.content_type)[1].get("start", "")
    ids = [_header(part, "content-id") for part in _parts(answer)]
    if start:
        among = start.strip("<>") in [each.strip("<>") for each in ids]
        answer.check("start is the Content-ID of a part", among, "Content-Type", ids, start)
        as_written = start in ids
        answer.check("start is written as the Content-ID is", as_written, "Content-Type", ids, start, SHOULD)


def has_the_root(answer: Answer) -> None:
    for part in _parts(answer)[:1]:
        media, given = parameters(part.content_type)
        right = media == "application/xop+xml"
        answer.check(
            "the root part is application/xop+xml", right, "root part", "application/xop+xml", part.content_type
        )
        told = given.get("type", "").lower().partition(";")[0]
        right = told == "application/soap+xml"
        answer.check("its type is application/soap+xml", right, "root part", "application/soap+xml", part.content_type)
        charset = given.get("charset", "utf-8").lower()
        answer.check("its charset is UTF-8", charset == "utf-8", "root part", "UTF-8", part.content_type)
    answer.holds("/soap:Envelope/soap:Body/*", says="the root part holds the envelope")


def has_ids(answer: Answer) -> None:
    parts = _parts(answer)
    ids = [_header(part, "content-id") for part in parts]
    if ids and not ids[0] and "start" not in parameters(answer.content_type)[1]:
        del ids[0]  # the first part is the root, whether it has an id or not. # RFC 2387 3.2
    bare = [each for each in ids if not re.fullmatch(r"<[^<>\s]+>", each)]
    answer.check("each part has a Content-ID between < and >", not bare, "Content-ID", "<…>", bare)
    answer.check("no Content-ID stands twice", len(set(ids)) == len(ids), "Content-ID", "distinct", ids)


def has_boundaries(answer: Answer) -> None:
    boundary = parameters(answer.content_type)[1].get("boundary", "")
    legal = bool(re.fullmatch(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]", boundary))
    answer.check("the boundary has 1 to 70 legal characters", legal, "Content-Type", got=boundary)
    delimiter = b"--" + boundary.encode()
    begins = answer.body.startswith(delimiter) or b"\r\n" + delimiter in answer.body
    answer.check("the boundary stands at the beginning of a line", begins, "body", delimiter, answer.body[:80])
    closed = b"\r\n" + delimiter + b"--" in answer.body
    answer.check("the closing boundary ends the message", closed, "body", delimiter + b"--", answer.body[-80:])
    count = len(re.findall(rb"(?:^|\r\n)" + re.escape(delimiter) + rb"(?!--)[ \t]*\r\n", answer.body))
    parts = len(_parts(answer))
    answer.check("there is one boundary before each part", count == parts, "body", parts, count)


def has_quotes(answer: Answer) -> None:
    """# RFC 2045 5.1"""
    rest = answer.content_type.partition(";")[2]
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", rest)
    values = [each.partition("=")[2].strip() for each in bare.split(";") if each.strip()]
    wrong = [each for each in values if each and not _TOKEN.fullmatch(each)]
    answer.check("values with special characters are quoted", not wrong, "Content-Type", '"…"', wrong)


_ROWS: Final[tuple[tuple[str, str, str, str, Callable[[Answer], None], str, Level], ...]] = (
    (
        "soap/V.3.6/{}",
        "media type",
        "An MTOM answer is multipart/related, of type application/xop+xml and with start-info application/soap+xml.",
        "{}, V.8.1, V.8.2; XOP 1.0 4.1",
        has_the_type,
        "soap.mtom.answer.type",
        MUST,
    ),
    (
        "soap/rfc2387-3.2/{}",
        "start parameter",
        "The start parameter is the Content-ID of the root part.",
        "RFC 2387 3.2",
        has_the_start,
        "soap.mtom.answer.start",
        MUST,
    ),
    (
        "soap/xop-4.1/{}",
        "root part",
        "The root part is application/xop+xml of type application/soap+xml, in UTF-8.",
        "XOP 1.0 4.1",
        has_the_root,
        "soap.mtom.answer.root",
        MUST,
    ),
    (
        "soap/rfc2045-7/{}",
        "Content-IDs",
        "Each part has a Content-ID of its own, between < and >.",
        "RFC 2045 7; RFC 2392 2; XOP 1.0 4.1",
        has_ids,
        "soap.mtom.answer.parts",
        MUST,
    ),
    (
        "soap/rfc2046-5.1.1/{}",
        "boundaries",
        "Each part begins after the announced boundary on a line of its own; the closing boundary ends the message.",
        "RFC 2046 5.1.1",
        has_boundaries,
        "soap.mtom.answer.boundary",
        MUST,
    ),
    (
        "soap/rfc2045-5.1/{}",
        "quoted parameters",
        "A parameter whose value has special characters, as a media type has, is between quotes.",
        "RFC 2045 5.1",
        has_quotes,
        "soap.mtom.answer.quoted",
        MUST,
    ),
)


def looks_right(ask: Callable[[Trial], Answer], check: Callable[[Answer], None], trial: Trial) -> None:
    check(ask(trial))


for _id, _what, _requirement, _section, _check, _covers, _level in _ROWS:
    for _number, _transaction, _said, _ask, _needs in (
        (1, "ITI-41", "ITI TF-2 3.41.4.2.2", _submitted, ["repository"]),
        (2, "ITI-43", "ITI TF-2 3.43.5", _retrieved, ["repository", "registry"]),
    ):
        case(
            _id.format(_number),
            title=f"Reads the {_what} of an answer to {_transaction}",
            requirement=_requirement,
            section=_section.format(_said),
            passing=MULTIPART,
            level=_level,
            needs=_needs,
            covers=[_covers],
        )(functools.partial(looks_right, _ask, _check))
