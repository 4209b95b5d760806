"""The Document Registry broken: what it takes, what becomes of it, and what it says of that."""

import re
import time
from collections.abc import Callable
from dataclasses import replace as changed
from typing import Any
from uuid import uuid4

from metadata.ebrim import Kind
from metadata.errors import ErrorCode, RegistryResponse
from metadata.responses import registry as responses
from metadata.rules.book import Finding
from metadata.vocabulary import ENTRY_AUTHOR, PARTIAL_SUCCESS, SUBMISSION_SET_UNIQUE_ID, SUCCESS
from registry import lifecycle, prepared, registry, store, submission
from tests.conformance.mutants.patching import replace, silence, wrap
from tests.conformance.mutants.table import mutant
from tests.conformance.mutants.wire import edit_replies

REGISTERING = "ITI TF-2 3.42.4.1.3.3"
ERRORS = "ITI TF-3 4.2.4"


def edit_stored(edit: Callable[[Any], Any]) -> None:
    """What is stored of each object goes through `edit`."""
    wrap(prepared, "registered", lambda was, *given: edit(was(*given)))


# --- life cycle


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.5", caught_by=("iti-42/4.1.3.5/7", "iti-42/4.1.3.5/8"))
def replaced_entry_stays_approved() -> None:
    """RPLC leaves the entry that it replaces Approved."""
    replace(store, "deprecate", lambda _connection, places: len(places))


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.5", caught_by=("iti-42/4.1.3.5/3", "iti-42/4.1.3.5/4"))
def derived_entries_stay_approved() -> None:
    """What was made of a replaced entry by XFRM or APND stays Approved."""
    replace(lifecycle, "_derived", lambda *_: frozenset())


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.5", caught_by=("iti-42/4.1.3.5/50", "iti-42/4.1.3.5/51"))
def folder_does_not_get_the_replacement() -> None:
    """The Folders of a replaced entry do not get the new one."""
    replace(lifecycle, "_memberships", lambda *_: [])


@mutant("ihe", breaks="ITI TF-3 4.2.3.4.6", caught_by=("iti-42/4.1.3.5/53", "iti-42/4.1.3.6/3"))
def last_update_time_stays() -> None:
    """lastUpdateTime of a Folder does not move when the Folder gets a member."""
    replace(store, "touch", lambda _connection, folders, _now: len(folders))


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.5", caught_by=("iti-42/4.1.3.5/20", "iti-42/4.1.3.5/21"))
def replacement_of_deprecated_accepted() -> None:
    """An entry that is Deprecated already may be replaced and appended to."""
    silence("registry.target.deprecated")
    wrap(store, "deprecate", lambda was, connection, places: (was(connection, places), len(places))[1])


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.5", caught_by=("iti-42/4.1.3.5/11", "iti-42/4.1.3.5/10"))
def relationship_across_patients_accepted() -> None:
    """A relationship may lead to the document of another patient."""
    silence("registry.relationship.patient")


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.3.2", caught_by=("iti-42/4.1.3.3.2/8",))
def folder_across_patients_accepted() -> None:
    """A document may be put into the Folder of another patient."""
    silence("registry.folder.patient")


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3", caught_by=("iti-42/4.1.3.5/48", "metadata/4.2.1.2/1"))
def refused_submission_is_kept() -> None:
    """A submission that is refused is registered all the same."""
    replace(registry, "refuses", lambda _findings: False)
    replace(submission, "refuses", lambda _findings: False)


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3", caught_by=("iti-42/4.1.3.1/1", "iti-42/4.1.3.1/4"))
def half_of_a_refused_submission_is_kept() -> None:
    """Of a refused submission of several entries, those that were good are registered."""

    def around(was: Any, self: Any, objects: Any, **named: Any) -> RegistryResponse:
        response: RegistryResponse = was(self, objects, **named)
        for one in [o for o in objects if o.kind is Kind.EXTRINSIC_OBJECT and not response.succeeded]:
            if was(self, [o for o in objects if o is not one and one.id not in (o.source, o.target)]).succeeded:
                break
        return response

    wrap(registry.Registry, "register", around)


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.1", caught_by=("iti-42/4.1.3.1/5",))
def entries_are_seen_one_after_the_other() -> None:
    """Of a submission of many entries a part can be found before the rest is there."""

    def around(was: Any, self: Any, objects: Any, **named: Any) -> RegistryResponse:
        rest = [o for o in objects if o.kind is Kind.EXTRINSIC_OBJECT][20:]
        late = {o.id for o in rest}
        (the_set,) = [o for o in objects if o.kind is Kind.REGISTRY_PACKAGE and o.id not in late][:1]
        first = [o for o in objects if o.id not in late and o.target not in late]
        response: RegistryResponse = was(self, first, **named)
        if not rest or not response.succeeded:
            return response
        time.sleep(0.3)
        own = f"urn:uuid:{uuid4()}"
        again = [changed(o, source=own) for o in objects if o.target in late]
        unique_id = f"2.25.{uuid4().int}"
        identifiers = tuple(
            changed(i, value=unique_id if i.scheme == SUBMISSION_SET_UNIQUE_ID else i.value, registry_object=own)
            for i in the_set.external_identifiers
        )
        classifications = tuple(changed(c, classified_object=own) for c in the_set.classifications)
        another = changed(the_set, id=own, external_identifiers=identifiers, classifications=classifications)
        return was(self, [another, *rest, *again])  # type: ignore[no-any-return]

    wrap(registry.Registry, "register", around)


# --- what is taken


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.3.2", caught_by=("iti-42/4.1.3.3.2/1", "iti-42/4.1.3.3.2/2"))
def unknown_patient_accepted() -> None:
    """A patient that the feed has not announced is taken."""
    silence("registry.patient.unknown")


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.3.2", caught_by=("iti-42/4.1.3.3.2/4", "iti-42/4.1.3.3.2/5"))
def mixed_patients_accepted() -> None:
    """The entries of one submission may be of several patients."""
    silence("submission.patient.mismatch")


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.3.7", caught_by=("iti-42/4.1.3.3.7/1", "iti-42/4.1.3.3.7/2"))
def unique_id_of_a_set_used_again() -> None:
    """A uniqueId that is registered already may be that of another object."""
    silence("registry.uniqueId.taken")


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.3.1", caught_by=("iti-42/4.1.3.3.1/1", "iti-42/4.1.3.3.1/2"))
def non_identical_hash_accepted() -> None:
    """Two documents of one uniqueId may have different hashes."""
    silence("registry.uniqueId.hash", "registry.uniqueId.size")


@mutant("ihe", breaks="ITI TF-3 4.2.3.4.2", caught_by=("metadata/4.2.3.4.2/1",))
def folder_without_code_accepted() -> None:
    """A Folder without codeList is taken."""
    silence("folder.codeList.missing")


@mutant("ihe", breaks="ITI TF-3 4.2.3.1.1", caught_by=("metadata/4.2.2.1.1/5", "metadata/4.2.3.1.4/4"))
def repeated_single_value_ignored() -> None:
    """Of a Slot that holds one value, further values are passed over."""
    silence("slot.values.repeated")


@mutant("ihe", breaks="ITI TF-3 4.2.3.1.1", caught_by=("metadata/4.2.3.1.6/1",))
def repeated_slot_ignored() -> None:
    """The same Slot may stand twice in one object."""
    silence("slot.name.repeated")


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.25", caught_by=("metadata/4.2.3.2.25/1",))
def missing_type_code_accepted() -> None:
    """An entry without typeCode is taken."""
    silence("de.typeCode.missing")


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.3", caught_by=("metadata/4.2.3.2.3/1",))
def missing_class_code_accepted() -> None:
    """An entry without classCode is taken."""
    silence("de.classCode.missing")


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.22", caught_by=("metadata/4.2.3.2.22/1",))
def missing_source_patient_id_accepted() -> None:
    """An entry without sourcePatientId is taken."""
    silence("de.sourcePatientId.missing")


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.10", caught_by=("metadata/4.2.3.2.10/1",))
def missing_hash_accepted() -> None:
    """ITI-42 takes an entry without hash."""
    silence("de.hash.missing")


@mutant("ihe", breaks="ITI TF-3 4.2.3.1.7", caught_by=("metadata/4.2.3.2.6/10", "metadata/4.2.3.2.6/11"))
def impossible_time_accepted() -> None:
    """A creationTime that is no date is taken."""
    silence("de.creationTime.format")


@mutant("ihe", breaks="ITI TF-3 4.2.3.1.2", caught_by=("metadata/4.2.2.2/1", "metadata/4.2.3.1.2/1"))
def code_without_scheme_accepted() -> None:
    """A code without its coding scheme is taken."""
    silence("code.scheme.single")


@mutant("ihe", breaks="ITI TF-3 4.2.2.1.1", caught_by=("metadata/4.2.2.1.1/2",))
def missing_submission_set_status_accepted() -> None:
    """A HasMember from the SubmissionSet to an entry needs no SubmissionSetStatus."""
    silence("association.status.missing")


@mutant("ihe", breaks="ITI TF-3 4.1.4", caught_by=("metadata/4.2.2.1.1/1", "metadata/4.2.2.1.1/6"))
def entry_outside_the_set_accepted() -> None:
    """An entry that no HasMember links with the SubmissionSet is taken."""
    silence("submission.member.single")


# --- what is kept


@mutant("ihe", breaks="ITI TF-3 4.2.3.1.6", caught_by=("iti-18/4.1.2.6/10", "iti-42/4.1.3.2/1"))
def extra_metadata_dropped_silently() -> None:
    """Extra Slots are not stored, and the sender is not told."""
    edit_stored(lambda o: changed(o, slots=tuple(s for s in o.slots if not s.name.startswith("urn:"))))


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3", caught_by=("iti-18/4.1.2.6/14", "iti-18/4.1.2.6/15"))
def comments_dropped() -> None:
    """The comments of an object are not kept."""
    edit_stored(lambda o: changed(o, description=()))


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.1", caught_by=("iti-18/4.1.2.6/12", "metadata/4.2.3.1.4/25"))
def second_author_dropped() -> None:
    """Of several authors of an entry the first alone is kept."""

    def edit(o: Any) -> Any:
        authors = [c for c in o.classifications if c.scheme == ENTRY_AUTHOR]
        return changed(o, classifications=tuple(c for c in o.classifications if c not in authors[1:]))

    edit_stored(edit)


@mutant("ihe", breaks="ITI TF-3 4.2.3.1.1", caught_by=("metadata/4.2.3.3.7/4", "metadata/4.2.3.2.23/9"))
def further_slot_values_dropped() -> None:
    """Of several values of a Slot the first alone is kept."""
    edit_stored(lambda o: changed(o, slots=tuple(changed(s, values=s.values[:1]) for s in o.slots)))


@mutant("ihe", breaks="ITI TF-2 3.42.4.1.3.3", caught_by=("iti-18/4.1.2.6/17", "iti-42/4.1.3.7/2"))
def symbolic_ids_stay_inside() -> None:
    """classifiedObject and registryObject keep the symbolic id of the submission."""

    def around(was: Any, o: Any, *given: Any) -> Any:
        stored = was(o, *given)
        return changed(
            stored,
            classifications=tuple(changed(c, classified_object=o.id) for c in stored.classifications),
            external_identifiers=tuple(changed(i, registry_object=o.id) for i in stored.external_identifiers),
        )

    wrap(prepared, "registered", around)


@mutant("ihe", breaks="ITI TF-3 4.2.3.2.7", caught_by=("iti-18/4.1.2.6/11", "iti-18/4.1.2.6/16"))
def entry_uuid_of_the_source_ignored() -> None:
    """An entryUUID that the source chose is replaced by another."""
    wrap(prepared, "assign", lambda was, objects: {id_: uuid4() for id_ in was(objects)})


# --- what is said


@mutant("ihe", breaks=ERRORS, caught_by=("iti-18/4.1.2.6/21", "iti-18/4.1.2.6/22"))
def wrong_status_urn() -> None:
    """The status of answers is urn:oasis:names:tc:ebxml-regrep:StatusType:Success, of another enumeration."""
    edit_replies(lambda data: data.replace(b":ResponseStatusType:", b":StatusType:"))


@mutant("ihe", breaks="ITI TF-2 3.42.4.2", caught_by=("iti-42/4.1.3.5/46", "metadata/4.2.2/4"))
def partial_success_of_a_submission() -> None:
    """A submission with errors is answered by PartialSuccess."""
    replace(
        RegistryResponse,
        "of",
        lambda errors=(): RegistryResponse(PARTIAL_SUCCESS if any(not e.warning for e in errors) else SUCCESS, errors),
    )


@mutant("ihe", breaks=ERRORS, caught_by=("iti-42/4.1.3.5/46", "metadata/4.2.2/4"))
def success_in_spite_of_errors() -> None:
    """A refused submission is answered by Success, its errors beside it."""
    replace(RegistryResponse, "of", lambda errors=(): RegistryResponse(SUCCESS, errors))


@mutant("ihe", breaks="ITI TF-3 4.2.4.1", caught_by=("iti-42/4.1.3.5/40", "iti-42/4.1.3.5/41"))
def one_code_for_every_error() -> None:
    """Whatever is wrong, the errorCode is XDSRegistryMetadataError."""
    replace(Finding, "code", property(lambda _self: ErrorCode.REGISTRY_METADATA_ERROR))


@mutant("ihe", breaks="ITI TF-3 4.2.4.1", caught_by=("iti-42/4.1.3.3.1/1", "iti-42/4.1.3.3.1/2"))
def errors_without_code_context() -> None:
    """Errors have no codeContext."""
    wrap(responses, "_error", lambda was, error: re.sub(r' codeContext="[^"]*"', "", was(error)))


@mutant("ihe", breaks="ITI TF-3 4.2.4.1", caught_by=("iti-18/4.1.2.6/2", "iti-18/4.1.2.6/3"))
def errors_without_severity() -> None:
    """Errors and warnings have no severity."""
    wrap(responses, "_error", lambda was, error: re.sub(r' severity="[^"]*"', "", was(error)))


@mutant("ihe", breaks=ERRORS, caught_by=("iti-42/4.1.3.5/46", "metadata/4.2.2/4"))
def failure_without_a_word() -> None:
    """A Failure comes without any RegistryError."""
    replace(responses, "error_list", lambda _errors: "")


@mutant("ihe", breaks=REGISTERING, caught_by=("iti-42/4.1.3.5/46", "iti-42/4.1.3.3.6/1"))
def refusals_are_faults() -> None:
    """A submission that breaks a rule is answered by a SOAP fault instead of a RegistryResponse."""
    from registry import service
    from soap import faults

    def around(was: Any, errors: Any, *given: Any) -> Any:
        if errors:
            raise faults.sender("; ".join(error.context for error in errors))
        return was(errors, *given)

    wrap(service, "registered", around)
