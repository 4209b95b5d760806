"""Databases: engines and their settings, the single writer, keys. Knows no XDS."""
