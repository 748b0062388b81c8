"""Plain data from a document's events: the hot path of all reading.

Positions are not recorded here; `locate` finds them later for the few places that need one.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from msgspec import Struct

from gitlint_ops.syntax import faults, scalars
from gitlint_ops.syntax.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from gitlint_ops.syntax.text import YAML_INVALID, Limits, Problem, Typing, Unfit

_KEY = object()
_ITEM = object()
_MERGE = object()
"""What the next node is to the open collection: a key, an item, or the value of a merge key.

Anything else is a string: the next node is the value of that key.
"""

_MOST_PROBLEMS = 50
"""Problems kept of one document; a hostile one could have millions."""


_PLACEHOLDER = (
    "`{{ ... }}` is a template's placeholder and no YAML",
    'quote the whole value ("{{ ... }}"), or move the file into a chart',
)
_COLLECTION_AS_KEY = (
    "a mapping or list stands where a key must stand",
    "write a plain key, or quote it if the brackets are part of it",
)


class LimitExceeded(Exception):
    """The document costs too much; nothing behind it in the file is read either."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Anchor(Struct):
    """What an anchor names: its value and, once that is complete, how many nodes it expands to."""

    value: Any
    depth: int
    began: int
    size: int = 0
    is_open: bool = False


class Composer:
    """Reads the documents of one file, one after the other.

    `anchored` and `folded` say that the file may hold anchors and folded blocks: most do not.
    After `compose`, `problems` and `has_duplicates` speak of the document just read.
    """

    def __init__(self, typing: Typing, limits: Limits, *, anchored: bool, folded: bool) -> None:
        self._typing = typing
        self._limits = limits
        self._anchored = anchored
        self._folded = folded and typing is Typing.KUSTOMIZE
        self._resolve = scalars.resolver(typing)
        # The same numbers and words come again and again in one file.
        self._resolved: dict[str, Any] = {}
        self._words = frozenset(scalars.WORDS[typing])
        self._begin()

    def _begin(self) -> None:
        self.problems: list[Problem] = []
        self.has_duplicates = False
        self._anchors: dict[str, _Anchor] = {}
        self._open: list[_Anchor] = []
        self._expanded = 0
        self._merges: dict[int, list[tuple[list[Any], frozenset[str]]]] = {}

    def compose(self, events: Iterator[Any]) -> Any:  # noqa: C901, PLR0912 # see the first comment
        """The data of one document, from behind its start to its end.

        Raises:
            YAMLError: the text is no YAML.
            LimitExceeded: the document is a bomb or not meant for people.
        """
        # One loop, without a call per node and without a look at marks: either halves the speed.
        self._begin()
        words, anchored, folded, depth = self._words, self._anchored, self._folded, self._limits.depth
        merges, opened, first_counts = self._merges, self._open, self._typing is Typing.KUSTOMIZE
        stack: list[tuple[Any, Any, bool]] = []
        container: Any = []
        role: Any = _ITEM
        flow = False
        for count, event in enumerate(islice(events, self._limits.nodes)):
            kind = event.__class__
            if kind is ScalarEvent:
                value = event.value
                plain, quoted = event.implicit
                if (not quoted and (not plain or value < ":" or value in words)) or (folded and event.style):
                    value = self._typed(event, role, flow, len(stack))
                if anchored and event.anchor:
                    self._anchors[event.anchor] = _Anchor(value, 0, 0, 1)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                value = container
                if merges or opened:
                    self._close(container, len(stack), count)
                container, role, flow = stack.pop()
            elif kind is AliasEvent:
                value = self._alias(event, count)
            elif kind is DocumentEndEvent:
                return container[0]
            else:
                stack.append((container, role, flow))
                flow = flow or event.flow_style
                container = {} if kind is MappingStartEvent else []
                if anchored or role is _KEY or len(stack) > depth:
                    self._start(event, role, container, len(stack), count)
                role = _KEY if kind is MappingStartEvent else _ITEM
                continue
            if role is _KEY:
                role = value if value.__class__ is str else self._odd_key(value, event)
            elif role is _ITEM:
                container.append(value)
            elif role is _MERGE:
                self._merge(container, value, event)
                role = _KEY
            else:
                if role in container:
                    self.has_duplicates = True
                    # kyaml finds the first, where it does not refuse both (a patch); go-yaml v2 the last.
                    value = container[role] if first_counts else value
                container[role] = value
                role = _KEY
        raise LimitExceeded(faults.too_many_nodes(event, self._limits))

    # The rest is off the hot path: no plain string, no ordinary key.

    def _typed(self, event: Any, role: Any, flow: bool, depth: int) -> Any:
        text, tag = event.value, event.tag
        kustomize = self._typing is Typing.KUSTOMIZE
        if event.style and not tag:
            return _refolded(text) if event.style == ">" else text
        if tag == "!" and (event.style or not kustomize):
            return text
        if role is _KEY:
            return self._key(event, depth)
        if tag and tag != "!":
            value = self._tagged(event, tag)
        elif flow and kustomize and (not text or ":" in text):
            # kyaml prints such values of `{a: , b: 12:30}` in quotes and then reads them again.
            return text
        else:
            value = self._resolved.get(text)
            if value is None:
                value = self._resolved[text] = self._resolve(text)
        if value.__class__ is float and value - value != 0:
            message, hint = f"`{text}` cannot be written as JSON", "write a finite number, or quote it"
            return self._unfit(event, "float", message, hint)
        return value

    def _tagged(self, event: Any, tag: str) -> Any:
        try:
            return scalars.tagged(tag, event.value, self._typing)
        except ValueError as error:
            return self._unfit(
                event, scalars.tag_name(tag), str(error), "correct the value, or remove the tag"
            )

    def _key(self, event: Any, depth: int) -> Any:
        """A key that may be no text: kubectl makes text of it, kustomize takes it at the top only."""
        text = event.value
        if event.tag and event.tag != "!":
            value = self._tagged(event, event.tag)
            if isinstance(value, Unfit):
                self._problem(event, f"`{text}` does not fit its tag", "quote the key")
            key = value if isinstance(value, str) else scalars.key(text, self._typing)
        elif text == "<<":
            return _MERGE
        else:
            key = scalars.key(text, self._typing)
        if key is not None:
            return key
        if depth != 1 or self._typing is Typing.KUBECTL or self._resolve(text) is None:
            shown = f"`{text}`" if text else "an empty key"
            self._problem(event, f"{shown} is no text, and a key must be text", "quote the key")
        return text

    def _odd_key(self, value: Any, event: Any) -> Any:
        """A merge key, or a key that is an alias of something else than text."""
        if value is _MERGE:
            return value
        key = scalars.key(str(value), self._typing) if isinstance(value, bool | int | float) else None
        if key is None and isinstance(event, AliasEvent):
            self._problem(event, "the alias names no text, and a key must be text", "write the key out")
        return key or "?"  # a collection as a key was refused where it began

    def _start(self, event: Any, role: Any, container: Any, depth: int, count: int) -> None:
        if depth > self._limits.depth:
            raise LimitExceeded(faults.too_deep(event, self._limits))
        if role is _KEY:
            # Nobody writes `{a: b}` as a key, and `{{ a }}` is a mapping with such a key to YAML.
            braces = container.__class__ is dict and event.flow_style
            self._problem(event, *(_PLACEHOLDER if braces else _COLLECTION_AS_KEY))
        if event.anchor:
            anchor = _Anchor(container, depth, count + self._expanded, is_open=True)
            # A name may be defined again; from here on it means this value (go-yaml; PyYAML refuses).
            self._anchors[event.anchor] = anchor
            self._open.append(anchor)

    def _close(self, container: Any, depth: int, count: int) -> None:
        merges = self._merges.pop(id(container), None)
        if merges is not None:
            self._apply_merges(container, merges)
        if self._open and self._open[-1].depth == depth:
            anchor = self._open.pop()
            anchor.size = count + self._expanded - anchor.began
            anchor.is_open = False

    def _alias(self, event: Any, count: int) -> Any:
        anchor = self._anchors.get(event.anchor)
        if anchor is None:
            self._problem(
                event,
                f"the alias `*{event.anchor}` has no anchor `&{event.anchor}` before it in this document",
                "define the anchor first, or quote the value if the star is part of it",
            )
            return None
        if anchor.is_open:
            self._problem(
                event, f"the value of the anchor `&{event.anchor}` contains itself", "remove the alias"
            )
            return None
        self._expanded += anchor.size
        if count + self._expanded > self._limits.nodes:
            raise LimitExceeded(faults.too_many_nodes(event, self._limits))
        return anchor.value

    def _merge(self, container: dict[str, Any], value: Any, event: Any) -> None:
        sources = value if isinstance(value, list) and not isinstance(event, AliasEvent) else [value]
        if not all(isinstance(source, dict) for source in sources):
            self._problem(
                event, "a merge key `<<` takes a mapping or a list of mappings", "name an anchor of a mapping"
            )
            return
        merges = self._merges.setdefault(id(container), [])
        if merges and self._typing is Typing.KUSTOMIZE:
            self._problem(
                event, "a second merge key `<<` in one mapping", "merge a list: `<<: [*first, *second]`"
            )
        merges.append((sources, frozenset(container)))

    def _apply_merges(
        self, container: dict[str, Any], merges: list[tuple[list[Any], frozenset[str]]]
    ) -> None:
        """Adds merged keys; of a list the first source wins, and the mapping's own keys over all.

        go-yaml v2 works in order instead: a merge also wins over what stands above it.
        """
        in_order = self._typing is Typing.KUBECTL
        own = set(container)
        merged: set[str] = set()
        for sources, above in reversed(merges):
            for source in sources:
                for key, value in source.items():
                    if key not in merged and (key not in own or (in_order and key in above)):
                        container[key] = value
                        merged.add(key)

    def _unfit(self, event: Any, tag: str, message: str, hint: str) -> str:
        if self._typing is Typing.KUBECTL:
            self._problem(event, message, hint)
            return str(event.value)
        problem = Problem(YAML_INVALID, message, faults.event_span(event), hint=hint, late=True)
        self._keep(problem)
        return Unfit(event.value, tag, problem)

    def _problem(self, event: Any, message: str, hint: str) -> None:
        self._keep(Problem(YAML_INVALID, message, faults.event_span(event), hint=hint))

    def _keep(self, problem: Problem) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(problem)


def _refolded(text: str) -> str:
    from gitlint_ops.syntax.folded import refolded  # few files have folded blocks

    return refolded(text)
