"""One line and one count per exchange."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import structlog

from carnet import logs
from carnet.metrics import Metrics
from soap.message import Exchange, Peer

EXCHANGE = Exchange(
    service="registry",
    transaction="ITI-42",
    message_id="urn:uuid:1",
    outcome="Failure",
    error_codes=("XDSRegistryMetadataError", "XDSMadeUp"),
    seconds=0.0123,
    bytes_in=1000,
    bytes_out=200,
    peer=Peer("127.0.0.1"),
    status=200,
    notes={"entries": 2},
)


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = before


def test_an_exchange_is_one_json_line_with_everything_to_find_it_again() -> None:
    stream = io.StringIO()
    logs.configure("json", "info", stream)
    logs.write_exchange(EXCHANGE)
    (line,) = stream.getvalue().splitlines()
    told = json.loads(line)
    assert told.pop("timestamp")
    assert told == {
        "event": "ITI-42",
        "level": "info",
        "outcome": "Failure",
        "message_id": "urn:uuid:1",
        "errors": ["XDSRegistryMetadataError", "XDSMadeUp"],
        "ms": 12.3,
        "bytes_in": 1000,
        "bytes_out": 200,
        "peer": "127.0.0.1",
        "status": 200,
        "entries": 2,
    }


def test_an_exchange_is_one_console_line() -> None:
    stream = io.StringIO()
    logs.configure("console", "info", stream)
    logs.write_exchange(EXCHANGE)
    (line,) = stream.getvalue().splitlines()
    assert "ITI-42" in line
    assert "outcome=Failure" in line
    assert "errors=XDSRegistryMetadataError,XDSMadeUp" in line


def test_a_client_cannot_write_lines_of_its_own() -> None:
    stream = io.StringIO()
    logs.configure("console", "info", stream)
    values = {name: getattr(EXCHANGE, name) for name in EXCHANGE.__slots__}
    logs.write_exchange(Exchange(**values | {"message_id": "x\n10:00:00 ITI-42 outcome=Success"}))
    assert len(stream.getvalue().splitlines()) == 1


def test_only_faults_are_left_when_information_is_turned_off() -> None:
    stream = io.StringIO()
    logs.configure("json", "warning", stream)
    logs.write_exchange(EXCHANGE)
    assert stream.getvalue() == ""
    fault = Exchange(**{name: getattr(EXCHANGE, name) for name in EXCHANGE.__slots__} | {"outcome": "Fault"})
    logs.write_exchange(fault)
    assert json.loads(stream.getvalue())["level"] == "warning"


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_tells_neither_local_variables_nor_the_values_of_a_statement(form: str) -> None:
    stream = io.StringIO()
    logs.configure(form, "info", stream)
    family_name = "NESSI"
    try:
        with sa.create_engine("sqlite://").connect() as connection:
            connection.execute(sa.text("INSERT INTO nowhere VALUES (:name)"), {"name": family_name})
    except sa.exc.OperationalError:
        logging.getLogger("carnet").exception("internal error, reference %s", "4711")
    assert "4711" in stream.getvalue()
    assert "no such table" in stream.getvalue()
    assert family_name not in stream.getvalue()


def test_lines_of_libraries_take_the_same_form() -> None:
    stream = io.StringIO()
    logs.configure("json", "info", stream)
    logging.getLogger("sqlalchemy").warning("pool %s", "full")
    assert json.loads(stream.getvalue())["event"] == "pool full"


def test_metrics_count_requests_durations_bytes_and_errors_by_code() -> None:
    metrics = Metrics(frozenset({"XDSRegistryMetadataError"}))
    metrics.observe(EXCHANGE)
    page, content_type = metrics.text()
    lines = page.decode().splitlines()
    assert content_type.startswith("text/plain")
    assert 'carnet_requests_total{outcome="Failure",service="registry",transaction="ITI-42"} 1.0' in lines
    assert 'carnet_request_seconds_bucket{le="0.025",transaction="ITI-42"} 1.0' in lines
    assert 'carnet_request_seconds_bucket{le="0.01",transaction="ITI-42"} 0.0' in lines
    assert 'carnet_received_bytes_total{transaction="ITI-42"} 1000.0' in lines
    assert 'carnet_sent_bytes_total{transaction="ITI-42"} 200.0' in lines
    assert 'carnet_errors_total{code="XDSRegistryMetadataError",transaction="ITI-42"} 1.0' in lines


def test_a_code_that_another_system_made_up_is_counted_as_other() -> None:
    metrics = Metrics(frozenset({"XDSRegistryMetadataError"}))
    metrics.observe(EXCHANGE)
    assert b'carnet_errors_total{code="other",transaction="ITI-42"} 1.0' in metrics.text()[0]
