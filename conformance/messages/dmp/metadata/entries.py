"""The DocumentEntry: who the patient is, what the document is, when it was made."""

from typing import Final

from conformance.messages.dmp import names as n
from conformance.messages.dmp.lot import HIDDEN, MASKED, MINOR, NORMAL, Lot
from conformance.messages.dmp.metadata.row import NOS, SHARING, TD21, BadMetadata, coded, entry, must, should
from conformance.messages.objects import new_uuid

_NAME: Final = "PID-5|PATIENT-ESSAI^CAMILLE^^^^^L"
_DAY: Final = "PID-7|19790328"
_SEX: Final = "PID-8|F"


def _traits(*values: str) -> dict[str, tuple[str, ...]]:
    return {"source_patient_info": values}


def _extension(lot: Lot) -> Lot:
    return lot.document(unique_id=f"{lot.documents[0].unique_id}^1")


def _offset(lot: Lot) -> Lot:
    return lot.document(creation_time=f"{lot.documents[0].creation_time}+0100")


def _reversed(lot: Lot) -> Lot:
    first = lot.documents[0]
    return lot.document(service_start_time=first.service_stop_time, service_stop_time=first.service_start_time)


ENTRIES: Final[tuple[BadMetadata, ...]] = (
    must("title/1", "without a title", "sans titre", "fr.title.missing", entry(title="")),
    must("author/1", "without an author", "sans auteur", "fr.author.missing", entry(authors=())),
    must(
        "legalAuthenticator/1",
        "that nobody answers for",
        "dont personne ne répond",
        "fr.legalAuthenticator.missing",
        entry(legal_authenticator=""),
    ),
    must(
        "serviceStartTime/1",
        "whose act has no beginning",
        "dont l'acte n'a pas de début",
        "fr.serviceStartTime.missing",
        entry(service_start_time=""),
    ),
    must(
        "serviceStartTime/2",
        "whose act ends before it begins",
        "dont l'acte finit avant de commencer",
        "de.serviceTime.order",
        _reversed,
    ),
    must("uniqueId/1", "whose uniqueId has an extension", "au uniqueId avec extension", "fr.uniqueId.oid", _extension),
    must(
        "uniqueId/2",
        "whose uniqueId is a UUID",
        "au uniqueId qui est un UUID",
        "fr.uniqueId.oid",
        lambda lot: lot.document(unique_id=new_uuid()),
    ),
    must(
        "creationTime/1",
        "whose creationTime has a time zone",
        "au creationTime avec un fuseau horaire",
        "de.creationTime.format",
        _offset,
    ),
    should(
        "creationTime/2",
        "whose creationTime is a day",
        "au creationTime qui est un jour",
        "fr.creationTime.precision",
        lambda lot: lot.document(creation_time=lot.documents[0].creation_time[:8]),
    ),
    should("languageCode/1", "in German", "en allemand", "fr.languageCode.unknown", entry(language="de-DE")),
    # --- codes
    must(
        "typeCode/1",
        "of a type that France does not have",
        "d'un type que la France n'a pas",
        "domain.typeCode.unknown",
        coded("typeCode", ("99999-9", n.LOINC, "Inconnu")),
        NOS + "JDV_J66",
    ),
    must(
        "classCode/1",
        "of a class that France does not have",
        "d'une classe que la France n'a pas",
        "domain.classCode.unknown",
        coded("classCode", ("77", n.CLASSES_OF_DOCUMENTS, "Inconnue")),
        NOS + "JDV_J57",
    ),
    should(
        "classCode/2",
        "whose class is not that of its type",
        "dont la classe n'est pas celle de son type",
        "fr.classCode.type",
        coded("classCode", ("42", n.CLASSES_OF_DOCUMENTS, "Prescription")),
        NOS + "ASS_X04",
    ),
    should(
        "formatCode/1",
        "whose formatCode is of an unknown coding scheme",
        "au formatCode d'un système de codes inconnu",
        "fr.formatCode.scheme",
        coded("formatCode", ("urn:ihe:iti:xds-sd:text:2008", "1.2.3.4.5", "Texte")),
        NOS + "JDV_J60",
    ),
    must(
        "healthcareFacilityTypeCode/1",
        "from a kind of place that France does not have",
        "d'un type de lieu que la France n'a pas",
        "domain.healthcareFacilityTypeCode.unknown",
        coded("healthcareFacilityTypeCode", ("SA99", n.SECTORS, "Inconnu")),
        NOS + "JDV_J02",
    ),
    must(
        "practiceSettingCode/1",
        "from a practice setting that France does not have",
        "d'un cadre de soins que la France n'a pas",
        "domain.practiceSettingCode.unknown",
        coded("practiceSettingCode", ("MARS", n.PRACTICE_SETTINGS, "Inconnu")),
        NOS + "JDV_J04",
    ),
    must(
        "confidentialityCode/1",
        "of a confidentiality that France does not have",
        "d'une confidentialité que la France n'a pas",
        "domain.confidentialityCode.unknown",
        coded("confidentialityCode", NORMAL, ("SECRET", n.VISIBILITY, "Secret")),
        NOS + "JDV_J58",
    ),
    must(
        "confidentialityCode/2",
        "without a confidentiality N, R or V",
        "sans confidentialité N, R ou V",
        "fr.confidentialityCode.level",
        coded("confidentialityCode", MASKED),
    ),
    must(
        "confidentialityCode/3",
        "with five confidentialities",
        "avec cinq confidentialités",
        "fr.confidentialityCode.count",
        coded(
            "confidentialityCode",
            NORMAL,
            ("R", n.CONFIDENTIALITIES, "Restreint"),
            ("V", n.CONFIDENTIALITIES, "Très restreint"),
            MASKED,
            MINOR,
        ),
    ),
    must(
        "confidentialityCode/4",
        "hidden both from professionals and from the patient",
        "masqué aux professionnels et invisible au patient",
        "fr.confidentialityCode.cumul",
        coded("confidentialityCode", NORMAL, MASKED, HIDDEN),
        "DMP EX_2.1-1050",
    ),
    must(
        "mimeType/1",
        "of a media type that the DMP does not take",
        "d'un type de média que le DMP n'accepte pas",
        "domain.mimeType.unknown",
        entry(mime_type="application/zip"),
        SHARING,
    ),
    should(
        "referenceIdList/1",
        "with a reference id of a type that the DMP does not take",
        "avec un identifiant de référence d'un type que le DMP n'accepte pas",
        "fr.referenceIdList.type",
        entry(references=(f"A-7^^^&{n.OWN_ROOT}.9&ISO^urn:ihe:iti:xds:2013:uniqueId",)),
        NOS + "JDV_J231",
    ),
    should(
        "homeCommunityId/1",
        "with a homeCommunityId",
        "avec un homeCommunityId",
        "fr.homeCommunityId.unused",
        entry(attributes=f'home="urn:oid:{n.OWN_ROOT}"'),
    ),
    should(
        "URI/1",
        "with a URI",
        "avec une URI",
        "fr.URI.unused",
        entry(slots={"URI": ("DOC0001.XML",)}),
    ),
    # --- the patient
    should(
        "sourcePatientId/1",
        "whose local patient id is not of type PI",
        "dont l'identifiant local du patient n'est pas de type PI",
        "fr.sourcePatientId.type",
        entry(source_patient=f"0456789999^^^&{n.OWN_ROOT}.2&ISO^NH"),
        TD21,
    ),
    should(
        "sourcePatientInfo/1",
        "without the traits of the patient",
        "sans les traits du patient",
        "fr.sourcePatientInfo.missing",
        entry(**_traits()),
    ),
    should(
        "sourcePatientInfo/2",
        "with two birth names",
        "avec deux noms de naissance",
        "fr.sourcePatientInfo.birth-name",
        entry(**_traits(_NAME, "PID-5|AUTRE^CAMILLE^^^^^L", _DAY, _SEX)),
    ),
    should(
        "sourcePatientInfo/3",
        "without a birth name",
        "sans nom de naissance",
        "fr.sourcePatientInfo.birth-name",
        entry(**_traits(_DAY, _SEX)),
    ),
    should(
        "sourcePatientInfo/4",
        "with two used names",
        "avec deux noms utilisés",
        "fr.sourcePatientInfo.used-name",
        entry(**_traits(_NAME, "PID-5|UN^CAMILLE^^^^^D", "PID-5|DEUX^CAMILLE^^^^^D", _DAY, _SEX)),
    ),
    should(
        "sourcePatientInfo/5",
        "with a name of an unknown type",
        "avec un nom d'un type inconnu",
        "fr.sourcePatientInfo.name-type",
        entry(**_traits(_NAME, "PID-5|AUTRE^CAMILLE^^^^^M", _DAY, _SEX)),
    ),
    should(
        "sourcePatientInfo/6",
        "with a field that France does not use",
        "avec un champ que la France n'emploie pas",
        "fr.sourcePatientInfo.field",
        entry(**_traits(_NAME, _DAY, _SEX, "PID-10|X")),
    ),
    should(
        "sourcePatientInfo/7",
        "with a field twice",
        "avec un champ deux fois",
        "fr.sourcePatientInfo.repeated",
        entry(**_traits(_NAME, _DAY, _SEX, "PID-21|A", "PID-21|B")),
    ),
    should(
        "sourcePatientInfo/8",
        "whose patient was born in a month",
        "dont le patient est né un mois donné",
        "fr.sourcePatientInfo.birth-date",
        entry(**_traits(_NAME, "PID-7|197903", _SEX)),
    ),
    should(
        "sourcePatientInfo/9",
        "whose patient has a sex that is no code",
        "dont le patient a un sexe qui n'est pas un code",
        "fr.sourcePatientInfo.sex",
        entry(**_traits(_NAME, _DAY, "PID-8|Femme")),
    ),
)
