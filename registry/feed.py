"""The patient identity feed, whatever it comes in: ids are picked, then announced or merged; ITI TF-2 3.8 and 3.44."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from metadata.affinity import AffinityDomain
from metadata.datatypes import CX, is_oid
from registry.patients import PatientRefused, Patients

_NO_NAMESPACES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Identifier:
    """One id of a patient as a message gives it."""

    id: str
    oid: str = ""
    """OID of the assigning authority."""
    namespace: str = ""
    """Local name of the assigning authority; counts only where there is no OID."""

    def __str__(self) -> str:
        return f"{self.id}^^^{self.namespace}&{self.oid}&ISO" if self.oid else f"{self.id}^^^{self.namespace}"


class PatientFeed:
    """Takes the ids that belong to the domain and passes over all others. # ITI TF-2 3.8.4.1.4, 3.44.4.1.4"""

    def __init__(
        self, patients: Patients, domain: AffinityDomain, namespaces: Mapping[str, str] = _NO_NAMESPACES
    ) -> None:
        self._patients = patients
        self._domain = domain
        self._namespaces = namespaces
        """Namespace of an assigning authority → its OID, for senders that give no OID. # ITI TF-2 3.8.4.1.4.1"""

    def announce(self, identifiers: Iterable[Identifier]) -> int:
        """The patient exists; returns how many ids were of this domain.

        Raises `PatientRefused` for an id that was merged into another; then none is announced.
        """
        own = self._own(identifiers)
        if own:
            self._patients.announce(*map(str, own))
        return len(own)

    def merge(self, surviving: Iterable[Identifier], subsumed: Iterable[Identifier], *, announces: bool = False) -> int:
        """Each subsumed id of this domain becomes the surviving one; returns how many did.

        With `announces` a merge into a patient never heard of makes the patient known. None on either side: a merge of
        other domains, nothing to do. Raises `PatientRefused` when only one side is of this domain, when it is not clear
        which survives, and when the registry refuses one; then none is merged. # ITI TF-2 3.8.4.2.4, 3.44.4.2.4
        """
        kept, gone = self._own(surviving), self._own(subsumed)
        if not kept and not gone:
            return 0
        if not kept or not gone:
            side = "surviving" if gone else "subsumed"
            raise PatientRefused(f"the {side} patient has no id of this domain")
        pairs = [(str(_survivor_of(patient_id, kept)), str(patient_id)) for patient_id in gone]
        self._patients.merge_all(pairs, announces=announces)
        return len(pairs)

    def _own(self, identifiers: Iterable[Identifier]) -> list[CX]:
        """The ids that an authority of the domain assigned, each once."""
        allowed = self._domain.patient_authorities
        own: dict[CX, None] = {}
        for one in identifiers:
            oid = one.oid or self._namespaces.get(one.namespace, "")
            if one.id and (oid in allowed if allowed else is_oid(oid)):
                own[CX(one.id, oid)] = None
        return list(own)


def _survivor_of(subsumed: CX, candidates: Sequence[CX]) -> CX:
    """The surviving id of the same authority, or the only one there is: a NIA may become a NIR."""
    same = [c for c in candidates if c.authority == subsumed.authority]
    found = same or candidates
    if len(found) != 1:
        raise PatientRefused("several surviving ids of this domain: it is not clear which one survives")
    return found[0]
