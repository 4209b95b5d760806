"""Requests with assertions, good and bad, and whether the target asks for them at all."""

import functools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from conformance.answer import Answer
from conformance.messages import names as n
from conformance.messages import xua
from conformance.messages.dmp.tokens import attacks
from conformance.messages.objects import new_oid, new_uuid
from conformance.resilience import told
from conformance.trial import NotRun, Trial
from security.identities import Identity
from security.issuing import CertifiedKey
from security.keyfiles import KeyFileError

OPTIONAL: Final = "xua"
NEEDS: Final = ("identity",)
PATIENT: Final = "xua-test^^^&1.2.250.1.999.1&ISO"


@dataclass
class Desk:
    """Who vouches for the user of a case, and what for."""

    trial: Trial
    at: datetime = field(default_factory=xua.moments_ago)

    @property
    def transaction(self) -> str:
        return "ITI-18" if self.trial.target.registry else "ITI-43"

    @property
    def audience(self) -> str:
        return self.trial.target.audience or self.trial.url(self.transaction)

    @functools.cached_property
    def signer(self) -> CertifiedKey:
        """The key of the identity that signs. Raises `NotRun`."""
        target = self.trial.target
        if target.identity is None:
            raise NotRun("it needs an identity: --identity FILE")
        return self._loaded(target.identity, target.password).signature

    def flawed(self, flaw: str) -> CertifiedKey:
        """The signature key of somebody whose certificate has that flaw."""
        return self._bad(flaw).signature

    def connecting(self) -> CertifiedKey:
        """The key of the identity that opens connections: it does not sign."""
        target = self.trial.target
        if target.identity is None:
            raise NotRun("it needs an identity: --identity FILE")
        return self._loaded(target.identity, target.password).authentication

    def _bad(self, flaw: str) -> Identity:
        target = self.trial.target
        if target.pki is None:
            raise NotRun("it needs --pki DIR, with the bad certificates of `carnet pki init`")
        own = "doctor" if "doctor" in (target.identity or Path("")).name else "hospital"
        return self._loaded(target.pki / "identities" / "bad" / f"{own}-{flaw}.p12", "")

    def _loaded(self, file: Path, password: str) -> Identity:
        memory = self.trial.session.memory
        if f"identity {file}" not in memory:
            try:
                memory[f"identity {file}"] = Identity.load(file, password or None)
            except KeyFileError as error:
                raise NotRun(str(error)) from None
        loaded: Identity = memory[f"identity {file}"]
        return loaded

    @property
    def good(self) -> xua.Token:
        return xua.usual(self.signer, self.audience, PATIENT, self.at)

    def signed(self, token: xua.Token | None = None, signer: CertifiedKey | None = None) -> str:
        return xua.certified(token or self.good, signer or self.signer)

    def attacked(self, attack: attacks.Attack) -> str:
        return attacks.applied(attack, self.signed())

    def asks(self, content: str | None, label: str, *, preparation: bool = False) -> Answer:
        """An ordinary question under this assertion; None: without a Security header."""
        headers = () if content is None else (xua.header(content),)
        if self.transaction == "ITI-18":
            asked = [("$XDSDocumentEntryEntryUUID", [new_uuid()])]
            return self.trial.query("GetDocuments", asked, headers=headers, label=label, preparation=preparation)
        return self.trial.retrieve((new_oid(), new_oid()), headers=headers, label=label, preparation=preparation)


def is_let_in(answer: Answer) -> bool:
    return not isinstance(answer.opened, str) and not answer.fault and answer.status in (n.SUCCESS, n.FAILURE)


def admitted(answer: Answer) -> Answer:
    """The question is answered as such, not refused for its assertion."""
    return answer.check("the assertion is accepted", is_let_in(answer), "soap:Body", "an answer", told(answer))


def shut_out(answer: Answer) -> Answer:
    """Nothing but a fault is given."""
    return answer.faults()


def in_force(desk: Desk) -> None:
    """Ends the case as NOT SUPPORTED where callers need no assertion and nobody looks at a hopeless one.

    Unless the target is said to ask for assertions (`--xua`): then it must.
    An assertion that expired long ago, for somebody else, with an invented signature: who takes it, takes any.
    """
    memory = desk.trial.session.memory
    if "xua" not in memory:
        without = desk.asks(None, "Does it ask for an assertion?", preparation=True)
        token = xua.usual(desk.signer, "urn:conformance:somebody:else", PATIENT, desk.at - timedelta(days=4000))
        hopeless = attacks.applied(attacks.invented_value, desk.signed(token))
        with_it = desk.asks(hopeless, "Does it look at a hopeless one?", preparation=True)
        memory["xua required"] = not is_let_in(without)
        memory["xua"] = not (is_let_in(without) and is_let_in(with_it))
    if not memory["xua"] and not desk.trial.target.xua:
        desk.trial.not_supported("it answers without an assertion, and takes a hopeless one: XUA is not in force")


def good_is_taken(desk: Desk) -> None:
    """What is refused for one reason must be accepted without it: else the case would prove nothing."""
    memory = desk.trial.session.memory
    if not memory.get("xua good"):
        answer = desk.asks(desk.signed(), "The same as it should be", preparation=True)
        desk.trial.given(is_let_in(answer), "a good assertion is not taken", answer)
        memory["xua good"] = True
