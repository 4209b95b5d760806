"""The conformance suite: points at any XDS.b endpoint, judges what it answers, keeps the evidence.

It speaks to a system over the wire only, Carnet included: its messages are written from templates of its own, and what
comes back is judged as raw bytes.
"""
