"""Which resources a selector may mean, without a look at all of them for each of a thousand patches.

A selector's names and kinds are patterns; most are plain names, and nearly all begin with plain text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import islice, takewhile

from gitlint_ops.build.kustomize.go_regex import GoRegex
from gitlint_ops.build.kustomize.label_selectors import Operator
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.selectors import Selector, metadata_texts

_PLAIN = re.compile(r"[A-Za-z0-9_\-/]+\Z")
_BEGINNING = re.compile(r"\^?([A-Za-z0-9_\-/]*)(.?)", re.DOTALL)
_MAY_BE_ABSENT = ("*", "?", "{")
_ATOM = re.compile(r"\\.|\[\^?\]?[^\]]*\]|(?P<plain>[A-Za-z0-9_\-/]+)|.", re.DOTALL)
# Choices and groups, repeats, classes with names, and escapes that take more than one character.
_INTRICATE = re.compile(r"[|({]|\[\[|\[\^?:|\\[^dwsDWSbBAz.\-/]")


class SelectionIndex:
    """The resources of a build by the names and kinds that they have or have had, and by their labels.

    It is kept over the steps of a build: of each it learns what has changed since.
    """

    def __init__(self) -> None:
        self._known: dict[int, Resource] = {}
        self._by_name = _ByText()
        self._by_kind = _ByText()
        # Few selectors ask for labels.
        self._by_label: _ByText | None = None

    def candidates(self, resources: Sequence[Resource], selector: Selector) -> Iterable[int]:
        """The positions, in order, of all resources that a selector can mean, and perhaps of more: only
        one of the things that it asks for is looked at."""
        name, kind = selector.patterns.get("name"), selector.patterns.get("kind")
        label = next((one for one in selector.labels if one.operator is Operator.IN), None)
        if name is None and kind is None and label is None:
            return range(len(resources))
        positions = self._learn(resources)
        if name is not None:
            found = self._by_name.matching(name)
        elif label is not None:
            held = self._labels()
            found = set().union(*(held.at(_label(label.key, value)) for value in label.values))
        else:
            assert kind is not None
            found = self._by_kind.matching(kind)
        return sorted(positions[one] for one in found)

    def named(self, resources: Sequence[Resource], name: str) -> Iterable[int]:
        """The positions, in order, of the resources that have or had this name."""
        positions = self._learn(resources)
        return sorted(positions[one] for one in self._by_name.at(name))

    def of_kind(self, resources: Sequence[Resource], kind: str) -> Iterable[int]:
        """The same for a kind."""
        positions = self._learn(resources)
        return sorted(positions[one] for one in self._by_kind.at(kind))

    def _learn(self, resources: Sequence[Resource]) -> dict[int, int]:
        """Takes in what is new; returns the positions by identity."""
        positions = {id(one): position for position, one in enumerate(resources)}
        known = self._known
        for one in known.keys() - positions.keys():
            resource = known.pop(one)
            for held, texts in self._texts_of(resource):
                held.remove(resource, texts)
        if len(known) < len(positions):
            for resource in resources:
                if id(resource) not in known:
                    known[id(resource)] = resource
                    for held, texts in self._texts_of(resource):
                        held.add(resource, texts)
        return positions

    def _texts_of(self, resource: Resource) -> Iterator[tuple[_ByText, Iterable[str]]]:
        yield self._by_name, {resource.name, *(one.name for one in resource.previous)}
        yield self._by_kind, {resource.gvk.kind, *(one.kind for one in resource.previous)}
        if self._by_label is not None:
            yield self._by_label, _labels_of(resource)

    def _labels(self) -> _ByText:
        if self._by_label is None:
            self._by_label = _ByText()
            for resource in self._known.values():
                self._by_label.add(resource, _labels_of(resource))
        return self._by_label


def _labels_of(resource: Resource) -> list[str]:
    return [_label(key, value) for key, value in metadata_texts(resource, "labels").items()]


def _label(key: str, value: str) -> str:
    return f"{key}={value}"


class _ByText:
    """Resources, by identity, under the texts that they have in one field."""

    def __init__(self) -> None:
        self._held: dict[str, set[int]] = {}
        self._in_order: list[str] | None = None

    def add(self, resource: Resource, texts: Iterable[str]) -> None:
        for text in texts:
            if text not in self._held:
                self._held[text] = set()
                self._in_order = None
            self._held[text].add(id(resource))

    def remove(self, resource: Resource, texts: Iterable[str]) -> None:
        for text in texts:
            self._held[text].discard(id(resource))

    def at(self, text: str) -> Set[int]:
        return self._held.get(text, frozenset())

    def matching(self, pattern: GoRegex | None) -> Set[int]:
        assert pattern is not None
        if _PLAIN.match(pattern.pattern):
            return self.at(pattern.pattern)
        found: set[int] = set()
        part = required_part(pattern.pattern)
        for text in self._beginning_with(beginning(pattern.pattern)):
            if part in text and pattern.matches_all(text):
                found |= self._held[text]
        return found

    def _beginning_with(self, start: str) -> Iterable[str]:
        if self._in_order is None:
            self._in_order = sorted(self._held)
        if not start:
            return self._in_order
        following = islice(self._in_order, bisect_left(self._in_order, start), None)
        return takewhile(lambda text: text.startswith(start), following)


def beginning(pattern: str) -> str:
    """The plain text that all texts begin with that an anchored pattern matches."""
    if "|" in pattern:
        return ""
    found = _BEGINNING.match(pattern)
    assert found is not None
    text, after = found.groups()
    return text[:-1] if after in _MAY_BE_ABSENT and after else text


def required_part(pattern: str) -> str:
    """The longest plain text that all texts hold that a pattern matches, as far as can be seen."""
    if _INTRICATE.search(pattern):
        return ""
    longest = ""
    for atom in _ATOM.finditer(pattern):
        plain = atom["plain"] or ""
        if pattern[atom.end() : atom.end() + 1] in ("*", "?"):
            plain = plain[:-1]
        longest = max(longest, plain, key=len)
    return longest
