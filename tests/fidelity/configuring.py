"""Random configurations, schemas and options of a kustomization."""

from __future__ import annotations

from copy import deepcopy

from .configurations import CONFIGURATION_PARTS, CRDS, OPENAPI
from .drafts import Draft


def configurations(draft: Draft) -> None:
    parts = draft.objects.some(*CONFIGURATION_PARTS, least=1, most=3)
    body = {key: value for one in parts for key, value in one.items()}
    draft.add("configurations", draft.file("config.yaml", draft.pen.document(deepcopy(body))))


def crds(draft: Draft) -> None:
    draft.add("crds", draft.file("crd.json", CRDS))


def openapi(draft: Draft) -> None:
    if draft.chance(0.3):
        draft.fields["openapi"] = {"version": "v1.21.2"}
    else:
        draft.fields["openapi"] = {"path": draft.file("schema.json", OPENAPI)}


def sort(draft: Draft) -> None:
    draft.fields["sortOptions"] = draft.random.choice(
        (
            {"order": "fifo"},
            {"order": "legacy"},
            {
                "order": "legacy",
                "legacySortOptions": {"orderFirst": ["Service"], "orderLast": ["Deployment"]},
            },
        )
    )


def metadata(draft: Draft) -> None:
    options = ("originAnnotations", "transformerAnnotations", "managedByLabel")
    draft.fields["buildMetadata"] = draft.objects.some(*options, least=1)


def respell(draft: Draft) -> None:
    """Old names of fields, and other cases of letters, which kustomize reads too."""
    for field in draft.objects.some(*draft.fields, most=2):
        if field not in ("apiVersion", "kind", "resources"):
            draft.fields[field.lower()] = draft.fields.pop(field)
    if "resources" in draft.fields and draft.chance(0.3):
        folders = [one for one in draft.fields["resources"] if one.startswith("..")]
        if folders:
            draft.fields["bases"] = folders
            draft.fields["resources"] = [one for one in draft.fields["resources"] if one not in folders]
    if draft.chance(0.1):
        draft.fields["metadata"] = {"name": "named", "annotations": {"a": "b"}}
    if draft.chance(0.04 * draft.objects.wrong * 5):
        draft.fields[draft.random.choice(("resource", "nameprefixes", "commonLabel"))] = ["x"]
