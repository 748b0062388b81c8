"""A generated resource joined with the one that it merges into or replaces.

Source: api/resource/resource.go CopyMergeMetaDataFieldsFrom, MergeDataMapFrom
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from gitlint_ops.build.kustomize.decode import scalar_text
from gitlint_ops.build.kustomize.merge_nodes import Written, text_as_written, unknown_text
from gitlint_ops.build.kustomize.node_texts import Bare, Quoted, Untyped
from gitlint_ops.build.kustomize.resource import GeneratorFlags, Resource
from gitlint_ops.build.kustomize.scalar_setting import NAMES
from gitlint_ops.model.blame import Blame, MapBlame, at, origin, over, with_blame, with_members
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at
from gitlint_ops.syntax.scalars import is_plain_text


def joined(old: Resource, made: Resource, written: Written, *, merge: bool) -> Resource:
    """The new resource under the old one's names; if `merge`, with what the old one had."""
    result = replace(made, blame=_all_over(made, old))
    for field in ("labels", "annotations"):
        result = _with_old_texts(result, old, ("metadata", field), written)
    for field in ("data", "binaryData") if merge else ():
        result = _with_old_texts(result, old, (field,), written)
    metadata = {key: value for key, value in result.body["metadata"].items() if key != "namespace"}
    blame = with_blame(result.blame, ("metadata", "name"), at(old.blame, ("metadata", "name")))
    metadata["name"] = _set_anew(made.name, old.name)
    if old.namespace:
        metadata["namespace"] = _set_anew(made.namespace, old.namespace)
        blame = with_blame(blame, ("metadata", "namespace"), at(old.blame, ("metadata", "namespace")))
    hashed = bool(old.generator and old.generator.needs_hash and made.generator and made.generator.needs_hash)
    return replace(
        result,
        body={**result.body, "metadata": metadata},
        blame=blame,
        previous=old.previous,
        prefixes=old.prefixes,
        suffixes=old.suffixes,
        generator=GeneratorFlags(hashed, old.generator.behavior) if old.generator else None,
        variables=old.variables,
        allowed=old.allowed,
        untyped=True,
        untagged=NAMES,
    )


def _set_anew(made: str, name: str) -> str:
    """A name or namespace of the old resource where the generator wrote one, with that one's quotes."""
    if (made or name) and not is_plain_text(made or name):
        return Quoted(name)
    return Bare(name) if not name or is_plain_text(name) else Untyped(name)


def _with_old_texts(made: Resource, old: Resource, path: FieldPath, written: Written) -> Resource:
    """`made` with the members of a mapping of texts that only the old resource has."""
    before = value_at(old.body, path)
    now = value_at(made.body, path)
    kept = before if isinstance(before, dict) else {}
    new = now if isinstance(now, dict) else {}
    if not kept:
        return made if new or now is None else _without_member(made, path)
    spelled = unknown_text if old.rewritten else written
    before_texts = {key: _text(value, at(old.blame, (*path, key)), spelled) for key, value in kept.items()}
    texts = {**before_texts, **{key: scalar_text(value) for key, value in new.items()}}
    body = dict(made.body)
    held = body
    for key in path[:-1]:
        held[str(key)] = dict(held.get(str(key)) or {})
        held = held[str(key)]
    held[str(path[-1])] = texts
    only_old = {str(key): at(old.blame, (*path, key)) for key in kept if key not in new}
    now_blamed = at(made.blame, path)
    if isinstance(now_blamed, MapBlame):
        only_old = {**now_blamed.changed, **only_old}
        now_blamed = now_blamed.base
    return replace(made, body=body, blame=with_blame(made.blame, path, MapBlame(now_blamed, only_old)))


def _text(value: Any, blame: Blame, written: Written) -> str:
    return "" if value is None else str(text_as_written(value, blame, written))


def _all_over(made: Resource, old: Resource) -> Blame:
    """The blame of a generated resource over that of the one which it joins, field by field."""
    fields: dict[FieldPath, Blame] = {}
    for path, _ in _members(made.body):
        set_here = origin(at(made.blame, path))
        was_there = value_at(old.body, path) is not None
        fields[path] = over(set_here, at(old.blame, path)) if was_there else set_here
    return with_members(over(origin(made.blame), old.blame), fields)


def _members(body: Mapping[str, Any], path: FieldPath = ()) -> Iterator[tuple[FieldPath, Any]]:
    """The scalars of a generated body, which has no lists."""
    for key, value in body.items():
        if isinstance(value, dict):
            yield from _members(value, (*path, key))
        else:
            yield (*path, key), value


def _without_member(made: Resource, path: FieldPath) -> Resource:
    """`made` without an empty mapping, which kustomize drops when it joins two."""
    if len(path) > 1:
        return made
    return replace(made, body={key: value for key, value in made.body.items() if key != path[0]})
