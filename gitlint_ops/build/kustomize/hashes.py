"""The suffix that makes the name of generated ConfigMaps and Secrets change with their content.

Source: api/hasher/hasher.go, api/internal/builtins/HashTransformer.go
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from gitlint_ops.build.kustomize.decode import scalar_text
from gitlint_ops.build.kustomize.memo import Memo
from gitlint_ops.build.kustomize.node_texts import typed
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import origin
from gitlint_ops.model.targets import Unchecked

_HASHED = ("ConfigMap", "Secret")
_NAME = ("metadata", "name")
_LENGTH = 10
# From here on Go writes numbers with an exponent.
_LONG_HAND = 1e21
# Digits and vowels that could spell words are replaced.
_SAFE = str.maketrans("013ae", "ghkmt")
# Go escapes these in JSON, so that it can stand in HTML.
_HTML = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def apply(resources: tuple[Resource, ...], hashed: Memo[Resource] | None = None) -> tuple[Resource, ...]:
    """The resources, those that their generators want hashed with their hash in the name.

    `hashed` are those of earlier builds: overlays that leave one alone get the same one.
    """
    known: Memo[Resource] = Memo() if hashed is None else hashed
    return tuple(
        known.of(one, None, lambda: _hashed(one))  # noqa: B023 - asked at once
        if one.generator and one.generator.needs_hash
        else one
        for one in resources
    )


def unknown(resources: tuple[Resource, ...]) -> tuple[Unchecked, ...]:
    """Names whose hash cannot be known: those of generated resources of which a patch changed the kind.

    Kustomize hashes its own data of those: the line and column at which it read each value, and more.
    """
    return tuple(
        Unchecked(
            "",
            f"{one.gvk.kind} {one.name} is to have a hash in its name, which is of kustomize's inner data "
            "for all but ConfigMaps and Secrets",
            origin(one.blame).source,
            origin(one.blame).source_path,
        )
        for one in resources
        if one.generator and one.generator.needs_hash and one.gvk.kind not in _HASHED
    )


def _hashed(resource: Resource) -> Resource:
    name = f"{resource.name}-{content_hash(typed(resource).body)}"
    entry = replace(origin(resource.blame), verbatim=False, over=None)
    return resource.remembered().with_field(_NAME, name, entry)


def content_hash(body: Mapping[str, Any]) -> str:
    """The hash of a ConfigMap's or Secret's content; its name does not count."""
    kind = body.get("kind")
    hashed: dict[str, Any] = {"kind": kind, "name": "", "data": _held(body, "data")}
    binary = "stringData" if kind == "Secret" else "binaryData"
    if isinstance(body.get(binary), dict):
        hashed[binary] = body[binary]
    if kind == "Secret":
        hashed["type"] = _held(body, "type")
    digest = hashlib.sha256(_go_json(hashed).encode("utf-8", "surrogatepass")).hexdigest()
    return digest[:_LENGTH].translate(_SAFE)


def _held(body: Mapping[str, Any], field: str) -> Any:
    """A field as it counts: a scalar as text, and a list, which does not belong there, as null."""
    value = body.get(field, "")
    if isinstance(value, dict):
        return value
    if value is None:
        return "null"
    return None if isinstance(value, list) else scalar_text(value)


def _go_json(value: Any) -> str:
    text = json.dumps(_in_go(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for char, escaped in _HTML.items():
        text = text.replace(char, escaped)
    return text


def _in_go(value: Any) -> Any:
    """A value whose numbers are what Go's float64 makes of them, and whole ones without a fraction."""
    if isinstance(value, dict):
        return {key: _in_go(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_go(item) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    number = float(value)
    return int(Decimal(repr(number))) if number.is_integer() and abs(number) < _LONG_HAND else number
