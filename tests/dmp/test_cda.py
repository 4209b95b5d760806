from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client import sample
from dmp.cda import CdaError, Header, Parent, read_header
from dmp.cda_elements import MAX_HEADER, utc
from metadata.datatypes import DTM, XCN, XON
from metadata.model import Code

LETTER = sample.read(sample.LETTER).decode()


def read(document: str, *, with_identifier_types: bool = False) -> Header:
    header = read_header(BytesIO(document.encode()), with_identifier_types=with_identifier_types)
    assert header is not None
    return header


def changed(old: str, new: str, *, count: int = 1) -> Header:
    """The header of the letter with one thing changed."""
    assert old in LETTER
    return read(LETTER.replace(old, new, count))


def test_the_header_of_the_letter_becomes_a_whole_entry() -> None:
    entry = read(LETTER).entry
    assert entry.unique_id == "2.25.199173645082746518331046218745091833301"
    assert entry.patient_id == "277076322082910^^^&1.2.250.1.213.1.4.10&ISO"
    assert entry.source_patient_id == "2026-004417^^^&2.25.199173645082746518331046218745091833100&ISO"
    assert entry.mime_type == "text/xml"
    assert entry.title == "Lettre de consultation de cardiologie"
    assert entry.language_code == "fr-FR"
    assert entry.creation_time == "20260312164500"
    assert (entry.service_start_time, entry.service_stop_time) == ("20260312153000", "20260312161500")
    assert entry.type_code == Code("11488-4", "2.16.840.1.113883.6.1", "CR ou fiche de consultation ou de visite")
    assert entry.class_code == Code("10", "1.2.250.1.213.1.1.4.1", "Compte rendu")
    assert entry.format_code is not None
    assert entry.format_code.code == "urn:asipSante:modelesHorsProfils:2011"
    assert entry.healthcare_facility_type_code == Code("SA08", "1.2.250.1.71.4.2.4", "Cabinet de groupe")
    assert entry.practice_setting_code == Code("AMBULATOIRE", "1.2.250.1.213.1.1.4.9", "Ambulatoire")
    assert entry.confidentiality_codes == (Code("N", "2.16.840.1.113883.5.25", "Normal"),)
    assert entry.event_codes == (Code("11429006", "2.16.840.1.113883.6.96", "Consultation"),)


def test_people_and_places_are_written_as_france_does() -> None:
    entry = read(LETTER).entry
    [author] = entry.authors
    assert author.person == "801234500013^FONTANEL^Claire^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    assert author.institutions == (
        "Cabinet de cardiologie du Marché^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^480123450001301",
    )
    assert author.specialties == (
        "G15_10/SM04^Médecin - Cardiologie et maladies vasculaires (SM)^1.2.250.1.213.1.1.4.5",
    )
    assert entry.legal_authenticator == author.person
    assert XCN.parse(author.person).family == "FONTANEL"
    assert XON.parse(author.institutions[0]).id == "480123450001301"


def test_source_patient_info_has_birth_name_and_used_name() -> None:
    assert read(LETTER).entry.source_patient_info == (
        "PID-5|NESSI^RUTH^^^^^L",
        "PID-5|DE VINCI^RUTH^^^^^D",
        "PID-7|19770714",
        "PID-8|F",
    )


def test_an_older_name_qualifier_is_the_used_name_too() -> None:
    header = changed('qualifier="CL">DE VINCI', 'qualifier="SP">DE VINCI')
    assert "PID-5|DE VINCI^^^^^^D" in header.entry.source_patient_info


def test_the_dmp_gets_identifier_types_with_patient_ids() -> None:
    entry = read(LETTER, with_identifier_types=True).entry
    assert entry.patient_id == "277076322082910^^^&1.2.250.1.213.1.4.10&ISO^NH"
    assert entry.source_patient_id == "2026-004417^^^&2.25.199173645082746518331046218745091833100&ISO^PI"


def test_the_national_id_is_the_patient_id_wherever_it_stands() -> None:
    ins = '<id root="1.2.250.1.213.1.4.10" extension="277076322082910"/>'
    local = '<id root="2.25.199173645082746518331046218745091833100" extension="2026-004417"/>'
    swapped = LETTER.replace(ins, "@").replace(local, ins).replace("@", local)
    assert read(swapped).entry.patient_id == read(LETTER).entry.patient_id
    assert read(swapped).entry.source_patient_id == read(LETTER).entry.source_patient_id


def test_without_a_local_id_the_national_one_is_the_source_patient_id() -> None:
    header = changed('<id root="2.25.199173645082746518331046218745091833100" extension="2026-004417"/>', "")
    assert header.entry.source_patient_id == "277076322082910^^^&1.2.250.1.213.1.4.10&ISO"


def test_without_a_national_id_the_first_id_is_the_patient_id() -> None:
    header = changed('<id root="1.2.250.1.213.1.4.10" extension="277076322082910"/>', '<id nullFlavor="UNK"/>')
    assert header.entry.patient_id == "2026-004417^^^&2.25.199173645082746518331046218745091833100&ISO"


def test_hl7_delimiters_in_names_are_escaped() -> None:
    header = changed("<family>FONTANEL</family>", "<family>FON^TANEL &amp; FILS</family>")
    assert header.entry.authors[0].person is not None
    assert XCN.parse(header.entry.authors[0].person).family == "FON^TANEL & FILS"


def test_an_internal_number_of_an_employee_is_typed_as_one() -> None:
    header = changed('extension="801234500013"', 'extension="3690000000/A12"')
    assert str(header.entry.authors[0].person).endswith("^D^^^EI")


def test_a_device_is_an_author_too() -> None:
    header = changed(
        """<assignedPerson>
        <name>
          <prefix>MME</prefix>
          <given>Claire</given>
          <family>FONTANEL</family>
          <suffix>DR</suffix>
        </name>
      </assignedPerson>""",
        "<assignedAuthoringDevice><manufacturerModelName>M1</manufacturerModelName>"
        "<softwareName>Lecteur</softwareName></assignedAuthoringDevice>",
    )
    assert header.entry.authors[0].person == "801234500013^Lecteur^M1^^^^^^&1.2.250.1.71.4.2.1&ISO^U^^^RI"


def test_the_function_of_an_author_is_the_role() -> None:
    header = changed(
        "<author>",
        '<author><functionCode code="PCP" displayName="Médecin traitant" codeSystem="2.16.840.1.113883.5.88"/>',
    )
    assert header.entry.authors[0].roles == ("Médecin traitant",)


def test_an_id_with_an_extension_is_joined_by_a_caret() -> None:
    header = changed(
        '<id root="2.25.199173645082746518331046218745091833301"/>', '<id root="1.2.250.1.999" extension="A7"/>'
    )
    assert header.entry.unique_id == "1.2.250.1.999^A7"


def test_a_second_version_says_what_it_replaces() -> None:
    header = read(sample.read(sample.SECOND_VERSION).decode())
    assert header.parents == (Parent("RPLC", "2.25.199173645082746518331046218745091833301"),)
    assert header.version_number == "2"
    assert header.set_id == read(LETTER).set_id


def test_orders_and_accession_numbers_are_reference_ids() -> None:
    header = changed(
        "<documentationOf>",
        '<inFulfillmentOf><order><id root="1.2.250.1.748" extension="98"/>'
        '<a:accessionNumber xmlns:a="urn:dicom-org:ps3-20" root="1.2.250.1.925" extension="10"/></order>'
        "</inFulfillmentOf><documentationOf>",
    )
    assert header.entry.reference_ids == (
        "98^^^&1.2.250.1.748&ISO^urn:ihe:iti:xds:2013:order",
        "10^^^&1.2.250.1.925&ISO^urn:ihe:iti:xds:2013:accession",
    )


def test_a_wrapped_pdf_has_the_format_of_one() -> None:
    begin, end = LETTER.index("<structuredBody>"), LETTER.index("</structuredBody>") + len("</structuredBody>")
    body = '<nonXMLBody><text mediaType="application/pdf" representation="B64">JVBERi0=</text></nonXMLBody>'
    header = read(LETTER[:begin] + body + LETTER[end:])
    assert header.entry.format_code == Code(
        "urn:ihe:iti:xds-sd:pdf:2008", "1.3.6.1.4.1.19376.1.2.3", "Document PDF dans un CDA"
    )


def test_a_self_presenting_document_is_read_through_its_stylesheet() -> None:
    document = LETTER[LETTER.index("<ClinicalDocument") :]
    wrapped = (
        '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">'
        f'<xsl:variable name="d">{document}</xsl:variable></xsl:stylesheet>'
    )
    assert read(wrapped) == read(LETTER)


def test_comments_in_a_value_are_not_of_it() -> None:
    header = changed("<title>Lettre", "<title><!-- titre -->Lettre")
    assert header.entry.title == "Lettre de consultation de cardiologie"


def test_what_a_header_lacks_is_absent() -> None:
    header = read(
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody/></component></ClinicalDocument>'
    )
    assert header.entry.unique_id is None
    assert header.entry.patient_id is None
    assert header.entry.type_code is None
    assert header.entry.authors == ()
    assert header.entry.creation_time is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7 ...",
        b"plain text",
        b"\x00\x01\x02",
        b"<html><body/></html>",
        b"<RetrieveValueSetResponse/>",
        b"<",
    ],
)
def test_what_is_not_cda_is_left_alone(content: bytes) -> None:
    assert read_header(BytesIO(content)) is None


def test_a_stylesheet_without_a_document_is_not_cda() -> None:
    assert read_header(BytesIO(b'<s:stylesheet xmlns:s="http://www.w3.org/1999/XSL/Transform"/>')) is None


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('<!DOCTYPE x [<!ENTITY e "a">]>' + LETTER[LETTER.index("<ClinicalDocument") :], "DOCTYPE"),
        (LETTER[: LETTER.index("</author>")], "not well-formed"),
        (LETTER[: LETTER.index("<component>")] + "</ClinicalDocument>", "no body"),
    ],
)
def test_a_broken_document_is_told_from_another_file(document: str, message: str) -> None:
    with pytest.raises(CdaError, match=message):
        read_header(BytesIO(document.encode()))


class Endless:
    """A document whose body never ends."""

    def __init__(self) -> None:
        self._head = LETTER[: LETTER.index("<structuredBody>")].encode()
        self._head += b'<nonXMLBody><text mediaType="application/pdf" representation="B64">'
        self.given = 0

    def read(self, size: int = -1, /) -> bytes:
        piece, self._head = self._head[:size], self._head[size:]
        self.given += size
        return piece or b"A" * size


def test_the_body_is_not_read() -> None:
    endless = Endless()
    header = read_header(endless)
    assert header is not None
    assert header.entry.title == "Lettre de consultation de cardiologie"
    assert endless.given < 200_000


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("20260312174500+0100", "20260312164500"),
        ("20260101003000+0100", "20251231233000"),
        ("20260312174500-0330", "20260312211500"),
        ("202603121745+0100", "202603121645"),
        ("2026031217+0530", "202603121130"),
        ("20260312174500.1234+0100", "20260312164500"),
        ("20260312", "20260312"),
        ("20260312+0100", "20260312"),
        ("2026", "2026"),
        ("20260312174500", "20260312174500"),
        ("20260230", None),
        ("20260312174500+9900", None),
        ("0999", None),
        ("100001010000+0100", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_times_become_utc_and_keep_their_precision(time: str | None, expected: str | None) -> None:
    assert utc(time) == expected


@given(st.text(alphabet="0123456789+-.Z", max_size=24))
def test_a_time_is_a_dtm_or_nothing(time: str) -> None:
    found = utc(time)
    assert found is None or DTM.parse(found)


class HeaderWithoutEnd:
    """A document whose header never ends."""

    def __init__(self) -> None:
        self._piece = LETTER[: LETTER.index("<author>")].encode()
        self.given = 0

    def read(self, size: int = -1, /) -> bytes:
        piece, self._piece = self._piece[:size], self._piece[size:] or b'<participant typeCode="IND"/>' * 1000
        self.given += len(piece)
        return piece


def test_a_header_without_end_is_not_read_to_the_end() -> None:
    endless = HeaderWithoutEnd()
    with pytest.raises(CdaError, match="no body within its first 8 MB"):
        read_header(endless)
    assert endless.given <= MAX_HEADER


BOMB = '<!DOCTYPE x [<!ENTITY a "0123456789">' + "".join(
    f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in pairwise("abcdefghij")
)


def test_entities_are_not_expanded() -> None:
    with pytest.raises(CdaError, match="DOCTYPE"):
        read(BOMB + ']><ClinicalDocument xmlns="urn:hl7-org:v3"><title>&j;</title></ClinicalDocument>')
    # In an attribute of the root the parser stops by itself, before it is known what the root is.
    root = BOMB + ']><ClinicalDocument xmlns="urn:hl7-org:v3" classCode="&j;"/>'
    assert read_header(BytesIO(root.encode())) is None


def test_what_is_only_guessed_is_told_from_what_the_header_says() -> None:
    header = read(LETTER)
    assert not header.format_is_known
    assert header.main_practice_setting == header.entry.practice_setting_code
    pdf = changed("<structuredBody>", '<nonXMLBody><text mediaType="application/pdf"/></nonXMLBody><structuredBody>')
    assert pdf.format_is_known


OFFICIAL = {
    "cda/DOC_NON_STRUCTURE_CDA-R2-N1.xml": "urn:ihe:iti:xds-sd:pdf:2008",
    "cda/VSM_1.4_2022.01.xml": "urn:asip:ci-sis:vsm:2012",
    "cda/LDL-SES_2022.01.xml": "urn:asip:ci-sis:ldl-ses:2017",
    "cda/eP-MED-DM_2024.01_PosoNonStruct.xml": "urn:ihe:pharm:pre:2010",
    "cda/IMG_CR_IMG_2024.01_CDA-R2-Niveau-1.xml": "urn:ihe:iti:xds-sd:pdf:2008",
    "cda/VAC-NOTE_2023.01.xml": "urn:asip:ci-sis:vac-note:2021",
    "cda/CSE-CS8_2025.01.xml": None,
    "cda/BIO-CR-BIO_2021.01_Auto-Presentable.xml": "urn:ihe:lab:xd-lab:2008",
    "dmp/TD2.1-document.xml": "urn:ihe:iti:xds-sd:text:2008",
}


@pytest.mark.parametrize("name", OFFICIAL)
def test_the_header_of_an_official_document_is_read(name: str, samples: Path) -> None:
    with (samples / name).open("rb") as file:
        header = read_header(file, with_identifier_types=True)
    assert header is not None
    entry = header.entry
    assert entry.patient_id is not None
    assert entry.patient_id.endswith("&ISO^NH")
    assert entry.unique_id
    assert entry.type_code
    assert entry.class_code
    assert entry.creation_time
    assert entry.authors
    assert entry.legal_authenticator
    assert header.format_is_known == (OFFICIAL[name] is not None)
    assert not header.format_is_known or (entry.format_code and entry.format_code.code == OFFICIAL[name])
