"""Findings in rendered charts, told at the value that a person would edit.

Which value an object's field comes from is not guessed: the chart is rendered again with the values
changed that may be meant, and the field is looked at. That is done for findings only, all those of a
chart together, and not often.
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
from gitlint_ops.build.helm.value_schemas import NAME as SCHEMA
from gitlint_ops.build.helm.values import Values, leaves, merged
from gitlint_ops.model.blame import Origin, Via, at, chain, origin, over, with_blame
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import ObjectKey, RenderedObject, object_key
from gitlint_ops.model.structure import value_at, with_value
from gitlint_ops.syntax.documents import Typing

MOST_RENDERS = 40
"""Renders of a run that only look for values; each takes about a tenth of a second."""

_MOST_CANDIDATES = 40
_MOST_ONE_BY_ONE = 4
_SHORTEST = 3
_SHORTEST_ENCODED = 8
_ENCODED = re.compile(r"[A-Za-z0-9+/]+={0,2}\Z")

_Object: TypeAlias = tuple[str, str, str]
"""Group, kind and name: a namespace may have been given to it since."""

_Slot: TypeAlias = tuple[str, str, int]
"""A template, a kind, and which object of that kind it prints: names change with values, these do not."""

_Field: TypeAlias = tuple[_Object, FieldPath]
_Leaf: TypeAlias = tuple[FieldPath, Any]


class _Question(Struct):
    """A field of a rendered object, and the values that may have set it, the most likely first.

    Of a mapping or list, what is asked about is a value in it, `below` it.
    """

    key: _Object
    path: FieldPath
    value: Any
    candidates: tuple[_Leaf, ...]
    below: FieldPath = ()
    whole: Any = None
    slot: _Slot = ("", "", 0)
    answer: FieldPath | None = None
    asked: list[FieldPath] = field(default_factory=list)


def blamed_on_values(
    violations: Sequence[Violation],
    renderings: Iterable[tuple[str, Rendering]],
    charts: ChartRenderer,
) -> tuple[Violation, ...]:
    """The violations, with those of rendered charts told at the values that caused them.

    What is told of such a value already, where it is written, is not told twice.
    """
    if not any(_is_templated(one) for one in violations):
        return tuple(violations)
    templated = [one for one in violations if _is_templated(one)]
    search = _Search(charts)
    places: dict[int, Origin] = {}
    for target, rendering in renderings:
        mine = [one for one in templated if _comes_from(one, target, rendering) and id(one) not in places]
        found = dict(search.places(rendering, mine)) if mine else {}
        for one in mine:
            on = one.on
            place = found.get((_named(on.key), one.path)) if isinstance(on, RenderedObject) else None
            if place is not None:
                places[id(one)] = place
    moved = [(one, _with_place(one, places.get(id(one)))) for one in violations]
    told = {(now.rule, *_place(now)) for before, now in moved if now is not before}
    return tuple(now for before, now in moved if now is not before or (now.rule, *_place(now)) not in told)


def _place(violation: Violation) -> tuple[object, FieldPath]:
    """Where a violation stands in the sources."""
    on = violation.on
    if isinstance(on, RenderedObject):
        source = origin(at(on.blame, violation.path))
        return source.source, source.source_path
    return on, violation.path


def _is_templated(violation: Violation) -> bool:
    """Whether a violation is told at a template, or at what asks for the chart."""
    on = violation.on
    if not isinstance(on, RenderedObject) or not violation.path:
        return False
    first = origin(at(on.blame, violation.path))
    return first.via is Via.HELM_TEMPLATE or (first.via is Via.GENERATOR and not first.verbatim)


def _comes_from(violation: Violation, target: str, rendering: Rendering) -> bool:
    """Whether a violation is about what was rendered then; charts of kustomizations are of many targets."""
    on = violation.on
    if not isinstance(on, RenderedObject):
        return False
    if target:
        return on.target == target
    entry = (rendering.entry.source, rendering.entry.source_path)
    return any((one.source, one.source_path) == entry for one in chain(at(on.blame, violation.path)))


def _with_place(violation: Violation, place: Origin | None) -> Violation:
    on = violation.on
    if place is None or not isinstance(on, RenderedObject):
        return violation
    old = at(on.blame, violation.path)
    told = over(replace(place, via=Via.HELM_VALUES, over=None), old)
    moved = replace(on, blame=with_blame(on.blame, violation.path, told))
    related = tuple(replace(note, on=moved) if note.on is on else note for note in violation.related)
    # The key of a value is that of the field where values are handed on as they are (toYaml).
    at_key = violation.at_key and place.verbatim and place.source_path[-1:] == violation.path[-1:]
    return replace(violation, on=moved, related=related, at_key=at_key)


def _named(key: ObjectKey) -> _Object:
    return key.group, key.kind, key.name


class _Search:
    """Renders charts again; it never leaves this module."""

    def __init__(self, charts: ChartRenderer) -> None:
        self._charts = charts
        self._left = MOST_RENDERS

    def places(self, one: Rendering, violations: Sequence[Violation]) -> Iterator[tuple[_Field, Origin]]:
        """The fields of violations whose values are found, each with the place of its value."""
        values = merged(one.defaults, one.given)
        known = [*_leaves(values, one)]
        questions = {
            (_named(on.key), violation.path): _question(on, violation.path, known)
            for violation in violations
            if isinstance(on := violation.on, RenderedObject)
        }
        open_ones = [each for each in questions.values() if each.candidates]
        slots = self._slots(one) if open_ones else {}
        open_ones = [each for each in open_ones if each.key in slots]
        for each in open_ones:
            each.slot = slots[each.key]
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
        """Change one value after the other: where all at once broke the chart, and for true and false."""
        for path, value in question.candidates[:_MOST_ONE_BY_ONE]:
            if _is_marked(value) and path in question.asked:
                continue
            seen = self._rendered(one, {path: _changed(value)})
            held = None if seen is None else seen.get(question.slot)
            if held is not None and value_at(held, question.path) not in (question.value, None):
                question.answer = path
                return

    def _slots(self, one: Rendering) -> Mapping[_Object, _Slot]:
        """Where each object comes from."""
        try:
            output = self._charts.render(one.chart, one.release)
        except (HelmFailed, HelmUnusable):
            return {}
        return {_named(object_key(body)): slot for slot, body in _bodies(output).items()}

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


def _question(on: RenderedObject, path: FieldPath, known: Sequence[_Leaf]) -> _Question:
    held = value_at(on.body, path)
    inside = ((leaf, value) for leaf, value in leaves(held) if not isinstance(value, dict | list))
    below, value = next(((leaf, value) for leaf, value in inside if value is not None), ((), None))
    candidates = _candidates(value, known) if value is not None else ()
    return _Question(_named(on.key), (*path, *below), value, candidates, below, held)


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


def _candidates(value: Any, known: Iterable[_Leaf]) -> tuple[_Leaf, ...]:
    """The values that a field may show: equal ones, then those that are a part of its text."""
    text = _text(value)
    held = [(path, leaf) for path, leaf in known if _may_show(_text(leaf), text)]
    held.sort(key=lambda one: (_text(one[1]) != text, -len(_text(one[1]))))
    return tuple(held[:_MOST_CANDIDATES])


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
