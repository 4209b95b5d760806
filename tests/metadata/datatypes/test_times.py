from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadata.datatypes import DTM, DatatypeError


@given(st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC)), st.sampled_from([4, 6, 8, 10, 12, 14]))
def test_a_dtm_is_written_and_read_back_the_same(moment: datetime, length: int) -> None:
    dtm = DTM(DTM.of(moment).value[:length])
    assert DTM.parse(str(dtm)) == dtm
    assert dtm.start <= moment
    assert f"{dtm.lower():014d}".startswith(dtm.value)
    assert f"{dtm.lower():014d}" == DTM.of(dtm.start).value


@pytest.mark.parametrize(
    ("text", "lower"),
    [
        ("2024", 20240101000000),
        ("202402", 20240201000000),
        ("20240229", 20240229000000),
        ("2024022923", 20240229230000),
        ("202402292359", 20240229235900),
        ("20240229235959", 20240229235959),
    ],
)
def test_a_dtm_starts_where_its_period_starts(text: str, lower: int) -> None:
    assert DTM.parse(text).lower() == lower


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24",
        "2024-02-29",
        "202402291",
        "20240229T1200",
        "20240305101500.5",
        "20240305101500+0100",
        "٢٠٢٤",
        "2024\n",
        "0999",
        "0000",
    ],
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(DatatypeError, match="not a DTM"):
        DTM.parse(text)


@pytest.mark.parametrize(
    "text", ["202413", "202400", "20230229", "20240431", "2024010124", "202401012360", "20240101235960"]
)
def test_a_time_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(DatatypeError, match="no calendar"):
        DTM.parse(text)


def test_a_moment_is_told_in_utc() -> None:
    assert DTM.of(datetime(2025, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))).value == "20241231233000"
    with pytest.raises(ValueError, match="time zone"):
        DTM.of(datetime(2025, 1, 1))
