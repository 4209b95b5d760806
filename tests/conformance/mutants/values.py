"""The values of attributes: a registry that takes what has not their form, and one that refuses what has."""

import dataclasses
import re

from metadata.datatypes import forms as shapes
from metadata.datatypes import hl7, times
from metadata.ebrim import RegistryObject
from metadata.rules import BOOK, MUST, entry, forms
from metadata.rules.book import Mark, Marks
from metadata.rules.case import View
from metadata.vocabulary import SUBMISSION_SET_AUTHOR
from tests.conformance.mutants.patching import Gone, replace, silence, wrap
from tests.conformance.mutants.registry import edit_stored
from tests.conformance.mutants.table import mutant
from tests.conformance.mutants.wire import edit_replies

_TYPES = "ITI TF-3 4.2.3.1.7"


def _refuse(rule_id: str) -> None:
    """A warning becomes an error."""
    if rule_id not in BOOK or BOOK[rule_id].level is MUST:
        raise Gone(f"{rule_id} is no warning")
    BOOK.rules[rule_id] = dataclasses.replace(BOOK[rule_id], level=MUST)


@mutant("ihe", breaks=_TYPES, caught_by=("metadata/4.2.3.2.16/8",))
def cx_with_more_components_accepted() -> None:
    """A patientId may have more than id and assigning authority."""
    silence("de.patientId.components", "ss.patientId.components", "folder.patientId.components")


@mutant("ihe", breaks=_TYPES, caught_by=("metadata/4.2.3.1.7/1",))
def lengths_of_hl7_enforced() -> None:
    """The name of an organisation has 50 characters at most, as HL7 has it."""
    wrap(forms, "is_xon", lambda was, text: was(text) and len(text.partition("^")[0]) <= 50)


@mutant("ihe", breaks=_TYPES, caught_by=("metadata/4.2.3.2.14/8",))
def trailing_delimiters_refused() -> None:
    """An XCN that ends in a delimiter is refused."""
    wrap(forms, "is_xcn", lambda was, text: was(text) and not text.endswith("^"))


@mutant("ihe", breaks=_TYPES, caught_by=("metadata/4.2.3.1.4/17",))
def escapes_of_formatting_accepted() -> None:
    """Escapes of formatting may stand in a name."""
    replace(hl7, "has_forbidden_escape", lambda _text: False)


@mutant("ihe", breaks=_TYPES, caught_by=("metadata/4.2.3.1.4/26",))
def person_without_name_refused() -> None:
    """A person needs a family name."""
    wrap(forms, "is_xcn", lambda was, text: was(text) and bool([*text.split("^"), ""][1]))


@mutant("ihe", breaks=_TYPES, caught_by=("metadata/4.2.3.1.4/27", "metadata/4.2.3.2.14/6"))
def person_without_id_refused() -> None:
    """A person needs an id."""
    wrap(forms, "is_xcn", lambda was, text: was(text) and not text.startswith("^"))


@mutant("ihe", breaks=_TYPES, caught_by=("metadata/4.2.3.2.6/13",))
def years_before_1000_accepted() -> None:
    """A DTM may be of any year."""
    replace(times, "_DIGITS", re.compile(r"[0-9]{4}(?:[0-9]{2}){0,5}"))


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.13", caught_by=("metadata/4.2.3.2.13/7",))
def malformed_languages_accepted() -> None:
    """A language is any words of eight letters at most, with hyphens between them."""
    replace(shapes, "_LANGUAGE", re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*"))


@mutant(
    "ihe",
    breaks="ITI TF-3 4.2.3.2.13",
    caught_by=("metadata/4.2.3.2.13/8", "metadata/4.2.3.2.13/9", "metadata/4.2.3.2.13/10"),
)
def language_needs_a_region() -> None:
    """A language is two letters and a region, as fr-FR."""
    replace(entry, "is_language_tag", lambda text: re.fullmatch("[a-z]{2}-[A-Z]{2}", text) is not None)


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.23", caught_by=("metadata/4.2.3.2.23/10",))
def any_number_of_a_pid_field_accepted() -> None:
    """sourcePatientInfo may hold fields that the PID segment does not have."""
    replace(forms, "PATIENT_FIELD", re.compile(r"PID-([1-9][0-9]?)\|(.*)", re.DOTALL))


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.23", caught_by=("metadata/4.2.3.2.23/8",))
def discouraged_field_refused() -> None:
    """A field that should not stand in sourcePatientInfo is refused."""
    _refuse("de.sourcePatientInfo.field")


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.26", caught_by=("metadata/4.2.3.2.26/8",))
def long_unique_id_refused() -> None:
    """A uniqueId has 128 characters at most."""
    wrap(entry, "is_unique_id", lambda was, text: was(text) and len(text) <= 128)
    _refuse("de.uniqueId.format")


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.28", caught_by=("metadata/4.2.3.2.28/10",))
def references_of_other_authorities_refused() -> None:
    """The assigning authority of a reference is an OID, or there is none."""
    wrap(forms, "is_cxi", lambda was, text: was(text) and (text.split("^")[3].endswith("&ISO") or "^^^^" in text))


@mutant("ihe", breaks="ITI TF-3 4.2.3.1.5", caught_by=("metadata/4.2.3.1.5/2",))
def uuids_come_back_in_upper_case() -> None:
    """The ids of DocumentEntries come back in upper case."""
    entry_id = re.compile(rb'(?<=<rim:ExtrinsicObject id="urn:uuid:)[0-9a-f-]{36}')
    edit_replies(lambda data: entry_id.sub(lambda found: found[0].upper(), data))


@mutant("ihe", breaks="ITI TF-3 4.3.2.1", caught_by=("metadata/4.2.3.2.12/2",))
def home_dropped() -> None:
    """The homeCommunityId of an object is not kept."""
    edit_stored(lambda o: dataclasses.replace(o, home=None))


@mutant("ihe", breaks="ITI TF-3 4.2.3.3.7", caught_by=("metadata/4.2.3.3.7/5",))
def empty_slot_of_recipients_refused() -> None:
    """intendedRecipient needs a value where it stands."""
    was = BOOK["slot.values.missing"]
    BOOK.rules[was.id] = dataclasses.replace(was, check=_empty)


def _empty(view: View, _case: object) -> Marks:
    return [Mark(f"/Slot[@name='{slot.name}']", {"got": slot.name}) for _, slot in view.every_slot if not slot.values]


@mutant("ihe", breaks="ITI TF-3 4.2.3.3.1", caught_by=("metadata/4.2.3.3.1/1",))
def second_author_of_a_set_dropped() -> None:
    """Of several authors of a SubmissionSet the first alone is kept."""

    def edit(o: RegistryObject) -> RegistryObject:
        more = [c for c in o.classifications if c.scheme == SUBMISSION_SET_AUTHOR][1:]
        return dataclasses.replace(o, classifications=tuple(c for c in o.classifications if c not in more))

    edit_stored(edit)


@mutant("ihe", breaks="ITI TF-3 4.2.3.3.10", caught_by=("metadata/4.2.3.3.10/5", "metadata/4.2.3.2.6/24"))
def times_need_a_second() -> None:
    """A time is told to the second."""
    wrap(forms, "dtm_start", lambda was, text: was(text) if len(text) == 14 else None)
