"""spyne hosts the operations: it declares and registers them; `soap.service` serves them.

The only module that imports spyne. Why its own WSGI entry is not used: docs/decisions/0001.
"""

import importlib
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from soap import service as core
from soap.message import Exchange, Limits, Operation, Peer, Reply, Request

_SIX_MOVES = ("collections_abc", "urllib", "http_cookies", "http_client", "builtins", "queue")


def _prepare_spyne() -> None:
    """Give spyne 2.14 the real `six`: its own copy has no `find_spec`, which imports need since Python 3.12."""
    if sys.version_info < (3, 12) or "spyne" in sys.modules:
        return
    six = importlib.import_module("six")
    moves = importlib.import_module("six.moves")
    replacement = types.ModuleType("spyne.util.six")
    replacement.__path__ = []
    replacement.__dict__.update({key: value for key, value in vars(six).items() if not key.startswith("__")})
    # the one function that spyne added to its copy
    replacement.__dict__["get_function_name"] = lambda function: function.__name__
    sys.modules["spyne.util.six"] = replacement
    sys.modules["spyne.util.six.moves"] = moves
    for name in (*_SIX_MOVES, "urllib.parse", "urllib.request", "urllib.error"):
        sys.modules[f"spyne.util.six.moves.{name}"] = importlib.import_module(f"six.moves.{name}")


_prepare_spyne()
with warnings.catch_warnings():
    # spyne imports cgi, deprecated in 3.11 and 3.12; from 3.13 on the legacy-cgi distribution provides it
    warnings.simplefilter("ignore", DeprecationWarning)
    from spyne import AnyXml, Application, Service, rpc
    from spyne.protocol.soap import Soap12

NAMESPACE = "urn:ihe:iti:xds-b:2007"


def declare(name: str, operations: Sequence[Operation]) -> Any:
    """A spyne `Application` with one service class, in which each operation is a bare method under its WSDL name."""
    methods = {f"operation_{place}": _method(operation) for place, operation in enumerate(operations)}
    hosted = type(Service)(name, (Service,), methods)
    return Application([hosted], NAMESPACE, name=name, in_protocol=Soap12(), out_protocol=Soap12())


def _method(operation: Operation) -> Any:
    """`Operation.handler` as spyne declares it. The element names are documented by our WSDL, not by spyne's."""

    def handle(request: Request) -> Reply:
        return operation.handler(request)

    handle.__name__ = operation.name
    handle.__doc__ = operation.transaction
    declaration = rpc(
        AnyXml,
        _returns=AnyXml,
        _body_style="bare",
        _no_ctx=True,
        _operation_name=operation.name,
        _udd={"transaction": operation.transaction},
    )
    return declaration(handle)


def service(
    name: str,
    operations: Sequence[Operation],
    *,
    gate: Callable[[Request], Any] | None = None,
    limits: Limits | None = None,
    finished: Callable[[Exchange], None] | None = None,
    peer: Callable[[core.Environ], Peer] | None = None,
) -> core.WsgiApplication:
    """The WSGI application of `soap.service.service`, with the operations hosted by spyne.

    An operation is found by its descriptor in the method map of the spyne application, whose function is called.
    """
    methods = declare(name, operations).interface.service_method_map

    def invoke(operation: Operation, request: Request) -> Reply:
        reply: Reply = methods[f"{{{NAMESPACE}}}{operation.name}"][0].function(request)
        return reply

    return core.service(name, operations, gate=gate, limits=limits, finished=finished, peer=peer, invoke=invoke)
