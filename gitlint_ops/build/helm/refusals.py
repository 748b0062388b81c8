"""What helm refuses, told where a person mends it: at the value, the template, or the delivery object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from msgspec.structs import replace

from gitlint_ops.build.helm.messages import plain_message, template_places
from gitlint_ops.build.helm.render import values_file
from gitlint_ops.build.helm.request import ChartRequest, Rendering
from gitlint_ops.build.helm.template_blame import in_chart, notes
from gitlint_ops.build.helm.value_schemas import NAME
from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import DocumentRef, FieldPath, format_path
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at

RENDER_FAILED = "render-failed"
SCHEMA_VIOLATION = "values-schema-violation"

_SCHEMAS = "values don't meet the specifications of the schema(s)"
# Version 3.18 and later, and 4: "- at '/port': got string, want integer".
_NEW = re.compile(r"^\s*- at '(?P<path>[^']*)': (?P<said>.+)$")
# Before: "- port: Invalid type. Expected: integer, given: string", and "(root)" for all of it.
_OLD = re.compile(r"^\s*- (?P<path>\S+): (?P<said>.+)$")
_CHART = re.compile(r"^(?P<name>[A-Za-z0-9._-]+):$")
_EXTRA = re.compile(
    r"additional propert(?:y|ies) (?P<names>'[^']+'(?:, '[^']+')*) not allowed|"
    r"Additional property (?P<name>\S+) is not allowed"
)
_OTHER_RELEASE = "incompatible with Kubernetes"
_USUAL_RELEASE = "helm's default, and none is said for the cluster (`kubernetes:` in gitlint-ops.yaml)"
_ASKS_CLUSTER = re.compile(rb"\blookup(?= )|\.Capabilities\.APIVersions\b")
_LOOKED_AT = re.compile(r"<\$?\.Values\.(?P<path>[A-Za-z_][\w.]*)>: (?:can't evaluate field|nil pointer)")
_ABSENT = object()
_ASKED = re.compile(r"execution error at \(")
_GROUP = re.compile(r"validation failed$|'allOf' failed$")
_CHOICE = re.compile(r"'(?:anyOf|oneOf)' failed")
_MOST = 50
_MOST_CHOICES = 4


def excused(request: ChartRequest, rendering: Rendering, said: str) -> str:
    """Why a refusal proves nothing, "" where it does: the cluster may hold what is not known here."""
    if request.partial:
        return f"the chart does not render without values that are not known: {request.partial}"
    if _OTHER_RELEASE in said and not request.kubernetes:
        return (
            f"the chart asks for another release of Kubernetes than {_USUAL_RELEASE}: {plain_message(said)}"
        )
    for place in template_places(said):
        path = in_chart(place.template, rendering.chart)
        asked = _ASKS_CLUSTER.search(rendering.chart.files[path]) if path else None
        if asked is not None:
            what = asked[0].decode()
            return f"the chart does not render, but {path} asks the cluster ({what}): {plain_message(said)}"
    return ""


def refused(request: ChartRequest, rendering: Rendering, said: str) -> tuple[Violation, ...]:
    """The violations that a message of helm comes to."""
    for number, layer in enumerate(request.values):
        said = said.replace(values_file(number), layer.name)
    found = schema_violations(rendering, said, request.on, request.at)
    return found or (_failed(request, rendering, said),)


def schema_violations(
    rendering: Rendering, said: str, on: RenderedObject | DocumentRef, at: FieldPath
) -> tuple[Violation, ...]:
    """What values a message says to break a schema, each at its place, else at what asks for the chart."""
    if _SCHEMAS not in said:
        return ()
    asks = Violation(on, at, "", rule=SCHEMA_VIOLATION)
    return tuple(islice(_of_schemas(asks, rendering, said), _MOST))


def _failed(request: ChartRequest, rendering: Rendering, said: str) -> Violation:
    told = plain_message(said)
    places = tuple(notes(template_places(said), rendering.chart, rendering.tree))
    broken = next((one for one in request.values if one.broken and one.name in said), None)
    if broken is not None:
        source = origin(broken.blame)
        return Violation(
            source.source, source.source_path, f"helm cannot read these values: {told}", rule=RENDER_FAILED
        )
    message = f"the chart does not render (helm: {told})"
    unfit = _unfit_value(rendering, said)
    if unfit is not None:
        source = origin(at(rendering.given.blame, unfit))
        where = f"the chart's templates read values within '{format_path(unfit)}'"
        message = f"{where}, a mapping in its values.yaml; here it is none (helm: {told})"
        return Violation(
            source.source, source.source_path, message, related=places, rule=RENDER_FAILED, hint=_hint(said)
        )
    # What a chart demands by `required` and `fail` is asked of the values; all else is the template's.
    if places and not _ASKED.search(said):
        asks = Note(request.on, request.at, "it is asked for here")
        last = places[-1]
        return Violation(
            last.on, last.path, message, related=(*places[:-1], asks), rule=RENDER_FAILED, hint=_hint(said)
        )
    return Violation(request.on, request.at, message, related=places, rule=RENDER_FAILED, hint=_hint(said))


def _unfit_value(rendering: Rendering, said: str) -> FieldPath | None:
    """The value given in place of a mapping of the chart's own, within which a template looks."""
    for found in _LOOKED_AT.finditer(said):
        path = tuple(found["path"].split("."))
        for end in range(1, len(path) + 1):
            given = value_at(rendering.given.body, path[:end], default=_ABSENT)
            if given is _ABSENT:
                break
            own = value_at(rendering.defaults.body, path[:end])
            if isinstance(own, dict) and not isinstance(given, dict):
                return path[:end]
    return None


_HINTS: Mapping[str, str] = {
    "nil pointer evaluating": "give the values that the template reads, or guard it with `with` or `default`",
    "incompatible with Kubernetes": "say the cluster's version in gitlint-ops.yaml, or take another chart",
    "missing in charts/ directory": "run `helm dependency build` and commit charts/, or mend Chart.yaml",
}


def _hint(said: str) -> str:
    return next((hint for text, hint in _HINTS.items() if text in said), "")


def _of_schemas(asks: Violation, rendering: Rendering, said: str) -> Iterator[Violation]:
    prefix: FieldPath = ()
    first = True
    for chart, path, told in _complaints(said):
        if chart:
            prefix = () if first else _values_of(chart, rendering)
            first = False
        elif not first:
            yield from _of_schema(asks, rendering, prefix, path, told)


def _complaints(said: str) -> Iterator[tuple[str, str, str]]:
    """The chart that a line names, or the path and fault that it tells.

    Below "'anyOf' failed" stands what each choice asks for, below other groups what is wrong.
    """
    choice: tuple[int, str, str, list[str]] | None = None
    for line in said.split("\n"):
        chart = _CHART.match(line)
        found = _NEW.match(line) or _OLD.match(line)
        depth = len(line) - len(line.lstrip())
        if choice is not None and found is not None and depth > choice[0]:
            choice[3].append(found["said"])
            continue
        if choice is not None:
            yield _told_choice(*choice[1:])
            choice = None
        if chart is not None:
            yield chart["name"], "", ""
        elif found is not None and _CHOICE.match(found["said"]):
            choice = (depth, found["path"], found["said"], [])
        elif found is not None and not _GROUP.match(found["said"]):
            yield "", found["path"], found["said"]
    if choice is not None:
        yield _told_choice(*choice[1:])


def _told_choice(path: str, said: str, below: list[str]) -> tuple[str, str, str]:
    asked = [one for one in below if not _GROUP.match(one)][:_MOST_CHOICES]
    return "", path, f"{said} ({'; '.join(asked)})" if asked else said


def _values_of(name: str, rendering: Rendering) -> FieldPath:
    """Where a chart within the chart is told its values."""
    pending: list[tuple[FieldPath, Any]] = [
        ((), rendering.given.body),
        ((), rendering.defaults.body),
    ]
    for path, body in pending:
        if isinstance(body, dict) and isinstance(body.get(name), dict):
            return (*path, name)
        if isinstance(body, dict) and len(path) < 3:
            pending += [((*path, str(key)), one) for key, one in body.items() if isinstance(one, dict)]
    return (name,)


def _of_schema(
    asks: Violation, rendering: Rendering, prefix: FieldPath, told: str, said: str
) -> Iterator[Violation]:
    path = (*prefix, *_path(told, rendering, prefix))
    extra = _EXTRA.search(said)
    if extra is None:
        what = f"the value {format_path(path)} breaks" if path else "these values break"
        yield _at_value(asks, rendering, path, f"{what} the chart's {NAME}: {said}")
        return
    names = [extra["name"]] if extra["name"] else [one.strip("' ") for one in extra["names"].split(",")]
    known = _known(rendering, prefix, path)
    for name in names:
        near = did_you_mean(name, known)
        yield _at_value(
            asks,
            rendering,
            (*path, name),
            f"the chart knows no value '{format_path((*path, name))}' (its {NAME} allows no others)",
            hint=f"did you mean '{near}'?" if near else "",
            at_key=True,
        )


def _path(told: str, rendering: Rendering, prefix: FieldPath) -> FieldPath:
    """The path that a JSON pointer, or a path with dots, means among the values."""
    if told in ("", "(root)"):
        return ()
    parts = (
        [one.replace("~1", "/").replace("~0", "~") for one in told[1:].split("/")]
        if told.startswith("/")
        else told.split(".")
    )
    path: list[str | int] = []
    for part in parts:
        held = value_at(rendering.given.body, (*prefix, *path))
        held = held if held is not None else value_at(rendering.defaults.body, (*prefix, *path))
        path.append(int(part) if isinstance(held, list) and part.isdecimal() else part)
    return tuple(path)


def _known(rendering: Rendering, prefix: FieldPath, path: FieldPath) -> tuple[str, ...]:
    """The keys that the schema of the chart itself knows at a path."""
    if prefix:
        return ()
    try:
        schema = json.loads(rendering.chart.files.get(NAME, b"{}"))
    except (ValueError, RecursionError):
        return ()
    for key in path:
        schema = value_at(schema, ("items",) if isinstance(key, int) else ("properties", key))
    known = value_at(schema, ("properties",))
    return tuple(known) if isinstance(known, dict) else ()


def _at_value(
    asks: Violation,
    rendering: Rendering,
    path: FieldPath,
    message: str,
    hint: str = "",
    *,
    at_key: bool = False,
) -> Violation:
    """A violation at a value, or at what holds it: those given first, then the chart's own."""
    entry = rendering.entry
    for end in range(len(path), 0, -1):
        for values in (rendering.given, rendering.defaults):
            if value_at(values.body, path[:end], default=values) is not values:
                source = origin(at(values.blame, path[:end]))
                # What lies in an archive has no place of its own.
                if (source.source, source.source_path) != (entry.source, entry.source_path):
                    whole = end == len(path)
                    return Violation(
                        source.source,
                        source.source_path,
                        message,
                        hint=hint,
                        rule=SCHEMA_VIOLATION,
                        at_key=at_key and whole and source.verbatim,
                    )
    return replace(asks, message=message, hint=hint)
