"""The French rules of metadata that can be seen from outside: each row breaks one thing in a good set."""

from typing import Final

from conformance.messages.dmp.metadata.documents import DOCUMENTS
from conformance.messages.dmp.metadata.entries import ENTRIES
from conformance.messages.dmp.metadata.people import PEOPLE
from conformance.messages.dmp.metadata.row import BadMetadata
from conformance.messages.dmp.metadata.sets import SETS
from conformance.messages.dmp.metadata.signatures import SIGNATURE_ENTRIES

__all__ = ["BAD_METADATA", "DOCUMENTS", "BadMetadata"]

BAD_METADATA: Final[tuple[BadMetadata, ...]] = (*ENTRIES, *SETS, *PEOPLE, *SIGNATURE_ENTRIES)
"""Those of the metadata alone; `DOCUMENTS` compares them with the document."""
