"""The values of a release: layers merged as helm merges them, and what set each of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from msgspec import Struct

from gitlint_ops.build.helm.set_syntax import SetFault, set_values
from gitlint_ops.model.blame import Blame, ListBlame, MapBlame, Origin, Via, at, child, with_blame
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.model.structure import value_at
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.workspace.sources import Sources

_NO_VALUES: Mapping[str, Any] = {}


class ValuesLayer(Struct, frozen=True):
    """One file of values, or what takes its place; later ones win.

    `name` is what messages call it, `data` what helm reads, `body` what that means. `file` is the values
    file that it is, if it is one. `broken`: helm will say why it cannot read it.
    """

    name: str
    data: bytes
    body: Mapping[str, Any]
    blame: Blame
    broken: bool = False
    file: FileRef | None = None


class SetKind(Enum):
    """The options of helm that set single values, in the order in which it heeds them."""

    SET = "set"
    SET_STRING = "set-string"
    SET_FILE = "set-file"


class Setting(Struct, frozen=True):
    """One value set by its path: `text` is `name=value` as on helm's command line.

    With `SET_FILE` it is the name alone, and `data` the file.
    """

    kind: SetKind
    text: str
    origin: Origin
    data: bytes = b""


class Values(Struct, frozen=True):
    """Values, and what set each of them."""

    body: Mapping[str, Any]
    blame: Blame


def layer_of_file(file: FileRef, sources: Sources, name: str = "") -> ValuesLayer:
    """A values file (raises Unreadable as `sources.data` does)."""
    data = sources.data(file)
    text = sources.text(file, Typing.KUBECTL)
    body = text.documents[0].body if text.documents else None
    problems = (*text.problems, *(one for document in text.documents for one in document.problems))
    broken = text.templated is not None or any(one.fatal for one in problems)
    return _layer(
        name or file.path, data, body, Origin(DocumentRef(file), (), Via.HELM_VALUES), broken=broken
    )


def layer_of_text(text: str, document: DocumentRef, name: str) -> ValuesLayer:
    """The values in a text that a field holds; `document` is the text (`DocumentRef.text_at`)."""
    data = text.encode("utf-8", "surrogatepass")
    parsed = read(data, Typing.KUBECTL)
    body = parsed.documents[0].body if parsed.documents else None
    broken = parsed.templated is not None or any(one.fatal for one in parsed.problems)
    return _layer(name, data, body, Origin(document, (), Via.HELM_VALUES), broken=broken)


def layer_of_mapping(body: Any, blame: Blame, name: str) -> ValuesLayer:
    """Values that stand in a field as they are."""
    data = json.dumps(body, ensure_ascii=True, default=str).encode()
    return _layer(name, data, body, blame)


def _layer(name: str, data: bytes, body: Any, blame: Blame, *, broken: bool = False) -> ValuesLayer:
    held = body if isinstance(body, dict) and not broken else _NO_VALUES
    return ValuesLayer(name, data, held, blame, broken or (body is not None and held is not body))


def composed(layers: Sequence[ValuesLayer], settings: Sequence[Setting], base: Origin) -> Values:
    """All layers merged, then the settings; a setting that helm refuses sets nothing here."""
    values = Values({}, base)
    for one in layers:
        values = merged(values, Values(one.body, one.blame))
    for kind in SetKind:
        for setting in settings:
            if setting.kind is kind:
                values = with_setting(values, setting)
    return values


def merged(under: Values, over: Values) -> Values:
    """Mappings merged key by key, all else replaced, as helm merges values files."""
    body, changed = dict(under.body), dict[str, Blame]()
    for key, value in over.body.items():
        held, blame = body.get(key), child(over.blame, key)
        if isinstance(held, dict) and isinstance(value, dict):
            inner = merged(Values(held, child(under.blame, key)), Values(value, blame))
            body[key], changed[key] = inner.body, inner.blame
        else:
            body[key], changed[key] = value, blame
    return Values(body, MapBlame(under.blame, changed) if changed else under.blame)


def with_setting(values: Values, setting: Setting) -> Values:
    """The values with one set by its path."""
    body = copy.deepcopy(dict(values.body))
    try:
        if setting.kind is SetKind.SET_FILE:
            paths = set_values(f"{setting.text}=x", body, strings=True)
        else:
            paths = set_values(setting.text, body, strings=setting.kind is SetKind.SET_STRING)
    except SetFault:
        return values
    return Values(body, blamed(values, body, paths, setting.origin))


def blamed(old: Values, body: Any, paths: Sequence[FieldPath], origin: Origin) -> Blame:
    """The blame of `body`, which is as `old` but for some paths that a place set."""
    blame = old.blame
    for path in paths:
        blame = _set(blame, body, path, origin)
    return blame


def _set(blame: Blame, body: Any, path: FieldPath, origin: Origin) -> Blame:
    """As `with_blame`, for lists that may have grown since."""
    for end in range(1, len(path)):
        held = value_at(body, path[:end])
        inner = at(blame, path[:end])
        if isinstance(held, list) and not isinstance(inner, ListBlame):
            items = tuple(child(inner, index) for index in range(len(held)))
            blame = with_blame(blame, path[:end], ListBlame(inner, items))
        elif isinstance(held, list) and isinstance(inner, ListBlame) and len(inner.items) < len(held):
            more = (origin,) * (len(held) - len(inner.items))
            blame = with_blame(blame, path[:end], ListBlame(inner.base, (*inner.items, *more)))
    return with_blame(blame, path, origin)


def leaves(body: Any, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Any]]:
    """All values of a tree that are no mappings or lists, and empty ones, with their paths."""
    pending: list[tuple[FieldPath, Any]] = [(path, body)]
    while pending:
        here, value = pending.pop()
        if isinstance(value, dict) and value:
            pending += [((*here, str(key)), one) for key, one in reversed(value.items())]
        elif isinstance(value, list) and value:
            pending += [((*here, index), value[index]) for index in reversed(range(len(value)))]
        else:
            yield here, value
