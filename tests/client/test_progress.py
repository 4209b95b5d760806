import re
from io import StringIO

from rich.console import Console

from client.commands.progress import bytes_bar

ERASED = "\x1b[2K"


def test_a_result_that_is_printed_while_the_bar_moves_has_a_line_of_its_own() -> None:
    screen = StringIO()
    results = Console(file=screen, force_terminal=True, width=80)
    with bytes_bar(results, shown=True) as bar:
        task = bar.add_task("sending", total=10)
        bar.update(task, advance=5)
        bar.refresh()
        results.print("accepted  letter.xml")
    [line] = [line for line in screen.getvalue().split("\n") if "accepted" in line]
    assert "sending" in screen.getvalue()
    assert re.sub(r"\x1b\[[\d;]*m", "", line.rpartition(ERASED)[2]) == "accepted  letter.xml"


def test_results_in_a_file_have_no_bar_in_them() -> None:
    file = StringIO()
    results = Console(file=file, width=80)
    with bytes_bar(results, shown=True) as bar:
        bar.update(bar.add_task("sending", total=10), advance=5)
        results.print("accepted  letter.xml")
    assert file.getvalue() == "accepted  letter.xml\n"


def test_little_is_sent_without_a_bar() -> None:
    screen = StringIO()
    results = Console(file=screen, force_terminal=True, width=80)
    with bytes_bar(results, shown=False) as bar:
        bar.add_task("sending", total=10)
    assert screen.getvalue() == ""
