"""A registry elsewhere, over TLS: whom to believe and what to show follow their files without a restart."""

import threading
from collections.abc import Callable, Sequence

from metadata.ebrim import RegistryObject
from metadata.errors import RegistryResponse
from repository.forwarding import Also, RegistryLink
from security.certificates import LiveTrust, TrustStore


class TlsRegistry:
    """A `RegistryLink` that is made again when the trust store changes; calls under way keep theirs."""

    atomic = False

    def __init__(self, trust: LiveTrust, make: Callable[[TrustStore], RegistryLink]) -> None:
        """`make` is called at once, with the store as it stands: what it raises is raised here."""
        self._trust, self._make = trust, make
        self._lock = threading.Lock()
        self._made = (trust.value, make(trust.value))

    def register(self, objects: Sequence[RegistryObject], *, also: Also | None = None) -> RegistryResponse:
        return self._link().register(objects, also=also)

    def holds(self, unique_id: str) -> bool:
        return self._link().holds(unique_id)

    def _link(self) -> RegistryLink:
        store = self._trust.current
        with self._lock:
            if self._made[0] is not store:
                self._made = (store, self._make(store))
            return self._made[1]
