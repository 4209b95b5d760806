"""SOAP 1.2 faults: raised anywhere under the host, written once here."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import uuid4

from soap.escaping import escape_attribute, escape_text
from soap.names import FAULT_ACTION_ADDRESSING, FAULT_ACTION_SOAP, PREFIXES, SOAP11, SOAP12, WSA

Code = Literal["Sender", "Receiver", "MustUnderstand", "VersionMismatch"]

# SOAP 1.2 Part 2 7.5.2.2: 400 for Sender, 500 for every other code
_STATUS = {"Sender": 400, "Receiver": 500, "MustUnderstand": 500, "VersionMismatch": 500}

_OPENING = (
    f'<soap12:Envelope xmlns:soap12="{SOAP12}" xmlns:wsa="{WSA}"><soap12:Header>'
    '<wsa:Action soap12:mustUnderstand="true">{action}</wsa:Action><wsa:MessageID>urn:uuid:{message_id}</wsa:MessageID>'
)
_UPGRADE = '<soap12:Upgrade><soap12:SupportedEnvelope qname="soap12:Envelope"/></soap12:Upgrade>'
_OTHER_VERSION = (
    f'<soap11:Envelope xmlns:soap11="{SOAP11}" xmlns:soap12="{SOAP12}"><soap11:Header>{_UPGRADE}</soap11:Header>'
    "<soap11:Body><soap11:Fault><faultcode>soap11:VersionMismatch</faultcode>"
    "<faultstring>{reason}</faultstring></soap11:Fault></soap11:Body></soap11:Envelope>"
)


class Fault(Exception):
    """Answers a message by a SOAP fault: transport, envelope, addressing, packaging or security, never content.

    `reason` goes to the client: it says what was wrong and what would be right, and nothing of our inside.
    """

    def __init__(
        self,
        code: Code,
        reason: str,
        *,
        subcode: str | tuple[str, ...] = (),
        status: int | None = None,
        detail: bytes = b"",
        not_understood: tuple[tuple[str, str], ...] = (),
        headers: tuple[tuple[str, str], ...] = (),
        audit: Mapping[str, Any] | None = None,
        prefixes: Mapping[str, str] | None = None,
        soap11: bool = False,
    ) -> None:
        """`prefixes`: prefix → namespace of subcodes that are not those of `soap.names.PREFIXES`."""
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.subcodes: tuple[str, ...] = (subcode,) if isinstance(subcode, str) else subcode
        """Prefixed names, outermost first."""
        self._prefixes = {**PREFIXES, **(prefixes or {})}
        for name in self.subcodes:
            prefix, colon, local = name.partition(":")
            if not colon or not local or prefix not in self._prefixes:
                raise ValueError(f"subcode {name!r}: write prefix:name with one of {', '.join(sorted(self._prefixes))}")
        self.status = _STATUS[code] if status is None else status
        """HTTP status."""
        self.detail = detail
        """Content of soap12:Detail: elements with their namespaces declared, or using wsa:."""
        self.not_understood = not_understood
        """(namespace, local name) of each header that had to be understood and was not."""
        self.headers = headers
        """HTTP headers of the answer."""
        self.audit: Mapping[str, Any] = audit or {}
        """What the audit trail alone is told."""
        self.soap11 = soap11
        """Of VersionMismatch: the message was SOAP 1.1, and so is the fault, for its sender to read."""

    @property
    def action(self) -> str:
        """wsa:Action of the fault; WS-Addressing 1.0 SOAP Binding 6."""
        addressing = bool(self.subcodes) and self.subcodes[0].startswith("wsa:")
        return FAULT_ACTION_ADDRESSING if addressing else FAULT_ACTION_SOAP

    def envelope(self, relates_to: str | None = None) -> bytes:
        """The whole fault message, in UTF-8; `relates_to` is the wsa:MessageID of the request when it had one."""
        if self.soap11:
            # SOAP 1.2 Part 1 A
            return _OTHER_VERSION.format(reason=escape_text(self.reason)).encode("utf-8", "replace")
        text = [_OPENING.format(action=self.action, message_id=uuid4())]
        if relates_to:
            text.append(f"<wsa:RelatesTo>{escape_text(relates_to)}</wsa:RelatesTo>")
        if self.code == "VersionMismatch":
            # SOAP 1.2 Part 1 5.4.7
            text.append(_UPGRADE)
        for namespace, local in self.not_understood:
            # SOAP 1.2 Part 1 5.4.8
            declaration = f' xmlns:ns="{escape_attribute(namespace)}"' if namespace else ""
            qname = f"ns:{local}" if namespace else local
            text.append(f'<soap12:NotUnderstood{declaration} qname="{escape_attribute(qname)}"/>')
        text.append(f"</soap12:Header><soap12:Body><soap12:Fault><soap12:Code><soap12:Value>soap12:{self.code}")
        text.append("</soap12:Value>")
        for name in self.subcodes:
            prefix = name.partition(":")[0]
            namespace = escape_attribute(self._prefixes[prefix])
            text.append(f'<soap12:Subcode xmlns:{prefix}="{namespace}"><soap12:Value>{name}</soap12:Value>')
        text.append("</soap12:Subcode>" * len(self.subcodes))
        text.append(f'</soap12:Code><soap12:Reason><soap12:Text xml:lang="en">{escape_text(self.reason)}')
        text.append("</soap12:Text></soap12:Reason>")
        opening = "".join(text).encode("utf-8", "replace")
        detail = b"<soap12:Detail>%b</soap12:Detail>" % self.detail if self.detail else b""
        return b"%b%b</soap12:Fault></soap12:Body></soap12:Envelope>" % (opening, detail)


def sender(reason: str, *, subcode: str | tuple[str, ...] = (), status: int | None = None) -> Fault:
    """The sender must change the message."""
    return Fault("Sender", reason, subcode=subcode, status=status)


def unsupported_media(reason: str, *, headers: tuple[tuple[str, str], ...] = ()) -> Fault:
    """HTTP 415: the content type or content encoding is not one that Carnet reads."""
    return Fault("Sender", reason, status=415, headers=headers)


def too_large(reason: str) -> Fault:
    """HTTP 413: the message breaks a limit counted in bytes."""
    return Fault("Sender", reason, status=413)


def missing_header(name: str) -> Fault:
    """A WS-Addressing header that must be there is not. WS-Addressing 1.0 SOAP Binding 6.4.2."""
    return Fault(
        "Sender",
        f"the message has no wsa:{name} header; ITI transactions require it",
        subcode="wsa:MessageAddressingHeaderRequired",
        detail=f"<wsa:ProblemHeaderQName>wsa:{name}</wsa:ProblemHeaderQName>".encode(),
    )


def invalid_header(name: str, reason: str, *, why: str = "") -> Fault:
    """A WS-Addressing header that cannot be processed; `why` is the inner subcode. WS-Addressing SOAP Binding 6.4.1."""
    return Fault(
        "Sender",
        f"wsa:{name}: {reason}",
        subcode=("wsa:InvalidAddressingHeader", why) if why else "wsa:InvalidAddressingHeader",
        detail=f"<wsa:ProblemHeaderQName>wsa:{name}</wsa:ProblemHeaderQName>".encode(),
    )


def action_not_supported(action: str, supported: tuple[str, ...]) -> Fault:
    """An Action that this endpoint does not know. WS-Addressing 1.0 SOAP Binding 6.4.4."""
    return Fault(
        "Sender",
        f"wsa:Action {action!r} is not supported by this endpoint, which answers {', '.join(supported)}",
        subcode="wsa:ActionNotSupported",
        detail=f"<wsa:ProblemAction><wsa:Action>{escape_text(action)}</wsa:Action></wsa:ProblemAction>".encode(),
    )
