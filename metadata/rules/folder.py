"""The values of a Folder. # ITI TF-3 4.2.3.4"""

from metadata import vocabulary as v
from metadata.datatypes import is_oid
from metadata.model import Folder
from metadata.rules import forms
from metadata.rules.book import METADATA, MUST, NONE, SHOULD, Marks, On, mark, rule
from metadata.rules.case import Case


@rule(
    id="folder.uniqueId.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.4.9",
    en="uniqueId {got} of Folder {object} is not an OID of at most 64 characters",
    fr="uniqueId {got} du Folder {object} n'est pas un OID d'au plus 64 caractères",
    on=On.FOLDER,
)
def unique_id_format(folder: Folder, _case: Case) -> Marks:
    if not folder.unique_id or is_oid(folder.unique_id):
        return NONE
    return mark(f"/ExternalIdentifier[@identificationScheme='{v.FOLDER_UNIQUE_ID}']", got=folder.unique_id)


@rule(
    id="folder.patientId.format",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.4.7",
    en="patientId {got} of Folder {object} is not a CX: write id^^^&OID&ISO",
    fr="patientId {got} du Folder {object} n'est pas un CX : écrire id^^^&OID&ISO",
    on=On.FOLDER,
)
def patient_id_format(folder: Folder, _case: Case) -> Marks:
    if not folder.patient_id or forms.canonical(folder.patient_id) is not None:
        return NONE
    return mark(f"/ExternalIdentifier[@identificationScheme='{v.FOLDER_PATIENT_ID}']", got=folder.patient_id)


@rule(
    id="folder.patientId.components",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.4.7",
    en="patientId {got} of Folder {object} has more than id^^^&OID&ISO; leave the rest out",
    fr="patientId {got} du Folder {object} a plus que id^^^&OID&ISO ; omettre le reste",
    on=On.FOLDER,
)
def patient_id_components(folder: Folder, _case: Case) -> Marks:
    patient_id = folder.patient_id
    if not patient_id or forms.is_strict_cx(patient_id) or forms.canonical(patient_id) is None:
        return NONE
    return mark(f"/ExternalIdentifier[@identificationScheme='{v.FOLDER_PATIENT_ID}']", got=patient_id)


@rule(
    id="folder.title.missing",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.3.1",
    en="Folder {object} has no title; it is required, in Name/LocalizedString",
    fr="le Folder {object} n'a pas de titre ; il est obligatoire, dans Name/LocalizedString",
    on=On.FOLDER,
)
def title_missing(folder: Folder, _case: Case) -> Marks:
    return NONE if folder.title else mark("/Name")


@rule(
    id="folder.title.length",
    level=MUST,
    code=METADATA,
    spec="ITI TF-3 4.2.3.4.8",
    en="the title of Folder {object} has {got} characters; at most {limit} are allowed",
    fr="le titre du Folder {object} a {got} caractères ; {limit} au plus sont permis",
    on=On.FOLDER,
)
def title_length(folder: Folder, case: Case) -> Marks:
    limit = case.domain.limits.folder_title
    return NONE if not folder.title or len(folder.title) <= limit else mark("/Name", got=len(folder.title), limit=limit)


@rule(
    id="folder.lastUpdateTime.format",
    level=SHOULD,
    code=METADATA,
    spec="ITI TF-3 4.2.3.4.6",
    en="lastUpdateTime {got} of Folder {object} is not a DTM to the second; the registry writes its own",
    fr="lastUpdateTime {got} du Folder {object} n'est pas un DTM à la seconde ; le registre écrit la sienne",
    on=On.FOLDER,
)
def last_update_time_format(folder: Folder, _case: Case) -> Marks:
    # A warning, not a refusal: whatever is submitted here is overwritten.
    time = folder.last_update_time
    if not time or (len(time) == 14 and forms.dtm_start(time) is not None):
        return NONE
    return mark("/Slot[@name='lastUpdateTime']", got=time)
