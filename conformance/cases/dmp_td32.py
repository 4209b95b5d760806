"""TD3.2: documents are read. # DMP TD3.2; ITI TF-2 3.43"""

from typing import Final

from conformance.cases._dmp import BOTH, CARD, STRUCTURE, Desk, dmp_case
from conformance.cases.dmp_vihf import refuses_token
from conformance.kept import brings
from conformance.messages.dmp.lot import Lot, document
from conformance.messages.dmp.tokens import Forge
from conformance.messages.dmp.tokens.times import HOUR, conditions
from conformance.messages.objects import new_oid
from conformance.passing import fault, refused
from conformance.trial import Trial

TD32: Final = "DMP TD3.2; ITI TF-2 3.43.4.2.3"
DOCUMENT: Final = "<xds:DocumentResponse>…<xds:Document><xop:Include href=…/></xds:Document></xds:DocumentResponse>"


@dmp_case(
    "dmp/td3.2/1",
    title=("Reads a document", "Consulte un document"),
    requirement=(
        "A document is given back byte for byte, with its uniqueId, its repository and its mimeType.",
        "Un document est rendu à l'octet près, avec son uniqueId, son entrepôt et son mimeType.",
    ),
    section=TD32,
    passing=DOCUMENT,
)
def reads(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    repository = desk.repository(letter)
    answer = brings(desk.retrieve((repository, letter.unique_id)).succeeds(), letter)
    answer.holds("//xds:DocumentResponse/xds:RepositoryUniqueId", repository)
    answer.holds("//xds:DocumentResponse/xds:mimeType", "text/xml")


@dmp_case(
    "dmp/td3.2/2",
    title=("Reads two documents at once", "Consulte deux documents à la fois"),
    requirement=(
        "Each document asked for is in the answer, each with its own bytes.",
        "Chaque document demandé est dans la réponse, chacun avec ses octets.",
    ),
    section=TD32,
    passing=DOCUMENT,
)
def reads_two(trial: Trial) -> None:
    desk = Desk(trial)
    lot = desk.lot(
        document(desk.holder, desk.patient), document(desk.holder, desk.patient, text="Une seconde lettre.", title="B")
    )
    letters = desk.fed(lot).entries[:2]
    repository = desk.repository(letters[0])
    brings(desk.retrieve(*((repository, each.unique_id) for each in letters)).succeeds(), *letters)


@dmp_case(
    "dmp/td3.2/3",
    title=("Reads a document that is not there", "Consulte un document absent"),
    requirement=(
        "A uniqueId that the repository does not have is answered with XDSDocumentUniqueIdError.",
        "Un uniqueId que l'entrepôt n'a pas reçoit XDSDocumentUniqueIdError.",
    ),
    section="DMP TD3.2; ITI TF-2 3.43.5; ITI TF-3 4.2.4.1",
    passing=refused("XDSDocumentUniqueIdError"),
)
def unknown(trial: Trial) -> None:
    desk = Desk(trial)
    repository = desk.repository(desk.fed().entries[0])
    answer = desk.retrieve((repository, new_oid())).refuses("XDSDocumentUniqueIdError")
    answer.lacks("//xds:DocumentResponse")


@dmp_case(
    "dmp/td3.2/4",
    title=("Reads from another repository", "Consulte dans un autre entrepôt"),
    requirement=(
        "A repositoryUniqueId that is not the repository's own is answered with XDSUnknownRepositoryId.",
        "Un repositoryUniqueId qui n'est pas celui de l'entrepôt reçoit XDSUnknownRepositoryId.",
    ),
    section="ITI TF-2 3.43.5; ITI TF-3 4.2.4.1",
    passing=refused("XDSUnknownRepositoryId"),
)
def other_repository(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    answer = desk.retrieve((new_oid(), letter.unique_id)).refuses("XDSUnknownRepositoryId")
    answer.lacks("//xds:DocumentResponse")


@dmp_case(
    "dmp/td3.2/5",
    title=(
        "Reads the document of another patient than the VIHF names",
        "Consulte le document d'un autre patient que celui du VIHF",
    ),
    requirement=(
        "A VIHF for one patient never opens the document of another.",
        "Un VIHF pour un patient n'ouvre jamais le document d'un autre.",
    ),
    section="DMP TD3.2, VIHF resource-id",
    passing=fault("Sender", "wsse:FailedAuthentication"),
    needs=(*BOTH, "two-patients"),
)
def of_another(trial: Trial) -> None:
    desk = Desk(trial)
    other = desk.new_patient()
    submission = Lot.of(desk.holder, other).signed()
    answer = desk.provide(submission, patient=other, preparation=True)
    trial.given(answer.summary.startswith("Success"), "the repository did not take a good set", answer)
    letter = submission.entries[0]
    listed = desk.documents(letter, patient=other, preparation=True)
    repository = listed.text("//rim:Slot[@name='repositoryUniqueId']/rim:ValueList/rim:Value")
    brings(desk.retrieve((repository, letter.unique_id), patient=other).succeeds(), letter)
    answer = desk.retrieve((repository, letter.unique_id))
    answer.check("the document does not come", letter.content not in answer.body, got=answer.summary)
    answer.is_refused("XDSDocumentUniqueIdError")


@dmp_case(
    "dmp/td3.2/6",
    title=("Reads one document that is there and one that is not", "Consulte un document présent et un absent"),
    requirement=(
        "What is there comes, what is not is named in an error: PartialSuccess.",
        "Ce qui est présent vient, ce qui est absent est nommé dans une erreur : PartialSuccess.",
    ),
    section="ITI TF-3 4.2.4.2",
    passing='<rs:RegistryResponse status="urn:ihe:iti:2007:ResponseStatusType:PartialSuccess">…',
)
def partly(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    repository = desk.repository(letter)
    answer = desk.retrieve((repository, letter.unique_id), (repository, new_oid()))
    brings(answer.partial("XDSDocumentUniqueIdError"), letter)


@dmp_case(
    "dmp/td3.2/7",
    title=("Reads a document and asks how it travels", "Consulte un document et examine son transport"),
    requirement=(
        "Documents come in MTOM/XOP: each in a MIME part that the envelope refers to.",
        "Les documents viennent en MTOM/XOP : chacun dans une partie MIME que l'enveloppe référence.",
    ),
    section="DMP EX_2.1-1260; ITI TF-2 V.8.1, 3.43.5",
    passing='Content-Type: multipart/related; type="application/xop+xml"; …',
)
def how_it_travels(trial: Trial) -> None:
    desk = Desk(trial)
    letter = desk.fed().entries[0]
    answer = desk.retrieve((desk.repository(letter), letter.unique_id)).succeeds()
    kind = answer.content_type.lower()
    answer.check(
        "the answer is a multipart of MTOM",
        kind.startswith("multipart/related") and "application/xop+xml" in kind,
        "Content-Type",
        "multipart/related; type=application/xop+xml",
        answer.content_type,
    )
    answer.holds("//xds:Document/xop:Include/@href", says="the document is referred to by xop:Include")


def _token(number: int, what: str, what_fr: str, *, expired: bool) -> None:
    @dmp_case(
        f"dmp/td3.2/token/{number}",
        title=(f"Reads a document {what}", f"Consulte un document {what_fr}"),
        requirement=("Without a VIHF that holds nothing is read.", "Sans VIHF valide, rien n'est consulté."),
        section="DMP TD3.2; CI-SIS Transport synchrone",
        passing=fault("Sender", "wsse:FailedAuthentication"),
    )
    def refuses(trial: Trial) -> None:
        desk = Desk(trial)
        letter = desk.fed().entries[0]
        token = conditions(-2 * HOUR, -HOUR)(Forge(desk.holder, desk.patient)) if expired else ""
        answer = desk.retrieve((desk.repository(letter), letter.unique_id), token=token)
        refuses_token(answer)
        answer.check("the document does not come", letter.content not in answer.body, got=answer.summary)


_token(1, "without a VIHF", "sans VIHF", expired=False)
_token(2, "with an expired VIHF", "avec un VIHF expiré", expired=True)


@dmp_case(
    "dmp/td3.2/8",
    title=(
        "A structure feeds a document, and a professional reads it",
        "Une structure alimente un document, et un professionnel le consulte",
    ),
    requirement=(
        "What one fed another reads, with a VIHF of its own for the same patient.",
        "Ce que l'un a alimenté, l'autre le consulte, avec son propre VIHF pour le même patient.",
    ),
    section="DMP TD3.2; PDT-INF-526",
    passing=DOCUMENT,
    needs=(*BOTH, "pki"),
)
def read_by_another(trial: Trial) -> None:
    feeder, reader = Desk(trial, STRUCTURE), Desk(trial, CARD)
    letter = feeder.fed().entries[0]
    answer = reader.retrieve((feeder.repository(letter), letter.unique_id), patient=feeder.patient).succeeds()
    brings(answer, letter)
