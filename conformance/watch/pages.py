"""What the watch answers beside SOAP: its WSDLs, what came so far, and the switch of its misbehaviours."""

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import schemas
from conformance.watch.kinds import KINDS
from conformance.watch.misbehaviours import Agenda, Misbehaviour, MisbehaviourError
from conformance.watch.reading import Head
from conformance.watch.recording import Recorder

Page = tuple[HTTPStatus, str, str | bytes]
"""Status, Content-Type, content."""

SERVICES: Final = {"/registry": "DocumentRegistry", "/repository": "DocumentRepository"}
_HOST: Final = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
_TEXT: Final = "text/plain; charset=utf-8"
_JSON: Final = "application/json"
_XML: Final = "text/xml; charset=utf-8"
_WELCOME: Final = """\
Carnet watches your client: it answers as a registry and a repository, and judges what it is sent.

  registry     {base}/registry      ITI-42 ITI-18    WSDL at ?wsdl
  repository   {base}/repository    ITI-41 ITI-43    WSDL at ?wsdl
  exchanges    {base}/exchanges     what came so far, as JSON (from this machine)
  misbehave    {base}/misbehave     GET shows, POST sets, DELETE ends what goes wrong (from this machine)

  curl --data 'busy slow=5:ITI-43' {base}/misbehave
"""


@dataclass(frozen=True, slots=True)
class Pages:
    """What is told to one client."""

    recorder: Recorder
    agenda: Agenda
    client: str
    """Network address."""
    here: tuple[str, int]
    """Our own end of the connection."""
    tls: bool
    expires: bool
    """There is an expired certificate to show."""

    def page(self, head: Head, body: bytes) -> Page:
        """The answer to a request that is no SOAP message."""
        if head.path in SERVICES:
            return self._describe(head)
        if head.path == "/misbehave":
            return self._control(head, body)
        if head.path == "/exchanges" and head.method in ("GET", "HEAD"):
            if not self._is_local(head):
                return HTTPStatus.FORBIDDEN, _TEXT, "only this machine is told\n"
            document = json.dumps(self.recorder.document(), ensure_ascii=False, indent=1)
            return HTTPStatus.OK, _JSON, document + "\n"
        if head.path == "/" and head.method in ("GET", "HEAD"):
            return HTTPStatus.OK, _TEXT, _WELCOME.format(base=self.base(head))
        known = "/registry, /repository, /misbehave, /exchanges"
        return HTTPStatus.NOT_FOUND, _TEXT, f"There is nothing at this path. There is: {known}\n"

    def _describe(self, head: Head) -> Page:
        kind, _, name = head.query.partition("=")
        try:
            if head.method in ("GET", "HEAD") and kind.lower() == "wsdl":
                return HTTPStatus.OK, _XML, schemas.wsdl(SERVICES[head.path], self.base(head) + head.path)
            if head.method in ("GET", "HEAD") and kind.lower() == "xsd":
                return HTTPStatus.OK, _XML, schemas.xsd(name)
        except LookupError:
            return HTTPStatus.NOT_FOUND, _TEXT, "There is no such schema; the WSDL names those there are.\n"
        return HTTPStatus.METHOD_NOT_ALLOWED, _TEXT, "POST a SOAP 1.2 message here, or GET ?wsdl.\n"

    def _control(self, head: Head, body: bytes) -> Page:
        """What goes wrong from now on: GET shows it, POST sets it (one per line), DELETE ends it."""
        if not self._is_local(head):
            return HTTPStatus.FORBIDDEN, _TEXT, "misbehaviour is switched from this machine alone\n"
        if head.method == "POST":
            try:
                planned = [Misbehaviour.parse(each) for each in body.decode("utf-8", "replace").split()]
                self._refuse_without_tls(planned)
            except MisbehaviourError as error:
                return HTTPStatus.BAD_REQUEST, _TEXT, f"{error}\n"
            self.agenda.set(planned)
        elif head.method == "DELETE":
            self.agenda.set(())
        elif head.method not in ("GET", "HEAD"):
            return HTTPStatus.METHOD_NOT_ALLOWED, _TEXT, "GET, POST or DELETE\n"
        told: dict[str, Any] = {
            "misbehaviours": [str(each) for each in self.agenda.planned],
            "kinds": {kind.name: kind.what for kind in KINDS.values()},
        }
        return HTTPStatus.OK, _JSON, json.dumps(told, indent=1) + "\n"

    def _refuse_without_tls(self, planned: list[Misbehaviour]) -> None:
        if not self.expires and any(each.kind.name == "expired-certificate" for each in planned):
            raise MisbehaviourError(
                "expired-certificate has to be there from the start: --misbehave expired-certificate"
            )

    def _is_local(self, head: Head) -> bool:
        """From this machine, and not by a page of another site that a browser shows."""
        return self.client in ("127.0.0.1", "::1", "::ffff:127.0.0.1") and not head.get("origin")

    def base(self, head: Head) -> str:
        """The URL that the client reached us at, without a path."""
        host = head.get("host")
        if not _HOST.fullmatch(host):
            name = self.here
            host = f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"
        return f"{'https' if self.tls else 'http'}://{host}"
