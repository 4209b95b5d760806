"""Which audit record each transaction leaves, and what stands in it; the tables of ITI TF-2 3.18 to 3.44, 'Security'.

`security.audit` knows how a record is written and kept; here is what it says.
"""

import os
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from cryptography import x509

from carnet.auditcodes import (
    APPLICATION,
    APPLICATION_ACTIVITY,
    DESTINATION,
    LOGIN,
    NODE,
    PATIENT_NUMBER,
    REPORT_NUMBER,
    RULES,
    SECURITY_ALERT,
    SOURCE,
    START,
    STOP,
    SUBMISSION_SET_NUMBER,
    TRANSACTIONS,
    URI,
    USER_AUTHENTICATION,
    USER_IDENTIFIER,
    Rule,
)
from carnet.auditfacts import DocumentAsked, Facts, facts_of
from registry.feed_v3 import ADDED, RESOLVED
from security.audit.message import ActiveParticipant, AuditEvent, Code, Outcome, ParticipantObject
from security.gate import Caller, Coded
from soap.message import Exchange

MOST_DOCUMENTS: Final = 100
"""Documents in one record; more of them make more records."""

ANONYMOUS: Final = "http://www.w3.org/2005/08/addressing/anonymous"
_MERGES: Final = ("A40", RESOLVED)
_CREATIONS: Final = ("A01", "A04", "A05", ADDED)


@dataclass(frozen=True, slots=True)
class Here:
    """This side of every exchange."""

    endpoints: dict[str, str]
    """Service → its URL."""
    host: str = socket.gethostname()

    def participant(self, user_id: str, role: Code, requestor: bool = False) -> ActiveParticipant:
        return ActiveParticipant(
            user_id, requestor, (role,), alternative_user_id=str(os.getpid()), network_address=self.host
        )


def events_of(exchange: Exchange, here: Here) -> list[AuditEvent]:
    """The records of one finished exchange; none for what was no transaction at all."""
    rule = RULES.get(exchange.transaction)
    if rule is None:
        return []
    facts = facts_of(exchange.transaction, exchange.request.body if exchange.request else None, exchange.audit)
    if "refused" in exchange.audit or any(code.startswith("wsse:") for code in exchange.subcodes):
        return [_login_failure(exchange, rule, here, facts)]
    caller = exchange.caller if isinstance(exchange.caller, Caller) else Caller()
    event = _event(exchange, rule, here, caller)
    around = _callers_objects(caller)
    return [replace(each, objects=(*each.objects, *around)) for each in _told(event, exchange, facts, caller)]


def _told(event: AuditEvent, exchange: Exchange, facts: Facts, caller: Caller) -> Iterator[AuditEvent]:
    patients = [_patient(each) for each in facts.patient_ids]
    transaction = exchange.transaction
    if transaction in ("ITI-8", "ITI-44"):
        yield from _feed_events(event, facts, "MSH-10" if transaction == "ITI-8" else "II")
    elif transaction == "ITI-18":
        yield from _partly(replace(event, objects=(*patients, _query_object(facts))), exchange)
    elif transaction == "ITI-43":
        if caller.patient_id:
            patients = [_patient(caller.patient_id)]
        yield from _document_events(event, exchange, facts, patients)
    else:
        sets = [ParticipantObject(each, SUBMISSION_SET_NUMBER, 2, 20) for each in facts.submission_sets]
        yield replace(event, objects=(*patients, *sets))


def _event(exchange: Exchange, rule: Rule, here: Here, caller: Caller) -> AuditEvent:
    outcome, description = _outcome(exchange)
    return AuditEvent(
        id=rule.event,
        action=rule.action,
        types=(Code(exchange.transaction, TRANSACTIONS, rule.name),),
        participants=_participants(exchange, rule, here, caller),
        outcome=outcome,
        outcome_description=description,
        purposes_of_use=tuple(_code(each) for each in caller.purposes_of_use),
    )


def _outcome(exchange: Exchange) -> tuple[Outcome, str]:
    if exchange.outcome == "Success":
        return Outcome.SUCCESS, ""
    described = "; ".join(filter(None, (", ".join(exchange.error_codes), exchange.fault)))
    ours = exchange.outcome == "Fault" and exchange.status >= 500
    return (Outcome.SERIOUS_FAILURE if ours else Outcome.MINOR_FAILURE), described or exchange.outcome


def _participants(exchange: Exchange, rule: Rule, here: Here, caller: Caller) -> tuple[ActiveParticipant, ...]:
    near, far = (SOURCE, DESTINATION) if rule.outward else (DESTINATION, SOURCE)
    told = exchange.audit
    if exchange.transaction == "ITI-8":
        # ITI TF-2 3.8.5.1: facility, a vertical bar, application
        ours, theirs = _facility(told.get("receiver")), _facility(told.get("sender"))
    else:
        ours = here.endpoints.get(exchange.service, exchange.service)
        theirs = exchange.addressing.reply_to or ANONYMOUS
    peer = ActiveParticipant(
        theirs,
        True,
        (far,),
        user_name=_subject(exchange.peer.certificate) if exchange.peer.certificate else "",
        network_address=exchange.peer.address,
    )
    local = here.participant(ours, near)
    ends = (local, peer) if rule.outward else (peer, local)
    return (*ends[:1], *_human(caller), *ends[1:])


def _facility(names: Any) -> str:
    application, facility = names or ("", "")
    return f"{facility}|{application}"


def _human(caller: Caller) -> Iterator[ActiveParticipant]:
    """Who acts, when an assertion says so. # ITI TF-2 3.40.4.2"""
    if caller.vouched:
        name = f"{caller.alias}<{caller.name}@{caller.issuer}>"
        roles = tuple(_code(each) for each in caller.roles)
        yield ActiveParticipant(caller.name, True, roles, alternative_user_id=caller.full_name, user_name=name)


def _callers_objects(caller: Caller) -> tuple[ParticipantObject, ...]:
    """The structure the caller acts for, and the assertion that says so."""
    objects = []
    if caller.organisation:
        named = (("Name", caller.organisation_name.encode()),) if caller.organisation_name else ()
        objects.append(ParticipantObject(caller.organisation, USER_IDENTIFIER, 3, 15, details=named))
    if caller.assertion_id:
        details = [("Issuer", caller.issuer.encode())]
        if caller.patient_id:
            details.append(("resource-id", caller.patient_id.encode()))
        if caller.signer:
            details.append(("Signer SHA-256", sha256(caller.signer).hexdigest().encode()))
        objects.append(ParticipantObject(caller.assertion_id, URI, 2, 13, details=tuple(details)))
    return tuple(objects)


def _patient(patient_id: str) -> ParticipantObject:
    return ParticipantObject(patient_id, PATIENT_NUMBER, 1, 1)


def _query_object(facts: Facts) -> ParticipantObject:
    details = [("QueryEncoding", b"UTF-8")]
    if facts.home:
        details.append(("urn:ihe:iti:xca:2010:homeCommunityId", facts.home.encode()))
    if facts.query is None:
        details.append(("QuerySize", str(facts.query_size).encode()))
    kind = Code("ITI-18", TRANSACTIONS, RULES["ITI-18"].name)
    return ParticipantObject(facts.query_id, kind, 2, 24, query=facts.query or b"", details=tuple(details))


def _partly(event: AuditEvent, exchange: Exchange) -> Iterator[AuditEvent]:
    """PartialSuccess is one record of success and one of failure."""
    if exchange.outcome == "PartialSuccess":
        yield replace(event, outcome=Outcome.SUCCESS, outcome_description="")
    yield event


def _document_events(
    event: AuditEvent, exchange: Exchange, facts: Facts, patients: Sequence[ParticipantObject]
) -> Iterator[AuditEvent]:
    """Documents that went out apart from those that did not."""
    sent = set(exchange.audit.get("documents", ()))
    good = [each for each in facts.documents if each.unique_id in sent]
    bad = [each for each in facts.documents if each.unique_id not in sent]
    if good:
        # whatever broke off on its way may have been read to its last byte
        broken = exchange.outcome == "Fault"
        outcome = event if broken else replace(event, outcome=Outcome.SUCCESS, outcome_description="")
        yield from _with_documents(outcome, good, patients)
    if bad or not good:
        yield from _with_documents(event, bad, patients)


def _with_documents(
    event: AuditEvent, documents: Sequence[DocumentAsked], patients: Sequence[ParticipantObject]
) -> Iterator[AuditEvent]:
    for start in range(0, max(len(documents), 1), MOST_DOCUMENTS):
        portion = [_document(each) for each in documents[start : start + MOST_DOCUMENTS]]
        yield replace(event, objects=(*patients, *portion))


def _document(asked: DocumentAsked) -> ParticipantObject:
    # ITI TF-2 3.43.6.1.2: the names as they stand there, though ITI-18 writes another
    details = [("Repository Unique ID", asked.repository_unique_id.encode())]
    if asked.home:
        details.append(("ihe:homeCommunityID", asked.home.encode()))
    return ParticipantObject(asked.unique_id, REPORT_NUMBER, 2, 3, details=tuple(details))


def _feed_events(event: AuditEvent, facts: Facts, kind: str) -> Iterator[AuditEvent]:
    """One record for what is announced; for a merge one for those who go and one for those who stay."""
    details = ((kind, facts.message_id.encode()),)

    def about(patient_ids: Sequence[str], action: str) -> AuditEvent:
        objects = tuple(replace(_patient(each), details=details) for each in patient_ids)
        return replace(event, action=action, objects=objects)

    if facts.trigger in _MERGES:
        yield about(facts.subsumed, "D")
        yield about(facts.patient_ids, "U")
    else:
        yield about(facts.patient_ids, "C" if facts.trigger in _CREATIONS else "U")


def _login_failure(exchange: Exchange, rule: Rule, here: Here, facts: Facts) -> AuditEvent:
    """The gate refused: who it was said to be stands here unproved, and whose record was asked for."""
    claimed = exchange.audit.get("claimed")
    caller = claimed if isinstance(claimed, Caller) else Caller()
    event = _event(exchange, rule, here, caller)
    reason = str(exchange.audit.get("refused", "")) or exchange.fault
    return replace(
        event,
        id=USER_AUTHENTICATION,
        action="E",
        types=(LOGIN, *event.types),
        outcome=Outcome.MINOR_FAILURE,
        outcome_description=f"not believed: {reason}",
        objects=(*map(_patient, facts.patient_ids), *_callers_objects(caller)),
    )


def node_refused(address: str, reason: str, certificate: bytes | None, here: Here) -> AuditEvent:
    """A TLS handshake that failed; ITI TF-2 3.19.6.1."""
    peer = ActiveParticipant(
        _subject(certificate) if certificate else address, True, (SOURCE,), network_address=address
    )
    return AuditEvent(
        id=SECURITY_ALERT,
        action="E",
        types=(NODE,),
        participants=(peer, here.participant(here.host, DESTINATION)),
        outcome=Outcome.MINOR_FAILURE,
        outcome_description=reason,
    )


def application_started(here: Here) -> AuditEvent:
    return _activity(START, here)


def application_stopped(here: Here) -> AuditEvent:
    return _activity(STOP, here)


def _activity(kind: Code, here: Here) -> AuditEvent:
    return AuditEvent(
        id=APPLICATION_ACTIVITY, action="E", types=(kind,), participants=(here.participant("carnet", APPLICATION),)
    )


def _code(coded: Coded) -> Code:
    return Code(coded.code, coded.system, coded.text)


@lru_cache(maxsize=1024)
def _subject(certificate: bytes) -> str:
    """The distinguished name in a certificate, or its fingerprint if it cannot be read."""
    try:
        return x509.load_der_x509_certificate(certificate).subject.rfc4514_string()
    except ValueError:
        return "sha256:" + sha256(certificate).hexdigest()
