"""Random replacements and variables."""

from __future__ import annotations

from typing import Any

from .drafts import Draft
from .held import Held
from .objects import VARIABLES, Body


def replacements(draft: Draft) -> None:
    made = [one for one in (replacement(draft) for _ in range(draft.random.randint(1, 2))) if one]
    if made and draft.chance(0.25):
        content = made if draft.chance(0.6) else made[0]
        draft.add("replacements", {"path": draft.file("replacement.yaml", draft.pen.document(content))})
    elif made:
        draft.add("replacements", *made)


def replacement(draft: Draft) -> Body | None:
    source = draft.some_held()
    if source is None:
        return None
    path, value = draft.paths.source(source, alone=len(draft.folder.held) < 2)
    name, namespace = draft.id_for(source)
    chosen: Body = {"kind": source.kind, "name": name, "fieldPath": path}
    if namespace and source.scoped and draft.chance(0.8):
        chosen["namespace"] = namespace
    if isinstance(value, str) and draft.chance(0.2):
        chosen["options"] = draft.random.choice(
            (
                {"delimiter": "-", "index": 0},
                {"delimiter": ":", "index": 0},
                {"delimiter": "/"},
                {"create": True},
            )
        )
    made: Body = {
        "source": chosen,
        "targets": [replaced(draft, value, source) for _ in range(draft.random.randint(1, 2))],
    }
    if draft.chance(0.08):
        return {"sourceValue": "fixed", "targets": made["targets"]}
    return made


def replaced(draft: Draft, value: Any, source: Held) -> Body:
    held = draft.some_held()
    assert held is not None
    if isinstance(value, dict | list) and draft.chance(0.8):
        # Into itself only now and then.
        held = next((one for one in draft.folder.held if one.now[:2] != source.now[:2]), held)
    path, create = draft.paths.target(held, value)
    select, selected = draft.target(held)
    if draft.chance(0.6) or isinstance(value, dict | list):
        selected, select = [], {"kind": held.kind, "name": held.name}
    target: Body = {"select": select, "fieldPaths": [path]}
    if draft.chance(0.15):
        target["reject"] = [
            draft.random.choice(
                ({"name": draft.objects.name()}, {"kind": "Secret"}, {"labelSelector": "tier"})
            )
        ]
    options: Body = {"create": True} if create or (len(selected) > 1 and draft.chance(0.9)) else {}
    if isinstance(value, str) and draft.chance(0.25):
        options["delimiter"] = draft.random.choice((":", "-", "/"))
        options["index"] = draft.random.choice((0, 0, 1, -1, 5))
    if options:
        target["options"] = options
    if draft.chance(0.05) and isinstance(value, str) and value.isalpha():
        del target["fieldPaths"]
    return target


def variables(draft: Draft) -> None:
    free = [one for one in VARIABLES if one not in draft.folder.variables]
    held = draft.some_held()
    if not free or held is None:
        return
    name, namespace = draft.id_for(held)
    objref = {"apiVersion": held.api_version, "kind": held.kind, "name": name}
    if namespace and draft.chance(0.8):
        objref["namespace"] = namespace
    made: Body = {"name": draft.random.choice(free), "objref": objref}
    if draft.chance(0.6):
        made["fieldref"] = {"fieldPath": draft.paths.variable_path(held)}
    draft.folder.variables.add(made["name"])
    draft.add("vars", made)
