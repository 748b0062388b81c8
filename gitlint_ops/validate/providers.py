"""Custom resources whose definition nothing in the workspace delivers.

Most repositories leave definitions to operators that others install, and nothing in them says which. So
something is told only where the user has said what others define (`schemas.external`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from gitlint_ops.model.findings import Violation
from gitlint_ops.model.objects import RenderedObject, api_group
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import BuildResult

WITHOUT_PROVIDER = "cr-without-crd-provider"

# Groups of API servers that no definition of a custom resource makes.
_PLATFORMS = ("k8s.io", "openshift.io")


def without_provider(
    builds: Sequence[BuildResult],
    definitions: Iterable[Any],
    external: tuple[str, ...],
    is_known: Callable[[BuildResult, RenderedObject], bool],
) -> Iterator[Violation]:
    """One violation for each kind of custom resource that nothing here defines.

    `builds` are all that is delivered, `definitions` the bodies of all documents, delivered or not.
    `external` is what the user says that others define; `is_known` says whether the user has the
    definition of an object's kind, which some cluster then has (pins, catalogues).
    """
    defined = _defined(definitions) | {key for build in builds for key in _defined_by(build.objects)}
    told: set[tuple[str, str]] = set()
    for build in builds:
        for one in build.objects:
            key = (api_group(one.api_version), one.kind)
            if key in told or key in defined or not _is_custom(key):
                continue
            if _is_named(key, external) or is_known(build, one):
                continue
            told.add(key)
            yield _violation(one, key)


def _violation(one: RenderedObject, key: tuple[str, str]) -> Violation:
    group, kind = key
    return Violation(
        one,
        ("kind",),
        f"nothing in the workspace defines {kind} in {group}",
        hint="deliver its CustomResourceDefinition or the operator that brings it, or say that others do: "
        f"`schemas: {{external: [{group}]}}` in gitlint-ops.yaml",
        rule=WITHOUT_PROVIDER,
    )


def _is_custom(key: tuple[str, str]) -> bool:
    group = key[0]
    return "." in group and not any(group == one or group.endswith(f".{one}") for one in _PLATFORMS)


def _is_named(key: tuple[str, str], external: Iterable[str]) -> bool:
    group, kind = key
    return any(one in (group, f"{kind}.{group}") for one in external)


def _defined(bodies: Iterable[Any]) -> set[tuple[str, str]]:
    found = set()
    for body in bodies:
        if isinstance(body, dict) and body.get("kind") == "CustomResourceDefinition":
            found.add(_names(body))
    return found


def _defined_by(objects: Iterable[RenderedObject]) -> Iterator[tuple[str, str]]:
    return (_names(one.body) for one in objects if one.kind == "CustomResourceDefinition")


def _names(body: Any) -> tuple[str, str]:
    group = value_at(body, ("spec", "group"), "")
    return str(group), str(value_at(body, ("spec", "names", "kind"), ""))
