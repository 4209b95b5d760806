"""The XSD and WSDL files of the package, as they lie there and as a service gives them out."""

import re
from importlib.resources import files
from xml.sax.saxutils import quoteattr

_FOLDERS = ("wsdl", "xsd")
_LOCATION = re.compile(rb'schemaLocation="(?:\.\./xsd/)?([\w.-]+)"')
_ADDRESS = re.compile(rb'(<soap12:address location=)"[^"]*"')


def names() -> list[str]:
    """Every file of the room: `wsdl/DocumentRegistry.wsdl`, `xsd/rim.xsd`, …"""
    return sorted(f"{folder}/{file.name}" for folder in _FOLDERS for file in (files(__package__) / folder).iterdir())


def read(name: str) -> bytes:
    """The bytes of one file of `names()`; raises `LookupError` for anything else."""
    if name not in names():
        raise LookupError(f"no such schema file: {name!r}; there are {', '.join(names())}")
    return (files(__package__) / name).read_bytes()


def wsdl(name: str, address: str) -> bytes:
    """The WSDL of a service that listens at `address`.

    `name` is `DocumentRegistry` or `DocumentRepository`, and `address` an absolute URL without query. The schemas it
    imports are expected at `address?xsd=<file>`, as `xsd` writes them. Raises `LookupError` for another name.
    """
    text = _ADDRESS.sub(lambda m: m[1] + quoteattr(address).encode(), read(f"wsdl/{name}.wsdl"))
    return _locate(text, address)


def xsd(name: str) -> bytes:
    """A schema (`rim.xsd`) as a service gives it out at `?xsd=rim.xsd`: its imports are relative to that.

    Raises `LookupError` when there is no such schema.
    """
    return _locate(read(f"xsd/{name}"), "")


def _locate(text: bytes, address: str) -> bytes:
    def at_service(match: re.Match[bytes]) -> bytes:
        return b"schemaLocation=" + quoteattr(f"{address}?xsd={match[1].decode()}").encode()

    return _LOCATION.sub(at_service, text)
