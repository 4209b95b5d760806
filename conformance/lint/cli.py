"""`carnet lint FILE…`."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from conformance.judging import judge
from conformance.judging.judge import PROFILES
from conformance.judging.moment import own_time
from conformance.lint.files import STANDARD_INPUT, FileRefused, read
from conformance.lint.report import Report
from conformance.lint.show import show
from conformance.model import MUST, SHOULD, Level
from dmp.sites import SitesError, read_sites
from dmp.waiving import CannotWaive, check_waived
from metadata.affinity import AffinityDomain
from metadata.affinity.loading import AffinityError, load
from security.certificates import TrustStore, TrustStoreError
from security.saml.times import parse_time

CLEAN: Final = 0
UNUSABLE: Final = 2
REMARKS: Final = 3
NOTHING: Final = 4
_LEVELS: Final = {"must": MUST, "should": SHOULD}


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="auto",
    show_default=True,
    help="Whose rules: IHE, IHE and the DMP, or what each file looks like.",
)
@click.option("--language", type=click.Choice(["en", "fr"]), default="en", show_default=True, help="Of the messages.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="For people, for programs, or as annotations of a GitHub workflow.",
)
@click.option("--codes", type=click.Path(), metavar="FILE", help="The codes in force, as for serve.")
@click.option("--trust", type=click.Path(), metavar="DIR", help="Whom to believe; without it no certificate is judged.")
@click.option(
    "--sites",
    type=click.Path(),
    metavar="FILE",
    help="Table of legal entities and their sites (EJ, EG), as for serve: whose seal may stand for whom.",
)
@click.option(
    "--at",
    "moment",
    metavar="TIME",
    help="Judge tokens and signatures as of this time, 2026-03-01T12:00:00Z, or `message`: when each file says it was "
    "made.  [default: now]",
)
@click.option(
    "--level",
    type=click.Choice(list(_LEVELS)),
    default="should",
    show_default=True,
    help="Show what must be mended alone, or what should be too.",
)
@click.option(
    "--fail-on",
    type=click.Choice(list(_LEVELS)),
    default="must",
    show_default=True,
    help="Which remarks make the exit code 3.",
)
def lint(
    files: tuple[str, ...],
    profile: str,
    language: str,
    form: str,
    codes: str | None,
    trust: str | None,
    sites: str | None,
    moment: str | None,
    level: str,
    fail_on: str,
) -> None:
    """Judge messages, metadata, documents, tokens and signatures in files, offline.

    \b
      carnet lint captured.mime                       a whole ITI-41, as it crossed the wire
      carnet lint --profile dmp --language fr lot.mime
      carnet lint vihf.xml --trust pki --at message   a token of last week, its certificate too
      carnet lint samples/*.xml --format github       annotations in a pull request
      cat request.http | carnet lint -

    A file is recognised by its content: HTTP and MIME captures, SOAP envelopes, ebRIM metadata, queries, answers, CDA
    documents, VIHF and SAML assertions, signatures, HL7 feeds. Each remark has the id of its rule, the section of the
    standard, the place and its line, and a sentence; what was checked stands below.

    \b
    Exit codes: 0 nothing to remark, 2 wrong command line or unreadable file, 3 remarks,
    4 a file was not recognised, so that nothing was checked of it.
    """
    domain, store, table = _domain(codes), _store(trust), _sites(sites)
    given = _moment(moment)
    reports: list[Report] = []
    refused = []
    for name in files:
        try:
            data = read(name)
        except FileRefused as error:
            refused.append(str(error))
            continue
        at = (own_time(data) if given == "message" else None) or (given if isinstance(given, datetime) else None)
        judged = judge(data, profile=profile, at=at or datetime.now(UTC), trust=store, domain=domain, sites=table)
        reports.append(Report.of(name, judged, _LEVELS["should"]))
    show([Report.of(r.file, r.judged, _LEVELS[level]) for r in reports], form, language, click.echo)
    for sentence in refused:
        click.echo(f"Error: {sentence}", err=True)
    sys.exit(UNUSABLE if refused else exit_code(reports, _LEVELS[fail_on]))


def exit_code(reports: Sequence[Report], fail_on: Level) -> int:
    """3 for remarks of the level that counts, 4 where nothing was checked of a file, else 0."""
    if any(report.count(MUST) or (fail_on is SHOULD and report.remarks) for report in reports):
        return REMARKS
    return NOTHING if not reports or any(report.nothing for report in reports) else CLEAN


def _domain(codes: str | None) -> AffinityDomain | None:
    if codes is None:
        return None
    try:
        return check_waived(load(Path(codes)))
    except (AffinityError, CannotWaive) as error:
        raise click.UsageError(f"--codes: {error}") from None


def _sites(sites: str | None) -> dict[str, frozenset[str]]:
    try:
        return {} if sites is None else read_sites(Path(sites))
    except SitesError as error:
        raise click.UsageError(f"--sites: {error}") from None


def _store(trust: str | None) -> TrustStore | None:
    if trust is None:
        return None
    try:
        return TrustStore.load(Path(trust))
    except TrustStoreError as error:
        raise click.UsageError(f"--trust: {error}") from None
    except OSError as error:
        raise click.UsageError(f"--trust: {error.filename}: {error.strerror}") from None


def _moment(text: str | None) -> datetime | str | None:
    if text is None or text == "message":
        return text
    try:
        return parse_time(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--at") from None


__all__ = ["STANDARD_INPUT", "lint"]
