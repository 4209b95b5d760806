"""What the letter of IHE DSG asks of a signature and its entry, beyond what a verifier needs. # ITI TF-3 5.5.2, 5.5.6.1

Communities agree on other algorithms, and nothing here makes a signature less true: it is told, not refused.
"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from dmp.lot_rules import broken
from dmp.lot_shape import uri_of
from dmp.nomenclature import SIGNATURE_EVENT, SIGNATURE_LANGUAGE, SIGNATURE_TYPE, same_code
from metadata.model import DocumentEntry
from metadata.rules import Finding
from metadata.translate import Submission
from metadata.vocabulary import SIGNS
from security.dsg import DSG
from security.dsg.reading import ClaimedSet

_PURPOSES: Final = frozenset(f"{SIGNATURE_EVENT.scheme}.1.{number}" for number in range(1, 19))
"""ITI TF-3 Table 5.5.2-1."""
_LONG_TERM: Final = ("SignatureTimeStamp", "CertificateValues", "RevocationValues")
"""What XAdES-X-L adds that can be looked for by name."""


def of_block(claimed: ClaimedSet) -> Iterator[Finding]:
    """The signature by itself."""
    at = "/Signature"
    if claimed.policy.name != DSG.name:
        yield broken("lot.dsg.policy", at=at, got=claimed.policy.profile.canonicalization)
    there = {etree.QName(each).localname for each in claimed.claim.signature.iter("{*}*")}
    missing = [name for name in _LONG_TERM if name not in there]
    if missing:
        yield broken("lot.dsg.long-term", at=at, got=", ".join(missing))
    purposes = purposes_of(claimed)
    if not purposes:
        yield broken("lot.dsg.commitment", at=at)
    for each in purposes:
        if each not in _PURPOSES:
            yield broken("lot.dsg.purpose", at=at, got=each)


def of_entry(entry: DocumentEntry, claimed: ClaimedSet | None) -> Iterator[Finding]:
    """The entry of the signature, against the signature where it could be read."""
    own = entry.entry_uuid
    if entry.mime_type != "text/xml":
        yield broken("lot.dsg.mimeType", object_id=own, got=entry.mime_type or "-")
    if entry.language_code != SIGNATURE_LANGUAGE:
        yield broken("lot.dsg.languageCode", object_id=own, got=entry.language_code or "-")
    if entry.type_code is not None and not same_code(entry.type_code, SIGNATURE_TYPE):
        yield broken("lot.dsg.typeCode", object_id=own, got=f"{entry.type_code.code}^^{entry.type_code.scheme}")
    said = {code.code for code in entry.event_codes}
    for each in () if claimed is None else purposes_of(claimed):
        if each not in said:
            yield broken("lot.dsg.eventCodeList", object_id=own, got=each)
    names = [code.display for code in entry.event_codes if code.code in _PURPOSES and code.display]
    if names and (entry.title or "") not in names:
        yield broken("lot.dsg.title", object_id=own, got=entry.title or "-", expected=names[0])


def of_associations(submission: Submission, entry: DocumentEntry, claimed: ClaimedSet) -> Iterator[Finding]:
    """A signature of documents leads to each of them that is here; that of the set needs not. # ITI TF-3 5.5.6.4"""
    named = {each.get("URI", "") for each in claimed.targets[claimed.manifest.uri]}
    if any(uri_of(each.unique_id) in named for each in submission.submission_sets):
        return
    led = {each.target for each in submission.associations if each.type == SIGNS and each.source == entry.entry_uuid}
    for document in submission.entries:
        if uri_of(document.unique_id) in named and document.entry_uuid not in led:
            yield broken("lot.dsg.signs", object_id=entry.entry_uuid, got=document.entry_uuid)


def purposes_of(claimed: ClaimedSet) -> tuple[str, ...]:
    """The commitments that a signature makes, as it states them, proved or not."""
    properties = claimed.targets[claimed.properties.uri]
    found = properties.iterfind(
        "{*}SignedDataObjectProperties/{*}CommitmentTypeIndication/{*}CommitmentTypeId/{*}Identifier"
    )
    return tuple((each.text or "").strip().removeprefix("urn:oid:") for each in found)
