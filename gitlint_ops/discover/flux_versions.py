"""The version of Flux that a repository installs: what `flux bootstrap` wrote, or what an operator is told.

Sources: fluxcd/flux2 (manifestgen), fluxoperator.dev/docs/crd/fluxinstance
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import takewhile
from typing import Any

from msgspec import Struct

from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.discover.survey import Survey
from gitlint_ops.discover.untouched import documents_with
from gitlint_ops.model.delivery import FLUX_HELM, FLUX_SOURCE
from gitlint_ops.model.location import FileRef
from gitlint_ops.model.removed_apis import NEWEST
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.version_ranges import Version, satisfies, version
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Unreadable

BOOTSTRAPPED = "gotk-components.yaml"

_FIRST = (2, 0)
"""Of what is older nothing is told: support has ended, and an upgrade meets all that was removed since."""

_HEADER = re.compile(rb"^# Flux Version: (v?\d+\.\d+\.\d+\S*)", re.MULTILINE)
_HEADER_BYTES = 1_000
_EXACT = re.compile(r"v?\d+\.\d+\.\d+(?:[-+].*)?\Z")
_REMOTE = re.compile(
    r"github\.com[:/]fluxcd/flux2(?:\.git)?(?://?manifests/install/?\?(?:[^#]*&)?(?:ref|version)="
    r"|/releases/download/)(v\d+\.\d+\.\d+)(?=$|[&/])"
)
_INSTALLED_KINDS = frozenset({"CustomResourceDefinition", "Deployment", "Namespace"})
_CONTROLLERS = ("kustomize-controller", "source-controller")
_PART_OF, _VERSION = "app.kubernetes.io/part-of", "app.kubernetes.io/version"
# Where a document can say it: one that lacks all of these is not read for it.
_MARKS = ("kind: FluxInstance", "flux-instance", "/flux-manifests", "fluxcd/flux2")
_MOST_PATCHES = 30


class _Installed(Struct, frozen=True):
    """A file and the version of Flux that it installs."""

    file: FileRef
    version: str


class InstalledFlux:
    """The versions of Flux that the files of a run install, looked for once they are asked for.

    `limited`: the surveys do not hold all files.
    """

    def __init__(self, surveys: Sequence[Survey], sources: Sources, *, limited: bool = False) -> None:
        self._surveys = surveys
        self._sources = sources
        self._limited = limited

    def nearest(self, repo: str, path: str) -> str:
        """The version that the installation nearest to a file is of, "" where none is known.

        The nearest is the one with which it shares most of its folders; of several, the newest.
        """
        held = [one for one in self._found if one.file.repo == repo] or self._found
        shared = [_shared(one.file.path, path) for one in held]
        most = max(shared, default=0)
        return newest(one.version for one, count in zip(held, shared, strict=True) if count == most)

    @cached_property
    def _found(self) -> tuple[_Installed, ...]:
        return (*self._by_header(), *self._by_documents())

    def _by_header(self) -> Iterator[_Installed]:
        for tree in self._sources.trees:
            for path in tree.entries():
                if path.rpartition("/")[2] == BOOTSTRAPPED:
                    try:
                        data = self._sources.data(tree.ref(path))
                    except Unreadable:
                        continue  # whoever delivers it is told
                    found = _HEADER.search(data[:_HEADER_BYTES])
                    if found is not None and (known := known_version(found[1].decode("ascii", "replace"))):
                        yield _Installed(tree.ref(path), known)

    def _by_documents(self) -> Iterator[_Installed]:
        for file, body in self._documents():
            found = version_of(body)
            if found:
                yield _Installed(file, found)

    def _documents(self) -> Iterator[tuple[FileRef, Mapping[str, Any]]]:
        for survey in self._surveys:
            for one in survey.documents:
                if one.delivered and isinstance(one.body, Mapping):
                    yield one.ref.file, one.body
        if self._limited:
            for tree in self._sources.trees:
                yield from ((ref.file, body) for ref, body in documents_with(_MARKS, self._sources, tree))


def _shared(path: str, other: str) -> int:
    """How many folders two files have in common."""
    pairs = zip(path.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def newest(versions: Iterable[str]) -> str:
    """The newest of some versions, "" of none."""
    held = [(found.order(), text) for text in versions if (found := version(text))]
    return max(held)[1] if held else ""


def version_among(known: KnownObjects) -> str:
    """The newest version of Flux that the objects of a cluster install, "" where none says so."""
    held = (
        *(one for name in _CONTROLLERS for one in known.named("apps", "Deployment", name)),
        *known.of_kind("", "Namespace"),
        *known.of_kind("fluxcd.controlplane.io", "FluxInstance"),
        *known.of_kind(FLUX_SOURCE, "OCIRepository"),
        *known.of_kind(FLUX_HELM, "HelmRelease"),
    )
    return newest(version_of(one.body) for one in held)


def version_of(body: Mapping[str, Any]) -> str:
    """The version of Flux that an object, or a kustomization, installs; "" for all others."""
    find = _BY_KIND.get(str(body.get("kind")), _by_resources if "resources" in body else _nothing)
    return known_version(find(body))


def known_version(text: str) -> str:
    """A version, or the newest one that is known in a range; "" for what is neither, or too old."""
    if _EXACT.match(text):
        found = version(text)
        return text.removeprefix("v") if found and (found.major, found.minor) >= _FIRST else ""
    major, last = (int(one) for one in NEWEST["flux"].split("."))
    for minor in range(last, -1, -1):
        if any(satisfies(Version(major, minor, patch), text) for patch in range(_MOST_PATCHES)):
            return f"{major}.{minor}"
    return ""


def _text(body: Any, *path: str) -> str:
    found = value_at(body, path)
    return found if isinstance(found, str) else ""


def _by_label(body: Mapping[str, Any]) -> str:
    """Of the objects that `flux install` makes."""
    labels = ("metadata", "labels")
    is_own = _text(body, *labels, _PART_OF) == "flux" or _text(body, "metadata", "name") in _CONTROLLERS
    if not is_own:
        return ""
    found = _text(body, *labels, _VERSION)
    return found if _EXACT.match(found) else ""


def _by_instance(body: Mapping[str, Any]) -> str:
    is_one = _text(body, "apiVersion").startswith("fluxcd.controlplane.io/")
    return _text(body, "spec", "distribution", "version") if is_one else ""


def _by_artifact(body: Mapping[str, Any]) -> str:
    """Of the artifact that holds nothing but Flux's own manifests."""
    url = _text(body, "spec", "url").removesuffix("/").removesuffix(".git")
    if not url.endswith("/flux-manifests"):
        return ""
    return _text(body, "spec", "ref", "tag") or _text(body, "spec", "ref", "semver")


def _by_release(body: Mapping[str, Any]) -> str:
    """Of a release of the chart that makes a FluxInstance."""
    names = (_text(body, "spec", "chart", "spec", "chart"), _text(body, "spec", "chartRef", "name"))
    if not any("flux-instance" in one for one in (*names, _text(body, "metadata", "name"))):
        return ""
    return _text(body, "spec", "values", "instance", "distribution", "version")


def _by_resources(body: Mapping[str, Any]) -> str:
    """Of a kustomization that takes in Flux's own manifests from where they are published."""
    listed = body.get("resources")
    names = (one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, str))
    return next((found[1] for one in names if (found := _REMOTE.search(one))), "")


def _nothing(_body: Mapping[str, Any]) -> str:
    return ""


_BY_KIND: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    **dict.fromkeys(_INSTALLED_KINDS, _by_label),
    "FluxInstance": _by_instance,
    "HelmRelease": _by_release,
    "OCIRepository": _by_artifact,
}
