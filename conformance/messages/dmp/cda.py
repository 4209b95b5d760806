"""A small CDA document of level 1, coherent with the metadata it travels with. # CI-SIS Structuration minimale"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

_DOCUMENT: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <realmCode code="FR"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="2.16.840.1.113883.2.8.2.1"/>
  <templateId root="1.2.250.1.213.1.1.1.1"/>
  <templateId root="1.3.6.1.4.1.19376.1.2.20"/>
  <id root="{unique_id}"/>
  <code code="11488-4" codeSystem="2.16.840.1.113883.6.1" displayName="CR ou fiche de consultation ou de visite"/>
  <title>{title}</title>
  <effectiveTime value="{created}"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25" displayName="Normal"/>
  <languageCode code="fr-FR"/>
  <setId root="{set_id}"/>
  <versionNumber value="{version}"/>
  <recordTarget><patientRole>
    <id root="{ins_oid}" extension="{ins}"/>
    <id root="{local_root}" extension="{local}"/>
    <addr nullFlavor="NASK"/><telecom nullFlavor="NASK"/>
    <patient>
      <name><family qualifier="BR">{family}</family><given>{given}</given><given qualifier="BR">{given}</given></name>
      <administrativeGenderCode code="{sex}" codeSystem="2.16.840.1.113883.5.1"/>
      <birthTime value="{birth}"/>
      <birthplace><place><addr><county>99999</county></addr></place></birthplace>
    </patient>
  </patientRole></recordTarget>
  <author>
    <time value="{created}"/>
    <assignedAuthor>
      <id root="1.2.250.1.71.4.2.1" extension="{author}"/>
      <code code="G15_10/SM26" codeSystem="1.2.250.1.213.1.1.4.5" displayName="Médecin généraliste"/>
      <assignedPerson><name><family>{author_family}</family><given>{author_given}</given></name></assignedPerson>
      <representedOrganization>
        <id root="1.2.250.1.71.4.2.2" extension="{structure}"/><name>{organisation}</name>
      </representedOrganization>
    </assignedAuthor>
  </author>
  <custodian><assignedCustodian><representedCustodianOrganization>
    <id root="1.2.250.1.71.4.2.2" extension="{structure}"/><name>{organisation}</name>
  </representedCustodianOrganization></assignedCustodian></custodian>
  <legalAuthenticator>
    <time value="{created}"/><signatureCode code="S"/>
    <assignedEntity>
      <id root="1.2.250.1.71.4.2.1" extension="{author}"/>
      <assignedPerson><name><family>{author_family}</family><given>{author_given}</given></name></assignedPerson>
      <representedOrganization>
        <id root="1.2.250.1.71.4.2.2" extension="{structure}"/><name>{organisation}</name>
      </representedOrganization>
    </assignedEntity>
  </legalAuthenticator>
  <documentationOf><serviceEvent>
    <effectiveTime><low value="{began}"/><high value="{ended}"/></effectiveTime>
    <performer typeCode="PRF"><assignedEntity>
      <id root="1.2.250.1.71.4.2.1" extension="{author}"/>
      <representedOrganization>
        <id root="1.2.250.1.71.4.2.2" extension="{structure}"/>
        <standardIndustryClassCode code="AMBULATOIRE" codeSystem="1.2.250.1.213.1.1.4.9" displayName="Ambulatoire"/>
      </representedOrganization>
    </assignedEntity></performer>
  </serviceEvent></documentationOf>{related}
  <componentOf><encompassingEncounter>
    <effectiveTime><low value="{began}"/><high value="{ended}"/></effectiveTime>
    <location><healthCareFacility>
      <code code="{sector}" codeSystem="1.2.250.1.71.4.2.4" displayName="{sector_name}"/>
    </healthCareFacility></location>
  </encompassingEncounter></componentOf>
  <component><nonXMLBody><text mediaType="text/plain" representation="B64">{text}</text></nonXMLBody></component>
</ClinicalDocument>
"""
_RELATED: Final = """
  <relatedDocument typeCode="RPLC"><parentDocument><id root="{replaced}"/></parentDocument></relatedDocument>"""


@dataclass(frozen=True, slots=True)
class Cda:
    """What varies in the document; the rest stands in the template."""

    unique_id: str
    ins: str
    ins_oid: str
    author: str
    author_family: str
    author_given: str
    structure: str
    organisation: str
    sector: str
    sector_name: str
    created: datetime
    """Aware."""
    began: datetime
    ended: datetime
    title: str
    local: str
    local_root: str
    family: str
    given: str
    birth: str
    sex: str
    text: str = "Consultation de contrôle. Rien à signaler."
    set_id: str = ""
    """Of the document in all its versions; empty: this is the first."""
    version: int = 1
    replaced: str = ""
    """uniqueId of the document that it replaces."""

    def xml(self) -> bytes:
        def moment(at: datetime) -> str:
            return at.strftime("%Y%m%d%H%M%S%z")

        texts = {name: escape(str(getattr(self, name))) for name in self.__slots__}
        texts |= {
            "created": moment(self.created),
            "began": moment(self.began),
            "ended": moment(self.ended),
            "set_id": self.set_id or f"{self.unique_id}.0",
            "text": b64encode(self.text.encode()).decode(),
            "related": _RELATED.format(replaced=self.replaced) if self.replaced else "",
        }
        return _DOCUMENT.format(**texts).encode()
