"""`configMapGenerator:` and `secretGenerator:`.

Source: api/internal/generators, api/kv/kv.go, kyaml/yaml/datamap.go, api/types/generatoroptions.go
"""

from __future__ import annotations

import base64
import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from gitlint_ops.build.kustomize.decode import Fields
from gitlint_ops.build.kustomize.faults import RESOURCE_ID_CONFLICT, BuildFault, Place, fault
from gitlint_ops.build.kustomize.generator_joining import joined
from gitlint_ops.build.kustomize.identity import Identity, Scopes, format_id, plain_id
from gitlint_ops.build.kustomize.kustomization import Entry
from gitlint_ops.build.kustomize.merge_nodes import Written, unknown_text
from gitlint_ops.build.kustomize.no_effect import is_same, without_effect
from gitlint_ops.build.kustomize.patch_targets import resource_label
from gitlint_ops.build.kustomize.resource import GeneratorFlags, Resource
from gitlint_ops.model.blame import Blame, Via, origin, with_members
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import PLAIN_TEXT, DocumentRef, FieldPath, FileRef

CONFIG_MAP, SECRET = "ConfigMap", "Secret"

_LINE_LENGTH = 70
_LONGEST_ENV_LINE = 64 * 1024
# What Go counts as space; str.lstrip() takes more.
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))

FileReader = Callable[[Entry], tuple[FileRef, bytes]]
"""Reads a file that an entry names; raises BuildFault where it cannot."""


class Pair(NamedTuple):
    """A key of the generated data, and the place that its value comes from."""

    key: str
    value: bytes
    place: Place


class Options(Struct, frozen=True):
    """`options:` of a generator together with the kustomization's `generatorOptions:`."""

    labels: Mapping[str, Place]
    annotations: Mapping[str, Place]
    label_values: Mapping[str, str]
    annotation_values: Mapping[str, str]
    disable_hash: bool
    immutable: Place | None


def options_of(*sources: Fields | None) -> Options:
    """Options joined, the earlier winning where labels or annotations have the same key."""
    given = [one for one in sources if one is not None]
    labels: dict[str, Place] = {}
    annotations: dict[str, Place] = {}
    label_values: dict[str, str] = {}
    annotation_values: dict[str, str] = {}
    for one in reversed(given):
        for name, places, values in (
            ("labels", labels, label_values),
            ("annotations", annotations, annotation_values),
        ):
            for key, value in one.text_map(name).items():
                places[key], values[key] = one.at(name, key), value
    immutable = next((one.at("immutable") for one in given if one.flag("immutable")), None)
    disable_hash = any(one.flag("disableNameSuffixHash") for one in given)
    return Options(labels, annotations, label_values, annotation_values, disable_hash, immutable)


def generate(kind: str, entry: Fields, options: Options, read: FileReader) -> Resource:
    """The ConfigMap or Secret that an entry describes.

    Raises:
        BuildFault: it has no name, repeats a key, or names a file that cannot be read.
    """
    name = entry.text("name")
    if not name:
        raise fault(
            f"this {kind} generator has no name (kustomize: a configmap must have a name)", entry.place
        )
    maker = _Maker(kind, entry)
    maker.set(("metadata", "name"), name, entry.at("name"))
    if entry.text("namespace"):
        maker.set(("metadata", "namespace"), entry.text("namespace"), entry.at("namespace"))
    if kind == SECRET:
        maker.set(("type",), entry.text("type") or "Opaque", entry.at("type") if "type" in entry else None)
        maker.body["data"] = {}
    for pair in _unique(list(_pairs(entry, read)), kind, name):
        maker.add(pair)
    maker.add_options(options)
    flags = GeneratorFlags(needs_hash=not options.disable_hash, behavior=entry.text("behavior"))
    return Resource(maker.body, maker.blame, generator=flags)


class _Maker:
    """A generated body as it grows, and the blame of its fields."""

    def __init__(self, kind: str, entry: Fields) -> None:
        self._kind = kind
        self.body: dict[str, Any] = {"apiVersion": "v1", "kind": kind, "metadata": {}}
        self._entry = entry.place.origin(Via.GENERATOR)
        self._fields: dict[FieldPath, Blame] = {}

    @property
    def blame(self) -> Blame:
        return with_members(self._entry, self._fields)

    def set(self, path: FieldPath, value: Any, place: Place | None) -> None:
        held = self.body
        for key in path[:-1]:
            held = held.setdefault(str(key), {})
        held[str(path[-1])] = value
        if place is not None:
            self._fields[path] = place.origin(Via.GENERATOR)

    def add(self, pair: Pair) -> None:
        field, text = self._encoded(pair.value)
        self.set((field, pair.key), text, pair.place)

    def _encoded(self, value: bytes) -> tuple[str, str]:
        if self._kind == SECRET:
            return "data", broken_base64(value)
        try:
            return "data", value.decode("utf-8")
        except UnicodeDecodeError:
            return "binaryData", broken_base64(value)

    def add_options(self, options: Options) -> None:
        for name, places, values in (
            ("labels", options.labels, options.label_values),
            ("annotations", options.annotations, options.annotation_values),
        ):
            for key in sorted(places):
                self.set(("metadata", name, key), values[key], places[key])
        if options.immutable is not None:
            self.set(("immutable",), True, options.immutable)


def broken_base64(value: bytes) -> str:
    """Base64, in lines of 70 characters if it is that long (then ending with a line break)."""
    text = base64.b64encode(value).decode("ascii")
    if len(text) < _LINE_LENGTH:
        return text
    return "".join(f"{text[at : at + _LINE_LENGTH]}\n" for at in range(0, len(text), _LINE_LENGTH))


def _unique(pairs: list[Pair], kind: str, name: str) -> list[Pair]:
    seen: dict[str, Pair] = {}
    for pair in pairs:
        other = seen.setdefault(pair.key, pair)
        if other is not pair:
            raise fault(
                f"{kind} {name} is given the key {pair.key!r} twice (kustomize: configmap {name} illegally "
                f"repeats the key `{pair.key}`)",
                pair.place,
                related=(other.place.note("given here first"),),
            )
    return pairs


def _pairs(entry: Fields, read: FileReader) -> Iterator[Pair]:
    for index, name in enumerate(entry.texts("envs")):
        yield from _env_pairs(Entry(name, _env_place(entry, index)), read)
    for index, text in enumerate(entry.texts("literals")):
        yield _literal(text, entry.at("literals", index))
    for index, source in enumerate(entry.texts("files")):
        key, path = _file_source(source, entry.at("files", index))
        file, data = read(Entry(path, entry.at("files", index)))
        yield Pair(key, data, Place(DocumentRef(file, PLAIN_TEXT), (1,)))


def _env_place(entry: Fields, index: int) -> Place:
    """The place of a file in `envs`; the old field `env` was added as the last of them."""
    if entry.text("env") and index == len(entry.texts("envs")) - 1:
        return entry.at("env")
    return entry.at("envs", index)


def _env_pairs(entry: Entry, read: FileReader) -> Iterator[Pair]:
    file, data = read(entry)
    document = DocumentRef(file, PLAIN_TEXT)
    for number, raw in enumerate(data.split(b"\n"), start=1):
        # Go's scanner silently ends at a line that is too long for it.
        if len(raw) >= _LONGEST_ENV_LINE:
            return
        place = Place(document, (number,))
        try:
            line = raw.removesuffix(b"\r").decode("utf-8")
        except UnicodeDecodeError as error:
            raise fault(f"line {number} is not UTF-8 (kustomize: invalid utf8 bytes)", place) from error
        if number == 1:
            line = line.removeprefix("\ufeff")
        line = line.lstrip(_SPACE)
        key, _, value = line.partition("=")
        if key and not line.startswith("#"):
            yield Pair(key, value.encode(), place)


def _literal(text: str, place: Place) -> Pair:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise fault(
            f"literals[{place.path[-1]}] is not key=value (kustomize: invalid literal source, expected "
            "key=value)",
            place,
        )
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return Pair(key, value.encode("utf-8", "surrogatepass"), place)


def _file_source(source: str, place: Place) -> tuple[str, str]:
    count = source.count("=")
    key, _, path = source.partition("=")
    if count == 0:
        return posixpath.basename(source.rstrip("/")) or source, source
    if count > 1:
        raise fault(
            f"{source!r}: the key or path of a file has a '=' (kustomize: key name or file path contains "
            "'=')",
            place,
        )
    if not key or not path:
        missing, given = ("file path", "key name") if key else ("key name", "file path")
        raise fault(f"{source!r}: the {missing} is missing (kustomize: missing {missing} for {given})", place)
    return key, path


class Absorber:
    """Resources that generated ones are added to, merged into or put in place of."""

    def __init__(
        self, resources: tuple[Resource, ...], scopes: Scopes, written: Written = unknown_text
    ) -> None:
        self._resources = list(resources)
        self._scopes = scopes
        self._written = written
        self._by_identity: dict[Identity, list[int]] | None = None

    @property
    def resources(self) -> tuple[Resource, ...]:
        return tuple(self._resources)

    def absorb(self, made: Resource, *, complete: bool) -> tuple[int, Resource | None]:
        """Take in a generated resource: where it is now, and the one that it met there.

        Raises:
            BuildFault: its behaviour does not fit what exists.
        """
        found = self._identities().get(self._scopes.current(made), ())
        behavior = made.generator.behavior if made.generator else ""
        if len(found) > 1:
            raise _ambiguous(made, len(found))
        if not found:
            if behavior in ("merge", "replace") and complete:
                raise _absent(made, behavior)
            self._resources.append(made)
            self._note(self._identities(), len(self._resources) - 1)
            return len(self._resources) - 1, None
        old = self._resources[found[0]]
        if behavior not in ("merge", "replace"):
            raise _exists(made, old)
        if old.gvk != made.gvk:
            raise _changed_kind(made, old)
        self.put(found[0], joined(old, made, self._written, merge=behavior == "merge"))
        return found[0], old

    def put(self, index: int, resource: Resource) -> None:
        """Put a resource with the identities of the one at `index` in its place."""
        self._resources[index] = resource

    def _identities(self) -> dict[Identity, list[int]]:
        """The resources by all that they are and were called; most kustomizations never ask."""
        if self._by_identity is None:
            self._by_identity = {}
            for index in range(len(self._resources)):
                self._note(self._by_identity, index)
        return self._by_identity

    def _note(self, held: dict[Identity, list[int]], index: int) -> None:
        for identity in self._scopes.all_identities(self._resources[index]):
            held.setdefault(identity, []).append(index)


def _ambiguous(made: Resource, count: int) -> BuildFault:
    return fault(
        f"{count} resources could take in {plain_id(made.cur_id)} (kustomize: found multiple objects "
        f"{format_id(made.cur_id)} that could accept merge of it)",
        _entry_place(made),
        hint="give this one the name or namespace that only one of them has",
    )


def _entry_place(made: Resource) -> Place:
    source = origin(made.blame)
    return Place(source.source, source.source_path)


def _absent(made: Resource, behavior: str) -> BuildFault:
    return fault(
        f"there is no {made.gvk.kind} {made.name} to {behavior} with (kustomize: id does not exist; cannot "
        "merge or replace)",
        _entry_place(made),
        hint=f"leave out `behavior: {behavior}` to create it, or name the one that there is"
        f"{' (the namespace counts too)' if made.namespace else ''}",
    )


def _changed_kind(made: Resource, old: Resource) -> BuildFault:
    return fault(
        f"what was {plain_id(made.cur_id)} is {plain_id(old.cur_id)} by now, and cannot be merged or "
        f"replaced (kustomize: cannot find resource with id {format_id(made.cur_id)} to replace)",
        _entry_place(made),
        related=(_entry_place(old).note("the one that changed its kind"),),
    )


def _exists(made: Resource, old: Resource) -> BuildFault:
    return fault(
        f"{plain_id(made.cur_id)} is there already (kustomize: behavior must be merge or replace; "
        f"{format_id(made.cur_id)})",
        _entry_place(made),
        rule=RESOURCE_ID_CONFLICT,
        hint="add `behavior: merge` to join the two, or `behavior: replace` to put this one in its place",
        related=(_entry_place(old).note("the existing one"),),
    )


def without_effects(made: Resource, old: Resource, result: Resource) -> Iterator[Violation]:
    """The entry, where what it was merged into has all of it already."""
    hashed = [one.generator is not None and one.generator.needs_hash for one in (old, result)]
    if hashed[0] == hashed[1] and is_same(old.body, result.body):
        yield without_effect(
            f"this entry changes nothing: {resource_label(old)} has all of it already", _entry_place(made)
        )
