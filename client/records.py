"""Results for programs: the values as JSON has them, under the names of the standard."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from client.consumer import Fetched, Found
from client.documents import Document
from client.source import Submitted
from metadata.errors import RegistryError, RegistryResponse


def record(value: Any) -> Any:
    """Dataclasses become objects in camelCase, without what is empty."""
    if is_dataclass(value) and not isinstance(value, type):
        named = ((_camel(f.name), getattr(value, f.name)) for f in fields(value))
        return {name: record(held) for name, held in named if held not in (None, (), "", {}, False)}
    if isinstance(value, Mapping):
        return {key: record(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [record(held) for held in value]
    return value.value if isinstance(value, Enum) else value


def outcome(response: RegistryResponse) -> dict[str, Any]:
    """Outcome and errors of an answer."""
    return {"outcome": response.outcome, "errors": [_error(error) for error in response.errors]}


def submitted(names: list[str], result: Submitted) -> dict[str, Any]:
    """One submission."""
    prepared = result.prepared
    documents = [{"file": name} | _ids(d) for name, d in zip(names, prepared.contents, strict=True)]
    signed = {"signature": _ids(prepared.signature)} if prepared.signature is not None else {}
    return (
        outcome(result.response)
        | signed
        | {
            "submissionSet": {
                "uniqueId": prepared.submission_set.unique_id,
                "entryUuid": prepared.submission_set.entry_uuid,
            },
            "documents": documents,
            "folders": [
                {"uniqueId": f.unique_id, "entryUuid": f.entry_uuid, "title": f.title} for f in prepared.folders
            ],
        }
    )


def _ids(document: Document) -> dict[str, Any]:
    return {"uniqueId": document.entry.unique_id, "entryUuid": document.entry.entry_uuid, "size": document.size}


def found(answer: Found) -> dict[str, Any]:
    """What a query found."""
    o = answer.objects
    return outcome(answer.response) | {
        "documentEntries": record(o.entries),
        "submissionSets": record(o.submission_sets),
        "folders": record(o.folders),
        "associations": record(o.associations),
        "objectRefs": list(answer.references),
    }


def fetched(path: str, result: Fetched) -> dict[str, Any]:
    """One document that was fetched."""
    told: dict[str, Any] = record(result)
    return {"file": path} | told | {"verified": result.verified}


def _error(error: RegistryError) -> dict[str, Any]:
    return {
        "code": error.code,
        "context": error.context,
        "location": error.location,
        "severity": "Warning" if error.warning else "Error",
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
