"""ITI-18, queries that must be refused: each required parameter missing, both ids, too many values, unknown queries.

A registry that refuses every query would refuse these too. So each query is sent in good order first, as preparation,
once a run: where it does not succeed, the broken ones are NOT RUN. # ITI TF-2 3.18.4.1.2.3.7
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._population import (
    NO_ENTRY,
    NO_UNIQUE_ID,
    Parameter,
    find_documents,
    first,
    of_patient,
    refuses_patient,
)
from conformance.messages import names as n
from conformance.messages.edits import remove
from conformance.model import SHOULD
from conformance.passing import found, query_refused
from conformance.trial import Trial

MISSING: Final = "XDSStoredQueryMissingParam"
NUMBER: Final = "XDSStoredQueryParamNumber"
OTHER_PATIENT: Final = "other^^^&1.2.250.1.999.1&ISO"
BY_REFERENCE: Final = "reference-id"

enter = functools.partial(case, needs=["registry"])

PATIENT: Final = "the patient of the case"
"""Stands for it in the tables below."""

ENTRY: Final[Parameter] = ("$XDSDocumentEntryEntryUUID", NO_ENTRY)
ENTRIES: Final[Parameter] = ("$XDSDocumentEntryEntryUUID", [NO_ENTRY])

GOOD: Final[Mapping[str, tuple[int, tuple[Parameter, ...]]]] = {
    "FindDocuments": (1, (("$XDSDocumentEntryPatientId", PATIENT), ("$XDSDocumentEntryStatus", [n.APPROVED]))),
    "FindSubmissionSets": (2, (("$XDSSubmissionSetPatientId", PATIENT), ("$XDSSubmissionSetStatus", [n.APPROVED]))),
    "FindFolders": (3, (("$XDSFolderPatientId", PATIENT), ("$XDSFolderStatus", [n.APPROVED]))),
    "GetAll": (
        4,
        (
            ("$patientId", PATIENT),
            ("$XDSDocumentEntryStatus", [n.APPROVED]),
            ("$XDSSubmissionSetStatus", [n.APPROVED]),
            ("$XDSFolderStatus", [n.APPROVED]),
        ),
    ),
    "GetDocuments": (5, (ENTRIES,)),
    "GetFolders": (6, (("$XDSFolderEntryUUID", [NO_ENTRY]),)),
    "GetAssociations": (7, (("$uuid", [NO_ENTRY]),)),
    "GetDocumentsAndAssociations": (8, (ENTRIES,)),
    "GetSubmissionSets": (9, (("$uuid", [NO_ENTRY]),)),
    "GetSubmissionSetAndContents": (10, (("$XDSSubmissionSetEntryUUID", NO_ENTRY),)),
    "GetFolderAndContents": (11, (("$XDSFolderEntryUUID", NO_ENTRY),)),
    "GetFoldersForDocument": (12, (ENTRY,)),
    "GetRelatedDocuments": (13, (ENTRY, ("$AssociationTypes", [n.APND]))),
    "FindDocumentsByReferenceId": (
        14,
        (
            ("$XDSDocumentEntryPatientId", PATIENT),
            ("$XDSDocumentEntryStatus", [n.APPROVED]),
            ("$XDSDocumentEntryReferenceIdList", ["1^^^&1.2.250.1.999.5.1&ISO^urn:ihe:iti:xds:2013:order"]),
        ),
    ),
}
"""Each query with what it needs, and the last number of its section."""


def good(trial: Trial, query: str) -> list[Parameter]:
    """What `query` needs, for the patient of the case."""
    return [(name, trial.patient if value == PATIENT else value) for name, value in GOOD[query][1]]


def answered(trial: Trial, query: str) -> list[Parameter]:
    """The same, after the target has answered it once this run."""
    parameters, learnt = good(trial, query), f"answers {query}"
    if learnt not in trial.session.memory:
        answer = trial.query(query, parameters, preparation=True)
        if query == "FindDocumentsByReferenceId" and answer.codes == ["XDSUnknownStoredQuery"]:
            trial.not_supported(f"it answers XDSUnknownStoredQuery to {query}")
        trial.given(answer.summary.startswith("Success"), f"{query} in good order is refused", answer)
        trial.session.memory[learnt] = True
    return parameters


def section_of(query: str) -> str:
    return f"ITI TF-2 3.18.4.1.2.3.7.{GOOD[query][0]}"


# --- required parameters


@dataclass(frozen=True, slots=True)
class Required:
    """A parameter that a query must have."""

    query: str
    name: str
    ordinal: int
    rule: str = "query.param.missing"


def _missing(row: Required, trial: Trial) -> None:
    parameters = [each for each in answered(trial, row.query) if each[0] != row.name]
    trial.query(row.query, parameters).refuses(MISSING)


def _empty(row: Required, trial: Trial) -> None:
    parameters = [each for each in answered(trial, row.query) if each[0] != row.name]
    answer = trial.query(row.query, parameters, raw=[(row.name, ["()"])]).refuses()
    # nothing is said of lists without a value: another code may be given
    answer.check(f"the code is {MISSING}", MISSING in answer.codes, "//@errorCode", MISSING, answer.codes, SHOULD)


def _rows() -> list[Required]:
    rows = []
    for query, (_number, parameters) in GOOD.items():
        for at, (name, _value) in enumerate(parameters):
            either = name.endswith("EntryUUID")
            rows.append(Required(query, name, 900 + at, "query.param.one-of" if either else "query.param.missing"))
    return rows


for _row in _rows():
    _either = _row.rule == "query.param.one-of"
    _unique = _row.name.replace("EntryUUID", "UniqueId")
    enter(
        f"iti-18/4.1.2.3.7.{GOOD[_row.query][0]}/{_row.ordinal}",
        title=f"Sends {_row.query} without " + (f"{_row.name} and {_unique}" if _either else _row.name),
        requirement=f"{_row.query} without "
        + (f"either of {_row.name} and {_unique}" if _either else f"{_row.name}, which it requires,")
        + f" is refused with {MISSING}.",
        section=f"{section_of(_row.query)}; 3.18.4.1.3",
        passing=query_refused(MISSING),
        covers=["iti-18.parameters.either-id" if _either else "iti-18.parameters.required", _row.rule],
        optional=BY_REFERENCE if _row.query == "FindDocumentsByReferenceId" else "",
    )(functools.partial(_missing, _row))

for _row in (
    Required("FindDocuments", "$XDSDocumentEntryStatus", 910),
    Required("GetAssociations", "$uuid", 910),
    Required("GetRelatedDocuments", "$AssociationTypes", 910),
):
    enter(
        f"iti-18/4.1.2.3.7.{GOOD[_row.query][0]}/{_row.ordinal}",
        title=f"Sends {_row.query} with an empty list in {_row.name}",
        requirement=f"A required parameter without a value is as good as none: {_row.query} is refused, and should be "
        f"with {MISSING}.",
        section=f"{section_of(_row.query)}; 3.18.4.1.3",
        passing=query_refused(MISSING),
        covers=["iti-18.parameters.required", "query.param.missing"],
    )(functools.partial(_empty, _row))


# --- either id

EITHER: Final = (
    "GetDocuments",
    "GetFolders",
    "GetDocumentsAndAssociations",
    "GetSubmissionSetAndContents",
    "GetFolderAndContents",
    "GetFoldersForDocument",
    "GetRelatedDocuments",
)


def _both_ids(query: str, trial: Trial) -> None:
    parameters = answered(trial, query)
    name, value = parameters[0]
    other: Parameter = (name.replace("EntryUUID", "UniqueId"), NO_UNIQUE_ID if value == NO_ENTRY else [NO_UNIQUE_ID])
    trial.query(query, [*parameters, other]).refuses(NUMBER)


for _query in EITHER:
    _name = GOOD[_query][1][0][0]
    enter(
        f"iti-18/4.1.2.3.7.{GOOD[_query][0]}/920",
        title=f"Sends {_query} with both ids",
        requirement=f"{_query} takes {_name} or {_name.replace('EntryUUID', 'UniqueId')}; with both it is refused "
        f"with {NUMBER}.",
        section=section_of(_query),
        passing=query_refused(NUMBER),
        covers=["iti-18.parameters.either-id", "query.param.only-one-of"],
    )(functools.partial(_both_ids, _query))


# --- parameters of one value


def _several(query: str, name: str, value: str, trial: Trial) -> None:
    parameters = answered(trial, query)
    one = dict(parameters).get(name, NO_UNIQUE_ID)
    rest = [each for each in parameters if each[0] not in (name, name.replace("UniqueId", "EntryUUID"))]
    trial.query(query, [*rest, (name, [str(one), value])]).refuses(NUMBER)


OTHER_ENTRY: Final = "urn:uuid:00000000-0000-4000-8000-000000000001"

for _query, _name, _value, _ordinal in (
    ("FindDocuments", "$XDSDocumentEntryPatientId", OTHER_PATIENT, 930),
    ("FindSubmissionSets", "$XDSSubmissionSetPatientId", OTHER_PATIENT, 930),
    ("FindFolders", "$XDSFolderPatientId", OTHER_PATIENT, 930),
    ("GetAll", "$patientId", OTHER_PATIENT, 930),
    ("GetSubmissionSetAndContents", "$XDSSubmissionSetEntryUUID", OTHER_ENTRY, 930),
    ("GetSubmissionSetAndContents", "$XDSSubmissionSetUniqueId", "2.25.17", 931),
    ("GetFolderAndContents", "$XDSFolderEntryUUID", OTHER_ENTRY, 930),
    ("GetFoldersForDocument", "$XDSDocumentEntryEntryUUID", OTHER_ENTRY, 930),
    ("GetRelatedDocuments", "$XDSDocumentEntryEntryUUID", OTHER_ENTRY, 930),
):
    enter(
        f"iti-18/4.1.2.3.7.{GOOD[_query][0]}/{_ordinal}",
        title=f"Sends {_query} with two values in {_name}",
        requirement=f"{_name} takes one value; {_query} with several is refused with {NUMBER}.",
        section=section_of(_query),
        passing=query_refused(NUMBER),
        covers=["iti-18.parameters.single", "query.param.single"],
    )(functools.partial(_several, _query, _name, _value))


@enter(
    "iti-18/4.1.2.3.7.1/931",
    title="Sends FindDocuments with two times in $XDSDocumentEntryCreationTimeFrom",
    requirement="A bound of a range of times takes one value.",
    section="ITI TF-2 3.18.4.1.2.3.7.1",
    passing=query_refused(NUMBER),
    covers=["iti-18.parameters.single", "query.param.single"],
)
def two_times(trial: Trial) -> None:
    parameters = answered(trial, "FindDocuments")
    times = [("$XDSDocumentEntryCreationTimeFrom", ["(20240101,20240201)"])]
    trial.query("FindDocuments", parameters, raw=times).refuses(NUMBER)


@enter(
    "iti-18/4.1.2.3.7.1/934",
    title="Asks for a patient with a component behind the assigning authority",
    requirement="A patient id is compared as a string; with more than id and assigning authority the query fails: it "
    "is refused, or finds nothing.",
    section="ITI TF-1 10.1.2.6; ITI TF-2 3.18.4.1.2.3.7.1; ITI TF-3 4.2.3.1.7",
    passing=query_refused("XDSRegistryError"),
    covers=["iti-18.parameters.patient-id", "query.param.patient-id.components"],
)
def overlong_patient(trial: Trial) -> None:
    made = trial.registered(trial.entry())
    asked = [("$XDSDocumentEntryPatientId", f"{trial.patient}^PI"), *of_patient(trial)[1:]]
    answer = trial.query("FindDocuments", asked)
    if answer.status == n.SUCCESS:
        answer.finds(among=made.ids)
    else:
        answer.refuses()


@enter(
    "iti-18/4.1.2.3.7.1/933",
    title="Sends FindDocuments with two patients in two Slots",
    requirement="$XDSDocumentEntryPatientId takes one value: a second Slot of it refuses the query.",
    section="ITI TF-2 3.18.4.1.2.3.7.1",
    passing=query_refused(NUMBER),
    covers=["iti-18.parameters.single", "iti-18.parameters.repeated", "query.param.repeated"],
)
def two_patient_slots(trial: Trial) -> None:
    parameters = answered(trial, "FindDocuments")
    other: Parameter = ("$XDSDocumentEntryPatientId", OTHER_PATIENT)
    trial.query("FindDocuments", [*parameters, other]).refuses(NUMBER)


# --- statuses


def _with_unknown_status(query: str, name: str, trial: Trial) -> Answer:
    unknown = "urn:oasis:names:tc:ebxml-regrep:StatusType:Imagined"
    parameters = [(each, [unknown] if each == name else value) for each, value in answered(trial, query)]
    return trial.query(query, parameters)


def _unknown_status(query: str, trial: Trial) -> None:
    _with_unknown_status(query, "$XDSDocumentEntryStatus", trial).refuses(MISSING)


def _unknown_package_status(query: str, name: str, trial: Trial) -> None:
    """Of these the framework does not say that unknown values are passed over."""
    made = trial.registered(trial.entry(), trial.folder())
    answer = _with_unknown_status(query, name, trial)
    if answer.status == n.SUCCESS:
        answer.finds(among=made.ids)
    else:
        answer.refuses(MISSING)


for _query, _ordinal in (
    ("FindDocuments", 940),
    ("GetAll", 940),
    ("FindDocumentsByReferenceId", 940),
):
    enter(
        f"iti-18/4.1.2.3.7.{GOOD[_query][0]}/{_ordinal}",
        title=f"Sends {_query} with no status of documents that anybody defined",
        requirement="Values of $XDSDocumentEntryStatus that are not known are passed over; when none is left, the "
        f"parameter is missing ({MISSING}).",
        section=f"{section_of(_query)}; 3.18.4.1.2.3.6",
        passing=query_refused(MISSING),
        covers=["iti-18.find-documents.status.unknown", "iti-18.parameters.required", "query.param.status"],
        optional=BY_REFERENCE if _query == "FindDocumentsByReferenceId" else "",
    )(functools.partial(_unknown_status, _query))

for _query, _name, _ordinal in (
    ("FindSubmissionSets", "$XDSSubmissionSetStatus", 940),
    ("FindFolders", "$XDSFolderStatus", 940),
):
    enter(
        f"iti-18/4.1.2.3.7.{GOOD[_query][0]}/{_ordinal}",
        title=f"Sends {_query} with no status that anybody defined",
        requirement=f"No object has a status that nobody defined: {_query} finds nothing, or says that {_name} is "
        f"missing ({MISSING}), as it does where the value is passed over.",
        section=section_of(_query),
        passing=query_refused(MISSING),
        covers=["iti-18.parameters.required", "query.param.status"],
    )(functools.partial(_unknown_package_status, _query, _name))


# --- the query itself


@enter(
    "iti-18/4.1.2.4/1",
    title="Sends a query with an id that nobody defined",
    requirement="A query id that the registry does not know is refused with XDSUnknownStoredQuery.",
    section="ITI TF-2 3.18.4.1.2.4",
    passing=query_refused("XDSUnknownStoredQuery"),
    covers=["iti-18.query.unknown", "query.id.unknown"],
)
def unknown_query(trial: Trial) -> None:
    parameters = answered(trial, "FindDocuments")
    trial.query("urn:uuid:00000000-0000-4000-8000-00000000abcd", parameters).refuses("XDSUnknownStoredQuery")


@enter(
    "iti-18/4.1.2.4/2",
    title="Sends FindDocumentsForMultiplePatients, which belongs to ITI-51",
    requirement="A query that the registry does not support is refused with XDSUnknownStoredQuery. A registry may "
    "support more queries than those of ITI-18.",
    section="ITI TF-2 3.18.4.1.2.4",
    passing=query_refused("XDSUnknownStoredQuery"),
    covers=["iti-18.query.unknown", "query.id.unknown"],
)
def multiple_patients(trial: Trial) -> None:
    parameters = answered(trial, "FindDocuments")
    answer = trial.query("urn:uuid:3d1bdb10-39a2-11de-89c2-2f44d94eaa9f", parameters)
    if answer.status == n.SUCCESS or set(answer.codes) & {MISSING, NUMBER}:
        trial.not_supported("it knows the query: nothing can be told of one that it does not know")
    answer.refuses("XDSUnknownStoredQuery")


# --- returnType


def _return_type(value: str, trial: Trial) -> None:
    parameters = answered(trial, "FindDocuments")
    answer = trial.query("FindDocuments", parameters, returns=value)
    if value == "Everything":
        answer.is_refused()  # it may be refused by the schema, which is a fault
    else:
        answer.refuses()


for _value, _id, _why in (
    ("RegistryObject", "4.1.2.6/1", "which the schema knows and IHE does not"),
    ("Everything", "4.1.2.6/2", "which nobody defined"),
    ("LeafClassWithRepositoryItem", "4.1.2.3.1/1", "which the schema knows and IHE does not"),
):
    enter(
        f"iti-18/{_id}",
        title=f"Asks for returnType {_value}, {_why}",
        requirement="returnType is LeafClass or ObjectRef; a query for anything else is refused.",
        section="ITI TF-2 3.18.4.1.2.3.1",
        level=SHOULD,  # two values are supported; of the others nothing is said
        passing=query_refused("XDSRegistryError"),
        covers=["iti-18.return.other", "query.return-type"],
    )(functools.partial(_return_type, _value))


@enter(
    "iti-18/4.1.2.6/3",
    title="Leaves returnType out",
    requirement="Without returnType the schema's default holds, which is RegistryObject and refuses the query; a "
    "registry that answers does so with whole objects or with references, not with neither.",
    section="ITI TF-2 3.18.4.1.2.3.1; ebRS 3.0 6.1.2",
    passing=query_refused("XDSRegistryError"),
    covers=["iti-18.return.other"],
)
def no_return_type(trial: Trial) -> None:
    entry = trial.entry()
    made = trial.registered(entry)
    answer = trial.query("FindDocuments", of_patient(trial), remove("//query:ResponseOption/@returnType"))
    if answer.status == n.SUCCESS:
        answer.finds(entry.id, among=made.ids)
    else:
        answer.is_refused()


# --- values


def _refused_value(name: str, written: str, trial: Trial) -> None:
    parameters = [each for each in answered(trial, "FindDocuments") if each[0] != name]
    trial.query("FindDocuments", parameters, raw=[(name, [written])]).refuses()


@dataclass(frozen=True, slots=True)
class Malformed:
    """A value that is no literal."""

    ordinal: int
    what: str
    name: str
    value: str


CLASS: Final = "$XDSDocumentEntryClassCode"

for _bad in (
    Malformed(1, "a string that does not end", CLASS, "('11488-4^^2.16.840.1.113883.6.1)"),
    Malformed(2, "a list that does not end", CLASS, "('11488-4^^2.16.840.1.113883.6.1'"),
    Malformed(3, "a string without apostrophes", CLASS, "(11488-4^^2.16.840.1.113883.6.1)"),
    Malformed(4, "a list with nothing between two commas", CLASS, "('1^^1.2.3',,'2^^1.2.3')"),
    Malformed(5, "something behind the list", CLASS, "('1^^1.2.3') or 1=1"),
    Malformed(6, "an apostrophe inside that is not doubled", "$XDSDocumentEntryAuthorPerson", "('%^O'Brien^%')"),
    Malformed(7, "a status without apostrophes", "$XDSDocumentEntryStatus", f"({n.APPROVED})"),
):
    enter(
        f"iti-18/4.1.2.3.4/{900 + _bad.ordinal}",
        title=f"Sends {_bad.what}",
        requirement="A value that is neither a number, nor a string between apostrophes, nor a list of them refuses "
        f"the query; here: {_bad.what}.",
        section="ITI TF-2 3.18.4.1.2.3.5",
        level=SHOULD,  # how values are written is told, not what becomes of others
        passing=query_refused("XDSRegistryError"),
        covers=["iti-18.parameters.malformed", "query.param.syntax"],
    )(functools.partial(_refused_value, _bad.name, _bad.value))


@enter(
    "iti-18/4.1.2.3.4/910",
    title="Asks by a code without its coding scheme",
    requirement="A code is written code^^scheme, and the registry verifies it; a code alone refuses the query.",
    section="ITI TF-2 3.18.4.1.2.3.4, 3.18.4.1.3",
    passing=query_refused("XDSRegistryError"),
    covers=["iti-18.parameters.code.scheme", "query.param.code"],
)
def code_alone(trial: Trial) -> None:
    parameters = answered(trial, "FindDocuments")
    trial.query("FindDocuments", [*parameters, (CLASS, [first(trial, "classCode")[0]])]).refuses()


@enter(
    "iti-18/4.1.2.3.4/911",
    title="Asks by codes with their coding schemes in a parameter of their own",
    requirement="Coding schemes stand in the value, code^^scheme, not in a second parameter.",
    section="ITI TF-2 3.18.4.1.2.3.4, 3.18.4.1.3",
    passing=query_refused("XDSRegistryError"),
    covers=["iti-18.parameters.code.scheme", "query.param.code"],
)
def scheme_apart(trial: Trial) -> None:
    code, scheme, _ = first(trial, "classCode")
    parameters = [*answered(trial, "FindDocuments"), (CLASS, [code]), (f"{CLASS}Scheme", [scheme])]
    trial.query("FindDocuments", parameters).refuses()


for _ordinal, _what, _value in (
    (1, "a time with a month 13", "20241301"),
    (2, "a time in words", "'yesterday'"),
    (3, "a time with hyphens", "'2024-01-31'"),
):
    enter(
        f"iti-18/4.1.2.3.4/{920 + _ordinal}",
        title=f"Asks by {_what}",
        requirement=f"Times are written as DTM, YYYY[MM[DD[hh[mm[ss]]]]]; {_what} refuses the query.",
        section="ITI TF-2 3.18.4.1.2.3.5; ITI TF-3 4.2.3.1.7",
        level=SHOULD,
        passing=query_refused("XDSRegistryError"),
        covers=["iti-18.parameters.malformed", "query.param.time"],
    )(functools.partial(_refused_value, "$XDSDocumentEntryCreationTimeFrom", _value))


@enter(
    "iti-18/4.1.2.3.4/930",
    title="Asks for a patient by a number without an assigning authority",
    requirement="A patient id is a CX with its assigning authority; a bare number refuses the query or finds nothing.",
    section="ITI TF-2 3.18.4.1.2.3.7.1; ITI TF-3 4.2.3.1.7",
    passing=query_refused("XDSRegistryError"),
    covers=["query.param.patient-id"],
)
def bare_patient(trial: Trial) -> None:
    made = trial.registered(trial.entry())
    number = trial.patient.partition("^")[0]
    answer = trial.query("FindDocuments", [("$XDSDocumentEntryPatientId", number), *of_patient(trial)[1:]])
    if answer.status == n.SUCCESS:
        answer.finds(among=made.ids)
    else:
        answer.refuses()


@enter(
    "iti-18/4.1.2.3.3/910",
    title="Sends a parameter whose name lacks the $",
    requirement="Names of parameters begin with $; a query with another name is refused, not answered as if the "
    "parameter were not there.",
    section="ITI TF-2 3.18.4.1.2.3.7",
    level=SHOULD,
    passing=query_refused("XDSRegistryError"),
    covers=["iti-18.parameters.name", "query.param.name"],
)
def name_without_dollar(trial: Trial) -> None:
    parameters = answered(trial, "FindDocuments")
    trial.query("FindDocuments", [*parameters, ("XDSDocumentEntryClassCode", ["1^^1.2.3"])]).refuses()


@enter(
    "iti-18/4.1.2.3.3/911",
    title="Sends a parameter that the query does not have",
    requirement="Parameters that a query does not have are passed over, or refuse the query; nothing is held back by "
    "them.",
    section="ITI TF-2 3.18.4.1.2.3.7",
    level=SHOULD,
    passing=found('<rim:ExtrinsicObject id="…" …>…</rim:ExtrinsicObject>'),
    covers=["iti-18.parameters.unknown"],
)
def unknown_parameter(trial: Trial) -> None:
    entry = trial.entry()
    made = trial.registered(entry)
    answer = find_documents(trial, ("$XDSDocumentEntryImagined", ["1"]))
    if answer.status == n.FAILURE:
        answer.refuses()
    else:
        answer.finds(entry.id, among=made.ids)


def _refused_or_nothing(name: str, value: str, query: str, trial: Trial) -> None:
    parameters = [each for each in answered(trial, query) if each[0] != name]
    answer = trial.query(query, [*parameters, (name, [value])])
    if answer.status == n.SUCCESS:
        answer.finds()
    else:
        answer.refuses()


for _ordinal, _query, _name, _value in (
    (940, "GetDocuments", "$XDSDocumentEntryEntryUUID", "7"),
    (941, "GetFolders", "$XDSFolderEntryUUID", "urn:uuid:not-a-uuid"),
    (942, "GetAssociations", "$uuid", "urn:uuid:not-a-uuid"),
):
    enter(
        f"iti-18/4.1.2.3.4/{_ordinal}",
        title=f"Sends {_query} with {_value} for an entryUUID",
        requirement="What is no entryUUID finds nothing, or refuses the query.",
        section=f"{section_of(_query)}; ITI TF-3 4.2.3.1.5",
        passing=query_refused("XDSRegistryError"),
        covers=["query.param.entry-uuid"],
    )(functools.partial(_refused_or_nothing, _name, _value, _query))


@enter(
    "iti-18/4.1.2.3.7.1/932",
    title="Asks for a patient of an assigning authority that nobody knows",
    requirement="For a patient of another assigning authority the registry finds nothing, or says XDSUnknownPatientId.",
    section="ITI TF-2 3.18.4.1.3; ITI TF-3 4.2.4.1",
    passing=query_refused("XDSUnknownPatientId"),
    covers=["iti-18.find-documents.unknown-patient", "query.patient.authority", "query.patient.unknown"],
)
def other_authority(trial: Trial) -> None:
    made = trial.registered(trial.entry())
    number = trial.patient.partition("^")[0]
    elsewhere = f"{number}^^^&1.2.250.1.999.404&ISO"
    answer = trial.query("FindDocuments", [("$XDSDocumentEntryPatientId", elsewhere), *of_patient(trial)[1:]])
    if answer.codes:
        refuses_patient(answer, elsewhere)
    else:
        answer.finds(among=made.ids)
