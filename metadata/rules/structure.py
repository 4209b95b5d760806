"""The container and the ids of what stands in it. # ITI TF-3 4.2.1"""

from collections import Counter
from typing import Final

from metadata import vocabulary as v
from metadata.datatypes import is_oid_urn, is_uuid_urn
from metadata.rules.book import METADATA, MUST, NONE, SHOULD, Mark, Marks, On, Shape, mark, rule
from metadata.rules.case import Case, View
from metadata.translate import Submission

STATUSES: Final = frozenset({v.APPROVED, v.DEPRECATED, "urn:oasis:names:tc:ebxml-regrep:StatusType:Submitted"})
"""`Submitted` is the ebRIM status before approval; older senders write it."""


# --- ids ------------------------------------------------------------------------------------------------------------


@rule(
    id="object.id.missing",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.1",
    en="{element} has no id; each object, Classification and ExternalIdentifier of a submission needs one",
    fr="{element} n'a pas d'id ; chaque objet, Classification et ExternalIdentifier d'une soumission doit en avoir un",
    on=On.OBJECT,
)
def id_missing(view: View, _case: Case) -> Marks:
    o = view.o
    inner = {
        "Classification": [c.id for c in o.classifications],
        "ExternalIdentifier": [i.id for i in o.external_identifiers],
    }
    marks = [] if o.id else [Mark("", {"element": o.kind})]
    for name, ids in inner.items():
        if "" in ids:
            marks += [Mark(f"/{name}[{n}]", {"element": name}) for n, id_ in enumerate(ids, 1) if not id_]
    return marks


@rule(
    id="object.id.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.5",
    en="id {got} begins with urn:uuid: but no UUID follows; write urn:uuid: and 8-4-4-4-12 hexadecimal digits, "
    "or a symbolic id that does not begin with urn:uuid:",
    fr="l'id {got} commence par urn:uuid: mais aucun UUID ne suit ; écrire urn:uuid: et 8-4-4-4-12 chiffres "
    "hexadécimaux, ou un id symbolique qui ne commence pas par urn:uuid:",
    on=On.OBJECT,
)
def id_format(view: View, _case: Case) -> Marks:
    # Upper-case hexadecimal digits are accepted: the registry stores them in lower case.
    id_ = view.o.id
    if id_.startswith("urn:uuid:") and not is_uuid_urn(id_):
        return mark("/@id", got=id_)
    return NONE


@rule(
    id="object.lid.update",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2",
    en="lid {got} differs from the id {object}: that makes a new version of an object, which only Update Document "
    "Set [ITI-57] does; leave lid out",
    fr="le lid {got} diffère de l'id {object} : c'est la mise à jour d'un objet, réservée à Update Document Set "
    "[ITI-57] ; omettre lid",
    on=On.OBJECT,
)
def lid_update(view: View, _case: Case) -> Marks:
    o = view.o
    return mark("/@lid", got=o.lid) if o.lid and o.lid != o.id else NONE


@rule(
    id="object.status.unknown",
    level=SHOULD,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.2",
    en="status {got} is not an availabilityStatus; it is ignored, the registry sets Approved",
    fr="status {got} n'est pas un availabilityStatus ; il est ignoré, le registre met Approved",
    on=On.OBJECT,
)
def status_unknown(view: View, _case: Case) -> Marks:
    status = view.o.status
    return mark("/@status", got=status) if status and status not in STATUSES else NONE


@rule(
    id="object.home.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.12",
    en="homeCommunityId {got} is not urn:oid: followed by an OID of at most 64 characters",
    fr="homeCommunityId {got} n'est pas urn:oid: suivi d'un OID d'au plus 64 caractères",
    on=On.OBJECT,
)
def home_format(view: View, _case: Case) -> Marks:
    home = view.o.home
    return NONE if not home or is_oid_urn(home) else mark("/@home", got=home)


# --- the container --------------------------------------------------------------------------------------------------


@rule(
    id="submission.set.single",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.1.4",
    en="the submission holds {got} SubmissionSets; it must hold exactly one",
    fr="la soumission contient {got} SubmissionSet ; il en faut exactement un",
    on=On.SUBMISSION,
)
def set_single(submission: Submission, _case: Case) -> Marks:
    count = len(submission.submission_sets)
    if count == 1 or (count == 0 and submission.unmarked_packages):  # an unmarked package breaks package.mark
        return NONE
    return mark(got=count)


@rule(
    id="submission.content.missing",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.1.4",
    en="the submission holds no DocumentEntry, no Folder and no Association beside its SubmissionSet",
    fr="la soumission ne contient ni DocumentEntry, ni Folder, ni Association à côté de son SubmissionSet",
    on=On.SUBMISSION,
)
def content_missing(submission: Submission, _case: Case) -> Marks:
    content = submission.entries or submission.folders or submission.associations or submission.unmarked_packages
    return NONE if content or not submission.submission_sets else mark()


@rule(
    id="package.mark",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.1.2.1",
    en="RegistryPackage {object} is marked as {got}; one Classification with classificationNode must say whether it "
    "is a SubmissionSet ({submission_set}) or a Folder ({folder})",
    fr="le RegistryPackage {object} est marqué comme {got} ; une Classification avec classificationNode doit dire s'il "
    "s'agit d'un SubmissionSet ({submission_set}) ou d'un Folder ({folder})",
    on=On.OBJECT,
    only={Shape.PACKAGE},
)
def package_mark(view: View, _case: Case) -> Marks:
    both = any(c.node == v.FOLDER_NODE for c in view.o.classifications)
    got = "SubmissionSet + Folder" if both else "—"
    return mark(got=got, submission_set=v.SUBMISSION_SET_NODE, folder=v.FOLDER_NODE)


@rule(
    id="object.id.repeated",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.7",
    en="id {got} stands {count} times; the ids of all objects, Classifications and ExternalIdentifiers of a submission "
    "are distinct",
    fr="l'id {got} figure {count} fois ; les id de tous les objets, Classification et ExternalIdentifier d'une "
    "soumission sont distincts",
    on=On.SUBMISSION,
)
def id_repeated(submission: Submission, _case: Case) -> Marks:
    ids = [o.id.lower() if o.id.startswith("urn:uuid:") else o.id for o in submission.objects]
    for o in submission.objects:
        ids += [c.id for c in o.classifications]
        ids += [i.id for i in o.external_identifiers]
    if len(set(ids)) == len(ids):
        return NONE
    counts = Counter(ids)
    return [Mark("", {"got": id_, "count": n}, id_) for id_, n in counts.items() if n > 1 and id_]
