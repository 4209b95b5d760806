"""Codes of a target with a closed affinity domain."""

from pathlib import Path

import pytest

from conformance.codes import read_codes
from conformance.messages.objects import CODES
from conformance.target import TargetError


def domain(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "domain.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_codes_are_those_of_the_domain_and_a_second_one_where_it_has_two(tmp_path: Path) -> None:
    codes = read_codes(domain(tmp_path, '[codes.typeCode]\n"2.999.2" = ["T1", "T2"]\n')).codes
    assert codes == {"typeCode": ("T1", "2.999.2", "T1"), "typeCode-2": ("T2", "2.999.2", "T2")}


def test_a_domain_of_one_code_has_no_second_one(tmp_path: Path) -> None:
    codes = read_codes(domain(tmp_path, '[codes.classCode]\n"2.999.1" = ["C1"]\n')).codes
    assert codes == {"classCode": ("C1", "2.999.1", "C1")}


def test_our_own_code_stays_where_the_domain_takes_it(tmp_path: Path) -> None:
    text = '[codes.confidentialityCode]\n"2.16.840.1.113883.5.25" = ["A", "N", "R"]\n'
    codes = read_codes(domain(tmp_path, text)).codes
    assert codes["confidentialityCode"] == CODES["confidentialityCode"]
    assert codes["confidentialityCode-2"][0] == "A"


def test_a_file_that_describes_no_domain_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TargetError):
        read_codes(domain(tmp_path, "codes = ["))


def test_a_domain_that_does_not_take_plain_text_gives_a_type_that_it_takes(tmp_path: Path) -> None:
    assert read_codes(domain(tmp_path, 'mime_types = ["text/xml", "application/pdf"]\n')).mime_type == "application/pdf"
    assert read_codes(domain(tmp_path, 'mime_types = ["text/plain", "application/pdf"]\n')).mime_type == ""
    assert read_codes(domain(tmp_path, 'patient_authorities = ["1.2.3"]\n')).mime_type == ""
