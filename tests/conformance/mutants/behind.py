"""Defects of the registry, the repository and the wire again, in a server of the DMP: its cases look for themselves."""

from functools import partial
from typing import Final

from tests.conformance.mutants import parameters, queries, registry, repository, wire  # noqa: F401 - they fill the table
from tests.conformance.mutants.patching import Gone
from tests.conformance.mutants.table import MUTANTS, Patch, mutant

AGAIN: Final[dict[str, tuple[str, ...]]] = {
    "replaced-entry-stays-approved": ("dmp/td2.1/b/4", "dmp/td3.1/status/1"),
    "replacement-of-deprecated-accepted": ("dmp/td2.1/b/4",),
    "right-inclusive-ranges": ("dmp/td3.1/dates/4",),
    "left-exclusive-ranges": ("dmp/td3.1/dates/4",),
    "status-parameter-ignored": ("dmp/td3.1/status/1", "dmp/td2.1/b/1"),
    "deprecated-never-found": ("dmp/td3.1/status/1",),
    "first-value-of-a-list-counts": ("dmp/td2.1/a/1", "dmp/td2.1/a/6"),
    "references-instead-of-objects": ("dmp/td2.1/a/3", "dmp/td2.1/signature/1"),
    "objects-instead-of-references": ("dmp/td3.1/b/3", "dmp/td3.1/return-type/1"),
    "percent-is-no-wildcard": ("dmp/td3.1/author/1",),
    "class-code-ignored": ("dmp/td3.1/codes/1",),
    "type-code-ignored": ("dmp/td3.1/codes/2",),
    "practice-setting-code-ignored": ("dmp/td3.1/codes/3",),
    "format-code-ignored": ("dmp/td3.1/codes/4",),
    "confidentiality-code-ignored": ("dmp/td3.1/codes/5",),
    "objects-without-status": ("dmp/td2.1/a/4", "dmp/td2.1/b/6"),
    "author-ignored": ("dmp/td3.1/author/1",),
    "creation-time-from-ignored": ("dmp/td3.1/dates/1",),
    "creation-time-to-ignored": ("dmp/td3.1/dates/1", "dmp/td3.1/dates/4"),
    "service-start-from-ignored": ("dmp/td3.1/dates/2",),
    "service-stop-to-ignored": ("dmp/td3.1/dates/3",),
    "another-content-under-a-known-id-accepted": ("dmp/td2.1/duplicate/1",),
    "second-document-lost": ("dmp/td2.1/a/2", "dmp/td3.2/2"),
    "another-documents-bytes": ("dmp/td2.1/a/2", "dmp/td3.2/2"),
    "first-byte-lost": ("dmp/td2.1/b/2", "dmp/td3.2/8"),
    "mime-type-changed": ("dmp/td3.2/1",),
    "unknown-document-is-a-success": ("dmp/td3.2/3", "dmp/td3.2/4"),
    "partial-answer-is-a-failure": ("dmp/td3.2/6",),
    "any-repository-unique-id-accepted": ("dmp/td3.2/4",),
    "plain-soap-where-mtom-is-due": ("dmp/td2.1/a/5",),
    "cid-of-no-part": ("dmp/td2.1/b/2", "dmp/td3.2/8"),
}
"""Name of a mutant of the profile ihe → the cases of the DMP that must notice the same defect."""


def _again(patch: Patch) -> None:
    patch()


for _name, _cases in AGAIN.items():
    if _name not in MUTANTS:
        raise Gone(f"there is no mutant {_name} to be made again")
    _was = MUTANTS[_name]
    mutant("dmp", breaks=_was.breaks, caught_by=_cases, name=f"dmp-{_name}", about=_was.about)(
        partial(_again, _was.patch)
    )
