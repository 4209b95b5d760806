"""The signature of a submission set, in its message or alone. # ITI TF-3 5.5.2 to 5.5.6, DMP TD2.1"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from cryptography import x509

from conformance.judging.book import clean
from conformance.judging.place import Tree
from conformance.judging.remark import Remark
from conformance.judging.sheet import Sheet, of_finding
from conformance.judging.submission import entry_at
from conformance.model import Level
from dmp.captured import Captured
from dmp.lot_explain import Checked, Subject, Verdict, explain
from dmp.lot_letter import of_associations, of_block, of_entry
from dmp.lot_policy import DMP, LotPolicy, dsg_policy
from dmp.lot_rules import LOT
from dmp.lot_shape import examined
from dmp.lot_signer import Signatory, relate, submitted
from dmp.phrases import in_english, in_french
from dmp.rules import FRENCH
from dmp.vihf import VihfCaller
from metadata.rules.book import Rule
from metadata.translate import Submission
from security.certificates import CertificateRefused
from security.dsg import DMP_LEGACY, DSG, STRICT, SignatureRefused
from security.dsg.reading import ClaimedSet, read_set

_URI: Final = re.compile(r"\Adocument (\S+)\Z")


def policy_of(sheet: Sheet) -> LotPolicy:
    """What is asked: the DMP's demands, or those of IHE DSG under any way of signing."""
    if sheet.circumstances.french:
        return replace(DMP, sites=sheet.circumstances.sites)
    return replace(dsg_policy("verify"), policies=(DSG, STRICT, DMP_LEGACY))


def check_lot(
    tree: Tree, submission: Submission, contents: dict[str, bytes], caller: VihfCaller | None, sheet: Sheet
) -> None:
    """The signature in a message, against its documents and whom the VIHF names."""
    policy = policy_of(sheet)
    french = sheet.circumstances.french
    if french:
        sheet.findings(submitted(submission, caller), tree.where)
    subject = Subject.of(Captured(submission, contents), policy)
    if subject is None:
        shape = examined(submission, policy)
        missing = [] if sheet.broke("fr.signature.missing") else shape.findings
        sheet.findings(missing, tree.where)
        if shape.signed is None and not shape.findings:
            return
    else:
        at = "/RegistryObjectList" if subject.signed is None else entry_at(subject.signed.signature)
        sheet.findings(subject.findings, tree.where)
        _explained(subject, policy, tree.where(at), sheet)
        if french:
            _signer(tree, subject, caller, policy, sheet)
        elif subject.signed is not None:
            claimed = _claimed(subject.signature, policy)
            entry = subject.signed.signature
            found = list(of_entry(entry, claimed))
            if claimed is not None:
                found += [*of_block(claimed), *of_associations(submission, entry, claimed)]
            for each in found:
                sheet.findings([each], lambda _path: tree.where(at))
    sheet.ran("signature of the set")


def check_alone(tree: Tree, sheet: Sheet) -> None:
    """A signature document without its message: what it says by itself."""
    policy = policy_of(sheet)
    _explained(Subject(tree.piece.data, {}), policy, tree.at(tree.root), sheet)
    claimed = None if sheet.circumstances.french else _claimed(tree.piece.data, policy)
    if claimed is not None and claimed.policy.name != DMP_LEGACY.name:
        sheet.findings(of_block(claimed), lambda _path: tree.at(tree.root))
    sheet.ran("signature")


def _claimed(data: bytes, policy: LotPolicy) -> ClaimedSet | None:
    """The signature, of whatever shape is known; None when it is of none."""
    try:
        return read_set(data, policy.policies)
    except SignatureRefused:
        return None


def _explained(subject: Subject, policy: LotPolicy, where: str, sheet: Sheet) -> None:
    found = explain(subject, policy, at=sheet.circumstances.at, store=sheet.circumstances.trust)
    sheet.note(_remarks([each for each in found if each.rule not in {f.rule.id for f in subject.findings}], where))


def _remarks(found: Iterable[Checked], where: str) -> Iterable[Remark]:
    for each in found:
        rule = _rule(each.rule)
        if each.verdict is not Verdict.REFUSED or rule is None:
            continue
        if each.finding is not None:
            yield of_finding(each.finding, lambda _path: where)
            continue
        uri = _URI.match(each.check)
        place = f" ({uri[1]})" if uri else ""
        english = f"{place} ({in_english(each.detail)})" if each.detail else place
        french = f"{place} ({in_french(each.detail)})" if each.detail else place
        yield Remark(
            rule.id,
            Level(rule.level.value),
            rule.spec,
            where,
            clean(rule.en.format(detail=english)),
            clean(rule.fr.format(detail=french)),
            code=str(rule.codes.get("ITI-41", "")),
        )


def _rule(rule_id: str) -> Rule | None:
    for book in (LOT, FRENCH):
        if rule_id in book:
            return book[rule_id]
    return None


def _signer(tree: Tree, subject: Subject, caller: VihfCaller | None, policy: LotPolicy, sheet: Sheet) -> None:
    """Who signed, against the entry of the signature and the VIHF."""
    if subject.signed is None or caller is None:
        return
    try:
        claimed = read_set(subject.signature, policy.policies)
        signatory = Signatory.of(x509.load_der_x509_certificate(claimed.claim.certificates[0]))
    except (SignatureRefused, ValueError):
        return
    if signatory is not None:
        try:
            found = relate(signatory, subject.signed.signature, caller, policy).findings
        except CertificateRefused:  # that of the connection: the VIHF was held to it already
            found = relate(signatory, subject.signed.signature, replace(caller, certificate=None), policy).findings
        sheet.note(of_finding(each, tree.where) for each in found if not sheet.broke(each.rule.id))
