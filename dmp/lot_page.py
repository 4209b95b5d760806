"""The page of the checks on signed submission sets: `python -m dmp.lot_page > docs/rules-signature.md`."""

import sys
from typing import Final

from dmp.lot_policy import LotLeniency, LotPolicy
from dmp.lot_rules import LOT
from metadata.rules.book import Rule
from security.dsg import Leniency

_ABOUT: Final = {
    LotLeniency.SIGNS_DOCUMENTS: "the Associations `signs` lead to every document (ITI TF-3 5.5.6.4), not to the set",
    LotLeniency.ANY_SITE: "the seal is of another structure than the VIHF's; for whoever has no table of EJ and EG",
    Leniency.MANIFEST_TRANSFORM: "the Reference to the Manifest states its canonicalisation",
    Leniency.SCHEMA_LOCATION: "the Manifest bears `xsi:schemaLocation`, which is digested with it",
    Leniency.PURPOSE_WITHOUT_NAMESPACE: "SignatureProperties stands in no namespace, as in the official sample",
    Leniency.PURPOSE_OF_ENTRY: "the purpose aims at the entry of the signature document, not at the Signature",
    Leniency.NO_COMMITMENT: "the signature makes no commitment (CommitmentTypeIndication), as ITI TF-3 5.5.2 asks",
    Leniency.DIGIT_IDENTIFIER: "the Id of the Signature begins with a digit, as in the official sample",
}

_INTRODUCTION: Final = """\
# The signature of a submission set

<!-- Generated from dmp/lot_rules.py by `python -m dmp.lot_page`; do not edit. -->

Under `--profile dmp` every ITI-41 is held to these rules before anything is registered, beside those of the
[entry of the signature](rules-dmp.md); under `--profile ihe` those that begin with `lot.` are applied where the
setting `dsg` asks for it. A broken one refuses the whole submission, and leaves neither document nor entry. The
sentence goes to the sender; the log has the detail, and with `--sandbox` the sender has it too. `carnet signature
check` tells each check of a captured message or a signature document.

The order is that of cost: the message, the shape of the signature, the certificate (chain, dates, usage, revocation),
the signature value, the digests of Manifest and SignedProperties, XAdES, the purpose, the Manifest against the set,
each document, and last who signed for whom. Nothing of an unknown signer is canonicalised, and no document is read
again before all else holds.

What is kept with the set, and printed by `carnet signature evidence OID`: the certificates up to the anchor, the
policy, the revocation lists that were in force (issuer, times), the times of signing and of the verdict, the Manifest
with its digests, who the VIHF said was calling, and what was forgiven. The signature document itself is stored as a
document.

"""

_BINDS: Final = """\
## What a signature does not cover

The Manifest names the SubmissionSet by its uniqueId, with the constant digest `AA==`: metadata are not digested, in
the official messages as in IHE DSG. Who wrote them is shown by TLS and the VIHF of the same message, which are
compared with the signer.

"""


_POLICIES: Final = """\
## How a signature may be made

| policy | canonicalisation | digests | XAdES | accepted |
|---|---|---|---|---|
| `dmp-legacy` | Canonical XML 1.0 with comments | SHA-1 | 1.1.1 | under `dmp` |
| `strict` | exclusive | SHA-2 | 1.3.2 | under `dmp` and `ihe` |
| `dsg` | Canonical XML 1.1 with comments | SHA-256 | 1.3.2 | under `ihe`, and where `signature-policies` names it |

`dsg` is ITI TF-3 5.5.2 to the letter; the text lets a community agree on something else, as France and `strict` do.
Under `ihe` no Association `signs` is needed, and the set may have `AA==`, `MA==` or `0` where its digest would stand
(5.5.3.1). SHA-1 (5.5.5) is validated under `dmp-legacy` alone. What is refused where a signature of the set is looked
for: references that stand in SignedInfo and not in a `ds:Manifest`, and more than one signature document in a set. An
Enveloping Signature (5.5.4) is a document like any other, and nobody looks at it. A
Detached Signature that does not name the set (5.5.3) is accepted under `verify`: its value, its signer and those of
its documents that are in the set are verified, and no document is read that is not.

"""

_LETTER: Final = "lot.dsg."
"""Of the ids of rules that the linter tells of and no server refuses by."""


def render() -> str:
    """The page in Markdown."""
    return _INTRODUCTION + _rules() + _POLICIES + _BINDS + _leniencies()


def _rules() -> str:
    heading = "| rule | code | source | |\n|---|---|---|---|\n"
    rows = "".join(_row(rule) for rule in LOT if not rule.id.startswith(_LETTER))
    told = "".join(_row(rule) for rule in LOT if rule.id.startswith(_LETTER))
    return (
        f"## The rules\n\n{heading}{rows}\n## To the letter of IHE DSG\n\n"
        "`carnet lint` and `carnet conformance watch` hold signatures to these under `ihe`; a server refuses nothing "
        f"by them.\n\n{heading}{told}\n"
    )


def _row(rule: Rule) -> str:
    sentences = f"{rule.en}<br>*{rule.fr}*".replace("{detail}", "").replace("|", "\\|")
    return f'| <a id="{rule.id}"></a>`{rule.id}` | {rule.codes["ITI-41"]} | {rule.spec} | {sentences} |\n'


def _leniencies() -> str:
    accepted = LotPolicy().leniencies
    lines = [
        f"* `{each}` ({'accepted' if each in accepted else 'only when asked for'}): {about}."
        for each, about in _ABOUT.items()
    ]
    return (
        "## What is forgiven, by name\n\n"
        + "\n".join(lines)
        + "\n* Ids of Documents that differ from those of their entries in case alone: `documentME2` in the sample.\n"
        "* Under `dmp` a signature may be seven days old: a lot waits while a network is down.\n\n"
        "Every leniency that a lot needed is in the log and in the evidence.\n"
    )


if __name__ == "__main__":
    sys.stdout.write(render())
