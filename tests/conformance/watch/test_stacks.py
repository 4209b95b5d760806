"""Other clients than ours: the habits of five SOAP stacks, and zeep from the WSDL that the watch gives out."""

import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from zeep import Client

from conformance.model import MUST, Verdict
from conformance.watch.seen import Seen

STACKS = Path(__file__).parents[2] / "wire" / "stacks"


SELDOM_SET = {"wire.wsa.must-understand"}
"""IHE asks for it, stacks have it as an option. # ITI TF-2 Appendix V.3.2.2"""


def broken(seen: Seen) -> set[str]:
    found = {remark.rule for remark in seen.remarks if remark.level is MUST}
    assert (seen.verdict is Verdict.FAIL) is bool(found)
    return found


@pytest.mark.parametrize("name", sorted(path.stem for path in STACKS.glob("*.http")))
def test_what_a_stack_sends_is_answered_and_breaks_no_must_but_one(watch: Any, name: str) -> None:
    bench = watch()
    place = urlsplit(bench.base)
    with socket.create_connection((place.hostname, place.port), timeout=20) as connection:
        connection.sendall((STACKS / f"{name}.http").read_bytes())
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b"HTTP/1.1 200 OK" in answer
    [seen] = bench.seen(1)
    assert seen.transaction == name.rpartition("-iti-")[2].join(("ITI-", ""))
    assert broken(seen) <= SELDOM_SET
    if "iti-43" not in name:
        assert b"ResponseStatusType:Success" in answer


def test_zeep_asks_by_the_wsdl_of_the_watch(watch: Any) -> None:
    bench = watch()
    document = bench.submitted()
    client = Client(f"{bench.base}/registry?wsdl")
    found = client.service["DocumentRegistry_RegistryStoredQuery"](
        ResponseOption={"returnType": "ObjectRef", "returnComposedObjects": True},
        AdhocQuery={
            "id": "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4",
            "Slot": [
                {"name": "$XDSDocumentEntryUniqueId", "ValueList": {"Value": [f"('{document.entry.unique_id}')"]}}
            ],
        },
    )
    assert found.status.endswith(":Success")
    assert broken(bench.seen(2)[1]) <= SELDOM_SET
