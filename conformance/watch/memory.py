"""What was submitted while the watch runs: objects in memory, documents in a directory of their own, both bounded."""

import hashlib
import itertools
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

from metadata.datatypes import CX, DatatypeError, is_uuid_urn, new_uuid_urn
from metadata.facts import Facts, Held, HeldKind
from metadata.model import Association, DocumentEntry, Folder, SubmissionSet, XdsObject
from metadata.translate import Submission
from metadata.vocabulary import APND, APPROVED, DEPRECATED, HAS_MEMBER, ON_DEMAND, REPLACEMENTS, XFRM

MOST_OBJECTS: Final = 20_000
MOST_BYTES: Final = 1 << 30
"""Of documents, on disk; the oldest are forgotten first."""

T = TypeVar("T", DocumentEntry, SubmissionSet, Folder, Association)


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one document."""

    path: Path
    size: int
    sha1: str
    mime_type: str = "application/octet-stream"


class Writing:
    """A document on its way to its file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("xb")
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self._size = 0

    def write(self, piece: bytes | memoryview) -> None:
        self._file.write(piece)
        self._sha1.update(piece)
        self._size += len(piece)

    def done(self) -> Document:
        self._file.close()
        return Document(self._path, self._size, self._sha1.hexdigest())

    def drop(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


class Memory:
    """The objects of this session, as a registry would hold them, and the documents of the repository beside it.

    Used from many threads.
    """

    def __init__(
        self,
        directory: Path,
        repository_unique_id: str,
        *,
        most_objects: int = MOST_OBJECTS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """`directory` exists; documents are written there, and nobody else writes there."""
        self.repository_unique_id = repository_unique_id
        self._directory = directory
        self._most_objects, self._most_bytes = most_objects, most_bytes
        self._numbers = itertools.count(1)
        self._objects: OrderedDict[str, XdsObject] = OrderedDict()
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._lock = threading.RLock()

    def writing(self) -> Writing:
        """A place for the bytes of a new document."""
        with self._lock:
            return Writing(self._directory / f"{next(self._numbers):06d}")

    def document(self, unique_id: str) -> Document | None:
        with self._lock:
            return self._documents.get(unique_id)

    def objects(self) -> tuple[XdsObject, ...]:
        """All, in the order submitted."""
        with self._lock:
            return tuple(self._objects.values())

    def knows(self, submission: Submission) -> bool:
        """The same set with the same documents is here already: a message that was sent again after a lost answer."""
        with self._lock:
            held = {(x.unique_id, x.hash) for x in self._of(DocumentEntry)}
            sets = {x.unique_id for x in self._of(SubmissionSet)}
        said = {(x.unique_id, x.hash) for x in submission.entries}
        known = all(x.unique_id in sets for x in submission.submission_sets)
        # an entry that said no hash was given one here
        return (
            bool(submission.submission_sets)
            and known
            and all(
                pair in held or (pair[1] is None and pair[0] in {unique_id for unique_id, _ in held}) for pair in said
            )
        )

    def facts(self, submission: Submission) -> Facts:
        """What the rules of a registry ask about a submission."""
        with self._lock:
            held = [_held(x) for x in self._objects.values()]
        named = {a.source.lower() for a in submission.associations} | {
            a.target.lower() for a in submission.associations
        }
        named |= {o.id.lower() for o in submission.objects}
        replaced = {a.target.lower() for a in submission.associations if a.type in REPLACEMENTS}
        unique: dict[str, tuple[Held, ...]] = {}
        for each in held:
            if each.unique_id:
                unique[each.unique_id] = (*unique.get(each.unique_id, ()), each)
        by_uuid = {each.entry_uuid: each for each in held}
        return Facts(
            objects={uuid: each for uuid, each in by_uuid.items() if uuid in named},
            unique_ids=unique,
            folders_of={uuid: tuple(_folders_of(uuid, by_uuid)) for uuid in replaced},
            transformed_from=frozenset(x.source or "" for x in held if x.association_type == XFRM),
        )

    def keep(self, submission: Submission, documents: Mapping[str, Document]) -> None:
        """Takes a submission in; `documents` by the id of their entry, symbolic or not."""
        uuids = {o.id: o.id.lower() if is_uuid_urn(o.id) else new_uuid_urn() for o in submission.objects}
        with self._lock:
            for entry in submission.entries:
                self._put(self._completed(entry, uuids[entry.entry_uuid], documents.get(entry.entry_uuid)))
            package_uuid = next((uuids[each.entry_uuid] for each in submission.submission_sets), "")
            for package in submission.submission_sets:
                self._put(replace(package, entry_uuid=uuids[package.entry_uuid], availability_status=APPROVED))
            for folder in submission.folders:
                self._put(
                    replace(
                        folder,
                        entry_uuid=uuids[folder.entry_uuid],
                        availability_status=APPROVED,
                        last_update_time=_now(),
                    )
                )
            for link in submission.associations:
                self._relate(link, uuids, package_uuid)
            while len(self._objects) > self._most_objects:
                self._objects.popitem(last=False)

    def _completed(self, entry: DocumentEntry, uuid: str, document: Document | None) -> DocumentEntry:
        """The entry as a registry holds it, what the repository adds included. # ITI TF-2 3.41.4.1.3.2"""
        entry = replace(entry, entry_uuid=uuid, logical_id=uuid, version="1", availability_status=APPROVED)
        if document is None:
            return entry
        if entry.unique_id:
            self._remember(entry.unique_id, replace(document, mime_type=entry.mime_type or document.mime_type))
        return replace(
            entry,
            hash=entry.hash or document.sha1,
            size=entry.size or str(document.size),
            repository_unique_id=self.repository_unique_id,
        )

    def _remember(self, unique_id: str, document: Document) -> None:
        before = self._documents.pop(unique_id, None)
        if before is not None:
            before.path.unlink(missing_ok=True)
        self._documents[unique_id] = document
        total = sum(each.size for each in self._documents.values())
        while total > self._most_bytes and len(self._documents) > 1:
            _, oldest = self._documents.popitem(last=False)
            oldest.path.unlink(missing_ok=True)
            total -= oldest.size

    def _relate(self, link: Association, uuids: Mapping[str, str], package: str) -> None:
        source, target = (uuids.get(end, end.lower()) for end in (link.source, link.target))
        uuid = uuids.get(link.entry_uuid, new_uuid_urn())
        self._put(replace(link, entry_uuid=uuid, source=source, target=target, availability_status=APPROVED))
        replaced = self._objects.get(target)
        if link.type in REPLACEMENTS and isinstance(replaced, DocumentEntry):
            self._replace(source, replaced, package)
        folder = self._objects.get(source)
        if link.type == HAS_MEMBER and isinstance(folder, Folder):
            self._put(replace(folder, last_update_time=_now()))  # ITI TF-2 3.42.4.1.3.6

    def _replace(self, by: str, replaced: DocumentEntry, package: str) -> None:
        """The old entry and what hangs on it are Deprecated; the new one comes into its Folders.

        # ITI TF-2 3.42.4.1.3.5, 3.42.4.1.3.4
        """
        target = replaced.entry_uuid
        links = list(self._of(Association))
        hanging = {x.source for x in links if x.target == target and x.type in (APND, XFRM)}
        for uuid in (target, *hanging):
            entry = self._objects.get(uuid)
            if isinstance(entry, DocumentEntry):
                self._put(replace(entry, availability_status=DEPRECATED))
        for folder in [self._objects.get(x.source) for x in links if x.type == HAS_MEMBER and x.target == target]:
            if isinstance(folder, Folder):
                member = Association(new_uuid_urn(), HAS_MEMBER, folder.entry_uuid, by, availability_status=APPROVED)
                self._put(member)
                said = Association(new_uuid_urn(), HAS_MEMBER, package, member.entry_uuid, availability_status=APPROVED)
                self._put(said)
                self._put(replace(folder, last_update_time=_now()))

    def _put(self, x: XdsObject) -> None:
        self._objects[x.entry_uuid] = x

    def _of(self, kind: type[T]) -> Iterator[T]:
        return (x for x in self._objects.values() if isinstance(x, kind))


def _held(x: XdsObject) -> Held:
    approved = x.availability_status == APPROVED
    if isinstance(x, Association):
        return Held(
            x.entry_uuid, HeldKind.ASSOCIATION, approved, "", association_type=x.type, source=x.source, target=x.target
        )
    patient = canonical(x.patient_id)
    if isinstance(x, DocumentEntry):
        kind = HeldKind.ON_DEMAND_ENTRY if x.object_type == ON_DEMAND else HeldKind.STABLE_ENTRY
        size = int(x.size) if x.size is not None and x.size.isascii() and x.size.isdigit() else None
        return Held(x.entry_uuid, kind, approved, patient, x.unique_id, x.hash, size)
    kind = HeldKind.FOLDER if isinstance(x, Folder) else HeldKind.SUBMISSION_SET
    return Held(x.entry_uuid, kind, approved, patient, x.unique_id)


def _folders_of(entry: str, held: Mapping[str, Held]) -> Iterable[Held]:
    for each in held.values():
        folder = held.get(each.source or "")
        if each.target == entry and folder is not None and folder.kind is HeldKind.FOLDER:
            yield folder


def canonical(patient_id: str | None) -> str:
    """A patient id as it is compared; as it stands when it is none."""
    with suppress(DatatypeError):
        return CX.parse((patient_id or "").strip(), lenient=True).canonical
    return patient_id or ""


def _now() -> str:
    return datetime.now(UTC).strftime("%Y%m%d%H%M%S")
