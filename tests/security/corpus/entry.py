"""The shortest gate an assertion can pass: the message, its one assertion, its certificate, its signature."""

from datetime import datetime

from security.certificates import TrustStore, Usage
from security.xmlsignature import Signed, assertion_of, read
from security.xmlsignature.parsing import Caps, parse

ENVELOPE = Caps(size=2 << 20, elements=20_000, depth=64, per_element=64)


def admit(message: bytes, trust: TrustStore, usage: Usage, at: datetime) -> Signed:
    """What the assertion of a message says and its signer vouches for.

    Raises `SignatureRefused` and `CertificateRefused`.
    """
    claimed = read(assertion_of(parse(message, ENVELOPE)))
    return claimed.verify(trust.validate(claimed.certificates[0], usage, at=at).certificate)
