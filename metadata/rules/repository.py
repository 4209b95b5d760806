"""Rules of the Document Repository: documents and their entries, bytes and what is said of them.

The repository calls `pairing` when the message is read and `content` when the bytes are; the rest it raises by name.
"""

from collections import Counter
from collections.abc import Sequence

from metadata.errors import ErrorCode
from metadata.model import DocumentEntry
from metadata.rules.book import MUST, Finding, finding, in_each, named
from metadata.vocabulary import ON_DEMAND

PROVIDE = "ITI-41"
RETRIEVE = "ITI-43"

named(
    id="repository.document.missing",
    level=MUST,
    code=in_each(ErrorCode.MISSING_DOCUMENT, PROVIDE),
    spec="ITI TF-2 3.41.4.1.3",
    en="DocumentEntry {got} has no document: no Document element has id {got}",
    fr="le DocumentEntry {got} n'a pas de document : aucun élément Document n'a l'id {got}",
)
named(
    id="repository.entry.missing",
    level=MUST,
    code=in_each(ErrorCode.MISSING_DOCUMENT_METADATA, PROVIDE),
    spec="ITI TF-2 3.41.4.1.3",
    en="Document {got} has no DocumentEntry: no ExtrinsicObject has id {got}",
    fr="le Document {got} n'a pas de DocumentEntry : aucun ExtrinsicObject n'a l'id {got}",
)
named(
    id="repository.document.repeated",
    level=MUST,
    code=in_each(ErrorCode.REPOSITORY_METADATA_ERROR, PROVIDE),
    spec="ITI TF-2 3.41.4.1.2",
    en="{count} Document elements have id {got}; a DocumentEntry has one document",
    fr="{count} éléments Document ont l'id {got} ; un DocumentEntry a un seul document",
)
named(
    id="repository.document.on-demand",
    level=MUST,
    code=in_each(ErrorCode.REPOSITORY_METADATA_ERROR, PROVIDE),
    spec="ITI TF-2 3.41.4.1.2",
    en="DocumentEntry {got} is on-demand and cannot be provided with a document; submit a stable one",
    fr="le DocumentEntry {got} est à la demande et ne peut être fourni avec un document ; en soumettre un stable",
)
named(
    id="repository.hash.mismatch",
    level=MUST,
    code=in_each(ErrorCode.REPOSITORY_METADATA_ERROR, PROVIDE),
    spec="ITI TF-2 3.41.4.1.3",
    en="the document of {object} has SHA-1 {expected}; its DocumentEntry says hash {got}",
    fr="le document de {object} a pour SHA-1 {expected} ; son DocumentEntry dit hash {got}",
)
named(
    id="repository.size.mismatch",
    level=MUST,
    code=in_each(ErrorCode.REPOSITORY_METADATA_ERROR, PROVIDE),
    spec="ITI TF-2 3.41.4.1.3",
    en="the document of {object} has {expected} bytes; its DocumentEntry says size {got}",
    fr="le document de {object} a {expected} octets ; son DocumentEntry dit size {got}",
)
named(
    id="repository.uniqueId.hash",
    level=MUST,
    code=in_each(ErrorCode.NON_IDENTICAL_HASH, PROVIDE),
    spec="ITI TF-2 3.41.4.1.3.2",
    en="{got} is the uniqueId of a document held here with other bytes; another document needs another uniqueId",
    fr="{got} est l'uniqueId d'un document déjà détenu ici avec d'autres octets ; un autre document demande un autre "
    "uniqueId",
)
named(
    id="repository.registry.unavailable",
    level=MUST,
    code=in_each(ErrorCode.REGISTRY_NOT_AVAILABLE, PROVIDE),
    spec="ITI TF-3 4.2.4.1",
    en="the Document Registry could not be reached and nothing was kept; submit again later{got}",
    fr="le registre de documents n'a pu être joint et rien n'a été conservé ; soumettre de nouveau plus tard{got}",
)
named(
    id="repository.resources",
    level=MUST,
    code=in_each(ErrorCode.REPOSITORY_OUT_OF_RESOURCES, PROVIDE),
    spec="ITI TF-3 4.2.4.1",
    en="the Document Repository has no room for these documents and kept nothing; submit again later",
    fr="le dépôt de documents n'a pas la place pour ces documents et n'a rien conservé ; soumettre de nouveau plus "
    "tard",
)
named(
    id="retrieve.repository.unknown",
    level=MUST,
    code=in_each(ErrorCode.UNKNOWN_REPOSITORY_ID, RETRIEVE),
    spec="ITI TF-2 3.43.4.2.3",
    en="RepositoryUniqueId {got} is not that of this repository, which is {expected}",
    fr="RepositoryUniqueId {got} n'est pas celui de ce dépôt, qui est {expected}",
)
named(
    id="retrieve.document.unknown",
    level=MUST,
    code=in_each(ErrorCode.DOCUMENT_UNIQUE_ID_ERROR, RETRIEVE),
    spec="ITI TF-2 3.43.4.2.3",
    en="{got} is not the uniqueId of a document that this repository holds",
    fr="{got} n'est pas l'uniqueId d'un document que ce dépôt détient",
)


def pairing(entries: Sequence[DocumentEntry], document_ids: Sequence[str]) -> list[Finding]:
    """What is wrong between the DocumentEntries of an ITI-41 and the ids of its Documents. # ITI TF-2 3.41.4.1.3"""
    counts = Counter(document_ids)
    ids = {entry.entry_uuid for entry in entries}
    found = []
    for entry in entries:
        id_, at = entry.entry_uuid, f"/RegistryObjectList/ExtrinsicObject[@id='{entry.entry_uuid}']"
        if entry.object_type == ON_DEMAND:
            found.append(finding("repository.document.on-demand", at=at, object_id=id_, got=id_))
        elif id_ not in counts:
            found.append(finding("repository.document.missing", at=at, object_id=id_, got=id_))
    for id_, count in counts.items():
        at = f"/Document[@id='{id_}']"
        if id_ not in ids:
            found.append(finding("repository.entry.missing", at=at, object_id=id_, got=id_))
        if count > 1:
            found.append(finding("repository.document.repeated", at=at, object_id=id_, got=id_, count=count))
    return found


def content(entry: DocumentEntry, *, sha1: str, size: int) -> list[Finding]:
    """Where the hash and size that a DocumentEntry gives disagree with those of its bytes. # ITI TF-2 3.41.4.1.3

    `sha1` is hexadecimal, `size` in bytes; an entry that gives neither is completed by the repository.
    """
    id_, at = entry.entry_uuid, f"/RegistryObjectList/ExtrinsicObject[@id='{entry.entry_uuid}']/Slot[@name="
    if entry.hash and entry.hash.lower() != sha1.lower():
        return [finding("repository.hash.mismatch", at=f"{at}'hash']", object_id=id_, got=entry.hash, expected=sha1)]
    if entry.size and entry.size.lstrip("0") != str(size).lstrip("0"):
        return [finding("repository.size.mismatch", at=f"{at}'size']", object_id=id_, got=entry.size, expected=size)]
    return []
