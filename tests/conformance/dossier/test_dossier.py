"""The evidence folder from recorded traffic: what is in it, what is masked, what is said to be missing."""

import csv
import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from conformance.dossier.cli import dossier
from conformance.dossier.sources import recorded as read

NUMBER = b"CARNET-TEST"
"""The approval number that the client of this project writes."""


def made(*words: str | Path) -> Result:
    return CliRunner().invoke(dossier, [str(word) for word in words])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "dossier"


def test_each_code_has_its_exchanges_and_files(recorded: Path, out: Path) -> None:
    result = made("--from", recorded, "--out", out)
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in out.iterdir() if p.is_dir()) == ["TD2.1a", "TD2.1b", "TD3.1a", "TD3.1b", "TD3.2"]
    for code, ending in (("TD2.1b", "mime"), ("TD3.1a", "xml"), ("TD3.2", "mime")):
        names = {path.name for path in (out / code).iterdir()}
        assert names == {
            f"01-requete.{ending}",
            f"01-reponse.{ending}",
            "01-entetes.txt",
            "01-enveloppe.xml",
            "01-enveloppe-reponse.xml",
            "controles.json",
            "resume.md",
            "captures",
        }
    assert (out / "TD2.1a" / "02-requete.mime").is_file(), "the one answered as busy"
    for line in result.output.splitlines()[:-1]:
        assert "prêt" in line or "captures" in line, line


def test_nothing_but_the_approval_number_is_changed(recorded: Path, out: Path) -> None:
    made("--from", recorded, "--out", out)
    [exchange] = [each for each in read(recorded) if each.contents.transaction == "ITI-43"]
    assert NUMBER in exchange.request.body
    written = (out / "TD3.2" / "01-requete.mime").read_bytes()
    assert written == exchange.request.body.replace(NUMBER, b"X" * len(NUMBER))
    assert exchange.response is not None
    assert (out / "TD3.2" / "01-reponse.mime").read_bytes() == exchange.response.body


def test_the_approval_number_is_nowhere_in_the_folder(recorded: Path, out: Path) -> None:
    made("--from", recorded, "--out", out)
    files = [path for path in out.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path for path in files if NUMBER in path.read_bytes()] == []
    assert "masqué" in (out / "index.html").read_text() or "remplacé" in (out / "index.html").read_text()
    assert "LPS_ID_HOMOLOGATION_DMP" in (out / "TD3.2" / "resume.md").read_text()


def test_the_approval_number_is_in_no_sentence_either(recorded: Path, tmp_path: Path, out: Path) -> None:
    remark = {"rule": "vihf.x", "level": "MUST", "section": "s", "where": "", "part": "", "code": ""}
    said = {"en": f"the number {NUMBER.decode()} is wrong", "fr": f"le numéro {NUMBER.decode()} est faux"}
    made("--from", edited(recorded, tmp_path, ("remarks", [remark | said]), ("verdict", "FAIL")), "--out", out)
    assert "le numéro XXXXXXXXXXX est faux" in (out / "TD3.2" / "resume.md").read_text()
    assert [path for path in out.rglob("*") if path.is_file() and NUMBER in path.read_bytes()] == []


def test_unmasked_bytes_are_exact_and_said_to_be_so(recorded: Path, out: Path) -> None:
    made("--from", recorded, "--out", out, "--unmasked")
    [exchange] = [each for each in read(recorded) if each.contents.transaction == "ITI-43"]
    assert (out / "TD3.2" / "01-requete.mime").read_bytes() == exchange.request.body
    assert "Rien n'est masqué" in (out / "TD3.2" / "resume.md").read_text()
    assert "Rien n&#39;est masqué" in (page := (out / "index.html").read_text()) or "Rien n'est masqué" in page


def test_the_summary_tells_what_was_done_in_french(recorded: Path, out: Path) -> None:
    made("--from", recorded, "--out", out, "--software", "Carnet", "--version", "1")
    text = (out / "TD2.1b" / "resume.md").read_text()
    for told in (
        "# TD2.1b : Alimentation",
        "| Logiciel | Carnet 1 |",
        "**prêt**",
        "remplace un document (RPLC)",
        "1 signature de lot",
        "0 exigence(s) non respectée(s)",
        "Success",
        "ni homologation",
    ):
        assert told in text
    busy = (out / "TD2.1a" / "resume.md").read_text()
    assert "volontairement fautive" in busy
    assert "XDSRepositoryBusy" in busy


def test_the_controls_are_for_programs(recorded: Path, out: Path) -> None:
    made("--from", recorded, "--out", out)
    told = json.loads((out / "TD3.1a" / "controles.json").read_text())
    assert told["state"] == "ready"
    [exchange] = told["exchanges"]
    assert exchange["verdict"] == "PASS"
    assert {"VIHF", "VIHF certificate"} <= {control["rule"] for control in exchange["controls"]}
    assert {control["verdict"] for control in exchange["controls"]} == {"PASS"}


def test_the_table_has_a_line_per_code(recorded: Path, out: Path) -> None:
    made("--from", recorded, "--out", out)
    rows = list(csv.reader((out / "index.csv").read_text(encoding="utf-8-sig").splitlines(), delimiter=";"))
    assert [row[0] for row in rows] == ["code", "TD2.1a", "TD2.1b", "TD3.1a", "TD3.1b", "TD3.2"]
    assert rows[1][2] == "prêt"


def test_the_page_stands_alone_and_escapes_what_it_shows(recorded: Path, out: Path) -> None:
    made("--from", recorded, "--out", out, "--software", "<script>alert(1)</script>")
    page = (out / "index.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "http" not in page.partition("</style>")[0]
    assert "src=" not in page
    assert 'lang="fr"' in page
    made("--from", recorded, "--out", out, "--language", "en")
    assert "This is a preparation" in (out / "index.html").read_text()
    assert "# TD2.1a : Feeding a DMP" in (out / "TD2.1a" / "resume.md").read_text()


def test_screenshots_and_notes_of_a_person_stay(recorded: Path, out: Path) -> None:
    made("--from", recorded, "--out", out)
    (out / "TD2.1a" / "captures" / "écran.png").write_bytes(b"png")
    (out / "TD2.1a" / "notes.txt").write_text("mine")
    result = made("--from", recorded, "--out", out, "--code", "td2.1a")
    assert (out / "TD2.1a" / "captures" / "écran.png").read_bytes() == b"png"
    assert (out / "TD2.1a" / "notes.txt").read_text() == "mine"
    assert "captures" not in result.output
    assert "captures/%C3%A9cran.png" in (out / "index.html").read_text()


def test_a_folder_of_other_things_is_left_alone(recorded: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    result = made("--from", recorded, "--out", tmp_path)
    assert result.exit_code == 1
    assert "other things than a dossier" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


# --- what is missing ------------------------------------------------------------------------------------------------


def edited(recorded: Path, tmp_path: Path, *changes: tuple[str, object]) -> Path:
    """A copy whose exchanges are told otherwise."""
    copy = tmp_path / "copy"
    shutil.copytree(recorded, copy)
    told = json.loads((copy / "watch.json").read_text())
    for key, value in changes:
        if key in told:
            told[key] = value
        else:
            for row in told["exchanges"]:
                row[key] = value
    (copy / "watch.json").write_text(json.dumps(told))
    return copy


def test_a_code_without_an_exchange_is_missing(recorded: Path, tmp_path: Path, out: Path) -> None:
    copy = edited(recorded, tmp_path)
    told = json.loads((copy / "watch.json").read_text())
    told["exchanges"] = [row for row in told["exchanges"] if row["transaction"] != "ITI-43"]
    (copy / "watch.json").write_text(json.dumps(told))
    result = made("--from", copy, "--out", out)
    assert result.exit_code == 0
    assert "manquant" in result.output
    assert "aucun échange enregistré" in (out / "TD3.2" / "resume.md").read_text()
    assert "Consultez un document" in (out / "index.html").read_text()


def test_a_breach_is_to_be_corrected(recorded: Path, tmp_path: Path, out: Path) -> None:
    remark = {
        "rule": "de.hash.format",
        "level": "MUST",
        "section": "ITI TF-3",
        "where": "/a",
        "part": "",
        "code": "",
        "en": "wrong",
        "fr": "<b>faux</b> | [x](y)",
    }
    result = made("--from", edited(recorded, tmp_path, ("verdict", "FAIL"), ("remarks", [remark])), "--out", out)
    assert result.exit_code == 3
    assert "à corriger" in result.output
    assert "un échange sans écart : de.hash.format" in result.output
    page = (out / "index.html").read_text()
    assert "<b>faux</b>" not in page
    assert "&lt;b&gt;faux&lt;/b&gt;" in page
    assert r"\<b\>faux\</b\> \| \[x\](y)" in (out / "TD3.2" / "resume.md").read_text()


@pytest.mark.parametrize(
    ("change", "told", "code"),
    [
        (("profile", "ihe"), "--profile dmp", 3),
        (("outcome", "Failure"), "une réponse en succès", 3),
        (("misbehaviours", ["busy"]), "une réponse en succès", 3),
        (("verdict", "NOT RUN"), "rien n'a pu être contrôlé", 3),
        (("checked", ["SOAP"]), "--trust", 0),
        (("verdict", "WARN"), "à vérifier", 0),
    ],
)
def test_what_lacks_is_said(
    recorded: Path, tmp_path: Path, out: Path, change: tuple[str, object], told: str, code: int
) -> None:
    result = made("--from", edited(recorded, tmp_path, change), "--out", out)
    assert result.exit_code == code
    assert told in result.output
    assert "prêt" not in result.output


def test_another_product_than_the_one_of_the_dossier_is_noticed(recorded: Path, out: Path) -> None:
    result = made("--from", recorded, "--out", out, "--software", "Mon LGC", "--version", "4.2")
    assert "le VIHF nomme « Carnet 1 », le dossier « Mon LGC 4.2 »" in result.output
    assert "prêt" not in result.output


def test_a_message_without_a_token_is_no_evidence_for_the_dmp(recorded: Path, tmp_path: Path, out: Path) -> None:
    copy = edited(recorded, tmp_path)
    for path in copy.rglob("01-request.*"):
        if path.suffix != ".headers":
            path.write_bytes(path.read_bytes().replace(b":Assertion", b":Nothing"))
    result = made("--from", copy, "--out", out)
    assert result.exit_code == 3
    assert "le VIHF : le message n'en porte pas" in result.output


def test_traffic_of_several_days_adds_up(recorded: Path, tmp_path: Path, out: Path) -> None:
    result = made("--from", recorded, "--from", edited(recorded, tmp_path), "--out", out)
    assert result.exit_code == 0
    assert (out / "TD3.2" / "02-requete.mime").is_file()


# --- one's own plan -------------------------------------------------------------------------------------------------


def test_a_plan_of_ones_own(recorded: Path, tmp_path: Path, out: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(
        """
[[code]]
code = "A-12"
title = "Alimentation : réponse en erreur"
like = "TD2.1a"
misbehaviour = "busy"

[[code]]
code = "A-13"
exchanges = ["iti-43/watch"]
""",
        encoding="utf-8",
    )
    result = made("--from", recorded, "--map", plan, "--out", out)
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in out.iterdir() if p.is_dir()) == ["A-12", "A-13"]
    assert "XDSRepositoryBusy" in (out / "A-12" / "resume.md").read_text()
    assert (out / "A-13" / "01-requete.mime").is_file()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code = 1", "holds no [[code]]"),
        ('[[code]]\ncode = "../up"\nlike = "TD3.2"', "names a folder"),
        ('[[code]]\ncode = ".."\nlike = "TD3.2"', "names a folder"),
        ('[[code]]\ncode = "A"', "say which exchanges"),
        ('[[code]]\ncode = "A"\nlike = "TD9"', "there are TD2.1a"),
        ('[[code]]\ncode = "A"\nlik = "TD3.2"', "is not a key"),
        ('[[code]]\ncode = "A"\nlike = "TD3.2"\n[[code]]\ncode = "a"\nlike = "TD3.2"', "stands twice"),
        ("[[code", "is not TOML"),
    ],
)
def test_a_wrong_plan_is_a_sentence(recorded: Path, tmp_path: Path, out: Path, text: str, told: str) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(text)
    result = made("--from", recorded, "--map", plan, "--out", out)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())
    assert not out.exists()


# --- what cannot be used --------------------------------------------------------------------------------------------


def test_an_unknown_code_is_a_usage_error(recorded: Path, out: Path) -> None:
    result = made("--from", recorded, "--out", out, "--code", "TD9.9")
    assert result.exit_code == 2
    assert "there are TD2.1a" in result.output


def test_a_folder_without_traffic_is_a_sentence(tmp_path: Path, out: Path) -> None:
    result = made("--from", tmp_path, "--out", out)
    assert result.exit_code == 1
    assert "neither watch.json nor result.json" in result.output


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 7}', '{"schema": 1}', '{"schema": 1, "exchanges": [1]}'])
def test_a_damaged_folder_is_a_sentence(tmp_path: Path, out: Path, text: str) -> None:
    (tmp_path / "watch.json").write_text(text)
    result = made("--from", tmp_path, "--out", out)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "watch.json" in result.output


def test_a_record_cannot_reach_out_of_its_folder(recorded: Path, tmp_path: Path, out: Path) -> None:
    copy = edited(recorded, tmp_path)
    told = json.loads((copy / "watch.json").read_text())
    told["exchanges"][0]["request"]["body"] = "../../../../etc/passwd"
    (copy / "watch.json").write_text(json.dumps(told))
    result = made("--from", copy, "--out", out)
    assert result.exit_code == 1
    assert "lies outside" in result.output


def test_the_folder_of_a_run_serves_too(recorded: Path, tmp_path: Path, out: Path) -> None:
    copy = edited(recorded, tmp_path)
    (copy / "watch.json").unlink()
    result = made("--from", copy, "--out", out)
    assert result.exit_code == 0, result.output
    assert (out / "TD3.2" / "01-requete.mime").is_file()
    assert ElementTree.parse(out / "TD3.2" / "01-enveloppe.xml").getroot().tag.endswith("}Envelope")


def test_nothing_recorded_ends_with_4(recorded: Path, tmp_path: Path, out: Path) -> None:
    result = made("--from", edited(recorded, tmp_path, ("exchanges", [])), "--out", out)
    assert result.exit_code == 4
    assert (out / "index.html").is_file()
