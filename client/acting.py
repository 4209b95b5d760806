"""Who acts: the identity that opens connections, vouches for its messages and signs its submissions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from client.signing import SignsLots
from client.submission import SubmissionError
from dmp.ins import TEST, Ins, same_patient
from dmp.source import LotSigner, submitter
from dmp.vihf import Mode
from dmp.vihf.make import Wish, token
from metadata.model import Author
from security.certificates import TrustStore
from security.dsg import POLICIES
from security.identities import Identity
from security.saml import wsse_security
from security.tls import client_context
from soap.client import SoapClient

_PLAIN, _SECURE = "http://127.0.0.1:8080/", "https://127.0.0.1:8080/"
"""Where a server is when nobody says; one that asks for identities is there with TLS."""


@dataclass(frozen=True, slots=True)
class Acting:
    """An identity at work for one patient; a new token goes with each message."""

    identity: Identity
    file: Path
    """Where the identity was read from."""
    trust: Path
    """Directory of the authorities that vouch for servers, as of `--trust`."""
    patient_id: str = ""
    """CX of the INS; empty until it is known."""
    policy: str | None = None
    """How submissions are signed: `dmp-legacy`, `strict` or `dsg`; None: the usual way of the key."""
    structure: str = ""
    """Struct_IdNat that the person acts in; empty: as the certificate says."""
    mode: str | None = None
    """Of the VIHF: `DIRECTE` and so on; None: as the identity says."""
    name_id: str = ""
    """Who acts, in the modes where a structure vouches."""
    full_name: str = ""

    def for_patients(self, *patients: str | None) -> "Acting":
        """The same for the patient that a request is about. Raises `SubmissionError` when there are several."""
        acting = self
        for patient in filter(None, patients):
            if not acting.patient_id:
                acting = replace(acting, patient_id=patient)
            elif not same_patient(acting.patient_id, patient):
                raise SubmissionError(
                    "one identity acts for one patient at a time, and this is about another than --ins or the first "
                    "document says; run the command once for each"
                )
        return acting

    def client(self, url: str, timeout: float) -> SoapClient:
        """A client of one service. Raises ValueError for what is no URL, and `TrustStoreError`."""
        if url.startswith(_PLAIN):
            url = _SECURE + url.removeprefix(_PLAIN)
        tls = None
        if url.lower().startswith("https:"):
            tls = client_context(TrustStore.load(self.trust), self.identity.authentication)
        return SoapClient(url, timeout=timeout, tls=tls, headers=self.headers)

    def headers(self) -> Sequence[bytes]:
        """The VIHF of one message, in its wsse:Security header."""
        wish = Wish(
            self.identity,
            self.patient_id,
            datetime.now(UTC),
            Mode(self.mode) if self.mode else None,
            self.name_id,
            self.full_name,
            self.structure,
        )
        return (wsse_security(token(wish)),)

    def signer(self) -> SignsLots:
        return SignsLots(LotSigner.of(self.identity.signature, POLICIES[self.policy] if self.policy else None))

    def submitters(self, authors: Sequence[Author]) -> tuple[Author, ...]:
        """The author of a SubmissionSet whose first document is by `authors`."""
        return submitter(self.identity.signature.certificate, authors)


def patient_of(ins: str) -> str:
    """CX of a patient: a matricule INS of the test environment, or a CX as it is."""
    return ins if "^" in ins else str(next(iter(TEST.candidates(ins)), Ins(ins, "")))
