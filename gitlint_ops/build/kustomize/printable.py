"""Texts that kustomize cannot print, or hand on to its own transformers: for both it writes YAML and
reads it again, and YAML has no such characters.

Source: api/resource/resource.go AsYAML, api/internal/target/kusttarget.go configureBuiltinPlugin,
go.yaml.in/yaml readerc.go
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
from gitlint_ops.syntax.quoting import read_from_json

# JSON escapes what is below a space, and so those get through.
_REFUSED = re.compile("[\x7f-\x84\x86-\x9f\ufffe\uffff]")
# U+0085 breaks a line, and no key goes on in the next one.
_REFUSED_IN_KEYS = re.compile("[\x7f-\x9f\ufffe\uffff]")


def require_printable(resource: Resource) -> None:
    """Raise BuildFault where a text of the resource has a character that cannot be printed."""
    if _is_plainly_printable(resource.body):
        return
    for path, character in _refused(resource.body, ()):
        source = origin(at(resource.blame, path))
        what = f"this text of {resource.gvk.kind} {resource.name}"
        raise _unprintable(what, character, Place(source.source, source.source_path))


def as_handed_on(value: Any, place: Place) -> Any:
    """A field of a kustomization as a transformer or generator gets to see it.

    Raises:
        BuildFault: a text has a character that cannot be handed on.
    """
    if _is_plainly_printable(value):
        return value
    for path, character in _refused(value, ()):
        raise _unprintable("this text", character, place.of(*path))
    again = _read_again(value)
    return value if again == value else again


def _is_plainly_printable(body: Any) -> bool:
    """Whether all is ASCII but for the one character of it that cannot be printed; quick to say."""
    try:
        data = msgspec.json.encode(body, enc_hook=str)
    except (OverflowError, ValueError):
        return False
    return data.isascii() and b"\x7f" not in data


def _refused(node: Any, path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    """The characters that are refused, and where their texts stand."""
    if isinstance(node, str):
        yield from ((path, found.group()) for found in _REFUSED.finditer(node))
    elif isinstance(node, dict):
        for key, value in node.items():
            inner = (*path, key)
            yield from ((inner, found.group()) for found in _REFUSED_IN_KEYS.finditer(str(key)))
            yield from _refused(value, inner)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _refused(item, (*path, index))


def _read_again(node: Any) -> Any:
    if isinstance(node, str):
        return read_from_json(node)
    if isinstance(node, dict):
        return {key: _read_again(value) for key, value in node.items()}
    return [_read_again(item) for item in node] if isinstance(node, list) else node


def _unprintable(what: str, character: str, place: Place) -> BuildFault:
    return fault(
        f"{what} has the character U+{ord(character):04X}, which kustomize cannot print "
        "(kustomize: control characters are not allowed)",
        place,
        hint="take the character out; binary data belongs in binaryData of a ConfigMap or in a Secret",
    )
