"""What a stored query must be; ITI TF-2 3.18.4.1.2.

The functions are given the `QueryMessage`; `check` runs them all. The last rules have no function: the registry raises
them when it sees the result.
"""

from collections.abc import Callable, Collection
from typing import Final

from metadata.errors import ErrorCode
from metadata.rules.book import BOOK, MUST, Codes, Finding, Mark, Marks, On, in_each, mark, named, rule
from metadata.storedqueries_catalogue import BY_NAME, Form
from metadata.storedqueries_message import Argument, QueryMessage
from metadata.vocabulary import ON_DEMAND, STABLE

TRANSACTION: Final = "ITI-18"
MAX_VALUES: Final = 5_000
"""Values in all parameters of one query together."""

LENIENT: Final = frozenset({"query.param.patient-id.components"})
"""What is waived where the objects may carry more in a patient id, and for a query to no affinity domain in particular:
France writes `^NH`."""

_RETURN_TYPES = ("ObjectRef", "LeafClass")
_Look = Callable[[QueryMessage], Marks]
_LOOKS: list[tuple[str, _Look]] = []


def check(message: QueryMessage, waived: Collection[str] = LENIENT) -> list[Finding]:
    """All rules that the query breaks, in the order of this page, but for those that are waived."""
    return [
        Finding(BOOK[rule_id], found.at, "", found.values, TRANSACTION)
        for rule_id, look in _LOOKS
        if rule_id not in waived
        for found in look(message)
    ]


def _in_query(code: ErrorCode) -> Codes:
    return in_each(code, TRANSACTION)


def _query_rule(*, name: str, code: ErrorCode, spec: str, en: str, fr: str) -> Callable[[_Look], _Look]:
    enter = rule(id=name, level=MUST, code=_in_query(code), spec=spec, en=en, fr=fr, on=On.CALL)

    def entered(look: _Look) -> _Look:
        _LOOKS.append((name, look))
        return enter(look)

    return entered


@_query_rule(
    name="query.id.unknown",
    code=ErrorCode.UNKNOWN_STORED_QUERY,
    spec="ITI TF-2 3.18.4.1.2.4",
    en="{got} is not the id of a stored query of this registry; there are {known}",
    fr="{got} n'est pas l'identifiant d'une requête de ce registre ; il connaît {known}",
)
def known_query(message: QueryMessage) -> Marks:
    if message.definition is not None:
        return ()
    got = message.query_id or "''"
    return mark("/AdhocQueryRequest/AdhocQuery/@id", got=got, known=", ".join(BY_NAME))


@_query_rule(
    name="query.return-type",
    code=ErrorCode.REGISTRY_ERROR,
    spec="ITI TF-2 3.18.4.1.2.3.1",
    en="returnType is {got}; it is ObjectRef or LeafClass",
    fr="returnType vaut {got} ; les valeurs permises sont ObjectRef et LeafClass",
)
def return_type(message: QueryMessage) -> Marks:
    if message.return_type in _RETURN_TYPES:
        return ()
    return mark("/AdhocQueryRequest/ResponseOption/@returnType", got=message.return_type)


@_query_rule(
    name="query.param.name",
    code=ErrorCode.REGISTRY_ERROR,
    spec="ITI TF-2 3.18.4.1.2.3.7",
    en="{got} is not the name of a parameter: those begin with $",
    fr="{got} n'est pas un nom de paramètre : ils commencent par $",
)
def parameter_name(message: QueryMessage) -> Marks:
    return _each(message, lambda a: not a.name.startswith("$"), lambda a: {"got": a.name or "''"})


@_query_rule(
    name="query.param.syntax",
    code=ErrorCode.REGISTRY_ERROR,
    spec="ITI TF-2 3.18.4.1.2.3.5",
    en="{parameter} cannot be read: {reason}. Values are 123, 'text' or a list ('a','b')",
    fr="{parameter} est illisible : {reason}. Les valeurs s'écrivent 123, 'texte' ou en liste ('a','b')",
)
def parameter_syntax(message: QueryMessage) -> Marks:
    return _each(message, lambda a: bool(a.malformed), lambda a: {"parameter": a.name, "reason": a.malformed})


@_query_rule(
    name="query.param.missing",
    code=ErrorCode.STORED_QUERY_MISSING_PARAM,
    spec="ITI TF-2 3.18.4.1.3",
    en="{query} needs {parameter}, with at least one value",
    fr="{query} exige {parameter}, avec au moins une valeur",
)
def parameter_missing(message: QueryMessage) -> Marks:
    definition = message.definition
    if definition is None:
        return ()
    return tuple(
        Mark("/AdhocQueryRequest/AdhocQuery", {"query": definition.name, "parameter": p.name})
        for p in definition.parameters
        if p.required and not message.given(p.name)
    )


@_query_rule(
    name="query.param.status",
    code=ErrorCode.STORED_QUERY_MISSING_PARAM,
    spec="ITI TF-2 3.18.4.1.2.3.6",
    en="{parameter} names no status that this registry knows: Approved or Deprecated, as URN",
    fr="{parameter} ne contient aucun statut connu de ce registre : Approved ou Deprecated, sous forme d'URN",
)
def status_known(message: QueryMessage) -> Marks:
    # unknown statuses are passed over; with none left it is as if the parameter were missing
    return _each(
        message,
        lambda a: a.parameter is not None and a.parameter.form is Form.STATUS and bool(a.count) and not a.values,
        lambda a: {"parameter": a.name},
    )


@_query_rule(
    name="query.param.one-of",
    code=ErrorCode.STORED_QUERY_MISSING_PARAM,
    spec="ITI TF-2 3.18.4.1.2.3.7",
    en="{query} needs {parameters}",
    fr="{query} exige {parameters}",
)
def one_of(message: QueryMessage) -> Marks:
    definition = message.definition
    if definition is None or not definition.exactly_one or any(map(message.given, definition.exactly_one)):
        return ()
    names = " | ".join(definition.exactly_one)
    return mark("/AdhocQueryRequest/AdhocQuery", query=definition.name, parameters=names)


@_query_rule(
    name="query.param.only-one-of",
    code=ErrorCode.STORED_QUERY_PARAM_NUMBER,
    spec="ITI TF-2 3.18.4.1.2.3.7",
    en="{query} takes only one of {parameters}",
    fr="{query} n'accepte qu'un seul paramètre parmi {parameters}",
)
def only_one_of(message: QueryMessage) -> Marks:
    definition = message.definition
    if definition is None or not definition.exactly_one or not all(map(message.given, definition.exactly_one)):
        return ()
    names = ", ".join(definition.exactly_one)
    return mark("/AdhocQueryRequest/AdhocQuery", query=definition.name, parameters=names)


@_query_rule(
    name="query.param.single",
    code=ErrorCode.STORED_QUERY_PARAM_NUMBER,
    spec="ITI TF-2 3.18.4.1.2.3.7",
    en="{parameter} takes one value, not {count}",
    fr="{parameter} n'accepte qu'une valeur, pas {count}",
)
def single_value(message: QueryMessage) -> Marks:
    return _each(
        message,
        lambda a: a.parameter is not None and not a.parameter.multiple and a.count > 1,
        lambda a: {"parameter": a.name, "count": a.count},
    )


@_query_rule(
    name="query.param.repeated",
    code=ErrorCode.STORED_QUERY_PARAM_NUMBER,
    spec="ITI TF-2 3.18.4.1.2.3.5",
    en="{parameter} stands more than once; only parameters of multi-valued attributes may be repeated (AND)",
    fr="{parameter} est répété ; seuls les paramètres d'attributs à plusieurs valeurs peuvent l'être (ET)",
)
def repeated(message: QueryMessage) -> Marks:
    seen: set[str] = set()
    marks: list[Mark] = []
    for argument in message.arguments:
        if argument.parameter is None or argument.parameter.conjunctive:
            continue
        if argument.name in seen:
            marks.append(Mark(argument.path, {"parameter": argument.name}))
        seen.add(argument.name)
    return marks


@_query_rule(
    name="query.param.values",
    code=ErrorCode.TOO_MANY_RESULTS,
    spec="Carnet",
    en="the query holds {count} values; this registry takes up to {limit} in one query",
    fr="la requête porte {count} valeurs ; ce registre en accepte {limit} au plus par requête",
)
def number_of_values(message: QueryMessage) -> Marks:
    count = sum(a.count for a in message.arguments)
    return mark("/AdhocQueryRequest/AdhocQuery", count=count, limit=MAX_VALUES) if count > MAX_VALUES else ()


def _value_rule(name: str, form: Form, spec: str, en: str, fr: str) -> None:
    """A rule on the values of all parameters of one form."""

    @_query_rule(
        name=name,
        code=ErrorCode.REGISTRY_ERROR,
        spec=spec,
        en="{parameter}: {got} is not " + en,
        fr="{parameter} : {got} n'est pas " + fr,
    )
    def value_form(message: QueryMessage) -> Marks:
        return tuple(
            Mark(argument.path, {"parameter": argument.name, "got": wrong.value, "reason": wrong.reason})
            for argument in message.arguments
            if argument.wrong and argument.parameter is not None and argument.parameter.form is form
            for wrong in argument.wrong
        )


_value_rule(
    "query.param.patient-id",
    Form.PATIENT,
    "ITI TF-3 4.2.3.1.7",
    "a patient id, id^^^&oid&ISO: {reason}",
    "un identifiant de patient, id^^^&oid&ISO : {reason}",
)


@_query_rule(
    name="query.param.patient-id.components",
    code=ErrorCode.REGISTRY_ERROR,
    spec="ITI TF-1 10.1.2.6",
    en="{parameter}: {got} has more than id^^^&oid&ISO; leave the rest out",
    fr="{parameter} : {got} a plus que id^^^&oid&ISO ; omettre le reste",
)
def patient_id_components(message: QueryMessage) -> Marks:
    return tuple(
        Mark(argument.path, {"parameter": argument.name, "got": got})
        for argument in message.arguments
        if not argument.wrong
        for got in argument.overlong
    )


_value_rule(
    "query.param.code",
    Form.CODE,
    "ITI TF-2 3.18.4.1.2.3.4",
    "a code with its coding scheme: code^^scheme",
    "un code suivi de son système de codage : code^^système",
)
_value_rule(
    "query.param.time",
    Form.TIME,
    "ITI TF-3 4.2.3.1.7",
    "a time, YYYY[MM[DD[hh[mm[ss]]]]]: {reason}",
    "une date, AAAA[MM[JJ[hh[mm[ss]]]]] : {reason}",
)
_value_rule(
    "query.param.entry-uuid",
    Form.ENTRY_UUID,
    "ITI TF-3 4.2.3.1.5",
    "an entryUUID: urn:uuid: and 8-4-4-4-12 hexadecimal digits",
    "un entryUUID : urn:uuid: et 8-4-4-4-12 chiffres hexadécimaux",
)
_value_rule(
    "query.param.object-type",
    Form.OBJECT_TYPE,
    "ITI TF-2 3.18.4.1.2.3.6.2",
    f"an object type: {STABLE} (Stable) or {ON_DEMAND} (On-Demand)",
    f"un type d'objet : {STABLE} (Stable) ou {ON_DEMAND} (On-Demand)",
)
_value_rule(
    "query.metadata-level",
    Form.INTEGER,
    "Carnet",
    "a metadata level: 1 or 2",
    "un niveau de métadonnées : 1 ou 2",
)

TOO_MANY_RESULTS: Final = named(
    id="query.too-many-results",
    level=MUST,
    code=_in_query(ErrorCode.TOO_MANY_RESULTS),
    spec="ITI TF-3 4.2.4.1",
    en="the answer holds more than the {limit} objects this registry returns at once; ask for less, or by ObjectRef",
    fr="la réponse dépasse les {limit} objets que ce registre renvoie en une fois ; restreindre, ou demander ObjectRef",
)
SINGLE_PATIENT: Final = named(
    id="query.single-patient",
    level=MUST,
    code=_in_query(ErrorCode.RESULT_NOT_SINGLE_PATIENT),
    spec="ITI TF-2 3.18.4.1.2.3.7",
    en="the objects asked for as LeafClass belong to {count} patients; ask per patient, or by ObjectRef",
    fr="les objets demandés en LeafClass appartiennent à {count} patients ; interroger par patient, ou par ObjectRef",
)
UNKNOWN_PATIENT: Final = named(
    id="query.patient.unknown",
    level=MUST,
    code=_in_query(ErrorCode.UNKNOWN_PATIENT_ID),
    spec="ITI TF-2 3.18.4.1.3",
    en="{got} is not known",
    fr="{got} est inconnu",
)
FOREIGN_PATIENT: Final = named(
    id="query.patient.authority",
    level=MUST,
    code=_in_query(ErrorCode.UNKNOWN_PATIENT_ID),
    spec="ITI TF-2 3.18.4.1.3",
    en="{got} is not of an assigning authority of this domain: {allowed}",
    fr="{got} ne relève d'aucune autorité d'affectation de ce domaine : {allowed}",
)


def _each(
    message: QueryMessage, wrong: Callable[[Argument], bool], values: Callable[[Argument], dict[str, object]]
) -> Marks:
    return tuple(Mark(a.path, values(a)) for a in message.arguments if wrong(a))
