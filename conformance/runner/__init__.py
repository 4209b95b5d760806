"""Runs cases on pytest's collection: selected, in parallel, shown as they end, kept in a folder."""

from conformance.runner.running import Running, run

__all__ = ["Running", "run"]
