"""Names of the signature of a set: the manifest and XAdES."""

from typing import Final

from security.xmlsignature.names import DS

XADES_111: Final = "http://uri.etsi.org/01903/v1.1.1#"
"""ETSI TS 101 903 1.1.1, what French software writes."""
XADES_132: Final = "http://uri.etsi.org/01903/v1.3.2#"
"""ETSI TS 101 903 1.3.2 and EN 319 132-1."""
MANIFEST_TYPE: Final = f"{DS}Manifest"
"""XML Signature 1.1, 5.1."""
SIGNED_PROPERTIES_TYPE: Final = "http://uri.etsi.org/01903#SignedProperties"
"""EN 319 132-1 4.4.2."""
SIGNED_PROPERTIES_TYPE_111: Final = f"{XADES_111}SignedProperties"

MANIFEST: Final = f"{{{DS}}}Manifest"
MANIFEST_ID: Final = "IHEManifest"
"""Of official French messages; ITI TF-3 5.5.3 gives the manifest no name."""
PURPOSE_ID: Final = "purposeOfSignature"

SOURCE: Final = "1.2.840.10065.1.12.1.14"
"""ASTM E1762: the purpose of a signature by whom the documents come from."""
