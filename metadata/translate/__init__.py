"""RegistryObject ↔ DocumentEntry, SubmissionSet, Folder, Association.

The only place that knows which Slot, classification scheme or identification scheme carries which attribute
(ITI TF-3 4.2.3). Reading never raises; writing is its inverse.
"""

from metadata.translate.names import (
    ASSOCIATION_SLOTS,
    AUTHOR_SLOTS,
    CODING_SCHEME,
    ENTRY_SLOTS,
    FOLDER_SLOTS,
    SUBMISSION_SET_SLOTS,
)
from metadata.translate.reading import (
    association,
    author,
    code,
    entry,
    folder,
    is_folder,
    is_in_parts,
    is_submission_set,
    submission_set,
)
from metadata.translate.submission import Submission
from metadata.translate.writing import to_ebrim

__all__ = [
    "ASSOCIATION_SLOTS",
    "AUTHOR_SLOTS",
    "CODING_SCHEME",
    "ENTRY_SLOTS",
    "FOLDER_SLOTS",
    "SUBMISSION_SET_SLOTS",
    "Submission",
    "association",
    "author",
    "code",
    "entry",
    "folder",
    "is_folder",
    "is_in_parts",
    "is_submission_set",
    "submission_set",
    "to_ebrim",
]
