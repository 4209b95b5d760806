"""Tokens that were seen before. A store is shared by all who accept tokens: workers, and machines."""

import threading
from collections import OrderedDict
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from security.saml.checks import expiry
from security.saml.policy import AssertionPolicy, Reuse
from security.saml.refusals import Check, Reason, TokenRefused
from security.saml.token import Token


class ReplayStoreFailed(Exception):
    """The store cannot say whether a token was seen; nothing is accepted then."""


class ReplayStore(Protocol):
    """Remembers keys for a while. One insert, atomic among all who share the store, decides."""

    def claim(self, key: bytes, owner: bytes, *, until: datetime, at: datetime) -> bytes | None:
        """Remembers `key` (32 bytes) and whose it is until `until`; the owner it has already, None when it is new.

        Raises `ReplayStoreFailed`.
        """
        ...


class InProcessReplays:
    """For one process, and tests. Bounded: when it is full of keys that still count, nothing is accepted."""

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._held: OrderedDict[bytes, tuple[float, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def claim(self, key: bytes, owner: bytes, *, until: datetime, at: datetime) -> bytes | None:
        now = at.timestamp()
        with self._lock:
            held = self._held.get(key)
            if held is not None and held[0] > now:
                return held[1]
            if len(self._held) >= self._most:
                self._sweep(now)
            self._held[key] = (until.timestamp(), owner)
            return None

    def _sweep(self, now: float) -> None:
        for key in [key for key, (until, _) in self._held.items() if until <= now]:
            del self._held[key]
        if len(self._held) >= self._most:
            raise ReplayStoreFailed(f"{self._most} tokens are remembered already")


def check_replay(token: Token, policy: AssertionPolicy, store: ReplayStore) -> None:
    """Check 17; raises `TokenRefused`. To be made last: what was refused for another reason is not used up.

    (issuer, ID) is bound to the TLS certificate it was first seen with; where an assertion may serve again, each
    MessageID may be seen once.
    """
    assertion, connection = token.assertion, token.connection
    until = expiry(token, policy) + 2 * policy.skew
    peer = b"" if connection.peer is None else sha256(connection.peer.der).digest()
    once = policy.reuse is Reuse.ONCE or (assertion.conditions is not None and assertion.conditions.one_time_use)
    try:
        if once:
            seen = store.claim(_key("once", assertion.issuer, assertion.id), peer, until=until, at=connection.at)
            if seen is not None:
                raise TokenRefused(Check.REPLAY, Reason.REPLAYED, f"the assertion {assertion.id} was used before")
            return
        held = store.claim(_key("bound", assertion.issuer, assertion.id), peer, until=until, at=connection.at)
        if held is not None and held != peer:
            raise TokenRefused(
                Check.REPLAY, Reason.REPLAYED, f"the assertion {assertion.id} was used with another TLS certificate"
            )
        key = _key("message", assertion.issuer, assertion.id, connection.message_id)
        if store.claim(key, peer, until=until, at=connection.at) is not None:
            raise TokenRefused(
                Check.REPLAY, Reason.REPLAYED, f"the assertion {assertion.id} came before with this wsa:MessageID"
            )
    except ReplayStoreFailed as error:
        raise TokenRefused(Check.REPLAY, Reason.REPLAY_UNKNOWN, str(error)) from None


def _key(*words: str) -> bytes:
    """A digest of the words, each with its length: no two sequences have one key."""
    return sha256(b"".join(b"%d:%b" % (len(each), each) for each in (word.encode() for word in words))).digest()
