"""The signature of a set of documents (IHE DSG, French « signature du lot »): signing and verifying.

Knows nothing of XDS: documents are an identifier, digests, and bytes that can be opened again.
"""

from security.dsg.documents import SetDocument
from security.dsg.names import SOURCE
from security.dsg.policies import DMP_LEGACY, DSG, POLICIES, STRICT, Clock, Leniency, SetPolicy
from security.dsg.signing import sign_set
from security.dsg.verdict import SetSignatureVerdict
from security.dsg.verifying import Expected, Trust, verify_set
from security.xmlsignature.refusals import Reason, SignatureRefused

__all__ = [
    "DMP_LEGACY",
    "DSG",
    "POLICIES",
    "SOURCE",
    "STRICT",
    "Clock",
    "Expected",
    "Leniency",
    "Reason",
    "SetDocument",
    "SetPolicy",
    "SetSignatureVerdict",
    "SignatureRefused",
    "Trust",
    "sign_set",
    "verify_set",
]
