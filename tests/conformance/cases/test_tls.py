"""Who counts as shut out on TLS: by an alert, the end of a connection, or a fault that others do not get."""

import pytest

from conformance.answer import Answer
from conformance.book import Book, case
from conformance.cases._tls import is_shut_out
from conformance.model import Exchange, Message
from conformance.target import Target
from conformance.trial import Session, Trial

SOAP = "http://www.w3.org/2003/05/soap-envelope"
FAULT = (
    f'<s:Envelope xmlns:s="{SOAP}"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason>'
    '<s:Text xml:lang="en">no</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>'
)
DATA = f'<s:Envelope xmlns:s="{SOAP}"><s:Body><a/></s:Body></s:Envelope>'


def answer(body: str = "", status: int = 0, trouble: str = "") -> Answer:
    book = Book()
    case("tls/x/1", title="t", requirement="r", section="ITI TF-2 3.19", passing="p", book=book)(lambda _: None)
    kind = "application/soap+xml"
    response = Message(b"", body.encode(), kind) if body else None
    told = Exchange(1, "ITI-18", "https://x/", Message(b"", b""), response, status, trouble)
    return Answer(Trial(book["tls/x/1"], Session(Target())), told, "ITI-18")


@pytest.mark.parametrize(
    ("got", "usual", "shut_out"),
    [
        (answer(trouble="the handshake failed"), answer(DATA, 200), True),
        (answer("<html/>", 403), answer(DATA, 200), True),
        (answer("<html/>", 200), answer(DATA, 200), False),
        (answer(DATA, 200), answer(DATA, 200), False),
        (answer(FAULT, 500), answer(DATA, 200), True),
        (answer(FAULT, 500), answer(FAULT, 500), False),
        (answer(FAULT, 500), None, False),
        (answer(trouble="no answer within 30 s"), answer(DATA, 200), False),
    ],
)
def test_a_fault_shuts_out_only_where_others_get_none(got: Answer, usual: Answer | None, shut_out: bool) -> None:
    is_shut_out(got, usual)
    assert [check.held for check in got._trial.checks] == [shut_out]
