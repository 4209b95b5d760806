"""How `carnet vihf check` shows what it found."""

from typing import Any, Final

import click

from dmp.vihf.explain import Explanation, Finding, Verdict

_COLOURS: Final = {Verdict.OK: "green", Verdict.REFUSED: "red", Verdict.NOT_CHECKED: "yellow"}


def show(found: Explanation) -> None:
    """Every check on a line of its own; what is refused with what would be right."""
    for finding in found.findings:
        click.echo(_line(finding))
    if found.assertion is not None:
        said = found.assertion
        click.echo(
            f"\n{said.id}, émis le {said.issue_instant:%Y-%m-%d %H:%M:%S} UTC par {said.issuer}, sujet {said.name_id}"
        )
    verdict = click.style("accepté", fg="green") if found.accepted else click.style("refusé", fg="red")
    click.echo(f"VIHF {verdict}.")


def _line(finding: Finding) -> str:
    about = finding.about
    verdict = click.style(f"{finding.verdict.value:<11}", fg=_COLOURS[finding.verdict])
    line = f"{finding.check.value:>2}  {verdict}  {about.title}"
    if finding.verdict is not Verdict.REFUSED:
        return f"{line} : {finding.detail}" if finding.detail else line
    return f"{line}\n      {finding.detail}\n      attendu : {about.right} ({about.section})"


def as_dict(found: Explanation) -> dict[str, Any]:
    """The same for programs."""
    return {
        "accepted": found.accepted,
        "checks": [
            {
                "check": finding.check.value,
                "title": finding.about.title,
                "verdict": finding.verdict.name.lower(),
                "detail": finding.detail,
                "section": finding.about.section,
                "right": finding.about.right,
            }
            for finding in found.findings
        ],
    }
