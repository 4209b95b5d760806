"""spyne as host: what it declares is what is called, and the core does without it."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

from soap import host


def test_spyne_declares_every_operation_under_its_wsdl_name(toy: Any) -> None:
    methods = host.declare("toy", toy.operations()).interface.service_method_map
    declared = {key.rpartition("}")[2] for key in methods}
    assert {operation.name for operation in toy.operations()} <= declared


def test_the_function_that_spyne_registered_is_the_one_called(toy: Any, say: bytes) -> None:
    (descriptor,) = host.declare("toy", toy.operations()).interface.service_method_map[f"{{{host.NAMESPACE}}}Toy_Say-b"]
    assert toy.post(say).status == 200
    (request,) = toy.seen
    descriptor.function(request)
    assert toy.seen == [request, request]


def test_two_services_with_the_same_body_element_stay_apart(toy: Any, say: bytes) -> None:
    other = type(toy)()
    first, second = toy.app(), other.app()
    assert first is not second
    toy.post(say)
    assert (len(toy.seen), len(other.seen)) == (1, 0)


def test_the_core_works_where_spyne_and_six_cannot_be_imported() -> None:
    script = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("spyne", "six"):
            raise ImportError(name + " is blocked")
sys.meta_path.insert(0, Blocked())
import soap.client, soap.faults, soap.mtom, soap.service, soap.xop
from soap.message import Operation, Packaging, Reply
operation = Operation("T", "T", "{urn:t}T", "urn:t", "urn:tR", Packaging.SIMPLE, lambda request: Reply(b"<R/>"))
import io
from soap.envelope import write_request
message = write_request("urn:t", "urn:uuid:1", "http://x/", b'<T xmlns="urn:t"/>')
environ = {"REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/soap+xml", "CONTENT_LENGTH": str(len(message))}
said = []
environ["wsgi.input"] = io.BytesIO(message)
answer = soap.service.service("t", [operation])(environ, lambda *head: said.append(head))
assert said[0][0] == "200 OK" and b"<R/>" in b"".join(answer)
try:
    import soap.host
except ImportError as error:
    assert "blocked" in str(error)
else:
    raise SystemExit("the host was importable")
"""
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", script], check=True, cwd=root, timeout=60)


def test_only_the_host_imports_spyne() -> None:
    room = Path(host.__file__).parent
    importing = [path.name for path in room.glob("*.py") if "spyne" in _imports(path.read_text())]
    assert importing == ["host.py"]


def _imports(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names
