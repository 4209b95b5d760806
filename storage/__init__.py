"""Databases: engines and their settings, the single writer, keys. Knows no XDS."""

from storage.database import Database
from storage.keys import NIL, Key, key_of, pat_of
from storage.naming import NAMING
from storage.retry import CommitUnknown

__all__ = ["NAMING", "NIL", "CommitUnknown", "Database", "Key", "key_of", "pat_of"]
