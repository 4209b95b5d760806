"""ITI-18 FindDocuments: each of its parameters, alone and together. # ITI TF-2 3.18.4.1.2.3.7.1

Ordinals go by parameter, ten for each: 1 patient and status, 10 classCode, 20 typeCode, 30 practiceSettingCode,
40 healthcareFacilityTypeCode, 50 formatCode, 60 eventCodeList, 70 confidentialityCode, 80 creationTime,
90 serviceStartTime, 100 serviceStopTime, 110 authorPerson, 130 type, 140 several parameters.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from conformance.book import case
from conformance.cases._population import (
    NO_CODE,
    find_documents,
    first,
    of_patient,
    refuses_patient,
    replaced,
    second,
    written,
)
from conformance.messages import names as n
from conformance.messages.objects import Author
from conformance.model import SHOULD
from conformance.passing import NOTHING_FOUND, found, query_refused
from conformance.trial import Trial

SECTION: Final = "ITI TF-2 3.18.4.1.2.3.7.1"
FOUND: Final = found('<rim:ExtrinsicObject id="…" status="…:StatusType:Approved" …>…</rim:ExtrinsicObject>')

enter = functools.partial(case, section=SECTION, passing=FOUND, needs=["registry"])


# --- patient and status


@enter(
    "iti-18/4.1.2.3.7.1/1",
    title="Finds the documents of a patient",
    requirement="FindDocuments returns the DocumentEntries of the patient that have one of the statuses, "
    "and nothing but DocumentEntries.",
    covers=["iti-18.find-documents.patient"],
)
def of_the_patient(trial: Trial) -> None:
    one, other = trial.entry(), trial.entry()
    folder = trial.folder()
    made = trial.registered(one, other, folder)
    find_documents(trial).finds(one.id, other.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.1/2",
    title="Asks for one patient where another one has documents too",
    requirement="FindDocuments returns the DocumentEntries of no other patient than the one asked for.",
    needs=["registry", "two-patients"],
    covers=["iti-18.find-documents.patient"],
)
def of_no_other_patient(trial: Trial) -> None:
    mine, theirs = trial.entry(), trial.entry(patient=trial.new_patient())
    ids = (*trial.registered(mine).ids, *trial.registered(theirs).ids)
    find_documents(trial).finds(mine.id, among=ids)


@enter(
    "iti-18/4.1.2.3.7.1/3",
    title="Asks for the documents of a patient that nobody knows",
    requirement="For a patient that it does not know, the registry finds nothing, or says XDSUnknownPatientId.",
    section="ITI TF-2 3.18.4.1.3; ITI TF-3 4.2.4.1",
    passing=NOTHING_FOUND,
    covers=["iti-18.find-documents.unknown-patient", "iti-18.return.errors.details"],
)
def of_an_unknown_patient(trial: Trial) -> None:
    nobody = trial.session.new_patient()
    answer = trial.query("FindDocuments", [("$XDSDocumentEntryPatientId", nobody), *of_patient(trial)[1:]])
    if answer.codes:
        refuses_patient(answer, nobody)
    else:
        answer.finds()


@enter(
    "iti-18/4.1.2.3.7.1/4",
    title="Asks for Approved documents after one was replaced",
    requirement="With the status Approved alone, FindDocuments returns no Deprecated DocumentEntry.",
    covers=["iti-18.find-documents.status"],
)
def approved_only(trial: Trial) -> None:
    made = replaced(trial)
    trial.query("FindDocuments", of_patient(trial, n.APPROVED)).finds(made.new.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.1/5",
    title="Asks for Deprecated documents after one was replaced",
    requirement="With the status Deprecated alone, FindDocuments returns the Deprecated DocumentEntries and no other.",
    covers=["iti-18.find-documents.status"],
)
def deprecated_only(trial: Trial) -> None:
    made = replaced(trial)
    answer = trial.query("FindDocuments", of_patient(trial, n.DEPRECATED)).finds(made.old.id, among=made.ids)
    answer.check(
        "the entry that was found says that it is Deprecated",
        answer.one(made.old.id).get("status") == n.DEPRECATED,
        "//rim:ExtrinsicObject/@status",
        n.DEPRECATED,
        answer.one(made.old.id).get("status", ""),
    )


@enter(
    "iti-18/4.1.2.3.7.1/6",
    title="Asks for Approved and Deprecated documents at once",
    requirement="With both statuses in the list, FindDocuments returns DocumentEntries of either.",
    covers=["iti-18.find-documents.status"],
)
def either_status(trial: Trial) -> None:
    made = replaced(trial)
    statuses = of_patient(trial, n.APPROVED, n.DEPRECATED)
    trial.query("FindDocuments", statuses).finds(made.old.id, made.new.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.1/7",
    title="Asks with a status that nobody defined, beside Approved",
    requirement="Status values that are not known are passed over; the known ones in the list count.",
    section=f"{SECTION}; 3.18.4.1.2.3.6",
    covers=["iti-18.find-documents.status.unknown"],
)
def unknown_status_beside(trial: Trial) -> None:
    made = replaced(trial)
    statuses = of_patient(trial, n.APPROVED, "urn:oasis:names:tc:ebxml-regrep:StatusType:Imagined")
    trial.query("FindDocuments", statuses).finds(made.new.id, among=made.ids)


# --- codes


@dataclass(frozen=True, slots=True)
class CodeParameter:
    """A parameter that compares a code of the entries."""

    name: str
    """After `$XDSDocumentEntry`."""
    attribute: str
    ordinal: int
    covers: str
    several: bool = False
    """Whether an entry carries several of them, so that the parameter may be repeated."""

    def __str__(self) -> str:
        return f"$XDSDocumentEntry{self.name}"


CODE_PARAMETERS: Final = (
    CodeParameter("ClassCode", "classCode", 10, "iti-18.find-documents.class-code"),
    CodeParameter("TypeCode", "typeCode", 20, "iti-18.find-documents.type-code"),
    CodeParameter("PracticeSettingCode", "practiceSettingCode", 30, "iti-18.find-documents.practice-setting-code"),
    CodeParameter(
        "HealthcareFacilityTypeCode", "healthcareFacilityTypeCode", 40, "iti-18.find-documents.facility-type-code"
    ),
    CodeParameter("FormatCode", "formatCode", 50, "iti-18.find-documents.format-code"),
    CodeParameter("EventCodeList", "eventCodeList", 60, "iti-18.find-documents.event-code", several=True),
    CodeParameter("ConfidentialityCode", "confidentialityCode", 70, "iti-18.find-documents.confidentiality", True),
)


def one_code(parameter: CodeParameter, trial: Trial) -> None:
    this, other = first(trial, parameter.attribute), second(trial, parameter.attribute)
    with_this = trial.entry(codes={parameter.attribute: (this,)})
    with_other = trial.entry(codes={parameter.attribute: (other,)})
    made = trial.registered(with_this, with_other)
    find_documents(trial, (str(parameter), written(this))).finds(with_this.id, among=made.ids)
    find_documents(trial, (str(parameter), written(NO_CODE))).finds(among=made.ids)


def any_of_several_codes(parameter: CodeParameter, trial: Trial) -> None:
    this, other = first(trial, parameter.attribute), second(trial, parameter.attribute)
    with_this = trial.entry(codes={parameter.attribute: (this,)})
    with_other = trial.entry(codes={parameter.attribute: (other,)})
    made = trial.registered(with_this, with_other)
    find_documents(trial, (str(parameter), written(this, other))).finds(with_this.id, with_other.id, among=made.ids)
    find_documents(trial, (str(parameter), written(NO_CODE, other))).finds(with_other.id, among=made.ids)


def another_scheme(parameter: CodeParameter, trial: Trial) -> None:
    code = first(trial, parameter.attribute)
    entry = trial.entry(codes={parameter.attribute: (code,)})
    made = trial.registered(entry)
    elsewhere = (code[0], NO_CODE[1], "")
    find_documents(trial, (str(parameter), written(elsewhere))).finds(among=made.ids)
    find_documents(trial, (str(parameter), written(elsewhere, code))).finds(entry.id, among=made.ids)


def all_of_several_codes(parameter: CodeParameter, trial: Trial) -> None:
    this, other = first(trial, parameter.attribute), second(trial, parameter.attribute)
    one = trial.entry(codes={parameter.attribute: (this,)})
    two = trial.entry(codes={parameter.attribute: (other,)})
    both = trial.entry(codes={parameter.attribute: (this, other)})
    made = trial.registered(one, two, both)
    name = str(parameter)
    find_documents(trial, (name, written(this)), (name, written(other))).finds(both.id, among=made.ids)
    find_documents(trial, (name, written(this))).finds(one.id, both.id, among=made.ids)


def all_of_lists_of_codes(parameter: CodeParameter, trial: Trial) -> None:
    this, other = first(trial, parameter.attribute), second(trial, parameter.attribute)
    one = trial.entry(codes={parameter.attribute: (this,)})
    two = trial.entry(codes={parameter.attribute: (other,)})
    both = trial.entry(codes={parameter.attribute: (this, other)})
    made = trial.registered(one, two, both)
    name = str(parameter)
    find_documents(trial, (name, written(this, NO_CODE)), (name, written(other, NO_CODE))).finds(
        both.id, among=made.ids
    )
    find_documents(trial, (name, written(this, other)), (name, written(other))).finds(two.id, both.id, among=made.ids)


for _each in CODE_PARAMETERS:
    enter(
        f"iti-18/4.1.2.3.7.1/{_each.ordinal}",
        title=f"Asks for documents by one {_each.attribute}",
        requirement=f"With {_each}, FindDocuments returns the DocumentEntries that carry the code, and no other.",
        covers=[_each.covers],
    )(functools.partial(one_code, _each))
    enter(
        f"iti-18/4.1.2.3.7.1/{_each.ordinal + 1}",
        title=f"Asks for documents by a list of {_each.attribute}",
        requirement=f"With several values in one {_each}, a DocumentEntry needs to carry only one of the codes.",
        covers=[_each.covers, "iti-18.parameters.or"],
    )(functools.partial(any_of_several_codes, _each))
    enter(
        f"iti-18/4.1.2.3.7.1/{_each.ordinal + 2}",
        title=f"Asks for the code of a {_each.attribute} in another coding scheme",
        requirement=f"{_each} compares the code together with its coding scheme: the same code of another scheme is "
        "another code.",
        section=f"{SECTION}; 3.18.4.1.2.3.4",
        covers=[_each.covers, "iti-18.parameters.code.scheme"],
    )(functools.partial(another_scheme, _each))
    if _each.several:
        enter(
            f"iti-18/4.1.2.3.7.1/{_each.ordinal + 3}",
            title=f"Repeats {_each} with another code",
            requirement=f"When {_each} stands in several Slots, a DocumentEntry must meet every one of them (AND).",
            section=f"{SECTION}; 3.18.4.1.2.3.5",
            covers=[_each.covers, "iti-18.parameters.and"],
        )(functools.partial(all_of_several_codes, _each))
        enter(
            f"iti-18/4.1.2.3.7.1/{_each.ordinal + 4}",
            title=f"Repeats {_each} with a list of codes in each",
            requirement=f"When {_each} stands in several Slots, a DocumentEntry must carry one code of each list: "
            "OR inside a Slot, AND between Slots.",
            section=f"{SECTION}; 3.18.4.1.2.3.5",
            covers=[_each.covers, "iti-18.parameters.and", "iti-18.parameters.or"],
        )(functools.partial(all_of_lists_of_codes, _each))


@dataclass(frozen=True, slots=True)
class NearCode:
    """What is much like the code that an entry carries, and another one."""

    ordinal: int
    what: str
    of: Callable[[str], str]


NEAR_CODES: Final = (
    NearCode(65, "in the other case", str.swapcase),
    NearCode(66, "cut short", lambda code: code[:-1]),
    NearCode(67, "with % for its end", lambda code: f"{code[:-1]}%"),
    NearCode(68, "with _ for its last character", lambda code: f"{code[:-1]}_"),
)


def near_code(row: NearCode, trial: Trial) -> None:
    code = first(trial, "eventCodeList")
    near = row.of(code[0])
    trial.given(near not in ("", code[0]), f"the code {code[0]} is the same {row.what}")
    entry = trial.entry(codes={"eventCodeList": (code,)})
    made = trial.registered(entry)
    name = "$XDSDocumentEntryEventCodeList"
    find_documents(trial, (name, [f"{near}^^{code[1]}"])).finds(among=made.ids)
    find_documents(trial, (name, [f"{code[0]}^^{code[1]}"])).finds(entry.id, among=made.ids)


for _near in NEAR_CODES:
    enter(
        f"iti-18/4.1.2.3.7.1/{_near.ordinal}",
        title=f"Asks for a code {_near.what}",
        requirement="Codes are compared as they are: whole, in upper and lower case as written, and without wildcards.",
        section=f"{SECTION}; 3.18.4.1.2.3.5; ITI TF-2 Appendix F",
        passing=NOTHING_FOUND,
        covers=["iti-18.find-documents.event-code", "iti-18.parameters.code.exact"],
    )(functools.partial(near_code, _near))


# --- times


@dataclass(frozen=True, slots=True)
class TimeParameter:
    """A range of times: two parameters."""

    name: str
    """Between `$XDSDocumentEntry` and `From` or `To`."""
    field: str
    """Of `Entry`."""
    attribute: str
    ordinal: int
    covers: str
    optional: bool = True
    """Whether an entry may lack the time."""

    @property
    def since(self) -> str:
        return f"$XDSDocumentEntry{self.name}From"

    @property
    def until(self) -> str:
        return f"$XDSDocumentEntry{self.name}To"


TIME_PARAMETERS: Final = (
    TimeParameter("CreationTime", "creation_time", "creationTime", 80, "iti-18.find-documents.creation-time", False),
    TimeParameter(
        "ServiceStartTime", "service_start_time", "serviceStartTime", 90, "iti-18.find-documents.service-start-time"
    ),
    TimeParameter(
        "ServiceStopTime", "service_stop_time", "serviceStopTime", 100, "iti-18.find-documents.service-stop-time"
    ),
)

BEFORE, START, INSIDE, LATE, LAST, END = (
    "20240630235959",
    "20240701000000",
    "20240715120000",
    "20240731223000",
    "20240731235959",
    "20240801000000",
)
"""A second before July 2024, its first second, the middle, late on its last day, its last second, and the first second
after it."""


def since_is_included(parameter: TimeParameter, trial: Trial) -> None:
    before, at = (trial.entry(**{parameter.field: time}) for time in (BEFORE, START))
    made = trial.registered(before, at)
    find_documents(trial, (parameter.since, int(START))).finds(at.id, among=made.ids)


def until_is_excluded(parameter: TimeParameter, trial: Trial) -> None:
    last, at = (trial.entry(**{parameter.field: time}) for time in (LAST, END))
    made = trial.registered(last, at)
    find_documents(trial, (parameter.until, int(END))).finds(last.id, among=made.ids)


def between(parameter: TimeParameter, trial: Trial) -> None:
    entries = [trial.entry(**{parameter.field: time}) for time in (BEFORE, START, INSIDE, LAST, END)]
    made = trial.registered(*entries)
    answer = find_documents(trial, (parameter.since, int(START)), (parameter.until, int(END)))
    answer.finds(*(entry.id for entry in entries[1:4]), among=made.ids)


def truncated_bounds(parameter: TimeParameter, trial: Trial) -> None:
    entries = [trial.entry(**{parameter.field: time}) for time in (BEFORE, START, INSIDE, LATE, END)]
    made = trial.registered(*entries)
    answer = find_documents(trial, (parameter.since, 202407), (parameter.until, 202407))
    answer.finds(*(entry.id for entry in entries[1:4]), among=made.ids)
    answer = find_documents(trial, (parameter.since, 20240715), (parameter.until, 20240715))
    answer.finds(entries[2].id, among=made.ids)
    answer = find_documents(trial, (parameter.since, 202408), (parameter.until, 2024))
    answer.finds(entries[4].id, among=made.ids)


def truncated_time(parameter: TimeParameter, trial: Trial) -> None:
    year, month, day = (trial.entry(**{parameter.field: time}) for time in ("2024", "202407", "20240715"))
    made = trial.registered(year, month, day)
    for since, until, fits in (
        (START, END, (year, month, day)),
        ("20240716000000", "20240717000000", (year, month)),
        ("20241001000000", "20241101000000", (year,)),
        ("20250101000000", "20260101000000", ()),
        ("20220101000000", "20231231000000", ()),
    ):
        answer = find_documents(trial, (parameter.since, int(since)), (parameter.until, int(until)))
        answer.finds(*(entry.id for entry in fits), among=made.ids)


def same_precision(parameter: TimeParameter, trial: Trial) -> None:
    first_day, inside, last_day = (
        trial.entry(**{parameter.field: day}) for day in ("20240701", "20240715", "20240731")
    )
    made = trial.registered(first_day, inside, last_day)
    answer = find_documents(trial, (parameter.since, 20240701), (parameter.until, 20240731))
    answer.finds(first_day.id, inside.id, among=made.ids)


def no_time(parameter: TimeParameter, trial: Trial) -> None:
    without, earlier = trial.entry(), trial.entry(**{parameter.field: BEFORE})
    made = trial.registered(without, earlier)
    answer = find_documents(trial, (parameter.since, int(START)), (parameter.until, int(END)))
    answer.finds(without.id, among=made.ids)


for _time in TIME_PARAMETERS:
    enter(
        f"iti-18/4.1.2.3.7.1/{_time.ordinal}",
        title=f"Asks for documents whose {_time.attribute} is the From of the range, and a second before it",
        requirement=f"{_time.since} is included in the range: a DocumentEntry of exactly that time is found, an "
        "earlier one is not.",
        section=f"{SECTION}; 3.18.4.1.2.3.3",
        covers=[_time.covers, "iti-18.parameters.times.half-open"],
    )(functools.partial(since_is_included, _time))
    enter(
        f"iti-18/4.1.2.3.7.1/{_time.ordinal + 1}",
        title=f"Asks for documents whose {_time.attribute} is the To of the range, and a second before it",
        requirement=f"{_time.until} is not included in the range: a DocumentEntry of exactly that time is not found, "
        "an earlier one is.",
        section=f"{SECTION}; 3.18.4.1.2.3.3",
        covers=[_time.covers, "iti-18.parameters.times.half-open"],
    )(functools.partial(until_is_excluded, _time))
    enter(
        f"iti-18/4.1.2.3.7.1/{_time.ordinal + 2}",
        title=f"Asks for documents by both ends of a range of {_time.attribute}",
        requirement=f"With {_time.since} and {_time.until}, both ends count.",
        section=f"{SECTION}; 3.18.4.1.2.3.3",
        covers=[_time.covers, "iti-18.parameters.times.half-open"],
    )(functools.partial(between, _time))
    enter(
        f"iti-18/4.1.2.3.7.1/{_time.ordinal + 3}",
        title=f"Asks for documents by a month and by a day of {_time.attribute}",
        requirement="A time in a query may be given to the year, the month or the day: From is the start of its "
        "period, To the end of it.",
        section=f"{SECTION}; 3.18.4.1.2.3.3.2",
        level=SHOULD,
        covers=[_time.covers, "iti-18.parameters.times.truncated"],
    )(functools.partial(truncated_bounds, _time))
    enter(
        f"iti-18/4.1.2.3.7.1/{_time.ordinal + 4}",
        title=f"Asks for documents whose {_time.attribute} is known to the year, the month or the day",
        requirement="A time that an entry gives to the year, the month or the day is found when the range meets its "
        "period, whatever the precision of the query.",
        section=f"{SECTION}; 3.18.4.1.2.3.3.2",
        level=SHOULD,
        covers=[_time.covers, "iti-18.parameters.times.truncated-metadata"],
    )(functools.partial(truncated_time, _time))
    enter(
        f"iti-18/4.1.2.3.7.1/{_time.ordinal + 6}",
        title=f"Asks for documents whose {_time.attribute} is known to the day, by days",
        requirement="Times of the same precision are compared as they are: From is included, To is not.",
        section=f"{SECTION}; 3.18.4.1.2.3.3, 3.18.4.1.2.3.3.2",
        covers=[_time.covers, "iti-18.parameters.times.half-open"],
    )(functools.partial(same_precision, _time))
    if _time.optional:
        enter(
            f"iti-18/4.1.2.3.7.1/{_time.ordinal + 5}",
            title=f"Asks by {_time.attribute} where a document has none",
            requirement=f"A DocumentEntry without {_time.attribute} is not held back by {_time.since} and "
            f"{_time.until}.",
            section=f"{SECTION}; 3.18.4.1.2.3.3.1",
            covers=[_time.covers, "iti-18.find-documents.service-times.absent"],
        )(functools.partial(no_time, _time))


# --- authorPerson

PERSON: Final = "$XDSDocumentEntryAuthorPerson"
PATTERNS: Final = "iti-18.find-documents.author-person"


def authored(*persons: str) -> tuple[Author, ...]:
    return tuple(Author(person=person) for person in persons)


MARTIN: Final = "801111111111^Martin^Anne^^^^^^&1.2.250.1.71.4.2.1&ISO"
MARTINEZ: Final = "802222222222^Martinez^Paul^^^^^^&1.2.250.1.71.4.2.1&ISO"
OBRIEN: Final = "803333333333^O'Brien, jr. (Dr)^Élise^^^^^^&1.2.250.1.71.4.2.1&ISO"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern, and whom of the three authors it describes."""

    ordinal: int
    title: str
    requirement: str
    patterns: tuple[str, ...]
    fits: tuple[str, ...]


PATTERN_CASES: Final = (
    Pattern(
        110,
        "Asks for the author's whole text",
        "A pattern without wildcard is compared with the whole text of authorPerson.",
        (MARTIN,),
        (MARTIN,),
    ),
    Pattern(
        111,
        "Asks for an author by % at both ends",
        "In $XDSDocumentEntryAuthorPerson, % stands for any run of characters.",
        ("%^Martin^%",),
        (MARTIN,),
    ),
    Pattern(
        112,
        "Asks for an author by the beginning of the family name",
        "In $XDSDocumentEntryAuthorPerson, % stands for any run of characters, at the end of a word too.",
        ("%^Martin%",),
        (MARTIN, MARTINEZ),
    ),
    Pattern(
        113,
        "Asks for an author by the family name alone, without a wildcard",
        "A pattern describes the whole text of authorPerson: without a wildcard a part of it is not enough.",
        ("Martin",),
        (),
    ),
    Pattern(
        114,
        "Puts % where there is nothing for it to stand for",
        "In $XDSDocumentEntryAuthorPerson, % stands for no character at all too.",
        (f"%{MARTIN}%",),
        (MARTIN,),
    ),
    Pattern(
        115,
        "Asks for an author by _ in place of one character",
        "In $XDSDocumentEntryAuthorPerson, _ stands for exactly one character.",
        ("80_______1_1^Martin^Anne^%",),
        (MARTIN,),
    ),
    Pattern(
        116,
        "Puts _ where there is no character, and one where there are two",
        "In $XDSDocumentEntryAuthorPerson, _ stands for one character: neither for none nor for two.",
        ("%^Martin_^Anne^%", "%^Martin_^Paul^%"),
        (),
    ),
    Pattern(
        117,
        "Puts _ in place of a letter with an accent",
        "A character is a character of the text, not a byte of its encoding: _ stands for é too.",
        ("%^_lise^%",),
        (OBRIEN,),
    ),
    Pattern(
        118,
        "Asks for either of two authors",
        "With several patterns in the list, an author needs to fit only one of them.",
        ("%^Anne^%", "%^Paul^%"),
        (MARTIN, MARTINEZ),
    ),
    Pattern(
        119,
        "Asks for an author whose name has an apostrophe, a comma and parentheses",
        "Inside quotes an apostrophe is doubled, and commas and parentheses are text like any other.",
        ("%^O'Brien, jr. (Dr)^%",),
        (OBRIEN,),
    ),
)


def by_pattern(row: Pattern, trial: Trial) -> None:
    entries = {person: trial.entry(authors=authored(person)) for person in (MARTIN, MARTINEZ, OBRIEN)}
    made = trial.registered(*entries.values())
    answer = find_documents(trial, (PERSON, list(row.patterns)))
    answer.finds(*(entries[person].id for person in row.fits), among=made.ids)


for _row in PATTERN_CASES:
    enter(
        f"iti-18/4.1.2.3.7.1/{_row.ordinal}",
        title=_row.title,
        requirement=_row.requirement,
        passing=FOUND if _row.fits else NOTHING_FOUND,
        covers=[PATTERNS],
    )(functools.partial(by_pattern, _row))


@enter(
    "iti-18/4.1.2.3.7.1/120",
    title="Asks for the second of two authors",
    requirement="$XDSDocumentEntryAuthorPerson is compared with the authorPerson of every author of the entry.",
    covers=[PATTERNS],
)
def second_author(trial: Trial) -> None:
    two, one = trial.entry(authors=authored(MARTINEZ, OBRIEN)), trial.entry(authors=authored(MARTINEZ))
    made = trial.registered(two, one)
    find_documents(trial, (PERSON, ["%^Élise^%"])).finds(two.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.1/121",
    title="Asks with a pattern that begins in one author and ends in another",
    requirement="A pattern is compared with each authorPerson by itself, not with several of them in a row.",
    passing=NOTHING_FOUND,
    covers=[PATTERNS],
)
def across_authors(trial: Trial) -> None:
    entry = trial.entry(authors=authored(MARTINEZ, OBRIEN))
    made = trial.registered(entry)
    find_documents(trial, (PERSON, ["%Martinez%Brien%", "%Brien%Martinez%"])).finds(among=made.ids)
    find_documents(trial, (PERSON, ["%Martinez%Paul%"])).finds(entry.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.1/122",
    title="Asks for an author by the name of the institution",
    requirement="$XDSDocumentEntryAuthorPerson is compared with authorPerson alone, not with the author's other parts.",
    passing=NOTHING_FOUND,
    covers=[PATTERNS],
)
def institution_is_no_person(trial: Trial) -> None:
    entry = trial.entry(authors=(Author(person=MARTIN, institutions=("Clinique du Parc",)),))
    nobody = trial.entry(authors=(Author(person="", institutions=("Clinique du Parc",)),))
    made = trial.registered(entry, nobody)
    find_documents(trial, (PERSON, ["%Clinique%"])).finds(among=made.ids)
    find_documents(trial, (PERSON, ["%"])).finds(entry.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.1/123",
    title="Asks for an author's name in lower case",
    requirement="Letters of a pattern are compared as they are: upper and lower case differ.",
    section=f"{SECTION}; 3.18.4.1.2.3.5; ITI TF-2 Appendix F",
    level=SHOULD,
    passing=NOTHING_FOUND,
    covers=["iti-18.find-documents.author-person.case"],
)
def author_in_lower_case(trial: Trial) -> None:
    entry = trial.entry(authors=authored(MARTIN))
    made = trial.registered(entry)
    find_documents(trial, (PERSON, ["%^martin^%"])).finds(among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.1/124",
    title="Asks for an author whose name has a backslash",
    requirement="No escape character is defined in patterns: a backslash stands for itself.",
    level=SHOULD,
    covers=["iti-18.find-documents.author-person.escape"],
)
def backslash(trial: Trial) -> None:
    ampersand = r"804444444444^Smith \T\ Sons^Ann^^^^^^&1.2.250.1.71.4.2.1&ISO"
    entry, other = trial.entry(authors=authored(ampersand)), trial.entry(authors=authored(MARTIN))
    made = trial.registered(entry, other)
    find_documents(trial, (PERSON, [r"%Smith \T\ Sons^%"])).finds(entry.id, among=made.ids)
    find_documents(trial, (PERSON, [r"%^Smith \_\ Sons^%"])).finds(entry.id, among=made.ids)


# --- type


@enter(
    "iti-18/4.1.2.3.7.1/130",
    title="Asks for Stable documents by their type",
    requirement="With the type of Stable DocumentEntries in $XDSDocumentEntryType, those are returned; a registry "
    "without On-Demand documents passes over the parameter.",
    section=f"{SECTION}; 3.18.4.1.2.3.6.2, 3.18.4.1.2.5",
    covers=["iti-18.find-documents.type", "iti-18.find-documents.type.ignored"],
)
def stable_type(trial: Trial) -> None:
    entry = trial.entry()
    made = trial.registered(entry)
    find_documents(trial, ("$XDSDocumentEntryType", [n.STABLE])).finds(entry.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.1/131",
    title="Asks for Stable and On-Demand documents at once",
    requirement="With both types in $XDSDocumentEntryType, DocumentEntries of either are returned.",
    section=f"{SECTION}; 3.18.4.1.2.3.6.2, 3.18.4.1.2.5",
    covers=["iti-18.find-documents.type", "iti-18.find-documents.type.ignored"],
)
def both_types(trial: Trial) -> None:
    entry = trial.entry()
    made = trial.registered(entry)
    find_documents(trial, ("$XDSDocumentEntryType", [n.ON_DEMAND, n.STABLE])).finds(entry.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.1/132",
    title="Asks for On-Demand documents where there are only Stable ones",
    requirement="With the type of On-Demand DocumentEntries alone in $XDSDocumentEntryType, no Stable one is returned. "
    "A registry without the On-Demand Documents Option passes over the parameter.",
    section=f"{SECTION}; 3.18.4.1.2.3.6.2, 3.18.4.1.2.5",
    passing=NOTHING_FOUND,
    optional="on-demand",
    covers=["iti-18.find-documents.type"],
)
def on_demand_type(trial: Trial) -> None:
    entry = trial.entry()
    made = trial.registered(entry)
    answer = find_documents(trial, ("$XDSDocumentEntryType", [n.ON_DEMAND])).succeeds()
    if entry.id in answer.ids():
        trial.not_supported("it passes over $XDSDocumentEntryType, as a registry without On-Demand documents may")
    answer.finds(among=made.ids)


# --- several parameters


@enter(
    "iti-18/4.1.2.3.7.1/140",
    title="Asks by two parameters of which one entry meets both",
    requirement="A DocumentEntry must meet every parameter of the query.",
    covers=["iti-18.parameters.together"],
)
def two_parameters(trial: Trial) -> None:
    other_class, other_format = second(trial, "classCode"), second(trial, "formatCode")
    both = trial.entry(codes={"classCode": (other_class,), "formatCode": (other_format,)})
    one, two = trial.entry(codes={"classCode": (other_class,)}), trial.entry(codes={"formatCode": (other_format,)})
    made = trial.registered(both, one, two, trial.entry())
    parameters = (
        ("$XDSDocumentEntryClassCode", written(other_class)),
        ("$XDSDocumentEntryFormatCode", written(other_format)),
    )
    find_documents(trial, *parameters).finds(both.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.1/141",
    title="Asks by every parameter of FindDocuments at once",
    requirement="All parameters of FindDocuments may stand in one query; an entry that meets them all is found.",
    covers=["iti-18.parameters.together"],
)
def every_parameter(trial: Trial) -> None:
    codes = {each.attribute: (first(trial, each.attribute),) for each in CODE_PARAMETERS}
    fits = trial.entry(
        codes=codes,
        creation_time=INSIDE,
        service_start_time=INSIDE,
        service_stop_time=LAST,
        authors=authored(MARTIN),
    )
    later = trial.entry(codes=codes, creation_time=END, authors=authored(MARTIN))
    made = trial.registered(fits, later)
    find_documents(
        trial,
        *((str(each), written(first(trial, each.attribute))) for each in CODE_PARAMETERS),
        *((each.since, int(START)) for each in TIME_PARAMETERS),
        *((each.until, int(END)) for each in TIME_PARAMETERS),
        (PERSON, ["%^Martin^%"]),
        ("$XDSDocumentEntryType", [n.STABLE]),
    ).finds(fits.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.1/142",
    title="Asks for the same documents twice, by every parameter in two orders",
    requirement="The order of the Slots means nothing.",
    section=f"{SECTION}; 3.18.4.1.2.3.7",
    covers=["iti-18.parameters.order"],
)
def in_another_order(trial: Trial) -> None:
    fits = trial.entry(creation_time=INSIDE, codes={"classCode": (second(trial, "classCode"),)})
    made = trial.registered(fits, trial.entry(creation_time=INSIDE), trial.entry(creation_time=END))
    parameters = [
        *of_patient(trial),
        ("$XDSDocumentEntryClassCode", written(second(trial, "classCode"))),
        ("$XDSDocumentEntryCreationTimeFrom", int(START)),
        ("$XDSDocumentEntryCreationTimeTo", int(END)),
    ]
    trial.query("FindDocuments", parameters).finds(fits.id, among=made.ids)
    trial.query("FindDocuments", reversed(parameters)).finds(fits.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.1/143",
    title="Asks with To before From",
    requirement="A range in which no time lies finds nothing, or is refused.",
    passing=NOTHING_FOUND,
    level=SHOULD,
    covers=["iti-18.parameters.times.half-open"],
)
def empty_range(trial: Trial) -> None:
    made = trial.registered(trial.entry(creation_time=INSIDE))
    answer = find_documents(
        trial, ("$XDSDocumentEntryCreationTimeFrom", int(END)), ("$XDSDocumentEntryCreationTimeTo", int(START))
    )
    if answer.status == n.FAILURE:
        answer.refuses()
    else:
        answer.finds(among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.1/144",
    title="Repeats $XDSDocumentEntryClassCode, of which an entry has but one",
    requirement="Only parameters of attributes that an entry has several times may stand in several Slots; with "
    "which code the query is refused is left open.",
    section=f"{SECTION}; 3.18.4.1.2.3.5",
    level=SHOULD,
    passing=query_refused("XDSStoredQueryParamNumber"),
    covers=["iti-18.parameters.repeated", "query.param.repeated"],
)
def repeated_single(trial: Trial) -> None:
    name, code = "$XDSDocumentEntryClassCode", written(first(trial, "classCode"))
    find_documents(trial, (name, code), (name, written(NO_CODE))).refuses()
