"""Texts that kustomize cannot print: it reads its own output once more, and YAML has no such characters.

Source: api/resource/resource.go AsYAML, go.yaml.in/yaml readerc.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from gitlint_ops.build.kustomize.faults import BuildFault, Place, fault
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.location import FieldPath

# JSON escapes what is below a space, and so those get through.
_REFUSED = re.compile("[\x7f-\x84\x86-\x9f\ufffe\uffff]")


def require_printable(resource: Resource) -> None:
    """Raise BuildFault where a text of the resource has a character that cannot be printed."""
    if _is_plainly_printable(resource.body):
        return
    for path, text in _texts(resource.body, ()):
        found = _REFUSED.search(text)
        if found is not None:
            raise _unprintable(resource, path, found.group())


def _is_plainly_printable(body: Any) -> bool:
    """Whether all is ASCII but for the one character of it that cannot be printed; quick to say."""
    try:
        data = msgspec.json.encode(body)
    except (OverflowError, ValueError):
        return False
    return data.isascii() and b"\x7f" not in data


def _texts(node: Any, path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield (*path, key), str(key)
            yield from _texts(value, (*path, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _texts(item, (*path, index))


def _unprintable(resource: Resource, path: FieldPath, character: str) -> BuildFault:
    source = origin(at(resource.blame, path))
    return fault(
        f"this text of {resource.gvk.kind} {resource.name} has the character U+{ord(character):04X}, which "
        "kustomize cannot print (kustomize: control characters are not allowed)",
        Place(source.source, source.source_path),
        hint="take the character out; binary data belongs in binaryData of a ConfigMap or in a Secret",
    )
