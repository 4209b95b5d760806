"""TLS: who gets a connection. # ITI TF-2 3.19; RFC 5280 6"""

import functools
import ssl
from dataclasses import dataclass
from typing import Final

from conformance.book import case
from conformance.cases._tls import (
    EVERY,
    MUTUAL,
    SERVED,
    UNKNOWN,
    asks,
    authority,
    first,
    is_served,
    is_shut_out,
    own,
    still_served,
    with_identity,
)
from conformance.model import MUST, SHOULD, Level
from conformance.trial import NotRun, Trial
from security.identities import Identity
from security.keyfiles import KeyFileError
from security.tlscontexts import present

CHAIN: Final = "RFC 5280 6; ITI TF-2 3.19.6.1"
USAGE: Final = "RFC 5280 4.2.1.12; ITI TF-2 3.19.6.1.3"
_OF_THE_NAME: Final = ("Hostname mismatch", "IP address mismatch", "doesn't match")
"""How OpenSSL says that a certificate is somebody else's."""


@case(
    "tls/3.19.6/1",
    title="Connects with its certificate",
    title_fr="Se connecte avec son certificat",
    requirement="A client whose certificate is trusted is served.",
    requirement_fr="Un client dont le certificat est de confiance est servi.",
    section=MUTUAL,
    passing=SERVED,
    profiles=EVERY,
    needs=["tls", "identity"],
    covers=["tls.mutual"],
)
def with_certificate(trial: Trial) -> None:
    is_served(asks(trial, own(trial), "With the certificate of the identity"))


@case(
    "tls/3.19.6/2",
    title="Connects without a certificate",
    title_fr="Se connecte sans certificat",
    requirement="Both sides of a connection authenticate themselves: a client without a certificate is refused.",
    requirement_fr="Les deux côtés d'une connexion s'authentifient : un client sans certificat est refusé.",
    section=MUTUAL,
    passing=UNKNOWN,
    profiles=EVERY,
    needs=["tls", "identity"],
    optional="mutual-tls",
    covers=["tls.mutual"],
)
def without_certificate(trial: Trial) -> None:
    usual = first(trial)
    is_shut_out(asks(trial, with_identity(trial, None), "Without a certificate"), usual)
    still_served(trial)


@case(
    "tls/rfc6125-6/1",
    title="Compares the server's certificate with its name",
    title_fr="Compare le certificat du serveur à son nom",
    requirement="The server's certificate is in force, of an authority that is trusted, and should name the host.",
    requirement_fr="Le certificat du serveur est en vigueur, d'une autorité de confiance, et devrait nommer l'hôte.",
    section="ITI TF-2 3.19.6.1, 3.19.6.1.3, 3.19.6.1.4; RFC 6125 6",
    passing=SERVED,
    profiles=EVERY,
    needs=["tls"],
    covers=["tls.server-certificate"],
)
def server_certificate(trial: Trial) -> None:
    answer = asks(trial, own(trial), "With the name and chain of the server checked")
    trouble = answer.exchange.trouble
    if any(words in trouble for words in _OF_THE_NAME):
        # the framework has clients compare names only as an option
        answer.check("the server's certificate names the host", False, "TLS", "its name", trouble, SHOULD)
        return
    doubted = "certificate is not to be believed" in trouble
    answer.check("the server's certificate is good", not doubted, "TLS", "good", trouble)
    is_served(answer)


@dataclass(frozen=True, slots=True)
class Bad:
    """A client certificate that must not open a connection."""

    id: str
    flaw: str
    """Of the file in `pki/identities/bad`."""
    what: str
    what_fr: str
    section: str = CHAIN
    level: Level = MUST


BAD: Final = (
    Bad("tls/rfc5280-6/1", "expired", "has expired", "a expiré"),
    Bad("tls/rfc5280-6/2", "not-yet-valid", "is not valid yet", "n'est pas encore valide"),
    Bad("tls/rfc5280-6/3", "revoked", "was revoked", "est révoqué"),
    # the framework wants no demands made on what stands in a certificate, RFC 5280 wants its purposes kept
    Bad("tls/rfc5280-6/4", "wrong-usage", "is not one for clients", "n'est pas celui d'un client", USAGE, SHOULD),
    Bad("tls/rfc5280-6/5", "self-signed", "nobody vouches for", "n'est garanti par personne"),
    Bad(
        "tls/rfc5280-6/6",
        "stranger",
        "is of another authority with the same name",
        "vient d'une autre autorité du même nom",
    ),
)


def refuses_bad(bad: Bad, trial: Trial) -> None:
    usual = first(trial)
    files = [authority(trial) / "identities" / "bad" / f"{name}-{bad.flaw}.p12" for name in ("hospital", "doctor")]
    found = [file for file in files if file.is_file()]
    if not found:
        raise NotRun(f"there is no identity {bad.flaw} in {authority(trial)}/identities/bad")
    is_shut_out(asks(trial, with_identity(trial, found[0]), f"With the certificate {found[0].stem}"), usual)
    still_served(trial)


for _bad in BAD:
    case(
        _bad.id,
        title=f"Connects with a certificate that {_bad.what}",
        title_fr=f"Se connecte avec un certificat qui {_bad.what_fr}",
        requirement="A client whose certificate does not hold is refused, or is told nothing but that.",
        requirement_fr="Un client dont le certificat ne tient pas est refusé, ou n'apprend rien d'autre.",
        section=_bad.section,
        level=_bad.level,
        passing=UNKNOWN,
        profiles=EVERY,
        needs=["tls", "identity", "pki"],
        optional="mutual-tls",
        covers=["tls.client-certificate" if _bad.level is MUST else "tls.client-certificate.usage"],
    )(functools.partial(refuses_bad, _bad))


@case(
    "tls/rfc5280-4.2.1/1",
    title="Connects with the certificate that signs",
    title_fr="Se connecte avec le certificat de signature",
    requirement="The certificate of a signature key, which is not for clients of TLS, opens no connection.",
    requirement_fr="Le certificat d'une clé de signature, qui n'est pas pour TLS, n'ouvre aucune connexion.",
    section="RFC 5280 4.2.1.3, 4.2.1.12; ITI TF-2 3.19.6.1.3",
    level=SHOULD,
    passing=UNKNOWN,
    profiles=EVERY,
    needs=["tls", "identity", "pki"],
    optional="mutual-tls",
    covers=["tls.client-certificate.usage"],
)
def signing_certificate(trial: Trial) -> None:
    usual = first(trial)
    context = with_identity(trial, None)
    try:
        present(context, Identity.load(authority(trial) / "identities" / "doctor.p12").signature)
    except (KeyFileError, ssl.SSLError, OSError) as error:
        raise NotRun(str(error)) from None
    is_shut_out(asks(trial, context, "With the certificate of the signature key"), usual)
    still_served(trial)
