"""Templates of the requests for metadata and documents. # ITI TF-2 3.18.4.1.2, 3.43.4.1.2"""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from conformance.messages import names as n
from conformance.messages.edits import Edit, edited
from conformance.messages.objects import slot

Value = str | int | Sequence[str]
"""A text (written between quotes), a number, or a list of texts."""


def literal(value: Value) -> str:
    """A value as it stands in a Slot: `'text'`, `123`, `('one','other')`. # ITI TF-2 3.18.4.1.2.3.5"""
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "(" + ",".join(literal(each) for each in value) + ")"


def stored_query(
    query: str,
    parameters: Iterable[tuple[str, Value]],
    *,
    returns: str = "LeafClass",
    edits: Iterable[Edit] = (),
    raw: Iterable[tuple[str, Sequence[str]]] = (),
) -> bytes:
    """The body of ITI-18; `query` is a name of `names.QUERIES` or an id.

    A parameter given twice stands in two Slots. `raw` holds Slots whose values are written as they are.
    """
    held = "".join(slot(name, literal(value)) for name, value in parameters)
    held += "".join(slot(name, *values) for name, values in raw)
    body = (
        f'<query:AdhocQueryRequest xmlns:query="{n.QUERY}" xmlns:rim="{n.RIM}">'
        f'<query:ResponseOption returnComposedObjects="true" returnType={quoteattr(returns)}/>'
        f"<rim:AdhocQuery id={quoteattr(n.QUERIES.get(query, query))}>{held}</rim:AdhocQuery></query:AdhocQueryRequest>"
    )
    return edited(body.encode(), edits)


def retrieve(documents: Iterable[tuple[str, str]], *, edits: Iterable[Edit] = ()) -> bytes:
    """The body of ITI-43, for pairs of RepositoryUniqueId and DocumentUniqueId."""
    asked = "".join(
        f"<xds:DocumentRequest><xds:RepositoryUniqueId>{escape(repository)}</xds:RepositoryUniqueId>"
        f"<xds:DocumentUniqueId>{escape(document)}</xds:DocumentUniqueId></xds:DocumentRequest>"
        for repository, document in documents
    )
    body = f'<xds:RetrieveDocumentSetRequest xmlns:xds="{n.XDS}">{asked}</xds:RetrieveDocumentSetRequest>'
    return edited(body.encode(), edits)
