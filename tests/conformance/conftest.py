"""Servers for the suite to be tried on."""

from collections.abc import Iterator

import pytest

from tests.conformance.mutants.nursery import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Starts servers, healthy and broken, by forking a process that has loaded everything."""
    with Nursery() as started:
        yield started
