"""The signature of the submission set: a good one is taken, a bad one refuses the whole set. # ITI TF-3 5.5.3.1"""

import functools
from collections.abc import Iterable

from conformance.answer import Answer
from conformance.cases._dmp import BOTH, Desk, dmp_case, refused_set
from conformance.messages.dmp.signature import LEGACY, STRICT, Style
from conformance.messages.dmp.signatures import ACCEPTED, BAD_SIGNATURES, Accepted, BadSignature, Signing
from conformance.passing import SUCCESS, refused
from conformance.trial import Trial

_FORMS = {
    LEGACY.name: ("", ""),
    STRICT.name: (
        " (signed with XAdES 1.3.2, SHA-256, exclusive canonicalisation)",
        " (signature XAdES 1.3.2, SHA-256, canonicalisation exclusive)",
    ),
}
_BAD = (
    "A set whose signature does not hold, or was made for something else, is refused whole: nothing of it is kept.",
    "Un lot dont la signature n'est pas valide, ou fut faite pour autre chose, est refusé en entier : rien n'en est "
    "conservé.",
)
_GOOD = (
    "A set with a signature that holds is taken.",
    "Un lot dont la signature est valide est accepté.",
)


_READ: dict[str, str] = {
    "lot.value": "dsg.verify.integrity",
    "lot.digest": "dsg.verify.integrity",
    "lot.certificate": "dsg.verify.trust",
    "lot.document-digest": "dsg.verify.documents",
    "lot.manifest-set": "dsg.verify.set",
    "lot.manifest-missing": "dsg.verify.set",
    "lot.manifest-extra": "dsg.verify.set",
}
"""Rule of the lot → what whoever reads a signature has to confirm. # ITI TF-3 5.5.5"""


def _read_by_ihe(rules: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_READ[rule] for rule in rules if rule in _READ))


def _is_refused(row: BadSignature, style: Style, trial: Trial) -> None:
    desk = Desk(trial, row.whose)
    desk.takes(style)
    lot = row.change(desk.lot())
    submission = lot.signed(style, lambda changed, form: row.make(Signing(changed, form, desk.keys)))
    refused_set(desk.provide(submission))
    desk.nothing_kept(submission)


def _is_accepted(row: Accepted, style: Style, trial: Trial) -> None:
    desk = Desk(trial)
    desk.can_sign(style)
    if style is STRICT and row.id != "accepted/1":
        desk.takes(style)
    lot = row.change(desk.lot())
    submission = lot.signed(style, lambda changed, form: row.make(Signing(changed, form, desk.keys)))
    answer = desk.provide(submission)
    if style is STRICT and row.id == "accepted/1" and not answer.fault and answer.status and not _succeeded(answer):
        trial.not_supported("the target takes no signature of XAdES 1.3.2")
    answer.succeeds()
    if _succeeded(answer):
        desk.documents(*submission.entries).finds(*(each.id for each in submission.entries))


def _succeeded(answer: Answer) -> bool:
    return answer.summary.startswith("Success")


for _bad in BAD_SIGNATURES:
    for _style in _bad.styles:
        dmp_case(
            f"dsg/{_style.name}/{_bad.id}",
            title=(
                f"Submits a set {_bad.wrong}{_FORMS[_style.name][0]}",
                f"Soumet un lot {_bad.wrong_fr}{_FORMS[_style.name][1]}",
            ),
            requirement=_BAD,
            section=_bad.section,
            passing=refused("XDSRepositoryError", "XDSRepositoryMetadataError"),
            needs=(*BOTH, *(("pki",) if _bad.keys else ())),
            level=_bad.level,
            covers=(*_bad.covers, *_read_by_ihe(_bad.covers)),
            optional="dsg-strict" if _style is STRICT else "",
        )(functools.partial(_is_refused, _bad, _style))

for _good in ACCEPTED:
    for _style in _good.styles:
        dmp_case(
            f"dsg/{_style.name}/{_good.id}",
            title=(
                f"Submits a good set. {_good.what}{_FORMS[_style.name][0]}",
                f"Soumet un bon lot. {_good.what_fr}{_FORMS[_style.name][1]}",
            ),
            requirement=_GOOD,
            section="DMP TD2.1; ITI TF-3 5.5.3.1",
            passing=SUCCESS,
            level=_good.level,
            covers=("dsg.verify.digests",) if _good.id == "accepted/1" else (),
            optional="dsg-strict" if _style is STRICT else "",
        )(functools.partial(_is_accepted, _good, _style))
