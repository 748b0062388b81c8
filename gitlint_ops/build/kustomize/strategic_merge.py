"""Strategic merge of a patch into a resource, as kustomize does it.

It is kustomize's own algorithm and not the API server's: only `$patch` is a directive, the patch's
items go before those of the list they join, and the surprises of its key matching are kept.

Source: kyaml/yaml/merge2, kyaml/yaml/walk, api/resource/resource.go ApplySmPatch
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.kustomize.faults import OURS
from gitlint_ops.build.kustomize.merge_directives import Directive, take_directive, take_known_directive
from gitlint_ops.build.kustomize.merge_lists import ListOrder, is_regular, join_items, take_list_directive
from gitlint_ops.build.kustomize.merge_nodes import MergeFault, Node, Written, unknown_text, written_null
from gitlint_ops.build.kustomize.merge_scalars import ScalarMerge
from gitlint_ops.build.kustomize.merge_schema import MergeSchema, Schema, merge_keys
from gitlint_ops.build.kustomize.node_texts import (
    Untyped,
    as_written_anew,
    is_set_again,
    plain,
    set_in_mapping,
)
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.scalar_setting import IDENTITY, untagged
from gitlint_ops.model.blame import Blame, Origin

_MAX_DEPTH = 150


class MergeOptions(Struct, frozen=True):
    """What a patch may change of a resource's identity, and how its lists and styles are taken.

    `has_comment`: whether a comment stands behind a value of the patch in braces; None where none does.
    """

    allow_name_change: bool = False
    allow_kind_change: bool = False
    list_order: ListOrder = ListOrder.PATCH_FIRST
    written: Written = unknown_text
    has_comment: Callable[[Origin], bool] | None = None


DEFAULT_OPTIONS = MergeOptions()


def merge_resource(
    dest: Resource,
    patch: Mapping[str, Any],
    origin: Origin,
    schema: MergeSchema,
    options: MergeOptions = DEFAULT_OPTIONS,
) -> Resource | None:
    """`dest` with `patch` merged in; None where the patch deletes it.

    Values of the patch are blamed on `origin` and the path within it, over what stood there. Name
    and kind stay unless the options allow a change; the namespace always stays.

    Raises:
        MergeFault: the patch does not fit.
    """
    if options.allow_name_change or options.allow_kind_change:
        dest = dest.remembered()
    dest = as_written_anew(dest)
    root = Node(dest.body, blame=dest.blame)
    identity = _identity(root, options)
    walk = _Walk(schema, options, again=dest.retagged)
    merged = walk.merge(root, Node(patch, blame=origin), None)
    if merged is None or merged.is_empty:
        return None
    if merged is not root:
        merged.replace(root)
    untyped = dest.untyped or walk.scalars.marked
    for path, member in identity:
        _restore(merged, path, member)
        untyped = _lose_tag(member, options.written) or untyped
    if walk.commented:
        comments = {id(node): comment for node, comment in walk.commented}
        found = ((path, comments[one]) for path, one in merged.places(comments))
        dest = replace(dest, brace_comments=(*dest.brace_comments, *found))
    body, blame = merged.close()
    blame = blame or merged.blame()
    return replace(dest, body=body, blame=blame, untyped=untyped, retagged=True, untagged=IDENTITY)


def merge_values(
    dest: Any,
    patch: Any,
    blame: Blame,
    origin: Origin,
    schema: MergeSchema,
    options: MergeOptions = DEFAULT_OPTIONS,
) -> tuple[Any, Blame] | None:
    """Two bodies of any kind merged, whatever they are called; None where nothing is left."""
    walk = _Walk(schema, options)
    merged = walk.merge(Node(dest, blame=blame), Node(patch, blame=origin), None)
    if merged is None:
        return None
    value, told = merged.close()
    return plain(value) if walk.scalars.marked else value, told or merged.blame()


def _identity(root: Node, options: MergeOptions) -> list[tuple[tuple[str, ...], Node | None]]:
    metadata = root.get("metadata") or Node({})
    kept: list[tuple[tuple[str, ...], Node | None]] = [(("metadata", "namespace"), metadata.get("namespace"))]
    if not options.allow_kind_change:
        kept.append((("kind",), root.get("kind")))
    if not options.allow_name_change:
        kept.append((("metadata", "name"), metadata.get("name")))
    return kept


def _restore(root: Node, path: tuple[str, ...], member: Node | None) -> None:
    holder = root if len(path) == 1 else root.get(path[0])
    if holder is None or not holder.is_map:
        if member is None:
            return
        holder = Node({}, blame=root.blame())
        root.restore(path[0], holder)
    if member is None or member.text == "":
        holder.remove(path[-1])
    else:
        holder.restore(path[-1], member)


def _lose_tag(member: Node | None, written: Written) -> bool:
    """Whether a name that was put back is without a type now: kustomize sets its text anew."""
    if member is None or type(member.value) is not str:
        return False
    member.value = untagged(member, member.value, written)
    return type(member.value) is Untyped


class _Walk:
    """One merge. It changes its nodes in place, as kustomize changes its own."""

    def __init__(self, schema: MergeSchema, options: MergeOptions, *, again: bool = False) -> None:
        self._schema = schema
        self._order = options.list_order
        self._written = options.written
        self._has_comment = options.has_comment
        self.commented: list[tuple[Node, Origin]] = []
        """Mappings and lists of the result, and the values of the patch whose comments they have."""
        self.scalars = ScalarMerge(options.written, again=again)
        self._depth = 0

    def merge(self, dest: Node | None, patch: Node | None, schema: Schema | None) -> Node | None:
        """The node that goes where `dest` was: `dest` or `patch`, or None for nothing."""
        if schema is None:
            schema = self._declared(dest) or self._declared(patch, dest)
        first = dest if dest is not None and dest.value is not None else patch
        if first is None or first.value is None or first.is_map:
            _demand_alike(dest, patch, dict)
            return self._merge_maps(dest, patch, schema)
        if first.is_list:
            _demand_alike(dest, patch, list)
            return self._merge_lists(dest, patch, schema)
        _demand_alike(dest, patch, None)
        return self.scalars.merge(dest, patch)

    def _declared(self, node: Node | None, dest: Node | None = None) -> Schema | None:
        """The schema of an object that says its own apiVersion and kind, at whatever depth.

        A patch that was fitted to `dest` has its apiVersion, but may be of another kind.
        """
        if node is None or not node.is_map:
            return None
        api_version, kind = node.get("apiVersion"), node.get("kind")
        if api_version is None and self._depth == 0 and dest is not None:
            api_version = dest.get("apiVersion")
        if api_version is None or kind is None:
            return None
        return self._schema.of_kind(api_version.text, kind.text)

    def _merge_maps(self, dest: Node | None, patch: Node | None, schema: Schema | None) -> Node | None:
        dest = self._noted(self._met_map(dest, patch), patch)
        if dest is None or not dest.is_map:
            return dest
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise MergeFault(f"{OURS}nested deeper than {_MAX_DEPTH} mappings", patch or dest)
        for key in self._keys_to_merge(dest, patch, schema):
            theirs = patch.get(key) if patch is not None else None
            member = self.merge(dest.get(key), theirs, self._schema.field(schema, key))
            if member is None or (member.value is None and not member.kept):
                dest.remove(key)
            else:
                if theirs is None:
                    member.value = set_in_mapping(member.value)
                dest.put(key, member)
        self._depth -= 1
        return dest

    def _met_map(self, dest: Node | None, patch: Node | None) -> Node | None:
        """Which of two mappings the merge goes on in; None where it is deleted."""
        if dest is None or dest.value is None:
            return self._met_nothing(dest, patch)
        if patch is None:
            return dest
        if patch.value is None:
            return None
        match take_directive(patch):
            case Directive.DELETE:
                return None
            case Directive.REPLACE:
                return patch
            case Directive.MERGE:
                return dest

    def _met_nothing(self, dest: Node | None, patch: Node | None) -> Node | None:
        if patch is not None:
            deleted = patch.is_map and take_known_directive(patch) is Directive.DELETE
            return None if deleted else patch
        # A null that is written out stays; one that is left blank is lost in any merge.
        if dest is not None and written_null(dest, self._written):
            dest.kept = True
            return dest
        return None

    def _keys_to_merge(self, dest: Node, patch: Node | None, schema: Schema | None) -> list[str]:
        """All keys of both, but for those of `dest` alone that the merge would leave as they are."""
        wanted = set(patch.keys()) if patch is not None else set()
        for key, value in dest.closed_members():
            if key not in wanted and not self._is_settled(value, schema, key):
                wanted.add(key)
        wanted.update(dest.opened_keys())
        return sorted(wanted, key=str)

    def _is_settled(self, value: Any, holder: Schema | None, key: str) -> bool:
        if type(value) is str:
            return True
        if isinstance(value, dict | list):
            return self._is_settled_container(value, self._schema.field(holder, key))
        return value is not None and not is_set_again(value)

    def _is_settled_container(self, value: Any, schema: Schema | None) -> bool:
        """Whether a merge with nothing leaves this as it is. Lists by keys may reorder even then."""
        if isinstance(value, dict):
            if schema is None and "apiVersion" in value and "kind" in value:
                return False
            return all(self._is_settled(member, schema, key) for key, member in value.items())
        keys = merge_keys(schema)
        if keys is None:
            return True
        item = self._schema.item(schema)
        return is_regular(value, keys) and all(
            not isinstance(one, dict) or self._is_settled_container(one, item) for one in value
        )

    def _merge_lists(self, dest: Node | None, patch: Node | None, schema: Schema | None) -> Node | None:
        keys = merge_keys(schema)
        if keys is None:
            return self._noted(patch if patch is not None else dest, patch)
        dest = self._noted(_met_list(dest, patch), patch)
        if dest is None:
            return None
        item = self._schema.item(schema)
        join_items(dest, patch, keys, self._order, lambda ours, theirs: self._merge_items(ours, theirs, item))
        return dest

    def _noted(self, merged: Node | None, patch: Node | None) -> Node | None:
        """`merged`, noted if it takes the comment of a value of the patch."""
        if self._has_comment is not None and merged is not None and patch is not None:
            comment = patch.origin()
            if self._has_comment(comment):
                self.commented.append((merged, comment))
        return merged

    def _merge_items(self, dest: Node | None, patch: Node | None, schema: Schema | None) -> Node | None:
        if (
            patch is None
            and dest is not None
            and dest.is_untouched
            and self._is_settled_item(dest.value, schema)
        ):
            return dest
        return self.merge(dest, patch, schema)

    def _is_settled_item(self, value: Any, schema: Schema | None) -> bool:
        return isinstance(value, dict) and bool(value) and self._is_settled_container(value, schema)


def _met_list(dest: Node | None, patch: Node | None) -> Node | None:
    """Which of two lists the merge goes on in; None where it is deleted."""
    if dest is None or dest.value is None:
        return patch
    if patch is None:
        return dest
    if patch.value is None:
        return None
    match take_list_directive(patch):
        case Directive.DELETE:
            return None
        case Directive.REPLACE:
            return patch
        case Directive.MERGE:
            return dest


_KIND_NAMES: dict[type | None, str] = {dict: "MappingNode", list: "SequenceNode", None: "ScalarNode"}


def _demand_alike(dest: Node | None, patch: Node | None, kind: type | None) -> None:
    """Raises: MergeFault where one of them is neither null nor of this kind (None: a scalar)."""
    for node in (dest, patch):
        if node is None or node.value is None:
            continue
        held: type | None = type(node.value) if node.is_container else None
        if held is not kind:
            raise MergeFault(
                f"wrong node kind: expected {_KIND_NAMES[kind]} but got {_KIND_NAMES[held]}", node
            )
