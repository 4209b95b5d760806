"""Where the signature of a submission set is, and whether the rest of the message agrees that it is one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dmp.lot_policy import LotLeniency, LotPolicy
from dmp.lot_rules import broken
from dmp.nomenclature import DETACHED_SIGNATURE_FORMAT, is_signature, same_code
from dmp.rules import FRENCH, FRENCH_STRICT
from metadata.affinity import AffinityDomain
from metadata.facts import Facts
from metadata.model import DocumentEntry, SubmissionSet
from metadata.rules import MUST, Finding, RuleBook, check
from metadata.rules.book import On
from metadata.rules.case import Case
from metadata.translate import Submission
from metadata.vocabulary import SIGNS

_ENTRY_RULES = {
    strict: tuple(
        (rule, rule.check)
        for rule in book
        if rule.id.startswith("fr.signature.") and rule.level is MUST and rule.check is not None
    )
    for strict, book in ((False, FRENCH), (True, FRENCH_STRICT))
}
"""Those that refuse; what they only warn of is told by the registry, which runs them all."""
_NO_BOOK = RuleBook()
_NO_FACTS = Facts()
_SIGNED = AffinityDomain.open()
_UNSIGNED = AffinityDomain(waived=frozenset({"fr.signature.missing"}))


@dataclass(frozen=True, slots=True)
class SignedSet:
    """A submission set, the entry of its signature, and the documents that the signature is about."""

    submission_set: SubmissionSet
    signature: DocumentEntry
    documents: tuple[DocumentEntry, ...]
    leniencies: tuple[LotLeniency, ...] = ()

    @property
    def uri(self) -> str:
        """How a manifest names the set."""
        return uri_of(self.submission_set.unique_id)


@dataclass(frozen=True, slots=True)
class Shape:
    """What was found: a signed set, or what is wrong, or neither where no signature is asked for."""

    signed: SignedSet | None = None
    findings: tuple[Finding, ...] = ()


def uri_of(unique_id: str | None) -> str:
    return f"urn:oid:{unique_id or ''}"


def signature_entries(submission: Submission, policy: LotPolicy) -> tuple[DocumentEntry, ...]:
    """Those that are signatures: in France by class, type or format, elsewhere by the format of IHE DSG."""
    if policy.french:
        return tuple(entry for entry in submission.entries if is_signature(entry))
    return tuple(
        entry
        for entry in submission.entries
        if entry.format_code is not None and same_code(entry.format_code, DETACHED_SIGNATURE_FORMAT)
    )


def examined(submission: Submission, policy: LotPolicy) -> Shape:
    """`shape_of`, after the rules on the signature's entry, which a French lot is held to."""
    if policy.french and (findings := _entry_findings(submission, policy)):
        return Shape(findings=findings)
    return shape_of(submission, policy)


def shape_of(submission: Submission, policy: LotPolicy) -> Shape:
    """Exactly one signature, and Associations `signs` that say what it signs."""
    signatures = signature_entries(submission, policy)
    if not signatures:
        missing = bool(submission.entries) and policy.required and not policy.unsigned_patients
        return Shape(findings=(broken("lot.missing"),) if missing else ())
    if len(signatures) > 1:
        return Shape(findings=(broken("lot.single", object_id=signatures[1].entry_uuid, got=len(signatures)),))
    (signature,) = signatures
    documents = tuple(entry for entry in submission.entries if entry is not signature)
    if not documents and not policy.detached:
        return Shape(findings=(broken("lot.alone", object_id=signature.entry_uuid),))
    if len(submission.submission_sets) != 1 or not submission.submission_sets[0].unique_id:
        return Shape(findings=(broken("lot.set"),))
    signed = SignedSet(submission.submission_sets[0], signature, documents)
    findings = tuple(_associations(submission, signed, policy))
    if findings:
        return Shape(findings=findings)
    return Shape(SignedSet(signed.submission_set, signature, documents, _leniencies(submission, signed)))


def _entry_findings(submission: Submission, policy: LotPolicy) -> tuple[Finding, ...]:
    """First whether anything is broken, of the signatures alone; then, seldom, the whole run that says what and where.

    The rules on an entry say nothing of one that is no signature.
    """
    rules, domain = _ENTRY_RULES[policy.strict_metadata], _SIGNED if policy.required else _UNSIGNED
    case = Case(submission, domain, "ITI-41", _NO_FACTS)
    signatures = [entry for entry in submission.entries if is_signature(entry)]
    for rule, look in rules:
        subjects: Sequence[Submission | DocumentEntry] = [submission] if rule.on is On.SUBMISSION else signatures
        if rule.id not in domain.waived and any(look(subject, case) for subject in subjects):
            extra = [each for each, _ in rules]
            return tuple(check(submission, domain, transaction="ITI-41", extra=extra, book=_NO_BOOK))
    return ()


def _targets(submission: Submission, signed: SignedSet) -> list[str]:
    own = signed.signature.entry_uuid
    return [a.target for a in submission.associations if a.type == SIGNS and a.source == own]


def _associations(submission: Submission, signed: SignedSet, policy: LotPolicy) -> Iterator[Finding]:
    own = signed.signature.entry_uuid
    for association in submission.associations:
        if association.type == SIGNS and association.source != own:
            yield broken("lot.signs.source", object_id=association.entry_uuid, got=association.source)
    targets = _targets(submission, signed)
    if targets == [signed.submission_set.entry_uuid] or (not policy.french and _may_lead(targets, signed, policy)):
        return
    of_documents = sorted(targets) == sorted(entry.entry_uuid for entry in signed.documents)
    if not of_documents or LotLeniency.SIGNS_DOCUMENTS not in policy.leniencies:
        got = ", ".join(sorted(targets)) or "-"
        yield broken("lot.signs.target", object_id=own, got=got)


def _may_lead(targets: Sequence[str], signed: SignedSet, policy: LotPolicy) -> bool:
    """ITI TF-3 5.5.3.1, 5.5.6.4: a signature of the set needs no Association `signs`, to all documents or to some; that
    of documents leads to those, wherever they are registered.
    """
    return policy.detached or set(targets) <= {entry.entry_uuid for entry in signed.documents}


def _leniencies(submission: Submission, signed: SignedSet) -> tuple[LotLeniency, ...]:
    to_documents = any(each != signed.submission_set.entry_uuid for each in _targets(submission, signed))
    return (LotLeniency.SIGNS_DOCUMENTS,) if to_documents else ()
