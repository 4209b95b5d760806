"""HasMember: what the SubmissionSet and the Folders of a message hold. # ITI TF-3 4.2.2.1"""

from typing import Final

from metadata import vocabulary as v
from metadata.model import Association
from metadata.rules.association import kind_of_end
from metadata.rules.book import METADATA, MUST, NONE, Mark, Marks, On, Shape, mark, rule
from metadata.rules.case import Case, View
from metadata.translate import Submission

STATUSES: Final = frozenset({"Original", "Reference"})
STATUS_AT: Final = "/Slot[@name='SubmissionSetStatus']"


@rule(
    id="association.member.ends",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1",
    en="HasMember {object} leads from a {source} to a {target}; it leads from the SubmissionSet to a DocumentEntry, a "
    "Folder or an Association, or from a Folder to a DocumentEntry",
    fr="HasMember {object} mène d'un {source} à un {target} ; il mène du SubmissionSet à un DocumentEntry, un Folder "
    "ou une Association, ou d'un Folder à un DocumentEntry",
    on=On.ASSOCIATION,
)
def member_ends(association: Association, case: Case) -> Marks:
    if association.type != v.HAS_MEMBER or association.source == association.target:
        return NONE
    source, target = case.shape(association.source), case.shape(association.target)
    if target is Shape.SUBMISSION_SET or Shape.PACKAGE in (source, target):  # other rules speak of those
        return NONE
    if source in (None, Shape.SUBMISSION_SET) or (source is Shape.FOLDER and target in (None, Shape.ENTRY)):
        return NONE
    return mark(source=kind_of_end(source), target=kind_of_end(target))


@rule(
    id="association.status.missing",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1.1",
    en="HasMember {object} from the SubmissionSet to DocumentEntry {target} has no Slot SubmissionSetStatus; write "
    "Original",
    fr="HasMember {object} du SubmissionSet au DocumentEntry {target} n'a pas de Slot SubmissionSetStatus ; écrire "
    "Original",
    on=On.OBJECT,
    only={Shape.ASSOCIATION},
)
def status_missing(view: View, case: Case) -> Marks:
    o = view.o
    if o.association_type != v.HAS_MEMBER or "SubmissionSetStatus" in view.slots:
        return NONE
    if case.shape(o.source or "") is not Shape.SUBMISSION_SET or case.shape(o.target or "") is not Shape.ENTRY:
        return NONE
    return mark(target=o.target)


@rule(
    id="association.status.unknown",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1.1",
    en="SubmissionSetStatus {got} of {object} is neither Original nor Reference",
    fr="SubmissionSetStatus {got} de {object} n'est ni Original ni Reference",
    on=On.ASSOCIATION,
)
def status_unknown(association: Association, _case: Case) -> Marks:
    status = association.submission_set_status
    return NONE if not status or status in STATUSES else mark(STATUS_AT, got=status)


@rule(
    id="association.status.original",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1.1",
    en="SubmissionSetStatus of {object} is Original but {got} is not in this submission; write Reference",
    fr="SubmissionSetStatus de {object} vaut Original mais {got} n'est pas dans cette soumission ; écrire Reference",
    on=On.ASSOCIATION,
)
def status_original(association: Association, case: Case) -> Marks:
    target = association.target
    if association.submission_set_status != "Original" or association.type != v.HAS_MEMBER or target in case.objects:
        return NONE
    if case.shape(association.source) is not Shape.SUBMISSION_SET or not target.startswith("urn:uuid:"):
        return NONE
    return mark(STATUS_AT, got=target)


@rule(
    id="association.status.reference",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1.1",
    en="SubmissionSetStatus of {object} is Reference but {got} is in this submission; write Original",
    fr="SubmissionSetStatus de {object} vaut Reference mais {got} est dans cette soumission ; écrire Original",
    on=On.ASSOCIATION,
)
def status_reference(association: Association, case: Case) -> Marks:
    if association.submission_set_status != "Reference" or case.shape(association.target) is not Shape.ENTRY:
        return NONE
    if case.shape(association.source) is not Shape.SUBMISSION_SET:
        return NONE
    return mark(STATUS_AT, got=association.target)


@rule(
    id="association.status.misplaced",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1.1",
    en="{object} carries SubmissionSetStatus {got}; only a HasMember from the SubmissionSet to a DocumentEntry does",
    fr="{object} porte SubmissionSetStatus {got} ; seul un HasMember du SubmissionSet à un DocumentEntry le porte",
    on=On.ASSOCIATION,
)
def status_misplaced(association: Association, case: Case) -> Marks:
    status = association.submission_set_status
    if status not in STATUSES:
        return NONE
    source, target = case.shape(association.source), case.shape(association.target)
    if association.type == v.HAS_MEMBER and source is Shape.SUBMISSION_SET:
        # Original on the way to a Folder or an Association is tolerated: many toolkits write it everywhere.
        if target in (None, Shape.ENTRY, Shape.SUBMISSION_SET, Shape.PACKAGE) or status == "Original":
            return NONE
    elif source is Shape.PACKAGE:  # it may have been meant as the SubmissionSet
        return NONE
    elif association.type == v.SIGNS and status == "Original":
        return NONE  # tolerated: the French DMP writes it on its signatures
    return mark(STATUS_AT, got=status)


@rule(
    id="submission.member.single",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.1.4",
    en="{object} is linked to the SubmissionSet by {got} HasMember Associations; it needs exactly one",
    fr="{object} est lié au SubmissionSet par {got} Associations HasMember ; il en faut exactement une",
    on=On.SUBMISSION,
)
def member_single(_submission: Submission, case: Case) -> Marks:
    the_set = case.submission_set
    if the_set is None or len(case.objects) < len(case.views):  # repeated ids break object.id.repeated
        return NONE
    links = case.members
    return [
        Mark("", {"got": links.get(x.entry_uuid, 0)}, x.entry_uuid)
        for x in case.described
        if x is not the_set and links.get(x.entry_uuid) != 1
    ]


@rule(
    id="submission.member.folder",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.2.1.3",
    en="Association {object}, which puts {target} into a Folder, is linked to the SubmissionSet by {got} HasMember "
    "Associations; it needs exactly one",
    fr="l'Association {object}, qui met {target} dans un Folder, est liée au SubmissionSet par {got} Associations "
    "HasMember ; il en faut exactement une",
    on=On.SUBMISSION,
)
def member_folder(submission: Submission, case: Case) -> Marks:
    the_set = case.submission_set
    if the_set is None or len(case.objects) < len(case.views):
        return NONE
    links = case.members
    return [
        Mark("", {"got": links.get(a.entry_uuid, 0), "target": a.target}, a.entry_uuid)
        for a in submission.associations
        if a.type == v.HAS_MEMBER
        and links.get(a.entry_uuid) != 1
        and a.source != a.target
        and (a.source in case.folders or (a.source not in case.objects and a.source.startswith("urn:uuid:")))
    ]
