"""Makes the page from a stored run."""

from jinja2 import Environment

from conformance.results.stored import StoredRun

_PAGE = """<!doctype html><meta charset="utf-8"><title>Conformance</title>
<h1>Run finished</h1><p>{{ run.profile }}, {{ run.started }}</p>
<ul>{% for case in run.cases %}<li>{{ case.verdict.value }} {{ case.case.id }} {{ case.reason }}</li>{% endfor %}</ul>
"""


def report(run: StoredRun) -> bytes:
    """The page, in UTF-8."""
    return Environment(autoescape=True).from_string(_PAGE).render(run=run).encode("utf-8", "replace")
