"""Random patches that fit the objects which a folder holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .drafts import Draft
from .held import Held
from .objects import Body


def patches(draft: Draft) -> None:
    for _ in range(draft.random.randint(1, 2)):
        held = draft.some_held()
        if held is not None:
            draft.add(
                "patches", merge_entry(draft, held) if draft.chance(0.55) else targeted_merge(draft, held)
            )


def merge_entry(draft: Draft, held: Held) -> Body:
    bodies = [whole_patch(draft, held)]
    other = draft.some_held()
    if draft.chance(0.2) and other is not None and other is not held:
        bodies.append(whole_patch(draft, other))
    entry = patch_text(draft, bodies)
    if draft.chance(0.1):
        entry["options"] = {"allowNameChange": True}
    return entry


def whole_patch(draft: Draft, held: Held) -> Body:
    name, namespace = draft.id_for(held)
    deletes = draft.merges.merge_patch(held)
    if deletes == {"$patch": "delete"}:
        draft.folder.held.remove(held)
    metadata = {
        "name": name,
        **({"namespace": namespace} if namespace else {}),
        **deletes.pop("metadata", {}),
    }
    return {"apiVersion": held.api_version, "kind": held.kind, "metadata": metadata, **deletes}


def targeted_merge(draft: Draft, held: Held) -> Body:
    target, selected = draft.target(held)
    deletes = draft.merges.merge_patch(held)
    for one in selected:
        if one is not held:
            one.body.pop("spec", None)
        if deletes == {"$patch": "delete"} and one in draft.folder.held:
            draft.folder.held.remove(one)
    metadata = {"name": draft.random.choice((held.name, "any")), **deletes.pop("metadata", {})}
    body = {"apiVersion": held.api_version, "kind": held.kind, "metadata": metadata, **deletes}
    if draft.chance(0.1):
        body["metadata"]["name"] = "changed-by-patch"
    entry = {**patch_text(draft, [body]), "target": target}
    if draft.chance(0.12):
        # As in JSON patches: the hash of generated objects of other kinds is one of inner data.
        generated = any(one.generated for one in selected)
        kinds = ("allowNameChange",) if generated else ("allowNameChange", "allowKindChange")
        entry["options"] = {draft.random.choice(kinds): True}
        if "allowNameChange" in entry["options"]:
            for one in selected:
                one.renamed(body["metadata"]["name"], one.namespace)
    return entry


def patch_text(draft: Draft, bodies: Sequence[Any], *, single: bool = False) -> Body:
    text = draft.pen.document(bodies[0]) if single else draft.pen.documents(bodies)
    return {"patch": text} if draft.chance(0.6) else {"path": draft.file("patch.yaml", text)}


def json(draft: Draft) -> None:
    for _ in range(draft.random.randint(1, 2)):
        entry = json_entry(draft)
        if entry is not None:
            draft.add("patches", entry)


def json_entry(draft: Draft) -> Body | None:
    held = draft.some_held()
    if held is None:
        return None
    target, selected = draft.target(held)
    if "labelSelector" in target or "annotationSelector" in target or len(selected) > 3:
        target, selected = (
            {"kind": held.kind, "name": held.name},
            [
                one
                for one in draft.folder.held
                if one.kind == held.kind and held.name in {n for n, _ in one.names}
            ],
        )
    operations = draft.operations.json_patch(selected)
    if not operations:
        return None
    if draft.chance(0.2):
        text = draft.pen.json(operations) if draft.chance(0.97) else draft.pen.flow(operations)
        return {
            "target": target,
            **({"patch": text} if draft.chance(0.5) else {"path": draft.file("ops.json", text)}),
        }
    return {"target": target, **patch_text(draft, [operations], single=True)}


def old_patches(draft: Draft) -> None:
    held = draft.some_held()
    if held is None:
        return
    if draft.chance(0.6):
        text = draft.pen.documents([whole_patch(draft, held)])
        draft.add("patchesStrategicMerge", text if draft.chance(0.4) else draft.file("merge.yaml", text))
    else:
        entry = json_entry(draft)
        if entry is not None and ("name" in entry["target"] or draft.chance(0.05)):
            draft.add("patchesJson6902", entry)
