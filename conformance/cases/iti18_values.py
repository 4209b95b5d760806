"""ITI-18, how values and parameters are written: literals, lists over several Values, white space, order, attributes.

# ITI TF-2 3.18.4.1.2.3.5, 3.18.4.1.2.3.7, 3.18.4.1.2.6, 3.18.4.1.3
"""

import functools
from collections.abc import Sequence
from typing import Final

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._population import NO_CODE, find_documents, first, of_patient, written
from conformance.messages import names as n
from conformance.messages.edits import Edit, attribute, insert
from conformance.messages.objects import Author, Entry, Submission, new_uuid
from conformance.messages.requests import literal
from conformance.model import SHOULD, Level
from conformance.passing import NOTHING_FOUND, found
from conformance.trial import Trial

FOUND: Final = found('<rim:ExtrinsicObject id="…" …>…</rim:ExtrinsicObject>')

enter = functools.partial(case, passing=FOUND, needs=["registry"])

BY_UUID: Final = "$XDSDocumentEntryEntryUUID"
PERSON: Final = "$XDSDocumentEntryAuthorPerson"
COMPOSED: Final = "Lef\N{LATIN SMALL LETTER E WITH GRAVE}vre"
DECOMPOSED: Final = "Lefe\N{COMBINING GRAVE ACCENT}vre"


def three(trial: Trial) -> tuple[Submission, Entry, Entry, Entry]:
    one, two, other = trial.entry(), trial.entry(), trial.entry()
    return trial.registered(one, two, other), one, two, other


# --- lists


@enter(
    "iti-18/4.1.2.3.5/1",
    title="Spreads a list over two rim:Value, each in parentheses",
    requirement="The values of several rim:Value of one Slot make one list, of which any will do.",
    section="ITI TF-2 3.18.4.1.2.3.5",
    covers=["iti-18.parameters.or", "iti-18.parameters.literals"],
)
def two_value_elements(trial: Trial) -> None:
    _, one, two, _other = three(trial)
    values = [literal([one.id]), literal([two.id])]
    trial.query("GetDocuments", raw=[(BY_UUID, values)]).finds(one.id, two.id)


@enter(
    "iti-18/4.1.2.3.5/2",
    title="Asks for twenty documents by a list over as many rim:Value as it takes",
    requirement="A list longer than a rim:Value may be goes on in further ones, each with several values.",
    section="ITI TF-2 3.18.4.1.2.3.5",
    covers=["iti-18.parameters.or", "iti-18.parameters.literals"],
)
def long_list(trial: Trial) -> None:
    entries = [trial.entry() for _ in range(20)]
    trial.registered(*entries)
    ids = [entry.id for entry in entries]
    values = [literal(ids[at : at + 5]) for at in range(0, 20, 5)]
    trial.query("GetDocuments", raw=[(BY_UUID, values)]).finds(*ids)


@enter(
    "iti-18/4.1.2.3.5/3",
    title="Spreads the codes of a FindDocuments over two rim:Value",
    requirement="The values of several rim:Value of one Slot are alternatives (OR), in a parameter that may be "
    "repeated (AND) too.",
    section="ITI TF-2 3.18.4.1.2.3.5",
    covers=["iti-18.parameters.or"],
)
def codes_in_two_values(trial: Trial) -> None:
    code = first(trial, "eventCodeList")
    entry, without = trial.entry(codes={"eventCodeList": (code,)}), trial.entry()
    made = trial.registered(entry, without)
    values = [literal(written(NO_CODE)), literal(written(code))]
    answer = find_documents(trial, raw=[("$XDSDocumentEntryEventCodeList", values)])
    answer.finds(entry.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.5/4",
    title="Asks for the same document three times in one list",
    requirement="A value that stands in a list several times finds its object once.",
    section="ITI TF-2 3.18.4.1.2.3.5",
    covers=["iti-18.return.once"],
)
def repeated_value(trial: Trial) -> None:
    _, one, _two, _other = three(trial)
    answer = trial.query("GetDocuments", [(BY_UUID, [one.id, one.id, one.id])]).finds(one.id)
    got = answer.ids("entries")
    answer.check("it stands there once", len(got) == 1, "//rim:ExtrinsicObject/@id", 1, len(got))


@enter(
    "iti-18/4.1.2.3.5/10",
    title="Asks for an author with an accent that stands behind its letter, and the other way round",
    requirement="Strings are compared in Unicode normal form C: é is one letter, whether it is written as one "
    "character or as e and an accent.",
    section="ITI TF-2 3.18.4.1.2.3.5; ITI TF-2 Appendix F",
    covers=["iti-18.parameters.normal-form"],
)
def normal_form(trial: Trial) -> None:
    names = [
        f"80{at}^{name}^Ann^^^^^^&1.2.250.1.71.4.2.1&ISO" for at, name in enumerate((COMPOSED, DECOMPOSED, "Lefevre"))
    ]
    entries = [trial.entry(authors=(Author(person=name),)) for name in names]
    made = trial.registered(*entries)
    for name in (COMPOSED, DECOMPOSED):
        answer = find_documents(trial, (PERSON, [f"%^{name}^%"]))
        answer.finds(entries[0].id, entries[1].id, among=made.ids)


# --- white space and order


def read_or_refused(answer: Answer, trial: Trial, what: str) -> Answer:
    """Ends the case where the target refuses a spelling that the framework does not have: it may."""
    if answer.status == n.FAILURE:
        trial.not_supported(f"it refuses {what}, which the framework does not write")
    return answer


def by_list(what: str, value: str, sampled: bool, trial: Trial) -> None:
    _, one, two, _other = three(trial)
    asked = value.replace("ONE", one.id).replace("TWO", two.id).replace("BLANK", two.id.replace("uuid:", "uuid: "))
    answer = trial.query("GetDocuments", raw=[(BY_UUID, [asked])])
    if not sampled:
        read_or_refused(answer, trial, what)
    answer.finds(one.id, two.id)


for _ordinal, _what, _value in (
    (1, "blanks behind the commas", "('ONE', 'TWO')"),
    (2, "blanks inside the parentheses", "( 'ONE' , 'TWO' )"),
    (3, "line breaks between the values", "(\n  'ONE',\n  'TWO'\n)"),
    (4, "white space around the list", "\n   ('ONE','TWO')\n  "),
    (5, "a blank behind urn:uuid: as in a sample of the standard", "('ONE','BLANK')"),
):
    enter(
        f"iti-18/4.1.2.3.4/{_ordinal}",
        title=f"Writes a list with {_what}",
        requirement=f"A registry may pass over white space outside quotes; here: {_what}."
        if _ordinal < 5
        else "A blank that has slipped into a UUID is passed over, for a sample of the standard has one.",
        section="ITI TF-2 3.18.4.1.2.3.5",
        level=SHOULD,
        covers=["iti-18.parameters.lenient"],
    )(functools.partial(by_list, _what, _value, _ordinal == 5))


@enter(
    "iti-18/4.1.2.3.4/10",
    title="Asks by a name with two blanks inside quotes",
    requirement="White space inside quotes is part of the value.",
    section="ITI TF-2 3.18.4.1.2.3.5",
    covers=["iti-18.parameters.literals"],
)
def blanks_inside(trial: Trial) -> None:
    persons = ("801^De  Witt^Ann^^^^^^&1.2.250.1.71.4.2.1&ISO", "802^De Witt^Ann^^^^^^&1.2.250.1.71.4.2.1&ISO")
    two, one = (trial.entry(authors=(Author(person=person),)) for person in persons)
    made = trial.registered(two, one)
    find_documents(trial, (PERSON, ["%^De Witt^%"])).finds(one.id, among=made.ids)


def by_name(family: str, others: Sequence[str], trial: Trial) -> None:
    authority = "&1.2.250.1.71.4.2.1&ISO"
    entries = [
        trial.entry(authors=(Author(person=f"80{at}^{name}^Ann^^^^^^{authority}"),))
        for at, name in enumerate((family, *others))
    ]
    made = trial.registered(*entries)
    find_documents(trial, (PERSON, [f"%^{family}^%"])).finds(entries[0].id, among=made.ids)


for _ordinal, _what, _family, _others in (
    (11, "an apostrophe, doubled in the query", "O'Brien", ("O''Brien", "OBrien")),
    (12, "two apostrophes, four in the query", "O''Brien", ("O'Brien",)),
    (13, "a comma", "Smith, Jones", ("Smith", "Jones")),
    (14, "parentheses", "Smith (Jones)", ("Smith Jones",)),
    (15, "an apostrophe, a comma and parentheses", "O'Brien','(Smith)", ("O'Brien", "(Smith)")),
    (16, "quotation marks", 'Smith "Jim"', ("Smith Jim",)),
    (17, "an ampersand and angle brackets", "Smith <&> Sons", ("Smith  Sons",)),
    (18, "letters beyond ASCII", "Łukasiewicz-Ñandú", ("Lukasiewicz-Nandu",)),
    (19, "a letter beyond the first plane of Unicode", "\N{CJK UNIFIED IDEOGRAPH-20BB7}野", ("吉野",)),
):
    enter(
        f"iti-18/4.1.2.3.4/{_ordinal}",
        title=f"Asks by a string that holds {_what}",
        requirement="Inside quotes every character is text; an apostrophe is doubled.",
        section="ITI TF-2 3.18.4.1.2.3.5",
        covers=["iti-18.parameters.literals"],
    )(functools.partial(by_name, _family, _others))


@enter(
    "iti-18/4.1.2.3.4/20",
    title="Gets documents by a uniqueId that reads like a part of an SQL statement",
    requirement="Whatever stands inside quotes is a value and nothing else: it finds nothing here, or is refused as no "
    "uniqueId; it is never run.",
    section="ITI TF-2 3.18.4.1.2.3.5",
    passing=NOTHING_FOUND,
    covers=["iti-18.parameters.literals", "iti-18.parameters.injection"],
)
def statement(trial: Trial) -> None:
    entry = trial.entry()
    trial.registered(entry)
    for text in ("1' OR '1'='1", "1') OR ('1'='1", "1'; DROP TABLE entry; --", "1\\' OR 1=1 --"):
        _finds_nothing(trial.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [text])]))
    trial.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [entry.unique_id])]).finds(entry.id)


def _finds_nothing(answer: Answer) -> None:
    """Of what may be no uniqueId to a registry that looks at its form: nothing, or a refusal."""
    if answer.status == n.FAILURE:
        answer.refuses()
    else:
        answer.finds()


@enter(
    "iti-18/4.1.2.3.4/21",
    title="Gets a document by a uniqueId with wildcards",
    requirement="Ids are compared as they are: % and _ are no wildcards in them.",
    section="ITI TF-2 3.18.4.1.2.3.5",
    passing=NOTHING_FOUND,
    covers=["iti-18.get-documents.unique-id"],
)
def wildcards_in_an_id(trial: Trial) -> None:
    entry = trial.entry()
    trial.registered(entry)
    name, start = "$XDSDocumentEntryUniqueId", entry.unique_id[:-1]
    trial.query("GetDocuments", [(name, [start])]).finds()
    for wild in (f"{start}_", f"{start}%"):
        _finds_nothing(trial.query("GetDocuments", [(name, [wild])]))
    trial.query("GetDocuments", [(name, [entry.unique_id])]).finds(entry.id)


# --- what many clients send


def spelled(what: str, name: str, values: Sequence[str], sampled: bool, trial: Trial) -> None:
    entry = trial.entry()
    made = trial.registered(entry)
    known = {"PATIENT": trial.patient, "APPROVED": n.APPROVED}
    asked = [value.replace("PATIENT", known["PATIENT"]).replace("APPROVED", known["APPROVED"]) for value in values]
    rest = [each for each in of_patient(trial) if each[0] != name]
    answer = trial.query("FindDocuments", rest, raw=[(name, asked)])
    if not sampled:
        read_or_refused(answer, trial, what)
    answer.finds(entry.id, among=made.ids)


QUOTED: Final = "iti-18.parameters.times.quoted"

for _ordinal, _what, _name, _values in (
    (30, "one status without parentheses", "$XDSDocumentEntryStatus", ["'APPROVED'"]),
    (31, "the patient id in parentheses", "$XDSDocumentEntryPatientId", ["('PATIENT')"]),
    (32, "a status between quotation marks", "$XDSDocumentEntryStatus", ['("APPROVED")']),
    (33, "a time between apostrophes", "$XDSDocumentEntryCreationTimeFrom", ["'20240101'"]),
    (34, "a time in parentheses", "$XDSDocumentEntryCreationTimeFrom", ["(20240101)"]),
):
    enter(
        f"iti-18/4.1.2.3.4/{_ordinal}",
        title=f"Writes {_what}",
        requirement=f"A registry reads the spellings of the framework's samples and notes; here: {_what}."
        if _ordinal in (32, 33)
        else f"A registry may read what clients write beside the framework; here: {_what}.",
        section="ITI TF-2 3.18.4.1.2.3.5",
        level=SHOULD,
        covers=["iti-18.parameters.lenient", *([QUOTED] if _ordinal == 33 else [])],
    )(functools.partial(spelled, _what, _name, _values, _ordinal in (32, 33)))


# --- Slots and attributes


@enter(
    "iti-18/4.1.2.3.3/1",
    title="Puts the required parameters last",
    requirement="The order of the Slots means nothing.",
    section="ITI TF-2 3.18.4.1.2.3.7",
    covers=["iti-18.parameters.order"],
)
def required_last(trial: Trial) -> None:
    fits, early = trial.entry(creation_time="20240315"), trial.entry(creation_time="20230315")
    made = trial.registered(fits, early)
    patient, status = of_patient(trial)
    parameters = [
        ("$XDSDocumentEntryCreationTimeTo", 2025),
        ("$XDSDocumentEntryCreationTimeFrom", 2024),
        status,
        patient,
    ]
    trial.query("FindDocuments", parameters).finds(fits.id, among=made.ids)


def with_edits(edits: Sequence[Edit], trial: Trial) -> None:
    one, two, three_ = trial.entry(), trial.entry(), trial.entry()
    made = trial.registered(one, two, three_)
    trial.query("FindDocuments", of_patient(trial), *edits).finds(one.id, two.id, three_.id, among=made.ids)


REQUEST: Final = "/query:AdhocQueryRequest"
ASKED: Final = "/query:AdhocQueryRequest/rim:AdhocQuery"


def _attribute(
    ordinal: str, title: str, requirement: str, *edits: Edit, level: Level = SHOULD, covers: str = "attributes"
) -> None:
    enter(
        f"iti-18/{ordinal}",
        title=title,
        requirement=requirement,
        section="ITI TF-2 3.18.4.1.2.6; ITI TF-3 4.2",
        level=level,
        covers=[f"iti-18.query.{covers}"],
    )(functools.partial(with_edits, edits))


def paged(edit: Edit, trial: Trial) -> None:
    """Stored queries and the paging of ebRS were never reconciled: what does page must say so."""
    entries = [trial.entry() for _ in range(3)]
    made = trial.registered(*entries)
    answer = trial.query("FindDocuments", of_patient(trial), edit)
    told = answer.text("//query:AdhocQueryResponse/@totalResultCount")
    if answer.status == n.SUCCESS and told == "3" and len(set(answer.ids()) & set(made.ids)) < 3:
        trial.not_supported("it pages, and says that there are 3 objects in all")
    answer.finds(*(entry.id for entry in entries), among=made.ids)


for _ordinal, _name, _value in ((1, "maxResults", "1"), (2, "startIndex", "2")):
    enter(
        f"iti-18/4.1.2/{_ordinal}",
        title=f"Asks with {_name}={_value} where three documents fit",
        requirement=f"Paging is left to the Document Consumer: {_name} should have no effect on a stored query. A "
        "registry that pages all the same tells in totalResultCount how many objects there are.",
        section="ITI TF-2 3.18.4.1.2.6; ebRS 3.0 6.2",
        level=SHOULD,
        covers=["iti-18.query.attributes"],
    )(functools.partial(paged, attribute(REQUEST, _name, _value)))
_attribute(
    "4.1.2/3",
    "Asks with federated and federation",
    "federated and federation have no effect.",
    attribute(REQUEST, "federated", "true"),
    attribute(REQUEST, "federation", new_uuid()),
)
_attribute(
    "4.1.2/4",
    "Asks with returnComposedObjects=false",
    "Whole objects are returned composed, whatever returnComposedObjects says.",
    attribute(f"{REQUEST}/query:ResponseOption", "returnComposedObjects", "false"),
)
_attribute(
    "4.1.2/5",
    "Asks with a comment and an id on the request",
    "id and comment of the request have no effect.",
    attribute(REQUEST, "id", new_uuid()),
    attribute(REQUEST, "comment", "asked by the conformance suite"),
)
_attribute(
    "4.1.2/6",
    "Puts a RequestSlotList into the request",
    "A RequestSlotList, which the schema allows, does not disturb the query.",
    insert(
        REQUEST,
        '<rs:RequestSlotList><rim:Slot name="urn:conformance:note"><rim:ValueList><rim:Value>1</rim:Value>'
        "</rim:ValueList></rim:Slot></rs:RequestSlotList>",
        at=0,
    ),
)


HOME: Final = "urn:oid:1.2.250.1.999.1.77"


@enter(
    "iti-18/4.1.2.3.8/1",
    title="Asks FindDocuments with a homeCommunityId on the query",
    requirement="A registry accepts a home attribute on rim:AdhocQuery; with a patient in the query it may pass over "
    "it.",
    section="ITI TF-2 3.18.4.1.3, 3.18.4.1.2.3.8",
    covers=["iti-18.query.home"],
)
def home_of_a_patient(trial: Trial) -> None:
    with_edits([attribute(ASKED, "home", HOME)], trial)


@enter(
    "iti-18/4.1.2.3.8/2",
    title="Asks GetDocuments with a homeCommunityId on the query",
    requirement="A registry accepts a home attribute on rim:AdhocQuery.",
    section="ITI TF-2 3.18.4.1.3, 3.18.4.1.2.3.8",
    covers=["iti-18.query.home"],
)
def home_of_an_id(trial: Trial) -> None:
    entry = trial.entry()
    trial.registered(entry)
    trial.query("GetDocuments", [(BY_UUID, [entry.id])], attribute(ASKED, "home", HOME)).finds(entry.id)


@enter(
    "iti-18/4.1.2.3.8/3",
    title="Asks FindDocuments with $targetCommunityIdList",
    requirement="A registry accepts $targetCommunityIdList, which Revision 20.1 has brought for gateways, and may pass "
    "over it.",
    section="ITI TF-2 3.18.4.1.3, 3.18.4.1.2.3.8",
    level=SHOULD,
    covers=["iti-18.query.target-communities"],
)
def target_communities(trial: Trial) -> None:
    entry = trial.entry()
    made = trial.registered(entry)
    find_documents(trial, ("$targetCommunityIdList", [HOME])).finds(entry.id, among=made.ids)


_attribute(
    "4.1.2/7",
    "Puts a slotType on the parameters",
    "slotType, which the schema allows on every Slot, has no effect.",
    attribute(f"{ASKED}/rim:Slot", "slotType", "urn:conformance:parameter"),
)
