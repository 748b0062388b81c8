"""Comments by which Flux finds the images that it updates, and what keeps it from it.

Sources: fluxcd.io/flux/guides/image-update, sigs.k8s.io/kustomize/kyaml (fieldmeta.go: a comment counts only
where all of it is JSON), image-automation-controller pkg/update (the names of setters)
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FileRef, Location
from gitlint_ops.model.near_names import most_alike
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import BuildResult
from gitlint_ops.syntax.comments import all_comments
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Unreadable

RULE = "image-marker-broken"
GROUP = "image.toolkit.fluxcd.io"

_KEY = "$imagepolicy"
_NAMES = re.compile(r"([\w.-]+):([\w.-]+)")
_PARTS = ("tag", "name", "digest")
_FIELD = re.compile(r"\s*(?:-\s+)*(?:\"?(?P<key>[\w.-]+)\"?\s*:\s*)?[\"']?(?P<value>[^\s\"'#]*)")
_TAG_FIELDS = frozenset({"tag", "newTag", "imageTag"})


class _Marker(Struct, frozen=True):
    """One comment, the field before it, and where it stands."""

    comment: str
    key: str
    value: str
    place: Location

    def told(self, message: str, hint: str) -> Violation:
        return Violation(self.place, (), message, hint=hint, rule=RULE)


def broken_markers(
    surveys: Iterable[Survey], builds: Iterable[BuildResult], sources: Sources
) -> Iterator[Violation]:
    """Markers that update nothing, or the wrong thing, and policies that no marker names."""
    objects = [one for build in builds for one in build.objects if one.key.group == GROUP]
    policies = {(one.key.namespace, one.key.name): one for one in objects if one.kind == "ImagePolicy"}
    if not policies:
        return
    paths = list(dict.fromkeys(_path_of(one) for one in objects if one.kind == "ImageUpdateAutomation"))
    named: set[tuple[str, str]] = set()
    for marker in _markers(surveys, sources):
        found = _policy_of(marker)
        if isinstance(found, Violation):
            named |= set(_NAMES.findall(marker.comment))
            yield found
            continue
        named.add(found[:2])
        yield from _faults(marker, found, policies, paths)
    # A policy that a broken marker probably means is told there.
    meant = {(space, most_alike(name, _names_in(space, policies))) for space, name in named - set(policies)}
    for key, policy in policies.items():
        if paths and key not in named | meant:
            yield _unused(policy)


def _path_of(automation: RenderedObject) -> str:
    path = value_at(automation.body, ("spec", "update", "path"), "")
    folder = posixpath.normpath(path.lstrip("/") or ".") if isinstance(path, str) else "."
    return "" if folder == "." else folder


def _markers(surveys: Iterable[Survey], sources: Sources) -> Iterator[_Marker]:
    for survey in surveys:
        for file in dict.fromkeys(one.ref.file for one in survey.documents):
            try:
                data = sources.data(file)
            except Unreadable:
                continue
            if _KEY.encode() in data:
                yield from _markers_in(file, data, sources)


def _markers_in(file: FileRef, data: bytes, sources: Sources) -> Iterator[_Marker]:
    lines = sources.lines(file)
    for number, comment in all_comments(data):
        if f'"{_KEY}"' not in comment:
            continue
        line = lines[number - 1]
        start = line.rfind("#", 0, line.find(f'"{_KEY}"'))
        before = _FIELD.match(line[:start])
        key, value = (before["key"] or "", before["value"]) if before else ("", "")
        end = len(line.rstrip()) + 1
        yield _Marker(comment, key, value, Location(file, number, start + 1, number, end))


def _policy_of(marker: _Marker) -> tuple[str, str, str] | Violation:
    """The namespace, name and part that a marker names."""
    try:
        held = json.loads(marker.comment)
    except (ValueError, RecursionError):
        held = None
    name = held.get(_KEY) if isinstance(held, dict) else None
    if not isinstance(name, str):
        message = "Flux passes over this marker, for the comment is no JSON as a whole"
        return marker.told(message, 'write nothing but {"$imagepolicy": "NAMESPACE:NAME"} into the comment')
    parts = name.split(":")
    if len(parts) not in (2, 3) or (len(parts) == 3 and parts[2] not in _PARTS):
        message = f"Flux passes over the marker '{name}'"
        return marker.told(message, "write NAMESPACE:NAME, and behind it :tag, :name or :digest for a part")
    return parts[0], parts[1], parts[2] if len(parts) == 3 else ""


def _faults(
    marker: _Marker,
    found: tuple[str, str, str],
    policies: Mapping[tuple[str, str], RenderedObject],
    paths: Sequence[str],
) -> Iterator[Violation]:
    namespace, name, part = found
    names = _names_in(namespace, policies)
    # Where a namespace has no policy here, its policies stand elsewhere.
    if names and name not in names:
        near = most_alike(name, names)
        message = f"there is no ImagePolicy {namespace}/{name}, so that Flux never updates this"
        yield marker.told(
            message, f"did you mean '{near}'?" if near else "correct the name, or add the policy"
        )
    elif paths and not any(_is_within(marker.place.file.path, one) for one in paths):
        where = " or ".join(f"'{one}'" for one in paths)
        message = f"no automation updates this file: they update what lies in {where}"
        yield marker.told(
            message, "widen spec.update.path of the ImageUpdateAutomation, or remove the marker"
        )
    else:
        yield from _wrong_part(marker, part)


def _names_in(namespace: str, policies: Iterable[tuple[str, str]]) -> list[str]:
    return [one[1] for one in policies if one[0] == namespace]


def _wrong_part(marker: _Marker, part: str) -> Iterator[Violation]:
    is_image = "/" in marker.value or ":" in marker.value
    if part == "tag" and is_image and marker.key not in _TAG_FIELDS:
        message = f"Flux writes a tag alone over '{marker.value}'"
        yield marker.told(
            message, "remove :tag behind the name of the policy, to have the whole image written"
        )
    elif not part and marker.key in _TAG_FIELDS and not is_image:
        message = f"Flux writes a whole image into '{marker.key}'"
        yield marker.told(message, "write :tag behind the name of the policy")


def _is_within(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _unused(policy: RenderedObject) -> Violation:
    return Violation(
        policy,
        ("metadata", "name"),
        f"no marker names the ImagePolicy {policy.key.namespace}/{policy.key.name}: it updates nothing",
        hint="write its marker behind an image, or remove the policy",
        rule=RULE,
    )
