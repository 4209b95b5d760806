"""Databases: engines and their settings, the single writer, keys. Knows no XDS."""

from storage.database import Database
from storage.keys import NIL, Key, key_of, pat_of
from storage.naming import NAMING
from storage.retry import CommitUnknown
from storage.statements import Statement

__all__ = ["NAMING", "NIL", "CommitUnknown", "Database", "Key", "Statement", "key_of", "pat_of"]
