"""Making a tree that two builds disagree on smaller, so that a person can see why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

import yaml

from .comparison import Comparison

Texts: TypeAlias = Mapping[str, str]
Compare: TypeAlias = Callable[[Texts], Comparison]

MOST_TRIES = 250


def smaller(tree: Texts, compare: Compare) -> Texts:
    """The smallest tree found on which the builds disagree in the same way."""
    return _Shrinking(tree, compare).shrunk()


class _Shrinking:
    def __init__(self, tree: Texts, compare: Compare) -> None:
        self._tree = dict(tree)
        self._compare = compare
        self._agreement = compare(tree).agreement
        self._tries = 0

    def shrunk(self) -> Texts:
        before = -1
        while before != self._size() and self._tries < MOST_TRIES:
            before = self._size()
            self._drop_files()
            for path in sorted(self._tree, key=lambda one: not one.startswith("top")):
                self._shrink_file(path)
        return self._tree

    def _size(self) -> int:
        return sum(map(len, self._tree.values()))

    def _holds(self, tree: Texts) -> bool:
        self._tries += 1
        if self._tries > MOST_TRIES:
            return False
        try:
            return self._compare(tree).agreement is self._agreement
        except Exception:  # noqa: BLE001 - another kind of trouble is not the same disagreement
            return False

    def _drop_files(self) -> None:
        for path in list(self._tree):
            rest = {one: text for one, text in self._tree.items() if one != path}
            if self._holds(rest):
                self._tree = rest

    def _shrink_file(self, path: str) -> None:
        try:
            documents = list(yaml.load_all(self._tree[path], yaml.CSafeLoader))
            if self._tree[path].startswith("["):
                return
        except (yaml.YAMLError, ValueError):
            return
        done = 0
        while True:
            for done_now, fewer in enumerate(_fewer(documents)):
                if done_now < done:
                    continue
                text = _text(fewer)
                if len(text) < len(self._tree[path]) + 200 and self._holds({**self._tree, path: text}):
                    self._tree[path], documents, done = text, fewer, done_now
                    break
            else:
                return


def _fewer(value: Any) -> Iterator[Any]:
    """The value with one thing less, the largest first."""
    if isinstance(value, list):
        for index in range(len(value)):
            yield [*value[:index], *value[index + 1 :]]
        for index, item in enumerate(value):
            for fewer in _fewer(item):
                yield [*value[:index], fewer, *value[index + 1 :]]
    elif isinstance(value, dict):
        for key in value:
            yield {one: item for one, item in value.items() if one != key}
        for key, item in value.items():
            for fewer in _fewer(item):
                yield {**value, key: fewer}


def _text(documents: list[Any]) -> str:
    return "---\n".join(yaml.safe_dump(one, sort_keys=False, allow_unicode=True) for one in documents)
