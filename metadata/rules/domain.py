"""What the affinity domain agreed on: codes, MIME types, patient-id authorities. # ITI TF-1 10.4.8"""

from collections.abc import Callable
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from metadata.affinity import CODED, CodeSet
from metadata.datatypes import is_oid, unescape
from metadata.ebrim import Classification
from metadata.errors import ErrorCode
from metadata.rules import forms
from metadata.rules.book import METADATA, MUST, NONE, Mark, Marks, On, Shape, in_each, rule
from metadata.rules.case import Case, View, classification_at
from metadata.translate import CODING_SCHEME, Submission

OWNERS: Final = {
    "contentTypeCode": Shape.SUBMISSION_SET,
    "codeList": Shape.FOLDER,
    "associationDocumentation": Shape.ASSOCIATION,
}
"""The coded attributes that are not a DocumentEntry's."""
AUTHORED: Final = frozenset({Shape.ENTRY, Shape.SUBMISSION_SET})


def _unknown(attribute: str, classification_scheme: str) -> Callable[[View, Case], Marks]:
    def unknown(view: View, case: Case) -> Marks:
        allowed = case.domain.codes.get(attribute)
        given = view.classifications.get(classification_scheme)
        if allowed is None or given is None:
            return NONE
        marks = []
        for c in given:
            scheme = _scheme(c)
            if c.node_representation and scheme and (c.node_representation, scheme) not in allowed:
                marks.append(_mark(c, c.node_representation, scheme, allowed))
        return marks

    return unknown


for _attribute, _classification_scheme in CODED.items():
    rule(
        id=f"domain.{_attribute}.unknown",
        level=MUST,
        code=METADATA,
        spec="ITI TF-2 3.42.4.1.3.3.3",
        en=f"{_attribute} {{got}} of coding scheme {{scheme}} is not in the value set of this affinity domain{{hint}}",
        fr=f"{_attribute} {{got}} du système de codes {{scheme}} n'est pas dans le jeu de valeurs de ce domaine "
        "d'affinité{hint_fr}",
        on=On.OBJECT,
        only={OWNERS.get(_attribute, Shape.ENTRY)},
    )(_unknown(_attribute, _classification_scheme))


@rule(
    id="domain.authorSpecialty.unknown",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.1.4.4",
    en="authorSpecialty {got} of coding scheme {scheme} is not in the value set of this affinity domain{hint}",
    fr="authorSpecialty {got} du système de codes {scheme} n'est pas dans le jeu de valeurs de ce domaine "
    "d'affinité{hint_fr}",
    on=On.OBJECT,
    only=AUTHORED,
)
def author_specialty_unknown(view: View, case: Case) -> Marks:
    # Plain text has no code to look up; code^^^&OID&ISO (IHE) and code^display name^OID (CI-SIS) have.
    allowed = case.domain.codes.get("authorSpecialty")
    if allowed is None:
        return NONE
    marks = []
    for c, slot in view.every_slot:
        if c is None or slot.name != "authorSpecialty":
            continue
        for value in slot.values:
            code, scheme = coded(value)
            if scheme and (code, scheme) not in allowed:
                marks.append(_mark(c, code, scheme, allowed))
    return marks


@rule(
    id="domain.mimeType.unknown",
    level=MUST,
    code=METADATA,
    spec="ITI TF-2 3.42.4.1.3.3.4",
    en="mimeType {got} is not taken in this affinity domain{hint}",
    fr="mimeType {got} n'est pas accepté dans ce domaine d'affinité{hint_fr}",
    on=On.OBJECT,
    only={Shape.ENTRY},
)
def mime_type_unknown(view: View, case: Case) -> Marks:
    mime_type, allowed = view.o.mime_type, case.domain.mime_types
    if not allowed or not mime_type or "/" not in mime_type or mime_type.partition(";")[0].strip().lower() in allowed:
        return NONE  # parameters such as charset are not part of the agreement
    near = get_close_matches(mime_type, allowed, 1)
    hint, hint_fr = (f"; the nearest is {near[0]}", f" ; le plus proche est {near[0]}") if near else ("", "")
    return [Mark("/@mimeType", {"got": mime_type, "hint": hint, "hint_fr": hint_fr})]


@rule(
    id="domain.patient.authority",
    level=MUST,
    code=in_each(ErrorCode.UNKNOWN_PATIENT_ID, "ITI-41", "ITI-42", "ITI-61"),
    spec="ITI TF-2 3.42.4.1.3.3.2",
    en="{got} is not known: its assigning authority {authority} is not one of this affinity domain{hint}",
    fr="{got} n'est pas connu : son autorité d'affectation {authority} n'est pas de ce domaine d'affinité{hint_fr}",
    on=On.SUBMISSION,
)
def patient_authority(_submission: Submission, case: Case) -> Marks:
    allowed = case.domain.patient_authorities
    if not allowed:
        return NONE
    marks: dict[str, Mark] = {}
    for x in case.described:
        authority = forms.authority(x.patient_id) if x.patient_id else None
        if x.patient_id and authority is not None and authority not in allowed and x.patient_id not in marks:
            near = get_close_matches(authority, allowed, 1) or sorted(allowed)[:1]
            hint, hint_fr = f"; write {near[0]}", f" ; écrire {near[0]}"
            values = {"got": x.patient_id, "authority": authority, "hint": hint, "hint_fr": hint_fr}
            marks[x.patient_id] = Mark("", values, x.entry_uuid)
    return list(marks.values())


def coded(value: str) -> tuple[str, str]:
    """Code and coding scheme of an author's role or specialty; both empty for plain text."""
    parts = [*value.split("^"), "", "", ""]
    if parts[3].count("&") == 2:
        return unescape(parts[0]), parts[3].split("&")[1]
    return (unescape(parts[0]), parts[2]) if is_oid(parts[2]) else ("", "")


def _scheme(c: Classification) -> str:
    for slot in c.slots:
        if slot.name == CODING_SCHEME:
            return slot.values[0] if slot.values else ""
    return ""


def _mark(c: Classification, code: str, scheme: str, allowed: CodeSet) -> Mark:
    hint, hint_fr = _hints(code, scheme, allowed)
    values = {"got": code, "scheme": scheme, "hint": hint, "hint_fr": hint_fr}
    return Mark(classification_at(c), values)


@lru_cache(256)
def _hints(code: str, scheme: str, allowed: CodeSet) -> tuple[str, str]:
    """What the sender may have meant, in English and in French; remembered, because a wrong code comes many times."""
    schemes = sorted(known_scheme for known_code, known_scheme in allowed if known_code == code)
    if schemes:
        listed = ", ".join(schemes)
        return f"; it is there under coding scheme {listed}", f" ; il y est sous le système de codes {listed}"
    by_lower = {known.lower(): known for known, _ in allowed}
    in_scheme = {known.lower(): known for known, known_scheme in allowed if known_scheme == scheme}
    for candidates in (in_scheme, by_lower):
        near = get_close_matches(code.lower(), candidates, 1)
        if near:
            known = candidates[near[0]]
            under = scheme if (known, scheme) in allowed else min(s for k, s in allowed if k == known)
            return (
                f"; the nearest is {known} of {under}",
                f" ; le plus proche est {known} de {under}",
            )
    if not in_scheme and allowed:
        listed = ", ".join(sorted({known_scheme for _, known_scheme in allowed})[:3])
        return f"; its coding schemes are {listed}", f" ; ses systèmes de codes sont {listed}"
    return "", ""
