"""The Document Repository actor, as the transactions see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from repository.documents import DocumentStore
from repository.forwarding import RegistryLink
from repository.verification import SetVerifier
from storage import Database


@dataclass(frozen=True, slots=True)
class Repository:
    """One repository: its identity, and what it works with."""

    unique_id: str
    """repositoryUniqueId, an OID; ITI TF-3 4.2.3.2.18."""
    database: Database
    """Holds `stored_document`; the registry's own when `registry.atomic`."""
    documents: DocumentStore
    registry: RegistryLink
    language: str = "en"
    """Of the sentences in its errors: `en` or `fr`."""
    verifier: SetVerifier | None = None
    """Looks at every submission before it is registered; None lets all pass."""
    permit: Callable[[Any, Sequence[str]], None] | None = None
    """Is asked, with the caller, about the uniqueIds of documents held here before they are handed out; raises to
    refuse. None: whoever knows a uniqueId may have the document."""
    ids_in_any_case: bool = False
    """Whether the id of a Document may differ in case from that of its DocumentEntry, as in the official French
    sample; XML Schema says that it may not."""
