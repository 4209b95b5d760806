"""`carnet conformance watch`: a registry and repository for who builds a client.

It answers like one, remembers what it was sent while it runs, judges each message as it arrives, keeps every exchange
as it crossed the wire, and misbehaves on demand.
"""
