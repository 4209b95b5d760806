"""What the suite sends: templates of its own for every message, apart from those of `metadata/` and `client/`.

A case takes a good message and breaks one thing in it, with the edits of `conformance.messages.edits`.
"""
