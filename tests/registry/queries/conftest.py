"""A registry with something in it, and a consumer that speaks to it in the XML of ITI-18."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid5

import pytest
from lxml import etree

import schemas
from metadata import vocabulary as v
from metadata.affinity import AffinityDomain
from metadata.model import Association, Author, Code, DocumentEntry, Folder, SubmissionSet, XdsObject
from metadata.responses import AdhocQueryResponse, parse_adhoc_query_response
from metadata.storedqueries import adhoc_query_request
from metadata.translate import to_ebrim
from registry.queries import Queries, QueryPolicy
from registry.registry import Registry
from soap.message import Reply
from storage import Database

ANN = "ann7^^^&2.999.31&ISO"
BOB = "bob8^^^&2.999.31&ISO"
APPROVED = [v.APPROVED]
_SPACE = UUID("7f3b1f0e-3a57-4c0c-9d53-0f1f2a3b4c5d")

QUERY = "{urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0}"


@dataclass
class Answer:
    """What came back, in the names of the test."""

    response: AdhocQueryResponse
    reply: Reply
    names: Mapping[str, str]
    body: bytes

    @property
    def found(self) -> list[str]:
        """Names of all objects, sorted; a name twice is an object twice."""
        ids = [o.id for o in self.response.objects] or [ref.id for ref in self.response.object_refs]
        return sorted(self.names.get(id_, id_) for id_ in ids)

    @property
    def codes(self) -> list[str]:
        return [str(error.code) for error in self.response.errors]

    @property
    def rules(self) -> list[str]:
        """Ids of the rules that the errors name."""
        return [error.context.rpartition("[")[2].partition(",")[0] for error in self.response.errors]


@dataclass
class World:
    """A registry, what was put into it, and who asks."""

    registry: Registry
    queries: Queries
    names: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def urn(label: str) -> str:
        """The entryUUID of the object that a test calls by this name."""
        return f"urn:uuid:{uuid5(_SPACE, label)}"

    @staticmethod
    def oid(label: str) -> str:
        """Its uniqueId."""
        return f"2.999.31.100.{uuid5(_SPACE, label).int % 10**20}"

    @staticmethod
    def document(label: str, **changes: Any) -> DocumentEntry:
        entry = DocumentEntry(
            entry_uuid=World.urn(label),
            unique_id=World.oid(label),
            patient_id=ANN,
            mime_type="text/plain",
            class_code=Code("11488", "2.999.32.1", "Compte rendu"),
            type_code=Code("34133-9", "2.999.32.6", "Lettre de sortie"),
            format_code=Code("F-TXT", "2.999.32.3", "Texte brut"),
            healthcare_facility_type_code=Code("H-IP", "2.999.32.4", "Hospitalisation"),
            practice_setting_code=Code("P-MED", "2.999.32.5", "Médecine générale"),
            confidentiality_codes=(Code("N", "2.999.32.2", "Normal"),),
            authors=(Author(person="D88^Durand^Paul^^^Dr^^^&2.999.31.3&ISO"),),
            title=label,
            creation_time="20250611083000",
            language_code="fr-FR",
            hash=f"{uuid5(_SPACE, label).int:040x}"[-40:],
            size="3",
            repository_unique_id="2.999.31.1",
            source_patient_id="mrn-4021^^^&2.999.31.2&ISO",
        )
        return replace(entry, **changes)

    @staticmethod
    def folder(label: str, **changes: Any) -> Folder:
        code = Code("episode", "2.999.32.10", "Épisode")
        return replace(Folder(World.urn(label), World.oid(label), ANN, codes=(code,), title=label), **changes)

    @staticmethod
    def submission_set(label: str, **changes: Any) -> SubmissionSet:
        the_set = SubmissionSet(
            entry_uuid=World.urn(label),
            unique_id=World.oid(label),
            patient_id=ANN,
            source_id="2.999.31.9",
            submission_time="20250611083112",
            content_type_code=Code("discharge", "2.999.32.7", "Sortie"),
            authors=(Author(person="D88^Durand^Paul^^^Dr^^^&2.999.31.3&ISO"),),
            title=label,
        )
        return replace(the_set, **changes)

    @staticmethod
    def link(kind: str, source: str, target: str) -> Association:
        """An Association called `source>target`; of two between the same objects, the kind tells them apart."""
        return Association(World.urn(f"{source}>{target}"), kind, World.urn(source), World.urn(target))

    @staticmethod
    def member(source: str, target: str) -> Association:
        return World.link(v.HAS_MEMBER, source, target)

    @staticmethod
    def member_original(source: str, target: str) -> Association:
        """The HasMember of a SubmissionSet and a DocumentEntry submitted with it."""
        return replace(World.member(source, target), submission_set_status="Original")

    def submit(self, label: str, *objects: XdsObject, patient: str = ANN, transaction: str = "ITI-42") -> None:
        """One submission: the objects, their SubmissionSet `label`, and the HasMembers that are missing."""
        self.names |= {o.entry_uuid: str(o.title) for o in objects if not isinstance(o, Association)}
        the_set = self.submission_set(label, patient_id=patient)
        given = {o.target for o in objects if isinstance(o, Association) and o.source == the_set.entry_uuid}
        submitted: list[XdsObject] = [the_set, *objects]
        for o in objects:
            if isinstance(o, DocumentEntry | Folder) and o.entry_uuid not in given:
                status = "Original" if isinstance(o, DocumentEntry) else None
                submitted.append(replace(self.member(label, str(o.title)), submission_set_status=status))
            if isinstance(o, Association) and o.type == v.HAS_MEMBER and o.source != the_set.entry_uuid:
                submitted.append(self.member(label, self._name(o)))
        self.register(*submitted, transaction=transaction)

    def register(self, *objects: XdsObject, transaction: str = "ITI-42") -> None:
        for o in objects:
            self.names[o.entry_uuid] = self._name(o)
        response = self.registry.register([to_ebrim(o) for o in objects], transaction=transaction)
        assert response.succeeded, response.errors

    def ask(self, query: str, parameters: Mapping[str, Any], return_type: str = "LeafClass") -> Answer:
        return self.send(adhoc_query_request(query, parameters, return_type))

    def send(self, request: bytes) -> Answer:
        """Asks with these bytes; request and answer are held against their schemas."""
        element = etree.fromstring(request)
        schemas.schema(QUERY + "AdhocQueryRequest").assertValid(element)
        reply = self.queries.answer(element)
        body = reply.body if isinstance(reply.body, bytes) else b"".join(reply.body)
        answered = etree.fromstring(body)
        schemas.schema(QUERY + "AdhocQueryResponse").assertValid(answered)
        return Answer(parse_adhoc_query_response(answered), reply, self.names, body)

    def _name(self, o: XdsObject) -> str:
        if not isinstance(o, Association):
            return str(o.title)
        return f"{self.names.get(o.source, '?')}>{self.names.get(o.target, '?')}"


@pytest.fixture
def world(database: Database) -> World:
    domain = AffinityDomain.open()
    return World(Registry(database, domain), Queries(database, domain))


@pytest.fixture
def world_with(database: Database) -> Callable[[QueryPolicy], World]:
    domain = AffinityDomain.open()
    return lambda policy: World(Registry(database, domain), Queries(database, domain, policy))


@pytest.fixture
def find(world: World) -> Callable[..., list[str]]:
    """FindDocuments of Ann's approved documents under further conditions."""

    def ask(**conditions: Any) -> list[str]:
        parameters = {f"XDSDocumentEntry{name}": value for name, value in conditions.items()}
        base = {"XDSDocumentEntryPatientId": ANN, "XDSDocumentEntryStatus": APPROVED}
        answer = world.ask("FindDocuments", {**base, **parameters})
        assert not answer.codes, answer.response.errors
        return answer.found

    return ask
