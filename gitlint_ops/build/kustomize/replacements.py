"""`replacements:`, which copy a field of one resource into fields of others.

Source: api/filters/replacement/replacement.go, api/types/replacement.go, api/types/selector.go
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from msgspec.structs import replace

from gitlint_ops.build.kustomize.faults import Place, violation
from gitlint_ops.build.kustomize.field_paths import PathFault, look_up, split_field_path
from gitlint_ops.build.kustomize.growth import is_outgrown
from gitlint_ops.build.kustomize.identity import DEFAULT_NAMESPACE, Scopes, format_id, is_selected
from gitlint_ops.build.kustomize.merge_nodes import Node, Written, text_as_written, unknown_text
from gitlint_ops.build.kustomize.no_effect import UNRESOLVED
from gitlint_ops.build.kustomize.node_texts import as_written_anew, is_marked
from gitlint_ops.build.kustomize.patch_targets import no_match, resource_label
from gitlint_ops.build.kustomize.replacement_effects import Filled, fields_without_effect
from gitlint_ops.build.kustomize.replacement_fields import (
    CopiedValue,
    FieldOptions,
    fill,
    retyped,
)
from gitlint_ops.build.kustomize.resource import Gvk, ResId, Resource
from gitlint_ops.build.kustomize.selectors import ID_FIELDS, Selector, SelectorFault
from gitlint_ops.model.blame import Origin, Via, at
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.structure import value_at

DEFAULT_FIELD_PATH = "metadata.name"

_MOST_NAMED = 5
_LONG_TEXT = 10_000
_NO_SCOPES = Scopes(lambda _version, _kind: None)

ReplacementEntry: TypeAlias = tuple[Mapping[str, Any], DocumentRef, FieldPath]
"""A replacement under kustomize's field names, and where it stands."""


class ReplacementFault(Exception):
    """A replacement on which kustomize fails; `at` and `path` say the field to edit.

    `message` is in plain words, with kustomize's own reason in parentheses.
    """

    def __init__(self, message: str, at: DocumentRef, path: FieldPath, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.path = path
        self.hint = hint


def _fault(place: Place, message: str, hint: str = "") -> ReplacementFault:
    return ReplacementFault(message, place.document, place.path, hint)


def apply_replacements(
    resources: tuple[Resource, ...],
    entries: Sequence[ReplacementEntry],
    *,
    complete: bool,
    scopes: Scopes | None = None,
    written: Written = unknown_text,
) -> tuple[tuple[Resource, ...], tuple[Violation, ...]]:
    """The resources with all replacements applied in order, and the targets that change nothing.

    Where `complete` is False, resources are missing, and what is not found is passed over. `scopes`
    say which kinds have no namespace, and `written` how a text stands in its file.

    Raises:
        ReplacementFault: a replacement that kustomize fails on.
    """
    work = list(resources)
    violations: list[Violation] = []
    for held, document, path in entries:
        place = Place(document, path)
        value = _source_value(work, held, place, scopes or _NO_SCOPES, written, complete=complete)
        if value is None:
            continue
        value = replace(value, written=written)
        for index, target in enumerate(held.get("targets") or ()):
            at = place.of("targets", index)
            idle = _apply_target(work, value, target or {}, at, scopes or _NO_SCOPES)
            violations += idle if complete else ()
    return tuple(work), tuple(violations)


def copies_annotations(entry: ReplacementEntry) -> bool:
    """Whether a replacement copies all annotations, or puts others in their place."""
    held = entry[0]
    source = held.get("source") or {}
    targets = [one or {} for one in held.get("targets") or ()]
    paths = [source.get("fieldPath"), *(path for one in targets for path in one.get("fieldPaths") or ())]
    return any(path in ("metadata", "metadata.annotations") for path in paths)


def _source_value(
    resources: Sequence[Resource],
    held: Mapping[str, Any],
    place: Place,
    scopes: Scopes,
    written: Written,
    *,
    complete: bool,
) -> CopiedValue | None:
    source, static = held.get("source"), held.get("sourceValue")
    if (source is None and static is None) or held.get("targets") is None:
        raise _fault(
            place,
            "a replacement needs a source and at least one target "
            "(kustomize: replacements must specify a source and at least one target)",
        )
    blame = Origin(place.document, place.path, Via.REPLACEMENT, verbatim=False)
    if static is not None:
        if source is not None:
            raise _fault(
                place,
                "a replacement has either a source or a sourceValue "
                "(kustomize: value and resource selectors are mutually exclusive)",
            )
        here = Origin(place.document, (*place.path, "sourceValue"), Via.REPLACEMENT, verbatim=False)
        return CopiedValue(str(static), here, tagged=False)
    assert source is not None
    position = _source(resources, source, place.of("source"), scopes, complete=complete)
    if position is None:
        return None
    value = _read_source(resources[position], source, place.of("source"), blame, written)
    return replace(value, position=position)


def _source(
    resources: Sequence[Resource], source: Mapping[str, Any], place: Place, scopes: Scopes, *, complete: bool
) -> int | None:
    """The one resource that the source names; None where it may be among the missing."""
    found = [
        position
        for position, resource in enumerate(resources)
        if any(_is_source(one, source) for one in _all_ids(resource, scopes))
    ]
    told = _told_selector(source)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(resource_label(resources[position]) for position in found)
        raise _fault(
            place,
            f"the source {told} is more than one resource: {names} "
            "(kustomize: multiple matches for selector)",
        )
    if not complete:
        return None
    field = f":{source['fieldPath']}" if source.get("fieldPath") else ""
    raise _fault(
        place,
        f"there is no source {told}{_near(resources, source)} (kustomize: nothing selected by "
        f"{_selector_id(source)}{field})",
    )


def _read_source(
    resource: Resource, source: Mapping[str, Any], place: Place, blame: Origin, written: Written
) -> CopiedValue:
    field_path = str(source.get("fieldPath") or DEFAULT_FIELD_PATH)
    at = place.of("fieldPath") if source.get("fieldPath") else place
    try:
        node = look_up(Node(resource.body, blame=resource.blame), split_field_path(field_path))
    except PathFault as error:
        raise _fault(
            at,
            f"{field_path} cannot be followed in {resource_label(resource)} "
            f"(kustomize: error looking up replacement source: {error})",
        ) from error
    if node is None or node.is_empty:
        raise _fault(
            at,
            f"{resource_label(resource)} has no {field_path} (kustomize: fieldPath `{field_path}` is missing "
            f"for replacement source {_selector_id(source)})",
        )
    options = FieldOptions.of(source.get("options"))
    text = node.text if resource.rewritten else text_as_written(node.value, node.blame(), written)
    if not options.delimiter:
        spelled = None if node.is_container else text
        return CopiedValue(node.value, blame, node.blame(), path=node.path, spelled=spelled)
    part = _split_part(node, text, options, place.of("options"))
    return CopiedValue(retyped(node.value, part, spelled=text), blame, node.blame(), spelled=part)


def _split_part(node: Node, text: str, options: FieldOptions, place: Place) -> str:
    if node.is_container:
        raise _fault(
            place,
            "a delimiter splits text only (kustomize: delimiter option can only be used with scalar nodes)",
        )
    parts = text.split(options.delimiter)
    if not 0 <= options.index < len(parts):
        raise _fault(
            place,
            f"there is no part {options.index} of {text!r} (kustomize: options.index {options.index} "
            f"is out of bounds for value {text})",
        )
    return parts[options.index]


def _is_source(found: ResId, source: Mapping[str, Any]) -> bool:
    name, namespace = source.get("name"), source.get("namespace")
    return (
        (not name or name == found.name)
        and (not namespace or namespace == (found.namespace or DEFAULT_NAMESPACE))
        and is_selected(found.gvk, Gvk(*(str(source.get(part) or "") for part in Gvk._fields)))
    )


def _all_ids(resource: Resource, scopes: Scopes) -> tuple[ResId, ...]:
    """The present id and the earlier ones; those were stored with the namespace that counted."""
    earlier = (one._replace(namespace=scopes.namespace(one.gvk, one.namespace)) for one in resource.prev_ids)
    return resource.cur_id, *earlier


def _near(resources: Sequence[Resource], source: Mapping[str, Any]) -> str:
    """What there is of the kind that was looked for, to go on a sentence."""
    kind = str(source.get("kind") or "")
    names = list(dict.fromkeys(one.name for one in resources if one.gvk.kind == kind))
    if not kind or len(names) > _MOST_NAMED:
        return ""
    if not names:
        return f"; there is no {kind} here at all"
    return f"; of the kind {kind} there is {', '.join(names)}"


def _selector_id(selector: Mapping[str, Any]) -> str:
    """A selector as kustomize's messages write it."""
    group, version, kind, name, namespace = (
        str(selector.get(field) or "") for field in ("group", "version", "kind", "name", "namespace")
    )
    return format_id(ResId(Gvk(group, version, kind), name, namespace))


def _told_selector(selector: Mapping[str, Any]) -> str:
    held = (f"{field}={selector[field]}" for field in ID_FIELDS if selector.get(field))
    return f"[{', '.join(held)}]"


def _apply_target(
    resources: list[Resource], value: CopiedValue, target: Mapping[str, Any], place: Place, scopes: Scopes
) -> list[Violation]:
    """Fills the target's fields in `resources`, and says what of it changed nothing."""
    select = target.get("select")
    if select is None:
        raise _fault(
            place,
            "a target says with `select` which resources it means "
            "(kustomize: target must specify resources to select)",
        )
    chosen = _selector(select, place.of("select"))
    rejects = [
        (_selector(one or {}, place.of("reject", index)), one or {})
        for index, one in enumerate(target.get("reject") or ())
    ]
    positions = [
        position
        for position, resource in enumerate(resources)
        if _is_chosen(resource, chosen, scopes)
        and not any(_is_rejected(resource, *one, scopes) for one in rejects)
    ]
    filled = []
    for position in positions:
        before, present = resources[position], _present(value, resources)
        present = replace(present, is_here=position == value.position)
        resources[position] = _filled(before, present, target, place)
        filled.append(Filled(before, resources[position], present))
    if filled:
        return list(fields_without_effect(filled, target, place))
    return [_nothing_selected(chosen, resources, scopes, place.of("select"))] if resources else []


def _present(value: CopiedValue, resources: Sequence[Resource]) -> CopiedValue:
    """The value as it is now: a target may be the source itself, and change what is copied next."""
    if value.position is None or value.path is None:
        return value
    owner = resources[value.position]
    present = value_at(owner.body, value.path, value.value)
    if present is value.value:
        return value
    return replace(value, value=present, source=at(owner.blame, value.path), spelled=None)


def _nothing_selected(
    selector: Selector, resources: Sequence[Resource], scopes: Scopes, place: Place
) -> Violation:
    rejected = any(_is_chosen(one, selector, scopes) for one in resources)
    if rejected:
        message = "all that this target selects is rejected, so nothing is replaced (kustomize says nothing)"
        return violation(message, place, rule=UNRESOLVED)
    message = "this target selects no resource, so nothing is replaced (kustomize says nothing)"
    return no_match(selector, resources, scopes, place, rule=UNRESOLVED, message=message)


def _selector(held: Mapping[str, Any], place: Place) -> Selector:
    try:
        return Selector.parse(held)
    except SelectorFault as error:
        raise _fault(
            place.of(error.field), f"the selector's {error.field} cannot be read (kustomize: {error.reason})"
        ) from error


def _is_chosen(resource: Resource, selector: Selector, scopes: Scopes) -> bool:
    return selector.matches_metadata(resource) and _has_id(resource, selector, scopes)


def _is_rejected(resource: Resource, selector: Selector, held: Mapping[str, Any], scopes: Scopes) -> bool:
    """By labels and annotations, or by id: either is enough where it is said."""
    by_metadata = (selector.labels or selector.annotations) and selector.matches_metadata(resource)
    by_id = any(held.get(field) for field in ID_FIELDS) and _has_id(resource, selector, scopes)
    return bool(by_metadata or by_id)


def _has_id(resource: Resource, selector: Selector, scopes: Scopes) -> bool:
    return any(
        selector.matches_gvk(one.gvk)
        and selector.matches("name", one.name)
        and selector.matches("namespace", one.namespace)
        for one in _all_ids(resource, scopes)
    )


def _filled(resource: Resource, value: CopiedValue, target: Mapping[str, Any], place: Place) -> Resource:
    options = FieldOptions.of(target.get("options"))
    resource = as_written_anew(resource)
    root = Node(resource.body, blame=resource.blame)
    value = replace(value, target=place, retagged=resource.retagged)
    for index, field_path in enumerate(target.get("fieldPaths") or (DEFAULT_FIELD_PATH,)):
        try:
            fill(root, str(field_path), value, options)
        except PathFault as error:
            at = place.of("fieldPaths", index) if target.get("fieldPaths") else place
            what = "find or create" if options.create else "find"
            raise _fault(
                at,
                f"{field_path} of {resource_label(resource)} cannot be replaced (kustomize: unable to {what} "
                f'field "{field_path}" in replacement target: {error})',
                hint="" if options.create else "a field that may be missing needs options: {create: true}",
            ) from error
    body, blame = root.close()
    if (isinstance(value.value, dict | list) or len(value.text) > _LONG_TEXT) and is_outgrown(body):
        raise _fault(
            place, f"this makes {resource_label(resource)} larger or deeper than any that a cluster takes"
        )
    untyped = resource.untyped or is_marked(body)
    return replace(resource, body=body, blame=blame or root.blame(), untyped=untyped)
