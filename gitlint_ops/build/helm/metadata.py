"""What a chart says of itself: `Chart.yaml`, and `requirements.yaml` of charts for Helm 2.

Source: helm.sh/helm pkg/chart/metadata.go, dependency.go, loader/load.go
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.build.kustomize.decode import scalar_text
from gitlint_ops.model.location import FieldPath
from gitlint_ops.syntax.documents import Typing, read

CHART_FILE, OLD_REQUIREMENTS = "Chart.yaml", "requirements.yaml"
CHART_LOCK, OLD_LOCK = "Chart.lock", "requirements.lock"
FILE_SCHEME = "file://"
MOST_DEPENDENCIES = 200


class Dependency(Struct, frozen=True):
    """A chart that another needs; `path` is its entry in the file that lists it, `entry` all that it says."""

    name: str
    version: str
    repository: str
    alias: str
    condition: str
    tags: tuple[str, ...]
    entry: Mapping[str, Any]
    path: FieldPath

    @property
    def key(self) -> str:
        """The key of the parent's values that are its own."""
        return self.alias or self.name


class Metadata(Struct, frozen=True):
    """What a chart is; `listed_in` is the file that lists its dependencies."""

    name: str
    version: str
    is_library: bool
    dependencies: tuple[Dependency, ...]
    listed_in: str


def metadata(files: Mapping[str, bytes]) -> Metadata:
    """What a chart's files say; what they do not say, or say wrongly, is empty."""
    body = _body(files, CHART_FILE)
    listed_in = CHART_FILE
    held = body.get("dependencies")
    if body.get("apiVersion") != "v2" and OLD_REQUIREMENTS in files:
        listed_in = OLD_REQUIREMENTS
        held = _body(files, OLD_REQUIREMENTS).get("dependencies")
    return Metadata(
        name=scalar_text(body.get("name")),
        version=scalar_text(body.get("version")),
        is_library=body.get("type") == "library",
        dependencies=tuple(dependencies(held)),
        listed_in=listed_in,
    )


def dependencies(held: Any) -> Iterator[Dependency]:
    """The entries of a list `dependencies`, as far as they have a name."""
    for index, one in enumerate(held[:MOST_DEPENDENCIES] if isinstance(held, list) else ()):
        if isinstance(one, dict) and scalar_text(one.get("name")):
            tags = one.get("tags")
            yield Dependency(
                name=scalar_text(one.get("name")),
                version=scalar_text(one.get("version")),
                repository=scalar_text(one.get("repository")),
                alias=scalar_text(one.get("alias")),
                condition=scalar_text(one.get("condition")),
                tags=tuple(filter(None, map(scalar_text, tags if isinstance(tags, list) else ()))),
                entry=one,
                path=("dependencies", index),
            )


def _body(files: Mapping[str, bytes], name: str) -> Mapping[str, Any]:
    documents = read(files.get(name, b""), Typing.KUBECTL).documents
    body = documents[0].body if documents else None
    return body if isinstance(body, dict) else {}
