"""`carnet rules`: every rule by its id, and which of them an affinity domain may waive."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from carnet.cli import main
from carnet.rulebooks import BOOKS, every_rule
from client import sample
from conformance.judging import judge
from conformance.judging.book import OWN
from dmp.lot_rules import LOT
from dmp.rules import FRENCH
from dmp.waiving import CannotWaive, check_waived, why_not
from metadata.affinity import AffinityDomain, AffinityError, load
from metadata.rules import BOOK


def told(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["rules", *arguments], env={"COLUMNS": "400"})
    assert result.exit_code == 0, result.output
    return result.output


def test_every_rule_of_every_book_is_listed_once() -> None:
    listed = [each.id for each in every_rule()]
    assert sorted(listed) == sorted([*BOOK.rules, *FRENCH.rules, *LOT.rules, *OWN])
    output = told()
    assert output.endswith(f"{len(listed)} rules\n") or f"{len(listed)} rules" in output.splitlines()[-1]
    for each in listed:
        assert re.search(rf"^{re.escape(each)}  ", output, re.MULTILINE), each


@pytest.mark.parametrize("book", BOOKS)
def test_a_book_is_listed_by_itself(book: str) -> None:
    own = [each.id for each in every_rule() if each.book == book]
    output = told("--book", book)
    assert own
    assert f"{len(own)} rules" in output
    assert [line.partition("  ")[0] for line in output.splitlines() if re.match(r"[a-z][\w.-]+  M?S?", line)] == own


def test_one_rule_is_explained_whole_in_either_language() -> None:
    english, french = told("fr.patientId.key"), told("fr.patientId.key", "--language", "fr")
    for output in (english, french):
        for words in ("SHOULD (MUST with strict)", "ANS Référentiel INS", "XDSRegistryMetadataError (ITI-42, ITI-61)"):
            assert words in output
        assert "the key of the INS" in output
        assert "la clé de l'INS" in output
    assert english.index("the key") < english.index("la clé")
    assert french.index("la clé") < french.index("the key")


def test_the_beginning_of_an_id_names_all_that_begin_so() -> None:
    assert {line.split("  ")[0] for line in told("lot.manifest").splitlines() if line.startswith("lot.")} == {
        "lot.manifest-set",
        "lot.manifest-missing",
        "lot.manifest-extra",
        "lot.manifest-duplicate",
    }


def test_a_rule_that_is_not_there_is_told_with_the_nearest() -> None:
    result = CliRunner().invoke(main, ["rules", "fr.patientId.kee"])
    assert result.exit_code == 2
    assert "did you mean fr.patientId.key?" in result.output


# --- waiving --------------------------------------------------------------------------------------------------------


def domain(tmp_path: Path, rule_id: str) -> AffinityDomain:
    file = tmp_path / "domain.toml"
    file.write_text(f'[rules]\nwaive = ["{rule_id}"]\n')
    return load(file)


@pytest.mark.parametrize("rule_id", ["fr.patientId.key", "fr.confidentialityCode.cumul", "de.hash.format"])
def test_a_rule_that_only_looks_at_metadata_may_be_waived(tmp_path: Path, rule_id: str) -> None:
    assert check_waived(domain(tmp_path, rule_id)).waived == {rule_id}


@pytest.mark.parametrize(
    ("rule_id", "sentence"),
    [
        ("lot.value", "a signature holds or it does not"),
        ("fr.lot.signer.structure", "the setting sites"),
        ("fr.signature.missing", "which document signs the set"),
        ("fr.cda.title", "the setting coherence"),
        ("lot.dsg.title", "no server refuses by it"),
        ("fr.patientId.kee", "does not exist; did you mean fr.patientId.key?"),
        ("lot.", "does not exist"),
    ],
)
def test_a_rule_that_cannot_be_waived_is_refused_with_a_sentence(tmp_path: Path, rule_id: str, sentence: str) -> None:
    with pytest.raises(CannotWaive, match=re.escape(sentence)):
        check_waived(domain(tmp_path, rule_id))


def test_what_a_service_does_itself_cannot_be_waived(tmp_path: Path) -> None:
    with pytest.raises(AffinityError, match="which cannot be waived"):
        domain(tmp_path, "repository.hash.mismatch")


def test_every_rule_is_waived_or_refused_as_the_command_says(tmp_path: Path) -> None:
    for each in every_rule():
        if each.book != "lint":
            assert ("may waive it" in each.waiving) is _waivable(tmp_path, each.id), each.id


def _waivable(tmp_path: Path, rule_id: str) -> bool:
    try:
        check_waived(domain(tmp_path, rule_id))
    except (AffinityError, CannotWaive):
        return False
    return True


def test_a_waived_rule_of_the_dmp_is_not_applied() -> None:
    letter = sample.fresh().letter
    assert b'<languageCode code="fr-FR"/>' in letter
    other = letter.replace(b'<languageCode code="fr-FR"/>', b'<languageCode code="fr"/>')
    rule_id = "fr.languageCode.unknown"
    assert why_not(rule_id) is None
    assert rule_id in {each.rule for each in judge(other, profile="dmp").remarks}
    waived = AffinityDomain(waived=frozenset({rule_id}))
    assert rule_id not in {each.rule for each in judge(other, profile="dmp", domain=waived).remarks}


def test_serve_refuses_a_domain_that_waives_what_cannot_be(tmp_path: Path) -> None:
    file = tmp_path / "domain.toml"
    file.write_text('[rules]\nwaive = ["lot.value"]\n')
    command = ["serve", "--codes", str(file), "--data", str(tmp_path / "data"), "--port", "0"]
    result = subprocess.run([sys.executable, "-m", "carnet", *command], capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert "rules.waive names lot.value, which cannot be waived" in result.stderr
