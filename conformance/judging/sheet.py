"""What is noted while a message is judged."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from conformance.judging.book import clean, rule, told
from conformance.judging.judged import Judged
from conformance.judging.remark import Remark
from conformance.model import MUST, Level
from metadata.affinity import AffinityDomain
from metadata.rules import Finding
from security.certificates import TrustStore

MOST_REMARKS: Final = 500

_MORE = rule(
    "judging.more",
    MUST,
    "Carnet",
    "there are more than {count} remarks; mend these and look again",
    "il y a plus de {count} remarques ; corriger celles-ci puis recommencer",
)
_FAILED = rule(
    "judging.failed",
    MUST,
    "Carnet",
    "the checks {family} could not be made to their end: {error}; this is a fault of Carnet's, please report it",
    "les contrôles {family} n'ont pu aller à leur terme : {error} ; c'est un défaut de Carnet, merci de le signaler",
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a message is judged under."""

    french: bool
    """The rules of the DMP beside those of IHE."""
    at: datetime
    trust: TrustStore | None
    domain: AffinityDomain
    client: bytes | None = None
    """DER of the TLS certificate that the connection was opened with; None: there is no connection to judge."""
    sites: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Struct_IdNat of a legal entity → those of its sites, for which it may seal and connect."""


@dataclass(slots=True)
class Sheet:
    """Remarks and the families of checks that ran, in their order."""

    circumstances: Circumstances
    kind: str = ""
    _remarks: dict[Remark, None] = field(default_factory=dict)
    _checked: dict[str, None] = field(default_factory=dict)
    _more: bool = False

    @property
    def full(self) -> bool:
        """Nothing more is noted: whoever goes through many elements may stop."""
        return self._more

    def add(self, *remarks: Remark) -> None:
        """Note remarks; one that is there already is not noted twice."""
        self.note(remarks)

    def note(self, remarks: Iterable[Remark]) -> None:
        """Note remarks as they are made, as long as there is room for them."""
        for remark in remarks:
            if remark in self._remarks:
                continue
            if len(self._remarks) == MOST_REMARKS:
                self._more = True
                return
            self._remarks[remark] = None

    def findings(self, found: Iterable[Finding], where: Callable[[str], str], *, part: str = "") -> None:
        """Note findings of a rule book; `where` says the line of an XPath."""
        self.note(of_finding(each, where, part) for each in found)

    def ran(self, family: str) -> None:
        """This family of checks was really made."""
        self._checked[family] = None

    def guard(self, family: str, checks: Callable[[], None]) -> None:
        """Make the checks of one family; what goes wrong in them costs that family alone."""
        try:
            checks()
        except Exception as error:  # noqa: BLE001 - a hostile file must not end the judging of the rest
            self.add(_FAILED(family=family, error=type(error).__name__))

    def broke(self, rule_id: str) -> bool:
        """Whether a remark on this rule is noted."""
        return any(remark.rule == rule_id for remark in self._remarks)

    def judged(self) -> Judged:
        more = (_MORE(count=MOST_REMARKS),) if self._more else ()
        return Judged(self.kind, (*self._remarks, *more), tuple(self._checked))


def of_finding(found: Finding, where: Callable[[str], str], part: str = "") -> Remark:
    """A finding of a rule book as a remark."""
    french = found
    if isinstance(reason := found.values.get("reason"), str):
        french = replace(found, values={**found.values, "reason": told(reason).fr})
    return Remark(
        found.rule.id,
        Level(found.rule.level.value),
        found.rule.spec,
        clean(where(found.at)),
        clean(found.message("en")),
        clean(french.message("fr")),
        clean(part),
        str(found.code),
    )
