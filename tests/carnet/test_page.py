"""The landing page stands on its own, and never trusts what the browser wrote."""

import re

from carnet.page import PageFacts, render

BOTH = PageFacts(("/registry", "/repository"), "2.25.7", "127.0.0.1:2575")


def test_it_names_endpoints_descriptions_and_health() -> None:
    page = render("http://carnet.test", BOTH).decode()
    for expected in (
        "http://carnet.test/registry",
        "http://carnet.test/repository",
        "/registry?wsdl",
        "/repository?wsdl",
        "/health/ready",
        "/metrics",
        "2.25.7",
        "mllp://127.0.0.1:2575",
        "carnet send",
    ):
        assert expected in page


def test_it_loads_nothing_from_elsewhere() -> None:
    page = render("http://carnet.test", BOTH).decode()
    assert not re.search(r'(?:src|href)="https?:', page)
    assert "<script" not in page


def test_the_host_a_browser_claims_is_text_and_not_markup() -> None:
    page = render('http://"><script>alert(1)</script>', BOTH).decode()
    assert "<script" not in page


def test_an_actor_alone_does_not_speak_of_the_other() -> None:
    page = render("http://carnet.test", PageFacts(("/registry",))).decode()
    assert "/repository?wsdl" not in page
    assert "--only repository" in page
