"""TLS: by which protocol and cipher suite one connects, and connections that lead nowhere. # RFC 8996; RFC 9325"""

import contextlib
import functools
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from conformance.answer import Answer
from conformance.book import case
from conformance.cases._tls import (
    EVERY,
    REFUSED,
    SERVED,
    asks,
    first,
    fresh,
    is_served,
    is_shut_out,
    own,
    secure,
    still_served,
)
from conformance.model import MUST, SHOULD, Level
from conformance.trial import NotRun, Trial

VERSIONS: Final = "RFC 8996 4, 5; RFC 9325 3.1.1"
SUITES: Final = "RFC 9325 4.1"
_LOCALLY: Final = ("NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE", "UNSUPPORTED_SSL_VERSION")
"""How OpenSSL says that it has nothing of the kind to offer itself."""


def _only(context: ssl.SSLContext, version: ssl.TLSVersion, suites: str = "ALL:@SECLEVEL=0") -> ssl.SSLContext:
    """That context, offering one version of TLS alone."""
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # whom we speak to is not the question here
    with contextlib.suppress(ValueError):
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = version
    context.minimum_version = version
    context.set_ciphers(suites)
    return context


def _offered(answer: Answer) -> Answer:
    """The answer, unless our own OpenSSL had nothing to offer. Raises `NotRun`."""
    trouble = answer.exchange.trouble
    if any(each in trouble for each in _LOCALLY):
        raise NotRun("the TLS library of this machine cannot offer it any more")
    return answer


@dataclass(frozen=True, slots=True)
class Version:
    """A version of TLS, and whether it is to be spoken."""

    id: str
    name: str
    version: ssl.TLSVersion
    spoken: bool
    level: Level = MUST


SPOKEN: Final = (
    Version("tls/rfc8996-4/1", "TLS 1.0", ssl.TLSVersion.TLSv1, False),
    Version("tls/rfc8996-5/1", "TLS 1.1", ssl.TLSVersion.TLSv1_1, False),
    Version("tls/rfc9325-3.1.1/1", "TLS 1.2", ssl.TLSVersion.TLSv1_2, True),
    Version("tls/rfc9325-3.1.1/2", "TLS 1.3", ssl.TLSVersion.TLSv1_3, True, SHOULD),
)


def speaks(version: Version, trial: Trial) -> None:
    first(trial)
    try:
        suites = "DEFAULT" if version.spoken else "ALL:@SECLEVEL=0"
        context = _only(fresh(trial), version.version, suites)
    except (ValueError, ssl.SSLError) as error:
        raise NotRun(f"the TLS library of this machine cannot offer {version.name}: {error}") from None
    answer = _offered(asks(trial, context, f"With {version.name} alone"))
    (is_served if version.spoken else is_shut_out)(answer)
    still_served(trial)


for _version in SPOKEN:
    _verb, _verb_fr = ("is", "est") if _version.spoken else ("is not", "n'est pas")
    case(
        _version.id,
        title=f"Offers {_version.name} alone",
        title_fr=f"Ne propose que {_version.name}",
        requirement=f"{_version.name} {_verb} spoken.",
        requirement_fr=f"{_version.name} {_verb_fr} parlé.",
        section=VERSIONS,
        passing=SERVED if _version.spoken else REFUSED,
        level=_version.level,
        asks="IETF",
        profiles=EVERY,
        needs=["tls"],
        covers=["tls.versions"],
    )(functools.partial(speaks, _version))


AGREED: Final = {
    1: ("128 bits and SHA-256", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256"),
    2: ("256 bits and SHA-384", "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384"),
}
"""Suites that everybody must have; that of ECDSA serves where the key of the server is none of RSA."""


def speaks_agreed(suites: str, trial: Trial) -> None:
    first(trial)
    try:
        context = _only(fresh(trial), ssl.TLSVersion.TLSv1_2, suites)
    except (ValueError, ssl.SSLError) as error:
        raise NotRun(f"the TLS library of this machine cannot offer them: {error}") from None
    is_served(_offered(asks(trial, context, f"With {suites} alone")))


for _ordinal, (_what, _suites) in AGREED.items():
    case(
        f"tls/3.19.6.2.3/{_ordinal}",
        title=f"Offers ECDHE with AES-GCM of {_what} alone",
        requirement="The suites of TLS 1.2 that the framework names are spoken.",
        section="ITI TF-2 3.19.6.2.3",
        passing=SERVED,
        needs=["tls"],
        covers=["tls.suites.agreed"],
    )(functools.partial(speaks_agreed, _suites))


@dataclass(frozen=True, slots=True)
class Weak:
    """Cipher suites that must not be used, as OpenSSL names them."""

    id: str
    what: str
    what_fr: str
    suites: str
    level: Level = MUST


WEAK: Final = (
    Weak("tls/rfc9325-4.1/1", "suites without encryption", "des suites sans chiffrement", "eNULL:@SECLEVEL=0"),
    Weak("tls/rfc9325-4.1/2", "suites without authentication", "des suites sans authentification", "aNULL:@SECLEVEL=0"),
    Weak("tls/rfc9325-4.1/3", "RC4, DES and 3DES", "RC4, DES et 3DES", "RC4:DES:3DES:@SECLEVEL=0"),
    Weak("tls/rfc9325-4.1/4", "export suites", "des suites d'exportation", "EXPORT:LOW:@SECLEVEL=0"),
    Weak(
        "tls/rfc9325-4.1/5",
        "suites without forward secrecy",
        "des suites sans confidentialité persistante",
        "kRSA:!aNULL:!eNULL:@SECLEVEL=0",
        SHOULD,
    ),
    Weak(
        "tls/rfc9325-4.2/1",
        "suites with SHA-1 in CBC mode",
        "des suites CBC avec SHA-1",
        "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0",
        SHOULD,
    ),
)


def refuses_weak(weak: Weak, trial: Trial) -> None:
    first(trial)
    try:
        context = _only(fresh(trial), ssl.TLSVersion.TLSv1_2, weak.suites)
    except (ValueError, ssl.SSLError):
        raise NotRun(f"the TLS library of this machine has no {weak.what} any more") from None
    is_shut_out(_offered(asks(trial, context, f"With {weak.what} alone")))
    still_served(trial)


for _weak in WEAK:
    case(
        _weak.id,
        title=f"Offers {_weak.what} alone",
        title_fr=f"Ne propose que {_weak.what_fr}",
        requirement="Cipher suites that protect badly, or not at all, are not used.",
        requirement_fr="Les suites qui protègent mal, ou pas du tout, ne sont pas utilisées.",
        section=SUITES,
        passing=REFUSED,
        level=_weak.level,
        asks="IETF",
        profiles=EVERY,
        needs=["tls"],
        covers=["tls.suites"],
    )(functools.partial(refuses_weak, _weak))


@case(
    "tls/3.19.6/3",
    title="Sends a request without TLS to the TLS port",
    title_fr="Envoie une requête sans TLS au port TLS",
    requirement="Nothing is answered without TLS where TLS is spoken.",
    requirement_fr="Rien n'est répondu sans TLS là où l'on parle TLS.",
    section="ITI TF-2 3.19.5, 3.19.6.2",
    passing=REFUSED,
    profiles=EVERY,
    needs=["tls"],
    covers=["tls.no-plain"],
)
def plain(trial: Trial) -> None:
    first(trial)
    place = urlsplit(trial.url(secure(trial)))
    url = place._replace(scheme="http", netloc=f"{place.hostname}:{place.port or 443}").geturl()
    is_shut_out(asks(trial, own(trial), "Without TLS", url=url))
    still_served(trial)


@contextlib.contextmanager
def _left_open(trial: Trial, count: int, begins: bytes) -> Iterator[list[socket.socket]]:
    """So many connections that say `begins` and then nothing."""
    place = urlsplit(trial.url(secure(trial)))
    held: list[socket.socket] = []
    try:
        for _ in range(count):
            held.append(socket.create_connection((place.hostname or "", place.port or 443), trial.target.timeout))
            held[-1].sendall(begins)
        yield held
    finally:
        for each in held:
            each.close()


@dataclass(frozen=True, slots=True)
class Stalled:
    """Connections that keep a server waiting."""

    id: str
    what: str
    what_fr: str
    begins: bytes


STALLED: Final = (
    Stalled(
        "tls/robustness/1",
        "Begins eight handshakes and lets them stand",
        "Commence huit négociations et les laisse en suspens",
        b"\x16\x03\x01\x02\x00\x01",
    ),
    Stalled(
        "tls/robustness/2",
        "Opens eight connections and says nothing",
        "Ouvre huit connexions et ne dit rien",
        b"",
    ),
    Stalled(
        "tls/robustness/3",
        "Sends noise in the place of eight handshakes",
        "Envoie du bruit à la place de huit négociations",
        bytes(range(255, 0, -1)) * 4,
    ),
)


def bears(stalled: Stalled, trial: Trial) -> None:
    first(trial)
    with _left_open(trial, 8, stalled.begins):
        still_served(trial)


for _stalled in STALLED:
    case(
        _stalled.id,
        title=_stalled.what,
        title_fr=_stalled.what_fr,
        requirement="Handshakes that do not end keep nobody else from being served.",
        requirement_fr="Des négociations qui ne finissent pas n'empêchent personne d'être servi.",
        section="OWASP ASVS 9.1; RFC 9325 3",
        passing=SERVED,
        level=SHOULD,
        asks="OWASP",
        profiles=EVERY,
        needs=["tls"],
        covers=["tls.robust"],
    )(functools.partial(bears, _stalled))
