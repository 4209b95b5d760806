"""How dictionary 1 was made: what DocumentEntries of French health software hold most often, the most frequent last.

    python -m registry.dictionaries.make FILE

It writes the bytes of `1.bin` as long as `metadata.translate` writes ebRIM as it did then. The file, not this script,
is what rows depend on: never write over a released dictionary, make the next number.
"""

import sys
from pathlib import Path
from typing import Final
from uuid import UUID

from metadata import vocabulary as v
from metadata.ebrim import RegistryObject, write_content
from metadata.model import Association, Author, Code, DocumentEntry, Folder, SubmissionSet
from metadata.translate import to_ebrim

SIZE: Final = 32768

LOINC = "2.16.840.1.113883.6.1"
CLASS, SETTING, FACILITY = "1.2.250.1.213.1.1.4.1", "1.2.250.1.213.1.1.4.9", "1.2.250.1.71.4.2.4"
IHE_FORMAT, FR_FORMAT = "1.3.6.1.4.1.19376.1.2.3", "1.2.250.1.213.1.1.4.2.282"
NORMAL = Code("N", "2.16.840.1.113883.5.25", "Normal")
FRENCH_CONFIDENTIALITY = "1.2.250.1.213.1.1.4.13"

CONFIDENTIALITIES = (
    Code(
        "INVISIBLE_REPRESENTANTS_LEGAUX", FRENCH_CONFIDENTIALITY, "Non visible par les représentants légaux du patient"
    ),
    Code("V", "2.16.840.1.113883.5.25", "Très restreint"),
    Code("R", "2.16.840.1.113883.5.25", "Restreint"),
    Code("INVISIBLE_PATIENT", FRENCH_CONFIDENTIALITY, "Non visible par le patient"),
    Code("MASQUE_PS", FRENCH_CONFIDENTIALITY, "Masqué aux professionnels de santé"),
)
CLASSES = {
    "90": "Documents du patient / Expression du titulaire",
    "60": "Données de remboursement",
    "45": "Traitement administré",
    "44": "Plan de soins, protocole de soins",
    "95": "Document de gestion du dossier patient",
    "52": "Certificat, déclaration",
    "43": "Dispensation",
    "11": "Synthèse",
    "31": "Imagerie médicale",
    "42": "Prescription",
    "10": "Compte rendu",
}
TYPES = (
    ("10", "15508-5", "CR d'accouchement"),
    ("10", "51969-4", "CR de génétique moléculaire"),
    ("10", "77436-4", "CR d'anesthésie"),
    ("10", "34749-2", "CR de consultation pré-anesthésique"),
    ("10", "11506-3", "CR ou fiche de suivi de soins par auxiliaire médical"),
    ("10", "11505-5", "CR d'acte thérapeutique (autre)"),
    ("10", "70004-7", "CR d'acte diagnostique (autre)"),
    ("10", "34794-8", "CR de réunion de concertation pluridisciplinaire"),
    ("10", "60568-3", "CR d'anatomie et de cytologie pathologiques"),
    ("10", "85208-7", "CR de télémédecine"),
    ("10", "96349-6", "Lettre d'adressage"),
    ("10", "15507-7", "CR de passage aux urgences"),
    ("10", "34874-8", "CR opératoire"),
    ("11", "60591-5", "Synthèse"),
    ("52", "11369-6", "Historique des vaccinations"),
    ("31", "18748-4", "CR d'imagerie médicale"),
    ("42", "57833-6", "Prescription de produits de santé"),
    ("10", "34112-3", "CR hospitalier (séjour)"),
    ("10", "11490-0", "Lettre de liaison à la sortie d'un établissement de soins"),
    ("10", "11488-4", "CR ou fiche de consultation ou de visite"),
    ("10", "11502-2", "CR d'examens biologiques"),
)
FORMATS = (
    Code("urn:ihe:iti-fr:xds-sd:jpeg:2010", FR_FORMAT, "Document à corps non structuré en image JPEG"),
    Code("urn:ihe:iti-fr:xds-sd:rtf:2010", FR_FORMAT, "Document à corps non structuré en texte RTF"),
    Code("urn:ihe:iti:xds-sd:text:2008", IHE_FORMAT, "Document à corps non structuré en texte brut"),
    Code("urn:asip:ci-sis:vac-note:2021", FR_FORMAT, "Note de vaccination"),
    Code("urn:asip:ci-sis:vsm:2012", FR_FORMAT, "Synthèse médicale (VSM)"),
    Code("urn:ihe:pharm:pre:2010", IHE_FORMAT, "Prescription de produits de santé"),
    Code("urn:asip:ci-sis:ldl-ses:2017", FR_FORMAT, "Lettre de liaison à la sortie de l'établissement de soins"),
    Code("urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013", IHE_FORMAT, "Imagerie médicale"),
    Code("urn:ihe:lab:xd-lab:2008", IHE_FORMAT, "CR de biologie médicale"),
    Code("urn:ihe:iti:xds-sd:pdf:2008", IHE_FORMAT, "Document à corps non structuré en Pdf/A-1"),
)
FACILITIES = {
    "SA04": "Etablissement privé non PSPH",
    "SA05": "Centre de santé",
    "SA17": "Etablissement pour personnes âgées",
    "SA25": "Laboratoire de biologie médicale",
    "SA08": "Cabinet de groupe",
    "SA09": "Exercice en société",
    "SA07": "Cabinet individuel",
    "SA01": "Etablissement public de santé",
}
SETTINGS = {
    "EXP_PATIENT": "Expression personnelle du patient",
    "ESSMS": "Etablissement ou Service Social ou Médico-Social",
    "HAD": "Hospitalisation à domicile",
    "SAD": "Soins à domicile",
    "AMBULATOIRE": "Ambulatoire",
    "ETABLISSEMENT": "Etablissement de santé",
}
SPECIALTIES = (
    "G15_50^Sage-Femme^1.2.250.1.213.1.1.4.5",
    "G15_60^Infirmier^1.2.250.1.213.1.1.4.5",
    "G15_40^Chirurgien-Dentiste^1.2.250.1.213.1.1.4.5",
    "G15_21^Pharmacien^1.2.250.1.213.1.1.4.5",
    "G15_10/SM04^Médecin - Cardiologie et maladies vasculaires (SM)^1.2.250.1.213.1.1.4.5",
    "G15_10/SM44^Médecin - Radio-diagnostic (SM)^1.2.250.1.213.1.1.4.5",
    "G15_10/SM02^Médecin - Anesthésie-réanimation (SM)^1.2.250.1.213.1.1.4.5",
    "G15_10/SM03^Médecin - Biologie médicale (SM)^1.2.250.1.213.1.1.4.5",
    "G15_10/SM26^Médecin - Qualifié en Médecine Générale (SM)^1.2.250.1.213.1.1.4.5",
)
CARE = {
    "10": "Accueil des urgences",
    "04": "Hospitalisation de jour",
    "03": "Hospitalisation complète",
    "07": "Consultations externes",
}


def _uuid(number: int) -> str:
    # letters that no object shares: an id must not be what the compressor finds again
    return UUID(int=(0x5A << 120) | number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**120).urn


def _person(number: int) -> str:
    return f"8{10000000000 + number * 7919}^NOM^PRENOM^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"


def _entry(number: int) -> RegistryObject:
    class_code, type_code, title = TYPES[number % len(TYPES)]
    facility, facility_name = list(FACILITIES.items())[number % len(FACILITIES)]
    setting, setting_name = list(SETTINGS.items())[number % len(SETTINGS)]
    masked = CONFIDENTIALITIES[number % len(CONFIDENTIALITIES)] if number < len(CONFIDENTIALITIES) else None
    institution = f"CENTRE HOSPITALIER^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1{750000000 + number}"
    time = f"2024{number % 12 + 1:02}{number % 28 + 1:02}1015"
    return to_ebrim(
        DocumentEntry(
            entry_uuid=_uuid(number),
            logical_id=_uuid(number),
            version="1",
            unique_id=f"1.2.250.1.999.1.1.7898.1.{number}",
            patient_id=f"2790635220329{number:02}^^^&1.2.250.1.213.1.4.8&ISO^NH",
            mime_type="text/xml",
            class_code=Code(class_code, CLASS, CLASSES[class_code]),
            type_code=Code(type_code, LOINC, title),
            format_code=FORMATS[number % len(FORMATS)],
            healthcare_facility_type_code=Code(facility, FACILITY, facility_name),
            practice_setting_code=Code(setting, SETTING, setting_name),
            confidentiality_codes=(NORMAL, masked) if masked else (NORMAL,),
            authors=(Author(_person(number), (institution,), (), (SPECIALTIES[number % len(SPECIALTIES)],)),),
            legal_authenticator=_person(number),
            title=title,
            creation_time=time + "00",
            service_start_time=time,
            service_stop_time=time,
            language_code="fr-FR",
            hash=_uuid(number)[9:].replace("-", "") + "00000000",
            size=str(20000 + number * 331),
            repository_unique_id="1.2.250.1.213.4.1.1.1.2",
            source_patient_id=f"{1234500 + number}^^^&1.2.250.1.999.1.1.7898.2&ISO^PI",
            source_patient_info=(
                "PID-5|NOM^PRENOM^^^^^L",
                "PID-5|NOM^PRENOM^^^^^D",
                "PID-7|19790612",
                "PID-8|F",
            ),
        )
    )


def _folder(number: int) -> RegistryObject:
    return to_ebrim(
        Folder(
            _uuid(number),
            f"1.2.250.1.999.1.1.7898.3.{number}",
            f"2790635220329{number:02}^^^&1.2.250.1.213.1.4.8&ISO^NH",
            (Code("10", CLASS, CLASSES["10"]),),
            "Dossier de suivi",
            version="1",
        )
    )


def _submission_set(number: int) -> RegistryObject:
    care, care_name = list(CARE.items())[number % len(CARE)]
    institution = f"CABINET MEDICAL^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1{750000000 + number}"
    return to_ebrim(
        SubmissionSet(
            _uuid(number),
            f"1.2.250.1.999.1.1.7898.2.{number}",
            f"2790635220329{number:02}^^^&1.2.250.1.213.1.4.8&ISO^NH",
            "1.2.250.1.999.1.1.7898",
            f"2024{number % 12 + 1:02}{number % 28 + 1:02}101600",
            Code(care, "1.2.250.1.213.2.2", care_name),
            (Author(_person(number), (institution,), (), (SPECIALTIES[-1 - number % 3],)),),
            title="Lot de documents",
        )
    )


def _association(number: int, type_: str) -> RegistryObject:
    documentation = Code("1", "urn:ihe:iti:2007:AssociationType", "Document de remplacement")
    return to_ebrim(
        Association(_uuid(number), type_, _uuid(number + 1), _uuid(number + 2), documentation=documentation)
    )


def _coded(code: str, scheme: str, display: str) -> str:
    """What differs from one Classification to the next; the rest of it stands in the whole entries."""
    return f'nodeRepresentation="{code}" objectType="><rim:Value>{scheme}</rim:Value><rim:Name value="{display}"/>'


def build() -> bytes:
    """At most the 32 KiB that a deflate window can hold: values first, whole objects nearest to the end."""
    values = [f"<rim:Value>{s}</rim:Value>" for s in SPECIALTIES]
    values += [_coded(c.code, c.scheme, c.display) for c in (*CONFIDENTIALITIES, *FORMATS)]
    values += [_coded(code, SETTING, name) for code, name in SETTINGS.items()]
    values += [_coded(code, FACILITY, name) for code, name in FACILITIES.items()]
    values += [_coded(code, CLASS, name) for code, name in CLASSES.items()]
    values += [_coded(type_code, LOINC, name) for _, type_code, name in TYPES]
    values += [_coded(code, "1.2.250.1.213.2.2", name) for code, name in CARE.items()]
    values += [f'rim:LocalizedString charset="UTF8" xml:lang="FR" value="{name}"/>' for _, _, name in TYPES]
    values += [f"PID-{field}|" for field in ("3", "5", "7", "8", "11", "13", "18")]
    values += [f'associationType="{type_}" sourceObject="urn:uuid:' for type_ in sorted(v.RELATIONSHIPS)]
    objects = [_association(900, v.RPLC), _folder(800), _submission_set(700), _entry(1), _entry(20)]
    return ("".join(values).encode() + b"".join(write_content(o) for o in objects))[-SIZE:]


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(build())
