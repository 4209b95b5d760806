"""Each bad token over a good connection, against a running server: a fault that tells little, and nothing kept."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from client.source import ACTION
from dmp.authority import Flaw
from dmp.vihf.bad import BAD, Forge
from dmp.vihf.make import Wish, token
from security.identities import Identity
from security.saml import wsse_security
from soap.client import SoapFault

from .conftest import OTHER_PATIENT, PATIENT, Dmp, letter

GENERIC = re.compile(
    r"(The security token could not be authenticated or authorized\.|The security header of the message cannot be "
    r"processed\.|The message must carry one signed SAML 2\.0 assertion in its wsse:Security header\.|Not a valid "
    r"signature certificate) \(reference [0-9a-f]{16}\)"
)


def twin(dmp: Dmp, name: str, flaw: Flaw) -> Identity:
    return Identity.load(dmp.pki / "identities" / "bad" / f"{name}-{flaw}.p12")


def refused(dmp: Dmp, fault: SoapFault) -> None:
    """The client is told little, the log why, under one reference; nothing is kept."""
    assert fault.code == "Sender"
    assert fault.status == 400
    assert GENERIC.fullmatch(fault.reason), fault.reason
    reference = fault.reason[-17:-1]
    [line] = [line for line in dmp.log().splitlines() if f"reference={reference}" in line]
    assert "reason=" in line
    assert dmp.kept().nothing


def test_without_a_token_nobody_gets_in(refusing: Dmp) -> None:
    with pytest.raises(SoapFault) as caught:
        refusing.send(letter(), client=refusing.client(refusing.serving.repository))
    assert caught.value.subcodes == ("InvalidSecurity",)
    refused(refusing, caught.value)


@pytest.mark.parametrize("name", ["doctor", "hospital"])
@pytest.mark.parametrize("case", sorted(each.name for each in BAD.values() if not each.patient and not each.twice))
def test_a_bad_token_is_refused_and_nothing_is_kept(refusing: Dmp, case: str, name: str) -> None:
    bad, wish = BAD[case], Wish(refusing.identity(name), PATIENT, datetime.now(UTC))
    if (bad.needs_structure and not wish.holder.structure) or (bad.indirect and wish.chosen_mode.direct):
        pytest.skip("this identity cannot be wrong in this way")
    security = wsse_security(bad.build(Forge(wish, partial(twin, refusing, name))))
    client = refusing.client(refusing.serving.repository, name, security)
    with pytest.raises(SoapFault) as caught:
        refusing.send(letter(), refusing.acting(name), client=client)
    refused(refusing, caught.value)


def test_the_token_of_another_than_the_client_is_refused(refusing: Dmp) -> None:
    security = wsse_security(token(Wish(refusing.identity("doctor"), PATIENT, datetime.now(UTC))))
    with pytest.raises(SoapFault) as caught:
        refusing.send(letter(), client=refusing.client(refusing.serving.repository, "nurse", security))
    refused(refusing, caught.value)


def test_a_token_signed_with_the_key_of_the_connection_has_a_fault_code_of_its_own(refusing: Dmp) -> None:
    identity = refusing.identity("doctor")
    swapped = replace(identity, signature=identity.authentication)
    security = wsse_security(token(Wish(swapped, PATIENT, datetime.now(UTC))))
    with pytest.raises(SoapFault) as caught:
        refusing.send(letter(), client=refusing.client(refusing.serving.repository, "doctor", security))
    assert caught.value.subcodes == ("DMPInvalidCertificate",)
    refused(refusing, caught.value)


def test_a_message_that_comes_twice_is_refused_the_second_time(dmp: Dmp) -> None:
    security = wsse_security(token(Wish(dmp.identity("doctor"), PATIENT, datetime.now(UTC))))
    client = dmp.client(dmp.serving.registry, "doctor", security)
    body = find_documents(PATIENT)
    client.call(QUERY, body, message_id="urn:uuid:1b9c1f2e-6f61-4a61-a9d4-2a1e5b3c7d00").close()
    with pytest.raises(SoapFault, match="FailedAuthentication"):
        client.call(QUERY, body, message_id="urn:uuid:1b9c1f2e-6f61-4a61-a9d4-2a1e5b3c7d00")


QUERY = "urn:ihe:iti:2007:RegistryStoredQuery"


def find_documents(patient: str) -> bytes:
    from metadata.storedqueries import ReturnType, adhoc_query_request
    from metadata.vocabulary import APPROVED

    parameters: dict[str, Any] = {
        "XDSDocumentEntryPatientId": patient,
        "XDSDocumentEntryStatus": (APPROVED,),
    }
    return adhoc_query_request("FindDocuments", parameters, ReturnType.LEAF_CLASS)


def test_a_query_needs_a_token_for_its_patient(refusing: Dmp) -> None:
    for patient, headers in ((PATIENT, ()), (OTHER_PATIENT, tuple(refusing.acting().headers()))):
        client = refusing.client(refusing.serving.registry, "doctor", *headers)
        with pytest.raises(SoapFault) as caught:
            client.call(QUERY, find_documents(patient))
        refused(refusing, caught.value)


def test_what_the_dmp_does_not_offer_is_not_there(refusing: Dmp) -> None:
    client = refusing.client(refusing.serving.registry, "doctor", *refusing.acting().headers())
    with pytest.raises(SoapFault) as caught:
        client.call(
            "urn:ihe:iti:2007:RegisterDocumentSet-b", b'<x xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"/>'
        )
    assert caught.value.subcodes == ("ActionNotSupported",)
    assert ACTION not in caught.value.reason
