"""What an ITI-43 asks for. # ITI TF-2 3.43.4.1"""

from typing import Final

from lxml import etree

from conformance.judging.book import rule
from conformance.judging.place import Tree
from conformance.judging.sheet import Sheet
from conformance.model import MUST
from metadata.datatypes import is_oid
from metadata.vocabulary import XDS

_SECTION: Final = "ITI TF-2 3.43.4.1.2"
_LONGEST: Final = 256
"""Of a value in ebRIM."""

_REPOSITORY = rule(
    "retrieve.repository.form",
    MUST,
    _SECTION,
    "RepositoryUniqueId is {got}; it is an OID",
    "RepositoryUniqueId vaut {got} ; c'est un OID",
    code="XDSUnknownRepositoryId",
)
_DOCUMENT = rule(
    "retrieve.document.form",
    MUST,
    "ITI TF-3 4.2.3.2.26",
    "DocumentUniqueId is {got}; a uniqueId has 1 to 256 characters without white space around it",
    "DocumentUniqueId vaut {got} ; un uniqueId a de 1 à 256 caractères, sans blanc autour",
    code="XDSDocumentUniqueIdError",
)
_HOME = rule(
    "retrieve.home.form",
    MUST,
    "ITI TF-3 4.2.3.2.12",
    "HomeCommunityId is {got}; it is urn:oid: and an OID",
    "HomeCommunityId vaut {got} ; c'est urn:oid: suivi d'un OID",
)


def check(tree: Tree, body: etree._Element, sheet: Sheet) -> None:
    """The form of each DocumentRequest."""
    for request in body.iterchildren(f"{{{XDS}}}DocumentRequest"):
        if sheet.full:
            break
        repository, document, home = (
            _text(request, name) for name in ("RepositoryUniqueId", "DocumentUniqueId", "HomeCommunityId")
        )
        if repository is not None and not is_oid(repository):
            sheet.add(_REPOSITORY(tree.at(request), got=repr(repository)))
        if document is not None and (not 0 < len(document) <= _LONGEST or document.strip() != document):
            sheet.add(_DOCUMENT(tree.at(request), got=repr(document)))
        if home is not None and not (home.startswith("urn:oid:") and is_oid(home.removeprefix("urn:oid:"))):
            sheet.add(_HOME(tree.at(request), got=repr(home)))
    sheet.ran("retrieve request")


def _text(request: etree._Element, name: str) -> str | None:
    child = request.find(f"{{{XDS}}}{name}")
    return None if child is None else child.text or ""
