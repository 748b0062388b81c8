"""The pinned schemas of schemas/crds/ as CustomResourceDefinitions that a server takes."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "schemas" / "crds"


def pinned_definitions(
    only: Container[tuple[str, str]] | None = None, folder: Path = FOLDER
) -> Iterator[dict[str, Any]]:
    """All of them, or `only` those of these groups and kinds."""
    index = folder / "index.json"
    held = json.loads(index.read_text())["kinds"] if index.is_file() else {}
    for group, kinds in held.items():
        for kind, entry in kinds.items():
            wanted = only is None or (group, kind) in only
            versions = list(_versions(folder, group, kind, entry)) if wanted else []
            if versions:
                yield _definition(group, kind, entry, versions)


def _versions(folder: Path, group: str, kind: str, entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    served = {name: facts for name, facts in entry["versions"].items() if facts.get("schema")}
    stored = next((name for name, facts in served.items() if facts.get("storage")), next(iter(served), ""))
    for name, facts in served.items():
        schema = json.loads((folder / group / f"{kind.lower()}_{name}.json").read_text())
        version = {"name": name, "served": True, "storage": name == stored}
        version["schema"] = {"openAPIV3Schema": schema}
        if "status" in facts.get("subresources", ()):
            version["subresources"] = {"status": {}}
        yield version


def _definition(
    group: str, kind: str, entry: Mapping[str, Any], versions: list[dict[str, Any]]
) -> dict[str, Any]:
    plural = entry.get("plural") or f"{kind.lower()}s"
    # Groups of Kubernetes' own are kept for those who name the approval.
    approved = {"api-approved.kubernetes.io": "unapproved, for a test"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}", "annotations": approved},
        "spec": {
            "group": group,
            "scope": entry["scope"],
            "names": {"kind": kind, "plural": plural},
            "versions": versions,
        },
    }
