"""Each remark is whole in English and whole in French, whatever is wrong with what is judged.

Words that a message brought stand in quotation marks, or are no words: names of attributes, codes, identifiers.
"""

import ast
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from conformance.judging import Remark, judge
from conformance.judging.book import OWN, Both, told
from conformance.messages.dmp import ins, vihf
from conformance.messages.dmp.holders import Holder, Keys
from conformance.messages.dmp.lot import Lot
from conformance.messages.dmp.metadata import BAD_METADATA, DOCUMENTS
from conformance.messages.dmp.signature import LEGACY, STRICT, Style
from conformance.messages.dmp.signatures import BAD_SIGNATURES, BadSignature, Signing
from conformance.messages.dmp.signatures.forge import STRUCTURE
from conformance.messages.dmp.tokens import BAD_TOKENS, Forge
from conformance.messages.envelope import Envelope
from conformance.model import MUST
from conformance.trial import documents
from conformance.wire.mime import Package
from dmp.lot_rules import LOT
from dmp.phrases import PHRASES, in_english, in_french
from dmp.rules import FRENCH as FRENCH_BOOK
from metadata.rules import BOOK
from security.certificates import TrustStore
from tests.conformance.judging.languages import ENGLISH, FRENCH, foreign, mixed

ROOT = Path(__file__).parents[3]
PROVIDE = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
PATIENT = "207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH"
# --- the test can fail ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("en", "fr"),
    [
        ("the attribute is missing", "l'attribut : the attribute is missing"),
        ("check 16: l'attribut x est absent", "contrôle 16 : l'attribut x est absent"),
        ("the signature does not hold (absent du Manifest et du lot)", "la signature n'est pas valable"),
        ("bad: le NameID est x", "mauvais : le NameID est x"),
    ],
)
def test_a_mixture_is_seen(en: str, fr: str) -> None:
    assert mixed([Remark("x", MUST, "", "", en, fr)])


# --- everything that can be forged ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keys(pki: Path) -> Keys:
    return Keys(pki)


@pytest.fixture(scope="module")
def trust(pki: Path) -> TrustStore:
    return TrustStore.load(pki)


def tokens(keys: Keys) -> Iterator[tuple[Holder, bytes]]:
    for name in ("doctor", "hospital"):
        holder = keys.holder(name)
        for row in BAD_TOKENS:
            if row.whose in ("any", "card" if holder.is_card else "structure"):
                content = row.build(Forge(holder, PATIENT, keys))
                yield holder, Envelope(b"<x/>", "urn:x", headers=[vihf.header(content).encode()]).xml()


def test_every_bad_vihf_is_told_whole_in_each_language(keys: Keys, trust: TrustStore) -> None:
    seen: set[str] = set()
    other = keys.holder("clinic").connects.certificate.public_bytes(Encoding.DER)
    for number, (holder, message) in enumerate(tokens(keys)):
        client = holder.connects.certificate.public_bytes(Encoding.DER)
        ways: tuple[dict[str, Any], ...] = ({"trust": trust, "client": client}, {"trust": trust, "client": other}, {})
        remarks = judge(message, profile="dmp", **ways[number % 3]).remarks
        seen |= {each.rule for each in remarks}
        assert mixed(remarks) == []
    assert {"vihf.attributes", "vihf.certificate", "vihf.binding", "vihf.issuer", "vihf.signature"} <= seen


def test_every_bad_assertion_of_saml_is_told_whole_in_each_language(keys: Keys, trust: TrustStore) -> None:
    seen: set[str] = set()
    for _, message in tokens(keys):
        plain = message.replace(b"VIHF_Version", b"Other_Version")
        remarks = judge(plain, profile="ihe", trust=trust).remarks
        seen |= {each.rule for each in remarks}
        assert mixed(remarks) == []
    assert len({each for each in seen if each.startswith("saml.")}) > 5


@pytest.mark.parametrize("style", [LEGACY, STRICT], ids=lambda style: style.name)
def test_every_bad_signature_is_told_whole_in_each_language(keys: Keys, trust: TrustStore, style: Any) -> None:
    seen: set[str] = set()
    for row in (each for each in BAD_SIGNATURES if style in each.styles):
        holder = keys.holder("hospital" if row.whose == STRUCTURE else "doctor")
        lot = row.change(Lot.of(holder, ins.patient()))
        submission = lot.signed(style, partial(_made, row, keys))
        token = vihf.header(vihf.token(holder, lot.set.patient)).encode()
        packed = Package(Envelope(submission.provide(()), PROVIDE, headers=[token]).xml(), documents(submission))
        body, kind = packed.body(), packed.content_type
        remarks = [
            *judge(body, content_type=kind, profile="dmp", trust=trust).remarks,
            *judge(body, content_type=kind, profile="ihe").remarks,
            *judge(submission.entries[-1].content, profile="dmp", trust=trust).remarks,
            *judge(submission.entries[-1].content, profile="ihe").remarks,
        ]
        seen |= {each.rule for each in remarks}
        assert mixed(remarks) == [], row.id
    assert len({each for each in seen if each.startswith("lot.")}) >= 10


def test_everything_wrong_in_the_metadata_is_told_whole_in_each_language(keys: Keys) -> None:
    seen: set[str] = set()
    holder = keys.holder("doctor")
    for row in (*BAD_METADATA, *DOCUMENTS):
        submission = row.change(Lot.of(holder, ins.patient())).signed()
        packed = Package(Envelope(submission.provide(()), PROVIDE).xml(), documents(submission))
        remarks = judge(packed.body(), content_type=packed.content_type, profile="dmp").remarks
        seen |= {each.rule for each in remarks}
        assert mixed(remarks) == [], row.id
    assert len({each for each in seen if each.startswith("fr.")}) >= 60


def _made(row: BadSignature, keys: Keys, lot: Lot, style: Style) -> bytes:
    return row.make(Signing(lot, style, keys))


# --- the books ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("book", [BOOK, FRENCH_BOOK, LOT, OWN], ids=["ihe", "dmp", "signature", "lint"])
def test_every_sentence_of_every_book_is_whole_in_its_language(book: Any) -> None:
    rules = list(book.values() if isinstance(book, dict) else book)
    assert len(rules) > 30
    assert mixed(Remark(each.id, MUST, "", "", each.en, each.fr) for each in rules) == []


# --- what is said of them -------------------------------------------------------------------------------------------

_RAISED = frozenset(
    {
        "SignatureRefused",
        "TokenRefused",
        "CertificateRefused",
        "DistinguishedNameError",
        "_structure",
        "_wrong",
        "_refuse",
    }
)
_OF_PARTS = frozenset({"{} {}", "{}: {}", "{}/@{}: {}", "{}{} is not what was signed: its digest differs"})
"""Sentences put together of parts that stand in the tables themselves."""
_NOT_TOLD = (
    "audit",
    "issuing",
    "keyfiles",
    "ocsp",
    "tls",
    "watching",
    "trustfiles",
    "tokens",
    "identities",
    "tampering",
)
_SAID_IN = [
    *(path for path in sorted((ROOT / "security").rglob("*.py")) if not any(w in str(path) for w in _NOT_TOLD)),
    *sorted((ROOT / "dmp" / "vihf").glob("*.py")),
    ROOT / "dmp" / "lot_signer.py",
]


def said(path: Path) -> Iterator[str]:
    """The sentences that a module refuses with, `{}` for each value."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in _RAISED:
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value
                elif isinstance(argument, ast.JoinedStr):
                    yield "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in argument.values)


def test_every_sentence_stands_in_a_table() -> None:
    known = {sentence for pair in PHRASES for sentence in pair} | _OF_PARTS
    lacking = {
        (path.name, sentence)
        for path in _SAID_IN
        for sentence in said(path)
        if " " in sentence and sentence not in known
    }
    assert lacking == set()


def test_every_pair_is_whole_and_comes_back() -> None:
    for english, french in PHRASES:
        values = [f"v{number}" for number in range(english.count("{}"))]
        assert foreign(english, FRENCH) == set(), english
        assert foreign(french, ENGLISH) == set(), french
        if french.count("{}") == len(values):
            one, other = english.format(*values), french.format(*values)
            assert in_french(one) == other
            assert in_english(other) == one


def test_a_sentence_inside_another_is_told_in_the_same_language() -> None:
    text = "the signer's certificate: CN=X expired on 2026-01-01 00:00 UTC"
    assert in_french(text) == "le certificat du signataire : CN=X a expiré le 2026-01-01 00:00 UTC"
    assert in_english(in_french(text)) == text


def test_what_only_a_library_has_words_for_is_quoted_in_french() -> None:
    assert told("attributes construct error") == Both("attributes construct error", "« attributes construct error »")
    assert told("x") == Both("x", "x")


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("there is no assigning authority; a patient id is written id^^^&OID&ISO", "l'autorité d'affectation manque"),
        ("missing value at character 7", "il manque une valeur au caractère 7"),
        ("'x' instead of ',' or ')' at character 3", "'x' au lieu de ',' ou ')' au caractère 3"),
        ("rim:Slot has no attribute nome", "rim:Slot n'a pas d'attribut nome"),
    ],
)
def test_the_reason_of_a_rule_is_told_in_french(english: str, french: str) -> None:
    assert in_french(english).startswith(french)
