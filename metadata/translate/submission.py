"""What one message submits."""

from collections.abc import Iterable
from dataclasses import dataclass

from metadata.ebrim import Kind, RegistryObject
from metadata.model import Association, DocumentEntry, Folder, SubmissionSet
from metadata.translate.reading import association, entry, folder, is_folder, is_submission_set, submission_set


@dataclass(frozen=True, slots=True)
class Submission:
    """One message's objects, as received and as the standard names them."""

    objects: tuple[RegistryObject, ...]
    submission_sets: tuple[SubmissionSet, ...] = ()
    entries: tuple[DocumentEntry, ...] = ()
    folders: tuple[Folder, ...] = ()
    associations: tuple[Association, ...] = ()
    unmarked_packages: tuple[RegistryObject, ...] = ()
    """RegistryPackages classified as neither SubmissionSet nor Folder, or as both."""

    @classmethod
    def of(cls, objects: Iterable[RegistryObject]) -> "Submission":
        """Sort `objects` by what they are, in the order received."""
        objects = tuple(objects)
        submission_sets: list[SubmissionSet] = []
        entries: list[DocumentEntry] = []
        folders: list[Folder] = []
        associations: list[Association] = []
        unmarked: list[RegistryObject] = []
        for o in objects:
            if o.kind is Kind.EXTRINSIC_OBJECT:
                entries.append(entry(o))
            elif o.kind is Kind.ASSOCIATION:
                associations.append(association(o))
            elif is_submission_set(o) == is_folder(o):
                unmarked.append(o)
            elif is_folder(o):
                folders.append(folder(o))
            else:
                submission_sets.append(submission_set(o))
        return cls(
            objects, tuple(submission_sets), tuple(entries), tuple(folders), tuple(associations), tuple(unmarked)
        )
