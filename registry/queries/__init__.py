"""ITI-18 Registry Stored Query: from the typed query to the rows, from the rows to the fragments of the answer."""

from registry.queries.execute import Permit, Queries
from registry.queries.policy import QueryPolicy

__all__ = ["Permit", "Queries", "QueryPolicy"]
