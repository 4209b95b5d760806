"""The body of every message must be what its XML schema says; the schemas are looked through before any other rule."""

from typing import Final

from metadata.errors import ErrorCode
from metadata.rules.book import MUST, named

XML_SCHEMA: Final = named(
    id="xml.schema",
    level=MUST,
    code={
        "ITI-41": ErrorCode.REPOSITORY_METADATA_ERROR,
        "ITI-42": ErrorCode.REGISTRY_METADATA_ERROR,
        "ITI-18": ErrorCode.REGISTRY_ERROR,
        "ITI-43": ErrorCode.REPOSITORY_ERROR,
    },
    spec="ITI TF-2 Appendix V.3",
    en="the message does not follow its XML schema, line {line}: {reason}",
    fr="le message ne suit pas son schéma XML, ligne {line} : {reason}",
)
