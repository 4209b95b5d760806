"""The caller that a VIHF names, and the two checks that wait for what the body says."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dmp.identifiers import structures
from dmp.ins import same_patient
from dmp.vihf.names import PURPOSE, Mode, PurposeOfUse
from dmp.vihf.vihf import Software, Vihf
from metadata.model import Author
from security.gate import Caller, Refused
from security.saml import Check, Reason, Token, TokenRefused
from security.xua import coded

NO_AUTHOR_INSTITUTION = "Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF"
"""As the DMP says it, to the client as well."""


@dataclass(frozen=True, slots=True)
class VihfCaller(Caller):
    """A professional or a structure, as the VIHF and the certificates say."""

    mode: Mode = Mode.INDIRECTE
    version: str = ""
    sector: str = ""
    """`SA07`."""
    purpose: PurposeOfUse = PurposeOfUse.NORMAL
    secret: bool = False
    """A minor's "connexion secrète"."""
    signed: bool = False
    software: Software = field(default_factory=lambda: Software("", "", ""))

    @classmethod
    def of(cls, token: Token, vihf: Vihf) -> "VihfCaller":
        assertion, peer, signer = token.assertion, token.connection.peer, token.signer
        return cls(
            name=assertion.name_id,
            certificate=None if peer is None else peer.der,
            issuer=assertion.issuer,
            alias=assertion.alias,
            full_name=vihf.full_name,
            roles=vihf.roles,
            organisation=vihf.structure,
            purposes_of_use=coded(token.assertion, PURPOSE),
            patient_id=vihf.patient_id,
            assertion_id=assertion.id,
            signer=None if signer is None else signer.der,
            mode=vihf.mode,
            version=vihf.version,
            sector=vihf.sector,
            purpose=vihf.purpose,
            secret=vihf.secret,
            signed=signer is not None,
            software=vihf.software,
        )

    def require_patient(self, *patients: str) -> None:
        """Every patient of the request, as CX, is the one the VIHF was made for. Raises `Refused`.

        To be called for each submission and each query that names patients, and for the entries of what is retrieved.
        """
        if not self.patient_id:
            raise _refused(Reason.PATIENT_MISMATCH, "le VIHF n'a pas de resource-id ; la requête concerne un patient")
        own = self.patient_id
        if any(each != own and not same_patient(own, each) for each in patients):
            raise _refused(Reason.PATIENT_MISMATCH, "le patient de la requête n'est pas celui du VIHF (resource-id)")

    def require_structure(self, authors: Iterable[Author]) -> None:
        """In the indirect modes some author of the set is of the structure of the VIHF. Raises `Refused`."""
        if not self.mode.direct and self.organisation not in structures(authors):
            raise Refused(
                "wsse:FailedAuthentication",
                NO_AUTHOR_INSTITUTION,
                reason=f"{NO_AUTHOR_INSTITUTION} : Identifiant_Structure est {self.organisation}",
            )


def _refused(reason: Reason, detail: str) -> Refused:
    return TokenRefused(Check.ATTRIBUTES, reason, detail).refused()
