"""Writes `docs/errors.md`, the reference of the error codes, from the codes and the rule book.

python -m metadata.errors_page > docs/errors.md
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from metadata.errors import ErrorCode
from metadata.rules import BOOK, SHOULD

_INTRODUCTION: Final = """\
# Errors

<!-- Generated from metadata/errors.py and the rule book by `python -m metadata.errors_page`; do not edit. -->

What is wrong with the content of a message is answered with HTTP 200 and a `rs:RegistryErrorList` (ITI TF-3 4.2.4).
Trouble with SOAP, MTOM, addressing or security is a SOAP fault instead.

```
errorCode="XDSStoredQueryMissingParam"
codeContext="FindFolders needs $XDSFolderStatus, with at least one value [query.param.missing, ITI TF-2 3.18.4.1.3]"
location="/AdhocQueryRequest/AdhocQuery"
severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"
```

`errorCode` is one of the codes below. `codeContext` says what is wrong and ends with the id of the rule and its
section; all rules are on [their own page](rules.md). `location` is the XPath in the message; in ITI-43 it is the
DocumentUniqueId. All mistakes that can be found together are told together. One error makes the answer a Failure, and
nothing of a submission is kept; warnings ride on Success.
"""

_NO_RULE: Final = "no rule: the state of the server"

_MEANINGS: Final[Mapping[ErrorCode, tuple[str, tuple[str, ...]]]] = {
    ErrorCode.MISSING_DOCUMENT: ("A DocumentEntry came without its document.", ("ITI-41",)),
    ErrorCode.MISSING_DOCUMENT_METADATA: ("A document came without its DocumentEntry.", ("ITI-41",)),
    ErrorCode.REGISTRY_NOT_AVAILABLE: (
        "The repository cannot reach its registry. Nothing is registered; send the same again later.",
        ("ITI-41",),
    ),
    ErrorCode.REGISTRY_ERROR: (
        "The registry cannot do what is asked, and no other code says why: a query that cannot be read, or trouble "
        "inside.",
        ("ITI-18", "ITI-41", "ITI-42"),
    ),
    ErrorCode.REPOSITORY_ERROR: (
        "The repository cannot do what is asked, and no other code says why.",
        ("ITI-41", "ITI-43"),
    ),
    ErrorCode.REGISTRY_METADATA_ERROR: ("The metadata breaks a rule; the registry noticed.", ("ITI-41", "ITI-42")),
    ErrorCode.REPOSITORY_METADATA_ERROR: ("The metadata breaks a rule; the repository noticed.", ("ITI-41",)),
    ErrorCode.REGISTRY_BUSY: (
        "The registry has too much to do; send the same again later.",
        ("ITI-18", "ITI-41", "ITI-42"),
    ),
    ErrorCode.REPOSITORY_BUSY: ("The repository has too much to do; send the same again later.", ("ITI-41", "ITI-43")),
    ErrorCode.REGISTRY_OUT_OF_RESOURCES: ("The registry lacks room to keep more.", ("ITI-41", "ITI-42")),
    ErrorCode.REPOSITORY_OUT_OF_RESOURCES: ("The repository lacks room to keep more.", ("ITI-41",)),
    ErrorCode.REGISTRY_DUPLICATE_UNIQUE_ID_IN_MESSAGE: (
        "Two objects of the message have one uniqueId; the registry noticed.",
        ("ITI-41", "ITI-42"),
    ),
    ErrorCode.REPOSITORY_DUPLICATE_UNIQUE_ID_IN_MESSAGE: (
        "Two objects of the message have one uniqueId; the repository noticed.",
        ("ITI-41",),
    ),
    ErrorCode.DUPLICATE_UNIQUE_ID_IN_REGISTRY: (
        "The uniqueId of a SubmissionSet or Folder is in use, or a document has that of one.",
        ("ITI-41", "ITI-42"),
    ),
    ErrorCode.NON_IDENTICAL_HASH: (
        "A document with this uniqueId is held, and its content is another.",
        ("ITI-41", "ITI-42"),
    ),
    ErrorCode.NON_IDENTICAL_SIZE: (
        "A document with this uniqueId is held, and its size is another.",
        ("ITI-41", "ITI-42"),
    ),
    ErrorCode.UNKNOWN_PATIENT_ID: (
        "The patient id is not known, was merged into another, is closed, or is of another authority.",
        ("ITI-18", "ITI-41", "ITI-42"),
    ),
    ErrorCode.PATIENT_ID_DOES_NOT_MATCH: (
        "Objects that belong together name different patients.",
        ("ITI-41", "ITI-42"),
    ),
    ErrorCode.DEPRECATED_DOCUMENT: (
        "An Association leads to an object that is no longer Approved.",
        ("ITI-41", "ITI-42"),
    ),
    ErrorCode.UNRESOLVED_REFERENCE: (
        "An id stands neither in the message nor in the registry.",
        ("ITI-41", "ITI-42"),
    ),
    ErrorCode.EXTRA_METADATA_NOT_SAVED: (
        "Slots beyond the standard were not kept, as this affinity domain has it. A warning.",
        ("ITI-41", "ITI-42"),
    ),
    ErrorCode.UNKNOWN_STORED_QUERY: ("There is no stored query with this id here.", ("ITI-18",)),
    ErrorCode.STORED_QUERY_MISSING_PARAM: ("A parameter that the query needs is missing or empty.", ("ITI-18",)),
    ErrorCode.STORED_QUERY_PARAM_NUMBER: (
        "A parameter of one value has several, stands too often, or beside one that excludes it.",
        ("ITI-18",),
    ),
    ErrorCode.TOO_MANY_RESULTS: (
        "The query, or its answer, is larger than the registry takes or gives. Narrow it, or ask for ObjectRef.",
        ("ITI-18",),
    ),
    ErrorCode.RESULT_NOT_SINGLE_PATIENT: (
        "The objects asked for as LeafClass belong to several patients. Ask for each, or for ObjectRef.",
        ("ITI-18",),
    ),
    ErrorCode.DOCUMENT_UNIQUE_ID_ERROR: ("The repository holds no document with this uniqueId.", ("ITI-43",)),
    ErrorCode.UNKNOWN_REPOSITORY_ID: ("The RepositoryUniqueId is that of another repository.", ("ITI-43",)),
}
"""What a code means to whoever receives it, and the transactions whose answers may hold it."""


def page() -> str:
    """The page as Markdown."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    rules = _rules_by_code()
    yield _INTRODUCTION
    for code in ErrorCode:
        meaning, transactions = _MEANINGS[code]
        yield f"## {code}"
        yield ""
        yield f"{meaning} In answers to {', '.join(transactions)}."
        yield ""
        for family in rules[code].values():
            yield f"* {', '.join(family)}"
        if not rules[code]:
            yield f"* {_NO_RULE}"
        yield ""


def _rules_by_code() -> Mapping[ErrorCode, Mapping[str, list[str]]]:
    """The ids of the rules behind each code, by their first word."""
    rules: defaultdict[ErrorCode, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for rule in BOOK:
        for code in dict.fromkeys(rule.codes.values()):
            shown = f"`{rule.id}` (warning)" if rule.level is SHOULD else f"`{rule.id}`"
            rules[code][rule.id.partition(".")[0]].append(shown)
    return rules


if __name__ == "__main__":
    sys.stdout.write(page())
