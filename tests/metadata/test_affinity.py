"""An affinity domain is read from whatever describes it, and a file that cannot be used says why."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.affinity import ATTRIBUTES, CODED, DEMANDABLE, AffinityDomain, AffinityError, Limits, load
from metadata.affinity.svs import attribute_of
from metadata.rules import BOOK

PAGE = Path(__file__).parents[2] / "docs" / "affinity.md"

TOOLKIT = """\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Codes>
    <CodeType name="confidentialityCode" classScheme="urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f">
        <Code code="N" display="normal" codingScheme="2.16.840.1.113883.5.25" system="http://example.org/conf"/>
        <Code code="R" display="restricted" codingScheme="2.16.840.1.113883.5.25"/>
    </CodeType>
    <CodeType name="folderCodeList" classScheme="urn:uuid:1ba97051-7806-41a8-a48b-8fce7af683c5">
        <Code code="episode" display="Episode" codingScheme="2.999.1"/>
    </CodeType>
    <CodeType name="typeCode">
        <Code code="34133-9" display="Summary" codingScheme="2.16.840.1.113883.6.1"/>
    </CodeType>
    <CodeType name="shoeSize"><Code code="43" codingScheme="2.999.2"/></CodeType>
    <CodeType name="mimeType">
        <Code  code="text/xml" ext="xml"/>
        <Code  code="Application/PDF" ext="pdf"/>
    </CodeType>
    <AssigningAuthority id="&amp;1.3.6.1.4.1.21367.13.20.1000&amp;ISO" display="IHERED"/>
    <AssigningAuthority id="2.999.3"/>
</Codes>
"""


def value_set(name: str, *concepts: str, oid: str = "2.999.77") -> str:
    """An ANS value set as downloaded, with `concepts` of coding scheme 2.999.5."""
    written = "".join(f'<Concept code="{c}" codeSystem="2.999.5" displayName="Libellé de {c}"/>' for c in concepts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<RetrieveValueSetResponse xmlns="urn:ihe:iti:svs:2008">\n'
        f'<ValueSet id="{oid}" displayName="{name}.tabs" typeFichier="JDV"><ConceptList>{written}</ConceptList>'
        "</ValueSet>\n</RetrieveValueSetResponse>\n"
    )


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(AffinityError) as raised:
        load(path)
    message = str(raised.value)
    assert message.startswith(str(path)), "an error begins with the file"
    return message[len(str(path)) :]


# --- the value ------------------------------------------------------------------------------------------------------


def test_the_open_domain_takes_anything() -> None:
    domain = AffinityDomain.open()
    assert domain.codes == {}
    assert (domain.patient_authorities, domain.mime_types, domain.extra_metadata) == (frozenset(), frozenset(), "store")


def test_the_attributes_are_those_of_the_standard() -> None:
    assert set(ATTRIBUTES) == {*CODED, "authorSpecialty"}
    assert len(set(CODED.values())) == len(CODED)


# --- the toolkit's codes.xml ----------------------------------------------------------------------------------------


def test_a_toolkit_file_gives_codes_mime_types_and_authorities(tmp_path: Path) -> None:
    domain = load(written(tmp_path / "codes.xml", TOOLKIT))
    assert domain.codes == {
        "confidentialityCode": {("N", "2.16.840.1.113883.5.25"), ("R", "2.16.840.1.113883.5.25")},
        "codeList": {("episode", "2.999.1")},  # told by its classScheme
        "typeCode": {("34133-9", "2.16.840.1.113883.6.1")},  # told by its name
    }
    assert domain.mime_types == {"text/xml", "application/pdf"}
    assert domain.patient_authorities == {"1.3.6.1.4.1.21367.13.20.1000", "2.999.3"}
    assert domain.name == "codes.xml"


@pytest.mark.parametrize(
    ("line", "spoiled", "expected"),
    [
        ('codingScheme="2.999.1"', "", ', line 8: a Code of codeList has no codingScheme; write <Code code="…"'),
        ('code="34133-9"', 'code=""', ", line 11: a Code of typeCode has no code; write"),
        ('code="text/xml"', 'code="xml"', ', line 15: mimeType "xml" is not of the form type/subtype'),
        ('id="2.999.3"', 'id="IHERED"', ', line 19: AssigningAuthority "IHERED" is not &OID&ISO'),
    ],
)
def test_what_is_wrong_in_a_toolkit_file_is_told_with_its_line(
    line: str, spoiled: str, expected: str, tmp_path: Path
) -> None:
    assert refusal(written(tmp_path / "codes.xml", TOOLKIT.replace(line, spoiled))).startswith(expected)


def test_a_toolkit_file_without_codes_is_refused(tmp_path: Path) -> None:
    assert "there must be <CodeType" in refusal(written(tmp_path / "codes.xml", "<Codes/>"))


# --- ANS value sets -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("oid", "name", "expected"),
    [
        ("1.2.250.1.213.1.1.5.471", "anything", "typeCode"),
        ("", "JDV_J02_XdsHealthcareFacilityTypeCode_CISIS.tabs", "healthcareFacilityTypeCode"),
        ("", "JDV_J66-TypeCode-DMP", "typeCode"),
        ("", "JDV_J01_XdsAuthorSpecialty_CISIS.tabs", "authorSpecialty"),
        ("", "JDV_J999_XdsEventCode_CISIS", "eventCodeList"),
        ("", "JDV_J143_AdministrativeGender_CISIS.tabs", None),
    ],
)
def test_a_value_set_tells_its_attribute_by_id_number_or_name(oid: str, name: str, expected: str | None) -> None:
    assert attribute_of(oid, name) == expected


def test_a_value_set_gives_the_codes_of_its_attribute(tmp_path: Path) -> None:
    path = written(tmp_path / "j07.xml", value_set("JDV_J07_XdsTypeCode_CISIS", "11488-4", "34133-9"))
    assert load(path).codes == {"typeCode": {("11488-4", "2.999.5"), ("34133-9", "2.999.5")}}


def test_a_directory_of_value_sets_gives_them_all(tmp_path: Path) -> None:
    written(tmp_path / "a.xml", value_set("JDV_J07_XdsTypeCode_CISIS", "11488-4"))
    written(tmp_path / "b.xml", value_set("JDV_J66-TypeCode-DMP", "34133-9"))
    written(tmp_path / "c.xml", value_set("JDV_J08_XdsConfidentialityCode_CISIS", "N"))
    written(tmp_path / "d.xml", value_set("JDV_J143_AdministrativeGender_CISIS", "F"))
    written(tmp_path / "read.me", "not a value set")
    assert load(tmp_path).codes == {
        "typeCode": {("11488-4", "2.999.5"), ("34133-9", "2.999.5")},
        "confidentialityCode": {("N", "2.999.5")},
    }


def test_a_value_set_of_no_attribute_is_refused_with_advice(tmp_path: Path) -> None:
    path = written(tmp_path / "sex.xml", value_set("JDV_J143_AdministrativeGender_CISIS", "F", "M"))
    assert 'name one in TOML: [codes] typeCode = "file.xml"' in refusal(path)
    assert "none of its 1 .xml files" in refusal(tmp_path)


def test_a_concept_without_coding_scheme_is_told_with_its_line(tmp_path: Path) -> None:
    text = value_set("JDV_J07_XdsTypeCode_CISIS", "11488-4").replace('codeSystem="2.999.5"', "")
    assert refusal(written(tmp_path / "j.xml", text)).startswith(
        ", line 3: a Concept has no codeSystem; write <Concept"
    )


# --- Carnet's TOML --------------------------------------------------------------------------------------------------


def test_the_example_of_the_page_is_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    domain = load(written(tmp_path / "affinity.toml", example))
    assert domain == AffinityDomain(
        name="Réseau de santé du Nord",
        patient_authorities=frozenset({"1.2.250.1.213.1.4.10"}),
        codes={
            "confidentialityCode": frozenset((code, "2.16.840.1.113883.5.25") for code in "NRV"),
            "typeCode": frozenset((code, "2.16.840.1.113883.6.1") for code in ("34133-9", "11488-4")),
        },
        mime_types=frozenset({"text/xml", "application/pdf"}),
        required=frozenset({"DocumentEntry.author", "DocumentEntry.title"}),
        waived=frozenset({"de.patientId.components"}),
    )


def test_the_page_names_every_attribute_that_can_be_configured() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in (*ATTRIBUTES, *(name.rpartition(".")[2] for name in DEMANDABLE)):
        assert name in page, f"say in docs/affinity.md what {name} is"


def test_an_empty_file_is_the_open_domain(tmp_path: Path) -> None:
    assert load(written(tmp_path / "north.toml", "")) == AffinityDomain(name="north")


def test_included_files_and_named_value_sets_add_up(tmp_path: Path) -> None:
    written(tmp_path / "codes.xml", TOOLKIT)
    (tmp_path / "jdv").mkdir()
    written(tmp_path / "jdv" / "j.xml", value_set("JDV_J07_XdsTypeCode_CISIS", "11488-4"))
    written(tmp_path / "own.xml", value_set("Our own list", "PS1"))
    domain = load(
        written(
            tmp_path / "affinity.toml",
            'include = ["codes.xml", "jdv"]\nextra_metadata = "drop"\n[codes]\npracticeSettingCode = "own.xml"\n'
            '[codes.confidentialityCode]\n"2.16.840.1.113883.5.25" = ["V"]\n[limits]\nfolder_title = 60\n',
        )
    )
    assert {code for code, _ in domain.codes["confidentialityCode"]} == {"N", "R", "V"}
    assert {code for code, _ in domain.codes["typeCode"]} == {"34133-9", "11488-4"}
    assert domain.codes["practiceSettingCode"] == {("PS1", "2.999.5")}
    assert domain.patient_authorities == {"1.3.6.1.4.1.21367.13.20.1000", "2.999.3"}
    assert domain.limits == Limits(folder_title=60)
    assert domain.extra_metadata == "drop"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name = ", ": not TOML: Invalid value (at end of document)"),
        ("mime_type = []", ": mime_type means nothing here; did you mean mime_types?"),
        ("name = 3", ": name is not a text"),
        ('mime_types = "text/xml"', ': mime_types is not a list of texts; write mime_types = ["…"]'),
        ('mime_types = ["xml"]', ': mime_types has "xml", which is not type/subtype'),
        ('patient_authorities = ["1.02.3"]', ': patient_authorities has "1.02.3", which is not an OID'),
        ('extra_metadata = "keep"', ': extra_metadata is "keep"; it is "store" or "drop"'),
        (
            'required = ["DocumentEntry.titel"]',
            ": required names DocumentEntry.titel, which does not exist; did you mean DocumentEntry.title?",
        ),
        ("codes = 3", ": codes is not a table; write [codes]"),
        ("[codes]\ntypecode = {}", ": [codes] names typecode, which does not exist; did you mean typeCode?"),
        ("[codes]\ntypeCode = 3", ": codes.typeCode is neither a table of coding schemes nor the name of a file"),
        (
            '[codes.typeCode]\n"2.999" = "N"',
            ': codes.typeCode."2.999" is not a list of codes; write "2.999" = ["N", "R"]',
        ),
        (
            '[rules]\nwaive = ["de.hash.formt"]',
            ": rules.waive names de.hash.formt, which does not exist; did you mean de.hash.format?",
        ),
        ("[rules]\nskip = []", ": rules.skip means nothing here; there are waive"),
        ("[limits]\nfolder_title = 0", ": limits.folder_title is 0; it is a number of characters"),
        ("[limits]\nentry_titel = 3", ": limits.entry_titel means nothing here; did you mean limits.entry_title?"),
    ],
)
def test_what_is_wrong_in_a_toml_file_is_told_with_what_is_right(text: str, expected: str, tmp_path: Path) -> None:
    assert refusal(written(tmp_path / "affinity.toml", text)) == expected


def test_a_named_value_set_that_is_not_there_is_told_by_its_own_name(tmp_path: Path) -> None:
    written(tmp_path / "affinity.toml", '[codes]\ntypeCode = "j07.xml"')
    with pytest.raises(AffinityError, match=r"j07\.xml: cannot be read: No such file or directory"):
        load(tmp_path / "affinity.toml")


def test_a_file_that_includes_itself_is_refused(tmp_path: Path) -> None:
    assert "included by itself" in refusal(written(tmp_path / "affinity.toml", 'include = ["affinity.toml"]'))


@pytest.mark.parametrize("rule_id", ["de.patientId.components", "folder.title.missing"])
def test_every_rule_can_be_waived(rule_id: str, tmp_path: Path) -> None:
    assert rule_id in BOOK
    assert load(written(tmp_path / "a.toml", f'[rules]\nwaive = ["{rule_id}"]')).waived == {rule_id}


@given(
    st.dictionaries(
        st.sampled_from(sorted(ATTRIBUTES)),
        st.frozensets(
            st.tuples(
                st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=12),
                st.from_regex(r"[0-2](\.[1-9][0-9]{0,3}){1,5}", fullmatch=True),
            ),
            min_size=1,
            max_size=5,
        ),
    )
)
def test_codes_written_as_toml_are_read_back(tmp_path_factory: pytest.TempPathFactory, codes: object) -> None:
    assert isinstance(codes, dict)
    lines = []
    for attribute, pairs in codes.items():
        lines.append(f"[codes.{attribute}]")
        for scheme in sorted({scheme for _, scheme in pairs}):
            values = ", ".join(_quoted(code) for code, its in sorted(pairs) if its == scheme)
            lines.append(f'"{scheme}" = [{values}]')
    path = written(tmp_path_factory.mktemp("toml") / "affinity.toml", "\n".join(lines))
    assert load(path).codes == codes


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# --- any other file -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"<Codes>", ": not well-formed XML: "),
        (b"<html/>", ", line 1: the root element is html; it is Codes (IHE toolkit), RetrieveValueSetResponse"),
        (b"\x89PNG\r\n\x1a\n\x00", ": neither XML nor text in UTF-8 (byte 0)"),
    ],
)
def test_a_file_of_another_kind_is_refused(content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert refusal(path).startswith(expected)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nothing.toml") == ": cannot be read: No such file or directory"


def test_entities_of_a_file_are_not_followed(tmp_path: Path) -> None:
    secret = written(tmp_path / "secret", "2.999.4")
    text = f'<!DOCTYPE Codes [<!ENTITY x SYSTEM "{secret.as_uri()}">]>' + TOOLKIT.partition("?>\n")[2].replace(
        "<Codes>", "<Codes><CodeType name='classCode'><Code code='A' codingScheme='2.999.1'>&x;</Code></CodeType>"
    )
    domain = load(written(tmp_path / "codes.xml", text))
    assert domain.codes["classCode"] == {("A", "2.999.1")}
    assert "2.999.4" not in str(domain)
