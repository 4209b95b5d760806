"""A French submission set: documents, and the signature of the set as one more document. # DMP TD2.1"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from conformance.messages import names as c
from conformance.messages.dmp import names as n
from conformance.messages.dmp.cda import Cda
from conformance.messages.dmp.holders import Holder
from conformance.messages.dmp.signature import LEGACY, STRICT, Style, signed
from conformance.messages.objects import Association, Author, Code, Entry, Folder, Submission, SubmissionSet, new_oid

FACILITIES: Final = {"SA01": "Etablissement public de santé", "SA07": "Cabinet individuel"}
CLASS_CODE: Final = ("10", n.CLASSES_OF_DOCUMENTS, "Compte rendu")
TYPE_CODE: Final = ("11488-4", n.LOINC, "CR ou fiche de consultation ou de visite")
FORMAT_CODE: Final = ("urn:ihe:iti:xds-sd:text:2008", n.IHE_FORMATS, "Document à corps non structuré en texte brut")
NORMAL: Final = ("N", n.CONFIDENTIALITIES, "Normal")
MASKED: Final = ("MASQUE_PS", n.VISIBILITY, "Masqué aux professionnels de santé")
HIDDEN: Final = ("INVISIBLE_PATIENT", n.VISIBILITY, "Non visible par le patient")
MINOR: Final = ("INVISIBLE_REPRESENTANTS_LEGAUX", n.VISIBILITY, "Non visible par les représentants légaux du patient")
PRACTICE: Final = ("AMBULATOIRE", n.PRACTICE_SETTINGS, "Ambulatoire")
CONTENT_TYPE: Final = ("07", n.CONTENT_TYPES, "Consultations externes")
SIGNATURE_CODES: Final[dict[str, tuple[Code, ...]]] = {
    "classCode": ((n.SIGNATURE_CLASS, "URN", "Digital Signature"),),
    "typeCode": (("E1762", "ASTM", "Full Document"),),
    "formatCode": ((n.DS, "URN", "Default Signature Style"),),
    "eventCodeList": ((n.SOURCE_PURPOSE, n.ASTM_PURPOSES, "Source"),),
    "confidentialityCode": (NORMAL, MASKED, HIDDEN),
}
_LOCAL: Final = ("0456789999", f"{n.OWN_ROOT}.2")
_TRAITS: Final = ("PATIENT-ESSAI", "CAMILLE", "19790328", "F")
"""Nobody's."""


def xcn(holder: Holder) -> str:
    """authorPerson and legalAuthenticator of a professional, or of somebody who works for a structure (EI)."""
    kind = "EI" if "/" in holder.number else "IDNPS"
    given = holder.given if kind == "IDNPS" else holder.number.replace("/", "-")
    family = holder.family if kind == "IDNPS" else holder.organisation
    return f"{holder.number}^{family}^{given}^^^^^^&{n.PS_IDNAT}&ISO^D^^^{kind}"


def xon(holder: Holder) -> str:
    return f"{holder.organisation}^^^^^&{n.STRUCT_IDNAT}&ISO^IDNST^^^{holder.structure}"


def author(holder: Holder) -> Author:
    specialty = {
        "10": "G15_10/SM26^Médecin - Qualifié en Médecine Générale (SM)",
        "21": "G15_21^Pharmacien",
        "60": "G15_60^Infirmier",
    }[holder.profession]
    return Author(xcn(holder), (xon(holder),), (), (f"{specialty}^{n.SPECIALTIES}",))


def dtm(at: datetime) -> str:
    """UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def document(
    holder: Holder,
    patient: str,
    *,
    text: str = "",
    replaces: "Entry | None" = None,
    at: datetime | None = None,
    **values: Any,
) -> Entry:
    """A CDA document and an entry that says what it says; `values` by the names of `Entry`."""
    created = (at or datetime.now(UTC)).replace(microsecond=0)
    began, ended = created - timedelta(minutes=30), created - timedelta(minutes=5)
    unique_id = values.pop("unique_id", None) or new_oid()
    family, given, birth, sex = _TRAITS
    number, _, rest = patient.partition("^^^&")
    title = values.pop("title", "Compte rendu de consultation")
    cda = Cda(
        unique_id=unique_id,
        ins=number,
        ins_oid=rest.partition("&")[0],
        author=holder.number,
        author_family=holder.family,
        author_given=holder.given,
        structure=holder.structure,
        organisation=holder.organisation,
        sector=holder.sector,
        sector_name=FACILITIES[holder.sector],
        created=created,
        began=began,
        ended=ended,
        title=title,
        local=_LOCAL[0],
        local_root=_LOCAL[1],
        family=family,
        given=given,
        birth=birth,
        sex=sex,
        set_id=f"{replaces.unique_id}.0" if replaces else "",
        version=2 if replaces else 1,
        replaced=replaces.unique_id if replaces else "",
        **({"text": text} if text else {}),
    )
    codes = {
        "classCode": (CLASS_CODE,),
        "typeCode": (TYPE_CODE,),
        "formatCode": (FORMAT_CODE,),
        "confidentialityCode": (NORMAL,),
        "healthcareFacilityTypeCode": ((holder.sector, n.SECTORS, FACILITIES[holder.sector]),),
        "practiceSettingCode": (PRACTICE,),
        **values.pop("codes", {}),
    }
    made: dict[str, Any] = {
        "content": cda.xml(),
        "mime_type": "text/xml",
        "title": title,
        "creation_time": dtm(created),
        "service_start_time": dtm(began),
        "service_stop_time": dtm(ended),
        "source_patient": f"{_LOCAL[0]}^^^&{_LOCAL[1]}&ISO^PI",
        "source_patient_info": (f"PID-5|{family}^{given}^^^^^L", f"PID-7|{birth}", f"PID-8|{sex}"),
        "authors": (author(holder),),
        "legal_authenticator": xcn(holder),
        "described": False,
    }
    return Entry(patient=patient, unique_id=unique_id, codes=codes, **{**made, **values})


def signature_entry(holder: Holder, patient: str, *, at: datetime | None = None) -> Entry:
    """The entry of the signature, whose document is still to be made. # DMP TD2.1"""
    now = dtm(at or datetime.now(UTC))
    codes = {
        **SIGNATURE_CODES,
        "healthcareFacilityTypeCode": ((holder.sector, n.SECTORS, FACILITIES[holder.sector]),),
        "practiceSettingCode": (PRACTICE,),
    }
    return Entry(
        patient=patient,
        content=b"",
        mime_type="text/xml",
        title="Source",
        creation_time=now,
        service_start_time=now,
        service_stop_time=now,
        language="art",
        source_patient=f"{'^'.join(patient.split('^')[:4])}^NH",
        codes=codes,
        authors=(author(holder),),
        legal_authenticator=xcn(holder),
        described=False,
    )


@dataclass(frozen=True, slots=True)
class Lot:
    """A submission set with its signature; change it first, sign it last."""

    holder: Holder
    set: SubmissionSet
    documents: tuple[Entry, ...]
    signature: Entry | None
    """None: no signature at all."""
    associations: tuple[Association, ...] = field(default=())
    """Beside HasMember: `signs`, RPLC."""
    folders: tuple[Folder, ...] = ()
    """The DMP has none."""

    @classmethod
    def of(cls, holder: Holder, patient: str, *documents: Entry) -> "Lot":
        """A lot of `documents` (one of its own, when none are given), ready to be signed."""
        held = SubmissionSet(
            patient,
            source_id=n.OWN_ROOT,
            title="Lot de la suite de conformité",
            content_type=CONTENT_TYPE,
            authors=(author(holder),),
        )
        signature = signature_entry(holder, patient)
        return cls(
            holder,
            held,
            documents or (document(holder, patient),),
            signature,
            (Association(c.SIGNS, signature.id, held.id, status="Original"),),
        )

    def document(self, **changes: Any) -> "Lot":
        """With changes to the first document's entry."""
        return replace(self, documents=(replace(self.documents[0], **changes), *self.documents[1:]))

    def coded(self, attribute: str, *codes: Code) -> "Lot":
        """With other codes in the first document's entry."""
        return self.document(codes={**self.documents[0].codes, attribute: codes})

    def of_set(self, **changes: Any) -> "Lot":
        return replace(self, set=replace(self.set, **changes))

    def of_signature(self, **changes: Any) -> "Lot":
        """With changes to the signature's entry."""
        if self.signature is None:
            raise ValueError("the lot has no signature to change")
        return replace(self, signature=replace(self.signature, **changes))

    def signature_coded(self, attribute: str, *codes: Code) -> "Lot":
        if self.signature is None:
            raise ValueError("the lot has no signature to change")
        return self.of_signature(codes={**self.signature.codes, attribute: codes})

    @property
    def to_sign(self) -> tuple[tuple[str, bytes, bool], ...]:
        """uniqueId, bytes, whether it is XML."""
        return tuple((each.unique_id, each.content, each.mime_type == "text/xml") for each in self.documents)

    @property
    def style(self) -> Style:
        """The official form, or for keys that it does not take that of IHE DSG."""
        return LEGACY if self.holder.has_rsa else STRICT

    def signed(self, style: Style | None = None, make: "Callable[[Lot, Style], bytes] | None" = None) -> Submission:
        """The submission, with what `make` makes as its signature: a good one, if not told otherwise."""
        signature, chosen = self.signature, style or self.style
        if signature is None:
            return self.submission()
        content = make(self, chosen) if make else good(self, chosen)
        return replace(self, signature=replace(signature, content=content)).submission()

    def submission(self) -> Submission:
        entries = (*self.documents, *((self.signature,) if self.signature else ()))
        return Submission.of(*entries, *self.folders, *self.associations, submission_set=self.set)


def good(lot: Lot, style: Style) -> bytes:
    """The signature as it should be."""
    return signed(lot.set.unique_id, lot.to_sign, lot.holder.signs, style)
