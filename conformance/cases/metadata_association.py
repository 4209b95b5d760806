"""Associations: their types, their ends, the membership of SubmissionSets and Folders. # ITI TF-3 4.2.2"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._tables import DEPRECATED_TARGET, METADATA, UNRESOLVED, Refused, again, contents, refusals, taken
from conformance.messages import names as n
from conformance.messages.edits import Edit, insert, remove, slot, write
from conformance.messages.objects import Association, Code, Submission, new_uuid
from conformance.model import MUST, SHOULD, Level
from conformance.passing import SUCCESS, refused
from conformance.trial import Trial

_REASON: Final[Code] = ("corrected", "Example Reasons", "Corrected")
_STATUS = "rim:Slot[@name='SubmissionSetStatus']"
_TO_ENTRY = f"//rim:Association[{_STATUS}]"
_TO_FOLDER = f"//rim:Association[@targetObject=//rim:RegistryPackage/@id][@associationType='{n.HAS_MEMBER}']"
_IN_FOLDER = (
    f"//rim:Association[@sourceObject=//rim:RegistryPackage[rim:Classification/@classificationNode='{n.FOLDER}']/@id]"
)
_TO_MEMBERSHIP = "//rim:Association[@targetObject=//rim:Association/@id]"
_APND = f"//rim:Association[@associationType='{n.APND}']"
_OLD = "urn:oasis:names:tc:ebxml-regrep:AssociationType:"
_UPDATE = "urn:ihe:iti:2010:AssociationType:"


def _bad(
    section: str,
    ordinal: int,
    what: str,
    must: str,
    rule: str | tuple[str, ...],
    *edits: Edit,
    of: str = "entry",
    codes: tuple[str, ...] = (METADATA,),
    level: Level = MUST,
    schema: bool = False,
    cites: str = "",
) -> Refused:
    """`cites`: the section that says so, where the id was made from another."""
    rules, cited = (rule,) if isinstance(rule, str) else rule, f"ITI TF-3 {cites or section}"
    return Refused(f"metadata/{section}/{ordinal}", what, must, cited, edits, rules, codes, of, schema, level)


refusals(
    [
        _bad(
            "4.2.2",
            1,
            "Registers an Association of a type that does not exist",
            "associationType is one of those that the Technical Framework lists.",
            "association.type.unknown",
            write(f"{_APND}/@associationType", "urn:ihe:iti:2007:AssociationType:COPY"),
            of="related",
        ),
        _bad(
            "4.2.2",
            2,
            "Registers an Association whose type is not a URN",
            "associationType is given as a URN; a short name is not taken.",
            "association.type.unknown",
            write(f"{_APND}/@associationType", "APND"),
            of="related",
        ),
        _bad(
            "4.2.2",
            3,
            "Registers an Association of type APND with the prefix of ebXML",
            "The type of an addendum is urn:ihe:iti:2007:AssociationType:APND, and no other URN.",
            "association.type.unknown",
            write(f"{_APND}/@associationType", f"{_OLD}APND"),
            of="related",
        ),
        _bad(
            "4.2.2",
            4,
            "Registers an Association without targetObject",
            "An Association has a targetObject.",
            ("association.end.missing", "xml.schema"),
            remove(f"{_APND}/@targetObject"),
            of="related",
            schema=True,
        ),
        _bad(
            "4.2.2",
            5,
            "Registers an Association without sourceObject",
            "An Association has a sourceObject.",
            ("association.end.missing", "xml.schema"),
            remove(f"{_APND}/@sourceObject"),
            of="related",
            schema=True,
        ),
        _bad(
            "4.2.2",
            6,
            "Registers an addendum of a document to itself",
            "An Association relates two objects; a document is not its own addendum.",
            "association.end.same",
            write(f"{_APND}/@targetObject", "entry-1"),
            write(f"{_APND}/@sourceObject", "entry-1"),
            write("(//rim:ExtrinsicObject)[1]/@id", "entry-1"),
            write("(//rim:ExtrinsicObject)[1]/*/@classifiedObject", "entry-1"),
            write("(//rim:ExtrinsicObject)[1]/*/@registryObject", "entry-1"),
            write(f"({_TO_ENTRY})[1]/@targetObject", "entry-1"),
            of="related",
            cites="4.2.2.2",
        ),
        _bad(
            "4.2.1.5",
            3,
            "Refers to a symbolic id that no object of the submission has",
            "A symbolic id refers to an object of the same submission; what is elsewhere is named by its UUID.",
            "association.end.unresolved",
            write(f"{_APND}/@targetObject", "nowhere"),
            of="related",
            codes=(UNRESOLVED, METADATA),
        ),
        _bad(
            "4.2.2.1.1",
            1,
            "Registers a DocumentEntry that the SubmissionSet does not hold",
            "A DocumentEntry is submitted as part of a SubmissionSet, linked to it by a HasMember Association.",
            "submission.member.single",
            remove(f"({_TO_ENTRY})[1]"),
            of="related",
        ),
        _bad(
            "4.2.2.1.1",
            2,
            "Registers a DocumentEntry that the SubmissionSet holds without SubmissionSetStatus",
            "The HasMember from a SubmissionSet to a new DocumentEntry says SubmissionSetStatus Original.",
            "association.status.missing",
            remove(f"{_TO_ENTRY}/{_STATUS}"),
        ),
        _bad(
            "4.2.2.1.1",
            3,
            "Registers a HasMember whose SubmissionSetStatus is Deprecated",
            "SubmissionSetStatus is Original or Reference.",
            "association.status.unknown",
            write(f"{_TO_ENTRY}/{_STATUS}//rim:Value", "Deprecated"),
        ),
        _bad(
            "4.2.2.1.1",
            4,
            "Registers a new DocumentEntry by reference",
            "A DocumentEntry that is part of the submission is submitted by value: SubmissionSetStatus is Original.",
            "association.status.reference",
            write(f"{_TO_ENTRY}/{_STATUS}//rim:Value", "Reference"),
        ),
        _bad(
            "4.2.2.1.1",
            5,
            "Registers a HasMember with two values of SubmissionSetStatus",
            "SubmissionSetStatus has one value.",
            "slot.values.repeated",
            slot(_TO_ENTRY, "SubmissionSetStatus", "Original", "Reference"),
        ),
        _bad(
            "4.2.2.1.2",
            1,
            "Registers a Folder that the SubmissionSet does not hold",
            "A Folder is submitted as part of a SubmissionSet, linked to it by a HasMember Association.",
            "submission.member.single",
            remove(_TO_FOLDER),
            of="folder",
        ),
        _bad(
            "4.2.2.1.3",
            1,
            "Puts a document into a Folder without telling by which submission",
            "Each HasMember from a Folder comes with one from the SubmissionSet to it.",
            "submission.member.folder",
            remove(_TO_MEMBERSHIP),
            of="folder",
        ),
        _bad(
            "4.2.2.2",
            1,
            "Registers the reason of a relationship without its coding scheme",
            "The documentation of an Association is a code, with its coding scheme.",
            "code.scheme.single",
            insert(
                _APND,
                '<rim:Classification id="reason" classifiedObject="apnd" nodeRepresentation="corrected" '
                f'classificationScheme="{n.DOCUMENTATION}">'
                '<rim:Name><rim:LocalizedString value="Corrected"/></rim:Name></rim:Classification>',
            ),
            write(f"{_APND}/@id", "apnd"),
            of="related",
        ),
    ]
)

# --- associations that are put beside a good submission


@dataclass(frozen=True, slots=True)
class _Odd:
    """An Association that no submission may hold."""

    ordinal: str
    what: str
    must: str
    section: str
    rule: str
    make: Callable[[Submission], Association]
    codes: tuple[str, ...] = (METADATA,)
    level: Level = MUST


def _first(submission: Submission) -> str:
    return submission.entries[0].id


_ODD = (
    _Odd(
        "4.2.2.1/1",
        "Registers a HasMember from a document to another",
        "HasMember leads from a SubmissionSet or a Folder.",
        "4.2.2.1",
        "association.member.ends",
        lambda s: Association(n.HAS_MEMBER, _first(s), s.entries[1].id),
    ),
    _Odd(
        "4.2.2.1/2",
        "Registers a HasMember from a document to the SubmissionSet",
        "HasMember leads from the SubmissionSet to its content, never to it.",
        "4.2.2.1",
        "association.target.set",
        lambda s: Association(n.HAS_MEMBER, _first(s), s.set.id),
    ),
    _Odd(
        "4.2.2.2/2",
        "Registers a SubmissionSet as an addendum of a document",
        "A relationship leads from a DocumentEntry to a DocumentEntry.",
        "4.2.2.2",
        "association.source.set",
        lambda s: Association(n.APND, s.set.id, _first(s)),
        codes=(UNRESOLVED, METADATA),
    ),
    _Odd(
        "4.2.2.1.1/6",
        "Links a DocumentEntry to the SubmissionSet twice",
        "A DocumentEntry is a member of its SubmissionSet by one HasMember.",
        "4.1.4",
        "submission.member.single",
        lambda s: Association(n.HAS_MEMBER, s.set.id, _first(s), status="Original"),
    ),
    _Odd(
        "4.2.2/7",
        "Registers an Association of metadata update",
        "UpdateAvailabilityStatus belongs to Update Document Set; it is none of the types that are registered.",
        "4.2.2",
        "association.update",
        lambda s: Association(f"{_UPDATE}UpdateAvailabilityStatus", s.set.id, _first(s)),
    ),
    _Odd(
        "4.2.2.2/3",
        "Registers a HasMember that has a documentation",
        "A documentation belongs to a relationship of documents, not to a HasMember.",
        "4.2.2.2",
        "association.documentation.forbidden",
        lambda s: Association(n.HAS_MEMBER, s.set.id, s.associations[-1].id, documentation=_REASON),
        level=SHOULD,
    ),
    _Odd(
        "4.2.2.1.1/7",
        "Registers a relationship that has a SubmissionSetStatus",
        "SubmissionSetStatus belongs to the HasMember of a SubmissionSet alone.",
        "4.2.2.1.1",
        "association.status.misplaced",
        lambda s: Association(n.XFRM, s.entries[1].id, _first(s), status="Original"),
        level=SHOULD,
    ),
)


def _odd(row: _Odd, trial: Trial) -> None:
    taken(trial, "related")
    made = _related(trial)
    trial.register(replace(made, associations=(*made.associations, row.make(made)))).refuses(*row.codes)


def _related(trial: Trial) -> Submission:
    entry, addendum = trial.entry(), trial.entry()
    return trial.submission(entry, addendum, Association(n.APND, addendum.id, entry.id))


for _row in _ODD:
    case(
        f"metadata/{_row.ordinal}",
        title=_row.what,
        requirement=_row.must,
        section=f"ITI TF-3 {_row.section}",
        level=_row.level,
        passing=refused(*_row.codes),
        covers=[_row.rule],
        needs=["registry"],
    )(functools.partial(_odd, _row))


@case(
    "metadata/4.2.2.1.1/8",
    title="Registers a document that exists already as original",
    requirement="A document that is not part of the submission is a member by reference: not as Original.",
    section="ITI TF-3 4.2.2.1.1",
    passing=refused(METADATA),
    covers=["association.status.original"],
    needs=["registry"],
)
def existing_as_original(trial: Trial) -> None:
    entry = trial.entry()
    trial.registered(entry)
    _referred(trial, entry.id, "Original").refuses(METADATA)


@case(
    "metadata/4.2.2.1.1/9",
    title="Refers to a document that exists already without SubmissionSetStatus",
    requirement="The HasMember from a SubmissionSet to an existing DocumentEntry says SubmissionSetStatus Reference.",
    section="ITI TF-3 4.2.2.1.1",
    passing=refused(METADATA),
    covers=["registry.status.missing"],
    needs=["registry"],
)
def existing_without_status(trial: Trial) -> None:
    entry = trial.entry()
    trial.registered(entry)
    _referred(trial, entry.id, "").refuses(METADATA)


def _referred(trial: Trial, entry: str, status: str) -> Answer:
    made = trial.submission(trial.entry())  # something of its own: a submission of references alone is disputed
    held = Association(n.HAS_MEMBER, made.set.id, entry, status=status)
    return trial.register(replace(made, associations=(*made.associations, held)))


@case(
    "metadata/4.2.2.1.1/10",
    title="Registers a SubmissionSet that holds an existing document by reference",
    requirement="A SubmissionSet may hold an existing DocumentEntry, with SubmissionSetStatus Reference.",
    section="ITI TF-3 4.2.2.1.1",
    passing=SUCCESS,
    covers=["association.status.original", "metadata.membership.by-reference"],
    needs=["registry"],
)
def by_reference(trial: Trial) -> None:
    entry = trial.entry()
    first = trial.registered(entry)
    made = trial.submission(trial.entry())
    link = Association(n.HAS_MEMBER, made.set.id, entry.id, status="Reference")
    trial.register(replace(made, associations=(*made.associations, link))).succeeds()
    contents(trial, made).finds(*made.ids, link.id, entry.id)
    sets = trial.query("GetSubmissionSets", [("$uuid", [entry.id])])
    sets.finds(made.set.id, first.set.id, link.id, first.associations[0].id)


@case(
    "metadata/4.2.2.1.1/11",
    title="Refers to an existing document of another patient",
    requirement="The patientId of a SubmissionSet need not be that of a document that it holds by reference.",
    section="ITI TF-3 4.2.2.1.1",
    passing=SUCCESS,
    covers=["metadata.membership.by-reference", "submission.patient.mismatch"],
    needs=["registry", "two-patients"],
)
def by_reference_of_another(trial: Trial) -> None:
    entry = trial.entry(patient=trial.new_patient())
    trial.registered(entry)
    _referred(trial, entry.id, "Reference").succeeds()
    links = trial.query("GetAssociations", [("$uuid", [entry.id])])
    links.holds(f"//rim:Association/{_STATUS}//rim:Value", "Original", "Reference")


@case(
    "metadata/4.2.3.2.7/3",
    title="Registers two DocumentEntries with the same id",
    requirement="An entryUUID is globally unique: the objects of a submission have distinct ids.",
    section="ITI TF-3 4.2.3.2.7",
    passing=refused(METADATA),
    covers=["object.id.repeated"],
    needs=["registry"],
)
def same_id_twice(trial: Trial) -> None:
    taken(trial, "related")
    held = new_uuid()
    one, other = trial.entry(id=held), trial.entry(id=held)
    made = trial.submission(one, other)
    trial.register(replace(made, associations=made.associations[:1])).is_refused(METADATA)


@case(
    "metadata/4.2.2.2.1/1",
    title="Adds an addendum to a transformation of the same submission",
    requirement="A transformation is another form of its original, and nothing is appended to it.",
    section="ITI TF-3 4.2.2.2.1",
    passing=refused(METADATA),
    covers=["association.append.transformed"],
    needs=["registry"],
)
def appends_to_transformation(trial: Trial) -> None:
    taken(trial, "related")
    original, transformed, addendum = trial.entry(), trial.entry(), trial.entry()
    submission = trial.submission(
        original,
        transformed,
        addendum,
        Association(n.XFRM, transformed.id, original.id),
        Association(n.APND, addendum.id, transformed.id),
    )
    trial.register(submission).refuses()


@case(
    "metadata/4.2.2.2/5",
    title="Adds a document as an addendum to a Folder of the same submission",
    requirement="A relationship leads from a DocumentEntry to a DocumentEntry.",
    section="ITI TF-3 4.2.2.2",
    passing=refused(METADATA, UNRESOLVED),
    covers=["association.relationship.ends"],
    needs=["registry"],
)
def appends_to_folder(trial: Trial) -> None:
    taken(trial, "folder")
    entry, folder = trial.entry(), trial.folder()
    trial.register(trial.submission(entry, folder, Association(n.APND, entry.id, folder.id))).refuses(
        METADATA, UNRESOLVED
    )


@case(
    "metadata/4.2.2.2/6",
    title="Registers a relationship with two reasons",
    requirement="A relationship has one documentation.",
    section="ITI TF-3 4.2.2.2",
    level=SHOULD,
    passing=refused(METADATA),
    covers=["association.documentation.repeated"],
    needs=["registry", "open-domain"],
)
def two_reasons(trial: Trial) -> None:
    taken(trial, "related")
    entry, addendum = trial.entry(), trial.entry()
    link = Association(n.APND, addendum.id, entry.id, documentation=_REASON)
    trial.register(trial.submission(entry, addendum, link), again(f"{_APND}/rim:Classification")).refuses(METADATA)


@case(
    "metadata/4.2.2.2.3/1",
    title="Replaces a document by two at once",
    requirement="Only an Approved document is replaceable: the first of two replacements leaves none to the second.",
    section="ITI TF-3 4.2.2.2.3",
    level=SHOULD,
    passing=refused(DEPRECATED_TARGET, METADATA),
    covers=["association.replacement.repeated"],
    needs=["registry"],
)
def two_replacements(trial: Trial) -> None:
    old, one, other = trial.entry(), trial.entry(), trial.entry()
    trial.registered(old)
    links = (Association(n.RPLC, one.id, old.id), Association(n.RPLC, other.id, old.id))
    trial.register(trial.submission(one, other, *links)).refuses()


@case(
    "metadata/4.2.2.2/4",
    title="Registers a relationship with its reason",
    requirement="A relationship may say its reason by a coded documentation, which queries give back.",
    section="ITI TF-3 4.2.2.2",
    passing=SUCCESS,
    covers=["metadata.relationship.documentation"],
    needs=["registry", "open-domain"],
)
def documented(trial: Trial) -> None:
    old, new = trial.entry(), trial.entry()
    trial.registered(old)
    link = Association(n.RPLC, new.id, old.id, documentation=_REASON)
    trial.register(trial.submission(new, link)).succeeds()
    answer = trial.query("GetAssociations", [("$uuid", [new.id])])
    reason = f"//rim:Association[@id='{link.id}']/rim:Classification[@classificationScheme='{n.DOCUMENTATION}']"
    answer.holds(f"{reason}/@nodeRepresentation", "corrected")
    answer.holds(f"{reason}/rim:Slot[@name='codingScheme']//rim:Value", "Example Reasons")
    answer.holds(f"{reason}/rim:Name/rim:LocalizedString/@value", "Corrected")
