"""Bytes out, bytes in: raw exchanges over HTTP, TLS and MLLP, and MIME read and written apart from `soap/`.

Nothing here uses the server's own transport code: a mistake made there must not be made here too.
"""
