"""Helm's `--set` syntax: values told by paths such as `image.tag=v1,hosts[0]=a,ports={80,443}`.

Argo CD's parameters and Flux's targetPath are told in it.

Source: helm.sh/helm pkg/strvals/parser.go
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from gitlint_ops.model.location import FieldPath

MAX_INDEX = 65_536
MAX_LEVELS = 30
_INTEGER = re.compile(r"[+-]?[0-9]+\Z")


class SetFault(Exception):
    """A text that is not in the syntax; the message is helm's reason."""


def set_values(text: str, values: dict[str, Any], *, strings: bool = False) -> tuple[FieldPath, ...]:
    """Put what a text says into `values`; the paths that it set.

    Mappings and lists are changed in place, and longer lists made anew: Flux relies on that.

    `strings`: values are texts, whatever they look like (`--set-string`).

    Raises:
        SetFault: it is not in the syntax, or goes through a value that is neither mapping nor list.
    """
    parser = _Parser(text, str if strings else typed)
    while parser.more:
        parser.key(values, (), 0)
    return tuple(parser.paths)


def typed(text: str) -> Any:
    """A text as a value: true, false, null and whole numbers in any case but with leading zeros."""
    lowered = text.lower()
    if lowered in ("true", "false"):
        return lowered == "true"
    if lowered == "null":
        return None
    if text == "0":
        return 0
    if text and text[0] != "0" and len(text) <= 20 and _INTEGER.match(text):
        number = int(text)
        return number if -(2**63) <= number < 2**63 else text
    return text


class _End(Exception):
    """The text ends; `read` is what stood before its end."""

    def __init__(self, read: str) -> None:
        super().__init__()
        self.read = read


class _Parser:
    def __init__(self, text: str, value: Callable[[str], Any]) -> None:
        self._text = text
        self._at = 0
        self._value = value
        self.paths: list[FieldPath] = []

    @property
    def more(self) -> bool:
        return self._at < len(self._text)

    def key(self, data: dict[str, Any], path: FieldPath, level: int) -> bool:
        """Read one key and its value into `data`; whether the text ended where the value should begin."""
        try:
            name, end = self._until("=[,.")
        except _End as error:
            raise SetFault(f'key "{error.read}" has no value') from None
        if end == "=":
            ended = not self.more
            self._put(data, name, self._assigned(), (*path, name))
            return ended
        if end == "[":
            held = data.get(name, [])
            if not isinstance(held, list):
                raise SetFault(f"{name} is no list")
            made, ended = self._item(held, self._index(), (*path, name), level)
            self._put(data, name, made, None)
            return ended
        if end == ",":
            raise SetFault(f'key "{name}" has no value (cannot end with ,)')
        return self._inner(data, name, path, level + 1)

    def _inner(self, data: dict[str, Any], name: str, path: FieldPath, level: int) -> bool:
        if level > MAX_LEVELS:
            raise SetFault(f"values are nested more than {MAX_LEVELS} levels deep")
        inner = data.get(name, {})
        if not isinstance(inner, dict):
            raise SetFault(f"{name} is no mapping")
        if not self.more:
            return True
        ended = self.key(inner, (*path, name), level)
        self._put(data, name, inner, None)
        return ended

    def _put(self, data: dict[str, Any], name: str, value: Any, path: FieldPath | None) -> None:
        if name:
            data[name] = value
            if path is not None:
                self.paths.append(path)

    def _index(self) -> int:
        try:
            text, _ = self._until("]")
        except _End:
            raise SetFault("error parsing index: it does not end with ]") from None
        if not _INTEGER.match(text):
            raise SetFault(f"error parsing index: {text!r} is no number")
        index = int(text[:20])
        if index < 0:
            raise SetFault(f"negative {index} index not allowed")
        if index > MAX_INDEX:
            raise SetFault(f"index of {index} is greater than maximum supported index of {MAX_INDEX}")
        return index

    def _item(self, held: list[Any], index: int, path: FieldPath, level: int) -> tuple[list[Any], bool]:
        """The list with what stands behind the closing bracket at an index, and whether the text ended early.

        Helm then leaves the list as it was, but for what it has changed in place by that time.
        """
        try:
            name, end = self._until("[.=")
        except _End as error:
            raise SetFault(f'unexpected data at end of array index: "{error.read}"') from None
        if name:
            raise SetFault(f'unexpected data at end of array index: "{name}"')
        here, known = (*path, index), len(self.paths)
        old = held[index] if index < len(held) else None
        ended = False
        if end == "=":
            value = self._assigned()
            self.paths.append(here)
        elif end == "[":
            if old is not None and not isinstance(old, list):
                raise SetFault(f"item {index} is no list")
            value, ended = self._item(old or [], self._index(), here, level)
        else:
            value = old if isinstance(old, dict) else {}
            if index < len(held):
                held[index] = value
            ended = self.key(value, here, level) if self.more else True
        if ended:
            if index >= len(held) or end == "[":
                del self.paths[known:]
            return held, True
        if index >= len(held):
            held = [*held, *([None] * (index + 1 - len(held)))]
        held[index] = value
        return held, False

    def _assigned(self) -> Any:
        """What stands behind an equals sign: a list in braces, or text up to a comma."""
        if not self.more:
            return ""
        if self._text[self._at] == "{":
            self._at += 1
            return [self._value(one) for one in self._listed()]
        try:
            text, _ = self._until(",")
        except _End as error:
            text = error.read
        return self._value(text)

    def _listed(self) -> Iterator[str]:
        while True:
            try:
                text, end = self._until(",}")
            except _End:
                raise SetFault("list must terminate with '}'") from None
            yield text
            if end == "}":
                break
        if self.more and self._text[self._at] == ",":
            self._at += 1

    def _until(self, stops: str) -> tuple[str, str]:
        """The text up to one of some characters, backslashes taken away, and that character."""
        read: list[str] = []
        while self.more:
            one = self._text[self._at]
            self._at += 1
            if one in stops:
                return "".join(read), one
            if one == "\\":
                if not self.more:
                    break
                one = self._text[self._at]
                self._at += 1
            read.append(one)
        raise _End("".join(read))
