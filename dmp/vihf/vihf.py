"""A VIHF as values: the attributes of the assertion, each held to its rule. Messages are for the log, in French."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn, TypeAlias

from dmp.identifiers import IdentifierError, StructIdNat
from dmp.ins import Ins
from dmp.vihf import names as v
from dmp.vihf.names import Mode, PurposeOfUse
from dmp.vihf.options import Leniency, VihfOptions
from security.gate import Coded
from security.saml import CE, Assertion, Check, Reason, Token, TokenRefused
from security.saml.values import AttributeValue

Said: TypeAlias = Mapping[str, tuple[AttributeValue, ...]]
"""Name of an attribute → its values; each name occurs once."""

_SECTOR: Final = re.compile(r"SA[0-9]{2}\^" + re.escape(v.SECTORS), re.ASCII)


@dataclass(frozen=True, slots=True)
class Software:
    """What the sender calls itself."""

    name: str
    version: str
    approval: str
    """Number of the approval for the DMP, LPS_ID_HOMOLOGATION_DMP."""
    installation: str = ""
    """LPS_ID."""


@dataclass(frozen=True, slots=True)
class Vihf:
    """What a VIHF says beyond any SAML assertion."""

    version: str
    mode: Mode
    structure: str
    """Struct_IdNat."""
    sector: str
    """`SA07`."""
    roles: tuple[Coded, ...]
    purpose: PurposeOfUse
    patient_id: str
    """CX of the INS; empty for a call that concerns no patient."""
    full_name: str
    secret: bool
    """A minor's "connexion secrète"."""
    resource: str
    """Ressource_URN: which service it is for."""
    software: Software

    @classmethod
    def read(cls, assertion: Assertion, options: VihfOptions) -> "Vihf":
        """Check 16; raises `TokenRefused`."""
        repeated = assertion.repeated()
        if repeated is not None:
            _refuse(
                Reason.ATTRIBUTE_REPEATED, f"l'attribut {repeated} est présent plusieurs fois, même à la casse près"
            )
        said: Said = {each.name: each.values for each in assertion.attributes}
        mode = _mode(said, options)
        return cls(
            version=_one_of(said, v.VERSION, options.versions),
            mode=mode,
            structure=_structure(said),
            sector=_sector(said),
            roles=_roles(said, options),
            purpose=_purpose(said),
            patient_id=_patient(said),
            full_name=_full_name(said, mode, options),
            secret=_secret(said),
            resource=_one_of(said, v.RESOURCE_URN, options.resources),
            software=_software(said),
        )


def vihf_of(token: Token, options: VihfOptions) -> Vihf:
    """`Vihf.read` of a token, once for all who ask. The options are those of its gate, always the same."""
    facts = token.proved.facts
    found: Vihf | None = facts.get("vihf")
    if found is None:
        found = facts["vihf"] = Vihf.read(token.assertion, options)
    return found


def mode_of(assertion: Assertion, options: VihfOptions) -> Mode | None:
    """The mode alone; None when it is missing or unknown."""
    try:
        return _mode({each.name: each.values for each in assertion.attributes}, options)
    except TokenRefused:
        return None


def _mode(said: Said, options: VihfOptions) -> Mode:
    name = v.MODE
    if options.allows(Leniency.MODE_SPELLING):
        name = next((each for each in said if each.lower() == v.MODE.lower()), v.MODE)
    return Mode(_one_of(said, name, frozenset(Mode)))


def _structure(said: Said) -> str:
    text = _text(said, v.STRUCTURE)
    try:
        return str(StructIdNat.parse(text))
    except IdentifierError as error:
        _refuse(Reason.ATTRIBUTE_VALUE, f"{v.STRUCTURE} n'est pas un Struct_IdNat : {error}")


def _sector(said: Said) -> str:
    text = _text(said, v.SECTOR)
    if not _SECTOR.fullmatch(text):
        _refuse(Reason.ATTRIBUTE_VALUE, f"{v.SECTOR} s'écrit SA07^{v.SECTORS}")
    return text.partition("^")[0]


def _roles(said: Said, options: VihfOptions) -> tuple[Coded, ...]:
    values = said.get(v.ROLE)
    if not values:
        _missing(v.ROLE)
    codes = tuple(value for value in values if isinstance(value, CE) and value.element == "Role")
    if len(codes) != len(values) or not all(each.code and each.system for each in codes):
        _refuse(Reason.ATTRIBUTE_VALUE, "chaque valeur de role est un élément Role de type CE avec code et codeSystem")
    first = codes[0]
    if first.system not in v.ROLE_SYSTEMS:
        _refuse(
            Reason.ATTRIBUTE_VALUE,
            f"le premier role est du système {first.system} ; attendu une profession ({v.PROFESSIONS}), "
            f"une profession en formation ou un rôle de {v.NO_PROFESSION}",
        )
    needs_second = first.system == v.PROFESSIONS and first.code in v.WITH_SPECIALITY
    if needs_second and len(codes) == 1 and not options.allows(Leniency.NO_SPECIALITY):
        _refuse(
            Reason.ATTRIBUTE_MISSING,
            "un médecin ou un pharmacien porte un second role : savoir-faire, ou section de l'Ordre",
        )
    return tuple(Coded(each.code, each.system, each.display) for each in codes)


def _purpose(said: Said) -> PurposeOfUse:
    found = _code(said, v.PURPOSE)
    if found.system not in v.PURPOSE_SYSTEMS or found.code not in frozenset(PurposeOfUse):
        known = ", ".join(PurposeOfUse)
        _refuse(
            Reason.ATTRIBUTE_VALUE, f"purposeofuse {found.code!r} ({found.system}) ; attendu {known} de {v.PURPOSES}"
        )
    return PurposeOfUse(found.code)


def _patient(said: Said) -> str:
    if not said.get(v.PATIENT):
        return ""
    text = _text(said, v.PATIENT)
    if Ins.of(text) is None:
        _refuse(Reason.ATTRIBUTE_VALUE, "resource-id n'est pas un INS : attendu matricule^^^&OID de l'INS&ISO^NH")
    return text


def _full_name(said: Said, mode: Mode, options: VihfOptions) -> str:
    present = bool(said.get(v.FULL_NAME))
    if mode.direct:
        if present and not options.allows(Leniency.NAME_IN_DIRECT):
            _refuse(Reason.ATTRIBUTE_VALUE, "subject-id est réservé aux modes indirects : la carte porte le nom")
        return _text(said, v.FULL_NAME) if present else ""
    return _text(said, v.FULL_NAME)


def _secret(said: Said) -> bool:
    if not said.get(v.CONFIDENTIALITY):
        return False
    found = _code(said, v.CONFIDENTIALITY)
    if (found.code, found.system) != (v.SECRET, v.VISIBILITY):
        _refuse(Reason.ATTRIBUTE_VALUE, f"confidentiality-code {found.code!r} ; seul {v.SECRET} est prévu")
    return True


def _software(said: Said) -> Software:
    return Software(
        _text(said, v.SOFTWARE_NAME),
        _text(said, v.SOFTWARE_VERSION),
        _text(said, v.APPROVAL),
        _text(said, v.SOFTWARE_ID) if said.get(v.SOFTWARE_ID) else "",
    )


def _one_of(said: Said, name: str, allowed: frozenset[str]) -> str:
    text = _text(said, name)
    if text not in allowed:
        _refuse(Reason.ATTRIBUTE_VALUE, f"{name} vaut {text[:60]!r} ; attendu {', '.join(sorted(allowed))}")
    return text


def _text(said: Said, name: str) -> str:
    values = said.get(name)
    if not values:
        _missing(name)
    value = values[0]
    if len(values) > 1 or not isinstance(value, str) or not value.strip():
        _refuse(Reason.ATTRIBUTE_VALUE, f"{name} a une seule valeur, un texte non vide")
    return value


def _code(said: Said, name: str) -> CE:
    values = said.get(name)
    if not values:
        _missing(name)
    value = values[0]
    if len(values) > 1 or not isinstance(value, CE):
        _refuse(Reason.ATTRIBUTE_VALUE, f"{name} a une seule valeur, de type CE")
    return value


def _missing(name: str) -> NoReturn:
    _refuse(Reason.ATTRIBUTE_MISSING, f"l'attribut {name} est absent ; il est obligatoire")


def _refuse(reason: Reason, detail: str) -> NoReturn:
    raise TokenRefused(Check.ATTRIBUTES, reason, detail)
