"""The way back from an element to its line in the file, and from an XPath to its element."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from lxml import etree

_STEP: Final = re.compile(r"/(?:[\w.-]+:)?([\w.-]+)((?:\[(?:\d+|@[\w.-]+='[^']*')\])*)")
_PREDICATE: Final = re.compile(r"\[(?:(\d+)|@([\w.-]+)='([^']*)')\]")
_ATTRIBUTE: Final = re.compile(r"/@[\w:.-]+\Z")
_COUNTED: Final = 10_000
_LINE: Final = re.compile(r"(?:\(|\A)lines? (\d+)\)?\Z")


@dataclass(frozen=True)
class Piece:
    """Bytes that were taken out of a file, and where they stood in it."""

    data: bytes
    file: bytes
    segments: tuple[tuple[int, int], ...] = ()
    """(offset here, offset in the file), ascending; empty for what was decoded, which has no place in the file."""

    @classmethod
    def whole(cls, data: bytes) -> "Piece":
        return cls(data, data, ((0, 0),))

    @classmethod
    def decoded(cls, data: bytes, file: bytes) -> "Piece":
        return cls(data, file)

    def cut(self, begin: int, end: int | None = None) -> "Piece":
        """The bytes from `begin` to `end`."""
        end = len(self.data) if end is None else end
        starts = [here for here, _ in self.segments]
        first = max(bisect_right(starts, begin) - 1, 0)
        kept = tuple(
            (max(here - begin, 0), there + max(begin - here, 0))
            for here, there in self.segments[first:]
            if here <= begin or here < end
        )
        return Piece(self.data[begin:end], self.file, kept)

    def line(self, offset: int) -> int:
        """The line of the file, from 1; 0 when there is none."""
        if not self.segments:
            return 0
        index = max(bisect_right([here for here, _ in self.segments], offset) - 1, 0)
        here, there = self.segments[index]
        return self.file.count(b"\n", 0, there + max(offset - here, 0)) + 1

    def line_of(self, own: int) -> int:
        """The line of the file at which line `own` of this piece begins; 0 when there is none."""
        if not self.segments or own < 1:
            return 0
        if len(self.segments) == 1:
            return self._first + own - 1
        begins = self._begins
        return self.line(begins[min(own, len(begins)) - 1])

    @cached_property
    def _first(self) -> int:
        return self.line(0)

    @cached_property
    def _begins(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer(rb"\n", self.data))]


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed document and the piece it was parsed from."""

    root: etree._Element
    piece: Piece

    def at(self, element: etree._Element, below: str = "") -> str:
        """XPath of an element by local names, with its line; `below` is what follows: `/@id`."""
        return self._with_line(path_of(element) + below, element)

    def where(self, path: str) -> str:
        """An XPath of a rule book with the line of what it leads to, as far as it leads."""
        return self._with_line(path, self.find(path))

    def find(self, path: str) -> etree._Element | None:
        """The element that an XPath of a rule book means: its first step is looked for anywhere, by local names."""
        found: etree._Element | None = None
        for step in _STEP.finditer(_ATTRIBUTE.sub("", path)):
            name, predicates = step[1], step[2]
            among = self.root.iter("{*}" + name) if found is None else found.iterchildren("{*}" + name)
            deeper = _chosen(among, predicates)
            if deeper is None:
                break
            found = deeper
        return found

    def line(self, element: etree._Element) -> int:
        """The line of the file; 0 when it is not known."""
        return self.piece.line_of(element.sourceline or 0)

    def _with_line(self, path: str, element: etree._Element | None) -> str:
        if element is None:
            return path
        line = self.line(element)
        if line:
            return f"{path} (line {line})"
        return f"{path} (line {element.sourceline} of the decoded part)" if element.sourceline else path


def _chosen(among: Iterable[etree._Element], predicates: str) -> etree._Element | None:
    tests = [(int(number) if number else 0, name, value) for number, name, value in _PREDICATE.findall(predicates)]
    place = 0
    for element in among:
        if all(element.get(name) == value for number, name, value in tests if not number):
            place += 1
            if place == next((number for number, _, _ in tests if number), 1):
                return element
    return None


def path_of(element: etree._Element) -> str:
    """`/Envelope/Header/Action[2]`: local names, a number where siblings share one."""
    steps = []
    node: etree._Element | None = element
    while node is not None:
        if not isinstance(node.tag, str):
            node = node.getparent()
            continue
        steps.append(etree.QName(node).localname + _place_of(node, str(node.tag)))
        node = node.getparent()
    return "/" + "/".join(reversed(steps))


def _place_of(node: etree._Element, tag: str) -> str:
    """`[2]` among siblings of its name; nothing where it is alone, or where counting would take long."""
    before = sum(1 for _ in islice(node.itersiblings(tag, preceding=True), _COUNTED))
    alone = not before and next(node.itersiblings(tag), None) is None
    return "" if alone or before == _COUNTED else f"[{before + 1}]"


def line_in(where: str) -> int:
    """The line that a remark's place names; 0 when it names none."""
    found = _LINE.search(where)
    return int(found[1]) if found else 0
