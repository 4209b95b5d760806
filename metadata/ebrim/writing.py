"""RegistryObjects → bytes, by joining strings: this runs for every object that is registered.

`write_object` = `write_opening` + `write_content`. The opening holds what a registry changes during an object's life
(id, lid, status, home) and stays open; the content begins with the attributes that never change:

    <rim:ExtrinsicObject id="…" lid="…" status="…" home="…"   |    mimeType="…" objectType="…"><rim:Slot …

Slots are the first children of every object, and the first `>` of a content ends its opening tag; `splice_slot` puts a
Slot there. So a registry keeps a Folder as `write_content(folder, without_slots={"lastUpdateTime"})` and splices the
lastUpdateTime of the moment. The prefix `rim` is not declared: the envelope around the objects does it, once.
"""

from collections.abc import Collection, Iterable
from typing import Final

from metadata.ebrim.values import (
    Classification,
    EbrimError,
    ExternalIdentifier,
    Kind,
    LocalizedString,
    RegistryObject,
    Slot,
)
from metadata.escaping import UnwritableText, attribute, encode, text
from metadata.vocabulary import (
    ASSOCIATION_TYPE,
    CLASSIFICATION_TYPE,
    EXTERNAL_IDENTIFIER_TYPE,
    LCM,
    REGISTRY_PACKAGE_TYPE,
    RIM,
)

# optional in a submission and always written in an answer; an ExtrinsicObject's own tells Stable from On-Demand and
# cannot be guessed                                                        # ITI TF-3 4.2.3.1.2, 4.2.3.1.3, 4.2.3.2.30
_OBJECT_TYPES: Final = {
    Kind.REGISTRY_PACKAGE: REGISTRY_PACKAGE_TYPE,
    Kind.ASSOCIATION: ASSOCIATION_TYPE,
}


def submit_objects_request(objects: Iterable[RegistryObject]) -> bytes:
    """`lcm:SubmitObjectsRequest` of ITI-42, with its declarations; # ITI TF-2 3.42.4.1.2"""
    content = b"".join(map(write_object, objects))
    return (
        f'<lcm:SubmitObjectsRequest xmlns:lcm="{LCM}" xmlns:rim="{RIM}"><rim:RegistryObjectList>'.encode()
        + content
        + b"</rim:RegistryObjectList></lcm:SubmitObjectsRequest>"
    )


def write_list(objects: Iterable[RegistryObject]) -> bytes:
    """`rim:RegistryObjectList` of `objects`, with its declarations."""
    content = b"".join(map(write_object, objects))
    return f'<rim:RegistryObjectList xmlns:rim="{RIM}">'.encode() + content + b"</rim:RegistryObjectList>"


def write_object(o: RegistryObject) -> bytes:
    """One compact element. Raises `EbrimError` if a value holds a character that XML 1.0 cannot carry."""
    return _encode(_opening(o) + _content(o, ()), o)


def write_opening(o: RegistryObject) -> bytes:
    """The first part of `write_object(o)`: tag name, id, lid, status, home; the tag stays open."""
    return _encode(_opening(o), o)


def write_content(o: RegistryObject, *, without_slots: Collection[str] = ()) -> bytes:
    """The rest of `write_object(o)`; the object's own Slots named in `without_slots` are left out."""
    return _encode(_content(o, without_slots), o)


def write_slot(slot: Slot) -> bytes:
    """One `rim:Slot`."""
    return encode(_slot(slot))


def splice_slot(content: bytes, slot: Slot) -> bytes:
    """`content` (of `write_content`) with `slot` as its first child."""
    tag_end = content.index(b">") + 1
    return content[:tag_end] + write_slot(slot) + content[tag_end:]


def _encode(joined: str, o: RegistryObject) -> bytes:
    try:
        return encode(joined)
    except UnwritableText as error:
        raise EbrimError(f"{o.kind} {o.id!r}: {error}") from None


def _opening(o: RegistryObject) -> str:
    out = f'<rim:{o.kind.value} id="{attribute(o.id)}"'
    if o.lid is not None:
        out += f' lid="{attribute(o.lid)}"'
    if o.status is not None:
        out += f' status="{attribute(o.status)}"'
    if o.home is not None:
        out += f' home="{attribute(o.home)}"'
    return out


def _content(o: RegistryObject, without_slots: Collection[str]) -> str:
    out: list[str] = []
    if o.mime_type is not None:
        out.append(f' mimeType="{attribute(o.mime_type)}"')
    if o.is_opaque is not None:
        out.append(f' isOpaque="{attribute(o.is_opaque)}"')
    if o.kind is Kind.ASSOCIATION:
        out.append(f' associationType="{attribute(o.association_type or "")}"')
        out.append(f' sourceObject="{attribute(o.source or "")}" targetObject="{attribute(o.target or "")}"')
    object_type = o.object_type if o.kind is Kind.EXTRINSIC_OBJECT else o.object_type or _OBJECT_TYPES[o.kind]
    out.append(">" if object_type is None else f' objectType="{attribute(object_type)}">')
    # the order of rim:RegistryObjectType
    out.extend([_slot(slot) for slot in o.slots if slot.name not in without_slots])
    if o.name:
        out.append(f"<rim:Name>{_localized_strings(o.name)}</rim:Name>")
    if o.description:
        out.append(f"<rim:Description>{_localized_strings(o.description)}</rim:Description>")
    if o.version_name is not None:
        out.append(f'<rim:VersionInfo versionName="{attribute(o.version_name)}"/>')
    out.extend([_classification(c) for c in o.classifications])
    out.extend([_external_identifier(i) for i in o.external_identifiers])
    out.append(f"</rim:{o.kind.value}>")
    return "".join(out)


def _slot(slot: Slot) -> str:
    kind = "" if slot.slot_type is None else f' slotType="{attribute(slot.slot_type)}"'
    values = "".join([f"<rim:Value>{text(value)}</rim:Value>" for value in slot.values])
    return f'<rim:Slot name="{attribute(slot.name)}"{kind}><rim:ValueList>{values}</rim:ValueList></rim:Slot>'


def _localized_strings(strings: tuple[LocalizedString, ...]) -> str:
    out = ""
    for one in strings:
        out += "<rim:LocalizedString"
        if one.charset is not None:
            out += f' charset="{attribute(one.charset)}"'
        if one.lang is not None:
            out += f' xml:lang="{attribute(one.lang)}"'
        out += f' value="{attribute(one.value)}"/>'
    return out


def _classification(c: Classification) -> str:
    out = f'<rim:Classification id="{attribute(c.id)}" classifiedObject="{attribute(c.classified_object)}"'
    if c.scheme is not None:
        out += f' classificationScheme="{attribute(c.scheme)}"'
    if c.node is not None:
        out += f' classificationNode="{attribute(c.node)}"'
    if c.node_representation is not None:
        out += f' nodeRepresentation="{attribute(c.node_representation)}"'
    out += f' objectType="{CLASSIFICATION_TYPE}">'
    for slot in c.slots:
        out += _slot(slot)
    if c.name:
        out += f"<rim:Name>{_localized_strings(c.name)}</rim:Name>"
    if c.description:
        out += f"<rim:Description>{_localized_strings(c.description)}</rim:Description>"
    return out + "</rim:Classification>"


def _external_identifier(i: ExternalIdentifier) -> str:
    out = (
        f'<rim:ExternalIdentifier id="{attribute(i.id)}" registryObject="{attribute(i.registry_object)}"'
        f' identificationScheme="{attribute(i.scheme)}" value="{attribute(i.value)}"'
        f' objectType="{EXTERNAL_IDENTIFIER_TYPE}">'
    )
    for slot in i.slots:
        out += _slot(slot)
    if i.name:
        out += f"<rim:Name>{_localized_strings(i.name)}</rim:Name>"
    return out + "</rim:ExternalIdentifier>"
