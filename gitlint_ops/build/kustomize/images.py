"""`images:`: new names, tags and digests for the images of containers.

Source: api/internal/builtins/ImageTagTransformer.go, api/filters/imagetag, api/internal/image
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from gitlint_ops.build.kustomize.decode import Fields
from gitlint_ops.build.kustomize.faults import OURS, Place, because, fault, violation
from gitlint_ops.build.kustomize.field_specs import (
    FieldSpec,
    FieldSpecFault,
    Hit,
    SpecsByKind,
    hits,
    spec_fault,
)
from gitlint_ops.build.kustomize.go_regex import GoRegex, RegexFault
from gitlint_ops.build.kustomize.image_parts import split_image
from gitlint_ops.build.kustomize.memo import Memo
from gitlint_ops.build.kustomize.merge_nodes import (
    Node,
    Written,
    scalar_text,
    text_as_written,
    unknown_text,
    written_null,
)
from gitlint_ops.build.kustomize.no_effect import without_effect
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.scalar_setting import with_scalar
from gitlint_ops.model.blame import at
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath

if TYPE_CHECKING:
    from gitlint_ops.build.kustomize.image_hints import ImageHints

IMAGES_NO_MATCH = "images-no-match"
MAX_IMAGE_LENGTH = 4096

_TAG_AND_DIGEST = r"(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?"
_PLAIN_NAME = re.compile(r"[\w./:@-]*\Z", re.ASCII)
_CONTAINER_LISTS = ("containers", "initContainers")


class ImageEntry(Struct, frozen=True):
    """One entry of `images:`; `matches` says whether an image is one of those it names."""

    name: str
    new_name: str
    new_tag: str
    tag_suffix: str
    digest: str
    fields: Fields
    matches: Callable[[str], object]

    @property
    def place(self) -> Place:
        return self.fields.place

    @property
    def maker(self) -> Place:
        """The field of the entry that people would edit: what sets the tag, else the name."""
        for name in ("newTag", "digest", "tagSuffix", "newName"):
            if self.fields.text(name):
                return self.fields.at(name)
        return self.fields.place


def image_entry(fields: Fields) -> ImageEntry:
    """A decoded entry.

    Raises:
        BuildFault: its name is no regular expression (which names are, to kustomize).
    """
    name = fields.text("name")
    try:
        matches = _matcher(name)
    except RegexFault as error:
        what = f"no regular expression, as which kustomize reads it: {error}"
        if str(error).startswith(OURS):
            what = f"a regular expression that is not followed {because(str(error))}"
        raise fault(f"the image name {name!r} is {what}", fields.at("name")) from error
    return ImageEntry(
        name=name,
        new_name=fields.text("newName"),
        new_tag=fields.text("newTag"),
        tag_suffix=fields.text("tagSuffix"),
        digest=fields.text("digest"),
        fields=fields,
        matches=matches,
    )


def _matcher(name: str) -> Callable[[str], object]:
    # The name is not grouped: "a|b" means what begins with a, or b with its tag, as in kustomize.
    if _PLAIN_NAME.match(name):
        return re.compile(f"{name}{_TAG_AND_DIGEST}", re.ASCII).fullmatch
    return GoRegex(f"^{name}{_TAG_AND_DIGEST}$").matches_in


class _ImagePaths(NamedTuple):
    """Where a resource may have images: by kustomize's old search, and by field specs.

    `emptied`: a list on the way is null, which kustomize makes an empty list in passing.
    """

    found: tuple[FieldPath, ...]
    specified: tuple[FieldPath, ...]
    emptied: bool


class ImageFields:
    """Where resources may have images, for one set of field specs; searched once per shared value."""

    def __init__(self, specs: Sequence[FieldSpec]) -> None:
        self.specs = SpecsByKind(tuple(specs), creates=False)
        self._paths: Memo[_ImagePaths] = Memo()
        self._found: Memo[tuple[FieldPath, ...]] = Memo()
        self._hits: Memo[tuple[Hit, ...]] = Memo()

    def of(self, resource: Resource, place: Place) -> _ImagePaths:
        """The paths in one resource.

        Raises:
            BuildFault: a field spec leads through a scalar, or what is in a list of containers is no
                container; `place` is the entry that asked.
        """
        return self._paths.of(resource.body, None, lambda: self._paths_in(resource, place))

    def _paths_in(self, resource: Resource, place: Place) -> _ImagePaths:
        try:
            found = tuple(self.found(resource.body))
        except FieldSpecFault as error:
            raise spec_fault(error, "containers[]/image", resource, place) from error
        specified: list[Hit] = []
        for parts, _, written in self.specs.of(resource.gvk):
            try:
                specified += _scalars_only(self._specified(resource.body, parts))
            except FieldSpecFault as error:
                raise spec_fault(error, written, resource, place) from error
        return _ImagePaths(
            found,
            tuple(hit.path for hit in specified if hit.becomes is None),
            any(hit.becomes is not None for hit in specified),
        )

    def found(self, body: Mapping[str, Any]) -> Iterator[FieldPath]:
        """The images in lists called containers or initContainers, wherever they stand.

        Raises:
            FieldSpecFault: what is in such a list is no mapping, or has an image that is no scalar.
        """
        for key, value in body.items():
            if isinstance(value, dict | list):
                below = self._found.of(value, None, lambda: tuple(_container_images(value, ())))  # noqa: B023
                yield from ((key, *path) for path in below)
                yield from _images_in(key, value, ())

    def _specified(self, body: Mapping[str, Any], parts: tuple[str, ...]) -> tuple[Hit, ...]:
        key = parts[0].removesuffix("[]")
        value = body.get(key)
        if not isinstance(value, dict | list):
            return tuple(hits(body, parts, create=False))
        return self._hits.of(value, parts, lambda: tuple(hits({key: value}, parts, create=False)))


def _scalars_only(found: tuple[Hit, ...]) -> tuple[Hit, ...]:
    if any(isinstance(hit.value, dict | list) for hit in found):
        raise FieldSpecFault("wrong node kind: expected ScalarNode")
    return found


def apply(
    resources: tuple[Resource, ...],
    entries: Sequence[ImageEntry],
    fields: ImageFields,
    written: Written = unknown_text,
) -> tuple[tuple[Resource, ...], tuple[Violation, ...]]:
    """The resources with their images changed, entry by entry.

    The violations are the entries that name no image of any resource, and those that leave all the
    images that they name as they are.
    """
    unmatched, idle = set(range(len(entries))), set(range(len(entries)))
    changed = tuple(
        _with_images(resource, entries, fields, written, unmatched, idle) for resource in resources
    )
    told = {index: _without_effect(entries[index]) for index in sorted(idle)}
    if unmatched:
        hints = _hints(resources, fields, entries[0].place)
        told |= {index: _no_match(entries[index], hints) for index in unmatched}
    return changed, tuple(told.values())


def _with_images(
    resource: Resource,
    entries: Sequence[ImageEntry],
    fields: ImageFields,
    written: Written,
    unmatched: set[int],
    idle: set[int],
) -> Resource:
    if _is_passed_over(resource):
        return resource
    place = entries[0].place
    paths = fields.of(resource, place)
    if paths.emptied:
        resource = fields.specs.change(resource, place, lambda one, _: one)
        paths = fields.of(resource, place)
    if not paths.found and not paths.specified:
        return resource
    for index, entry in enumerate(entries):
        changed: set[FieldPath] = set()
        # The field specs come after the old search, so an image may be changed twice by one entry.
        for path in (*paths.found, *paths.specified):
            image = _image_text(resource, path, written)
            if len(image) > MAX_IMAGE_LENGTH or not entry.matches(image):
                continue
            unmatched.discard(index)
            new = new_image(image, entry)
            if new != image:
                idle.discard(index)
            if new != image or (path not in changed and entry.maker is not entry.place):
                resource = with_scalar(resource, path, new, entry.maker.origin(), written)
                changed.add(path)
    return resource


def _is_passed_over(resource: Resource) -> bool:
    return bool(resource.body.get("kind") == "CustomResourceDefinition")


def _container_images(node: Any, path: FieldPath) -> Iterator[FieldPath]:
    """The images in lists called containers or initContainers, wherever they stand."""
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, dict | list):
                yield from _container_images(value, (*path, key))
                yield from _images_in(key, value, path)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            if isinstance(item, dict | list):
                yield from _container_images(item, (*path, index))


def _images_in(key: str, value: Any, path: FieldPath) -> Iterator[FieldPath]:
    if key in _CONTAINER_LISTS and isinstance(value, list):
        for index, item in enumerate(value):
            if item is None:
                continue
            if not isinstance(item, dict):
                raise FieldSpecFault("wrong node kind: expected MappingNode")
            if isinstance(item.get("image"), dict | list):
                raise FieldSpecFault("wrong node kind: expected ScalarNode")
            if "image" in item:
                yield (*path, key, index, "image")


def _at(body: Mapping[str, Any], path: FieldPath) -> Any:
    node: Any = body
    for key in path:
        node = node[key]
    return node


def _image_text(resource: Resource, path: FieldPath, written: Written) -> str:
    """An image as it is spelled: what is no text, such as `image: 1.50`, may be named by an entry as well."""
    value = _at(resource.body, path)
    if isinstance(value, str):
        return value
    if resource.rewritten:
        return scalar_text(value)
    blame = at(resource.blame, path)
    if value is None:
        return written_null(Node(value, blame=blame), written)
    return text_as_written(value, blame, written)


def new_image(image: str, entry: ImageEntry) -> str:
    """The image that an entry makes of one that it matches."""
    name, tag, digest = split_image(image)
    name = entry.new_name or name
    if entry.new_tag:
        tag, digest = entry.new_tag, entry.digest
    elif entry.digest:
        tag, digest = "", entry.digest
    elif entry.tag_suffix:
        tag, digest = tag + entry.tag_suffix, ""
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _no_match(entry: ImageEntry, hints: ImageHints) -> Violation:
    told = "this entry changes nothing: it names no image"
    return violation(
        f"no image here is called {entry.name!r}: this entry changes nothing" if entry.name else told,
        entry.fields.at("name") if entry.name else entry.place,
        rule=IMAGES_NO_MATCH,
        hint=hints.of(entry.name),
    )


def _without_effect(entry: ImageEntry) -> Violation:
    return without_effect(
        f"this entry changes nothing: the image {entry.name!r} is that already", entry.maker
    )


def _hints(resources: Sequence[Resource], fields: ImageFields, place: Place) -> ImageHints:
    from gitlint_ops.build.kustomize.image_hints import ImageHints

    searched = [one for one in resources if not _is_passed_over(one)]
    names = {
        split_image(image)[0]
        for one in searched
        for path in chain.from_iterable(fields.of(one, place)[:2])
        if isinstance(image := _at(one.body, path), str)
    }
    return ImageHints(names, searched)
