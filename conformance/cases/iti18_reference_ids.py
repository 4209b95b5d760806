"""ITI-18 FindDocumentsByReferenceId, which a registry may leave out. # ITI TF-2 3.18.4.1.2.3.7.14"""

import functools
from typing import Any, Final

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._population import NO_CODE, Parameter, of_patient, second, written
from conformance.messages import names as n
from conformance.messages.objects import Association, Entry, Submission
from conformance.model import SHOULD
from conformance.passing import NOTHING_FOUND, found
from conformance.trial import Trial

REFERENCES: Final = "$XDSDocumentEntryReferenceIdList"
QUERY: Final = "FindDocumentsByReferenceId"
FEATURE: Final = "reference-id"

ORDER: Final = "ORD-1001^^^&1.2.250.1.999.5.1&ISO^urn:ihe:iti:xds:2013:order"
ACCESSION: Final = "ACC-2002^^^&1.2.250.1.999.5.2&ISO^urn:ihe:iti:xds:2013:accession"

enter = functools.partial(
    case,
    section="ITI TF-2 3.18.4.1.2.3.7.14",
    passing=found('<rim:ExtrinsicObject id="…" …>…</rim:ExtrinsicObject>'),
    needs=["registry"],
    optional=FEATURE,
)


def by_reference(trial: Trial, *parameters: Parameter, **more: Any) -> Answer:
    """The query for Approved entries; ends the case where the registry does not have it."""
    answer = trial.query(QUERY, [*of_patient(trial), *parameters], **more)
    if answer.codes == ["XDSUnknownStoredQuery"]:
        trial.not_supported("it answers XDSUnknownStoredQuery to FindDocumentsByReferenceId")
    return answer


def referring(trial: Trial) -> tuple[Submission, Entry, Entry, Entry]:
    """Entries with an order, with an accession number, and with both; and one without any."""
    order, accession, both = (trial.entry(references=held) for held in ((ORDER,), (ACCESSION,), (ORDER, ACCESSION)))
    return trial.registered(order, accession, both, trial.entry()), order, accession, both


@enter(
    "iti-18/4.1.2.3.7.14/1",
    title="Finds documents by one reference id",
    requirement=f"{QUERY} returns the DocumentEntries of the patient whose referenceIdList holds the id.",
    covers=["iti-18.find-documents-by-reference-id.references"],
)
def one_reference(trial: Trial) -> None:
    made, order, _accession, both = referring(trial)
    by_reference(trial, (REFERENCES, [ORDER])).finds(order.id, both.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.14/2",
    title="Finds documents by a list of reference ids",
    requirement=f"With several values in one {REFERENCES}, a DocumentEntry needs only one of them.",
    covers=["iti-18.find-documents-by-reference-id.references", "iti-18.parameters.or"],
)
def any_reference(trial: Trial) -> None:
    made, order, accession, both = referring(trial)
    by_reference(trial, (REFERENCES, [ACCESSION, ORDER])).finds(order.id, accession.id, both.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.14/3",
    title="Repeats $XDSDocumentEntryReferenceIdList with another reference id",
    requirement=f"When {REFERENCES} stands in several Slots, a DocumentEntry must meet every one of them (AND).",
    section="ITI TF-2 3.18.4.1.2.3.7.14; 3.18.4.1.2.3.5",
    covers=["iti-18.find-documents-by-reference-id.references", "iti-18.parameters.and"],
)
def all_references(trial: Trial) -> None:
    made, _order, _accession, both = referring(trial)
    by_reference(trial, (REFERENCES, [ORDER]), (REFERENCES, [ACCESSION])).finds(both.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.14/4",
    title="Asks for a reference id of another kind with the same number",
    requirement="A reference id is compared with its assigning authority and its kind.",
    passing=NOTHING_FOUND,
    covers=["iti-18.find-documents-by-reference-id.references"],
)
def other_kind(trial: Trial) -> None:
    made, *_ = referring(trial)
    elsewhere = [ORDER.replace(":order", ":accession"), ORDER.replace("999.5.1", "999.5.7")]
    by_reference(trial, (REFERENCES, elsewhere)).finds(among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.14/5",
    title="Asks for a part of a reference id",
    requirement="A reference id is found by its whole text, not by a part of it.",
    passing=NOTHING_FOUND,
    covers=["iti-18.find-documents-by-reference-id.references"],
)
def part_of_a_reference(trial: Trial) -> None:
    made, *_ = referring(trial)
    by_reference(trial, (REFERENCES, ["ORD-1001", ORDER.removesuffix("r"), ORDER.removeprefix("O")])).finds(
        among=made.ids
    )


@enter(
    "iti-18/4.1.2.3.7.14/6",
    title="Asks for reference ids by a pattern",
    requirement=f"In {REFERENCES}, % stands for any run of characters. The framework says so in one place, and that "
    "the ids are matched exactly in another.",
    level=SHOULD,
    covers=["iti-18.find-documents-by-reference-id.references"],
)
def reference_pattern(trial: Trial) -> None:
    made, order, _accession, both = referring(trial)
    answer = by_reference(trial, (REFERENCES, ["ORD-1001^%"]))
    if answer.status == n.SUCCESS and not answer.ids():
        trial.not_supported("it matches reference ids exactly")
    answer.finds(order.id, both.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.14/7",
    title="Asks by reference id and by the parameters of FindDocuments",
    requirement=f"{QUERY} holds DocumentEntries to the parameters of FindDocuments too.",
    covers=["iti-18.find-documents-by-reference-id.parameters"],
)
def with_other_parameters(trial: Trial) -> None:
    other = second(trial, "classCode")
    fits = trial.entry(references=(ORDER,), codes={"classCode": (other,)}, creation_time="20240301")
    later = trial.entry(references=(ORDER,), codes={"classCode": (other,)}, creation_time="20240401")
    made = trial.registered(fits, later, trial.entry(references=(ORDER,), creation_time="20240301"))
    parameters: list[Parameter] = [
        ("$XDSDocumentEntryClassCode", written(other, NO_CODE)),
        ("$XDSDocumentEntryCreationTimeFrom", 20240301),
        ("$XDSDocumentEntryCreationTimeTo", 20240401),
    ]
    by_reference(trial, (REFERENCES, [ORDER]), *parameters).finds(fits.id, among=made.ids)


@enter(
    "iti-18/4.1.2.3.7.14/8",
    title="Asks for Deprecated documents by reference id",
    requirement=f"{QUERY} holds DocumentEntries to the statuses of $XDSDocumentEntryStatus.",
    covers=["iti-18.find-documents-by-reference-id.parameters"],
)
def reference_and_status(trial: Trial) -> None:
    old, new = trial.entry(references=(ORDER,)), trial.entry(references=(ORDER,))
    ids = (*trial.registered(old).ids, *trial.registered(new, Association(n.RPLC, new.id, old.id)).ids)
    by_reference(trial, (REFERENCES, [ORDER])).finds(new.id, among=ids)
    trial.query(QUERY, [*of_patient(trial, n.DEPRECATED), (REFERENCES, [ORDER])]).finds(old.id, among=ids)


@enter(
    "iti-18/4.1.2.3.7.14/9",
    title="Asks for one patient's documents by a reference id that another one's carry too",
    requirement=f"{QUERY} returns the DocumentEntries of no other patient than the one asked for.",
    needs=["registry", "two-patients"],
    covers=["iti-18.find-documents-by-reference-id.references"],
)
def of_one_patient(trial: Trial) -> None:
    mine = trial.entry(references=(ORDER,))
    theirs = trial.entry(references=(ORDER,), patient=trial.new_patient())
    ids = (*trial.registered(mine).ids, *trial.registered(theirs).ids)
    by_reference(trial, (REFERENCES, [ORDER])).finds(mine.id, among=ids)
