"""The signature of a submission set, verified on each ITI-41 before anything is registered.

What the repository calls (`repository.verification.SetVerifier`): first on the message alone, then with the documents
in the store. The order is that of cost: shape and entry, certificate, signature, manifest, documents, and last who
signed for whom, since only then is it known who signed. # DMP TD2.1, ITI TF-3 5.5
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from dmp.lot_policy import DMP, LotPolicy
from dmp.lot_rules import broken, of_reason
from dmp.lot_shape import Shape, SignedSet, examined, shape_of, uri_of
from dmp.lot_signer import Signatory, SignerTrust, relate, signatory_of, submitted
from dmp.nomenclature import SIGNATURE_EVENT
from dmp.phrases import in_french
from metadata.errors import RegistryError
from metadata.model import DocumentEntry
from metadata.rules import Finding
from metadata.translate import Submission
from security import dsg
from security.dsg import Expected, SetDocument, SetSignatureVerdict, SignatureRefused
from security.dsg.verdict import written
from security.gate import Caller
from security.names import DistinguishedName
from security.xmlsignature import STRICT_SET
from security.xmlsignature.algorithms import der_of


class LotDocument(Protocol):
    """A document of the set, as the repository shows it."""

    @property
    def entry(self) -> DocumentEntry: ...

    @property
    def size(self) -> int: ...

    @property
    def sha1(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    @property
    def open(self) -> Callable[[], Iterable[bytes]]: ...


@dataclass(frozen=True, slots=True)
class LotEvidence:
    """What is kept with the set, to prove years later who signed it and why that was believed."""

    document: str
    """uniqueId of the signature document."""
    policy: str
    signer: str
    """PS_IdNat or Struct_IdNat; under IHE DSG the subject of the certificate."""
    verified_at: datetime
    content: bytes
    """JSON: `SetSignatureVerdict`, with `lot` beside it: who signed, who called, what was forgiven."""


@dataclass(frozen=True, slots=True)
class LotVerdict:
    """What was found; `errors` is empty for a set that passes."""

    errors: tuple[RegistryError, ...] = ()
    evidence: LotEvidence | None = None
    notes: Mapping[str, object] = field(default_factory=dict)
    """For the log: the whole truth about a refusal. Never a patient."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class LotVerifier:
    """Verifies the signatures of submission sets under one policy; used from many threads.

    `trust` gives the trust store of the moment (`lambda: live.current`).
    """

    def __init__(
        self, trust: Callable[[], dsg.Trust], policy: LotPolicy = DMP, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.policy = policy
        self._trust = trust
        self._clock = clock

    def examine(self, submission: Submission, caller: Caller | None) -> LotVerdict:
        """What the message alone can break."""
        if self.policy.vouched and (caller is None or not caller.vouched):
            return self._refused([broken("fr.lot.caller")])
        findings = [*submitted(submission, caller), *examined(submission, self.policy).findings]
        return self._refused(findings) if findings else LotVerdict()

    def verify(self, submission: Submission, documents: Sequence[LotDocument], caller: Caller | None) -> LotVerdict:
        """The signature, and who made it, of a submission that was examined. Raises what opening a document raises."""
        shape: Shape = shape_of(submission, self.policy)
        if shape.findings:
            return self._refused(shape.findings)
        if shape.signed is None:
            return LotVerdict()
        signed, received = shape.signed, {document.entry.entry_uuid: document for document in documents}
        try:
            verdict = self._signature(signed, received)
        except SignatureRefused as refused:
            said = in_french(refused.detail) if self.policy.language.startswith("fr") else refused.detail
            detail = f" ({said})" if self.policy.explain else ""
            at = f"/RegistryObjectList/ExtrinsicObject[@id='{signed.signature.entry_uuid}']"
            finding = broken(of_reason(refused.reason), at=at, object_id=signed.signature.entry_uuid, detail=detail)
            return self._refused([finding], refused.detail)
        return self._accepted(signed, verdict, caller)

    def _signature(self, signed: SignedSet, received: Mapping[str, LotDocument]) -> SetSignatureVerdict:
        """Raises `SignatureRefused`."""
        document = received[signed.signature.entry_uuid]
        if document.size > STRICT_SET.caps.size:
            raise SignatureRefused(dsg.Reason.TOO_LARGE, f"the signature document has {document.size} bytes")
        return dsg.verify_set(
            b"".join(document.open()),
            Expected(
                signed.uri,
                tuple(_set_document(received[entry.entry_uuid]) for entry in signed.documents),
                self._purpose(signed.signature),
                (signed.signature.entry_uuid,),
                self.policy.detached,
            ),
            SignerTrust(self._trust()) if self.policy.french else self._trust(),
            at=self._clock(),
            policies=self.policy.policies,
            clock=self.policy.clock,
        )

    def _purpose(self, signature: DocumentEntry) -> str | None:
        if self.policy.french:
            return SIGNATURE_EVENT.code
        return next((c.code for c in signature.event_codes if c.scheme == SIGNATURE_EVENT.scheme), None)

    def _accepted(self, signed: SignedSet, verdict: SetSignatureVerdict, caller: Caller | None) -> LotVerdict:
        certificate = verdict.certificate
        signatory = signatory_of(der_of(certificate)) if self.policy.french else None
        signer = signatory.identifier if signatory else str(DistinguishedName.of(certificate.subject))
        findings: list[Finding] = []
        forgiven = [*verdict.leniencies, *signed.leniencies]
        if signatory is not None:
            related = relate(signatory, signed.signature, caller, self.policy)
            findings += related.findings
            forgiven += related.leniencies
        if unforgiven := [str(each) for each in forgiven if each not in self.policy.leniencies]:
            findings.append(broken("lot.leniency", object_id=signed.signature.entry_uuid, got=", ".join(unforgiven)))
        if findings:
            return self._refused(findings, f"signed by {signer}, submitted by {_name(caller)}")
        evidence = LotEvidence(
            document=signed.signature.unique_id or "",
            policy=verdict.policy,
            signer=signer,
            verified_at=verdict.verified_at,
            content=_content(verdict, signer, signatory, caller, forgiven),
        )
        notes: dict[str, object] = {"signature": verdict.policy, "signer": signer}
        if forgiven:
            notes["leniencies"] = [str(each) for each in forgiven]
        return LotVerdict((), evidence, notes)

    def _refused(self, findings: Sequence[Finding], detail: str = "") -> LotVerdict:
        errors = tuple(finding.error(self.policy.language) for finding in findings)
        notes: dict[str, object] = {"lot_refused": [finding.rule.id for finding in findings]}
        if detail:
            notes["lot_detail"] = detail
        return LotVerdict(errors, None, notes)


def _set_document(document: LotDocument) -> SetDocument:
    return SetDocument(
        uri_of(document.entry.unique_id), bytes.fromhex(document.sha1), bytes.fromhex(document.sha256), document.open
    )


def _content(
    verdict: SetSignatureVerdict,
    signer: str,
    signatory: Signatory | None,
    caller: Caller | None,
    forgiven: Sequence[str],
) -> bytes:
    held = verdict.as_values()
    held["lot"] = {
        "signer": signer,
        "kind": None if signatory is None else "person" if signatory.is_person else "structure",
        "caller": _name(caller),
        "structure": "" if caller is None else caller.organisation,
        "assertion": "" if caller is None else caller.assertion_id,
        "leniencies": [str(each) for each in forgiven],
    }
    return written(held).encode()


def _name(caller: Caller | None) -> str:
    return "nobody" if caller is None else caller.name
