"""Assertions proved lately. A signature is not checked twice on the same bytes over the same kind of connection."""

import threading
from collections import OrderedDict
from datetime import datetime
from hashlib import sha256

from security.certificates import TrustStore
from security.saml.token import Proved


def key_of(octets: bytes, certificate: bytes | None, audience: str) -> bytes:
    """Of the exact bytes of the Security header, the TLS peer, and who is asked. Never of an identifier."""
    peer = b"" if certificate is None else sha256(certificate).digest()
    return sha256(b"%d:%b%d:%b%b" % (len(octets), octets, len(peer), peer, audience.encode())).digest()


class AssertionCache:
    """What was proved under one trust store: another one, made when a list or an anchor changes, empties it."""

    def __init__(self, most: int = 4096) -> None:
        self._most = most
        self._store: TrustStore | None = None
        self._held: OrderedDict[bytes, tuple[datetime, Proved]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: bytes, store: TrustStore, at: datetime) -> Proved | None:
        with self._lock:
            self._swap(store)
            held = self._held.get(key)
            if held is None:
                return None
            if at >= held[0]:
                del self._held[key]
                return None
            self._held.move_to_end(key)
            return held[1]

    def put(self, key: bytes, store: TrustStore, proved: Proved, until: datetime) -> None:
        with self._lock:
            if self._store is not store:
                return  # proved under a store that was replaced meanwhile
            self._held[key] = (until, proved)
            if len(self._held) > self._most:
                self._held.popitem(last=False)

    def _swap(self, store: TrustStore) -> None:
        if self._store is not store:
            self._held.clear()
            self._store = store

    def __len__(self) -> int:
        return len(self._held)
