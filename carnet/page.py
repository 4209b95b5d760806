"""The landing page: what this is, where the endpoints are, how to send a first document. One file, no script."""

from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from string import Template

from carnet import __version__
from carnet.standing import OPEN, Standing

SAMPLE_PATIENT = "277076322082910^^^&1.2.250.1.213.1.4.10&ISO"
"""Whose letter `carnet send --sample` sends: a test identity."""
TRANSACTIONS = {
    "/registry": (
        "Document Registry",
        (
            ("ITI-42", "Register Document Set&#8209;b"),
            ("ITI-18", "Registry Stored Query"),
            ("ITI-44", "Patient Identity Feed V3"),
        ),
    ),
    "/repository": (
        "Document Repository",
        (("ITI-41", "Provide and Register Document Set&#8209;b"), ("ITI-43", "Retrieve Document Set")),
    ),
}


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the page says of this server."""

    paths: tuple[str, ...]
    """The services served here: `/registry`, `/repository`."""
    repository_unique_id: str | None = None
    mllp: str | None = None
    standing: Standing = OPEN


def render(base_url: str, facts: PageFacts) -> bytes:
    """The page for a browser that reached us at `base_url`."""
    actors = " and ".join(f"<strong>{TRANSACTIONS[path][0]}</strong>" for path in facts.paths)
    return (
        _template()
        .substitute(
            subtitle=f"IHE XDS.b &middot; version {escape(__version__)}",
            what=f"This server is an IHE XDS.b {actors}: SOAP 1.2 services that keep clinical documents, "
            f"describe them, find them and give them back byte for byte. {_standing(facts.standing)}",
            services="\n".join(_card(base_url, path, facts.standing) for path in facts.paths),
            first=_first(base_url, facts.paths, facts.standing),
            facts=_rows(facts),
        )
        .encode("utf-8")
    )


@cache
def _template() -> Template:
    return Template((resources.files("carnet") / "page.html").read_text(encoding="utf-8"))


def _card(base_url: str, path: str, standing: Standing) -> str:
    name, transactions = TRANSACTIONS[path]
    items = "".join(
        f"<li><strong>{code}</strong> <span class=soft>{title}</span></li>"
        for code, title in transactions
        if standing.offers(code)
    )
    return (
        f'<section class="card"><h3>{name}</h3><code>{escape(base_url + path)}</code>'
        f'<ul>{items}<li><a href="{path}?wsdl">WSDL</a></li></ul></section>'
    )


def _first(base_url: str, paths: tuple[str, ...], standing: Standing) -> str:
    base, options = escape(base_url), escape(standing.options)
    if "/repository" not in paths:
        return (
            "<p>Documents go to a repository, which registers them here: start one with</p>"
            f"<pre>carnet serve --only repository --registry-url {base}/registry --port 8081</pre>"
        )
    send = f"carnet send --sample --repository {base}/repository{options}"
    find = f"carnet find --registry {base}/registry{options} \\\n            --patient '{escape(SAMPLE_PATIENT)}'"
    own = "<p class=soft>A CDA document of your own describes itself: name its file instead of <code>--sample</code>. "
    demo = "<code>carnet demo</code> does every transaction and shows what crossed the wire.</p>"
    if "/registry" not in paths:
        return f"<p>Carnet brings a consultation letter to try with:</p><pre>{send}</pre>{own}{demo}"
    return (
        "<p>Carnet brings a consultation letter to try with. Send it, then ask what is known of its patient:</p>"
        f"<pre>{send}\n{find}</pre>{own}{demo}"
    )


def _standing(standing: Standing) -> str:
    """Who may call; loudly where nothing is protected."""
    if standing is OPEN:
        return ""
    loud = f"</p><p><strong>{escape(standing.warning)}</strong>" if standing.warning else ""
    return f"{escape(standing.sentence[0].upper() + standing.sentence[1:])}.{loud}"


def _rows(facts: PageFacts) -> str:
    rows = []
    if facts.repository_unique_id:
        rows.append(f"<dt>Repository id</dt><dd><code>{escape(facts.repository_unique_id)}</code></dd>")
    if facts.mllp:
        rows.append(f"<dt>Patient feed</dt><dd><code>mllp://{escape(facts.mllp)}</code> (ITI-8)</dd>")
    return "\n".join(rows)
