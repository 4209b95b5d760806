"""The values of a DocumentEntry that describe its document. # ITI TF-3 4.2.3.2"""

from typing import Final

from metadata import vocabulary as v
from metadata.datatypes import is_language_tag, is_mime_type, is_oid, is_sha1, is_size, is_unique_id
from metadata.model import DocumentEntry
from metadata.rules import forms
from metadata.rules.book import METADATA, MUST, NONE, SHOULD, Mark, Marks, On, mark, rule
from metadata.rules.case import Case

_STABLE: Final = {t: code for t, code in METADATA.items() if t != "ITI-61"}
_ON_DEMAND: Final = {"ITI-61": METADATA["ITI-61"]}
AVAILABILITY: Final = frozenset(
    {"urn:ihe:iti:2010:DocumentAvailability:Online", "urn:ihe:iti:2010:DocumentAvailability:Offline"}
)


@rule(
    id="de.objectType.unknown",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.30",
    en="objectType of {object} is {got}; a DocumentEntry has {stable} (stable) or {on_demand} (on-demand)",
    fr="objectType de {object} vaut {got} ; un DocumentEntry a {stable} (stable) ou {on_demand} (à la demande)",
    on=On.ENTRY,
)
def object_type_unknown(entry: DocumentEntry, _case: Case) -> Marks:
    if entry.object_type in (v.STABLE, v.ON_DEMAND):
        return NONE
    return mark("/@objectType", got=entry.object_type or "absent", stable=v.STABLE, on_demand=v.ON_DEMAND)


@rule(
    id="de.objectType.on-demand",
    level=MUST,
    code=_STABLE,
    spec="ITI TF-2 3.42.4.1.2",
    en="{object} is an on-demand DocumentEntry; those are registered with Register On-Demand Document Entry [ITI-61]",
    fr="{object} est un DocumentEntry à la demande ; il s'enregistre par Register On-Demand Document Entry [ITI-61]",
    on=On.ENTRY,
)
def object_type_on_demand(entry: DocumentEntry, _case: Case) -> Marks:
    return mark("/@objectType", got=entry.object_type) if entry.object_type == v.ON_DEMAND else NONE


@rule(
    id="de.objectType.stable",
    level=MUST,
    code=_ON_DEMAND,
    spec="ITI TF-2 3.61.4.1.2",
    en="{object} is a stable DocumentEntry; Register On-Demand Document Entry [ITI-61] takes on-demand ones only",
    fr="{object} est un DocumentEntry stable ; Register On-Demand Document Entry [ITI-61] n'accepte que ceux à la "
    "demande",
    on=On.ENTRY,
)
def object_type_stable(entry: DocumentEntry, _case: Case) -> Marks:
    return mark("/@objectType", got=entry.object_type) if entry.object_type == v.STABLE else NONE


@rule(
    id="de.content.on-demand",
    level=MUST,
    code=_ON_DEMAND,
    spec="ITI TF-2 3.61.4.1.2",
    en="{got} stands in on-demand DocumentEntry {object}, whose document does not exist yet; leave it out",
    fr="{got} figure dans le DocumentEntry à la demande {object}, dont le document n'existe pas encore ; l'omettre",
    on=On.ENTRY,
)
def content_of_on_demand(entry: DocumentEntry, _case: Case) -> Marks:
    if entry.object_type != v.ON_DEMAND:
        return NONE
    given = {"creationTime": entry.creation_time, "hash": entry.hash, "size": entry.size}
    return [Mark(f"/Slot[@name='{name}']", {"got": name}) for name, value in given.items() if value is not None]


@rule(
    id="de.mimeType.missing",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.3.1",
    en="DocumentEntry {object} has no mimeType; it is required, as an attribute of ExtrinsicObject",
    fr="le DocumentEntry {object} n'a pas de mimeType ; il est obligatoire, comme attribut d'ExtrinsicObject",
    on=On.ENTRY,
)
def mime_type_missing(entry: DocumentEntry, _case: Case) -> Marks:
    return NONE if entry.mime_type else mark("/@mimeType")


@rule(
    id="de.mimeType.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.15",
    en="mimeType {got} is not of the form type/subtype",
    fr="mimeType {got} n'est pas de la forme type/sous-type",
    on=On.ENTRY,
)
def mime_type_format(entry: DocumentEntry, _case: Case) -> Marks:
    if not entry.mime_type or is_mime_type(entry.mime_type):
        return NONE
    return mark("/@mimeType", got=entry.mime_type)


@rule(
    id="de.hash.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.10",
    en="hash is not a SHA-1 value of 40 hexadecimal digits: {got}",
    fr="hash n'est pas une empreinte SHA-1 de 40 chiffres hexadécimaux : {got}",
    on=On.ENTRY,
)
def hash_format(entry: DocumentEntry, _case: Case) -> Marks:
    if not entry.hash or is_sha1(entry.hash):
        return NONE
    return mark("/Slot[@name='hash']", got=entry.hash)


@rule(
    id="de.size.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.21",
    en="size is not a number of bytes in decimal digits, without sign: {got}",
    fr="size n'est pas un nombre d'octets en chiffres décimaux, sans signe : {got}",
    on=On.ENTRY,
)
def size_format(entry: DocumentEntry, _case: Case) -> Marks:
    if not entry.size or is_size(entry.size):
        return NONE
    return mark("/Slot[@name='size']", got=entry.size)


@rule(
    id="de.languageCode.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.13",
    en="languageCode {got} is not a language tag of RFC 5646, such as fr-FR",
    fr="languageCode {got} n'est pas une étiquette de langue de la RFC 5646, comme fr-FR",
    on=On.ENTRY,
)
def language_code_format(entry: DocumentEntry, _case: Case) -> Marks:
    if not entry.language_code or is_language_tag(entry.language_code):
        return NONE
    return mark("/Slot[@name='languageCode']", got=entry.language_code)


@rule(
    id="de.repositoryUniqueId.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.18",
    en="repositoryUniqueId {got} is not an OID of at most 64 characters",
    fr="repositoryUniqueId {got} n'est pas un OID d'au plus 64 caractères",
    on=On.ENTRY,
)
def repository_unique_id_format(entry: DocumentEntry, _case: Case) -> Marks:
    if not entry.repository_unique_id or is_oid(entry.repository_unique_id):
        return NONE
    return mark("/Slot[@name='repositoryUniqueId']", got=entry.repository_unique_id)


@rule(
    id="de.uniqueId.format",
    level=SHOULD,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.26",
    en="uniqueId {got} is neither an OID, an OID with an extension after ^, urn:uuid: and a UUID, nor another URI; one "
    "of these makes sure that it is unique",
    fr="uniqueId {got} n'est ni un OID, ni un OID suivi de ^ et d'une extension, ni urn:uuid: et un UUID, ni une autre "
    "URI ; l'une de ces formes en assure l'unicité",
    on=On.ENTRY,
)
def unique_id_format(entry: DocumentEntry, _case: Case) -> Marks:
    # A warning: only the creator of a document is asked to follow it, to all others a uniqueId is an opaque string.
    if not entry.unique_id or is_unique_id(entry.unique_id):
        return NONE
    return mark(f"/ExternalIdentifier[@identificationScheme='{v.ENTRY_UNIQUE_ID}']", got=entry.unique_id)


@rule(
    id="de.referenceIdList.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.28",
    en="value {got} of referenceIdList is not a CXi: write id^^^&OID&ISO^type, the type being a URN such as "
    "urn:ihe:iti:xds:2013:accession",
    fr="la valeur {got} de referenceIdList n'est pas un CXi : écrire id^^^&OID&ISO^type, le type étant une URN comme "
    "urn:ihe:iti:xds:2013:accession",
    on=On.ENTRY,
)
def reference_id_list_format(entry: DocumentEntry, _case: Case) -> Marks:
    return [
        Mark(f"/Slot[@name='{v.REFERENCE_ID_LIST}']", {"got": value})
        for value in entry.reference_ids
        if value and not forms.is_cxi(value)
    ]


@rule(
    id="de.referenceIdList.type",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.7",
    en="value {got} of referenceIdList does not have the parts that its type asks for: an order, a referral and an "
    "encounter are id^^^&OID&ISO^type, a workflow (its OID) and a study are id^^^^type",
    fr="la valeur {got} de referenceIdList n'a pas les parties que son type demande : une prescription, une demande et "
    "une venue s'écrivent id^^^&OID&ISO^type, un workflow (son OID) et un examen id^^^^type",
    on=On.ENTRY,
)
def reference_id_list_type(entry: DocumentEntry, _case: Case) -> Marks:
    return [
        Mark(f"/Slot[@name='{v.REFERENCE_ID_LIST}']", {"got": value})
        for value in entry.reference_ids
        if value and not forms.is_of_its_type(value)
    ]


@rule(
    id="de.title.length",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.24",
    en="the title of {object} has {got} characters; at most {limit} are allowed",
    fr="le titre de {object} a {got} caractères ; {limit} au plus sont permis",
    on=On.ENTRY,
)
def title_length(entry: DocumentEntry, case: Case) -> Marks:
    # Counted in characters, not in bytes of UTF-8: an accent does not shorten a title.
    limit = case.domain.limits.entry_title
    return NONE if not entry.title or len(entry.title) <= limit else mark("/Name", got=len(entry.title), limit=limit)


@rule(
    id="de.uri.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.27",
    en="URI {got} is not a URI of RFC 3986",
    fr="URI {got} n'est pas une URI de la RFC 3986",
    on=On.ENTRY,
)
def uri_format(entry: DocumentEntry, _case: Case) -> Marks:
    if not entry.uri or forms.URI.fullmatch(entry.uri):
        return NONE
    return mark("/Slot[@name='URI']", got=entry.uri)


@rule(
    id="de.documentAvailability.unknown",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.2.31",
    en="documentAvailability {got} is neither urn:ihe:iti:2010:DocumentAvailability:Online nor :Offline",
    fr="documentAvailability {got} n'est ni urn:ihe:iti:2010:DocumentAvailability:Online ni :Offline",
    on=On.ENTRY,
)
def document_availability_unknown(entry: DocumentEntry, _case: Case) -> Marks:
    if not entry.document_availability or entry.document_availability in AVAILABILITY:
        return NONE
    return mark("/Slot[@name='documentAvailability']", got=entry.document_availability)
