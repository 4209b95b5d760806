"""The page of the French rules: `python -m dmp.rules.page > docs/rules-dmp.md`."""

import sys
from typing import Final

from dmp.domain import WAIVED
from dmp.rules import FRENCH, FRENCH_STRICT
from metadata.rules.book import Rule

CHAPTERS: Final = {
    "The patient": ("patientId", "sourcePatientId", "sourcePatientInfo"),
    "DocumentEntry": (
        *("title", "author", "legalAuthenticator", "serviceStartTime", "uniqueId", "creationTime", "languageCode"),
        *("classCode", "formatCode", "confidentialityCode", "referenceIdList", "homeCommunityId", "URI"),
    ),
    "SubmissionSet and Folder": ("ss", "folder"),
    "Persons, devices, structures": ("person", "institution", "role", "specialty"),
    "The signature of the submission set": ("signature",),
    "The document's own header": ("cda",),
}
"""Heading on the page → the second words of the ids of its rules."""

_INTRODUCTION: Final = """\
# Rules of the DMP

<!-- Generated from dmp/rules by `python -m dmp.rules.page`; do not edit. -->

What the profile `dmp` demands beside the [rules of IHE](rules.md), in the same form: id, level, code, source, and the
sentence in English and French. Each rule has two levels. The first is the lenient one, of every day: official sample
messages and certified software stray from the specification, and are told so in a warning. The second is the strict
one, for whoever tests software: what is written is asked for. **MUST** refuses the message, **SHOULD** warns.

Codes are checked by the rules `domain.*` of IHE against the value sets of the DMP, which are in `dmp/codes/`; what
`--codes` names is taken beside them.

The sources: *ANS Référentiel INS* (structure and OIDs of the national identity), *CI-SIS Structuration minimale* and
*CI-SIS Partage de documents de santé* (volets of the interoperability framework), *NOS* (value sets and associations
of the nomenclature), *DMP TD2.1* (the official message of a submission), *DMP EX_…* (requirements of the integration
guide), *DMP PDT-INF-…* (notes of the DMP's publisher).

A wrong value is XDSRepositoryMetadataError in ITI-41 and XDSRegistryMetadataError in ITI-42 and ITI-61.
"""

_LENIENCIES: Final = """\
## What is accepted, and why

* Of IHE these are not applied, since in France they would refuse every message: {waived}.
* Components after the fifth of a patientId are ignored: official messages append a date.
* Where a document is compared with its metadata, an INS is the same under any OID of a NIR or NIA: the INSi service
  answers with the OID of production even for test identities. The registry itself compares number and OID.
* Names of people are never compared: official messages exchange family and given name.
* Traits of the patient are compared with nothing but the document's own header, names without case and accents.
* `signs` may lead to the SubmissionSet (DMP) or to a document (IHE DSG).
* A signature may have the format `http://www.w3.org/2000/09/xmldsig#` or `urn:ihe:iti:dsg:detached:2014`.
* A formatCode is not looked up unless `--codes` brings a value set: the list grows every quarter.
* A classCode is compared with its typeCode only where the association is known.
* Of a savoir-faire in authorSpecialty only the form is checked.
* A PS_IdNat or Struct_IdNat of another form is a warning even under the strict levels: test identities have such.
* What a patient submits needs no signature.
* The document's own header is compared only when asked for: the official sample message differs from its own document.
"""


def render() -> str:
    """The page in Markdown: a table of rules for each chapter; rules of no chapter come last."""
    chapters: dict[str, list[Rule]] = {heading: [] for heading in CHAPTERS}
    for rule in FRENCH:
        chapters.setdefault(_chapter(rule), []).append(rule)
    tables = [f"## {heading}\n\n{_table(rules)}" for heading, rules in chapters.items() if rules]
    waived = ", ".join(f"`{id_}`" for id_ in sorted(WAIVED))
    return "\n".join([_INTRODUCTION, *tables, _LENIENCIES.format(waived=waived)])


def _chapter(rule: Rule) -> str:
    second = rule.id.split(".")[1]
    return next((heading for heading, words in CHAPTERS.items() if second in words), "Others")


def _table(rules: list[Rule]) -> str:
    return "".join(["| rule | lenient | strict | code | source | |\n|---|---|---|---|---|---|\n", *map(_row, rules)])


def _row(rule: Rule) -> str:
    sentences = f"{rule.en}<br>*{rule.fr}*".replace("|", "\\|")
    codes = "<br>".join(sorted(set(rule.codes.values())))
    levels = f"{rule.level.value} | {FRENCH_STRICT[rule.id].level.value}"
    return f'| <a id="{rule.id}"></a>`{rule.id}` | {levels} | {codes} | {rule.spec} | {sentences} |\n'


if __name__ == "__main__":
    sys.stdout.write(render())
