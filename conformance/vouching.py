"""For a target that asks every caller for an XUA assertion: one of the identity, new with each message."""

import functools
from pathlib import Path

from conformance.messages import xua
from security.identities import Identity
from security.issuing import CertifiedKey
from security.keyfiles import KeyFileError

PATIENT = "conformance^^^&1.2.250.1.999.1&ISO"


class CannotVouch(ValueError):
    """The identity cannot sign assertions; the sentence says why."""


def header(identity: Path | None, password: str, audience: str) -> bytes:
    """The wsse:Security header block for `audience`. Raises `CannotVouch`. # ITI TF-2 3.40.4.1.2"""
    if identity is None:
        raise CannotVouch("--xua needs an identity that signs the assertions: --identity FILE")
    signer = _signer(identity, password)
    return xua.header(xua.certified(xua.usual(signer, audience, PATIENT), signer))


@functools.cache
def _signer(identity: Path, password: str) -> CertifiedKey:
    try:
        return Identity.load(identity, password or None).signature
    except KeyFileError as error:
        raise CannotVouch(str(error)) from None
