"""The `carnet` command: configuration, assembly of processes, health, metrics."""
