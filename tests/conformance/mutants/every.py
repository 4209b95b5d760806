"""All mutants, by name: importing this fills the table."""

from tests.conformance.mutants import (  # noqa: F401
    assertions,
    behind,
    feed,
    france,
    hostile,
    legal,
    legalfeeds,
    parameters,
    queries,
    registry,
    repository,
    rules,
    signature,
    tokens,
    values,
    wire,
)
from tests.conformance.mutants.servers import SERVERS
from tests.conformance.mutants.table import LEGAL, MUTANTS, Mutant

__all__ = ["LEGAL", "MUTANTS", "SERVERS", "Mutant"]
