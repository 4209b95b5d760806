"""The Document Repository actor, as the transactions see it."""

from dataclasses import dataclass

from repository.documents import DocumentStore
from repository.forwarding import RegistryLink
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
