"""Values that no chart reads that they are given to: most are misspelled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct, field

from gitlint_ops.build.helm.chart_reads import Keys, ValueReads, texts_in, value_reads
from gitlint_ops.build.helm.request import Rendering
from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.findings import Confidence, Violation
from gitlint_ops.model.location import DocumentRef, FieldPath, format_path
from gitlint_ops.model.near_names import most_alike, near_name
from gitlint_ops.workspace.sources import Sources

UNUSED = "values-key-unused"
_ANY = "*"
_ANCHOR = re.compile(r"(?:^|[\s\[{,])&[^\s\[\]{},]+")
_MOST_STEPS = 5_000
# Keys that hold what YAML's anchors name, and extension fields as other formats have them.
_HELD = ("x-", "_", ".")

_Place: TypeAlias = tuple[DocumentRef, FieldPath]


class _Unused(Struct):
    """A key that a release's chart does not read; `near` is the most alike that it does, if any is.

    `slip`: the two differ by no more than one letter.
    """

    path: FieldPath
    near: str
    slip: bool
    chart: str
    verbatim: bool
    targets: list[str] = field(default_factory=list)


def unused_values(rendered: Iterable[tuple[str, Rendering]], sources: Sources) -> Iterator[Violation]:
    """The values that nothing reads; of a file that several releases are given, those that none reads.

    Each rendering comes with the id of its target. Values with an anchor may be meant for that alone.
    """
    used: set[_Place] = set()
    unused: dict[_Place, _Unused] = {}
    reads: dict[tuple[str, tuple[str, ...]], ValueReads | None] = {}
    held = [*rendered]
    for target, one in held:
        if not one.given.body:
            continue
        key = (one.chart.digest, texts_in(one.given.body))
        if key not in reads:
            reads[key] = value_reads(one.chart, key[1])
        _Walk(target, one, reads[key], used, unused).run()
    for place, found in unused.items():
        if place not in used and not _is_anchored(place, sources):
            yield _violation(place, found)


def _is_anchored(place: _Place, sources: Sources) -> bool:
    """Whether a value, or something in it, has a name by which other values may take it over."""
    location, _ = sources.location(*place)
    first = max(location.line - 1, 0)
    return any(_ANCHOR.search(line) for line in sources.lines(location.file)[first : location.end_line])


def _violation(place: _Place, found: _Unused) -> Violation:
    document, path = place
    if "parameters" in path and path[-1:] == ("value",):
        path = (*path[:-1], "name")  # of a parameter of an Application, the name is wrong
    return Violation(
        document,
        path,
        f"the chart {found.chart} reads no value '{format_path(found.path)}', so that it changes nothing",
        hint=f"did you mean '{found.near}'?" if found.near else "remove it, or write it as the chart does",
        rule=UNUSED,
        at_key=found.verbatim and path == place[1],
        confidence=Confidence.HIGH if found.slip else None,
        targets=tuple(found.targets),
    )


class _Walk:
    """The values of one release, gone through from the top."""

    def __init__(
        self,
        target: str,
        one: Rendering,
        reads: ValueReads | None,
        used: set[_Place],
        unused: dict[_Place, _Unused],
    ) -> None:
        self._target = target
        self._one = one
        self._reads = reads
        self._used = used
        self._unused = unused
        self._steps = 0

    def run(self) -> None:
        """Note which keys are used, and which are not."""
        self._mapping(self._one.given.body, (), ())

    def _mapping(self, body: Mapping[Any, Any], path: FieldPath, keys: Keys) -> None:
        for key, value in body.items():
            self._steps += 1
            if self._steps > _MOST_STEPS:
                return
            if str(key).startswith(_HELD):
                continue
            here, name = (*path, str(key)), (*keys, str(key))
            if self._reads is None or self._reads.knows(name):
                self._used.add(self._place(here))
                self._inner(value, here, name)
            elif value is not None:
                self._note(here, keys, str(key))

    def _inner(self, value: Any, path: FieldPath, keys: Keys) -> None:
        if isinstance(value, dict):
            self._mapping(value, path, keys)
        elif isinstance(value, list):
            for index, one in enumerate(value):
                self._inner(one, (*path, index), (*keys, _ANY))

    def _note(self, path: FieldPath, keys: Keys, key: str) -> None:
        place, entry = self._place(path), self._one.entry
        if self._reads is None or place == (entry.source, entry.source_path):
            return
        known = sorted(self._reads.names(keys))
        found = _Unused(
            path,
            near_name(key, known) or most_alike(key, known),
            bool(near_name(key, known)),
            self._one.name,
            origin(at(self._one.given.blame, path)).verbatim,
        )
        self._unused.setdefault(place, found).targets.append(self._target)

    def _place(self, path: FieldPath) -> _Place:
        source = origin(at(self._one.given.blame, path))
        return source.source, source.source_path
