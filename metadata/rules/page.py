"""The page of all rules: `python -m metadata.rules.page > docs/rules.md`."""

import sys
from typing import Final

from metadata.rules import BOOK
from metadata.rules.book import Rule, RuleBook

CHAPTERS: Final = {
    "The message and its objects": ("submission", "object", "package"),
    "Slots": ("slot",),
    "Classifications and ExternalIdentifiers": ("classification", "code", "limitedMetadata", "identifier"),
    "DocumentEntry": ("de",),
    "SubmissionSet": ("ss",),
    "Folder": ("folder",),
    "Authors": ("author",),
    "Associations": ("association",),
    "The affinity domain": ("domain",),
    "What the registry holds already": ("registry",),
    "Documents and their entries": ("repository",),
    "Retrieval": ("retrieve",),
    "Stored queries": ("query",),
    "The XML schema": ("xml",),
}
"""Heading on the page → the first words of the ids of its rules."""

INTRODUCTION: Final = """\
# Rules

<!-- Generated from metadata/rules by `python -m metadata.rules.page`; do not edit. -->

Every demand that Carnet makes of a message, with the id that stands in the error, the IHE code, and the section of the
standard. An error on the wire reads

```
codeContext="hash is not a SHA-1 value of 40 hexadecimal digits: 2fd4 [de.hash.format, ITI TF-3 4.2.3.2.10]"
location="/RegistryObjectList/ExtrinsicObject[1]/Slot[@name='hash']"
```

A broken **MUST** refuses the message. A broken **SHOULD** is a warning: the answer is Success and says what to mend.
All broken rules of a message are reported together. Rules marked *state* ask what the registry holds; they run after
the others, and only when no MUST is broken. An [affinity domain](affinity.md) may waive rules and add some.
"""

LENIENCIES: Final = """\
## What is accepted beyond the standard, and what is refused where the standard is silent

* A UUID may have upper-case hexadecimal digits, as an id, a scheme or an objectType; it is kept in lower case. Within
  one message an id is written in one way.
* Blanks around ids, URNs, codes and the values of Slots and ExternalIdentifiers are dropped; patient ids are compared
  without those around their first component either.
* An author without `nodeRepresentation` is taken like one with `nodeRepresentation=""`.
* A patientId or sourcePatientId with components beyond `id^^^&OID&ISO` (`^NH`, `^PI`) is refused, but not in the DMP
  profile, since France writes them; they are not compared. Nor is a title of 128 characters refused there.
* An XON may name the type of its id in component 7 (`IDNST`); an XTN may have any equipment type, and its number in
  component 12 in place of 7.
* `URI` may have several values in the old numbered form, `1|http://…`, `2|…`.
* The objectType of a Classification or an ExternalIdentifier is not looked at; answers have that of ebRIM.
* The data of a field in sourcePatientInfo are not looked into: neither the ids of PID-3 nor the date of PID-7.
* A size is written in digits, without the plus sign that an integer of XML Schema may have.
* Of the escapes of HL7 those of formatting and local ones are refused, in values that are read by their components; a
  backslash that begins no escape is taken.
* An empty Value beside others is passed over.
* `SubmissionSetStatus` `Original` may stand on a HasMember from the SubmissionSet to a Folder or an Association, and on
  `signs`.
* `signs` may lead to the SubmissionSet: so the DMP signs its submissions.
* A submitted `availabilityStatus` and `lastUpdateTime` are ignored; odd ones give a warning. So is the status of an
  Association, which is not to be submitted (ITI TF-3 4.2.2).
* Without a patient identity feed (`patients = "any"`) each well-formed patientId is known; ITI TF-2 3.42.4.1.3.3.2 asks
  for those of the feed: `patients = "feed"`.
* A submission that is registered already, word for word, is answered with Success, though its SubmissionSet.uniqueId is
  in use (ITI TF-2 3.42.4.1.3.3.7): `idempotent-retry = false` refuses it.
* A SubmissionSet may hold nothing but references to registered documents (ITI TF-3 4.2.2.1.1; 4.1.4 does not list it),
  and a HasMember may lead from it to a relationship, not only to the membership of a Folder.
* A HasMember may not say a reason (documentation): ITI TF-3 4.2.2.2 speaks of relationships alone.
* An id may not have a `lid` that differs from it: versions belong to Metadata Update, which ITI-42 does not do.
* A replacement deprecates what hangs on the replaced document by XFRM or APND, and what hangs on that in turn.
* A title is counted in characters, not in bytes.
* A serviceStopTime that is coarser than the serviceStartTime names a period: `20240305` is not before `202403051015`.
* Two DocumentEntries of one message cannot have the same uniqueId, even with the same hash and size.
* Two replacements of one document in one message are refused, and so is what the message says besides of a document
  that it replaces: a relationship to it, its membership of a Folder. The SubmissionSet may refer to it.
* hash and size are not compared with those of an entry that awaits its document (size 0 and the hash of nothing).
* Relationships between documents cannot lead in a circle.
* Classifications and ExternalIdentifiers of schemes that XDS.b does not define are kept and not looked at.
* An XCN with an id but no assigning authority is accepted: whether the id is globally unique cannot be seen.
"""


def render(book: RuleBook = BOOK) -> str:
    """The page in Markdown: a table of rules for each chapter; rules of no chapter come last."""
    chapters: dict[str, list[Rule]] = {heading: [] for heading in CHAPTERS}
    for rule in book:
        chapters.setdefault(_chapter(rule), []).append(rule)
    tables = [f"## {heading}\n\n{_table(rules)}" for heading, rules in chapters.items() if rules]
    return "\n".join([INTRODUCTION, *tables, LENIENCIES])


def _chapter(rule: Rule) -> str:
    first = rule.id.partition(".")[0]
    return next((heading for heading, words in CHAPTERS.items() if first in words), "Others")


def _table(rules: list[Rule]) -> str:
    return "".join(["| rule | level | code | section | |\n|---|---|---|---|---|\n", *map(_row, rules)])


def _row(rule: Rule) -> str:
    state = " *state*" if rule.needs_facts else ""
    sentences = f"{rule.en}<br>*{rule.fr}*".replace("|", "\\|")
    level = f"{rule.level.value}{state}"
    return f'| <a id="{rule.id}"></a>`{rule.id}` | {level} | {_codes(rule)} | {rule.spec} | {sentences} |\n'


def _codes(rule: Rule) -> str:
    by_code: dict[str, list[str]] = {}
    for transaction, code in rule.codes.items():
        by_code.setdefault(code, []).append(transaction)
    return "<br>".join(f"{code} ({', '.join(transactions)})" for code, transactions in by_code.items())


if __name__ == "__main__":
    sys.stdout.write(render())
