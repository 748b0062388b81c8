"""From a violation, told in object paths, to a finding at the line that a person would edit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, TypeAlias

from msgspec.structs import replace

from gitlint_ops.model.blame import Origin, Via, at, chain, takes_elsewhere
from gitlint_ops.model.cards import Card
from gitlint_ops.model.disclosure import without_logins, without_secret_key
from gitlint_ops.model.findings import Finding, Note, ObjectName, Related, Violation
from gitlint_ops.model.location import PLAIN_TEXT, DocumentRef, FieldPath, FileRef, Location, format_path
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.wording import clipped
from gitlint_ops.workspace.sources import Sources

CHAIN_MESSAGES = {
    Via.RESOURCE: "written here",
    Via.PATCH: "patched here",
    Via.GENERATOR: "generated from here",
    Via.TRANSFORMER: "transformed by this entry",
    Via.REPLACEMENT: "replaced by this entry",
    Via.SUBSTITUTION: "the value of its variable",
    Via.HELM_TEMPLATE: "rendered by the template here",
    Via.HELM_VALUES: "this value is part of it",
    Via.APPLICATIONSET: "a parameter of it is given here",
}

STANDS_ELSEWHERE = "stands here: mend it there and name that revision, or patch it where it is taken in"

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


Entries: TypeAlias = Mapping[str, Mapping[FileRef, tuple[DocumentRef, FieldPath]]]
"""By target, the entries of its kustomizations that led to files of other repositories and revisions."""


def finding(
    violation: Violation, card: Card, sources: Sources, entries: Entries = MappingProxyType({})
) -> Finding:
    """The finding that reports `violation` under `card`.

    The primary place is what set the field last (a patch, an `images:` entry, else the base); the
    places that set it before follow as the chain. What stands in another revision cannot be edited
    there: its place is the entry that names the revision.
    """
    found = _finding(violation, card, sources)
    return found if sources.is_checked(found.location.file) else _at_home(found, sources, entries)


def _at_home(found: Finding, sources: Sources, entries: Entries) -> Finding:
    """A finding in another revision, as those tell it who take that revision in."""
    there = found.location
    entry = next((held for one in found.targets if (held := entries.get(one, {}).get(there.file))), None)
    if entry is None:
        return found
    here, _ = sources.location(*entry)
    others = tuple(one for one in found.related if one.location != here)
    twin = sources.twin(there.file)
    if twin is not None:
        at_home = replace(there, file=twin)
        taken_in = Related(here, f"taken in here, {_revision_of(entry, there.file.repo, sources)}")
        related = (*others, taken_in) if here != at_home else others
        return replace(found, location=at_home, related=related, edit=None)
    return replace(
        found,
        location=here,
        path=found.path if found.object else named_path(_body(entry[0], sources), entry[1]),
        related=(Related(there, STANDS_ELSEWHERE), *others),
        edit=None,
        fingerprint=_digest([found.fingerprint, "elsewhere"]),
        cause=f"{there.file.repo} {there.file.path} {there.line} {there.column}",
    )


def _revision_of(entry: tuple[DocumentRef, FieldPath], name: str, sources: Sources) -> str:
    """The revision called `name` (`shop@v1`), which is called after another entry if two name one commit."""
    named = str(value_at(_body(entry[0], sources), entry[1]))
    label = name.rpartition("@")[2]
    return f"as it is in {name}" if label in named or "ref=" not in named else "where it is the same"


def _finding(violation: Violation, card: Card, sources: Sources) -> Finding:
    location, links, source = _places(violation, sources)
    on = violation.on
    rendered = on if isinstance(on, RenderedObject) else None
    related = (*links, *(_related(note, sources) for note in violation.related))
    of_line = rendered is not None and source is not None and source[0].index == PLAIN_TEXT
    kind = rendered.kind if rendered and of_line else ""

    def told(text: str) -> str:
        return clipped(without_secret_key(without_logins(text), kind, violation.path))

    return Finding(
        rule=card.id,
        severity=violation.severity or card.severity,
        confidence=violation.confidence or card.confidence,
        message=told(violation.message),
        hint=told(violation.hint),
        location=location,
        object=ObjectName(rendered.api_version, rendered.key) if rendered else _named(on, sources),
        path=told(
            named_path(rendered.body, violation.path) if rendered else _source_path(violation, sources)
        ),
        related=tuple(dict.fromkeys(one for one in related if one.location != location)),
        targets=violation.targets or ((rendered.target,) if rendered else ()),
        fingerprint=_digest([card.id, violation.cause])
        if violation.cause
        else _fingerprint(card.id, location.file, source, sources),
        edit=violation.edit,
        cause=violation.cause,
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
    location, _ = sources.location_of(first, key=violation.at_key and first.verbatim, line=violation.line)
    links = tuple(_links(origins, sources))
    return location, links, (first.source, first.source_path)


def _links(origins: list[Origin], sources: Sources) -> Iterator[Related]:
    """The places behind the first."""
    for later, origin in pairwise(origins):
        location, exact = sources.location_of(origin)
        if exact:
            said = (
                "copied from here" if takes_elsewhere(later) else CHAIN_MESSAGES.get(origin.via, "set here")
            )
            yield Related(location, said, in_chain=True)


def _related(note: Note, sources: Sources) -> Related:
    said = clipped(without_logins(note.message))
    if isinstance(note.on, Location):
        return Related(note.on, said)
    if isinstance(note.on, DocumentRef):
        return Related(sources.location(note.on, note.path)[0], said)
    first = next(chain(at(note.on.blame, note.path)))
    return Related(sources.location_of(first)[0], said)


def _source_path(violation: Violation, sources: Sources) -> str:
    """The field in its document; in a text that a field holds, behind the path of that field."""
    on = violation.on
    if isinstance(on, DocumentRef) and on.index == PLAIN_TEXT:
        return ""  # the path is a line
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
            held = item.get(key)
            if isinstance(held, bool):
                return f"{key}={str(held).lower()}"
            if isinstance(held, str | int):
                return f"{key}={held}"
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
    return _digest([rule, file.path, kind, name, path])


def _digest(told: list[str]) -> str:
    text = json.dumps(told, ensure_ascii=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()[:32]
