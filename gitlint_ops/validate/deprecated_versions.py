"""Custom resources in versions that their CustomResourceDefinition marks as deprecated."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.findings import Note, Severity, Violation
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.removed_apis import is_listed
from gitlint_ops.model.structure import value_at
from gitlint_ops.resources import schemas_folder
from gitlint_ops.validate.definitions import is_definition
from gitlint_ops.validate.pins import by_stability

RULE = "api-deprecated"


class _Deprecation(Struct, frozen=True):
    """A deprecated version: `told` is its definition's own warning, `instead` the version to write or "".

    `origin` says whose definition that is; it is "" for one of the workspace, which `on` is then.
    """

    instead: str
    told: str = ""
    origin: str = ""
    on: RenderedObject | None = None


def deprecated_versions(
    objects: Iterable[RenderedObject],
    definitions: Iterable[RenderedObject],
    is_pinned: Callable[[str, str], bool],
) -> Iterator[Violation]:
    """Objects whose version is deprecated, by the workspace's definitions or those that are shipped.

    `is_pinned` says of which groups and kinds the user has pinned definitions: these may be of another
    release than those that are shipped. What Kubernetes and Flux say of their own APIs is not repeated.
    """
    known = _Known(definitions, is_pinned)
    for on in objects:
        if "." not in on.key.group or is_listed(on.api_version, on.kind):
            continue
        found = known.deprecation(on.key.group, on.kind, on.api_version.rpartition("/")[2])
        if found is not None:
            yield _violation(on, found)


class _Known:
    """What is known of custom kinds, looked up once for each version."""

    def __init__(self, definitions: Iterable[RenderedObject], is_pinned: Callable[[str, str], bool]) -> None:
        self._is_pinned = is_pinned
        self._defined: dict[tuple[str, str], list[RenderedObject]] = {}
        self._found: dict[tuple[str, str, str], _Deprecation | None] = {}
        self._shipped: Mapping[str, Any] | None = None
        for one in definitions:
            if is_definition(one.body):
                group, kind = (
                    value_at(one.body, ("spec", *path)) for path in (("group",), ("names", "kind"))
                )
                self._defined.setdefault((str(group), str(kind)), []).append(one)

    def deprecation(self, group: str, kind: str, version: str) -> _Deprecation | None:
        wanted = group, kind, version
        if wanted not in self._found:
            self._found[wanted] = self._look_up(group, kind, version)
        return self._found[wanted]

    def _look_up(self, group: str, kind: str, version: str) -> _Deprecation | None:
        defined = self._defined.get((group, kind))
        if defined is not None:
            found = [_defined_deprecation(one, version) for one in defined]
            # Several definitions: one that is content is enough.
            return found[0] if None not in found else None
        return None if self._is_pinned(group, kind) else self._shipped_deprecation(group, kind, version)

    def _shipped_deprecation(self, group: str, kind: str, version: str) -> _Deprecation | None:
        if self._shipped is None:
            self._shipped = json.loads((schemas_folder() / "crds" / "index.json").read_bytes())
        assert self._shipped is not None
        entry = self._shipped["kinds"].get(group, {}).get(kind, {})
        facts = entry.get("versions", {}).get(version, {})
        if not facts.get("deprecated") or not facts.get("served"):
            return None
        instead = _instead(entry["versions"], version)
        origin = self._shipped["sources"][facts.get("only_in", entry["source"])]
        # Without another version to write, the word of a release that may not be the user's helps nobody.
        return _Deprecation(instead, origin=origin) if instead else None


def _defined_deprecation(definition: RenderedObject, version: str) -> _Deprecation | None:
    versions = {
        str(one.get("name")): one
        for one in value_at(definition.body, ("spec", "versions"), ())
        if isinstance(one, Mapping)
    }
    facts = versions.get(version, {})
    if facts.get("deprecated") is not True or facts.get("served") is not True:
        return None
    told = facts.get("deprecationWarning")
    return _Deprecation(_instead(versions, version), told if isinstance(told, str) else "", on=definition)


def _instead(versions: Mapping[str, Mapping[str, Any]], version: str) -> str:
    """The most stable version that is served and not deprecated, "" where there is none."""
    good = [
        name
        for name, facts in versions.items()
        if name != version and facts.get("served") and not facts.get("deprecated")
    ]
    return by_stability(good)[0] if good else ""


def _violation(on: RenderedObject, found: _Deprecation) -> Violation:
    by = f"as of {found.origin}" if found.origin else "by its CustomResourceDefinition"
    hint = (
        f"use {on.key.group}/{found.instead}" if found.instead else "no version of the kind takes its place"
    )
    return Violation(
        on,
        ("apiVersion",),
        f"{on.kind} {on.api_version} is deprecated {by}",
        related=(Note(found.on, ("spec", "versions"), "it is deprecated here"),) if found.on else (),
        hint=f"{found.told}; {hint}" if found.told else hint,
        rule=RULE,
        severity=None if found.instead else Severity.NOTE,
    )
