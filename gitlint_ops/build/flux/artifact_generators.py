"""ExternalArtifacts that an ArtifactGenerator makes of one source, whose folders stay as they are.

What is put together in any other way is not followed: from several sources, with single files, with
patterns, or by what folders there are.

Source: fluxcd/source-watcher api/v1beta1/artifactgenerator_types.go
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at

GROUP = "source.extensions.fluxcd.io"
KIND = "ArtifactGenerator"

_ALL_BELOW = "/**"
_TARGET = "@artifact/"


class Split(Struct, frozen=True):
    """A part of a source: its folder `root`, of which only `folders` (from there) are taken; "" is all."""

    kind: str
    namespace: str
    name: str
    root: str
    folders: tuple[str, ...]


def split_of(namespace: str, name: str, known: KnownObjects) -> Split | None:
    """What an ExternalArtifact is made of; None where that is not known, or not as simple."""
    for generator in known.of_kind(GROUP, KIND):
        if value_at(generator.body, ("spec", "pathPattern")):
            continue
        artifacts = value_at(generator.body, ("spec", "artifacts"))
        for one in artifacts if isinstance(artifacts, list) else ():
            there = value_at(one, ("namespace",)) or generator.key.namespace
            if (there, value_at(one, ("name",))) == (namespace, name):
                return _split(generator, value_at(one, ("copy",)))
    return None


def _split(generator: RenderedObject, entries: Any) -> Split | None:
    copies = [_copy(one) for one in entries] if isinstance(entries, list) else []
    found = [one for one in copies if one is not None]
    if not found or len(found) != len(copies) or len({alias for alias, _, _ in found}) != 1:
        return None
    roots = {_root(start, end) for _, start, end in found}
    root = roots.pop()
    source = next((one for one in _sources(generator) if one[0] == found[0][0]), None)
    if root is None or roots or source is None:
        return None
    return Split(*source[1:], root, tuple(end for _, _, end in found))


def _copy(entry: Any) -> tuple[str, str, str] | None:
    """The alias, the folder, and where its contents go; None for what is no whole folder."""
    start, end = value_at(entry, ("from",)), value_at(entry, ("to",))
    if not isinstance(start, str) or not isinstance(end, str) or value_at(entry, ("exclude",)):
        return None
    if value_at(entry, ("strategy",)) not in (None, "Overwrite"):
        return None
    alias, _, path = start.removeprefix("@").partition("/")
    whole = "/" + path
    if not whole.endswith(_ALL_BELOW) or not end.startswith(_TARGET) or set(path[:-2]) & {*"*?[{"}:
        return None
    return alias, whole.removesuffix(_ALL_BELOW).strip("/"), end.removeprefix(_TARGET).strip("/")


def _root(start: str, end: str) -> str | None:
    """The folder of the source that becomes the root of the artifact; None where folders are renamed."""
    if not end:
        return start
    if start == end:
        return ""
    return start.removesuffix(f"/{end}") if start.endswith(f"/{end}") else None


def _sources(generator: RenderedObject) -> Iterator[tuple[str, str, str, str]]:
    """Alias, kind, namespace and name of each source."""
    held = value_at(generator.body, ("spec", "sources"))
    for one in held if isinstance(held, list) else ():
        alias, kind, name = (value_at(one, (key,)) for key in ("alias", "kind", "name"))
        namespace = value_at(one, ("namespace",)) or generator.key.namespace
        if all(isinstance(text, str) for text in (alias, kind, name, namespace)):
            yield alias, kind, namespace, name
