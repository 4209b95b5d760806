"""The gate of the DMP: a VIHF in each message, over a connection that a card or a structure opened."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from dmp.vihf.caller import VihfCaller
from dmp.vihf.checks import demands, steps
from dmp.vihf.messages import french
from dmp.vihf.options import VihfOptions
from dmp.vihf.vihf import vihf_of
from security.certificates import Reason as CertificateReason
from security.gate import Credentials, Refused
from security.saml import Admission, Check, ReplayStore, TokenRefused, Trust, claimed_caller
from security.saml.admission import now

INVALID_CERTIFICATE: Final = "dmp:DMPInvalidCertificate"
"""Fault subcode when the VIHF is signed with a certificate that is not for signing."""
_NOT_FOR_SIGNING: Final = "Not a valid signature certificate"


class VihfGate:
    """Lets in whoever brings a VIHF that holds; a `security.gate.Gate`."""

    def __init__(
        self,
        trust: Trust,
        options: VihfOptions,
        replays: ReplayStore,
        *,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.options = options
        self.admission = Admission(
            trust, options.policy(), replays, demands=demands(options), steps=steps(options), clock=clock
        )

    def admit(self, credentials: Credentials) -> VihfCaller:
        """Raises `Refused`: to the client little, in `reason` everything, in French."""
        try:
            token = self.admission.token(credentials)
            return VihfCaller.of(token, vihf_of(token, self.options))
        except TokenRefused as error:
            raise refused(error, credentials) from None


def refused(error: TokenRefused, credentials: Credentials) -> Refused:
    """A refusal as the client and the log see it."""
    code, told = error.subcode, error.told
    if error.check is Check.CERTIFICATE and error.reason is CertificateReason.WRONG_USAGE:
        code, told = INVALID_CERTIFICATE, _NOT_FOR_SIGNING
    return Refused(code, told, reason=french(error), claimed=claimed_caller(credentials))
