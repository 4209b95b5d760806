"""What authors are and do: role and specialty. # NOS JDV_J01, JDV_J47"""

from collections.abc import Iterator
from functools import lru_cache

from dmp.rules.book import demand
from dmp.rules.people import author_slots
from dmp.specialty import Specialty
from metadata.datatypes import DatatypeError
from metadata.rules import SHOULD
from metadata.rules.author import WITH_AUTHORS
from metadata.rules.book import Mark, Marks, On
from metadata.rules.case import Case, View


@demand(
    id="fr.role.single",
    lenient=SHOULD,
    spec="NOS JDV_J47",
    en="an author of {object} has {got} roles; one at most is allowed, the name of the functional role in the document",
    fr="un auteur de {object} a {got} rôles ; un au plus est permis, le libellé du rôle fonctionnel du document",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def single_role(view: View, _case: Case) -> Marks:
    found = ((at, len(values)) for at, values in author_slots(view, "authorRole"))
    return [Mark(at, {"got": count}) for at, count in found if count > 1]


@demand(
    id="fr.specialty.form",
    lenient=SHOULD,
    spec="NOS JDV_J01",
    en="authorSpecialty {got} is not written code^label^OID of the coding scheme",
    fr="authorSpecialty {got} ne s'écrit pas code^libellé^OID du système de codes",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def specialty_form(view: View, _case: Case) -> Marks:
    return [Mark(at, {"got": text}) for at, text, specialty in _specialties(view) if specialty is None]


@demand(
    id="fr.specialty.unknown",
    lenient=SHOULD,
    spec="NOS JDV_J01",
    en="authorSpecialty {got} is not of the value set: write G15_<profession>/<savoir-faire> under "
    "1.2.250.1.213.1.1.4.5, or the code of an author without profession under 1.2.250.1.213.1.1.4.6",
    fr="authorSpecialty {got} n'est pas du jeu de valeurs : écrire G15_<profession>/<savoir-faire> sous "
    "1.2.250.1.213.1.1.4.5, ou le code d'un auteur sans profession sous 1.2.250.1.213.1.1.4.6",
    on=On.OBJECT,
    only=WITH_AUTHORS,
)
def specialty_unknown(view: View, _case: Case) -> Marks:
    found = (
        (at, text) for at, text, specialty in _specialties(view) if specialty is not None and not specialty.is_known
    )
    return [Mark(at, {"got": text}) for at, text in found]


def _specialties(view: View) -> Iterator[tuple[str, str, Specialty | None]]:
    for at, values in author_slots(view, "authorSpecialty"):
        for text in filter(None, values):
            yield at, text, _specialty(text)


@lru_cache(1024)
def _specialty(text: str) -> Specialty | None:
    try:
        return Specialty.parse(text)
    except DatatypeError:
        return None
