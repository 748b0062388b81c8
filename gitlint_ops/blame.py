"""From a violation, told in object paths, to a finding at the line that a person would edit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.blame import Origin, Via, at, chain
from gitlint_ops.model.cards import Card
from gitlint_ops.model.findings import Finding, Note, ObjectName, Related, Violation
from gitlint_ops.model.location import PLAIN_TEXT, DocumentRef, FieldPath, FileRef, Location, format_path
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.workspace.sources import Sources

CHAIN_MESSAGES = {
    Via.RESOURCE: "written here",
    Via.PATCH: "patched here",
    Via.GENERATOR: "generated from here",
    Via.TRANSFORMER: "transformed by this entry",
    Via.REPLACEMENT: "replaced by this entry",
}

# The keys by which the API server merges lists of these fields, where "name" is not the one.
MERGE_KEYS: Mapping[str, tuple[str, ...]] = {
    "ports": ("containerPort", "port"),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey",),
    "conditions": ("type",),
    "rules": ("host",),
}


def finding(violation: Violation, card: Card, sources: Sources) -> Finding:
    """The finding that reports `violation` under `card`.

    The primary place is what set the field last (a patch, an `images:` entry, else the base); the
    places that set it before follow as the chain.
    """
    location, links, source = _places(violation, sources)
    on = violation.on
    rendered = on if isinstance(on, RenderedObject) else None
    related = (*links, *(_related(note, sources) for note in violation.related))
    return Finding(
        rule=card.id,
        severity=violation.severity or card.severity,
        confidence=violation.confidence or card.confidence,
        message=violation.message,
        hint=violation.hint,
        location=location,
        object=ObjectName(rendered.api_version, rendered.key) if rendered else _named(on, sources),
        path=named_path(rendered.body, violation.path) if rendered else _source_path(violation, sources),
        related=tuple(dict.fromkeys(one for one in related if one.location != location)),
        targets=violation.targets or ((rendered.target,) if rendered else ()),
        fingerprint=_fingerprint(card.id, location.file, source, sources),
        edit=violation.edit,
    )


def _places(
    violation: Violation, sources: Sources
) -> tuple[Location, tuple[Related, ...], tuple[DocumentRef, FieldPath] | None]:
    """The primary location, the chain behind it, and the source field for the fingerprint."""
    on = violation.on
    if isinstance(on, Location):
        return on, (), None
    if isinstance(on, DocumentRef):
        location, _ = sources.location(on, violation.path, key=violation.at_key, line=violation.line)
        return location, (), (on, violation.path)
    origins = list(chain(at(on.blame, violation.path)))
    first = origins[0]
    location, _ = sources.location(
        first.source, first.source_path, key=violation.at_key and first.verbatim, line=violation.line
    )
    links = tuple(_links(origins[1:], sources))
    return location, links, (first.source, first.source_path)


def _links(origins: list[Origin], sources: Sources) -> Iterator[Related]:
    for origin in origins:
        location, exact = sources.location(origin.source, origin.source_path)
        if exact:
            yield Related(location, CHAIN_MESSAGES.get(origin.via, "set here"), in_chain=True)


def _related(note: Note, sources: Sources) -> Related:
    if isinstance(note.on, Location):
        return Related(note.on, note.message)
    if isinstance(note.on, DocumentRef):
        return Related(sources.location(note.on, note.path)[0], note.message)
    first = next(chain(at(note.on.blame, note.path)))
    return Related(sources.location(first.source, first.source_path)[0], note.message)


def _source_path(violation: Violation, sources: Sources) -> str:
    """The field in its document; in a text that a field holds, behind the path of that field."""
    on = violation.on
    inner = named_path(_body(on, sources), violation.path)
    if not isinstance(on, DocumentRef) or not on.embedded:
        return inner
    outer = named_path(_body(DocumentRef(on.file, on.index), sources), on.embedded)
    return f"{outer}: {inner}" if inner else outer


def named_path(body: Any, path: FieldPath) -> str:
    """A path with list items named as the API server merges them: `containers[name=web].image`."""
    names: list[str] = []
    field = ""
    for part in path:
        if isinstance(part, int) and isinstance(body, list):
            item = body[part] if part < len(body) else None
            names[-1:] = [f"{names[-1] if names else ''}[{_item_name(field, item, part)}]"]
            body = item
        else:
            names.append(format_path((part,)))
            field = str(part)
            body = body.get(part) if isinstance(body, Mapping) else None
    text = ""
    for name in names:
        text += name if not text or name.startswith("[") else f".{name}"
    return text


def _item_name(field: str, item: Any, index: int) -> str:
    if isinstance(item, Mapping):
        for key in MERGE_KEYS.get(field, ("name",)):
            if isinstance(item.get(key), str | int):
                return f"{key}={item[key]}"
    return str(index)


def _body(on: DocumentRef | Location | RenderedObject, sources: Sources) -> Any:
    if isinstance(on, DocumentRef) and on.index != PLAIN_TEXT and not on.embedded:
        document = sources.document(on)
        return document.body if document else None
    return None


def _named(on: DocumentRef | Location | RenderedObject, sources: Sources) -> ObjectName | None:
    from gitlint_ops.model.objects import object_key

    body = _body(on, sources)
    if not isinstance(body, Mapping):
        return None
    api_version, key = body.get("apiVersion"), object_key(body)
    return ObjectName(api_version, key) if isinstance(api_version, str) and key.kind else None


def _fingerprint(
    rule: str, file: FileRef, source: tuple[DocumentRef, FieldPath] | None, sources: Sources
) -> str:
    """A digest of the source side: no line, no message, no rendered name, no checkout's name."""
    kind = name = path = ""
    if source is not None:
        document, field = source
        body = _body(document, sources)
        if isinstance(body, Mapping):
            kind = str(body.get("kind", ""))
            metadata = body.get("metadata")
            name = str(metadata.get("name", "")) if isinstance(metadata, Mapping) else ""
        path = format_path(document.embedded) + "!" + named_path(body, field)
    told = json.dumps([rule, file.path, kind, name, path], ensure_ascii=True)
    return "sha256:" + hashlib.sha256(told.encode()).hexdigest()[:32]
