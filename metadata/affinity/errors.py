"""What is wrong with a file that describes an AffinityDomain."""

from pathlib import Path

from lxml import etree


class AffinityError(ValueError):
    """The file cannot be used; the message names it, the place in it, and what would be right."""


def wrong(path: Path, problem: str, element: etree._Element | None = None) -> AffinityError:
    """The error that `path` has `problem`, at the line of `element`."""
    line = "" if element is None or element.sourceline is None else f", line {element.sourceline}"
    return AffinityError(f"{path}{line}: {problem}")
