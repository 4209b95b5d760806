"""ITI-18 FindSubmissionSets and FindFolders: each of their parameters. # ITI TF-2 3.18.4.1.2.3.7.2, 3.18.4.1.2.3.7.3"""

import functools
from collections.abc import Sequence
from typing import Any, Final

from conformance.answer import slot_of
from conformance.book import case
from conformance.cases._population import NO_CODE, find_folders, find_submission_sets, first, second, written
from conformance.messages import names as n
from conformance.messages.objects import Association, Author, Folder, Submission, SubmissionSet
from conformance.model import SHOULD
from conformance.passing import NOTHING_FOUND, found, query_refused
from conformance.trial import Trial

FOUND: Final = found('<rim:RegistryPackage id="…" status="…:StatusType:Approved" …>…</rim:RegistryPackage>')

of_sets = functools.partial(case, section="ITI TF-2 3.18.4.1.2.3.7.2", passing=FOUND, needs=["registry"])
of_folders = functools.partial(case, section="ITI TF-2 3.18.4.1.2.3.7.3", passing=FOUND, needs=["registry"])

# --- FindSubmissionSets

BEFORE, START, INSIDE, LAST, END = (
    "20240229235959",
    "20240301000000",
    "20240315101600",
    "20240331235959",
    "20240401000000",
)
"""A second before March 2024, its first second, the middle, its last second, and the first second after it."""


def submitted(trial: Trial, **values: Any) -> Submission:
    """One entry in a SubmissionSet with these values, registered as preparation."""
    if "contentTypeCode" in trial.target.codes:
        values.setdefault("content_type", trial.target.codes["contentTypeCode"])
    return trial.registered(trial.entry(), submission_set=SubmissionSet(trial.patient, **values))


def sets(*submissions: Submission) -> list[str]:
    """ids of every object in them."""
    return [each for made in submissions for each in made.ids]


@of_sets(
    "iti-18/4.1.2.3.7.2/1",
    title="Finds the SubmissionSets of a patient",
    requirement="FindSubmissionSets returns the SubmissionSets of the patient, and nothing but SubmissionSets.",
    covers=["iti-18.find-submission-sets.patient"],
)
def sets_of_the_patient(trial: Trial) -> None:
    one = trial.registered(trial.entry(), trial.folder())
    other = trial.registered(trial.entry())
    find_submission_sets(trial).finds(one.set.id, other.set.id, among=sets(one, other))


@of_sets(
    "iti-18/4.1.2.3.7.2/2",
    title="Asks for the SubmissionSets of one patient where another one has some too",
    requirement="FindSubmissionSets returns the SubmissionSets of no other patient than the one asked for.",
    needs=["registry", "two-patients"],
    covers=["iti-18.find-submission-sets.patient"],
)
def sets_of_no_other_patient(trial: Trial) -> None:
    mine = trial.registered(trial.entry())
    theirs = trial.registered(trial.entry(patient=trial.new_patient()))
    find_submission_sets(trial).finds(mine.set.id, among=sets(mine, theirs))


@of_sets(
    "iti-18/4.1.2.3.7.2/3",
    title="Asks for SubmissionSets of one source",
    requirement="With $XDSSubmissionSetSourceId, FindSubmissionSets returns the SubmissionSets of that source alone.",
    covers=["iti-18.find-submission-sets.source-id"],
)
def source(trial: Trial) -> None:
    one, other = submitted(trial, source_id="1.2.250.1.999.1.21"), submitted(trial, source_id="1.2.250.1.999.1.2")
    name = "$XDSSubmissionSetSourceId"
    find_submission_sets(trial, (name, ["1.2.250.1.999.1.21"])).finds(one.set.id, among=sets(one, other))
    find_submission_sets(trial, (name, ["1.2.250.1.999.1.2"])).finds(other.set.id, among=sets(one, other))


@of_sets(
    "iti-18/4.1.2.3.7.2/4",
    title="Asks for SubmissionSets of either of two sources",
    requirement="With several values in $XDSSubmissionSetSourceId, a SubmissionSet needs only one of the sources.",
    covers=["iti-18.find-submission-sets.source-id", "iti-18.parameters.or"],
)
def either_source(trial: Trial) -> None:
    made = [submitted(trial, source_id=f"1.2.250.1.999.1.3{number}") for number in range(3)]
    answer = find_submission_sets(trial, ("$XDSSubmissionSetSourceId", ["1.2.250.1.999.1.30", "1.2.250.1.999.1.32"]))
    answer.finds(made[0].set.id, made[2].set.id, among=sets(*made))


@of_sets(
    "iti-18/4.1.2.3.7.2/5",
    title="Asks for SubmissionSets whose submissionTime is the From of the range, and a second before it",
    requirement="$XDSSubmissionSetSubmissionTimeFrom is included in the range.",
    covers=["iti-18.find-submission-sets.submission-time", "iti-18.parameters.times.half-open"],
)
def submitted_since(trial: Trial) -> None:
    before, at = (submitted(trial, submission_time=time) for time in (BEFORE, START))
    answer = find_submission_sets(trial, ("$XDSSubmissionSetSubmissionTimeFrom", int(START)))
    answer.finds(at.set.id, among=sets(before, at))


@of_sets(
    "iti-18/4.1.2.3.7.2/6",
    title="Asks for SubmissionSets whose submissionTime is the To of the range, and a second before it",
    requirement="$XDSSubmissionSetSubmissionTimeTo is not included in the range.",
    covers=["iti-18.find-submission-sets.submission-time", "iti-18.parameters.times.half-open"],
)
def submitted_until(trial: Trial) -> None:
    last, at = (submitted(trial, submission_time=time) for time in (LAST, END))
    answer = find_submission_sets(trial, ("$XDSSubmissionSetSubmissionTimeTo", int(END)))
    answer.finds(last.set.id, among=sets(last, at))


@of_sets(
    "iti-18/4.1.2.3.7.2/7",
    title="Asks for SubmissionSets of one month",
    requirement="A time in a query may be given to the month: From is the start of it, To its end.",
    section="ITI TF-2 3.18.4.1.2.3.7.2; 3.18.4.1.2.3.3.2",
    level=SHOULD,
    covers=["iti-18.find-submission-sets.submission-time", "iti-18.parameters.times.truncated"],
)
def submitted_in_a_month(trial: Trial) -> None:
    made = [submitted(trial, submission_time=time) for time in (BEFORE, START, INSIDE, END)]
    answer = find_submission_sets(
        trial, ("$XDSSubmissionSetSubmissionTimeFrom", 202403), ("$XDSSubmissionSetSubmissionTimeTo", 202403)
    )
    answer.finds(made[1].set.id, made[2].set.id, among=sets(*made))


AUTHOR: Final = "$XDSSubmissionSetAuthorPerson"
PERSONS: Final = (
    "801111111111^Martin^Anne^^^^^^&1.2.250.1.71.4.2.1&ISO",
    "802222222222^Martinez^Paul^^^^^^&1.2.250.1.71.4.2.1&ISO",
    "803333333333^O'Brien^Élise^^^^^^&1.2.250.1.71.4.2.1&ISO",
)


def by_author(pattern: str, fits: Sequence[int], trial: Trial) -> None:
    made = [submitted(trial, authors=(Author(person=person),)) for person in PERSONS]
    answer = find_submission_sets(trial, (AUTHOR, pattern))
    answer.finds(*(made[number].set.id for number in fits), among=sets(*made))


for _ordinal, _title, _requirement, _pattern, _fits in (
    (
        10,
        "Asks for SubmissionSets by the author's whole text",
        f"{AUTHOR} is compared with the whole text of authorPerson.",
        PERSONS[0],
        (0,),
    ),
    (
        11,
        "Asks for SubmissionSets by an author, with %",
        f"In {AUTHOR}, % is any run of characters.",
        "%^Martin%",
        (0, 1),
    ),
    (
        12,
        "Asks for SubmissionSets by an author, with _",
        f"In {AUTHOR}, _ is exactly one character.",
        "80_______2_2^Martinez^P_ul^%",
        (1,),
    ),
    (
        13,
        "Asks for SubmissionSets by the family name alone",
        f"{AUTHOR} describes the whole text: without a wildcard a part is not enough.",
        "Martin",
        (),
    ),
    (
        14,
        "Asks for SubmissionSets by an author with an apostrophe",
        "An apostrophe in a value is doubled.",
        "%^O'Brien^%",
        (2,),
    ),
):
    of_sets(
        f"iti-18/4.1.2.3.7.2/{_ordinal}",
        title=_title,
        requirement=_requirement,
        passing=FOUND if _fits else NOTHING_FOUND,
        covers=["iti-18.find-submission-sets.author-person"],
    )(functools.partial(by_author, _pattern, _fits))


@of_sets(
    "iti-18/4.1.2.3.7.2/15",
    title="Asks for SubmissionSets by the author of an entry in them",
    requirement=f"{AUTHOR} is compared with the authors of the SubmissionSet, not with those of its entries.",
    passing=NOTHING_FOUND,
    covers=["iti-18.find-submission-sets.author-person"],
)
def author_of_an_entry(trial: Trial) -> None:
    held = SubmissionSet(trial.patient, authors=(Author(person=PERSONS[0]),))
    made = trial.registered(trial.entry(authors=(Author(person=PERSONS[1]),)), submission_set=held)
    find_submission_sets(trial, (AUTHOR, "%^Martinez^%")).finds(among=made.ids)


@of_sets(
    "iti-18/4.1.2.3.7.2/20",
    title="Asks for SubmissionSets by one contentTypeCode",
    requirement="$XDSSubmissionSetContentType holds SubmissionSets to the code in it.",
    covers=["iti-18.find-submission-sets.content-type"],
)
def content_type(trial: Trial) -> None:
    name, this, other = (
        "$XDSSubmissionSetContentType",
        first(trial, "contentTypeCode"),
        second(trial, "contentTypeCode"),
    )
    one, two = submitted(trial, content_type=this), submitted(trial, content_type=other)
    find_submission_sets(trial, (name, written(this))).finds(one.set.id, among=sets(one, two))
    find_submission_sets(trial, (name, written(NO_CODE))).finds(among=sets(one, two))


@of_sets(
    "iti-18/4.1.2.3.7.2/21",
    title="Asks for SubmissionSets by a list of contentTypeCode",
    requirement="With several values in $XDSSubmissionSetContentType, a SubmissionSet needs only one of the codes.",
    covers=["iti-18.find-submission-sets.content-type", "iti-18.parameters.or"],
)
def either_content_type(trial: Trial) -> None:
    name, this, other = (
        "$XDSSubmissionSetContentType",
        first(trial, "contentTypeCode"),
        second(trial, "contentTypeCode"),
    )
    one, two = submitted(trial, content_type=this), submitted(trial, content_type=other)
    find_submission_sets(trial, (name, written(this, other))).finds(one.set.id, two.set.id, among=sets(one, two))
    find_submission_sets(trial, (name, written(NO_CODE, other))).finds(two.set.id, among=sets(one, two))


@of_sets(
    "iti-18/4.1.2.3.7.2/22",
    title="Asks for the code of a contentTypeCode in another coding scheme",
    requirement="The same code of another coding scheme is another code.",
    passing=NOTHING_FOUND,
    covers=["iti-18.find-submission-sets.content-type", "iti-18.parameters.code.scheme"],
)
def content_type_of_another_scheme(trial: Trial) -> None:
    this = first(trial, "contentTypeCode")
    made = submitted(trial, content_type=this)
    elsewhere = (this[0], NO_CODE[1], "")
    find_submission_sets(trial, ("$XDSSubmissionSetContentType", written(elsewhere))).finds(among=made.ids)


@of_sets(
    "iti-18/4.1.2.3.7.2/30",
    title="Asks for Deprecated SubmissionSets where all are Approved",
    requirement="$XDSSubmissionSetStatus holds SubmissionSets to the statuses in it.",
    passing=NOTHING_FOUND,
    covers=["iti-18.find-submission-sets.status"],
)
def deprecated_sets(trial: Trial) -> None:
    made = trial.registered(trial.entry())
    required = [("$XDSSubmissionSetPatientId", trial.patient)]
    status = "$XDSSubmissionSetStatus"
    trial.query("FindSubmissionSets", [*required, (status, [n.DEPRECATED])]).finds(among=made.ids)
    both = trial.query("FindSubmissionSets", [*required, (status, [n.DEPRECATED, n.APPROVED])])
    both.finds(made.set.id, among=made.ids)


@of_sets(
    "iti-18/4.1.2.3.7.2/31",
    title="Asks by every parameter of FindSubmissionSets at once",
    requirement="A SubmissionSet must meet every parameter of the query.",
    covers=["iti-18.parameters.together"],
)
def every_parameter_of_sets(trial: Trial) -> None:
    author = (Author(person=PERSONS[0]),)
    fits = submitted(trial, submission_time=INSIDE, source_id="1.2.250.1.999.1.40", authors=author)
    later = submitted(trial, submission_time=END, source_id="1.2.250.1.999.1.40", authors=author)
    other = submitted(trial, submission_time=INSIDE, source_id="1.2.250.1.999.1.41", authors=author)
    find_submission_sets(
        trial,
        ("$XDSSubmissionSetSourceId", ["1.2.250.1.999.1.40"]),
        ("$XDSSubmissionSetSubmissionTimeFrom", int(START)),
        ("$XDSSubmissionSetSubmissionTimeTo", int(END)),
        (AUTHOR, "%^Martin^%"),
        ("$XDSSubmissionSetContentType", written(first(trial, "contentTypeCode"))),
    ).finds(fits.set.id, among=sets(fits, later, other))


@of_sets(
    "iti-18/4.1.2.3.7.2/32",
    title="Asks for SubmissionSets by two authors",
    requirement=f"{AUTHOR} takes one pattern.",
    passing=query_refused("XDSStoredQueryParamNumber"),
    covers=["iti-18.parameters.single", "query.param.single"],
)
def two_authors(trial: Trial) -> None:
    made = submitted(trial, authors=(Author(person=PERSONS[0]),))
    alone = find_submission_sets(trial, (AUTHOR, "%^Martin^%"), preparation=True)
    trial.given(made.set.id in alone.ids(), "one author finds nothing", alone)
    find_submission_sets(trial, (AUTHOR, ["%^Martin^%", "%^Martinez^%"])).refuses("XDSStoredQueryParamNumber")


# --- FindFolders


@of_folders(
    "iti-18/4.1.2.3.7.3/1",
    title="Finds the Folders of a patient",
    requirement="FindFolders returns the Folders of the patient, and nothing but Folders.",
    covers=["iti-18.find-folders.patient"],
)
def folders_of_the_patient(trial: Trial) -> None:
    entry, folder, empty = trial.entry(), trial.folder(), trial.folder()
    made = trial.registered(entry, folder, empty, Association(n.HAS_MEMBER, folder.id, entry.id))
    find_folders(trial).finds(folder.id, empty.id, among=made.ids)


@of_folders(
    "iti-18/4.1.2.3.7.3/2",
    title="Asks for the Folders of one patient where another one has some too",
    requirement="FindFolders returns the Folders of no other patient than the one asked for.",
    needs=["registry", "two-patients"],
    covers=["iti-18.find-folders.patient"],
)
def folders_of_no_other_patient(trial: Trial) -> None:
    mine, theirs = trial.folder(), trial.folder(patient=trial.new_patient())
    ids = (*trial.registered(mine).ids, *trial.registered(theirs).ids)
    find_folders(trial).finds(mine.id, among=ids)


CODES: Final = "$XDSFolderCodeList"


def coded_folders(trial: Trial) -> tuple[Submission, Folder, Folder, Folder]:
    """Folders with one code, another code, and both."""
    this, other = first(trial, "codeList"), second(trial, "codeList")
    one, two, both = (trial.folder(codes=codes) for codes in ((this,), (other,), (this, other)))
    return trial.registered(one, two, both), one, two, both


@of_folders(
    "iti-18/4.1.2.3.7.3/10",
    title="Asks for Folders by one code",
    requirement=f"With {CODES}, FindFolders returns the Folders that carry the code, among others or alone.",
    covers=["iti-18.find-folders.code-list"],
)
def folder_code(trial: Trial) -> None:
    made, one, _two, both = coded_folders(trial)
    find_folders(trial, (CODES, written(first(trial, "codeList")))).finds(one.id, both.id, among=made.ids)
    find_folders(trial, (CODES, written(NO_CODE))).finds(among=made.ids)


@of_folders(
    "iti-18/4.1.2.3.7.3/11",
    title="Asks for Folders by a list of codes",
    requirement=f"With several values in one {CODES}, a Folder needs to carry only one of the codes.",
    covers=["iti-18.find-folders.code-list", "iti-18.parameters.or"],
)
def any_folder_code(trial: Trial) -> None:
    made, one, two, both = coded_folders(trial)
    codes = written(first(trial, "codeList"), second(trial, "codeList"))
    find_folders(trial, (CODES, codes)).finds(one.id, two.id, both.id, among=made.ids)


@of_folders(
    "iti-18/4.1.2.3.7.3/12",
    title="Repeats $XDSFolderCodeList with another code",
    requirement=f"When {CODES} stands in several Slots, a Folder must meet every one of them (AND).",
    section="ITI TF-2 3.18.4.1.2.3.7.3; 3.18.4.1.2.3.5",
    covers=["iti-18.find-folders.code-list", "iti-18.parameters.and"],
)
def all_folder_codes(trial: Trial) -> None:
    made, _one, _two, both = coded_folders(trial)
    this, other = written(first(trial, "codeList")), written(second(trial, "codeList"))
    find_folders(trial, (CODES, this), (CODES, other)).finds(both.id, among=made.ids)


@of_folders(
    "iti-18/4.1.2.3.7.3/13",
    title="Asks for the code of a Folder in another coding scheme",
    requirement="The same code of another coding scheme is another code.",
    passing=NOTHING_FOUND,
    covers=["iti-18.find-folders.code-list", "iti-18.parameters.code.scheme"],
)
def folder_code_of_another_scheme(trial: Trial) -> None:
    made = trial.registered(trial.folder())
    elsewhere = (first(trial, "codeList")[0], NO_CODE[1], "")
    find_folders(trial, (CODES, written(elsewhere))).finds(among=made.ids)


@of_folders(
    "iti-18/4.1.2.3.7.3/20",
    title="Asks for a Folder by its lastUpdateTime as From, and by a second later",
    requirement="$XDSFolderLastUpdateTimeFrom is included in the range.",
    covers=["iti-18.find-folders.last-update-time", "iti-18.parameters.times.half-open"],
)
def updated_since(trial: Trial) -> None:
    made, folder, at, after = _updated(trial)
    name = "$XDSFolderLastUpdateTimeFrom"
    find_folders(trial, (name, at)).finds(folder.id, among=made.ids)
    find_folders(trial, (name, after)).finds(among=made.ids)


@of_folders(
    "iti-18/4.1.2.3.7.3/21",
    title="Asks for a Folder by its lastUpdateTime as To, and by a second later",
    requirement="$XDSFolderLastUpdateTimeTo is not included in the range.",
    covers=["iti-18.find-folders.last-update-time", "iti-18.parameters.times.half-open"],
)
def updated_until(trial: Trial) -> None:
    made, folder, at, after = _updated(trial)
    name = "$XDSFolderLastUpdateTimeTo"
    find_folders(trial, (name, at)).finds(among=made.ids)
    find_folders(trial, (name, after)).finds(folder.id, among=made.ids)


def _updated(trial: Trial) -> tuple[Submission, Folder, int, int]:
    """A Folder, the time that the registry gave it, and a second later."""
    folder = trial.folder()
    made = trial.registered(folder)
    answer = trial.query("GetFolders", [("$XDSFolderEntryUUID", [folder.id])], preparation=True)
    trial.given(folder.id in answer.ids("packages"), "the registry does not give back the folder", answer)
    time = "".join(slot_of(answer.one(folder.id), "lastUpdateTime"))
    trial.given(len(time) == 14 and time.isdecimal(), f"lastUpdateTime is {time!r}, not to the second", answer)
    return made, folder, int(time), _next_second(time)


def _next_second(time: str) -> int:
    from datetime import datetime, timedelta

    return int((datetime.strptime(time, "%Y%m%d%H%M%S") + timedelta(seconds=1)).strftime("%Y%m%d%H%M%S"))


@of_folders(
    "iti-18/4.1.2.3.7.3/30",
    title="Asks for Deprecated Folders where all are Approved",
    requirement="$XDSFolderStatus holds Folders to the statuses in it.",
    passing=NOTHING_FOUND,
    covers=["iti-18.find-folders.status"],
)
def deprecated_folders(trial: Trial) -> None:
    folder = trial.folder()
    made = trial.registered(folder)
    patient = ("$XDSFolderPatientId", trial.patient)
    trial.query("FindFolders", [patient, ("$XDSFolderStatus", [n.DEPRECATED])]).finds(among=made.ids)
    both = trial.query("FindFolders", [patient, ("$XDSFolderStatus", [n.DEPRECATED, n.APPROVED])])
    both.finds(folder.id, among=made.ids)


@of_folders(
    "iti-18/4.1.2.3.7.3/31",
    title="Asks with a status that nobody defined, beside Approved",
    requirement="Values of $XDSFolderStatus that are not known do not keep the known ones in the list from counting.",
    level=SHOULD,
    covers=["iti-18.find-folders.status"],
)
def unknown_folder_status(trial: Trial) -> None:
    folder = trial.folder()
    made = trial.registered(folder)
    statuses = [n.APPROVED, "urn:oasis:names:tc:ebxml-regrep:StatusType:Imagined"]
    parameters = [("$XDSFolderPatientId", trial.patient), ("$XDSFolderStatus", statuses)]
    answer = trial.query("FindFolders", parameters)
    if answer.status == n.FAILURE:
        trial.not_supported("it refuses the value; the framework has those of $XDSDocumentEntryStatus passed over")
    answer.finds(folder.id, among=made.ids)
