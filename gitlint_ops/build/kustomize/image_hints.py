"""What an entry of `images:` that matches no image may have meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gitlint_ops.build.kustomize.image_parts import split_image
from gitlint_ops.build.kustomize.patch_targets import resource_label
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.model.near_names import near_name

_ELSEWHERE = (
    "where kustomize does not look for images: name the field under `images:` in a file of configurations, "
    "or patch it"
)
_TYPICAL = frozenset({"image", "repository"})
_LONGEST = 4096


class _Field(NamedTuple):
    """A field that holds an image, out of kustomize's reach."""

    resource: Resource
    path: FieldPath
    text: str


class ImageHints:
    """The images of some resources: `names` are those that kustomize finds, at the beginning."""

    def __init__(self, names: Iterable[str], resources: Iterable[Resource]) -> None:
        self._names = sorted(names)
        self._beyond = _beyond(resources, frozenset(self._names))

    def of(self, name: str) -> str:
        """A hint for an entry that matched nothing, or ""."""
        if not name:
            return "give it the `name` of the image that it is for"
        if name in self._names:
            return "an entry above gives that image another name: join the two, or use the new name here"
        plain = split_image(name)[0]
        if plain in self._names:
            return f"leave out the tag: write name: {plain}"
        found = self._beyond.get(plain)
        if found is not None:
            where = format_path(found.path)
            return f"{resource_label(found.resource)} has {found.text!r} in {where}, {_ELSEWHERE}"
        near = self._near(name)
        return f"the image is called {near!r}" if near else ""

    def _near(self, name: str) -> str:
        """The image with the same last part or nearly the same name, else the only one there is, or ""."""
        last = _last(name)
        same = next((one for one in self._names if _last(one) == last), "")
        slip = same or near_name(name, self._names)
        if not slip:
            by_last = {_last(one): one for one in reversed(self._names)}
            slip = by_last.get(near_name(last, by_last), "")
        return slip or (self._names[0] if len(self._names) == 1 else "")


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _beyond(resources: Iterable[Resource], names: frozenset[str]) -> Mapping[str, _Field]:
    """The images, by name, in fields that kustomize does not search."""
    found: dict[str, _Field] = {}
    for resource in resources:
        for path, text in _texts(resource.body):
            name, tag, digest = split_image(text)
            if name in names or not (tag or digest or path[-1] in _TYPICAL):
                continue
            found.setdefault(name, _Field(resource, path, text))
    return found


def _texts(body: Any) -> Iterator[tuple[FieldPath, str]]:
    """The texts in fields that are named after images."""
    pending: list[tuple[FieldPath, Any]] = [((), body)]
    while pending:
        path, node = pending.pop()
        items = node.items() if isinstance(node, Mapping) else enumerate(node)
        below: list[tuple[FieldPath, Any]] = []
        for key, value in items:
            if isinstance(value, Mapping | list):
                below.append(((*path, key), value))
            elif isinstance(value, str) and 0 < len(value) <= _LONGEST and _is_of_image(key):
                yield (*path, key), str(value)
        pending += reversed(below)


def _is_of_image(key: str | int) -> bool:
    return isinstance(key, str) and ("image" in key.lower() or key in _TYPICAL)
