"""The words of `carnet conformance` that run, list and explain cases."""
