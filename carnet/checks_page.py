"""docs/checks.md: every check between a client and the registry, in the order they are made."""

import ast
import inspect
from collections.abc import Iterable
from enum import Enum
from typing import Final

from carnet.gates import PREFIXES
from carnet.profiles import DMP_TRANSACTIONS
from dmp.lot_rules import LOT
from dmp.rules import FRENCH
from dmp.vihf import OFFICIAL, Leniency
from dmp.vihf.bad import BAD
from dmp.vihf.messages import ABOUT
from metadata.rules import BOOK
from security.refusals import Reason
from security.saml import Check
from security.tls import HANDSHAKE_SECONDS
from security.tlscontexts import SUITES

_BEGINNING: Final = """\
# The checks

Everything that stands between a client and the registry, in the order it is looked at: cheap before dear, the sender
before what is sent. What fails ends the message there, and leaves neither document nor entry behind. The page is
generated from the code; under `ihe` the steps apply that the settings ask for.

## 1. The connection

With `--tls-cert`: TLS 1.2 and 1.3, the whole handshake within {seconds:g} s. For TLS 1.2 (PDT-INF-579 v4, and the ECDSA
twins of its suites): {suites}.

With `--trust`: a client certificate that is good for `AUTH`. The reasons for which one is refused, here and wherever a
certificate is looked at, are on the page about [certificates](certificates.md): {reasons}. A refused handshake is
logged, and recorded in the [audit trail](audit.md). A connection may live longer than a revocation list: the
certificate is looked at again with each message.

Behind a proxy the certificate comes in the header `X-SSL-Client-Cert`, which is believed on the unix socket
`private-socket` alone, and only with `X-SSL-Client-Verify: SUCCESS`. Over TCP a message with this header is refused.

## 2. The message

HTTP, MIME, XML and SOAP within the limits of the [settings](configuration.md); WS-Addressing; an Action that is
offered. The profile `dmp` offers {transactions} and nothing else: metadata without a signed set, and identities, do
not come from outside.

## 3. The token

A VIHF under `dmp`; with `xua = accept` or `require` under `ihe` the same engine with the attributes of ITI-40. The
client is told a fault `Sender` with `wsse:InvalidSecurity` or `wsse:FailedAuthentication` (`DMPInvalidCertificate`,
namespace `{dmp}`, for a token signed with a key that is not for signing), one generic sentence and a reference; the log
has the reason under that reference, in French. `carnet vihf check` explains a token check by check, and `carnet vihf
make --bad NAME` makes each of the bad ones.

| check | what passes | source | the bad tokens it refuses |
|---|---|---|---|
"""

_LENIENT: Final = """
What official messages do and a strict reader refuses is accepted under a name. The number is that of the check. Those
marked • are on unless `vihf-leniencies` says otherwise; under `strict = true` none is.

| leniency | |
|---|---|
"""

_END: Final = """
## 4. The submission set (ITI-41)

Before a byte of a document is kept: documents and entries belong together, the patient of the VIHF is that of the set
and of each entry, the structure of the VIHF is among the authors. With the documents in the store: hash and size, then
the signature of the set. The {lot} rules, with their sources, are on the page about [signatures](rules-signature.md).
Where `coherence` is on, the header of each CDA document is compared with its entry after that.

## 5. The metadata

The {ihe} [rules of IHE](rules.md), and under `dmp` the {french} [rules of the DMP](rules-dmp.md): INS, authors,
structures, codes.

## 6. What is asked for

ITI-18: a query that names a patient names that of the VIHF; objects that are found by id are that patient's. ITI-43:
each document is registered for that patient. Anything else is refused as a whole, with a fault.
"""


def checks_page() -> str:
    """The page in Markdown."""
    rows = "".join(_row(check) for check in Check)
    told = _sentences(Leniency)
    leniencies = "".join(f"| `{each}`{' •' if each in OFFICIAL else ''} | {told[each.name]} |\n" for each in Leniency)
    return (
        _BEGINNING.format(
            seconds=HANDSHAKE_SECONDS,
            suites=_codes(SUITES),
            reasons=_codes(Reason),
            transactions=", ".join(sorted(DMP_TRANSACTIONS)),
            dmp=PREFIXES["dmp"],
        )
        + rows
        + _LENIENT
        + leniencies
        + _END.format(lot=sum(not each.id.startswith("lot.dsg.") for each in LOT), ihe=len(BOOK), french=len(FRENCH))
    )


def _row(check: Check) -> str:
    about = ABOUT[check]
    bad = _codes(each.name for each in BAD.values() if each.check is check)
    return f"| {check.value}. {about.title} | {about.right} | {about.section} | {bad} |\n"


def _codes(words: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in words)


def _sentences(kind: type[Enum]) -> dict[str, str]:
    """Member → the sentence written below it."""
    [definition] = ast.parse(inspect.getsource(kind)).body
    found: dict[str, str] = {}
    name = ""
    for statement in getattr(definition, "body", ()):
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and name:
            found[name] = " ".join(str(statement.value.value).split())
    return found
