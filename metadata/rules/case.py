"""What a rule may look at beside its subject: the message as a whole, the domain, the transaction, the facts."""

from typing import Any

from metadata.affinity import AffinityDomain
from metadata.ebrim import Classification, ExternalIdentifier, Kind, RegistryObject, Slot
from metadata.facts import Facts
from metadata.model import DocumentEntry, Folder, SubmissionSet, XdsObject
from metadata.rules.book import Shape
from metadata.translate import Submission, is_folder, is_submission_set
from metadata.vocabulary import HAS_MEMBER

_PARTS = frozenset(("classifications", "every_slot", "identifiers", "slots"))

Described = SubmissionSet | DocumentEntry | Folder


class View:
    """One RegistryObject with its parts by name, and the value it was translated to."""

    __slots__ = ("classifications", "every_slot", "identifiers", "o", "shape", "slots", "value")

    slots: dict[str, Slot]
    """The first Slot of each name."""
    every_slot: list[tuple[Classification | None, Slot]]
    """Its own Slots, then those of its Classifications, each with the Classification it stands in."""
    classifications: dict[str, list[Classification]]
    """By classificationScheme."""
    identifiers: dict[str, list[ExternalIdentifier]]
    """By identificationScheme."""

    def __init__(self, o: RegistryObject, shape: Shape, value: XdsObject | None) -> None:
        self.o = o
        self.shape = shape
        self.value = value

    def __getattr__(self, name: str) -> Any:
        """The parts, sorted when the first of them is asked for: rules on values alone never ask."""
        if name not in _PARTS:
            raise AttributeError(name)
        self._sort()
        return getattr(self, name)

    def _sort(self) -> None:
        o = self.o
        self.slots = {slot.name: slot for slot in reversed(o.slots)}
        self.every_slot = [(None, slot) for slot in o.slots]
        self.classifications = {}
        for c in o.classifications:
            for slot in c.slots:
                self.every_slot.append((c, slot))
            if c.scheme:
                self.classifications.setdefault(c.scheme, []).append(c)
        self.identifiers = {}
        for i in o.external_identifiers:
            self.identifiers.setdefault(i.scheme, []).append(i)


class Case:
    """One run of the book over one message."""

    __slots__ = (
        "described",
        "domain",
        "entries",
        "facts",
        "folders",
        "members",
        "objects",
        "submission",
        "submission_set",
        "transaction",
        "views",
    )

    def __init__(self, submission: Submission, domain: AffinityDomain, transaction: str, facts: Facts) -> None:
        self.submission = submission
        self.domain = domain
        self.transaction = transaction
        self.facts = facts
        self.views = _views(submission)
        self.objects: dict[str, View] = {view.o.id: view for view in reversed(self.views)}
        """By id; of a repeated id the first."""
        self.entries: dict[str, DocumentEntry] = {entry.entry_uuid: entry for entry in reversed(submission.entries)}
        self.folders: dict[str, Folder] = {folder.entry_uuid: folder for folder in reversed(submission.folders)}
        self.described: tuple[Described, ...] = (*submission.submission_sets, *submission.entries, *submission.folders)
        """All that has a uniqueId and a patient."""
        sets = submission.submission_sets
        self.submission_set: SubmissionSet | None = sets[0] if len(sets) == 1 else None
        """None unless there is exactly one: what hangs on it is then not looked at."""
        self.members: dict[str, int] = {}
        """Id → the number of HasMember Associations from the SubmissionSet to it."""
        if self.submission_set is not None:
            for a in submission.associations:
                if a.source == self.submission_set.entry_uuid and a.type == HAS_MEMBER:
                    self.members[a.target] = self.members.get(a.target, 0) + 1

    def shape(self, object_id: str) -> Shape | None:
        """What the object with this id is in the message; None if it is not in it."""
        view = self.objects.get(object_id)
        return None if view is None else view.shape

    def path(self, object_id: str) -> str:
        """XPath of the object with this id in the message; empty for one that is not in it."""
        view = self.objects.get(object_id)
        return "" if view is None else path_of(view.o)


def path_of(o: RegistryObject) -> str:
    """Where `o` stood, or how to find it when it was never written."""
    return o.path or f"/RegistryObjectList/{o.kind}[@id='{o.id}']"


def classification_at(c: Classification) -> str:
    """Where `c` stands in its object."""
    return f"/Classification[@id='{c.id}']"


def identifier_at(i: ExternalIdentifier) -> str:
    """Where `i` stands in its object."""
    return f"/ExternalIdentifier[@id='{i.id}']"


def _views(submission: Submission) -> list[View]:
    """Each object with its translation; both stand in the order received."""
    entries = iter(submission.entries)
    sets = iter(submission.submission_sets)
    folders = iter(submission.folders)
    associations = iter(submission.associations)
    views = []
    for o in submission.objects:
        if o.kind is Kind.EXTRINSIC_OBJECT:
            views.append(View(o, Shape.ENTRY, next(entries)))
        elif o.kind is Kind.ASSOCIATION:
            views.append(View(o, Shape.ASSOCIATION, next(associations)))
        elif is_submission_set(o) == is_folder(o):
            views.append(View(o, Shape.PACKAGE, None))
        elif is_folder(o):
            views.append(View(o, Shape.FOLDER, next(folders)))
        else:
            views.append(View(o, Shape.SUBMISSION_SET, next(sets)))
    return views
