"""Reading an AffinityDomain from whatever file describes it."""

from pathlib import Path
from typing import Final

from lxml import etree

from metadata.affinity import svs, toml, toolkit
from metadata.affinity.domain import AffinityDomain
from metadata.affinity.errors import AffinityError, wrong

__all__ = ["AffinityError", "load"]

MAX_BYTES: Final = 64 * 1024 * 1024
"""Of one file; the largest real value sets are a few megabytes."""


def load(path: str | Path) -> AffinityDomain:
    """The AffinityDomain in `path`, recognised by what is in it.

    Carnet's TOML, a codes.xml of the IHE toolkit, an ANS value set (SVS), or a directory of such value sets. Raises
    AffinityError, which says what is wrong in which file, at which line, and what would be right.
    """
    return _load(Path(path), None, 0)


def _load(path: Path, attribute: str | None, depth: int) -> AffinityDomain:
    if depth > 8:
        raise wrong(path, "it is included by itself, or eight files deep; include the files side by side")
    if path.is_dir():
        return _directory(path, attribute)
    content = _content(path)
    if not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise wrong(path, f"neither XML nor text in UTF-8 (byte {error.start})") from None
        return toml.read(text, path, lambda other, name: _load(other, name, depth + 1))
    domain = _xml(content, path, attribute)
    if attribute is not None and attribute not in domain.codes:
        raise wrong(path, f"no codes for {attribute} are in it")
    if not domain.codes and not domain.mime_types:
        raise wrong(path, 'its value sets are of no XDS attribute; name one in TOML: [codes] typeCode = "file.xml"')
    return domain


def _directory(path: Path, attribute: str | None) -> AffinityDomain:
    """All value sets of a directory together; those of no XDS attribute are passed over."""
    files = sorted(path.glob("*.xml"))
    domain = AffinityDomain(name=path.name)
    for file in files:
        domain = toml.merged(domain, _xml(_content(file), file, attribute))
    if not domain.codes and not domain.mime_types:
        raise wrong(path, f"none of its {len(files)} .xml files holds a value set of an XDS attribute")
    return domain


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise wrong(path, f"cannot be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise wrong(
            path, f"larger than {MAX_BYTES // 1024 // 1024} MB; this is not a description of an affinity domain"
        )
    return content


def _xml(content: bytes, path: Path, attribute: str | None) -> AffinityDomain:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise wrong(path, f"not well-formed XML: {error}") from None
    match etree.QName(root).localname:
        case "Codes":
            return toolkit.read(root, path)
        case "RetrieveValueSetResponse":
            return svs.read(root, path, attribute)
        case other:
            raise wrong(
                path,
                f"the root element is {other}; it is Codes (IHE toolkit), RetrieveValueSetResponse (ANS value set), or "
                "the file is TOML",
                root,
            )
