"""What the manifests themselves say is delivered: paths of Flux and Argo CD, images of build tools."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gitlint_ops.model.structure import value_at

FLUX_KUSTOMIZATION = "kustomize.toolkit.fluxcd.io"
ARGO = "argoproj.io"


def delivered_paths(bodies: Iterable[Any]) -> frozenset[str]:
    """Folders that a Flux Kustomization or an Argo CD Application names as its path.

    Which repository the path lies in is not asked: the answer only adds a folder of this
    repository to what is judged by itself.
    """
    return frozenset(
        _from_root(path.strip())
        for body in bodies
        if isinstance(body, Mapping)
        for path in _paths(body)
        if path.strip()
    )


def _from_root(path: str) -> str:
    normal = posixpath.normpath(path).lstrip("/")
    return "" if normal == "." else normal


def _paths(body: Mapping[str, Any]) -> Iterator[str]:
    group = str(body.get("apiVersion", "")).rpartition("/")[0]
    kind = body.get("kind")
    if group == FLUX_KUSTOMIZATION and kind == "Kustomization":
        yield from _strings(value_at(body, ("spec", "path")))
    elif group == ARGO and kind in ("Application", "ApplicationSet"):
        spec = value_at(body, ("spec",) if kind == "Application" else ("spec", "template", "spec"))
        yield from _strings(value_at(spec, ("source", "path")))
        sources = value_at(spec, ("sources",))
        for source in sources if isinstance(sources, list) else ():
            yield from _strings(value_at(source, ("path",)))


def replaced_images(bodies: Iterable[Any]) -> frozenset[str]:
    """Image names that a build tool replaces before anything is applied.

    Skaffold's artifacts: https://skaffold.dev/docs/references/yaml/#build-artifacts-image
    """
    found: set[str] = set()
    for body in bodies:
        if isinstance(body, Mapping) and str(body.get("apiVersion", "")).startswith("skaffold/"):
            artifacts = value_at(body, ("build", "artifacts"))
            for artifact in artifacts if isinstance(artifacts, list) else ():
                found.update(_strings(value_at(artifact, ("image",))))
    return frozenset(found)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
