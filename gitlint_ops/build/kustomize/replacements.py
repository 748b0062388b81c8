"""`replacements:`, which copy a field of one resource into fields of others.

Source: api/filters/replacement/replacement.go, api/types/replacement.go, api/types/selector.go
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from msgspec.structs import replace

from gitlint_ops.build.kustomize.faults import OURS, Place, because, because_of, violation
from gitlint_ops.build.kustomize.field_paths import PathFault, look_up, split_field_path
from gitlint_ops.build.kustomize.growth import is_outgrown
from gitlint_ops.build.kustomize.identity import Scopes, format_id
from gitlint_ops.build.kustomize.merge_nodes import Node, Written, text_as_written
from gitlint_ops.build.kustomize.no_effect import UNRESOLVED
from gitlint_ops.build.kustomize.node_styles import copied_from
from gitlint_ops.build.kustomize.node_texts import as_written_anew, is_marked
from gitlint_ops.build.kustomize.patch_targets import no_match, resource_label
from gitlint_ops.build.kustomize.replacement_effects import Filled, fields_without_effect
from gitlint_ops.build.kustomize.replacement_fields import (
    CopiedValue,
    FieldOptions,
    fill,
    retyped,
)
from gitlint_ops.build.kustomize.replacement_selection import ReplacedResources
from gitlint_ops.build.kustomize.resource import Gvk, ResId, Resource
from gitlint_ops.build.kustomize.selection import SelectionIndex
from gitlint_ops.build.kustomize.selectors import ID_FIELDS, Selector, SelectorFault
from gitlint_ops.build.kustomize.source_texts import NO_TEXTS, SourceTexts
from gitlint_ops.model.blame import Origin, Via, at
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.structure import value_at

DEFAULT_FIELD_PATH = "metadata.name"

_MOST_NAMED = 5
_LONG_TEXT = 10_000
_ALL_REJECTED = "all that this target selects is rejected, so nothing is replaced (kustomize says nothing)"
_NONE_SELECTED = "this target selects no resource, so nothing is replaced (kustomize says nothing)"
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
    texts: SourceTexts = NO_TEXTS,
    index: SelectionIndex | None = None,
) -> tuple[tuple[Resource, ...], tuple[Violation, ...]]:
    """The resources with all replacements applied in order, and the targets that change nothing.

    Where `complete` is False, resources are missing, and what is not found is passed over. `scopes`
    say which kinds have no namespace, and `texts` how values stand in their files. `index` is that of
    earlier steps.

    Raises:
        ReplacementFault: a replacement that kustomize fails on.
    """
    work = ReplacedResources(list(resources), index or SelectionIndex(), scopes or _NO_SCOPES)
    violations: list[Violation] = []
    for held, document, path in entries:
        place = Place(document, path)
        value = _source_value(work, held, place, texts.written, complete=complete)
        if value is None:
            continue
        is_rewritten = value.position is not None and work.resources[value.position].rewritten
        own = NO_TEXTS if is_rewritten else texts
        value = replace(value, written=texts.written, texts=texts, own_texts=own, is_rewritten=is_rewritten)
        for number, target in enumerate(held.get("targets") or ()):
            at = place.of("targets", number)
            idle = _apply_target(work, value, target or {}, at, told=len(violations))
            violations += idle if complete else ()
    return tuple(work.resources), tuple(violations)


def copies_annotations(entry: ReplacementEntry) -> bool:
    """Whether a replacement copies all annotations, or puts others in their place."""
    held = entry[0]
    source = held.get("source") or {}
    targets = [one or {} for one in held.get("targets") or ()]
    paths = [source.get("fieldPath"), *(path for one in targets for path in one.get("fieldPaths") or ())]
    return any(path in ("metadata", "metadata.annotations") for path in paths)


def _source_value(
    work: ReplacedResources,
    held: Mapping[str, Any],
    place: Place,
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
    position = _source(work, source, place.of("source"), complete=complete)
    if position is None:
        return None
    value = _read_source(work.resources[position], source, place.of("source"), blame, written)
    return replace(value, position=position)


def _source(
    work: ReplacedResources, source: Mapping[str, Any], place: Place, *, complete: bool
) -> int | None:
    """The one resource that the source names; None where it may be among the missing."""
    found = work.sources(source)
    told = _told_selector(source)
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(resource_label(work.resources[position]) for position in found)
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
        f"there is no source {told}{_near(work.resources, source)} (kustomize: nothing selected by "
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
            f"{because_of(error, 'error looking up replacement source: ')}",
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
    work: ReplacedResources, value: CopiedValue, target: Mapping[str, Any], place: Place, *, told: int
) -> list[Violation]:
    """Fills the target's fields in the resources, and says what of it changed nothing.

    Where much was `told` before, there is less help.
    """
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
    selected, resources = work.chosen(chosen), work.resources
    positions = [one for one in selected if not any(work.is_rejected(one, *reject) for reject in rejects)]
    filled = []
    for position in positions:
        before, present = resources[position], _present(value, resources)
        present = replace(present, is_here=position == value.position)
        resources[position] = _filled(before, present, target, place)
        filled.append(Filled(before, resources[position], present))
    if filled:
        return list(fields_without_effect(filled, target, place))
    if not resources:
        return []
    if selected:
        return [violation(_ALL_REJECTED, place.of("select"), rule=UNRESOLVED)]
    return [
        no_match(
            chosen,
            resources,
            work.scopes,
            place.of("select"),
            rule=UNRESOLVED,
            message=_NONE_SELECTED,
            told=told,
        )
    ]


def _present(value: CopiedValue, resources: Sequence[Resource]) -> CopiedValue:
    """The value as it is now: a target may be the source itself, and change what is copied next."""
    if value.position is None or value.path is None:
        return value
    owner = resources[value.position]
    present = value_at(owner.body, value.path, value.value)
    if present is value.value:
        return value
    return replace(value, value=present, source=at(owner.blame, value.path), spelled=None)


def _selector(held: Mapping[str, Any], place: Place) -> Selector:
    try:
        return Selector.parse(held)
    except SelectorFault as error:
        raise _fault(
            place.of(error.field), f"the selector's {error.field} cannot be read {because(error.reason)}"
        ) from error


def _filled(resource: Resource, value: CopiedValue, target: Mapping[str, Any], place: Place) -> Resource:
    options = FieldOptions.of(target.get("options"))
    resource = as_written_anew(resource)
    root = Node(resource.body, blame=resource.blame)
    value = replace(value, target=place, untagged=resource.untagged)
    if resource.rewritten:
        value = replace(value, texts=NO_TEXTS)
    for index, field_path in enumerate(target.get("fieldPaths") or (DEFAULT_FIELD_PATH,)):
        try:
            fill(root, str(field_path), value, options)
        except PathFault as error:
            at = place.of("fieldPaths", index) if target.get("fieldPaths") else place
            what = "find or create" if options.create else "find"
            before = f'unable to {what} field "{field_path}" in replacement target: '
            raise _fault(
                at,
                f"{field_path} of {resource_label(resource)} cannot be replaced {because_of(error, before)}",
                hint="" if options.create else "a field that may be missing needs options: {create: true}",
            ) from error
    body, blame = root.close()
    if (isinstance(value.value, dict | list) or len(value.text) > _LONG_TEXT) and is_outgrown(body):
        raise _fault(
            place,
            f"this makes {resource_label(resource)} larger or deeper than any that a cluster takes "
            f"({OURS}such objects are not built)",
        )
    untyped = resource.untyped or is_marked(body)
    # A JSON patch has taken the comments of what it wrote anew.
    commented = resource.commented
    if isinstance(value.value, dict | list) and value.source is not None and not value.is_rewritten:
        commented |= {copied_from(value.source).source}
    return replace(resource, body=body, blame=blame or root.blame(), untyped=untyped, commented=commented)
