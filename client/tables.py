"""Results for people: tables and errors, as rich renders them."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from client.consumer import Found
from client.source import Submitted
from metadata.datatypes import XCN, DatatypeError
from metadata.errors import RegistryResponse
from metadata.model import Author, Code, DocumentEntry
from metadata.translate import Submission

_STATUS_STYLES: Final = {"Approved": "green", "Deprecated": "yellow"}


def show_submitted(console: Console, names: Sequence[str], result: Submitted) -> None:
    """One line per document of a submission, then what was said of it."""
    accepted = result.response.succeeded
    mark = "[green]accepted[/]" if accepted else "[red]refused[/]"
    for name, document in zip(names, result.prepared.contents, strict=True):
        console.print(f"{mark}  [bold]{escape(name)}[/]  {size(document.size)}")
        if accepted:
            console.print(f"          uniqueId   {document.entry.unique_id}", highlight=False, soft_wrap=True)
            console.print(f"          entryUUID  {document.entry.entry_uuid}", highlight=False, soft_wrap=True)
    if not result.prepared.documents:
        console.print(f"{mark}  (no document)")
    if accepted:
        if result.prepared.signature is not None:
            signature = result.prepared.signature.entry.unique_id
            console.print(f"          signature  {signature}", highlight=False, soft_wrap=True)
        for folder in result.prepared.folders:
            console.print(f"          folder     {folder.entry_uuid}  {escape(folder.title or '')}", soft_wrap=True)
    show_errors(console, result.response)


def show_errors(console: Console, response: RegistryResponse) -> None:
    """Errors and warnings of an answer: code, sentence with the rule's id, place."""
    for error in response.errors:
        style, word = ("yellow", "warning") if error.warning else ("red", "error")
        console.print(Text.assemble((f"{word} ", style), (error.code, f"bold {style}"), ("  " + error.context, "")))
        if error.location:
            console.print(Text(f"        at {error.location}", "dim"), soft_wrap=True)


def show_found(console: Console, found: Found) -> None:
    """What a query found: a table for each kind of object, or the references."""
    for reference in found.references:
        console.print(reference, highlight=False, soft_wrap=True)
    o = found.objects
    for table, count, word in (
        (_entries(o.entries), len(o.entries), "document"),
        (_submission_sets(o), len(o.submission_sets), "submission set"),
        (_folders(o), len(o.folders), "folder"),
        (_associations(o), len(o.associations), "association"),
    ):
        if count:
            console.print(table)
            console.print(f"[dim]{count} {word}{'s' if count > 1 else ''}[/]\n")
    if found.response.succeeded and not (found.references or o.objects):
        console.print("nothing found")
    show_errors(console, found.response)


def size(count: int) -> str:
    """Bytes, for people."""
    if count < 10_000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 10_000_000 else f"{count / 1_000_000:.0f} MB"


def moment(dtm: str | None) -> str:
    """A DTM, for people: `2026-03-12 16:45`, as precise as it is but for the seconds."""
    text = dtm or ""
    date = "-".join(part for part in (text[:4], text[4:6], text[6:8]) if part)
    return f"{date} {text[8:10]}:{text[10:12] or '00'}" if len(text) >= 10 else date


def _entries(entries: Iterable[DocumentEntry]) -> Table:
    """Newest first."""
    table = _table("created (UTC)", "document", "status")
    for e in sorted(entries, key=lambda e: e.creation_time or "", reverse=True):
        length = size(int(e.size)) if e.size and e.size.isdecimal() else ""
        about = _joined(_code(e.type_code), *map(_author, e.authors), length)
        cell = _cell(e.title or "(without title)", about, e.unique_id, e.entry_uuid)
        table.add_row(moment(e.creation_time), cell, _status(e.availability_status))
    return table


def _submission_sets(o: Submission) -> Table:
    table = _table("submitted (UTC)", "submission set", "status")
    for s in o.submission_sets:
        about = _joined(*map(_author, s.authors), f"source {s.source_id}")
        title = s.title or _code(s.content_type_code) or "(without title)"
        table.add_row(
            moment(s.submission_time), _cell(title, about, s.unique_id, s.entry_uuid), _status(s.availability_status)
        )
    return table


def _folders(o: Submission) -> Table:
    table = _table("updated (UTC)", "folder", "status")
    for f in o.folders:
        cell = _cell(f.title or "(without title)", _joined(*map(_code, f.codes)), f.unique_id, f.entry_uuid)
        table.add_row(moment(f.last_update_time), cell, _status(f.availability_status))
    return table


def _associations(o: Submission) -> Table:
    table = _table("association", "source, target", "status")
    for a in o.associations:
        table.add_row(Text(a.type.rpartition(":")[2]), Text(f"{a.source}\n{a.target}"), _status(a.availability_status))
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading == "status")
    return table


def _cell(title: str, about: str, unique_id: str | None, entry_uuid: str) -> Text:
    """What an object is, then its two ids: each id on a line, so that it can be copied."""
    lines = [(title, "bold"), (about, ""), (unique_id or "", "cyan"), (entry_uuid, "dim")]
    return Text("\n").join(Text(line, style) for line, style in lines if line)


def _joined(*words: str) -> str:
    return " · ".join(word for word in words if word)


def _code(code: Code | None) -> str:
    return (code.display or code.code) if code else ""


def _status(urn: str | None) -> Text:
    word = (urn or "").rpartition(":")[2]
    return Text(word, _STATUS_STYLES.get(word, ""))


def _author(author: Author) -> str:
    if not author.person:
        return ""
    try:
        person = XCN.parse(author.person)
    except DatatypeError:
        return author.person
    return f"{person.given} {person.family}".strip() or person.id
