"""TLS of the DMP: who may open a connection, and how. # PDT-INF-579"""

import functools
import socket
import ssl
from typing import Final
from urllib.parse import urlsplit

from conformance.answer import Answer
from conformance.cases._dmp import REGISTRY, Desk, dmp_case
from conformance.cases.dmp_vihf import served
from conformance.messages import names as n
from conformance.messages.envelope import Envelope
from conformance.messages.requests import stored_query
from conformance.model import Message
from conformance.trial import SIMPLE, NotRun, Trial
from conformance.wire.http import Line, head

PDT: Final = "PDT-INF-579; CI-SIS Transport synchrone"
CLOSED: Final = "the TLS handshake fails, or HTTP 401 or 403"
SUITES: Final = (
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
)
"""Of the DMP for TLS 1.2, and the same for keys on elliptic curves."""
_LOCALLY: Final = ("NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE", "UNSUPPORTED_SSL_VERSION")
"""How OpenSSL says that it has nothing of the kind to offer itself."""


def _asks(desk: Desk, line: Line) -> Answer:
    """A good search, over this connection."""
    trial = desk.trial
    body = stored_query(
        "FindDocuments",
        [("$XDSDocumentEntryPatientId", desk.patient), ("$XDSDocumentEntryStatus", [n.APPROVED])],
    )
    action = n.ACTIONS["ITI-18"][0]
    url = trial.url("ITI-18")
    content = Envelope(body, action, url, headers=desk.headers()).xml()
    content_type = SIMPLE.format(action=action)
    request = Message(head(url, [("Content-Type", content_type)], len(content)), content, content_type)
    return trial.send(url, request, n.LABELS["ITI-18"], "ITI-18", line=line)


def _turned_away(answer: Answer) -> None:
    """No connection, or an HTTP status that says so; never an answer to the request."""
    exchange = answer.exchange
    closed = exchange.status in (401, 403) or (exchange.status == 0 and "within" not in exchange.trouble)
    answer.check(
        "the connection is refused",
        closed,
        "TLS",
        CLOSED,
        exchange.trouble or f"HTTP {exchange.status}: {answer.summary}",
    )


@dmp_case(
    "dmp/tls/client-certificate/1",
    title=("Connects with a client certificate", "Se connecte avec un certificat client"),
    requirement=(
        "Whoever shows the authentication certificate of a card or a structure is let in.",
        "Qui présente le certificat d'authentification d'une carte ou d'une structure peut entrer.",
    ),
    section=PDT,
    passing="the handshake succeeds and the request is answered",
    needs=REGISTRY,
)
def with_certificate(trial: Trial) -> None:
    desk = Desk(trial)
    served(_asks(desk, desk.line(desk.holder.connects)))


@dmp_case(
    "dmp/tls/client-certificate/2",
    title=("Connects without a client certificate", "Se connecte sans certificat client"),
    requirement=(
        "Whoever shows no certificate is not let in, good token or not.",
        "Qui ne présente pas de certificat n'entre pas, même avec un bon jeton.",
    ),
    section=PDT,
    passing=CLOSED,
    needs=REGISTRY,
)
def without_certificate(trial: Trial) -> None:
    desk = Desk(trial)
    desk.heard()
    _turned_away(_asks(desk, desk.line(None)))


@dmp_case(
    "dmp/tls/client-certificate/3",
    title=("Connects with the key that signs", "Se connecte avec la clé de signature"),
    requirement=(
        "The certificate that signs does not open connections.",
        "Le certificat de signature n'ouvre pas de connexion.",
    ),
    section="IGC-Santé; PDT-INF-579",
    passing=CLOSED,
    needs=REGISTRY,
)
def with_signature_key(trial: Trial) -> None:
    desk = Desk(trial)
    desk.heard()
    trial.given(
        desk.holder.signs.certificate != desk.holder.connects.certificate, "the identity has one certificate for both"
    )
    _turned_away(_asks(desk, desk.line(desk.holder.signs)))


def _flawed(flaw: str, trial: Trial) -> None:
    desk = Desk(trial)
    desk.heard()
    name = "doctor" if desk.holder.is_card else "hospital"
    _turned_away(_asks(desk, desk.line(desk.given_keys.holder(f"bad/{name}-{flaw}").connects)))


for _number, _flaw, _what, _what_fr in (
    (4, "expired", "an expired certificate", "un certificat expiré"),
    (5, "not-yet-valid", "a certificate that is not valid yet", "un certificat pas encore valide"),
    (6, "revoked", "a revoked certificate", "un certificat révoqué"),
    (7, "wrong-usage", "a certificate for signing code", "un certificat de signature de code"),
    (8, "self-signed", "a self-signed certificate", "un certificat auto-signé"),
    (
        9,
        "stranger",
        "a certificate of another authority of the same name",
        "un certificat d'une autre autorité de même nom",
    ),
):
    dmp_case(
        f"dmp/tls/client-certificate/{_number}",
        title=(f"Connects with {_what}", f"Se connecte avec {_what_fr}"),
        requirement=(
            "A client certificate is valid, not revoked, of a known authority and for TLS; else nobody is let in.",
            "Un certificat client est valide, non révoqué, d'une autorité connue et pour TLS ; sinon personne n'entre.",
        ),
        section="PDT-INF-579; EX_AIR-080; RFC 5280 6",
        passing=CLOSED,
        needs=(*REGISTRY, "pki"),
    )(functools.partial(_flawed, _flaw))


def _handshake(trial: Trial, context: ssl.SSLContext) -> str:
    """What the target says to a handshake in this context: the protocol and the suite, or why not."""
    place = urlsplit(trial.url("ITI-18"))
    try:
        with (
            socket.create_connection((place.hostname or "", place.port or 443), trial.target.timeout) as plain,
            context.wrap_socket(plain, server_hostname=place.hostname) as secure,
        ):
            chosen = secure.cipher()
            return f"{secure.version()} {chosen[0] if chosen else ''}"
    except (OSError, ValueError) as error:
        if any(each in str(error) for each in _LOCALLY):
            raise NotRun(f"the TLS library of this machine has no {context.maximum_version.name} to offer") from None
        return f"refused: {error}"


def _context(desk: Desk, version: ssl.TLSVersion, suites: str) -> ssl.SSLContext:
    context = desk.context(desk.holder.connects)
    try:
        context.minimum_version = version
        context.maximum_version = version
        context.set_ciphers(suites)
    except (ValueError, ssl.SSLError):
        raise NotRun(f"the TLS library of this machine has no {version.name} to offer") from None
    return context


@dmp_case(
    "dmp/tls/version/1",
    title=("Connects with TLS 1.2", "Se connecte en TLS 1.2"),
    requirement=(
        "TLS 1.2 is spoken, with at least one of the cipher suites of the DMP.",
        "TLS 1.2 est accepté, avec au moins une des suites cryptographiques du DMP.",
    ),
    section="PDT-INF-579",
    passing="TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384",
    needs=REGISTRY,
)
def tls12(trial: Trial) -> None:
    desk = Desk(trial)
    got = _handshake(trial, _context(desk, ssl.TLSVersion.TLSv1_2, ":".join(SUITES)))
    trial.check("a connection is made", got.startswith("TLSv1.2 "), where="TLS", expected="TLSv1.2", got=got)


@dmp_case(
    "dmp/tls/version/2",
    title=("Connects with TLS 1.1", "Se connecte en TLS 1.1"),
    requirement=("TLS 1.1 and older are not spoken.", "TLS 1.1 et les versions antérieures ne sont pas acceptés."),
    section="PDT-INF-579; RFC 8996",
    passing="the handshake fails",
    needs=REGISTRY,
)
def tls11(trial: Trial) -> None:
    desk = Desk(trial)
    good = _handshake(trial, _context(desk, ssl.TLSVersion.TLSv1_2, ":".join(SUITES)))
    trial.given(good.startswith("TLSv1.2 "), f"no connection of TLS 1.2 is made: {good}")
    got = _handshake(trial, _context(desk, ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0"))
    trial.check("no connection is made", got.startswith("refused"), where="TLS", expected="a refusal", got=got)


@dmp_case(
    "dmp/tls/suites/1",
    title=(
        "Connects with suites that keep no forward secrecy",
        "Se connecte avec des suites sans confidentialité persistante",
    ),
    requirement=(
        "Suites without ephemeral keys, and those with CBC and SHA-1 or 3DES, are not among those of the DMP.",
        "Les suites sans clés éphémères, et celles en CBC avec SHA-1 ou 3DES, ne sont pas de celles du DMP.",
    ),
    section="PDT-INF-579",
    passing="the handshake fails",
    needs=REGISTRY,
)
def weak_suites(trial: Trial) -> None:
    desk = Desk(trial)
    good = _handshake(trial, _context(desk, ssl.TLSVersion.TLSv1_2, ":".join(SUITES)))
    trial.given(good.startswith("TLSv1.2 "), f"no connection of TLS 1.2 is made: {good}")
    weak = "AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA:AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0"
    got = _handshake(trial, _context(desk, ssl.TLSVersion.TLSv1_2, weak))
    trial.check("no connection is made", got.startswith("refused"), where="TLS", expected="a refusal", got=got)


@dmp_case(
    "dmp/tls/plain/1",
    title=("Speaks HTTP without TLS", "Parle HTTP sans TLS"),
    requirement=("Without TLS nothing is answered.", "Sans TLS, rien n'est répondu."),
    section=PDT,
    passing="the connection is closed, or HTTP 400 at most",
    needs=REGISTRY,
)
def plain(trial: Trial) -> None:
    desk = Desk(trial)
    desk.heard()
    url = trial.url("ITI-18").replace("https://", "http://", 1)
    content = b"<x/>"
    request = Message(head(url, [("Content-Type", "application/soap+xml")], len(content)), content)
    answer = trial.send(url, request, n.LABELS["ITI-18"], "ITI-18")
    status = answer.exchange.status
    answer.check(
        "there is no answer but a refusal",
        (status == 0 and "within" not in answer.exchange.trouble) or status >= 400 or 300 <= status < 400,
        "HTTP",
        "none",
        answer.exchange.trouble or f"HTTP {status}",
    )
