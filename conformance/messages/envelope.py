"""The SOAP 1.2 envelope with its addressing headers. # ITI TF-2 V.3.2.2, V.9.2.1"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from conformance.messages.names import ANONYMOUS, SOAP12, WSA


def new_message_id() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope around a body; every header can be left out or changed."""

    body: bytes
    """One element."""
    action: str | None
    to: str | None = None
    message_id: str | None = field(default_factory=new_message_id)
    reply_to: str | None = ANONYMOUS
    headers: Sequence[bytes] = ()
    """More header elements, whole."""
    soap: str = SOAP12
    """Namespace of the envelope."""
    declaration: str = '<?xml version="1.0" encoding="UTF-8"?>\n'

    def xml(self) -> bytes:
        """The bytes."""
        addressing = [
            f'<wsa:Action soap:mustUnderstand="1">{escape(self.action)}</wsa:Action>'
            if self.action is not None
            else "",
            f"<wsa:MessageID>{escape(self.message_id)}</wsa:MessageID>" if self.message_id is not None else "",
            f"<wsa:To>{escape(self.to)}</wsa:To>" if self.to is not None else "",
            f"<wsa:ReplyTo><wsa:Address>{escape(self.reply_to)}</wsa:Address></wsa:ReplyTo>" if self.reply_to else "",
        ]
        opening = (
            f'{self.declaration}<soap:Envelope xmlns:soap="{self.soap}" xmlns:wsa="{WSA}"><soap:Header>'
            f"{''.join(addressing)}"
        )
        return b"".join(
            [opening.encode(), *self.headers, b"</soap:Header><soap:Body>", self.body, b"</soap:Body></soap:Envelope>"]
        )
