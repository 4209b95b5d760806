"""How a server stands to its callers, as the banner, the page and the log say it."""

from dataclasses import dataclass
from pathlib import Path

from carnet.sandbox import WARNING, authority_of
from carnet.settings import Settings


@dataclass(frozen=True, slots=True)
class Standing:
    """Who may call, in words."""

    sentence: str
    warning: str = ""
    trust: Path | None = None
    """Where the certificates are that clients are held to."""
    transactions: frozenset[str] | None = None
    """Those that are offered; None: all."""
    options: str = ""
    """What `carnet send` needs beside the URL."""

    def told(self, transactions: str) -> str:
        """Those of `transactions`, separated by blanks, that are offered."""
        return " ".join(each for each in transactions.split() if self.offers(each))

    def offers(self, transaction: str) -> bool:
        return self.transactions is None or transaction in self.transactions


OPEN = Standing("open to every caller, for test benches and closed networks")


def standing_of(settings: Settings) -> Standing:
    """For settings that can be used together."""
    if settings.profile == "dmp":
        from carnet.profiles import DMP_TRANSACTIONS

        sentence = "profile dmp: mutual TLS, VIHF, INS, signed submission sets"
        if not settings.sandbox:
            return Standing(sentence, "", settings.trust, DMP_TRANSACTIONS, " --identity FILE.p12")
        pki = authority_of(settings.data)
        identity = f" --identity {pki / 'identities' / 'doctor.p12'}"
        return Standing(sentence, WARNING, pki, DMP_TRANSACTIONS, identity)
    if settings.trust is not None:
        return Standing("clients show a certificate", "", settings.trust)
    if settings.tls_cert is not None:
        return Standing("https, open to every caller")
    return OPEN
