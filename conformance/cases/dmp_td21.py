"""TD2.1: documents are fed with the signature of their set, new (a) or in place of others (b). # DMP TD2.1"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from conformance.answer import Answer, attribute_of, slot_of
from conformance.cases._dmp import BOTH, CARD, STRUCTURE, Desk, dmp_case, refused_set
from conformance.cases.dmp_vihf import refuses_token
from conformance.kept import brings
from conformance.messages import names as n
from conformance.messages.dmp import vihf
from conformance.messages.dmp.lot import HIDDEN, MASKED, MINOR, NORMAL, Lot, document
from conformance.messages.dmp.tokens import Forge
from conformance.messages.dmp.tokens.times import HOUR, conditions
from conformance.messages.edits import write
from conformance.messages.objects import Association, Code, new_uuid
from conformance.model import SHOULD
from conformance.passing import SUCCESS, fault, found, refused
from conformance.trial import Trial

TD21A: Final = "DMP TD2.1a; ITI TF-2 3.41.4.1.3"
TD21B: Final = "DMP TD2.1b; ITI TF-2 3.41.4.1.3"
_CODES: Final = {
    "classCode": "urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a",
    "typeCode": "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983",
    "formatCode": "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d",
    "confidentialityCode": "urn:uuid:f4f85eac-e6cb-4883-b524-f2705394840f",
}


def _is_taken(desk: Desk) -> None:
    """A good lot is taken, and its two documents are registered."""
    submission = desk.lot().signed()
    desk.provide(submission).succeeds()
    desk.documents(*submission.entries).finds(*(each.id for each in submission.entries))


@dmp_case(
    "dmp/td2.1/a/1",
    title=("Feeds a document with the signature of its set", "Alimente un document avec la signature de son lot"),
    requirement=(
        "A set of a document and its signature is taken, with status Success.",
        "Un lot d'un document et de sa signature est accepté, au statut Success.",
    ),
    section=TD21A,
    passing=SUCCESS,
)
def feeds(trial: Trial) -> None:
    _is_taken(Desk(trial))


@dmp_case(
    "dmp/td2.1/a/2",
    title=(
        "Feeds a document, asks for it, and compares its bytes",
        "Alimente un document, le consulte et compare les octets",
    ),
    requirement=(
        "A document that was fed comes back byte for byte, and so does the signature.",
        "Un document alimenté revient à l'octet près, et la signature aussi.",
    ),
    section="DMP TD2.1a, TD3.2; ITI TF-2 3.43.4.2.3",
    passing="<xds:DocumentResponse>…<xds:Document><xop:Include href=…/></xds:Document></xds:DocumentResponse>",
)
def comes_back(trial: Trial) -> None:
    desk = Desk(trial)
    submission = desk.fed()
    repository = desk.repository(submission.entries[0])
    answer = desk.retrieve(*((repository, each.unique_id) for each in submission.entries)).succeeds()
    brings(answer, *submission.entries)


@dmp_case(
    "dmp/td2.1/a/3",
    title=("Feeds a document without hash and size", "Alimente un document sans hash ni size"),
    requirement=(
        "The repository calculates hash (SHA-1) and size of the document, and names itself in repositoryUniqueId.",
        "L'entrepôt calcule hash (SHA-1) et size du document, et se nomme dans repositoryUniqueId.",
    ),
    section="ITI TF-2 3.41.4.1.3.2; DMP TD2.1",
    passing=found('<rim:Slot name="hash">…</rim:Slot> <rim:Slot name="size">…</rim:Slot>'),
)
def described(trial: Trial) -> None:
    desk = Desk(trial)
    submission = desk.fed()
    letter = submission.entries[0]
    answer = desk.documents(letter)
    entry = answer.one(letter.id)
    for name, expected in (("hash", letter.hash), ("size", str(len(letter.content)))):
        got = slot_of(entry, name)
        answer.check(
            f"{name} is that of the document", [each.lower() for each in got] == [expected], name, expected, got
        )
    got = slot_of(entry, "repositoryUniqueId")
    answer.check(
        "repositoryUniqueId is an OID", len(got) == 1 and bool(re.fullmatch(r"[0-2](\.\d+)+", got[0])), got=got
    )


@dmp_case(
    "dmp/td2.1/a/4",
    title=("Feeds a document and reads its entry", "Alimente un document et relit sa fiche"),
    requirement=(
        "The registry gives back the metadata as they were submitted, with the status Approved.",
        "Le registre rend les métadonnées telles que soumises, au statut Approved.",
    ),
    section="DMP TD2.1a, TD3.1b; ITI TF-2 3.18.4.1.2.3",
    passing=found('<rim:ExtrinsicObject status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved" …>'),
)
def reads_back(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    answer = desk.documents(letter)
    entry = answer.one(letter.id)
    answer.check("it is Approved", entry.get("status") == n.APPROVED, "@status", n.APPROVED, entry.get("status"))
    answer.check("its mimeType", entry.get("mimeType") == "text/xml", "@mimeType", "text/xml", entry.get("mimeType"))
    for name, values in (
        ("creationTime", (letter.creation_time,)),
        ("languageCode", ("fr-FR",)),
        ("legalAuthenticator", (letter.legal_authenticator,)),
        ("serviceStartTime", (letter.service_start_time,)),
        ("serviceStopTime", (letter.service_stop_time,)),
        ("sourcePatientId", (letter.source_patient,)),
        ("sourcePatientInfo", letter.source_patient_info),
    ):
        got = slot_of(entry, name)
        answer.check(f"its {name} is what was submitted", sorted(got) == sorted(values), name, values, got)
    title = attribute_of(entry, "rim:Name/rim:LocalizedString/@value")
    answer.check("its title is what was submitted", title == letter.title, "rim:Name", letter.title, title)
    for name, scheme in _CODES.items():
        wanted = [code for code, _, _ in letter.codes[name]]
        xpath = f"rim:Classification[@classificationScheme='{scheme}']/@nodeRepresentation"
        held = [str(each) for each in entry.xpath(xpath, namespaces=n.PREFIXES)]
        answer.check(f"its {name} is what was submitted", held == wanted, xpath, wanted, held)
    author = attribute_of(entry, "rim:Classification/rim:Slot[@name='authorPerson']/rim:ValueList/rim:Value")
    answer.check("its author", author == letter.authors[0].person, "authorPerson", letter.authors[0].person, author)
    patient = attribute_of(
        entry, "rim:ExternalIdentifier[@identificationScheme='urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427']/@value"
    )
    answer.check(
        "its patient", patient.startswith(desk.patient.partition("^NH")[0]), "patientId", desk.patient, patient
    )


@dmp_case(
    "dmp/td2.1/a/5",
    title=(
        "Feeds a document and asks how the answer travels",
        "Alimente un document et examine le transport de la réponse",
    ),
    requirement=(
        "The answer of TD2.1 is SOAP 1.2 in MTOM/XOP, with the action of the response and RelatesTo the request.",
        "La réponse de TD2.1 est du SOAP 1.2 en MTOM/XOP, avec l'action de la réponse et RelatesTo la requête.",
    ),
    section="DMP EX_2.1-1260; ITI TF-2 V.8.1; DMP TD2.1",
    passing='Content-Type: multipart/related; type="application/xop+xml"; start-info="application/soap+xml"; …',
)
def how_it_travels(trial: Trial) -> None:
    desk = Desk(trial)
    answer = desk.provide(desk.lot().signed()).succeeds()
    kind = answer.content_type.lower()
    answer.check(
        "the answer is a multipart of MTOM",
        kind.startswith("multipart/related") and "application/xop+xml" in kind,
        "Content-Type",
        "multipart/related; type=application/xop+xml",
        answer.content_type,
    )
    answer.holds("/soap:Envelope/soap:Header/wsa:Action", n.ACTIONS["ITI-41"][1])
    sent = trial.exchanges[-1].request.body
    message_id = re.search(rb"<wsa:MessageID>([^<]+)</wsa:MessageID>", sent)
    answer.holds("/soap:Envelope/soap:Header/wsa:RelatesTo", message_id[1].decode() if message_id else "")


@dmp_case(
    "dmp/td2.1/a/6",
    title=("Feeds two documents in one set", "Alimente deux documents dans un même lot"),
    requirement=(
        "A set may hold several documents under one signature; all are registered.",
        "Un lot peut contenir plusieurs documents sous une seule signature ; tous sont enregistrés.",
    ),
    section=TD21A,
    passing=SUCCESS,
)
def two_documents(trial: Trial) -> None:
    desk = Desk(trial)
    lot = desk.lot(
        document(desk.holder, desk.patient), document(desk.holder, desk.patient, text="Une seconde lettre.", title="B")
    )
    submission = lot.signed()
    desk.provide(submission).succeeds()
    desk.documents(*submission.entries).finds(*(each.id for each in submission.entries))


@dmp_case(
    "dmp/td2.1/a/7",
    title=(
        "Feeds with symbolic ids, as official messages do",
        "Alimente avec des ids symboliques, comme les messages officiels",
    ),
    requirement=(
        "Objects submitted under symbolic ids are registered under UUIDs that the registry makes.",
        "Les objets soumis sous des ids symboliques sont enregistrés sous des UUID que le registre attribue.",
    ),
    section="DMP TD2.1; ITI TF-2 3.42.4.1.3.7",
    passing=found('<rim:ExtrinsicObject id="urn:uuid:…" …>'),
)
def symbolic_ids(trial: Trial) -> None:
    desk = Desk(trial)
    made = desk.lot()
    lot = replace(
        made.document(id="Document01").of_signature(id="Signature01").of_set(id="SubmissionSet01"),
        associations=(Association(n.SIGNS, "Signature01", "SubmissionSet01", status="Original"),),
    )
    submission = lot.signed()
    desk.provide(submission).succeeds()
    answer = desk.documents(*submission.entries).succeeds()
    ids = answer.ids("entries")
    answer.check(
        "two entries were registered, each under a UUID",
        len(ids) == 2 and all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", each) for each in ids),
        "//rim:ExtrinsicObject/@id",
        "urn:uuid:…",
        ids,
    )


@dmp_case(
    "dmp/td2.1/a/8",
    title=(
        "Feeds with ids of Documents that differ from their entries' in case",
        "Alimente avec des ids de Document qui diffèrent en casse de ceux des fiches",
    ),
    requirement=(
        "Official messages write documentME2 for the document of DocumentME2; a receiver takes that.",
        "Les messages officiels écrivent documentME2 pour le document de DocumentME2 ; un récepteur l'accepte.",
    ),
    section="DMP TD2.1, official message",
    passing=SUCCESS,
    level=SHOULD,
)
def other_case(trial: Trial) -> None:
    desk = Desk(trial)
    made = desk.lot()
    lot = replace(
        made.document(id="DocumentME2").of_signature(id="Signature01").of_set(id="SubmissionSet01"),
        associations=(Association(n.SIGNS, "Signature01", "SubmissionSet01", status="Original"),),
    )
    submission = lot.signed()
    edit = write("//xds:Document[@id='DocumentME2']/@id", "documentME2")
    with desk.connected():
        trial.provide(submission, edit, headers=desk.headers()).succeeds()
    answer = desk.documents(*submission.entries).succeeds()
    got = answer.ids("entries")
    answer.check("both documents are registered", len(got) == 2, "//rim:ExtrinsicObject", "2", len(got))


def _visibility(number: int, what: str, what_fr: str, *codes: Code) -> None:
    @dmp_case(
        f"dmp/td2.1/visibility/{number}",
        title=(f"Feeds a document {what}", f"Alimente un document {what_fr}"),
        requirement=(
            "The visibility of a document is told by codes beside N; the registry keeps them all.",
            "La visibilité d'un document est dite par des codes à côté de N ; le registre les conserve tous.",
        ),
        section="CI-SIS Partage de documents de santé; DMP EX_2.1-1050",
        passing=found('<rim:Classification nodeRepresentation="…" …/>'),
    )
    def keeps(trial: Trial) -> None:
        desk = Desk(trial)
        submission = desk.lot().coded("confidentialityCode", NORMAL, *codes).signed()
        desk.provide(submission).succeeds()
        letter = submission.entries[0]
        answer = desk.documents(letter)
        xpath = f"rim:Classification[@classificationScheme='{_CODES['confidentialityCode']}']/@nodeRepresentation"
        held = sorted(str(each) for each in answer.one(letter.id).xpath(xpath, namespaces=n.PREFIXES))
        wanted = sorted(code for code, _, _ in (NORMAL, *codes))
        answer.check("its confidentialityCodes are those submitted", held == wanted, xpath, wanted, held)


_visibility(1, "masked to professionals", "masqué aux professionnels", MASKED)
_visibility(2, "hidden from the patient", "invisible au patient", HIDDEN)
_visibility(3, "hidden from legal representatives", "invisible aux représentants légaux", MINOR)


@dmp_case(
    "dmp/td2.1/signature/1",
    title=(
        "Feeds a document and reads the entry of the signature",
        "Alimente un document et relit la fiche de la signature",
    ),
    requirement=(
        "The signature is registered as a document of its own: N, MASQUE_PS and INVISIBLE_PATIENT, and signs the set.",
        "La signature est enregistrée comme un document : N, MASQUE_PS et INVISIBLE_PATIENT, et signe le lot.",
    ),
    section="DMP TD2.1; ITI TF-3 5.5.3.1",
    passing=found('<rim:Association associationType="urn:ihe:iti:2007:AssociationType:signs" …/>'),
)
def signature_entry(trial: Trial) -> None:
    desk = Desk(trial)
    submission = desk.fed()
    signature = submission.entries[-1]
    answer = desk.query("GetDocumentsAndAssociations", [("$XDSDocumentEntryUniqueId", [signature.unique_id])])
    entry = answer.one(signature.id)
    xpath = f"rim:Classification[@classificationScheme='{_CODES['confidentialityCode']}']/@nodeRepresentation"
    held = sorted(str(each) for each in entry.xpath(xpath, namespaces=n.PREFIXES))
    wanted = ["INVISIBLE_PATIENT", "MASQUE_PS", "N"]
    answer.check("its confidentialityCodes", held == wanted, xpath, wanted, held)
    answer.holds(
        f"//rim:Association[@associationType='{n.SIGNS}'][@sourceObject='{signature.id}']/@targetObject",
        submission.set.id,
        says="the signature signs the SubmissionSet",
    )


@dmp_case(
    "dmp/td2.1/duplicate/1",
    title=("Feeds a document that is there already", "Alimente un document déjà présent"),
    requirement=(
        "A document whose uniqueId is taken, with other bytes, is refused.",
        "Un document dont le uniqueId est déjà pris, avec d'autres octets, est refusé.",
    ),
    section="ITI TF-2 3.42.4.1.3.3.1; CI-SIS Structuration minimale",
    passing=refused("XDSDuplicateUniqueIdInRegistry"),
)
def duplicate(trial: Trial) -> None:
    desk = Desk(trial)
    first = desk.fed().entries[0]
    again = desk.lot(document(desk.holder, desk.patient, text="Un autre texte.", unique_id=first.unique_id))
    answer = desk.provide(again.signed())
    answer.refuses(
        "XDSDuplicateUniqueIdInRegistry",
        "XDSNonIdenticalHash",
        "XDSRepositoryDuplicateUniqueIdInMessage",
        "XDSDocumentUniqueIdError",
    )


@dmp_case(
    "dmp/td2.1/patient/1",
    title=("Feeds a set of two patients", "Alimente un lot de deux patients"),
    requirement=(
        "All objects of a set are about one patient; else it is refused.",
        "Tous les objets d'un lot concernent un seul patient ; sinon il est refusé.",
    ),
    section="ITI TF-3 4.1.4; DMP XDSPatientIdDoesNotMatch",
    passing=refused("XDSPatientIdDoesNotMatch"),
    needs=(*BOTH, "two-patients"),
)
def two_patients(trial: Trial) -> None:
    desk = Desk(trial)
    desk.takes()
    other = desk.new_patient()
    submission = desk.lot(document(desk.holder, desk.patient), document(desk.holder, other)).signed()
    answer = desk.provide(submission)
    answer.is_refused("XDSPatientIdDoesNotMatch", "XDSRepositoryMetadataError", "XDSRegistryMetadataError")
    desk.nothing_kept(submission)


@dmp_case(
    "dmp/td2.1/mode/1",
    title=("Feeds in mode DIRECTE, with a card", "Alimente en mode DIRECTE, avec une carte"),
    requirement=("The holder of a card feeds.", "Le porteur d'une carte alimente."),
    section="DMP TD2.1; PDT-INF-526",
    passing=SUCCESS,
)
def with_card(trial: Trial) -> None:
    _is_taken(Desk(trial, CARD))


@dmp_case(
    "dmp/td2.1/mode/2",
    title=(
        "Feeds in mode INDIRECTE, with the seal of a structure",
        "Alimente en mode INDIRECTE, avec le cachet d'une structure",
    ),
    requirement=(
        "A structure feeds for its users, and seals the set.",
        "Une structure alimente pour ses utilisateurs, et scelle le lot.",
    ),
    section="DMP TD2.1; PDT-INF-526",
    passing=SUCCESS,
)
def with_seal(trial: Trial) -> None:
    _is_taken(Desk(trial, STRUCTURE))


def _token(number: int, what: str, what_fr: str, make: Callable[[Desk], str]) -> None:
    @dmp_case(
        f"dmp/td2.1/token/{number}",
        title=(f"Feeds {what}", f"Alimente {what_fr}"),
        requirement=(
            "Without a VIHF that holds nothing is fed.",
            "Sans VIHF valide, rien n'est alimenté.",
        ),
        section="DMP TD2.1; CI-SIS Transport synchrone",
        passing=fault("Sender", "wsse:FailedAuthentication"),
    )
    def refuses(trial: Trial) -> None:
        desk = Desk(trial)
        desk.takes()
        submission = desk.lot().signed()
        refuses_token(desk.provide(submission, token=make(desk)))
        desk.nothing_kept(submission)


_token(1, "without a VIHF", "sans VIHF", lambda _: "")
_token(
    2,
    "with an expired VIHF",
    "avec un VIHF expiré",
    lambda desk: conditions(-2 * HOUR, -HOUR)(Forge(desk.holder, desk.patient)),
)


@dmp_case(
    "dmp/td2.1/token/3",
    title=("Feeds for another patient than the VIHF names", "Alimente pour un autre patient que celui du VIHF"),
    requirement=(
        "The patient of the set is the one that the VIHF names in resource-id.",
        "Le patient du lot est celui que le VIHF nomme dans resource-id.",
    ),
    section="DMP TD2.1, VIHF resource-id",
    passing=refused("XDSRepositoryMetadataError"),
    needs=(*BOTH, "two-patients"),
    covers=("fr.lot.patient",),
)
def other_patient(trial: Trial) -> None:
    desk = Desk(trial)
    desk.takes()
    submission = desk.lot().signed()
    refused_set(desk.provide(submission, token=vihf.token(desk.holder, desk.new_patient())))
    desk.nothing_kept(submission)


# --- TD2.1b: in place of another -------------------------------------------------------------------------------------


def _replacing(desk: Desk, old_id: str, **values: object) -> Lot:
    """A lot whose document replaces the entry of that id."""
    lot = desk.lot(document(desk.holder, desk.patient, **values))  # type: ignore[arg-type]
    replacement = Association(n.RPLC, lot.documents[0].id, old_id)
    return replace(lot, associations=(*lot.associations, replacement))


@dmp_case(
    "dmp/td2.1/b/1",
    title=("Replaces a document", "Remplace un document"),
    requirement=(
        "Once a document is replaced, its entry is Deprecated and the new one is Approved.",
        "Une fois un document remplacé, sa fiche est Deprecated et la nouvelle est Approved.",
    ),
    section="DMP TD2.1b; ITI TF-2 3.42.4.1.3.5",
    passing=found('<rim:ExtrinsicObject status="urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated" …/>'),
)
def replaces(trial: Trial) -> None:
    desk = Desk(trial)
    old = desk.fed().entries[0]
    submission = _replacing(desk, old.id, replaces=old).signed()
    desk.provide(submission).succeeds()
    new = submission.entries[0]
    answer = desk.documents(old, new)
    for entry, status in ((old, n.DEPRECATED), (new, n.APPROVED)):
        got = answer.one(entry.id).get("status")
        which = "new" if entry is new else "old"
        answer.check(f"the {which} entry is {status.rpartition(':')[2]}", got == status, "@status", status, got)
    listed = desk.find()
    listed.check(
        "FindDocuments for Approved lists the new document and not the old",
        new.id in listed.ids() and old.id not in listed.ids(),
        "//rim:ExtrinsicObject/@id",
        new.id,
        listed.ids(),
    )


@dmp_case(
    "dmp/td2.1/b/2",
    title=("Replaces a document and reads the old one", "Remplace un document et consulte l'ancien"),
    requirement=(
        "A replaced document can still be read.",
        "Un document remplacé reste consultable.",
    ),
    section="DMP TD2.1b, TD3.2; PDT-INF-526",
    passing="<xds:DocumentResponse>…</xds:DocumentResponse>",
)
def old_is_read(trial: Trial) -> None:
    desk = Desk(trial)
    old = desk.fed().entries[0]
    desk.fed(_replacing(desk, old.id, replaces=old))
    answer = desk.retrieve((desk.repository(old), old.unique_id)).succeeds()
    brings(answer, old)


@dmp_case(
    "dmp/td2.1/b/3",
    title=("Replaces a document that is not there", "Remplace un document absent"),
    requirement=(
        "A replacement of an entry that the registry does not have is refused.",
        "Le remplacement d'une fiche que le registre n'a pas est refusé.",
    ),
    section="ITI TF-2 3.42.4.1.3.5; ITI TF-3 4.2.4.1",
    passing=refused("UnresolvedReferenceException"),
)
def replaces_nothing(trial: Trial) -> None:
    desk = Desk(trial)
    desk.takes()
    submission = _replacing(desk, new_uuid()).signed()
    desk.provide(submission).refuses("UnresolvedReferenceException")
    desk.nothing_kept(submission)


@dmp_case(
    "dmp/td2.1/b/4",
    title=("Replaces a document twice", "Remplace deux fois un document"),
    requirement=(
        "An entry that is Deprecated cannot be replaced again.",
        "Une fiche Deprecated ne peut pas être remplacée à nouveau.",
    ),
    section="ITI TF-2 3.42.4.1.3.5; ITI TF-3 4.2.4.1",
    passing=refused("XDSRegistryDeprecatedDocumentError"),
)
def replaces_twice(trial: Trial) -> None:
    desk = Desk(trial)
    old = desk.fed().entries[0]
    desk.fed(_replacing(desk, old.id, replaces=old))
    submission = _replacing(desk, old.id, replaces=old).signed()
    desk.provide(submission).refuses("XDSRegistryDeprecatedDocumentError")
    desk.nothing_kept(submission)


@dmp_case(
    "dmp/td2.1/b/5",
    title=("Replaces the document of another patient", "Remplace le document d'un autre patient"),
    requirement=(
        "A document replaces only one of the same patient.",
        "Un document n'en remplace qu'un du même patient.",
    ),
    section="ITI TF-2 3.42.4.1.3.5; DMP XDSPatientIdDoesNotMatch",
    passing=refused("XDSPatientIdDoesNotMatch"),
    needs=(*BOTH, "two-patients"),
)
def replaces_stranger(trial: Trial) -> None:
    desk = Desk(trial)
    other = desk.new_patient()
    theirs = Lot.of(desk.holder, other).signed()
    answer = desk.provide(theirs, patient=other, preparation=True)
    trial.given(answer.summary.startswith("Success"), "the repository did not take a good set", answer)
    submission = _replacing(desk, theirs.entries[0].id).signed()
    refused_patient(desk.provide(submission))
    desk.nothing_kept(submission)


def refused_patient(answer: Answer) -> Answer:
    return answer.is_refused("XDSPatientIdDoesNotMatch", "UnresolvedReferenceException")


@dmp_case(
    "dmp/td2.1/b/6",
    title=("Replaces a document without a signature", "Remplace un document sans signature"),
    requirement=(
        "A replacement is signed like any other set.",
        "Un remplacement est signé comme tout autre lot.",
    ),
    section="DMP TD2.1b",
    passing=refused("XDSRepositoryMetadataError"),
    covers=("fr.signature.missing",),
)
def unsigned_replacement(trial: Trial) -> None:
    desk = Desk(trial)
    old = desk.fed().entries[0]
    lot = _replacing(desk, old.id, replaces=old)
    unsigned = replace(lot, signature=None, associations=lot.associations[1:]).submission()
    refused_set(desk.provide(unsigned))
    desk.nothing_kept(unsigned)
    answer = desk.documents(old)
    got = answer.one(old.id).get("status")
    answer.check("the old entry is still Approved", got == n.APPROVED, "@status", n.APPROVED, got)


# --- nothing but TD2.1 feeds ------------------------------------------------------------------------------------------


@dmp_case(
    "dmp/td2.1/iti-42/1",
    title=("Registers metadata without a document (ITI-42)", "Enregistre des métadonnées sans document (ITI-42)"),
    requirement=(
        "The DMP is fed by TD2.1 alone: a registration that would go around the signature is refused.",
        "Le DMP n'est alimenté que par TD2.1 : un enregistrement qui contournerait la signature est refusé.",
    ),
    section="DMP TD2.1, table of transactions",
    passing=fault("Sender", "wsa:ActionNotSupported"),
)
def registration(trial: Trial) -> None:
    desk = Desk(trial)
    desk.takes()
    lot = desk.lot()
    repository = desk.repository(desk.fed(desk.lot()).entries[0])
    told = {"described": True, "repository_unique_id": repository}
    submission = lot.document(**told).of_signature(**told).signed()
    with desk.connected():
        trial.register(submission, headers=desk.headers()).is_refused()
    desk.nothing_kept(submission)
