"""What the tests of the VIHF have in common: a patient, tokens, and messages around them."""

from collections.abc import Callable
from datetime import datetime

from lxml import etree

from dmp.authority import Authority
from dmp.vihf.make import Wish, vihf
from security.identities import Identity
from security.saml import names as n
from security.saml import wsse_security
from security.saml.making import envelope
from security.saml.writing import write_assertion

PATIENT = "207058575627097^^^&1.2.250.1.213.1.4.10&ISO^NH"
OTHER_PATIENT = "255069999999934^^^&1.2.250.1.213.1.4.10&ISO^NH"


def message(*contents: bytes, message_id: str | None = None) -> bytes:
    """A SOAP message with these in its Security header."""
    return envelope(wsse_security(*contents), b'<x Id="Document01"/>', action="urn:x", message_id=message_id)


def template(identity: Identity) -> Callable[[str, str, datetime], etree._Element]:
    """For the corpus of attacks: a VIHF of this identity, or one in the name of another."""

    def make(identifier: str, name: str, at: datetime) -> etree._Element:
        # The corpus edits messages as text too, and names the prefix.
        text = etree.tostring(write_assertion(vihf(Wish(identity, PATIENT, at))), encoding="unicode")
        root = etree.fromstring(text.replace("saml2:", "saml:").replace(":saml2=", ":saml="))
        root.set("ID", identifier)
        found = root.find(f"{n.SUBJECT}/{n.NAME_ID}")
        assert found is not None
        found.text = name
        return root

    return make


def twin(authority: Authority, name: str) -> Callable[[str], Identity]:
    """The bad twins of an identity, by their flaw."""
    return lambda flaw: authority.bad[f"{name}-{flaw}"]
