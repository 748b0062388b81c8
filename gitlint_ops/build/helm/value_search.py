"""Which values the fields of rendered objects come from, found by changing them.

The chart is rendered again with the values changed that may be meant, all those of its findings together.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from gitlint_ops.build.helm.chart import Chart, chart_of
from gitlint_ops.build.helm.output import documents, parse
from gitlint_ops.build.helm.program import HelmFailed, HelmUnusable
from gitlint_ops.build.helm.render import ChartRenderer
from gitlint_ops.build.helm.request import Rendering
from gitlint_ops.build.helm.template_blame import in_chart
from gitlint_ops.build.helm.value_schemas import NAME as SCHEMA
from gitlint_ops.build.helm.values import Values, leaves, merged
from gitlint_ops.model.blame import Origin, at, origin
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import PLAIN_TEXT, FieldPath
from gitlint_ops.model.objects import ObjectKey, RenderedObject, object_key
from gitlint_ops.model.structure import value_at, with_value
from gitlint_ops.syntax.documents import Typing

MOST_RENDERS = 40
"""Renders of a run that only look for values; each takes about a tenth of a second."""

_AGAIN = b"{}\n"  # no values, but another question to helm
_MOST_CANDIDATES = 60
_MOST_ONE_BY_ONE = 3
_SHORTEST = 3
_SHORTEST_ENCODED = 8
_WORD = re.compile(r"\w+")
_ENCODED = re.compile(r"[A-Za-z0-9+/]+={0,2}\Z")

NamedObject: TypeAlias = tuple[str, str, str]
"""Group, kind and name: a namespace may have been given to it since."""

_Slot: TypeAlias = tuple[str, str, int]
"""A template, a kind, and which object of that kind it prints: names change with values, these do not."""

FieldOf: TypeAlias = tuple[NamedObject, FieldPath]
_Leaf: TypeAlias = tuple[FieldPath, Any]


class _Question(Struct):
    """A field of a rendered object, and the values that may have set it, the most likely first.

    Of a mapping or list, what is asked about is a value in it, `below` it. `words` are those of the `line` of
    the template that most likely wrote it.
    """

    key: NamedObject
    path: FieldPath
    value: Any
    below: FieldPath = ()
    whole: Any = None
    line: int = 0
    words: frozenset[str] = frozenset()
    slot: _Slot = ("", "", 0)
    candidates: tuple[_Leaf, ...] = ()
    answer: FieldPath | None = None
    asked: list[FieldPath] = field(default_factory=list)


def field_of(violation: Violation) -> FieldOf:
    """The field that a violation of an object is about."""
    on = violation.on
    assert isinstance(on, RenderedObject)
    return named(on.key), violation.path


def named(key: ObjectKey) -> NamedObject:
    return key.group, key.kind, key.name


class ValueSearch:
    """Renders charts again, for a run."""

    def __init__(self, charts: ChartRenderer) -> None:
        self._charts = charts
        self._left = MOST_RENDERS

    def places(self, one: Rendering, violations: Sequence[Violation]) -> Iterator[tuple[FieldOf, Origin]]:
        """The fields of violations whose values are found, each with the place of its value."""
        values = merged(one.defaults, one.given)
        # What a chart sets itself is mended in the release, where the chart is others'.
        known = [*_leaves(one.given if one.kept else values, one)]
        questions = {
            (named(on.key), violation.path): _question(on, violation.path)
            for violation in violations
            if isinstance(on := violation.on, RenderedObject)
        }
        slots = self._slots(one) if questions else {}
        open_ones = [each for each in questions.values() if each.value is not None and each.key in slots]
        for each in open_ones:
            each.slot = slots[each.key]
            each.words = _words(one.chart, each)
            each.candidates = _candidates(each, known)
        if open_ones:
            self._ask_together(one, open_ones)
            for each in open_ones:
                if each.answer is None:
                    self._ask_one_by_one(one, each)
        for key, each in questions.items():
            place = _without(each.answer, each.below)
            # A mapping is handed on as it is, or else the template writes it with values in it.
            if place and (not each.below or value_at(values.body, place) == each.whole):
                yield key, origin(at(values.blame, place))

    def random(self, one: Rendering, violations: Sequence[Violation]) -> Iterator[Violation]:
        """Those about values that are others each time the chart is rendered."""
        if not violations or self._left <= 0:
            return
        self._left -= 1
        slots = self._slots(one)
        try:
            again = replace(one.release, values=(*one.release.values, _AGAIN))
            now = _bodies(self._charts.render(one.chart, again))
        except (HelmFailed, HelmUnusable):
            return
        for violation in violations:
            on, slot = violation.on, slots.get(field_of(violation)[0])
            held = value_at(on.body, violation.path) if isinstance(on, RenderedObject) else None
            if slot is not None and value_at(now.get(slot), violation.path, held) != held:
                yield violation

    def _ask_together(self, one: Rendering, questions: Sequence[_Question]) -> None:
        """Change all texts and numbers at once, each in its own way, and see which change shows where."""
        wanted = dict.fromkeys(
            path for each in questions for path, value in each.candidates if _is_marked(value)
        )
        values = {path: value for each in questions for path, value in each.candidates}
        marks = {path: _mark(values[path], number) for number, path in enumerate(wanted)}
        if not marks:
            return
        seen = self._rendered(one, marks)
        if seen is None:
            return
        for each in questions:
            now = value_at(seen.get(each.slot), each.path)
            each.asked += [path for path, _ in each.candidates if path in marks]
            # Of several values that a text is made of, the last is what findings are mostly about (a tag).
            shown = [path for path, _ in each.candidates if path in marks and _shows(marks[path], now)]
            if shown:
                each.answer = max(shown, key=lambda path: _position(marks[path], now))

    def _ask_one_by_one(self, one: Rendering, question: _Question) -> None:
        """Change one value after the other: where all at once broke the chart, and for true and false.

        There are many of those: only what the line of the template names is tried.
        """
        untried = (one for one in question.candidates if one[0] not in question.asked)
        named = [one for one in untried if _named_in(question, one[0])]
        for path, value in named[:_MOST_ONE_BY_ONE]:
            seen = self._rendered(one, {path: _changed(value)})
            held = None if seen is None else seen.get(question.slot)
            if held is not None and value_at(held, question.path) not in (question.value, None):
                question.answer = path
                return

    def _slots(self, one: Rendering) -> Mapping[NamedObject, _Slot]:
        """Where each object comes from."""
        try:
            output = self._charts.render(one.chart, one.release)
        except (HelmFailed, HelmUnusable):
            return {}
        return {named(object_key(body)): slot for slot, body in _bodies(output).items()}

    def _rendered(self, one: Rendering, changes: Mapping[FieldPath, Any]) -> Mapping[_Slot, Any] | None:
        """The objects with other values; None where the chart does not render with them."""
        if self._left <= 0:
            return None
        self._left -= 1
        body: dict[str, Any] = {}
        whole = merged(one.defaults, one.given).body
        for path, value in changes.items():
            body = _with(body, path, value, whole)
        data = json.dumps(body, ensure_ascii=True, default=str).encode()
        kept = tuple(each for each in one.release.settings if not _sets(each[1], changes))
        release = replace(one.release, values=(*one.release.values, data), settings=kept)
        try:
            return _bodies(self._charts.render(_without_schemas(one.chart), release))
        except (HelmFailed, HelmUnusable):
            return None


def _bodies(output: bytes) -> dict[_Slot, Any]:
    found: dict[_Slot, Any] = {}
    numbers: Counter[tuple[str, str]] = Counter()
    for _, one in documents(output, parse(output, Typing.KUBECTL)):
        if isinstance(one.body, dict):
            key = (one.template, str(one.body.get("kind", "")))
            found[(*key, numbers[key])] = one.body
            numbers[key] += 1
    return found


def _question(on: RenderedObject, path: FieldPath) -> _Question:
    held = value_at(on.body, path)
    inside = ((leaf, value) for leaf, value in leaves(held) if not isinstance(value, dict | list))
    below, value = next(((leaf, value) for leaf, value in inside if value is not None), ((), None))
    made = _Question(named(on.key), (*path, *below), value, below, held)
    source = origin(at(on.blame, made.path))
    if source.source.index == PLAIN_TEXT and isinstance(source.source_path[0], int):
        made.line = source.source_path[0]
    return made


def _words(chart: Chart, question: _Question) -> frozenset[str]:
    """The words of the line that most likely wrote a field."""
    path = in_chart(question.slot[0], chart)
    lines = chart.files[path].split(b"\n") if path else []
    if not 0 < question.line <= len(lines):
        return frozenset()
    return frozenset(_WORD.findall(lines[question.line - 1].decode("utf-8", "replace")))


def _without(answer: FieldPath | None, below: FieldPath) -> FieldPath:
    """The value that holds the one that was found as the field holds what was asked about; () for none."""
    if answer is None or not below:
        return answer or ()
    return answer[: -len(below)] if answer[-len(below) :] == below else ()


def _without_schemas(chart: Chart) -> Chart:
    """The chart without what would refuse a value that is only tried."""
    schemas = {path for path in chart.files if path.rpartition("/")[2] == SCHEMA}
    if not schemas:
        return chart
    return chart_of(chart.folder, {path: data for path, data in chart.files.items() if path not in schemas})


def _with(body: dict[str, Any], path: FieldPath, value: Any, whole: Mapping[str, Any]) -> dict[str, Any]:
    """Values with one more set; a list on the way is given as a whole, as helm replaces lists."""
    for end in range(1, len(path)):
        if isinstance(value_at(whole, path[:end]), list):
            held = value_at(body, path[:end])
            start = held if held is not None else value_at(whole, path[:end])
            made: dict[str, Any] = with_value(body, path[:end], with_value(start, path[end:], value))
            return made
    last: dict[str, Any] = with_value(body, path, value)
    return last


def _sets(text: str, changes: Mapping[FieldPath, Any]) -> bool:
    """Whether an option sets one of the values that are changed, and would win."""
    name = text.partition("=")[0].replace("\\", "")
    return any(name == ".".join(map(str, path)) for path in changes)


def _leaves(values: Values, one: Rendering) -> Iterator[_Leaf]:
    """The values that have a place to edit."""
    for path, value in leaves(values.body):
        if not path or value is None or isinstance(value, dict | list):
            continue
        source = origin(at(values.blame, path))
        if (source.source, source.source_path) != (one.entry.source, one.entry.source_path):
            yield path, value


def _candidates(question: _Question, known: Iterable[_Leaf]) -> tuple[_Leaf, ...]:
    """The values that a field may show: equal ones, then those that are a part of its text."""
    text = _text(question.value)

    def order(one: _Leaf) -> tuple[bool, int, int]:
        shown = _text(one[1])
        return shown != text, -_named_in(question, one[0]), -len(shown)

    return tuple(
        sorted((one for one in known if _may_show(_text(one[1]), text)), key=order)[:_MOST_CANDIDATES]
    )


def _named_in(question: _Question, path: FieldPath) -> int:
    """How many keys of a value the line of the template names."""
    return len(question.words.intersection(map(str, path)))


def _may_show(leaf: str, text: str) -> bool:
    return any(leaf == one or (len(leaf) >= _SHORTEST and leaf in one) for one in _readings(text))


def _readings(text: str) -> tuple[str, ...]:
    """A text, and what it says where it is base64, as the data of Secrets are."""
    if len(text) < _SHORTEST_ENCODED or not _ENCODED.match(text):
        return (text,)
    try:
        return text, base64.b64decode(text, validate=True).decode()
    except ValueError:
        return (text,)


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _is_marked(value: Any) -> bool:
    return not isinstance(value, bool)


def _mark(value: Any, number: int) -> Any:
    """A value of the same type that no other is changed to; what was a valid name stays one."""
    if isinstance(value, int | float):
        return int(value) + 1_009 + 13 * number
    return f"{value}x{number}q"


def _changed(value: Any) -> Any:
    return not value if isinstance(value, bool) else _mark(value, 0)


def _shows(mark: Any, now: Any) -> bool:
    if now is None:
        return False
    return mark == now or (isinstance(mark, str) and any(mark in one for one in _readings(_text(now))))


def _position(mark: Any, now: Any) -> int:
    return max(one.rfind(_text(mark)) for one in _readings(_text(now)))
