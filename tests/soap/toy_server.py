"""The application that the tests run under a real gunicorn; not a test."""

import json
import os
import resource
from collections.abc import Iterator
from dataclasses import asdict, replace

from soap import host
from soap.message import Exchange, Limits, Operation, OutgoingPart, Packaging, Reply, Request


def keep(request: Request) -> Reply:
    size = 0
    for attachment in request.attachments:
        for piece in attachment.chunks():
            size += len(piece)
    return Reply(b'<Kept xmlns="urn:toy">%d</Kept>' % size)


def fetch(request: Request) -> Reply:
    size = int(request.body.get("size", "0"))

    def chunks() -> Iterator[bytes]:
        left = size
        while left:
            piece = bytes(min(left, 1 << 18))
            left -= len(piece)
            yield piece
        if request.body.get("break"):
            raise OSError("the disk is gone")

    length = size if request.body.get("length") else None
    return Reply(b'<Fetched xmlns="urn:toy"/>', [OutgoingPart("d@toy", "text/plain", chunks(), length)])


def memory(request: Request) -> Reply:
    """The most memory that this process ever had, in KiB."""
    return Reply(b'<Memory xmlns="urn:toy">%d</Memory>' % resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def report(exchange: Exchange) -> None:
    values = {**asdict(replace(exchange, request=None)), "peer": exchange.peer.address, "process": os.getpid()}
    with open(os.environ["TOY_REPORT"], "a") as file:
        file.write(json.dumps(values) + "\n")


def _operation(name: str, packaging: Packaging, handler: object) -> Operation:
    action = f"urn:{name.lower()}"
    element = f"{{urn:toy}}{name}"
    return Operation(name, f"Toy_{name}", element, action, f"{action}Response", packaging, handler)  # type: ignore[arg-type]


app = host.service(
    "toy",
    [
        _operation("Say", Packaging.SIMPLE, keep),
        _operation("Memory", Packaging.SIMPLE, memory),
        _operation("Keep", Packaging.MTOM, keep),
        _operation("Fetch", Packaging.MTOM, fetch),
    ],
    limits=Limits(stall=1.0),
    finished=report,
)
