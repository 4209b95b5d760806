"""Servers that do what the standard allows and Carnet does not: no case may fail for it."""

from dataclasses import replace as changed
from typing import Any

from metadata import vocabulary as v
from metadata.errors import ErrorCode
from metadata.rules import BOOK, MUST
from metadata.rules.book import mark
from registry import lifecycle, registry, store, submission
from repository import agreement
from tests.conformance.mutants.patching import replace, replace_item, wrap
from tests.conformance.mutants.repository import document_of_a_refused_submission_stays
from tests.conformance.mutants.table import legal


@legal(
    "ihe",
    allowed_by="ITI TF-2 3.41.4.1.3.2",
    tried_by=("iti-41/4.1.3.2/1", "iti-41/4.1.3/25", "iti-41/4.1.3/35", "iti-41/4.1.3/34", "iti-41/4.2.4.1/4"),
)
def documents_of_refused_submissions_stay() -> None:
    """A repository need not revert what it stored when the registry refuses."""
    document_of_a_refused_submission_stays()


@legal("ihe", allowed_by="ITI TF-2 3.41.4.1.3", tried_by=("iti-41/4.1.3/24",))
def a_document_without_entry_is_passed_over() -> None:
    """A document that no DocumentEntry describes may be refused, and need not be."""
    rule = "repository.entry.missing"
    wrap(agreement, "pairing", lambda was, *given: [found for found in was(*given) if found.rule.id != rule])


@legal(
    "ihe",
    allowed_by="ITI TF-2 3.42.4.1.3",
    tried_by=("iti-42/4.2.2/4", "iti-42/4.1.3.1/2", "iti-42/4.1.3.4/4", "metadata/4.2.2.1.1/9", "metadata/4.2.1.2/3"),
)
def the_last_of_several_errors_alone() -> None:
    """A refusal tells at least one error."""

    def around(was: Any, *given: Any, **named: Any) -> Any:
        response = was(*given, **named)
        errors = [error for error in response.errors if not error.warning]
        return response if response.succeeded else changed(response, errors=tuple(errors[-1:]))

    wrap(registry.Registry, "register", around)


@legal("ihe", allowed_by="ITI TF-3 4.2.2", tried_by=("iti-42/4.1.3.3.5/3", "iti-42/4.1.3.3.5/1"))
def the_status_of_an_association_is_refused() -> None:
    """The status of an Association is not to be submitted."""
    rule = BOOK["object.status.unknown"]

    def look(view: Any, _case: Any) -> Any:
        return mark("/@status", got=view.o.status) if view.o.status and view.o.association_type else ()

    replace_item(BOOK.rules, rule.id, changed(rule, level=MUST, check=look))


@legal(
    "ihe",
    allowed_by="ITI TF-3 4.1.4",
    tried_by=("iti-41/4.1.2/10", "metadata/4.2.2.1.1/10", "metadata/4.2.2.1.1/11", "metadata/4.2.2.1.5/2"),
)
def references_alone_are_refused() -> None:
    """The definition of a submission lists documents, Folders and memberships of Folders."""
    rule = BOOK["submission.content.missing"]

    def look(given: Any, case: Any) -> Any:
        memberships = [a for a in given.associations if a.type == v.HAS_MEMBER and a.source not in _sets(given)]
        return () if given.entries or given.folders or memberships else mark()

    replace_item(BOOK.rules, rule.id, changed(rule, check=look))


def _sets(given: Any) -> set[str]:
    return {each.entry_uuid for each in given.submission_sets}


@legal(
    "ihe",
    allowed_by="ITI TF-2 3.42.4.1.3.5",
    tried_by=("iti-42/4.1.3.5/3", "iti-42/4.1.3.5/4", "iti-42/4.1.3.5/7", "iti-42/4.1.3.5/9"),
)
def what_hangs_on_an_addendum_stays_approved() -> None:
    """Of the transformations and addenda of what is replaced the text speaks, and not of theirs in turn."""

    def derived(connection: Any, replaced: Any, families: Any) -> frozenset[Any]:
        return frozenset(
            (place, row.src)
            for pat, id_ in replaced
            for row in store.derived_from(connection, families[pat], {id_})
            for place in families[pat]
        )

    replace(lifecycle, "_derived", derived)


@legal("ihe", allowed_by="ITI TF-2 3.42.4.1.3.3.7", tried_by=("iti-41/4.1.3/46", "iti-42/4.1.3.3.7/1"))
def a_second_copy_is_refused() -> None:
    """The uniqueId of a SubmissionSet that was registered already is in use, also for the same again."""
    replace(submission, "_is_repeated", lambda *_: False)


@legal("ihe", allowed_by="ITI TF-3 4.2.4.1", tried_by=("iti-42/4.1.3.4/1", "metadata/4.2.2/8"))
def a_deprecated_member_is_a_metadata_error() -> None:
    """Which code a Deprecated document in a Folder or in a SubmissionSet has, the text does not say."""
    rule = BOOK["registry.target.deprecated"]
    codes = dict.fromkeys(rule.codes, ErrorCode.REGISTRY_METADATA_ERROR)
    replace_item(BOOK.rules, rule.id, changed(rule, codes=codes))
