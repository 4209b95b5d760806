"""One HL7 v2 message over MLLP. # ITI TF-2 C.2.1"""

import socket
import time
from datetime import UTC, datetime
from typing import Final

from conformance.model import Exchange, Message

START: Final = b"\x0b"
END: Final = b"\x1c\r"
_LARGEST: Final = 1024 * 1024


def exchange(
    address: str,
    message: bytes,
    timeout: float,
    *,
    number: int,
    label: str,
    preparation: bool = False,
    framed: bool = True,
) -> Exchange:
    """Sends `message` in its frame (bare without `framed`) and reads one acknowledgement."""
    started, clock = datetime.now(UTC), time.monotonic()
    host, _, port = address.rpartition(":")
    heard, trouble = bytearray(), ""
    try:
        with socket.create_connection((host.strip("[]") or "127.0.0.1", int(port)), timeout) as sock:
            sock.sendall(START + message + END if framed else message)
            while not heard.endswith(END) and len(heard) < _LARGEST:
                left = timeout - (time.monotonic() - clock)
                if left <= 0:
                    raise TimeoutError
                sock.settimeout(left)
                piece = sock.recv(65536)
                if not piece:
                    trouble = "the connection was closed before the acknowledgement ended"
                    break
                heard += piece
            if heard and not heard.startswith(START):
                trouble = trouble or "the acknowledgement does not begin with its start block, 0x0B"
    except TimeoutError:
        trouble = f"no acknowledgement within {timeout:g} s"
    except (OSError, ValueError) as error:
        trouble = f"the feed cannot be reached: {error}"
    return Exchange(
        number,
        label,
        f"mllp://{address}",
        Message(b"", message, "x-application/hl7-v2+er7"),
        Message(b"", bytes(heard).removeprefix(START).removesuffix(END), "x-application/hl7-v2+er7") if heard else None,
        0,
        trouble,
        preparation,
        started,
        time.monotonic() - clock,
    )
