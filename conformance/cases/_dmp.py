"""Who acts in a case of the DMP, for which patient, and the messages that they send: each with a token of its own.

What breaks one thing proves nothing unless the same thing unbroken is taken: `heard` and `takes` make sure of that,
once a run for each identity.
"""

import functools
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from conformance.answer import Answer
from conformance.book import DMP, case
from conformance.messages import names as n
from conformance.messages.dmp import ins, vihf
from conformance.messages.dmp.holders import Holder, Keys
from conformance.messages.dmp.lot import Lot
from conformance.messages.dmp.signature import LEGACY, Style
from conformance.messages.edits import Edit
from conformance.messages.objects import Entry, Submission
from conformance.messages.requests import Value
from conformance.model import MUST, SHOULD, Level
from conformance.target import Target
from conformance.trial import NotRun, Session, Trial
from conformance.wire.http import Line
from conformance.wire.tls import UnusableFile, client_context
from security.issuing import CertifiedKey
from security.keyfiles import KeyFileError
from security.tlscontexts import present

CARD, STRUCTURE, ANY = "card", "structure", "any"
"""Who may act: the holder of a card, a structure, or whoever was given."""

REGISTRY: Final = ("registry", "identity", "tls")
BOTH: Final = (*REGISTRY, "repository")
"""What cases need: a registry, or a repository as well."""

METADATA_ERRORS: Final = ("XDSRepositoryMetadataError", "XDSRegistryMetadataError")
REPOSITORY_ERRORS: Final = ("XDSRepositoryError", "XDSRegistryError", *METADATA_ERRORS)
"""How a receiver says that it does not take a set; the DMP has published no code of its own for signatures."""


class Desk:
    """One who acts, and the patient of the case."""

    def __init__(self, trial: Trial, who: str = ANY) -> None:
        self.trial = trial
        self.keys = Keys(trial.target.pki) if trial.target.pki else None
        self.holder = self._own if who == ANY or (who == CARD) == self._own.is_card else self._other(who)

    @functools.cached_property
    def _own(self) -> Holder:
        file = self.trial.target.identity
        if file is None:
            raise NotRun("it needs an identity: --identity FILE")
        return _loaded(self.trial.session, file, self.trial.target.password)

    def _other(self, who: str) -> Holder:
        """The doctor or the hospital of the test authority."""
        if self.trial.target.pki is None:
            kind = "a card" if who == CARD else "a structure"
            raise NotRun(f"it needs the identity of {kind}: --identity FILE, or --pki DIR")
        name = "doctor" if who == CARD else "hospital"
        return _loaded(self.trial.session, self.trial.target.pki / "identities" / f"{name}.p12", "")

    @functools.cached_property
    def patient(self) -> str:
        """INS of the case's patient (CX)."""
        return self.new_patient()

    def new_patient(self) -> str:
        """One of the patients given, else a new one of the test OID."""
        if self.trial.target.patients:
            return self.trial.new_patient()
        patient = ins.patient()
        self.trial.left.append(f"patient {patient}")
        return patient

    @property
    def given_keys(self) -> Keys:
        if self.keys is None:
            raise NotRun("it needs --pki DIR")
        return self.keys

    @property
    def _spare(self) -> str:
        """For what is only tried: a patient of its own, where they are not counted."""
        return self.patient if self.trial.target.patients else self.new_patient()

    # --- tokens and connections

    def token(self, patient: str = "") -> str:
        """A good VIHF for the patient of the case, or another."""
        return vihf.token(self.holder, patient or self.patient)

    def headers(self, token: str | None = None, patient: str = "") -> list[bytes]:
        """The wsse:Security header with `token`, or with a good one."""
        content = self.token(patient) if token is None else token
        return [vihf.header(content).encode()]

    @contextmanager
    def connected(self) -> Iterator[None]:
        """The holder opens the connections, who may not be the identity of the run."""
        own = self.trial.session
        self.trial.session = _session_of(own, self.holder)
        try:
            yield
        finally:
            self.trial.session = own

    def line(self, shown: CertifiedKey | None) -> Line:
        """Connections that show another certificate, or none."""
        return Line(self.context(shown), self.trial.target.timeout, self.trial.target.largest_answer)

    def context(self, shown: CertifiedKey | None) -> ssl.SSLContext:
        """The same as a TLS context, to be narrowed."""
        context = _anchored(self.trial.target)
        if shown is not None:
            present(context, shown)
        return context

    # --- transactions

    def provide(
        self, submission: Submission, *edits: Edit, token: str | None = None, patient: str = "", **more: Any
    ) -> Answer:
        """ITI-41 (TD2.1)."""
        for entry in submission.entries:
            self.trial.left.append(f"document {entry.unique_id}")
        with self.connected():
            return self.trial.provide(submission, *edits, headers=self.headers(token, patient), **more)

    def query(
        self,
        query: str,
        parameters: Iterable[tuple[str, Value]] = (),
        *,
        token: str | None = None,
        patient: str = "",
        **more: Any,
    ) -> Answer:
        """ITI-18 (TD3.1)."""
        with self.connected():
            return self.trial.query(query, parameters, headers=self.headers(token, patient), **more)

    def find(
        self,
        *parameters: tuple[str, Value],
        token: str | None = None,
        patient: str = "",
        status: Sequence[str] = (n.APPROVED,),
        **more: Any,
    ) -> Answer:
        """FindDocuments for the patient of the case, or another (TD3.1a)."""
        whose = patient or self.patient
        held: list[tuple[str, Value]] = [
            ("$XDSDocumentEntryPatientId", whose),
            ("$XDSDocumentEntryStatus", list(status)),
            *parameters,
        ]
        return self.query("FindDocuments", held, token=token, patient=whose, **more)

    def documents(self, *entries: Entry, **more: Any) -> Answer:
        """GetDocuments by uniqueId (TD3.1b)."""
        return self.query("GetDocuments", [("$XDSDocumentEntryUniqueId", [each.unique_id for each in entries])], **more)

    def retrieve(self, *documents: tuple[str, str], token: str | None = None, patient: str = "", **more: Any) -> Answer:
        """ITI-43 (TD3.2), for pairs of repositoryUniqueId and uniqueId."""
        with self.connected():
            return self.trial.retrieve(*documents, headers=self.headers(token, patient), **more)

    # --- preparation

    def lot(self, *documents: Entry) -> Lot:
        return Lot.of(self.holder, self.patient, *documents)

    def fed(self, lot: Lot | None = None) -> Submission:
        """A lot that was submitted and taken, as preparation."""
        submission = (lot or self.lot()).signed()
        answer = self.provide(submission, preparation=True)
        self.trial.given(answer.summary.startswith("Success"), "the repository did not take a good set", answer)
        return submission

    def heard(self) -> None:
        """A good token is accepted: else that a bad one is refused says nothing."""
        self._once(
            f"hears {self.holder.name}",
            lambda: self.find(patient=self._spare, preparation=True),
            "the registry refuses a good VIHF",
        )

    def takes(self, style: Style | None = None) -> None:
        """A good set is taken without a word: else that a bad one is refused says nothing."""
        chosen = style or self.lot().style
        self.can_sign(chosen)

        def provide() -> Answer:
            patient = self._spare
            return self.provide(Lot.of(self.holder, patient).signed(chosen), patient=patient, preparation=True)

        self._once(f"takes {chosen.name} of {self.holder.name}", provide, "the repository refuses a good set")

    def can_sign(self, style: Style) -> None:
        if style is LEGACY and not self.holder.has_rsa:
            raise NotRun("the official form of signatures is RSA, and the identity has a key of another kind")

    def _once(self, learnt: str, ask: Callable[[], Answer], otherwise: str) -> None:
        memory = self.trial.session.memory
        if learnt not in memory:
            answer = ask()
            self.trial.given(answer.summary.startswith("Success"), otherwise, answer)
            memory[learnt] = True

    def repository(self, entry: Entry) -> str:
        """repositoryUniqueId of what was fed."""
        told = self.trial.target.repository_unique_id or str(self.trial.session.memory.get("repository", ""))
        if told:
            return told
        answer = self.documents(entry, preparation=True)
        found = answer.text("//rim:Slot[@name='repositoryUniqueId']/rim:ValueList/rim:Value")
        self.trial.given(bool(found), "the registry does not tell the repositoryUniqueId", answer)
        self.trial.session.memory["repository"] = found
        return found

    # --- checks

    def nothing_kept(self, submission: Submission) -> None:
        """No document of a refused submission is found."""
        answer = self.query(
            "GetDocuments", [("$XDSDocumentEntryUniqueId", [each.unique_id for each in submission.entries])]
        )
        answer.check(
            "nothing of the refused set was registered",
            not answer.fault and not answer.ids("entries"),
            "//rim:RegistryObjectList/rim:ExtrinsicObject",
            "none",
            answer.summary if answer.fault else answer.ids("entries"),
        )


def refused_set(answer: Answer) -> Answer:
    """The set is refused: Failure with an error (or a fault); that its code is a fitting one is a SHOULD."""
    answer.is_refused()
    if not answer.fault:
        answer.check(
            f"an error has one of the codes {', '.join(REPOSITORY_ERRORS)}",
            any(code in REPOSITORY_ERRORS for code in answer.codes),
            "//rs:RegistryError/@errorCode",
            " or ".join(REPOSITORY_ERRORS),
            answer.summary,
            SHOULD,
        )
    return answer


def dmp_case(
    case_id: str,
    *,
    title: tuple[str, str],
    requirement: tuple[str, str],
    section: str,
    passing: str,
    needs: Iterable[str] = BOTH,
    level: Level = MUST,
    asks: str = "DMP",
    covers: Sequence[str] = (),
    optional: str = "",
) -> Callable[[Callable[[Trial], None]], Callable[[Trial], None]]:
    """Enters a case of the profile dmp; `title` and `requirement` in English and in French."""
    return case(
        case_id,
        title=title[0],
        title_fr=title[1],
        requirement=requirement[0],
        requirement_fr=requirement[1],
        section=section,
        passing=passing,
        needs=needs,
        level=level,
        asks=asks,
        profiles=DMP,
        covers=(*covers, *filter(None, [requirement_of(case_id)])),
        optional=optional,
    )


def requirement_of(case_id: str) -> str:
    """The requirement on behaviour that a case of the DMP exercises, by its id; empty where a rule says it all.

    `vihf/saml-2.5.1/3` and its like are about `vihf.saml-2.5.1`; `dmp/td2.1/a/3` is about itself.
    """
    family, _, ordinal = case_id.rpartition("/")
    parts = family.split("/")
    if parts[0] == "dsg":
        return "dsg.accepted" if parts[2] == "accepted" else ""
    if family.startswith("dmp/metadata") or family in ("ins/key", "ins/month", "ins/type"):
        return ""
    if family == "vihf/attributes/resource-id":
        return "vihf.resource-id"
    if parts[0] == "vihf":
        return ".".join(parts[:2])
    if family in ("dmp/td2.1/a", "dmp/td2.1/b", "dmp/td3.1/a", "dmp/td3.1/b", "dmp/td3.2"):
        return ".".join((*parts, ordinal))
    return ".".join(parts)


def _loaded(session: Session, file: Path, password: str) -> Holder:
    """Read once a run: opening PKCS#12 is slow on purpose."""
    key = f"holder {file}"
    if key not in session.memory:
        try:
            session.memory[key] = Holder.load(file, password)
        except (KeyFileError, OSError) as error:
            raise NotRun(f"the identity cannot be read: {error}") from None
    holder: Holder = session.memory[key]
    return holder


def _session_of(own: Session, holder: Holder) -> Session:
    """The session whose connections `holder` opens."""
    if own.target.identity is not None and holder == own.memory.get(f"holder {own.target.identity}"):
        return own
    key = f"session of {holder.name}"
    if key not in own.memory:
        session = Session(own.target, own.run_id, own.memory)
        context = _anchored(own.target)
        present(context, holder.connects)
        session.__dict__["context"] = context  # where functools.cached_property keeps it
        own.memory[key] = session
    found: Session = own.memory[key]
    return found


def _anchored(target: Target) -> ssl.SSLContext:
    """Believes the target's certificate, shows none."""
    try:
        return client_context(target.trust or (target.pki / "anchors" if target.pki else None), None)
    except UnusableFile as error:
        raise NotRun(str(error)) from None
