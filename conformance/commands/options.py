"""What tells a command which target to test, and which cases of it."""

import functools
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import click

from conformance.book import BadCase, Book, UnknownSelector, load, select
from conformance.codes import read_codes
from conformance.model import Case, Level
from conformance.target import DEFAULT_AUTHORITY, Target, TargetError, check, read

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_TARGET: Final[tuple[Decorator, ...]] = (
    click.option(
        "--registry", metavar="URL", help="The Document Registry; also CARNET_REGISTRY.", envvar="CARNET_REGISTRY"
    ),
    click.option(
        "--repository",
        metavar="URL",
        help="The Document Repository; also CARNET_REPOSITORY.",
        envvar="CARNET_REPOSITORY",
    ),
    click.option(
        "--target",
        "file",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="All of this in TOML, by the names of the options; options win.",
    ),
    click.option("--profile", type=click.Choice(["ihe", "dmp"]), help="Which cases.  [default: ihe]"),
    click.option(
        "--feed", metavar="HOST:PORT", help="Patient identity feed (ITI-8, MLLP): announces the patients of each case."
    ),
    click.option(
        "--patient",
        "patients",
        multiple=True,
        metavar="CX",
        help="A patient that the target knows; may be repeated.  [default: made up, one for each case]",
    ),
    click.option("--authority", metavar="OID", help=f"Of made-up patient ids.  [default: {DEFAULT_AUTHORITY}]"),
    click.option(
        "--namespace", metavar="NAME", help="By which the feed knows that authority where ITI-8 gives no OID."
    ),
    click.option(
        "--repository-id", "repository_unique_id", metavar="OID", help="repositoryUniqueId of the repository."
    ),
    click.option(
        "--audience",
        metavar="URI",
        help="Whom XUA assertions are meant for.  [default: the URL that they are sent to]",
    ),
    click.option(
        "--codes",
        type=click.Path(path_type=Path, exists=True),
        metavar="FILE",
        help=("Codes that the target takes: an affinity domain in TOML, an IHE codes.xml, or ANS value sets."),
    ),
    click.option(
        "--identity",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        help="Who acts: NAME.p12, with NAME-auth.p12 beside it.",
    ),
    click.option("--password", envvar="CARNET_IDENTITY_PASSWORD", metavar="WORD", help="Of the identity's files."),
    click.option(
        "--xua",
        is_flag=True,
        default=None,
        help="The target asks every caller for an assertion: all messages carry one of the identity.",
    ),
    click.option(
        "--pki",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        metavar="DIR",
        help="A test authority (carnet pki init) that the target trusts: for tokens of bad certificates.",
    ),
    click.option(
        "--trust",
        type=click.Path(path_type=Path, exists=True),
        metavar="PATH",
        help="Anchors for the target's own certificate, PEM file or directory.  [default: those of --pki]",
    ),
    click.option(
        "--lacks",
        multiple=True,
        metavar="FEATURE",
        help="An optional feature that the target does not have; may be repeated.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        help="For a whole exchange.  [default: 30]",
    ),
)

_SELECTION: Final[tuple[Decorator, ...]] = (
    click.option(
        "--select",
        "selectors",
        multiple=True,
        metavar="ID",
        help="An id or the beginning of ids: iti-18; may be repeated.",
    ),
    click.option("--not", "but", multiple=True, metavar="ID", help="Leave these out; may be repeated."),
    click.option("--level", type=click.Choice(["must", "should"]), help="Only cases of this level."),
    click.option(
        "--cases",
        "directories",
        multiple=True,
        type=click.Path(path_type=Path, exists=True),
        metavar="PATH",
        help="Cases of your own: a Python file, or a directory of them; may be repeated.",
    ),
)


def target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options, and hands the command `target`, a `Target`."""

    @functools.wraps(command)
    def with_target(*args: Any, file: Path | None, codes: Path | None, **kwargs: Any) -> Any:
        names = {each.name for each in fields(Target)} - {"codes"}
        given = {name: kwargs.pop(name) for name in list(kwargs) if name in names}
        try:
            settings = read(file) if file else {}
            settings |= {name: value for name, value in given.items() if value not in (None, ())}
            if "lacks" in settings:
                settings["lacks"] = frozenset(settings["lacks"])
            given_codes = codes or settings.get("codes")
            if isinstance(given_codes, Path):
                agreed = read_codes(given_codes)
                settings["codes"] = agreed.codes
                settings.setdefault("authority", agreed.authority or DEFAULT_AUTHORITY)
                settings.setdefault("mime_type", agreed.mime_type)
            made = Target(**settings)
            check(made)
        except (TargetError, TypeError) as error:
            raise click.UsageError(str(error)) from None
        return command(*args, target=made, **kwargs)

    return _with(with_target, _TARGET)


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options, and hands the command `cases`, a function from a profile (or None) to the selected cases."""

    @functools.wraps(command)
    def with_cases(
        *args: Any,
        selectors: tuple[str, ...],
        but: tuple[str, ...],
        level: str | None,
        directories: tuple[Path, ...],
        **kwargs: Any,
    ) -> Any:
        def cases(profile: str | None, more: tuple[str, ...] = ()) -> list[Case]:
            book = loaded(directories)
            found = [each for each in book if profile is None or profile in each.profiles]
            try:
                chosen = select(found, (*selectors, *more), but)
            except UnknownSelector as error:
                elsewhere = next((s for s in selectors if _selects(book, s)), None) if profile else None
                hint = f": {elsewhere} belongs to another --profile" if elsewhere else ""
                raise click.UsageError(f"{error}{hint}") from None
            return [each for each in chosen if level is None or each.level is Level(level.upper())]

        return command(*args, cases=cases, selection=selectors, **kwargs)

    return _with(with_cases, _SELECTION)


def loaded(directories: tuple[Path, ...] = ()) -> Book:
    """Every case. A case that does not load ends the command: nothing runs unless all load."""
    try:
        return load(directories)
    except BadCase as error:
        raise click.UsageError(str(error)) from None


def _selects(book: Book, selector: str) -> bool:
    try:
        return bool(select(book, [selector]))
    except UnknownSelector:
        return False


def _with(command: Callable[..., Any], options: tuple[Decorator, ...]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command
