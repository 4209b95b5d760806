"""What a submission refers to: whether it is there, of what kind, and Approved. # ITI TF-3 4.2.2"""

from metadata import vocabulary as v
from metadata.errors import ErrorCode
from metadata.facts import HeldKind
from metadata.model import Association
from metadata.rules.book import MUST, NONE, Mark, Marks, On, Shape, in_each, mark, rule
from metadata.rules.case import Case
from metadata.rules.held import (
    METADATA_HERE,
    REGISTERING,
    SHAPES,
    UNRESOLVED,
    held_target,
    kind,
    short,
)


@rule(
    id="registry.reference.unknown",
    level=MUST,
    code=UNRESOLVED,
    spec="ITI TF-3 4.2.4.1",
    en="{got} is the {end} of Association {object}; it is neither in the submission nor in the registry",
    fr="{got} est le {end} de l'Association {object} ; il n'est ni dans la soumission ni dans le registre",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def reference_unknown(association: Association, case: Case) -> Marks:
    ends = [("targetObject", association.target)]
    if association.type == v.HAS_MEMBER:  # for the others association.relationship.source speaks
        ends.append(("sourceObject", association.source))
    return [
        Mark(f"/@{name}", {"got": end, "end": name})
        for name, end in ends
        if end.startswith("urn:uuid:") and end not in case.objects and end.lower() not in case.facts.objects
    ]


@rule(
    id="registry.member.kind",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-3 4.2.2.1",
    en="HasMember {object} leads from a {source} to a {target}; it leads from the SubmissionSet to a DocumentEntry, a "
    "Folder or an Association, or from a Folder to a DocumentEntry",
    fr="HasMember {object} mène d'un {source} à un {target} ; il mène du SubmissionSet à un DocumentEntry, un Folder "
    "ou une Association, ou d'un Folder à un DocumentEntry",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def member_kind(association: Association, case: Case) -> Marks:
    source, target = kind(association.source, case), kind(association.target, case)
    if association.type != v.HAS_MEMBER or source is None or target is None:
        return NONE
    if association.source in case.objects and association.target in case.objects:  # association.member.ends
        return NONE
    if source is Shape.SUBMISSION_SET and association.source in case.objects:
        fits = target is not Shape.SUBMISSION_SET
    else:
        fits = source is Shape.FOLDER and target is Shape.ENTRY
    return NONE if fits else mark(source=source.word, target=target.word)


@rule(
    id="registry.relationship.kind",
    level=MUST,
    code=UNRESOLVED,
    spec="ITI TF-2 3.42.4.1.3.5",
    en="{got} is the targetObject of {type} {object} and a registered {held}; the target must be a DocumentEntry",
    fr="{got} est le targetObject de {type} {object} et un {held} enregistré ; la cible doit être un DocumentEntry",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def relationship_kind(association: Association, case: Case) -> Marks:
    held = held_target(association, case)
    if held is None or held.kind.is_entry:
        return NONE
    return mark("/@targetObject", got=association.target, type=short(association), held=SHAPES[held.kind].word)


@rule(
    id="registry.snapshot.ends",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-2 3.42.4.1.3.5",
    en="IsSnapshotOf {object} leads to the stable DocumentEntry {got}; a stable one is a snapshot of an on-demand one",
    fr="IsSnapshotOf {object} mène au DocumentEntry stable {got} ; un DocumentEntry stable est l'instantané d'un "
    "DocumentEntry à la demande",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def snapshot_ends(association: Association, case: Case) -> Marks:
    held = held_target(association, case)
    if held is None or association.type != v.IS_SNAPSHOT_OF or held.kind is not HeldKind.STABLE_ENTRY:
        return NONE
    return mark("/@targetObject", got=association.target)


@rule(
    id="registry.status.missing",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-3 4.2.2.1.1",
    en="HasMember {object} from the SubmissionSet to the registered DocumentEntry {got} has no SubmissionSetStatus; "
    "write Reference",
    fr="HasMember {object} du SubmissionSet au DocumentEntry enregistré {got} n'a pas de SubmissionSetStatus ; écrire "
    "Reference",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def status_missing(association: Association, case: Case) -> Marks:
    held = case.facts.objects.get(association.target.lower())
    if held is None or not held.kind.is_entry or association.type != v.HAS_MEMBER:
        return NONE
    if association.submission_set_status or case.shape(association.source) is not Shape.SUBMISSION_SET:
        return NONE
    return mark(got=association.target)


@rule(
    id="registry.target.deprecated",
    level=MUST,
    code=in_each(ErrorCode.DEPRECATED_DOCUMENT, *REGISTERING),
    spec="ITI TF-2 3.42.4.1.3.5",
    en="{got} is the targetObject of {type} {object} and Deprecated; only an Approved DocumentEntry can be one",
    fr="{got} est le targetObject de {type} {object} et Deprecated ; seul un DocumentEntry Approved peut l'être",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def target_deprecated(association: Association, case: Case) -> Marks:
    # Relationships, and memberships too: no new Association leads to what is Deprecated. # ITI TF-3 4.2.2
    held = None if association.target in case.objects else case.facts.objects.get(association.target.lower())
    if held is None or held.approved or not held.kind.is_entry:
        return NONE
    return mark("/@targetObject", got=association.target, type=short(association))


@rule(
    id="registry.folder.deprecated",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-2 3.42.4.1.3.4",
    en="Folder {got} is Deprecated; a document is put into an Approved Folder only",
    fr="le Folder {got} est Deprecated ; un document n'est mis que dans un Folder Approved",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def folder_deprecated(association: Association, case: Case) -> Marks:
    if association.type != v.HAS_MEMBER or association.source in case.objects:
        return NONE
    held = case.facts.objects.get(association.source.lower())
    if held is None or held.approved or held.kind is not HeldKind.FOLDER:
        return NONE
    return mark("/@sourceObject", got=association.source)


@rule(
    id="registry.append.transformed",
    level=MUST,
    code=METADATA_HERE,
    spec="ITI TF-3 4.2.2.2.1",
    en="{got} is itself a transformation (XFRM) and nothing can be appended to it; append to its original",
    fr="{got} est lui-même une transformation (XFRM) et rien ne peut y être ajouté ; ajouter à son original",
    on=On.ASSOCIATION,
    needs_facts=True,
)
def append_to_transformed(association: Association, case: Case) -> Marks:
    if association.type != v.APND or association.target.lower() not in case.facts.transformed_from:
        return NONE
    return mark("/@targetObject", got=association.target)
