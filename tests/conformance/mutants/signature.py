"""The signature of a submission set badly verified. # DMP TD2.1, ITI TF-3 5.5.5"""

from dataclasses import replace as changed
from typing import Any

from dmp import lot, lot_shape
from dmp.lot import LotVerdict, LotVerifier
from dmp.lot_signer import Related, SignerTrust
from dmp.rules import FRENCH
from security.certificates import Usage
from security.dsg import manifest, properties, verifying
from security.xmlsignature import verification
from tests.conformance.mutants.patching import nothing, replace, silence, wrap
from tests.conformance.mutants.table import mutant

LOT = "DMP TD2.1, signature du lot"
XADES = "ETSI EN 319 132-1 5.2"


@mutant("dmp", breaks=LOT, caught_by=("dsg/dmp-legacy/certificate/1", "dsg/dmp-legacy/certificate/10"))
def signature_never_checked() -> None:
    """The signature document is stored like any other, and never looked at."""
    replace(LotVerifier, "verify", lambda *_: LotVerdict())


@mutant("dmp", breaks=LOT, caught_by=("dmp/td2.1/b/6", "dsg/dmp-legacy/set/1"))
def unsigned_set_accepted() -> None:
    """A submission set without a signature is accepted."""
    wrap(
        LotVerifier,
        "__init__",
        lambda was, self, trust, policy, **n: was(self, trust, changed(policy, required=False), **n),
    )
    silence("fr.signature.missing", book=FRENCH)


@mutant(
    "dmp",
    breaks="XML Signature 1.1 3.2.2",
    caught_by=("dsg/dmp-legacy/xmldsig-3.2.2/1", "dsg/dmp-legacy/xmldsig-3.2.2/2"),
)
def signature_value_not_verified() -> None:
    """Any SignatureValue will do."""
    replace(verification, "check_value", nothing)


@mutant("dmp", breaks="XML Signature 1.1 3.2.1", caught_by=("dsg/dmp-legacy/xmldsig-3.2.1/1",))
def digests_of_the_signature_not_verified() -> None:
    """What the signature covers may be changed after it was signed."""
    replace(verification, "_checked", lambda _reference, signed: signed)


@mutant("dmp", breaks="ITI TF-3 5.5.5", caught_by=("dsg/dmp-legacy/manifest/1", "dsg/dmp-legacy/manifest/7"))
def digests_of_documents_not_verified() -> None:
    """A document may be another than the one whose digest stands in the manifest."""
    replace(manifest, "compare_digest", lambda *_: True)


@mutant("dmp", breaks="ITI TF-3 5.5.5", caught_by=("dsg/dmp-legacy/manifest/10", "dsg/dmp-legacy/manifest/11"))
def manifest_not_compared_with_the_set() -> None:
    """The manifest need not name the documents of the set."""
    replace(verifying, "check_manifest", lambda *_given, **_named: True)
    wrap(
        verifying,
        "read_manifest",
        lambda was, element, policy, _, **named: was(element, policy, 1000, **named),
    )


@mutant("dmp", breaks=LOT, caught_by=("dsg/dmp-legacy/manifest/5",))
def signature_of_another_set_accepted() -> None:
    """The manifest need not name the SubmissionSet."""
    replace(manifest, "_check_set", nothing)


@mutant("dmp", breaks=XADES, caught_by=("dsg/dmp-legacy/signing-time/1", "dsg/dmp-legacy/signing-time/2"))
def signing_time_not_checked() -> None:
    """SigningTime may lie in the future, or years back."""
    replace(properties, "_check_time", nothing)


@mutant("dmp", breaks=XADES, caught_by=("dsg/dmp-legacy/signing-certificate/1", "dsg/dmp-legacy/signing-certificate/3"))
def signing_certificate_not_compared() -> None:
    """SigningCertificate may name another certificate than the one that signed."""
    replace(properties, "_check_certificate", nothing)


@mutant("dmp", breaks="DMP DMPInvalidCertificate", caught_by=("dsg/dmp-legacy/certificate/8",))
def set_signed_with_any_certificate() -> None:
    """The certificate that signs a set may be that of a connection."""

    def validate(self: Any, certificate: Any, _usage: Any, *, at: Any) -> Any:
        for usage in (Usage.SIGN, Usage.SEAL):
            try:
                return self.trust.validate(certificate, usage, at=at)
            except Exception:  # noqa: BLE001 - the last one is told
                continue
        return self.trust.validate(certificate, Usage.AUTH, at=at)

    replace(SignerTrust, "validate", validate)
    replace(verifying, "_check_key_usage", nothing)


@mutant("dmp", breaks=LOT, caught_by=("dsg/dmp-legacy/signer/1", "dsg/dmp-legacy/signer/2"))
def signer_not_compared() -> None:
    """Who signed the set may be another than who submits it."""
    replace(lot, "relate", lambda *_: Related(()))


@mutant("dmp", breaks=LOT, caught_by=("dsg/dmp-legacy/set/4", "dsg/dmp-legacy/set/5"))
def signs_association_not_looked_at() -> None:
    """The signature needs no Association that says what it signs."""
    replace(lot_shape, "_associations", lambda *_: iter(()))
    silence("fr.signature.signs", book=FRENCH)
    _entry_rules_not_run()


@mutant("dmp", breaks=LOT, caught_by=("dmp/metadata/signature.formatCode/1",))
def entry_of_the_signature_not_looked_at() -> None:
    """The entry of the signature may have any class, type, format and confidentiality."""
    for attribute in ("mimeType", "classCode", "typeCode", "formatCode", "confidentialityCode"):
        silence(f"fr.signature.{attribute}", book=FRENCH)
    _entry_rules_not_run()


def _entry_rules_not_run() -> None:
    replace(lot_shape, "_entry_findings", lambda *_: ())


@mutant("dmp", breaks=LOT, caught_by=("dsg/dmp-legacy/purpose/1", "dsg/dmp-legacy/purpose/2"))
def purpose_of_the_signature_not_checked() -> None:
    """The signature may say that it is for something else."""
    replace(verifying, "purpose_of", lambda *_: (None, ()))


@mutant("dmp", breaks=LOT, caught_by=("dsg/dmp-legacy/policy/1",))
def any_signature_policy_accepted() -> None:
    """The signature policy that the signature names is not looked at."""
    wrap(
        properties,
        "read_properties",
        lambda was, e, policy, *given: was(e, changed(policy, signature_policy=None), *given),
    )
    replace(verifying, "read_properties", properties.read_properties)
