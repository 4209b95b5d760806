"""A progress bar that leaves room for the results that are printed while it moves."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def bytes_bar(results: Console, *, shown: bool) -> Iterator[Progress]:
    """A bar that counts bytes, when `shown` and when somebody is there to see it.

    Where `results` go to a terminal the bar is drawn by the same console, which puts it below each line that it
    prints; where they go to a file or a program, the bar is on standard error.
    """
    screen = results if results.is_terminal else Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=not (shown and screen.is_terminal)) as bar:
        yield bar
