"""How passing answers look: excerpts that a report shows beside a failed one. # ITI TF-3 4.2.4"""

from typing import Final

SUCCESS: Final = (
    '<rs:RegistryResponse status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"/>'  # ITI TF-3 4.2.4.2
)


def refused(*codes: str) -> str:
    """A Failure with one of `codes`."""
    return (
        '<rs:RegistryResponse status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure">\n'
        "  <rs:RegistryErrorList>\n"
        f'    <rs:RegistryError errorCode="{" or ".join(codes) or "…"}" codeContext="what is wrong, and where"\n'
        '        severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"/>\n'
        "  </rs:RegistryErrorList>\n"
        "</rs:RegistryResponse>"
    )


def found(objects: str) -> str:
    """A Success with these objects."""
    return (
        '<query:AdhocQueryResponse status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success">\n'
        f"  <rim:RegistryObjectList>\n    {objects}\n  </rim:RegistryObjectList>\n</query:AdhocQueryResponse>"
    )


NOTHING_FOUND: Final = (
    '<query:AdhocQueryResponse status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success">\n'
    "  <rim:RegistryObjectList/>\n</query:AdhocQueryResponse>"
)


def query_refused(*codes: str) -> str:
    """A query refused with one of `codes`."""
    return (
        '<query:AdhocQueryResponse status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure">\n'
        "  <rs:RegistryErrorList>\n"
        f'    <rs:RegistryError errorCode="{" or ".join(codes) or "…"}" codeContext="…"\n'
        '        severity="urn:oasis:names:tc:ebxml-regrep:ErrorSeverityType:Error"/>\n'
        "  </rs:RegistryErrorList>\n"
        "  <rim:RegistryObjectList/>\n"
        "</query:AdhocQueryResponse>"
    )


def fault(code: str, subcode: str = "") -> str:
    """A SOAP 1.2 fault."""
    inner = f"<soap:Subcode><soap:Value>{subcode}</soap:Value></soap:Subcode>" if subcode else ""
    return (
        "<soap:Fault>\n"
        f"  <soap:Code><soap:Value>soap:{code}</soap:Value>{inner}</soap:Code>\n"
        '  <soap:Reason><soap:Text xml:lang="en">what is wrong</soap:Text></soap:Reason>\n'
        "</soap:Fault>"
    )


RETRIEVED: Final = (
    "<xds:RetrieveDocumentSetResponse>\n"
    '  <rs:RegistryResponse status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success"/>\n'
    "  <xds:DocumentResponse>\n"
    "    <xds:RepositoryUniqueId>…</xds:RepositoryUniqueId><xds:DocumentUniqueId>…</xds:DocumentUniqueId>\n"
    "    <xds:mimeType>text/plain</xds:mimeType>\n"
    '    <xds:Document><xop:Include href="cid:…"/></xds:Document>\n'
    "  </xds:DocumentResponse>\n"
    "</xds:RetrieveDocumentSetResponse>"
)

NOT_RETRIEVED: Final = (
    "<xds:RetrieveDocumentSetResponse>\n"
    '  <rs:RegistryResponse status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Failure">\n'
    '    <rs:RegistryErrorList><rs:RegistryError errorCode="XDSDocumentUniqueIdError" …/></rs:RegistryErrorList>\n'
    "  </rs:RegistryResponse>\n"
    "</xds:RetrieveDocumentSetResponse>"
)

PARTLY_RETRIEVED: Final = (
    "<xds:RetrieveDocumentSetResponse>\n"
    '  <rs:RegistryResponse status="urn:ihe:iti:2007:ResponseStatusType:PartialSuccess">\n'
    '    <rs:RegistryErrorList><rs:RegistryError errorCode="XDSDocumentUniqueIdError" …/></rs:RegistryErrorList>\n'
    "  </rs:RegistryResponse>\n"
    "  <xds:DocumentResponse>… the documents that are there …</xds:DocumentResponse>\n"
    "</xds:RetrieveDocumentSetResponse>"
)

MULTIPART: Final = (
    'Content-Type: multipart/related; type="application/xop+xml"; boundary="…"; start="<root@…>"; '
    'start-info="application/soap+xml"\n\n'
    "--…\n"
    'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\n'
    "Content-Transfer-Encoding: binary\nContent-ID: <root@…>\n\n<soap:Envelope …\n--…--"
)

STILL_THERE: Final = "A refusal in the first answer, and Success for the ordinary request after it."
