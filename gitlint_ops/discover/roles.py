"""What each YAML file is to its repository: manifest, patch, chart values, or something else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from msgspec import Struct, field

from gitlint_ops.discover.kustomize import KustomizeDir, Reference
from gitlint_ops.model.objects import DocumentRole

MANIFEST_ENDINGS = (".yaml", ".yml", ".json")

# Folders whose plain manifests no operator delivers: by the names that people give them.
# "test" is as often an environment, and "docs" or "tools" an app, so those count at the top only.
NOT_DELIVERED = frozenset(
    {
        *("example", "examples", "sample", "samples", "tests", "testdata", "fixtures", "e2e"),
        *(".github", ".gitlab", ".circleci", "node_modules"),
    }
)
NOT_DELIVERED_AT_TOP = frozenset({"doc", "docs", "hack", "scripts", "tools", "test"})

# API groups of tools whose files look like Kubernetes objects but are never applied.
TOOL_GROUPS = (
    "backstage.io",
    "cli.kyverno.io",
    "chainsaw.kyverno.io",
    "client.authentication.k8s.io",
    "ctlptl.dev",
    "eksctl.io",
    "k3d.io",
    "kind.x-k8s.io",
    "kuttl.dev",
    "kustomize.config.k8s.io",
    "skaffold",
    "tilt.dev",
)

# Kinds that are meant for a cluster even where their name was forgotten. Others without a name are often
# templates that a program fills in (Jenkins' and Airflow's pods) or other tools' files.
_SURELY_APPLIED = {
    "v1": "ConfigMap Namespace PersistentVolume PersistentVolumeClaim Secret Service ServiceAccount",
    "apps/v1": "DaemonSet Deployment StatefulSet",
    "autoscaling/v2": "HorizontalPodAutoscaler",
    "batch/v1": "CronJob",
    "networking.k8s.io/v1": "Ingress NetworkPolicy",
    "policy/v1": "PodDisruptionBudget",
    "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding Role RoleBinding",
}


class FileRole(Enum):
    """What a whole file is taken for.

    A `SETTING` is for the builder alone, which says itself what it did not follow.
    """

    KUSTOMIZATION = "kustomization"
    RESOURCE = "resource"
    PATCH = "patch"
    DATA = "data"
    SETTING = "setting"
    CHART_VALUES = "chart-values"
    CHART = "chart"
    LOOSE = "loose"


LEFT_OUT: Mapping[FileRole, str] = {
    FileRole.CHART: "files of Helm charts (rendered by helm, not read as YAML)",
    FileRole.DATA: "files that generators and plugins take as data",
}

NOT_JUDGED = "manifests in folders of examples, tests and docs (read; judged only if you name the folder)"


class Uses(Struct, frozen=True):
    """Which files the kustomizations of a repository name, and for what."""

    by_path: Mapping[str, frozenset[Reference]]
    folders_listed_from: frozenset[str]
    """Folders of which some file is listed as a resource."""

    def is_rendered(self, chart: str) -> bool:
        """Whether a kustomization renders a chart, by itself or as a part of another."""
        parts = chart.split("/")
        return any(
            Reference.SETTING in self.by_path.get("/".join(parts[:end]), ())
            for end in range(1, len(parts) + 1)
        )


class Charts(Struct, frozen=True):
    """Chart folders of a repository: those with a Chart.yaml."""

    folders: frozenset[str] = field(default_factory=frozenset)

    def of(self, path: str) -> str | None:
        """The innermost chart folder that holds `path`."""
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            if folder in self.folders:
                return folder
        return None


def charts(paths: Iterable[str]) -> Charts:
    """The chart folders among a repository's files."""
    return Charts(
        frozenset(path.rpartition("/")[0] for path in paths if path.rpartition("/")[2] == "Chart.yaml")
    )


def uses(dirs: Mapping[str, KustomizeDir], resolve: Mapping[str, str]) -> Uses:
    """What all kustomizations name; `resolve` maps links to the files they lead to."""
    by_path: dict[str, set[Reference]] = {}
    listed: set[str] = set()
    for directory in dirs.values():
        for referred in directory.references:
            if referred.path:
                path = resolve.get(referred.path, referred.path)
                by_path.setdefault(path, set()).add(referred.use)
                if referred.use is Reference.RESOURCE and path not in dirs:
                    listed.add(path.rpartition("/")[0])
    return Uses({path: frozenset(found) for path, found in by_path.items()}, frozenset(listed))


def file_role(path: str, found: Uses, helm: Charts, dirs: Mapping[str, KustomizeDir]) -> FileRole:
    """What a YAML file is, before it is read."""
    folder, _, name = path.rpartition("/")
    if folder in dirs and dirs[folder].document.file.path == path:
        return FileRole.KUSTOMIZATION
    used = found.by_path.get(path, frozenset())
    if Reference.RESOURCE in used or Reference.COMPONENT in used:
        return FileRole.RESOURCE
    if Reference.PATCH in used:
        return FileRole.PATCH
    if Reference.DATA in used:
        return FileRole.DATA
    if used:
        return FileRole.SETTING
    chart = helm.of(path)
    if chart is None:
        return FileRole.LOOSE
    inner = path[len(chart) + 1 :] if chart else path
    if inner.startswith(("templates/", "crds/", "charts/", "ci/")) or name == "Chart.yaml":
        return FileRole.SETTING if found.is_rendered(chart) else FileRole.CHART
    return FileRole.CHART_VALUES if name.startswith("values") else FileRole.LOOSE


def is_delivered(path: str, scope: str) -> bool:
    """Whether the folders' names allow that an operator applies the file (below `scope`)."""
    inner = path[len(scope) + 1 :] if scope and path.startswith(f"{scope}/") else path
    folders = inner.lower().split("/")[:-1]
    return not (
        any(folder in NOT_DELIVERED for folder in folders)
        or (folders[:1] and folders[0] in NOT_DELIVERED_AT_TOP)
    )


def is_object(body: Any) -> bool:
    """Whether a document is a Kubernetes object that could be applied."""
    if not isinstance(body, Mapping):
        return False
    api_version, kind = body.get("apiVersion"), body.get("kind")
    if not (isinstance(api_version, str) and isinstance(kind, str) and kind):
        return False
    group = api_version.rpartition("/")[0]
    if group in TOOL_GROUPS or any(group.endswith(f".{one}") for one in TOOL_GROUPS):
        return False
    metadata = body.get("metadata")
    named = isinstance(metadata, Mapping) and ("name" in metadata or "generateName" in metadata)
    if not api_version:
        return named  # an empty one is a fault to be told, and no other sort of file
    return (
        named or isinstance(body.get("items"), list) or kind in _SURELY_APPLIED.get(api_version, "").split()
    )


def document_role(body: Any, role: FileRole) -> DocumentRole:
    """What one document is, given what its file is."""
    if role is FileRole.KUSTOMIZATION:
        return DocumentRole.KUSTOMIZATION
    if role is FileRole.CHART_VALUES:
        return DocumentRole.CHART_VALUES
    if role is FileRole.PATCH:
        return DocumentRole.PATCH
    return DocumentRole.OBJECT if is_object(body) else DocumentRole.OTHER
