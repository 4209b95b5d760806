"""What is another in every acknowledgement is not told as a difference; what is said in it is."""

import pytest

from conformance.results.noise import steady

ACK = "MSH|^~\\&|CARNET|REGION|PAS|HOSPITAL|20261120091500||ACK^A01|ACK{id}|P|2.3.1\nMSA|{code}|{of}"
MCCI = """<MCCI_IN000002UV01 xmlns="urn:hl7-org:v3" ITSVersion="XML_1.0">
  <id root="{id}"/>
  <creationTime value="{time}"/>
  <acknowledgement>
    <typeCode code="{code}"/>
    <targetMessage>
      <id root="1.2.3" extension="{of}"/>
    </targetMessage>
  </acknowledgement>
</MCCI_IN000002UV01>"""


def ack(id_: str = "1", time: str = "20261120091500", code: str = "AA", of: str = "77") -> str:
    return ACK.format(id=id_, code=code, of=of).replace("20261120091500", time)


def mcci(id_: str = "2.999.1", time: str = "20261120091500", code: str = "CA", of: str = "77") -> str:
    return MCCI.format(id=id_, time=time, code=code, of=of)


@pytest.mark.parametrize("make", [ack, mcci])
def test_times_and_ids_of_an_acknowledgement_are_noise(make: object) -> None:
    assert callable(make)
    assert steady(make("9", "20271231235959")) == steady(make())


@pytest.mark.parametrize("make", [ack, mcci])
@pytest.mark.parametrize("other", [{"code": "AE"}, {"of": "78"}])
def test_what_an_acknowledgement_says_is_none(make: object, other: dict[str, str]) -> None:
    assert callable(make)
    assert steady(make(**other)) != steady(make())


def test_a_sentence_about_an_acknowledgement_is_told_without_them_too() -> None:
    sentence = "MSA-1 is AA (expected AA, got {})"
    one, other = (sentence.format(ack(*each).replace("\n", " / ")) for each in (("1",), ("X-2", "2027")))
    assert one != other
    assert steady(one) == steady(other)


def test_other_separators_are_read_from_the_message() -> None:
    assert steady("MSH#!~\\$#A#B#C#D#2026##ACK#1#P#2.3.1") == steady("MSH#!~\\$#A#B#C#D#2027##ACK#2#P#2.3.1")


@pytest.mark.parametrize("short", ["", "MSH", "MSH|", "MSH|^~", "MSA|AA|1", "<id root='1'/>", "<MCCI_IN000002UV01>"])
def test_what_is_shorter_stays(short: str) -> None:
    assert steady(short) == short
