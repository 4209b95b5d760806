"""The `carnet` command: configuration, assembly of processes, health, metrics."""

__version__ = "0.1.0"
