"""Colours of XML, and marked lines."""

from collections.abc import Sequence
from html import escape
from typing import Final

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import XmlLexer

_LEXER: Final = XmlLexer(stripnl=False, ensurenl=False)
_PLAIN: Final[HtmlFormatter[str]] = HtmlFormatter(nowrap=True)
_MARKED: Final = '<span class="hll">'


def coloured(text: str, marks: Sequence[tuple[int, str]]) -> Markup:
    """XML as HTML; *marks* are lines and the ids they get."""
    formatter: HtmlFormatter[str] = (
        HtmlFormatter(nowrap=True, hl_lines=[line for line, _ in marks]) if marks else _PLAIN
    )
    html = highlight(text, _LEXER, formatter)
    for _, id_ in sorted(marks):
        html = html.replace(_MARKED, f'<mark id="{escape(id_)}">', 1)
    return Markup(_marks_closed(html)) if marks else Markup(html)  # noqa: S704 - Pygments escapes what it colours


def _marks_closed(html: str) -> str:
    """Pygments ends a marked line with `\\n</span>`; each is ours to close as a mark, a block of its own."""
    pieces = html.split("<mark ")
    return "<mark ".join([pieces[0], *(piece.replace("\n</span>", "\n</mark>", 1) for piece in pieces[1:])])


def escaped(text: str) -> Markup:
    """Text as HTML."""
    return Markup(escape(text, quote=False))  # noqa: S704 - escaped here
