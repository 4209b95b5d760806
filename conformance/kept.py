"""What a repository kept, seen from outside: documents that come back byte for byte, and those that must not."""

import hashlib

from conformance.answer import Answer
from conformance.messages.objects import Entry
from conformance.model import SHOULD
from conformance.trial import Trial


def repository_id(trial: Trial) -> str:
    """repositoryUniqueId of the target, learnt from a document of our own where nobody told it."""
    told = trial.target.repository_unique_id or str(trial.session.memory.get("repository", ""))
    if told:
        return told
    entry = trial.entry()
    trial.provided(entry)
    return trial.repository_unique_id(entry)


def brings(answer: Answer, *entries: Entry) -> Answer:
    """The answer of ITI-43 holds exactly the documents of `entries`, each with its own bytes."""
    held = answer.documents()
    answer.check(
        f"there is one DocumentResponse for each of {len(entries)} documents",
        sorted(each for each, _ in held) == sorted(entry.unique_id for entry in entries),
        "//xds:DocumentResponse/xds:DocumentUniqueId",
        [entry.unique_id for entry in entries],
        [each for each, _ in held],
    )
    by_id = dict(held)
    for entry in entries:
        content = by_id.get(entry.unique_id)
        answer.check(
            f"the document of {len(entry.content)} bytes comes back byte for byte",
            content == entry.content,
            f"//xds:DocumentResponse[xds:DocumentUniqueId='{entry.unique_id}']/xds:Document",
            described(entry.content),
            "nothing" if content is None else described(content),
        )
    return answer


def comes_back(trial: Trial, *entries: Entry) -> Answer:
    """ITI-43 for `entries` brings them all, byte for byte."""
    held = repository_id(trial)
    return brings(trial.retrieve(*((held, entry.unique_id) for entry in entries)).succeeds(), *entries)


def is_not_kept(trial: Trial, *entries: Entry) -> None:
    """Nothing of a refused submission is registered, where the registry can be asked, nor should it be retrievable.

    A repository may revert what it stored, and a Failure means that documents are not stored: the text says both.
    # ITI TF-2 3.41.4.1.3.2; ITI TF-3 Table 4.2.4.2-1

    Of a repository that takes no submission at all this says nothing: one in good order is provided once a run.
    """
    if "takes documents" not in trial.session.memory:
        trial.provided(trial.entry())
        trial.session.memory["takes documents"] = True
    held = repository_id(trial)
    for entry in entries:
        answer = trial.retrieve((held, entry.unique_id))
        came = [unique_id for unique_id, _ in answer.documents()]
        answer.check(
            "no document of the refused submission comes", not came, "//xds:DocumentResponse", "none", came, SHOULD
        )
        if not came:
            answer.refuses("XDSDocumentUniqueIdError")
        if trial.target.registry:
            trial.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [entry.unique_id])]).finds()


def described(content: bytes) -> str:
    """How a check shows a document: never the whole of it."""
    begins = content[:40].decode("ascii", "backslashreplace")
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return f"{len(content)} bytes, SHA-1 {digest}, beginning {begins!r}"
