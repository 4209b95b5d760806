"""How a repository reaches its registry: the `RegistryLink` protocol, ITI-42 over SOAP, or a direct call."""

from collections.abc import Callable, Sequence
from typing import Protocol

import sqlalchemy as sa

from metadata.ebrim import RegistryObject
from metadata.errors import RegistryResponse

Also = Callable[[sa.Connection], None]


class RegistryUnavailable(Exception):
    """The registry gave no usable answer."""

    def __init__(self, reason: str, *, unknown: bool) -> None:
        super().__init__(reason)
        self.unknown = unknown
        """It may have registered the submission all the same: the request, or a part of it, has left."""


class RegistryLink(Protocol):
    """The Document Registry, as the repository sees it."""

    @property
    def atomic(self) -> bool:
        """`also` runs in the registry's own transaction: what it writes is kept exactly when the submission is."""
        ...

    def register(self, objects: Sequence[RegistryObject], *, also: Also) -> RegistryResponse:
        """ITI-42. `also` runs once the registry has accepted, and may run again if the database asks for it.

        Raises `RegistryUnavailable`, and whatever `also` raises, the submission then being undone when `atomic`.
        """
        ...

    def holds(self, unique_id: str) -> bool:
        """Whether a DocumentEntry with this uniqueId is registered. Raises `RegistryUnavailable`."""
        ...


class CoHosted:
    """The registry of the same process, on the same database."""

    atomic = True

    def __init__(
        self,
        register: Callable[..., RegistryResponse],
        holds: Callable[[str], bool],
    ) -> None:
        """`register(objects, also=…)` is `Registry.register`; `holds` looks a uniqueId up."""
        self._register = register
        self._holds = holds

    def register(self, objects: Sequence[RegistryObject], *, also: Also) -> RegistryResponse:
        return self._register(objects, also=also)

    def holds(self, unique_id: str) -> bool:
        return self._holds(unique_id)
