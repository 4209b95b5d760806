"""The Document Registry as the other rooms call it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import sqlalchemy as sa

from metadata.affinity import AffinityDomain
from metadata.ebrim import EbrimError, RegistryObject
from metadata.errors import ErrorCode, RegistryError, RegistryResponse
from metadata.rules import Finding, check
from metadata.rules.book import finding
from metadata.translate import Submission
from registry.clock import Clock, stamp, utc_now
from registry.patients import Patients, Policy
from registry.prepared import prepare
from registry.submission import Outcome, Raced, Terms, refuses, register
from storage import CommitUnknown, Database

_TRIES: Final = 5

Also = Callable[[sa.Connection], None]
"""Work of another actor that has to be kept, or lost, together with the submission."""


class Registry:
    """Takes submissions for one affinity domain into one database.

    `patients`: `feed` refuses ids that the identity feed has not announced, `any` takes every id of the domain's
    authorities. `retries`: whether the same submission once more is answered with Success (a client that lost the first
    answer does that); without it, it is refused as a duplicate. `language` is that of the messages: `en` or `fr`.
    """

    def __init__(
        self,
        database: Database,
        domain: AffinityDomain,
        *,
        patients: Policy = "any",
        clock: Clock = utc_now,
        retries: bool = True,
        language: str = "en",
    ) -> None:
        self.database: Final = database
        self.domain: Final = domain
        self.language: Final = language
        self.patients: Final = Patients(database, domain, patients, clock=clock)
        self._terms = Terms(domain, patients, retries)
        self._clock = clock

    def register(
        self, objects: Sequence[RegistryObject], *, also: Also | None = None, transaction: str = "ITI-42"
    ) -> RegistryResponse:
        """Register Document Set-b. # ITI TF-2 3.42

        All or nothing: with Success every object is on the disk, and `also` has run in the same transaction; otherwise
        nothing has changed, and the response names every rule that was broken. What `also` raises is raised, and so is
        what the database raises when it cannot be used.
        """
        submission = Submission.of(objects)
        findings = check(submission, self.domain, transaction=transaction)
        if refuses(findings):
            return self._response(findings)
        now = stamp(self._clock())
        try:
            prepared = prepare(submission, self.domain, now)
        except EbrimError as error:
            return _refused(str(error))
        if len({new.id for new in (*prepared.objects, *prepared.associations)}) != len(submission.objects):
            return self._response([*findings, finding("object.id.repeated", transaction=transaction, count=2)])

        def work(terms: Terms, connection: sa.Connection) -> Outcome:
            outcome = register(connection, prepared, terms, transaction=transaction, now=now)
            if also is not None and (outcome.written or outcome.repeated):
                also(connection)
            return outcome

        return self._response([*findings, *self._run(work).findings])

    def _run(self, work: Callable[[Terms, sa.Connection], Outcome]) -> Outcome:
        terms = self._terms
        for _ in range(_TRIES - 1):
            try:
                return self.database.write(partial(work, terms))
            except Raced:
                continue
            except CommitUnknown:
                # if it was kept, the next run meets it: that "registered already" is our own doing, and a Success
                terms = replace(terms, retries=True)
        return self.database.write(partial(work, terms))

    def _response(self, findings: Iterable[Finding]) -> RegistryResponse:
        return RegistryResponse.of(tuple([f.error(self.language) for f in findings]))


def _refused(context: str) -> RegistryResponse:
    return RegistryResponse.of((RegistryError(ErrorCode.REGISTRY_METADATA_ERROR, context),))
