"""French metadata: each rule that a sender can break, one thing at a time. # CI-SIS Partage de documents de santé"""

import functools

from conformance.answer import Answer
from conformance.cases._dmp import METADATA_ERRORS, Desk, dmp_case
from conformance.messages.dmp import ins
from conformance.messages.dmp.ins import Variant
from conformance.messages.dmp.lot import Lot
from conformance.messages.dmp.metadata import BAD_METADATA, DOCUMENTS, BadMetadata
from conformance.model import MUST, SHOULD
from conformance.passing import SUCCESS, refused
from conformance.trial import Trial

_BAD = (
    "A set whose metadata break a rule of France is refused whole.",
    "Un lot dont les métadonnées enfreignent une règle française est refusé en entier.",
)
_ODD = (
    "What strays from the French rules is told to the sender, in a warning or an error.",
    "Ce qui s'écarte des règles françaises est signalé à l'émetteur, par un avertissement ou une erreur.",
)
_COHERENT = (
    "A receiver that compares metadata with the header of the document tells the sender where they differ.",
    "Un récepteur qui compare les métadonnées à l'en-tête du document signale à l'émetteur ce qui diffère.",
)
WARNED = (
    '<rs:RegistryError errorCode="XDSRegistryMetadataError" codeContext="what is wrong"\n'
    '    severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Warning"/>'
)


def tells(answer: Answer) -> Answer:
    """The sender is told: Success with a warning, or a refusal, of an error code for metadata."""
    answer.check("the set is answered, taken or refused", bool(answer.status), got=answer.summary)
    return answer.check(
        "the answer tells what is wrong, in a warning or an error",
        any(code in METADATA_ERRORS for code in answer.codes),
        "//rs:RegistryError/@errorCode",
        " or ".join(METADATA_ERRORS),
        answer.summary,
    )


def _metadata(row: BadMetadata, trial: Trial) -> None:
    desk = Desk(trial)
    desk.takes()
    submission = row.change(desk.lot()).signed()
    answer = desk.provide(submission, *row.edits)
    if row.level is SHOULD:
        tells(answer)
        return
    answer.is_refused(*METADATA_ERRORS, "XDSPatientIdDoesNotMatch")
    desk.nothing_kept(submission)


def _coherence(row: BadMetadata, trial: Trial) -> None:
    desk = Desk(trial)
    desk.takes()
    answer = desk.provide(row.change(desk.lot()).signed())
    if answer.summary == "Success":
        trial.not_supported("the target does not compare metadata with the header of the document")
    tells(answer)


def _ins(variant_id: str, trial: Trial) -> None:
    variant = next(each for each in ins.variants() if each.id == variant_id)
    desk = Desk(trial)
    desk.takes()
    submission = Lot.of(desk.holder, variant.cx).signed()
    trial.left.append(f"patient {variant.cx}")
    answer = desk.provide(submission, patient=variant.cx)
    if variant.refused:
        answer.is_refused(*METADATA_ERRORS, "XDSUnknownPatientId")
    elif variant.rule:
        tells(answer)
    else:
        answer.succeeds()
        if answer.summary.startswith("Success"):
            whose = ins_of(variant)
            desk.find(patient=whose).holds(
                "//rim:ExtrinsicObject/@id",
                *(each.id for each in submission.entries),
                says="a query for the patient finds what was submitted",
            )


def ins_of(variant: Variant) -> str:
    """The INS as queries and tokens have it: nothing after component 5."""
    return "^".join(variant.cx.split("^")[:5])


def _small(title: str) -> str:
    """With a small first letter, inside a sentence."""
    return title[0].lower() + title[1:]


for _bad in BAD_METADATA:
    dmp_case(
        _bad.id,
        title=(f"Submits a document {_bad.wrong}", f"Soumet un document {_bad.wrong_fr}"),
        requirement=_BAD if _bad.level is MUST else _ODD,
        section=_bad.section,
        passing=refused(*METADATA_ERRORS) if _bad.level is MUST else WARNED,
        level=_bad.level,
        asks="CI-SIS",
        covers=(_bad.rule,),
    )(functools.partial(_metadata, _bad))

for _bad in DOCUMENTS:
    dmp_case(
        _bad.id,
        title=(f"Submits a document {_bad.wrong}", f"Soumet un document {_bad.wrong_fr}"),
        requirement=_COHERENT,
        section=_bad.section,
        passing=WARNED,
        level=SHOULD,
        asks="CI-SIS",
        covers=(_bad.rule,),
        optional="cda-coherence",
    )(functools.partial(_coherence, _bad))

for _variant in ins.variants():
    dmp_case(
        _variant.id,
        title=(
            f"Submits a document for {_small(_variant.title)}",
            f"Soumet un document pour {_small(_variant.title_fr)}",
        ),
        requirement=(_variant.requirement, _variant.requirement_fr),
        section="ANS Référentiel INS; DMP TD2.1",
        passing=refused(*METADATA_ERRORS) if _variant.refused else WARNED if _variant.rule else SUCCESS,
        needs=("registry", "repository", "identity", "tls", "new-patients"),
        level=_variant.level,
        covers=(_variant.rule,) if _variant.rule else (),
    )(functools.partial(_ins, _variant.id))
