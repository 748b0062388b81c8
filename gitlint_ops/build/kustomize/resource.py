"""One resource on its way through a build, and the ids it has had.

Source: kyaml/resid/resid.go, api/resource/resource.go, api/internal/utils/makeResIds.go
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.model.blame import Blame, Origin, with_field
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.structure import value_at, with_value


class Gvk(NamedTuple):
    group: str
    version: str
    kind: str


class ResId(NamedTuple):
    """`namespace` is as written: "" where the resource names none."""

    gvk: Gvk
    name: str
    namespace: str


class Name(NamedTuple):
    """A name, namespace and kind that a resource had before it was renamed."""

    name: str
    namespace: str
    kind: str


class SharedValue(NamedTuple):
    """One value that stands in several fields of a resource (see `shared_values`)."""

    paths: tuple[FieldPath, ...]
    value: Any


class GeneratorFlags(Struct, frozen=True):
    """What a generator asked of its resource: a hash suffix, and how to join an existing one."""

    needs_hash: bool = False
    behavior: str = "create"


class Resource(Struct, frozen=True):
    """A resource between two steps of a build; steps return changed copies.

    `previous` are its earlier names, oldest first; `prefixes` and `suffixes` those it was given,
    in the order they were given; `allowed` the changes of its id that patches of it were allowed.
    `variables` are the names of the `vars:` that read a field of it.
    `untyped`: some of its texts are still to be typed (see `node_texts`). `rewritten`: a JSON patch
    wrote it anew, so that its values have not the texts and quotes of their sources; `styled`: its
    body says which quotes they have instead. `retagged`: it was merged with a patch, and its name put
    back; `untagged` are the fields put back, by that or by a generator, whose texts have no tag since.
    `stripped`: a JSON patch took its comments away; `commented` are the documents that patches and
    replacements have put into it since, and that may have comments behind keys.
    `brace_comments` are the fields that have comments which stand behind braces in a patch, and where.
    `body` is shared with other overlays: never change it in place.
    """

    body: Mapping[str, Any]
    blame: Blame
    previous: tuple[Name, ...] = ()
    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    generator: GeneratorFlags | None = None
    variables: tuple[str, ...] = ()
    shared: tuple[SharedValue, ...] = ()
    untyped: bool = False
    rewritten: bool = False
    styled: bool = False
    retagged: bool = False
    untagged: tuple[FieldPath, ...] = ()
    allowed: tuple[str, ...] = ()
    stripped: bool = False
    commented: frozenset[DocumentRef] = frozenset()
    brace_comments: tuple[tuple[FieldPath, Origin], ...] = ()

    @property
    def gvk(self) -> Gvk:
        return gvk_of(self.body)

    @property
    def name(self) -> str:
        return _metadata_text(self.body, "name")

    @property
    def namespace(self) -> str:
        return _metadata_text(self.body, "namespace")

    @property
    def cur_id(self) -> ResId:
        return ResId(self.gvk, self.name, self.namespace)

    @property
    def org_id(self) -> ResId:
        """The id it was read with."""
        if not self.previous:
            return self.cur_id
        name, namespace, kind = self.previous[0]
        gvk = self.gvk
        return ResId(Gvk(gvk.group, gvk.version, kind), name, namespace)

    @property
    def prev_ids(self) -> tuple[ResId, ...]:
        """Earlier ids, oldest first; group and version are always the present ones."""
        gvk = self.gvk
        return tuple(
            ResId(Gvk(gvk.group, gvk.version, kind), name, namespace)
            for name, namespace, kind in self.previous
        )

    @property
    def has_notes(self) -> bool:
        """Whether kustomize has annotated it for its own use, so that it has annotations meanwhile."""
        return bool(self.previous or self.prefixes or self.suffixes or self.generator or self.allowed)

    def remembered(self) -> Resource:
        """Itself, with its present name added to its previous names (call before a rename).

        As in kustomize, the name stands there again if the last step did not rename it after all: that
        shows where its notes are copied.
        """
        now = Name(self.name, self.namespace, self.gvk.kind)
        return replace(self, previous=(*self.previous, now))

    def allowing(self, changes: tuple[str, ...]) -> Resource:
        """Itself after a patch that may change its id."""
        return replace(self, allowed=tuple(dict.fromkeys((*self.allowed, *changes))))

    def with_field(self, path: FieldPath, value: Any, source: Origin) -> Resource:
        """Itself with `value` at `path`, blamed on `source` over whatever set it before."""
        replaced = value_at(self.body, path) is not None
        return replace(
            self,
            body=with_value(self.body, path, value),
            blame=with_field(self.blame, path, source, replaced=replaced),
        )


def _metadata_text(body: Mapping[str, Any], field: str) -> str:
    metadata = body.get("metadata")
    return str(metadata.get(field) or "") if isinstance(metadata, dict) else ""


def gvk_of(body: Mapping[str, Any]) -> Gvk:
    """Group, version and kind of an object's body; "" for what is missing."""
    api_version = body.get("apiVersion")
    kind = body.get("kind")
    group, _, version = (api_version if isinstance(api_version, str) else "").rpartition("/")
    return Gvk(group, version, kind if isinstance(kind, str) else "")
