"""Namespaces, media types and URIs of SOAP, WS-Addressing, WS-Security and XOP."""

SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
XOP = "http://www.w3.org/2004/08/xop/include"

PREFIXES = {"soap12": SOAP12, "wsa": WSA, "wsse": WSSE, "wst": WST}
"""Prefixes that a fault subcode may use."""

ANONYMOUS = WSA + "/anonymous"
"""The address that means: answer on the connection the request came on."""
FAULT_ACTION_ADDRESSING = WSA + "/fault"
"""wsa:Action of a fault that WS-Addressing defines."""
FAULT_ACTION_SOAP = WSA + "/soap/fault"
"""wsa:Action of any other fault."""

ENVELOPE = f"{{{SOAP12}}}Envelope"
HEADER = f"{{{SOAP12}}}Header"
BODY = f"{{{SOAP12}}}Body"
FAULT = f"{{{SOAP12}}}Fault"
MUST_UNDERSTAND = f"{{{SOAP12}}}mustUnderstand"
ROLE = f"{{{SOAP12}}}role"
SECURITY = f"{{{WSSE}}}Security"
INCLUDE = f"{{{XOP}}}Include"

SOAP_TYPE = "application/soap+xml"
XOP_TYPE = "application/xop+xml"
MULTIPART_TYPE = "multipart/related"
