"""What crossed the wire, kept for people to look at: a demonstration, a trace."""

from collections.abc import Iterable, Iterator, Mapping

KEPT = 64 << 10
"""Bytes kept of each body; of a longer one only its size is known."""


class Crossing:
    """One exchange as it crossed the wire, as far as `KEPT` goes. It fills while the answer is read."""

    __slots__ = (
        "request",
        "request_headers",
        "request_size",
        "response",
        "response_headers",
        "response_size",
        "status",
        "url",
    )

    def __init__(self, url: str, request_headers: Mapping[str, str]) -> None:
        self.url = url
        self.request_headers = dict(request_headers)
        """Those that matter to SOAP; Host and the like are not here."""
        self.request = bytearray()
        self.request_size = 0
        self.status = 0
        """HTTP status; 0 while there is no answer."""
        self.response_headers: dict[str, str] = {}
        self.response = bytearray()
        self.response_size = 0

    def send(self, content: bytes | Iterable[bytes | memoryview]) -> bytes | Iterator[bytes | memoryview]:
        """`content`, to be sent in place of it."""
        if isinstance(content, bytes):
            self._sent(content)
            return content
        return self._sending(content)

    def _sending(self, content: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
        for piece in content:
            self._sent(piece)
            yield piece

    def _sent(self, piece: bytes | memoryview) -> None:
        self.request_size += len(piece)
        self.request += piece[: KEPT - len(self.request)]

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        self.status = status
        self.response_headers = dict(headers)

    def received(self, piece: bytes) -> None:
        self.response_size += len(piece)
        self.response += piece[: KEPT - len(self.response)]
