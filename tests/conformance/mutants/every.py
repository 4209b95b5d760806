"""All mutants, by name: importing this fills the table."""

from tests.conformance.mutants import (  # noqa: F401
    feed,
    france,
    hostile,
    parameters,
    queries,
    registry,
    repository,
    signature,
    tokens,
    wire,
)
from tests.conformance.mutants.table import MUTANTS, SERVERS, Mutant

__all__ = ["MUTANTS", "SERVERS", "Mutant"]
