"""Which of its values a chart reads: by its templates, by those of charts within it, and by helm itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from gitlint_ops.build.helm.archives import Allowance, UnreadableArchive, unpacked_chart
from gitlint_ops.build.helm.chart import Chart
from gitlint_ops.build.helm.defaults import VALUES_FILE
from gitlint_ops.build.helm.metadata import CHART_FILE, Metadata, metadata
from gitlint_ops.build.helm.value_schemas import NAME as SCHEMA
from gitlint_ops.build.helm.values import leaves
from gitlint_ops.gotemplate.faults import TemplateFault, Unverifiable
from gitlint_ops.gotemplate.reads import Read, fields_read
from gitlint_ops.gotemplate.template import Template, parse
from gitlint_ops.syntax.documents import Typing, read

_VALUES = "Values"
_ANY = "*"
_MAX_DEPTH = 8
_MAX_CHARTS = 100
_MAX_TEXTS = 300
_MAX_TEXT_BYTES = 100_000

Keys: TypeAlias = tuple[str, ...]
"""A path of keys; "*" stands for any member, or for any item of a list."""


class ValueReads:
    """What is read of a chart's values; what its own values.yaml or its schema lists counts as read."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, path: Keys, *, whole: bool = False, keys: bool = False) -> None:
        """Note that a value is read: with all in it (`whole`), or its members by their names (`keys`)."""
        node = self._root
        for part in path:
            node = node.members.setdefault(part, _Node())
        node.whole = node.whole or whole
        node.keys = node.keys or keys

    def knows(self, path: Keys) -> bool:
        """Whether a value, something in it, or all that it is a part of is read."""
        nodes = [self._root]
        for at, part in enumerate(path, start=1):
            if any(one.whole or (one.keys and at == len(path)) for one in nodes):
                return True
            nodes = [found for one in nodes for found in one.named(part)]
        return bool(nodes)

    def names(self, path: Keys) -> frozenset[str]:
        """The members that are read of a mapping."""
        nodes = [self._root]
        for part in path:
            nodes = [found for one in nodes for found in one.named(part)]
        return frozenset(name for one in nodes for name in one.members if name != _ANY)


class _Node(Struct):
    """A value, by the way to it from the top of all values."""

    members: dict[str, _Node] = field(default_factory=dict)
    whole: bool = False
    keys: bool = False

    def named(self, part: str) -> list[_Node]:
        """The members that a key may mean."""
        if part == _ANY:
            return [*self.members.values()]
        return [self.members[one] for one in (part, _ANY) if one in self.members]


class _Part(Struct, frozen=True):
    """A chart within a chart (or the whole): `key` are the keys that lead to its values."""

    key: Keys
    about: Metadata
    files: Mapping[str, bytes]


def texts_in(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Texts among values that may be templates themselves."""
    return tuple(value for _, value in leaves(values) if isinstance(value, str) and "{{" in value)


def value_reads(chart: Chart, given: Sequence[str]) -> ValueReads | None:
    """What is read of the values of a chart; None where that cannot be told.

    `given` are texts among the values of a release that may be templates (`texts_in`).
    """
    try:
        parts = tuple(islice(_parts((), chart.files, Allowance(), 0), _MAX_CHARTS + 1))
        if len(parts) > _MAX_CHARTS:
            return None
        templates = {one.key: tuple(_templates(one)) for one in parts}
        texts = tuple(_texts(parts, given))
    except (TemplateFault, Unverifiable, UnreadableArchive):
        return None
    found = _Found()
    for part in parts:
        found.note_listed(part)
        others = (one for key, held in templates.items() if key != part.key for one in held)
        defined = [replace(one, definitions={**one.definitions, one.name: ()}) for one in others]
        for one in fields_read([*defined, *templates[part.key]], texts):
            if not found.note(part.key, one):
                return None
    return found.reads


def _parts(key: Keys, files: Mapping[str, bytes], allowance: Allowance, depth: int) -> Iterator[_Part]:
    about = metadata(files)
    yield _Part(key, about, {path: data for path, data in files.items() if not path.startswith("charts/")})
    if depth >= _MAX_DEPTH:
        return
    keys: dict[str, list[str]] = {}
    for one in about.dependencies:
        keys.setdefault(one.name, []).append(one.key)
    for inner in _charts(files, allowance):
        name = metadata(inner).name
        for called in keys.get(name, [name]):
            yield from _parts((*key, called), inner, allowance, depth + 1)


def _charts(files: Mapping[str, bytes], allowance: Allowance) -> Iterator[Mapping[str, bytes]]:
    """The files of each chart in `charts/`, by their paths within that chart."""
    folders: dict[str, dict[str, bytes]] = {}
    for path, data in files.items():
        parts = path.split("/", 2)
        if parts[0] == "charts" and len(parts) == 3:
            folders.setdefault(parts[1], {})[parts[2]] = data
        elif parts[0] == "charts" and path.endswith(".tgz"):
            yield unpacked_chart(data, allowance)
    yield from (held for held in folders.values() if CHART_FILE in held)


def _templates(part: _Part) -> Iterator[Template]:
    """The templates of a chart; a library's are only called by others."""
    for path, data in part.files.items():
        if path.startswith("templates/"):
            parsed = parse(data.decode("utf-8", "replace"), "/".join((*part.key, path)))
            yield (
                replace(parsed, definitions={**parsed.definitions, parsed.name: ()})
                if (part.about.is_library)
                else parsed
            )


def _texts(parts: Sequence[_Part], given: Sequence[str]) -> Iterator[Template]:
    """Texts that `tpl` may be given: values, and files that are no templates."""
    own = (text for one in parts for text in texts_in(_body(one.files.get(VALUES_FILE, b""))))
    files = (text for one in parts for text in _files(one))
    held = dict.fromkeys((*given, *own, *files))
    if len(held) > _MAX_TEXTS:
        raise Unverifiable("there are too many texts that may be templates")
    for number, text in enumerate(held):
        try:
            yield parse(text, f"text {number}")
        except TemplateFault:
            continue  # helm refuses it too, where it is given to tpl


def _files(part: _Part) -> Iterator[str]:
    """Files that templates may read and give to `tpl`; documentation is written in templates of its own."""
    if not any(b".Files" in data for path, data in part.files.items() if path.startswith("templates/")):
        return
    for path, data in part.files.items():
        told = path == VALUES_FILE or path.startswith("templates/") or path.endswith((".md", ".gotmpl"))
        if not told and len(data) <= _MAX_TEXT_BYTES and b"{{" in data:
            yield data.decode("utf-8", "replace")


def _body(data: bytes) -> Mapping[str, Any]:
    documents = read(data, Typing.KUBECTL).documents
    body = documents[0].body if documents else None
    return body if isinstance(body, dict) else {}


class _Found:
    """What is known to be read so far; it never leaves this module."""

    def __init__(self) -> None:
        self.reads = ValueReads()

    def note(self, key: Keys, one: Read) -> bool:
        """Note what a template reads; False where that is all there is."""
        if not one.path:
            return one.kind != "value"
        if one.path[0] != _VALUES:
            return one.path[0] != "Subcharts"
        if one.path == (_VALUES,) and one.kind == "value":
            self.reads.add(key, whole=True)
            return bool(key)
        self.reads.add((*key, *one.path[1:]), whole=one.kind == "value", keys=one.kind == "keys")
        return True

    def note_listed(self, part: _Part) -> None:
        """Note what the chart lists itself, and what helm reads."""
        add = self.reads.add
        for path, _ in leaves(_body(part.files.get(VALUES_FILE, b""))):
            add((*part.key, *(one if isinstance(one, str) else _ANY for one in path)))
        for known in _in_schema(_schema(part.files.get(SCHEMA, b"{}")), (), 0):
            add((*part.key, *known))
        add((*part.key, "global"), whole=True)
        add((*part.key, "tags"), whole=True)
        for one in part.about.dependencies:
            for condition in one.condition.split(","):
                add((*part.key, *condition.strip().split(".")), whole=True)
            imports = one.entry.get("import-values")
            for entry in imports if isinstance(imports, list) else ():
                parent = entry.get("parent") if isinstance(entry, dict) else ""
                # An import without a parent may set any value.
                named = parent.split(".") if isinstance(parent, str) and parent not in ("", ".") else ()
                add((*part.key, *named), whole=True)


def _schema(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return {}


def _in_schema(schema: Any, path: Keys, depth: int) -> Iterator[Keys]:
    """The values that a schema knows."""
    if not isinstance(schema, dict) or depth > _MAX_DEPTH:
        return
    if path:
        yield path
    held = schema.get("properties")
    for name, one in held.items() if isinstance(held, dict) else ():
        yield from _in_schema(one, (*path, name), depth + 1)
    for name in ("items", "additionalProperties"):
        yield from _in_schema(schema.get(name), (*path, _ANY), depth + 1)
    if "$ref" in schema:
        yield (*path, _ANY)
