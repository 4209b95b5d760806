"""The cases, one module per transaction and concern. docs/conformance-cases.md shows how to add one."""
