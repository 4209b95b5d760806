"""TD3.1: documents are searched by their metadata (a) and by reference (b). # DMP TD3.1"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from conformance.cases._dmp import BOTH, REGISTRY, Desk, dmp_case
from conformance.cases.dmp_vihf import refuses_token
from conformance.messages import names as n
from conformance.messages.dmp import names as f
from conformance.messages.dmp.lot import Lot, document, dtm
from conformance.messages.objects import Association, Entry, Submission, new_oid
from conformance.messages.requests import Value
from conformance.model import SHOULD
from conformance.passing import NOTHING_FOUND, fault, found
from conformance.trial import Trial

TD31A: Final = "DMP TD3.1a; ITI TF-2 3.18.4.1.2.3.7.1"
TD31B: Final = "DMP TD3.1b; ITI TF-2 3.18.4.1.2.3.7.5"
ENTRY: Final = found('<rim:ExtrinsicObject id="…" …>')


@dmp_case(
    "dmp/td3.1/a/1",
    title=("Searches the documents of a patient", "Recherche les documents d'un patient"),
    requirement=(
        "FindDocuments by INS and status gives the entries of the patient's documents.",
        "FindDocuments par INS et statut rend les fiches des documents du patient.",
    ),
    section=TD31A,
    passing=ENTRY,
)
def finds(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    _lists(desk, [letter], [])


@dmp_case(
    "dmp/td3.1/a/2",
    title=("Searches the documents of a patient who has none", "Recherche les documents d'un patient qui n'en a pas"),
    requirement=(
        "A search that finds nothing is answered with Success and no object, or that the patient is not known.",
        "Une recherche sans résultat reçoit Success et aucun objet, ou que le patient n'est pas connu.",
    ),
    section="DMP TD3.1a; ITI TF-2 3.18.4.1.3",
    passing=NOTHING_FOUND,
    needs=(*REGISTRY, "new-patients"),
)
def finds_nothing(trial: Trial) -> None:
    answer = Desk(trial).find()
    unknown = "XDSUnknownPatientId" in answer.codes
    answer.check(
        "Success, or XDSUnknownPatientId", answer.status == n.SUCCESS or unknown, "//@status", n.SUCCESS, answer.summary
    )
    answer.holds("/soap:Envelope/soap:Body/query:AdhocQueryResponse", says="the search is answered")
    answer.lacks("//rim:ExtrinsicObject")


@dmp_case(
    "dmp/td3.1/a/3",
    title=("Searches by INS without its type NH", "Recherche par INS sans son type NH"),
    requirement=(
        "Patients are told apart by number and OID; component 5 of the INS changes nothing.",
        "Les patients se distinguent par matricule et OID ; le composant 5 de l'INS n'y change rien.",
    ),
    section="DMP TD3.1a; ITI TF-3 Table 4.2.3.1.7-2 (CX)",
    passing=ENTRY,
)
def without_type(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    bare = "^".join(desk.patient.split("^")[:4])
    answer = desk.query(
        "FindDocuments",
        [("$XDSDocumentEntryPatientId", bare), ("$XDSDocumentEntryStatus", [n.APPROVED])],
    ).succeeds()
    answer.check(
        "the document is found", letter.id in answer.ids(), "//rim:ExtrinsicObject/@id", letter.id, answer.ids()
    )


@dmp_case(
    "dmp/td3.1/a/4",
    title=(
        "Searches the documents of another patient than the VIHF names",
        "Recherche les documents d'un autre patient que celui du VIHF",
    ),
    requirement=(
        "A VIHF opens the record of the patient that it names, and no other.",
        "Un VIHF ouvre le dossier du patient qu'il nomme, et aucun autre.",
    ),
    section="DMP TD3.1, VIHF resource-id",
    passing=fault("Sender", "wsse:FailedAuthentication"),
    needs=(*REGISTRY, "two-patients"),
)
def of_another(trial: Trial) -> None:
    desk = Desk(trial)
    desk.heard()
    refuses_token(desk.find(token=desk.token(desk.new_patient())))


def _dated(desk: Desk) -> tuple[Entry, Entry, datetime]:
    """Two documents in one set: of ten days ago, and of today; and the moment between them."""
    today = datetime.now(UTC).replace(microsecond=0)
    old = document(desk.holder, desk.patient, at=today - timedelta(days=10), title="Ancien")
    new = document(desk.holder, desk.patient, at=today, title="Nouveau")
    desk.fed(desk.lot(old, new))
    return old, new, today - timedelta(days=5)


def _dates(number: int, attribute: str, slot: str) -> None:
    @dmp_case(
        f"dmp/td3.1/dates/{number}",
        title=(f"Searches by {attribute}", f"Recherche par {attribute}"),
        requirement=(
            f"A search between two instants of {attribute}, in UTC, gives what lies from the first up to the second.",
            f"Une recherche entre deux instants de {attribute}, en UTC, rend ce qui va du premier inclus au second.",
        ),
        section="DMP TD3.1a, EX_3.1-1070; ITI TF-2 3.18.4.1.2.3.7.1",
        passing=ENTRY,
    )
    def between(trial: Trial) -> None:
        desk = Desk(trial)
        old, new, middle = _dated(desk)
        _lists(desk, [new], [old], (f"${slot}From", dtm(middle)))
        _lists(desk, [old], [new], (f"${slot}To", dtm(middle)))
        first, last = dtm(middle - timedelta(days=30)), dtm(middle + timedelta(days=30))
        _lists(desk, [old, new], [], (f"${slot}From", first), (f"${slot}To", last))


_dates(1, "creationTime", "XDSDocumentEntryCreationTime")
_dates(2, "serviceStartTime", "XDSDocumentEntryServiceStartTime")
_dates(3, "serviceStopTime", "XDSDocumentEntryServiceStopTime")


@dmp_case(
    "dmp/td3.1/dates/4",
    title=("Searches from the very second of a document on", "Recherche depuis la seconde même d'un document"),
    requirement=(
        "The beginning of a search by dates is part of it, its end is not.",
        "Le début d'une recherche par dates en fait partie, sa fin non.",
    ),
    section="ITI TF-2 3.18.4.1.2.3.7.1",
    passing=ENTRY,
)
def at_the_second(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    _lists(desk, [letter], [], ("$XDSDocumentEntryCreationTimeFrom", letter.creation_time))
    _lists(desk, [], [letter], ("$XDSDocumentEntryCreationTimeTo", letter.creation_time))


def _codes(number: int, attribute: str, slot: str, held: str, scheme: str, other: str) -> None:
    @dmp_case(
        f"dmp/td3.1/codes/{number}",
        title=(f"Searches by {attribute}", f"Recherche par {attribute}"),
        requirement=(
            f"A search by {attribute} gives the documents that have one of the codes, and no others.",
            f"Une recherche par {attribute} rend les documents qui ont l'un des codes, et aucun autre.",
        ),
        section=TD31A,
        passing=ENTRY,
    )
    def by_code(trial: Trial) -> None:
        desk = Desk(trial)
        letter = desk.fed().entries[0]
        _lists(desk, [letter], [], (slot, [f"{held}^^{scheme}"]))
        _lists(desk, [letter], [], (slot, [f"{other}^^{scheme}", f"{held}^^{scheme}"]))
        _lists(desk, [], [letter], (slot, [f"{other}^^{scheme}"]))


_codes(1, "classCode", "$XDSDocumentEntryClassCode", "10", f.CLASSES_OF_DOCUMENTS, "42")
_codes(2, "typeCode", "$XDSDocumentEntryTypeCode", "11488-4", f.LOINC, "34112-3")
_codes(3, "practiceSettingCode", "$XDSDocumentEntryPracticeSettingCode", "AMBULATOIRE", f.PRACTICE_SETTINGS, "HAD")
_codes(4, "formatCode", "$XDSDocumentEntryFormatCode", "urn:ihe:iti:xds-sd:text:2008", f.IHE_FORMATS, "urn:x")
_codes(5, "confidentialityCode", "$XDSDocumentEntryConfidentialityCode", "N", f.CONFIDENTIALITIES, "V")


@dmp_case(
    "dmp/td3.1/author/1",
    title=("Searches by the name of the author", "Recherche par le nom de l'auteur"),
    requirement=(
        "A search by authorPerson, with % for any text, gives the documents of that author.",
        "Une recherche par authorPerson, avec % pour un texte quelconque, rend les documents de cet auteur.",
    ),
    section=TD31A,
    passing=ENTRY,
)
def by_author(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    family = letter.authors[0].person.split("^")[1]
    _lists(desk, [letter], [], ("$XDSDocumentEntryAuthorPerson", [f"%{family}%"]))
    _lists(desk, [], [letter], ("$XDSDocumentEntryAuthorPerson", ["%PERSONNE-DE-CE-NOM%"]))


@dmp_case(
    "dmp/td3.1/status/1",
    title=("Searches replaced documents", "Recherche les documents remplacés"),
    requirement=(
        "A search by status gives the documents of that status alone.",
        "Une recherche par statut ne rend que les documents de ce statut.",
    ),
    section="DMP TD3.1a; ITI TF-2 3.18.4.1.2.3.7.1",
    passing=ENTRY,
)
def by_status(trial: Trial) -> None:
    desk = Desk(trial)
    old = desk.fed().entries[0]
    lot = desk.lot(document(desk.holder, desk.patient, replaces=old))
    new = lot.documents[0]
    desk.fed(replace(lot, associations=(*lot.associations, Association(n.RPLC, new.id, old.id))))
    _lists(desk, [new], [old], status=(n.APPROVED,))
    _lists(desk, [old], [new], status=(n.DEPRECATED,))
    _lists(desk, [old, new], [], status=(n.APPROVED, n.DEPRECATED))


@dmp_case(
    "dmp/td3.1/return-type/1",
    title=("Searches references only", "Ne recherche que des références"),
    requirement=(
        "With returnType ObjectRef a search gives the ids of the entries, and nothing of what is in them.",
        "Avec le returnType ObjectRef une recherche rend les ids des fiches, et rien de leur contenu.",
    ),
    section="DMP TD3.1; ITI TF-2 3.18.4.1.2.3.1",
    passing=found('<rim:ObjectRef id="urn:uuid:…"/>'),
)
def references(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    answer = desk.find(returns="ObjectRef").succeeds()
    answer.check("the document is named", letter.id in answer.ids("references"), got=answer.ids(), expected=letter.id)
    answer.lacks("//rim:ExtrinsicObject")


@dmp_case(
    "dmp/td3.1/sets/1",
    title=(
        "Searches sets by date of submission, then what is in them",
        "Recherche les lots par date de soumission, puis leur contenu",
    ),
    requirement=(
        "FindSubmissionSets, GetAssociations and GetDocuments lead from a date of submission to the documents.",
        "FindSubmissionSets, GetAssociations et GetDocuments mènent d'une date de soumission aux documents.",
    ),
    section="DMP TD3.1; ITI TF-2 3.18.4.1.2.3.7.2, .7, .5",
    passing=found("<rim:RegistryPackage …/> then <rim:Association …/> then <rim:ExtrinsicObject …/>"),
)
def by_submission(trial: Trial) -> None:
    desk = Desk(trial)
    submission = desk.fed()
    sets = desk.query(
        "FindSubmissionSets",
        [
            ("$XDSSubmissionSetPatientId", desk.patient),
            ("$XDSSubmissionSetStatus", [n.APPROVED]),
            ("$XDSSubmissionSetSubmissionTimeFrom", _day_before()),
        ],
    ).succeeds()
    sets.check(
        "the set is found", submission.set.id in sets.ids("packages"), got=sets.ids(), expected=submission.set.id
    )
    members = desk.query("GetAssociations", [("$uuid", [submission.set.id])]).succeeds()
    members.holds(
        f"//rim:Association[@associationType='{n.HAS_MEMBER}'][@sourceObject='{submission.set.id}']/@targetObject",
        *(each.id for each in submission.entries),
        says="its members are the documents of the set",
    )
    uuids: Value = [each.id for each in submission.entries]
    documents = desk.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", uuids)])
    documents.finds(*(each.id for each in submission.entries))


def _day_before() -> str:
    return dtm(datetime.now(UTC) - timedelta(days=1))


# --- TD3.1b: by reference ---------------------------------------------------------------------------------------------


@dmp_case(
    "dmp/td3.1/b/1",
    title=("Searches a document by its uniqueId", "Recherche un document par son uniqueId"),
    requirement=("GetDocuments by uniqueId gives the entry.", "GetDocuments par uniqueId rend la fiche."),
    section=TD31B,
    passing=ENTRY,
)
def by_unique_id(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    desk.documents(letter).finds(letter.id)


@dmp_case(
    "dmp/td3.1/b/2",
    title=("Searches a document by its entryUUID", "Recherche un document par son entryUUID"),
    requirement=("GetDocuments by entryUUID gives the entry.", "GetDocuments par entryUUID rend la fiche."),
    section=TD31B,
    passing=ENTRY,
)
def by_uuid(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    desk.query("GetDocuments", [("$XDSDocumentEntryEntryUUID", [letter.id])]).finds(letter.id)


@dmp_case(
    "dmp/td3.1/b/3",
    title=("Searches a reference by uniqueId", "Recherche une référence par uniqueId"),
    requirement=(
        "GetDocuments with ObjectRef gives the entryUUID of a document.",
        "GetDocuments avec ObjectRef rend l'entryUUID d'un document.",
    ),
    section=TD31B,
    passing=found('<rim:ObjectRef id="urn:uuid:…"/>'),
)
def reference(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    answer = desk.documents(letter, returns="ObjectRef").finds(letter.id)
    answer.lacks("//rim:ExtrinsicObject")


@dmp_case(
    "dmp/td3.1/b/4",
    title=("Searches a document that is not there", "Recherche un document absent"),
    requirement=(
        "GetDocuments for a uniqueId that nobody has finds nothing.",
        "GetDocuments pour un uniqueId que personne n'a ne trouve rien.",
    ),
    section=TD31B,
    passing=NOTHING_FOUND,
    needs=REGISTRY,
)
def unknown(trial: Trial) -> None:
    desk = Desk(trial)
    answer = desk.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [new_oid()])]).finds()
    answer.holds("/soap:Envelope/soap:Body/query:AdhocQueryResponse", says="the search is answered")


@dmp_case(
    "dmp/td3.1/b/5",
    title=(
        "Searches the document of another patient by its uniqueId",
        "Recherche par son uniqueId le document d'un autre patient",
    ),
    requirement=(
        "A VIHF for one patient never shows the entry of another's document.",
        "Un VIHF pour un patient ne montre jamais la fiche du document d'un autre.",
    ),
    section="DMP TD3.1b, VIHF resource-id",
    passing=fault("Sender", "wsse:FailedAuthentication"),
    needs=(*BOTH, "two-patients"),
)
def of_a_stranger(trial: Trial) -> None:
    desk = Desk(trial)
    letter, other = _of_another(desk)
    desk.documents(letter, patient=other).finds(letter.id)
    answer = desk.documents(letter)
    answer.check("the entry is not shown", letter.unique_id.encode() not in answer.body, got=answer.summary)
    answer.check(
        "the request is refused, or finds nothing",
        bool(answer.fault) or not answer.ids(),
        "soap:Body",
        "a fault",
        answer.summary,
    )


@dmp_case(
    "dmp/td3.1/b/6",
    title=("Searches twenty documents at once", "Recherche vingt documents à la fois"),
    requirement=(
        "A list too long for one value is split over several, which count as one list.",
        "Une liste trop longue pour une valeur est répartie sur plusieurs, qui forment une seule liste.",
    ),
    section="DMP TD3.1b; ITI TF-2 3.18.4.1.2.3.5",
    passing=ENTRY,
)
def many(trial: Trial) -> None:
    desk = Desk(trial)
    submission: Submission = desk.fed()
    wanted = [each.unique_id for each in submission.entries]
    values: list[str] = [f"('{new_oid()}')" for _ in range(20)]
    values += [f"('{unique_id}')" for unique_id in wanted]
    answer = desk.query("GetDocuments", raw=[("$XDSDocumentEntryUniqueId", values)])
    answer.finds(*(each.id for each in submission.entries))


@dmp_case(
    "dmp/td3.1/b/7",
    title=("Searches a document by a uniqueId and an entryUUID", "Recherche un document par uniqueId et entryUUID"),
    requirement=(
        "A query by two references at once, of which one is asked for, is refused.",
        "Une requête par deux références à la fois, quand une est demandée, est refusée.",
    ),
    section=TD31B,
    passing=fault("Sender"),
    level=SHOULD,
)
def by_both(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    answer = desk.query(
        "GetDocuments",
        [("$XDSDocumentEntryUniqueId", [letter.unique_id]), ("$XDSDocumentEntryEntryUUID", [letter.id])],
    )
    answer.is_refused()


def _of_another(desk: Desk) -> tuple[Entry, str]:
    """A document of another patient, and who that is."""
    other = desk.new_patient()
    submission = Lot.of(desk.holder, other).signed()
    answer = desk.provide(submission, patient=other, preparation=True)
    desk.trial.given(answer.summary.startswith("Success"), "the repository did not take a good set", answer)
    return submission.entries[0], other


def _lists(
    desk: Desk,
    wanted: Sequence[Entry],
    unwanted: Sequence[Entry],
    *parameters: tuple[str, Value],
    status: Sequence[str] = (n.APPROVED,),
) -> None:
    """FindDocuments lists these of the case's documents and not those; others of the patient do not count."""
    answer = desk.find(*parameters, status=status).succeeds()
    got = answer.ids()
    said = ", ".join(f"{name} {value}" for name, value in parameters) or "the patient"
    answer.check(
        f"the search by {said} finds {len(wanted)} of {len(wanted) + len(unwanted)} documents",
        all(each.id in got for each in wanted) and not any(each.id in got for each in unwanted),
        "//rim:ExtrinsicObject/@id",
        [each.id for each in wanted],
        got,
    )
