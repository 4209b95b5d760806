"""The transactions that are recognised: their Actions and the elements of their bodies."""

from dataclasses import dataclass
from typing import Final

from metadata.vocabulary import HL7V3, LCM, QUERY, RS, XDS

_I: Final = "urn:ihe:iti:"


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction as the wire knows it. # ITI TF-2 Appendix V.3"""

    name: str
    """`ITI-42`."""
    action: str
    response_action: str
    request: str
    """`{namespace}local` of the body."""
    response: str
    mtom: bool = False


_SUBMIT: Final = f"{{{LCM}}}SubmitObjectsRequest"
_PROVIDE: Final = f"{{{XDS}}}ProvideAndRegisterDocumentSetRequest"
_QUERY: Final = f"{{{QUERY}}}AdhocQueryRequest"
_QUERIED: Final = f"{{{QUERY}}}AdhocQueryResponse"
_RETRIEVE: Final = f"{{{XDS}}}RetrieveDocumentSetRequest"
_RETRIEVED: Final = f"{{{XDS}}}RetrieveDocumentSetResponse"
_DONE: Final = f"{{{RS}}}RegistryResponse"
_ACKNOWLEDGED: Final = f"{{{HL7V3}}}MCCI_IN000002UV01"


def _one(name: str, action: str, request: str, response: str, *, mtom: bool = False, answer: str = "") -> Transaction:
    return Transaction(name, _I + action, _I + (answer or f"{action}Response"), request, response, mtom)


TRANSACTIONS: Final = (
    _one("ITI-41", "2007:ProvideAndRegisterDocumentSet-b", _PROVIDE, _DONE, mtom=True),
    _one("ITI-42", "2007:RegisterDocumentSet-b", _SUBMIT, _DONE),
    _one("ITI-18", "2007:RegistryStoredQuery", _QUERY, _QUERIED),
    _one("ITI-43", "2007:RetrieveDocumentSet", _RETRIEVE, _RETRIEVED, mtom=True),
    _one(
        "ITI-61",
        "2010:RegisterOnDemandDocumentEntry",
        _SUBMIT,
        _DONE,
        answer="2010:RegisterOnDemandDocumentResponse",
    ),
    _one("ITI-57", "2010:UpdateDocumentSet", _SUBMIT, _DONE),
    _one("ITI-92", "2018:RestrictedUpdateDocumentSet", _SUBMIT, _DONE),
    _one("ITI-62", "2010:DeleteDocumentSet", f"{{{LCM}}}RemoveObjectsRequest", _DONE),
    _one("ITI-51", "2009:MultiPatientStoredQuery", _QUERY, _QUERIED),
    _one("ITI-38", "2007:CrossGatewayQuery", _QUERY, _QUERIED),
    _one("ITI-39", "2007:CrossGatewayRetrieve", _RETRIEVE, _RETRIEVED, mtom=True),
    _one("ITI-80", "2015:CrossGatewayDocumentProvide", _PROVIDE, _DONE, mtom=True),
    *(
        Transaction("ITI-44", f"{HL7V3}:{name}", f"{HL7V3}:MCCI_IN000002UV01", f"{{{HL7V3}}}{name}", _ACKNOWLEDGED)
        for name in ("PRPA_IN201301UV02", "PRPA_IN201302UV02", "PRPA_IN201304UV02")
    ),
)
"""The first one of several with the same element is meant where nothing else tells them apart."""

REQUESTS: Final = frozenset(each.request for each in TRANSACTIONS)
RESPONSES: Final = frozenset(each.response for each in TRANSACTIONS)


def of_request(tag: str, action: str) -> Transaction | None:
    """The transaction of a request with this body; its Action decides between several."""
    fitting = [each for each in TRANSACTIONS if each.request == tag]
    return next((each for each in fitting if each.action == action), fitting[0] if fitting else None)


def of_response(tag: str, action: str) -> Transaction | None:
    """The transaction of an answer, known by its Action alone: several have the same body."""
    fitting = [each for each in TRANSACTIONS if each.response == tag]
    by_action = next((each for each in fitting if each.response_action == action), None)
    return by_action or (fitting[0] if len({each.name for each in fitting}) == 1 else None)


def of_action(action: str) -> Transaction | None:
    """The transaction that a request's or an answer's Action names."""
    return next((each for each in TRANSACTIONS if action in (each.action, each.response_action)), None)
