"""AdhocQueryRequest → `StoredQuery`, or the rules it breaks; ITI TF-2 3.18.4.1.2."""

from collections.abc import Collection

from lxml import etree

from metadata.rules import query as rules
from metadata.rules.book import Finding
from metadata.storedqueries import ReturnType, StoredQuery
from metadata.storedqueries_catalogue import METADATA_LEVEL, Definition
from metadata.storedqueries_message import QueryMessage, parse_adhoc_query_request


def read(request: etree._Element, waived: Collection[str] = rules.LENIENT) -> tuple[StoredQuery | None, list[Finding]]:
    """The stored query in a `query:AdhocQueryRequest`, or `None` and everything that is wrong with it.

    `waived` names the rules that are not applied.
    """
    message = parse_adhoc_query_request(request)
    findings = rules.check(message, waived)
    if findings or message.definition is None:
        return None, findings
    return _stored_query(message, message.definition), []


def _stored_query(message: QueryMessage, definition: Definition) -> StoredQuery:
    groups: dict[str, tuple[tuple[str, ...], ...]] = {}
    for argument in message.arguments:
        if argument.parameter is not None and argument.values:
            groups[argument.name] = (*groups.get(argument.name, ()), argument.values)
    level = groups.pop(METADATA_LEVEL.name, (("1",),))
    for parameter in definition.parameters:
        if parameter.default and parameter.name not in groups:
            groups[parameter.name] = (parameter.default,)
    return StoredQuery(
        definition,
        ReturnType(message.return_type),
        groups,
        message.home_community_id,
        int(level[0][0]),
    )
