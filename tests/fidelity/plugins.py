"""Random transformers as plugins."""

from __future__ import annotations

from .drafts import Draft
from .objects import Body
from .transforming import field_spec, image, pairs


def transformers(draft: Draft) -> None:
    for _ in range(draft.random.randint(1, 2)):
        bodies = [transformer(draft) for _ in range(draft.random.randint(1, 2))]
        draft.add("transformers", draft.inline_or_file(bodies, "transformer.yaml"))


def transformer(draft: Draft) -> Body:
    specs = {"fieldSpecs": [{"path": "metadata/name"}]}
    held = draft.some_held()
    target = {"kind": held.kind, "name": held.name} if held else {"kind": "Widget"}
    labels = {
        "fieldSpecs": [draft.random.choice(({"path": "metadata/labels", "create": True}, field_spec(draft)))]
    }
    kind, body = draft.random.choice(
        (
            ("PrefixTransformer", {"prefix": "tp-", **specs}),
            ("SuffixTransformer", {"suffix": "-ts", **specs}),
            ("PrefixSuffixTransformer", {"prefix": "b-", "suffix": "-e", **specs}),
            ("LabelTransformer", {"labels": pairs(draft), **labels}),
            ("AnnotationsTransformer", {"annotations": pairs(draft), **labels}),
            (
                "NamespaceTransformer",
                {
                    **({"unsetOnly": True} if draft.chance(0.5) else {}),
                    **draft.random.choice(
                        (
                            {},
                            {"setRoleBindingSubjects": "allServiceAccounts"},
                            {"setRoleBindingSubjects": "none"},
                        )
                    ),
                    **draft.random.choice(
                        (
                            {},
                            {"fieldSpecs": [{"path": "metadata/namespace", "create": True}]},
                            {"fieldSpecs": [{"path": "spec/ns", "create": True, "kind": "Widget"}]},
                        )
                    ),
                },
            ),
            ("ImageTagTransformer", {"imageTag": image(draft), "fieldSpecs": [{"path": "spec/image"}]}),
            (
                "ReplicaCountTransformer",
                {
                    "replica": {"name": held.name if held else "web", "count": 4},
                    "fieldSpecs": [{"path": "spec/replicas", "create": True}],
                },
            ),
            ("PatchTransformer", {"patch": "- {op: add, path: /extra, value: [1]}", "target": target}),
            (
                "PatchJson6902Transformer",
                {"target": target, "jsonOp": '[{"op":"add","path":"/more","value":{}}]'},
            ),
            (
                "ValueAddTransformer",
                {
                    "value": "added",
                    "targets": [{"selector": target, "fieldPath": "metadata/annotations/added"}],
                },
            ),
            ("HashTransformer", {}),
        )
    )
    follow(draft, kind, body)
    metadata = {
        "name": f"t{draft.random.randint(0, 999)}",
        **({"namespace": "moved"} if kind == "NamespaceTransformer" else {}),
    }
    return {"apiVersion": "builtin", "kind": kind, "metadata": metadata, **body}


def follow(draft: Draft, kind: str, body: Body) -> None:
    """The names that objects have once a transformer has run."""
    prefix, suffix = body.get("prefix", ""), body.get("suffix", "")
    if prefix or suffix:
        draft.rename(lambda name: f"{prefix}{name}{suffix}")
    if kind == "NamespaceTransformer":
        for one in draft.folder.held:
            if one.scoped and not (body.get("unsetOnly") and one.namespace):
                one.renamed(one.name, "moved")
            elif one.kind == "Namespace":
                one.renamed("moved", "")
