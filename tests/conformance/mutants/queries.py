"""The stored queries of ITI-18 broken."""

import re
from collections.abc import Callable
from dataclasses import replace as changed
from typing import Any

from metadata import querytimes, storedqueries_message
from metadata.datatypes import DTM
from metadata.responses import adhoc_query_response
from metadata.rules import query as rules
from metadata.storedqueries import ReturnType
from metadata.vocabulary import APPROVED, RELATIONSHIPS
from registry import submission
from registry.queries import conditions, contents, execute, filters, find, get
from registry.queries.conditions import Conditions
from registry.queries.places import associations_from
from registry.queries.results import Results
from registry.queries.shelves import ASSOCIATIONS
from registry.tables import STATUS_NUMBER
from soap import faults
from soap.message import Reply
from tests.conformance.mutants.patching import replace, replace_item, without, wrap
from tests.conformance.mutants.table import mutant
from tests.conformance.mutants.wire import edit_replies

PARAMETERS = "ITI TF-2 3.18.4.1.2.3.7"
SYNTAX = "ITI TF-2 3.18.4.1.2.3.5"


def edit_query(edit: Callable[[Any], Any]) -> None:
    """What a query asks goes through `edit` before it is run."""

    def around(was: Any, *given: Any) -> Any:
        query, findings = was(*given)
        return (None if query is None else edit(query)), findings

    wrap(execute, "read", around)


def edit_results(query: str, edit: Callable[[Results], Any]) -> None:
    """What the query of this name finds goes through `edit`."""
    was = execute._EXECUTIONS[query]

    def run(*given: Any) -> Results:
        results = was(*given)
        edit(results)
        return results

    replace_item(execute._EXECUTIONS, query, run)  # type: ignore[arg-type]


def unchecked(rule_id: str) -> None:
    """This rule on queries is not applied."""
    rules._LOOKS[:] = without(rules._LOOKS, lambda each: each[0] == rule_id)


def no_associations(results: Results) -> None:
    results.rows.pop(ASSOCIATIONS, None)


# --- times


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.3", caught_by=("iti-18/4.1.2.3.7.2/6", "iti-18/4.1.2.3.7.3/21"))
def right_inclusive_ranges() -> None:
    """…To includes its own instant."""

    def around(was: Any, self: Any, column: str, slot: str, times: Any, *given: Any) -> None:
        was(self, column, slot, changed(times, end=_later(times.end)), *given)

    wrap(Conditions, "during", around)


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.3", caught_by=("iti-18/4.1.2.3.7.2/5", "iti-18/4.1.2.3.7.3/20"))
def left_exclusive_ranges() -> None:
    """…From excludes its own instant."""

    def around(was: Any, self: Any, column: str, slot: str, times: Any, *given: Any) -> None:
        was(self, column, slot, changed(times, start=_later(times.start)), *given)

    wrap(Conditions, "during", around)


def _later(time: str) -> str:
    """The next number: for a time to the second, the next second or a little later."""
    return str(int(time) + 1) if len(time) == 14 else time


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.3.2", caught_by=("iti-18/4.1.2.3.7.14/7", "iti-18/4.1.2.3.7.1/103"))
def short_times_never_match() -> None:
    """A …From of a day is read as the last second of it."""
    wrap(
        storedqueries_message,
        "_comparable",
        lambda was, form, value: (
            f"{value}235959"
            if form is storedqueries_message.Form.TIME and re.fullmatch("[0-9]{8}", value)
            else was(form, value)
        ),
    )


# --- status


@mutant("ihe", breaks=PARAMETERS, caught_by=("iti-18/4.1.2.3.7.1/4", "iti-18/4.1.2.3.7.1/7"))
def status_parameter_ignored() -> None:
    """Deprecated objects come when Approved ones were asked for."""
    replace(filters, "statuses", lambda _urns: [])


@mutant("ihe", breaks=PARAMETERS, caught_by=("iti-18/4.1.2.3.7.1/6", "iti-18/4.1.2.3.7.14/8"))
def deprecated_never_found() -> None:
    """Approved objects alone are found, whatever status is asked for."""
    replace(filters, "statuses", lambda _urns: [STATUS_NUMBER[APPROVED]])


# --- values


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.5", caught_by=("iti-18/4.1.2.3.7.3/12", "iti-18/4.1.2.3.7.1/63"))
def and_is_or() -> None:
    """A parameter that stands twice is read as one list: OR instead of AND."""
    wrap(
        Conditions,
        "lines",
        lambda was, self, column, prefix, groups: was(self, column, prefix, [sum(groups, ())] if groups else ()),
    )


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.5", caught_by=("iti-18/4.1.2.3.7.3/11", "iti-18/4.1.2.3.7.1/61"))
def or_is_and() -> None:
    """All values of one list must be there: AND instead of OR."""
    wrap(
        Conditions,
        "lines",
        lambda was, self, column, prefix, groups: was(self, column, prefix, [(v,) for group in groups for v in group]),
    )


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.1", caught_by=("iti-18/4.1.2.3.7.2/11", "iti-18/4.1.2.3.7.1/111"))
def percent_is_no_wildcard() -> None:
    """% in $…AuthorPerson stands for itself."""
    wrap(conditions, "matches", lambda was, pattern, text: pattern == text if "%" in pattern else was(pattern, text))


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.1", caught_by=("iti-18/4.1.2.3.7.2/12", "iti-18/4.1.2.3.7.1/115"))
def underscore_is_no_wildcard() -> None:
    """_ in $…AuthorPerson stands for itself."""
    wrap(conditions, "matches", lambda was, pattern, text: was(pattern.replace("_", "\0"), text.replace("_", "\0")))


@mutant("ihe", breaks=SYNTAX, caught_by=("iti-18/4.1.2.3.7.6/1", "iti-18/4.1.2.3.7.6/2"))
def first_value_of_a_list_counts() -> None:
    """Of a list of values the first alone is looked at."""
    wrap(storedqueries_message, "parse_values", lambda was, texts: was(texts)[:1])


@mutant("ihe", breaks=SYNTAX, caught_by=("iti-18/4.1.2.3.5/1", "iti-18/4.1.2.3.5/2"))
def first_value_element_counts() -> None:
    """Of a list that is spread over several rim:Value the first of these alone is read."""
    wrap(storedqueries_message, "parse_values", lambda was, texts: was(texts[:1]))


@mutant("ihe", breaks=SYNTAX, caught_by=("iti-18/4.1.2.3.7.2/14", "iti-18/4.1.2.3.7.1/119"))
def doubled_apostrophe_stays_doubled() -> None:
    """'O''Brien' is read as O''Brien."""
    wrap(storedqueries_message, "parse_values", lambda was, texts: tuple(v.replace("'", "''") for v in was(texts)))


# --- what is answered


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.1", caught_by=("iti-18/4.1.2.3.7.10/4", "iti-18/4.1.2.3.7.4/2"))
def references_instead_of_objects() -> None:
    """LeafClass is answered by ObjectRef."""
    edit_query(lambda query: changed(query, return_type=ReturnType.OBJECT_REF))


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.1", caught_by=("iti-18/4.1.2.3.7.10/10", "iti-18/4.1.2.3.7.5/20"))
def objects_instead_of_references() -> None:
    """ObjectRef is answered by whole objects."""
    edit_query(lambda query: changed(query, return_type=ReturnType.LEAF_CLASS))


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.5", caught_by=("iti-18/4.1.2.3.7.10/10", "iti-18/4.1.2.3.7.5/20"))
def objects_of_several_patients() -> None:
    """A LeafClass answer to a query by id holds the objects of several patients."""
    replace(Results, "patients", property(lambda _self: set()))


@mutant("ihe", breaks="ebRS 3.0 6.2", caught_by=("iti-18/4.1.3/20",))
def empty_answer_without_list() -> None:
    """An answer that found nothing has no RegistryObjectList."""
    edit_replies(lambda data: data.replace(b"<rim:RegistryObjectList></rim:RegistryObjectList>", b""))


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.2", caught_by=("iti-18/4.1.2.3.7.1/5",))
def objects_without_status() -> None:
    """Returned objects have no status."""
    edit_replies(lambda data: re.sub(rb' status="urn:oasis:names:tc:ebxml-regrep:StatusType:[A-Za-z]*"', b"", data))


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.7", caught_by=("iti-18/4.1.2.3.7.1/130", "iti-18/4.1.2.3.7.1/2"))
def ids_without_urn() -> None:
    """entryUUIDs are returned without urn:uuid:."""
    edit_replies(lambda data: re.sub(rb'(<rim:(?:ExtrinsicObject|ObjectRef) id=")urn:uuid:', rb"\1", data))


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.3", caught_by=("iti-18/4.1.2.3.7.1/900", "iti-18/4.1.2.3.7.1/901"))
def query_errors_are_faults() -> None:
    """A query that breaks a rule is answered by a SOAP fault."""

    def refusal(_self: Any, findings: Any, *_given: Any) -> Reply:
        raise faults.sender("; ".join(found.message() for found in findings))

    replace(execute.Queries, "refusal", refusal)


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.4", caught_by=("iti-18/4.1.2.4/1",))
def unknown_query_finds_nothing() -> None:
    """A query that does not exist is answered by Success, with nothing in it."""

    def around(was: Any, self: Any, findings: Any, *given: Any) -> Reply:
        if [found.rule.id for found in findings] == ["query.id.unknown"]:
            return Reply(adhoc_query_response(()))
        answered: Reply = was(self, findings, *given)
        return answered

    wrap(execute.Queries, "refusal", around)


@mutant("ihe", breaks=PARAMETERS, caught_by=("iti-18/4.1.2.3.7.1/900", "iti-18/4.1.2.3.7.1/901"))
def missing_parameter_accepted() -> None:
    """A query without a parameter that it needs is answered."""
    unchecked("query.param.missing")


@mutant("ihe", breaks=PARAMETERS, caught_by=("iti-18/4.1.2.3.7.10/900", "iti-18/4.1.2.3.7.11/900"))
def neither_id_accepted() -> None:
    """A query by id that gives none finds nothing and is a Success."""
    unchecked("query.param.one-of")


@mutant("ihe", breaks=PARAMETERS, caught_by=("iti-18/4.1.2.3.7.10/920", "iti-18/4.1.2.3.7.11/920"))
def both_ids_accepted() -> None:
    """A query that gives entryUUIDs and uniqueIds is answered."""
    unchecked("query.param.only-one-of")


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.5", caught_by=("iti-18/4.1.2.3.7.1/933",))
def repeated_single_parameter_accepted() -> None:
    """A parameter of a single-valued attribute may stand twice."""
    unchecked("query.param.repeated")


@mutant("ihe", breaks=PARAMETERS, caught_by=("iti-18/4.1.2.3.7.1/930", "iti-18/4.1.2.3.7.1/931"))
def several_patients_accepted() -> None:
    """A parameter that takes one value is given several, and the first is taken."""
    unchecked("query.param.single")


@mutant("ihe", breaks=SYNTAX, caught_by=("iti-18/4.1.2.3.4/910", "iti-18/4.1.2.3.4/911"))
def code_without_scheme_matches_all() -> None:
    """A code without its coding scheme sets no condition."""
    unchecked("query.param.code")


@mutant("ihe", breaks=SYNTAX, caught_by=("iti-18/4.1.2.3.4/901", "iti-18/4.1.2.3.4/902"))
def broken_values_pass() -> None:
    """A parameter whose value cannot be read sets no condition."""
    unchecked("query.param.syntax")


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.1", caught_by=("iti-18/4.1.2.6/1",))
def any_return_type_accepted() -> None:
    """A returnType that does not exist is read as LeafClass."""
    wrap(storedqueries_message, "parse_adhoc_query_request", _as_leaf_class)
    from metadata import storedqueries_reading

    replace(storedqueries_reading, "parse_adhoc_query_request", storedqueries_message.parse_adhoc_query_request)


def _as_leaf_class(was: Any, request: Any) -> Any:
    message = was(request)
    return message if message.return_type in set(ReturnType) else changed(message, return_type="LeafClass")


# --- the queries


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.4", caught_by=("iti-18/4.1.2.3.7.4/2", "iti-18/4.1.2.3.7.4/3"))
def get_all_without_associations() -> None:
    """GetAll returns no Associations."""
    edit_results("GetAll", no_associations)


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.4", caught_by=("iti-18/4.1.2.3.7.4/1", "iti-18/4.1.2.3.7.4/3"))
def get_all_without_folders() -> None:
    """GetAll returns no Folders."""
    edit_results("GetAll", lambda results: results.rows.pop(find.FOLDERS, None))


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.7", caught_by=("iti-18/4.1.2.3.7.7/1", "iti-18/4.1.2.3.7.7/2"))
def get_associations_from_one_end() -> None:
    """GetAssociations returns those that begin at the object, not those that end there."""
    replace(get, "associations_at", associations_from)


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.8", caught_by=("iti-18/4.1.2.3.7.8/1", "iti-18/4.1.2.3.7.8/2"))
def get_documents_and_associations_without_them() -> None:
    """GetDocumentsAndAssociations returns no Associations."""
    edit_results("GetDocumentsAndAssociations", no_associations)


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.9", caught_by=("iti-18/4.1.2.3.7.9/1", "iti-18/4.1.2.3.7.9/2"))
def get_submission_sets_without_memberships() -> None:
    """GetSubmissionSets returns the sets and no HasMember."""
    edit_results("GetSubmissionSets", no_associations)


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.10", caught_by=("iti-18/4.1.2.3.7.10/3", "iti-18/4.1.2.3.7.10/1"))
def get_set_and_contents_without_associations() -> None:
    """GetSubmissionSetAndContents returns no Associations."""
    edit_results("GetSubmissionSetAndContents", no_associations)


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.10", caught_by=("iti-18/4.1.2.3.7.10/1", "iti-18/4.1.2.3.7.10/2"))
def get_set_and_contents_without_folders() -> None:
    """GetSubmissionSetAndContents returns no Folders."""
    edit_results("GetSubmissionSetAndContents", lambda results: results.rows.pop(find.FOLDERS, None))


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.11", caught_by=("iti-18/4.1.2.3.7.11/1", "iti-18/4.1.2.3.7.11/2"))
def get_folder_and_contents_without_entries() -> None:
    """GetFolderAndContents returns the Folder alone."""
    edit_results(
        "GetFolderAndContents", lambda results: [results.rows.pop(s, None) for s in (find.ENTRIES, ASSOCIATIONS)]
    )


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.12", caught_by=("iti-18/4.1.2.3.7.12/1", "iti-18/4.1.2.3.7.12/2"))
def get_folders_for_document_finds_none() -> None:
    """GetFoldersForDocument finds no Folder."""
    edit_results("GetFoldersForDocument", lambda results: results.rows.clear())


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.13", caught_by=("iti-18/4.1.2.3.7.13/4", "iti-18/4.1.2.3.7.13/5"))
def get_related_ignores_the_type() -> None:
    """GetRelatedDocuments returns relationships of every type."""
    every = (tuple(RELATIONSHIPS),)

    def around(was: Any, connection: Any, query: Any, limit: int) -> Results:
        found: Results = was(
            connection, changed(query, conditions={**query.conditions, "$AssociationTypes": every}), limit
        )
        return found

    replace_item(
        execute._EXECUTIONS,  # type: ignore[arg-type]
        "GetRelatedDocuments",
        lambda *given: around(contents.get_related_documents, *given),
    )


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.13", caught_by=("iti-18/4.1.2.3.7.13/7", "iti-18/4.1.2.3.7.13/2"))
def get_related_in_one_direction() -> None:
    """GetRelatedDocuments follows relationships in one direction only."""
    replace(contents, "associations_at", associations_from)


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.5", caught_by=("iti-18/4.1.2.3.7.10/9", "iti-18/4.1.2.3.7.11/8"))
def unknown_id_is_an_error() -> None:
    """A query by an id that is not held is a Failure instead of finding nothing."""

    def around(was: Any, self: Any, query: Any) -> Any:
        found = was(self, query)
        if isinstance(found, Results) and not found.count and query.definition.exactly_one:
            return execute.finding("query.patient.unknown", got="the id")
        return found

    wrap(execute.Queries, "run", around)


# --- what Revision 20 says of times, and Appendix F of letters


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.3.2", caught_by=("iti-18/4.1.2.3.7.1/83", "iti-18/4.1.2.3.7.2/7"))
def short_to_is_the_start_of_its_period() -> None:
    """A …To of a month ends the range where the month begins."""
    replace(querytimes.TimeRange, "last", property(lambda self: DTM(self.end).lower() if self.end else None))


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.3.2", caught_by=("iti-18/4.1.2.3.7.1/84", "iti-18/4.1.2.3.7.1/104"))
def short_times_are_the_start_of_their_period() -> None:
    """A document of a year is looked for on the first of January alone."""
    wrap(
        querytimes.TimeRange,
        "holds",
        lambda was, self, time: was(self, f"{DTM(time).lower():014d}"),
    )


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.3", caught_by=("iti-18/4.1.2.3.7.1/86", "iti-18/4.1.2.3.7.14/7"))
def to_of_the_same_day_is_included() -> None:
    """A …To of a day takes in documents that are known to that day."""
    wrap(querytimes, "is_before", lambda was, time, end: was(time, end) or time == end)


@mutant("ihe", breaks="ITI TF-2 Appendix F", caught_by=("iti-18/4.1.2.3.5/10",))
def letters_are_compared_as_written() -> None:
    """An accent behind its letter makes another letter than one written with it."""
    wrap(
        storedqueries_message,
        "_comparable",
        lambda was, form, value: value if form is storedqueries_message.Form.PERSON else was(form, value),
    )


# --- mother and child


@mutant("ihe", breaks="ITI TF-2 3.18.4.1.2.3.7.7", caught_by=("iti-18/4.1.2.3.7.7/9", "iti-18/4.1.2.3.7.4/10"))
def associations_of_the_own_patient_alone() -> None:
    """An Association from an object of another patient is not found at its target."""
    wrap(
        submission,
        "_association_rows",
        lambda was, associations, pats: [row for row in was(associations, pats) if row["pat"] == pats[row["src"]]],
    )


# --- errors


@mutant("ihe", breaks="ITI TF-3 4.2.4.1", caught_by=("iti-18/4.1.3/22",))
def errors_with_content() -> None:
    """A RegistryError says what was wrong in its content, too."""
    edit_replies(lambda data: re.sub(rb"(<rs:RegistryError [^>]*)/>", rb"\1>see codeContext</rs:RegistryError>", data))


@mutant("ihe", breaks="ITI TF-3 4.2.4.1", caught_by=("iti-18/4.1.3/26",))
def errors_without_a_word() -> None:
    """codeContext is empty."""
    edit_replies(lambda data: re.sub(rb' codeContext="[^"]*"', b' codeContext=""', data))


@mutant("ihe", breaks="ITI TF-3 4.2.4.2", caught_by=("iti-18/4.1.2.3.7.5/20", "iti-18/4.1.2.3.7.9/5"))
def refusals_with_results() -> None:
    """What several patients have is refused, and a reference is returned beside the error."""
    reference = b'<rim:ObjectRef id="urn:uuid:00000000-0000-4000-8000-000000000000"/>'
    edit_replies(
        lambda data: (
            data.replace(b"<rim:RegistryObjectList>", b"<rim:RegistryObjectList>" + reference)
            if b"XDSResultNotSinglePatient" in data
            else data
        )
    )
