"""The watch as a recording proxy: messages go on to a real registry and repository, and what they answer comes back."""

import ssl
from dataclasses import dataclass
from typing import Final

from conformance.model import Message
from conformance.results.redaction import without_user
from conformance.watch.reading import Head
from conformance.watch.spoiling import Draft
from conformance.wire import http

_HOP: Final = frozenset(
    {
        "host",
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
        "expect",
    }
)
"""Headers of one connection, which are not handed on. # RFC 9110 7.6.1"""
_LARGEST: Final = 256 << 20


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Where messages go on to. Called as `conformance.watch.watching.Forward`."""

    registry: str
    repository: str
    context: ssl.SSLContext | None = None
    timeout: float = 60.0

    def described(self) -> dict[str, str]:
        return {"registry": without_user(self.registry), "repository": without_user(self.repository)}

    def __call__(self, service: str, head: Head, body: bytes, number: int) -> Draft | str:
        """What the real system answered; a sentence when it did not."""
        url = self.registry if service == "registry" else self.repository
        if not url:
            return f"there is no --forward-{service}: the message went nowhere"
        headers = [(name.title(), value) for name, value in head.headers if name not in _HOP]
        request = Message(http.head(url, headers, len(body)), body, head.get("content-type"))
        line = http.Line(self.context, self.timeout, _LARGEST)
        exchange = http.exchange(url, request, line, number=number, label=service)
        answer = exchange.response
        if answer is None or not exchange.status:
            return f"{without_user(url)}: {exchange.trouble or 'no HTTP answer came'}"
        if answer.truncated:
            return f"{without_user(url)}: the answer is larger than {_LARGEST >> 20} MB"
        lines = answer.head.split(b"\r\n")
        reason = lines[0].decode("latin-1").partition(" ")[2].partition(" ")[2]
        return Draft(exchange.status, reason, tuple(_headers(lines[1:])), answer.body)


def _headers(lines: list[bytes]) -> list[tuple[str, str]]:
    found = []
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon and name.strip().lower() not in _HOP:
            found.append((name.strip(), value.strip()))
    return found
