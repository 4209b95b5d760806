"""report.html: one page, offline, that hostile content does not get a hold on."""

import base64
import hashlib
import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from conformance.model import SHOULD, Check, Exchange, Message, Outcome, Verdict
from conformance.results.expected import Expected
from conformance.results.folder import ResultsFolder
from conformance.results.report.words import ROWS_FR, WORDS

Page = Callable[..., Any]
REGISTRY = "http://registry.example:8080/registry"
INJECTIONS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "</pre></code></style></script><script>alert(1)</script>",
    "{{ 7919 * 7927 }}{% raw %}",
    "javascript:alert(1)",
    "<!--",
    "]]>",
)


@pytest.fixture
def shown(tmp_path: Path) -> Page:
    """The page of a run: its source, and the document."""
    made_before = itertools.count()

    def made(run: Any, expected: str = "") -> Any:
        folder = ResultsFolder.create(tmp_path / "pages" / str(next(made_before)))
        folder.write(run, Expected.parse(expected))
        source = (folder.path / "report.html").read_bytes().decode("utf-8")
        root = html.document_fromstring(source.encode(), parser=html.HTMLParser(encoding="utf-8"))
        return source, root

    return made


def content(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())


def test_the_page_loads_nothing_from_anywhere(shown: Page, run_of: Any, every_verdict: Any) -> None:
    _, root = shown(run_of(*every_verdict))
    loads = root.xpath("//@src | //link/@href | //@srcset | //@background | //@action | //@poster | //@data")
    assert loads == ["data:,"]
    assert not root.xpath(
        "//iframe | //object | //embed | //img | //form | //base | //*[@style] | //@*[starts-with(name(), 'on')]"
    )
    style = root.xpath("string(//style)")
    assert "url(" not in style
    assert "@import" not in style


def test_the_policy_allows_its_own_style_and_script_and_nothing_else(
    shown: Page, run_of: Any, every_verdict: Any
) -> None:
    source, root = shown(run_of(*every_verdict))
    (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "*" not in policy
    for name in ("style", "script"):
        (body,) = re.findall(rf"<{name}>(.*?)</{name}>", source, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


def test_finished_and_passed_are_different_words(shown: Page, run_of: Any, samples_of: Any) -> None:
    _, root = shown(run_of(samples_of(Verdict.FAIL)))
    assert content(root.xpath("//h1")[0]) == "Run finished"
    assert "1 case found a requirement broken" in content(root.xpath("//header")[0])
    _, root = shown(run_of(samples_of(Verdict.FAIL), finished=False))
    assert content(root.xpath("//h1")[0]) == "Run interrupted"


@pytest.mark.parametrize(
    ("verdicts", "says"),
    [
        ([Verdict.PASS], "No requirement was found broken"),
        ([Verdict.NOT_RUN], "Nothing was tested"),
        ([], "Nothing was tested"),
        ([Verdict.PASS, Verdict.ERROR], "do not trust the rest"),
    ],
)
def test_the_first_sentence_says_what_the_run_came_to(
    shown: Page, run_of: Any, samples_of: Any, verdicts: list[Verdict], says: str
) -> None:
    _, root = shown(replace(run_of(), outcomes=tuple(samples_of(verdict) for verdict in verdicts)))
    assert says in content(root.xpath("//header")[0])


def test_a_failure_that_was_expected_is_not_counted_as_a_surprise(shown: Page, run_of: Any, samples_of: Any) -> None:
    known = '[[expected]]\nid = "iti-42/4.1.3.3/2"\nreason = "comes with our 4.2"\nuntil = 2027-03-31\n'
    _, root = shown(run_of(samples_of(Verdict.FAIL)), known)
    assert "Nothing failed that was not expected to" in content(root.xpath("//header")[0])
    told = content(root.get_element_by_id("iti-42/4.1.3.3/2"))
    assert "comes with our 4.2" in told
    assert "2027-03-31" in told


def test_what_makes_a_run_meaningless_comes_before_the_verdicts(shown: Page, run_of: Any, every_verdict: Any) -> None:
    source, _ = shown(run_of(*every_verdict, warnings=("all calls were refused by authentication",)))
    assert source.index("all calls were refused by authentication") < source.index('class="panel counts"')


def test_the_target_is_described_in_words_and_units(shown: Page, run_of: Any, every_verdict: Any) -> None:
    target = {"xua": False, "lacks": ["iti-44"], "timeout": 30.0, "largest_answer": 64 * 1024 * 1024, "patients": None}
    _, root = shown(run_of(*every_verdict, target=target))
    rows = [tuple(content(cell) for cell in row) for row in root.xpath("//main//table[@class='pairs']")[0].iter("tr")]
    assert rows == [("lacks", "iti-44"), ("timeout", "30.0 s"), ("largest answer", "64.0 MiB")]
    _, root = shown(run_of(*every_verdict, target={"xua": True}, language="fr"))
    assert content(root.xpath("//main//table[@class='pairs']")[0]) == "xua oui"


def test_a_failure_shows_all_that_is_known_of_it(shown: Page, run_of: Any, samples_of: Any) -> None:
    _, root = shown(run_of(samples_of(Verdict.FAIL)))
    case = root.get_element_by_id("iti-42/4.1.3.3/2")
    told = content(case)
    for words in (
        "Registers a document whose hash is 39 digits long",
        "A registry refuses metadata that break a rule of the standard, and names the error.",
        "MUST ITI TF-2 3.42.4.1.3.3 asked by IHE",
        "expected XDSRegistryMetadataError",
        "got XDSRegistryError",
        REGISTRY,
        "HTTP 200",
        "42 ms",
        "POST /registry HTTP/1.1",
        "Apache-CXF/4.0.3",
        f"carnet conformance run --registry {REGISTRY} --profile ihe --select iti-42/4.1.3.3/2",
        "curl --include",
        "--data-binary @exchanges/iti-42/4.1.3.3/2/02-request.xml",
        "urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success",
    ):
        assert words in told, words


def test_the_failed_place_is_marked_and_linked(shown: Page, run_of: Any, samples_of: Any) -> None:
    _, root = shown(run_of(samples_of(Verdict.FAIL)))
    (mark,) = root.xpath("//mark")
    assert "errorCode" in content(mark)
    (link,) = root.xpath("//dl[@class='found']//a/@href")
    assert link == f"#{mark.get('id')}"


def test_parts_tokens_and_signatures_are_readable(shown: Page, run_of: Any, dmp_outcome: Outcome) -> None:
    _, root = shown(run_of(dmp_outcome))
    told = content(root.get_element_by_id("dmp/td2.1/4"))
    for words in (
        "3 MIME parts",
        "Token: SAML assertion",
        "Signature Assertion",
        "subject 899900",
        "VIHF_Version 3.0",
        "10 (Médecin, 1.2.250.1.71.1.2.7)",
        "signed by rsa-sha",
        "manifest reference",
        "signing time 20",
        "issued by CN=TEST AC CARNET",
        "LPS_ID_HOMOLOGATION_DMP •••",
    ):
        assert words in told, words


def test_no_proof_of_a_token_is_on_the_page(
    shown: Page, run_of: Any, dmp_outcome: Outcome, signed_request: Message
) -> None:
    source, _ = shown(run_of(dmp_outcome))
    header = signed_request.body.partition(b"<soap12:Body")[0].decode("utf-8", "replace")
    (proof,) = re.findall(r"SignatureValue>([^<]+)<", header)
    assert proof[:60] not in source
    (approval,) = re.findall(r'Name="LPS_ID_HOMOLOGATION_DMP"[^>]*>\s*<[^>]*AttributeValue[^>]*>([^<]+)<', header)
    assert approval not in source


@pytest.mark.parametrize("injection", INJECTIONS)
def test_nothing_that_is_received_becomes_markup(shown: Page, run_of: Any, injection: str) -> None:
    ordinary = set().union(*(_shape(shown(_hostile(run_of, harmless))[1]) for harmless in ("harmless", "</x>")))
    source, root = shown(_hostile(run_of, injection))
    assert _shape(root) <= ordinary
    assert len(root.xpath("//script")) == 1
    if "<script" in injection:
        assert "<script>alert" not in source
        assert source.count("alert(1)") > 15, "the injection was not shown in each place"
    assert str(7919 * 7927) not in content(root.xpath("//main")[0])


def _shape(root: Any) -> set[str]:
    """Elements and attribute names of a page, but for what colours text."""
    return {
        f"{element.tag} {sorted(element.attrib)}"
        for element in root.iter()
        if isinstance(element.tag, str) and not (element.tag == "span" and element.getparent().tag in ("pre", "mark"))
    }


def _hostile(run_of: Any, x: str) -> Any:
    """A run with `x` in every field that a target or a tester's file can fill."""
    from conformance.model import Case

    case = Case(
        id="iti-42/1/1",
        title=x,
        requirement=x,
        section=x,
        level=SHOULD,
        asks=x,
        passing=x.replace("<", "&lt;"),
        profiles=frozenset({"ihe"}),
        run=lambda trial: None,
        covers=(x,),
    )
    head = f"HTTP/1.1 200 {x}\r\nX-Header: {x}\r\nContent-Type: text/plain\r\n\r\n".encode()
    bodies = (
        Message(head, x.encode(), "text/plain"),
        Message(head, b"<a>" + x.encode(), "application/soap+xml"),
        Message(
            head,
            f"--b\r\nContent-ID: {x}\r\nContent-Type: {x}\r\n\r\ntext {x}\r\n--b--".encode(),
            'multipart/related; boundary="b"',
        ),
        Message(b"", b"\x0bMSH|^~\\&|" + x.encode(), ""),
    )
    exchanges = tuple(
        Exchange(number, x, f"http://host/{x}", message, message, 200, x) for number, message in enumerate(bodies, 1)
    )
    outcome = Outcome(
        case, Verdict.FAIL, x, (Check(x, False, SHOULD, 1, x, x, x), Check(x, True, where=x)), exchanges, left=(x,)
    )
    return run_of(
        outcome, target={"registry": x, x: "y"}, command=x, selection=(x,), warnings=(x,), seed=x, carnet=x, profile=x
    )


def test_an_xml_answer_with_markup_in_its_values_is_shown_as_text(shown: Page, run_of: Any, samples_of: Any) -> None:
    outcome = samples_of(Verdict.FAIL)
    evil = (
        b"<a b='&lt;script>alert(1)&lt;/script>&quot;'>&lt;script>alert(2)&lt;/script>"
        b"<![CDATA[<script>alert(3)</script>]]></a>"
    )
    last = replace(outcome.exchanges[-1], response=Message(b"HTTP/1.1 200 OK\r\n\r\n", evil, "text/xml"))
    source, root = shown(run_of(replace(outcome, exchanges=(last,))))
    assert "<script>alert" not in source
    assert all(f"alert({n})" in content(root) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("body", "content_type", "says"),
    [
        (b"<html><h1>502 Bad Gateway</h1><hr>", "text/html", "Not well-formed XML"),
        (b"", "", "The body is empty."),
        (b"\x00\x01\x02" * 400, "application/octet-stream", "Bytes that are no text"),
        (b"<a>" * 400, "text/xml", "Not well-formed XML"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "text/xml", "&x;"),
        (b"no part at all", 'multipart/related; boundary="b"', "No part could be told apart"),
        (b"\xff\xfe<\x00a\x00/\x00>\x00", "text/xml", "Bytes that are no text"),
    ],
)
def test_an_answer_that_is_no_envelope_is_shown_all_the_same(
    shown: Page, run_of: Any, samples_of: Any, body: bytes, content_type: str, says: str
) -> None:
    outcome = samples_of(Verdict.FAIL)
    last = replace(outcome.exchanges[-1], response=Message(b"HTTP/1.1 200 OK\r\n\r\n", body, content_type))
    _, root = shown(run_of(replace(outcome, exchanges=(last,))))
    assert says in content(root)
    assert "root:" not in content(root)


def test_a_long_answer_is_cut_and_says_where_it_is_whole(shown: Page, run_of: Any, samples_of: Any) -> None:
    outcome = samples_of(Verdict.FAIL)
    long = b"<a>" + b"<b>0123456789</b>" * 20_000 + b"</a>"
    last = replace(
        outcome.exchanges[-1], response=Message(b"HTTP/1.1 200 OK\r\n\r\n", long, "text/xml", truncated=True)
    )
    source, root = shown(run_of(replace(outcome, exchanges=(last,))))
    assert "There is more; whole and unchanged in" in content(root)
    assert "The target sent more than the suite keeps" in content(root)
    assert len(source) < 400_000


def test_a_run_of_five_hundred_cases_stays_a_page(shown: Page, run_of: Any, samples_of: Any) -> None:
    outcome = samples_of(Verdict.PASS)
    one = outcome.exchanges[0]
    long = replace(
        one,
        response=Message(
            b"HTTP/1.1 200 OK\r\n\r\n", b"<a>" + f"<b>{'words ' * 70}</b>".encode() * 50 + b"</a>", "text/xml"
        ),
    )
    many = [
        replace(
            outcome,
            case=replace(outcome.case, id=f"iti-18/1/{n}"),
            exchanges=(replace(long, number=1), replace(long, number=2)),
        )
        for n in range(500)
    ]
    source, root = shown(run_of(*many, samples_of(Verdict.FAIL)))
    assert len(source) < 25_000_000
    assert len(root.xpath("//details[contains(@class, 'case ')]")) == 501
    assert root.xpath("//mark"), "what failed is shown at length, whatever the others need"


def test_the_page_speaks_french_when_asked_to(shown: Page, run_of: Any, every_verdict: Any) -> None:
    _, root = shown(run_of(*every_verdict, language="fr"))
    assert root.get("lang") == "fr"
    assert content(root.xpath("//h1")[0]) == "Exécution terminée"
    assert "Enregistre un document dont l’empreinte a 39 chiffres" in content(root)
    for english in ("Run again", "Requirement", "Checks"):
        assert english not in content(root.xpath("//main")[0])


def test_every_word_has_both_languages_and_is_used() -> None:
    from importlib.resources import files

    used = "".join(
        (files("conformance.results.report") / name).read_text(encoding="utf-8")
        for name in ("page.html", "page.py", "sides.py", "decoded.py")
    )
    marked = {"expected_mark", "fixed_mark", "expired_mark"}
    for key, (english, french) in WORDS.items():
        assert english, key
        assert french, key
        assert key in marked or re.search(rf"\bw\.{key}\b|\"{key}\"", used), key
    assert all(ROWS_FR.values())


def test_the_page_can_be_read_without_scripts(shown: Page, run_of: Any, every_verdict: Any) -> None:
    _, root = shown(run_of(*every_verdict))
    for element in root.xpath("//button | //input"):
        assert any("js-only" in str(e.get("class")) for e in (element, *element.iterancestors())), content(element)
    assert not root.xpath("//main//*[@hidden][not(@id='none')]")


def test_the_links_of_the_page_lead_somewhere(folder: ResultsFolder, run_of: Any, every_verdict: Any) -> None:
    folder.write(run_of(*every_verdict))
    root = html.document_fromstring((folder.path / "report.html").read_bytes())
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    for link in root.xpath("//a/@href"):
        assert (link[1:] in ids) if link.startswith("#") else (folder.path / link).is_file(), link


def test_files_that_are_gone_leave_a_page_that_says_so(folder: ResultsFolder, run_of: Any, samples_of: Any) -> None:
    import shutil

    from conformance.results.report.page import report
    from conformance.results.stored import load

    folder.write(run_of(samples_of(Verdict.FAIL)))
    shutil.rmtree(folder.path / "exchanges")
    assert "cannot be read" in report(load(folder.path)).decode()
