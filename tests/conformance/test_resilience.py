"""What a stack trace looks like, and what does not."""

import pytest

from conformance.resilience import TRACES

SHOWN = [
    'Traceback (most recent call last):\n  File "/opt/registry/service.py", line 117, in handle\nKeyError: 1',
    '  File "/opt/registry/service.py", line 117, in handle',
    "java.lang.NullPointerException\n\tat org.example.Registry.store(Registry.java:42)",
    "\tat sun.reflect.NativeMethodAccessorImpl.invoke0(Native.java)",
    "Caused by: javax.xml.ws.WebServiceException: could not send",
    "org.hibernate.exception.ConstraintViolationError",
    "System.NullReferenceException: Object reference not set to an instance of an object.",
    "at Registry.Service.Store in C:\\inetpub\\registry\\Service.cs",
    "sqlalchemy.exc.OperationalError: database is locked",
    "lxml.etree.XMLSyntaxError",
    "SQLSTATE[42S02]: Base table or view not found",
    "ORA-00942: table or view does not exist",
    "goroutine 17 [running]:",
    "#0 /var/www/registry/index.php(12): store()",
]
INNOCENT = [
    "the envelope is not well-formed XML: Opening and ending tag mismatch: Body line 2 and Boddy, line 2, column 900",
    "the message is not SOAP 1.2 (line 3 of the file that was sent)",
    "creationTime yesterday is not a date at Slot creationTime",
    "XDSRegistryMetadataError: see http://www.oracle.example/errors",
    "the error was at the sender; at least one header is missing",
    "Error in /RegistryObjectList/ExtrinsicObject[1]/Slot[@name='hash']",
    "internal error, reference 0d3f",
]


@pytest.mark.parametrize("text", SHOWN)
def test_a_trace_of_any_usual_language_is_seen(text: str) -> None:
    assert TRACES.search(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_a_sentence_about_the_message_is_no_trace(text: str) -> None:
    assert not TRACES.search(text)
