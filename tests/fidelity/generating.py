"""Random generators: fields of a kustomization, and plugins."""

from __future__ import annotations

from .drafts import Draft
from .held import Held
from .objects import NAMES, NAMESPACES, Body


def config_maps(draft: Draft) -> None:
    for _ in range(draft.random.randint(1, 2)):
        draft.add("configMapGenerator", generator(draft, "ConfigMap"))


def secrets(draft: Draft) -> None:
    made = generator(draft, "Secret")
    if draft.chance(0.3):
        made["type"] = draft.random.choice(("kubernetes.io/tls", "Opaque"))
    draft.add("secretGenerator", made)


def generator(draft: Draft, kind: str) -> Body:
    made: Body = {"name": draft.objects.name()}
    old = [one for one in draft.folder.held if one.kind == kind]
    namespace = draft.random.choice(NAMESPACES) if draft.chance(0.2) else ""
    if old and draft.chance(0.5):
        one = draft.random.choice(old)
        made["name"], namespace = one.now[1], one.namespace
        made["behavior"] = draft.random.choice(("merge", "replace"))
        if made["behavior"] == "replace":
            one.body["data"] = {}
    else:
        taken = {id_ for one in draft.folder.held for id_ in one.all_ids()}
        free = [
            name
            for name in (*NAMES, "settings", "extra", "more")
            if (kind, name, namespace or "default") not in taken
        ]
        made["name"] = draft.random.choice(free or ["last"])
        body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": made["name"]}, "data": {}}
        if namespace:
            body["metadata"]["namespace"] = namespace
        draft.folder.held.append(Held(body, generated=True))
        if draft.chance(0.1):
            made["behavior"] = "create"
    if namespace:
        made["namespace"] = namespace
    made.update(sources(draft))
    if draft.chance(0.3):
        made["options"] = options(draft)
    return made


def sources(draft: Draft) -> Body:
    made: Body = {}
    if draft.chance(0.7):
        values = [
            "1",
            "",
            "<x> & y",
            '"quoted"',
            "'single'",
            "a=b",
            "yes",
            " lead",
            "z" * 120,
            "0755",
            "é",
        ]
        made["literals"] = [
            f"{key}={draft.random.choice((*values, draft.objects.text()))}"
            for key in draft.objects.some("A", "B", "c.d", least=1)
        ]
    if draft.chance(0.3):
        text = draft.random.choice(
            (
                "E=1\nF=two words \n# no\n\n  G = x\n",
                "E=",
                "NOVALUE=\nF=a=b\n",
                '\ufeffE="q"\r\nF=$HOME\r\n',
            )
        )
        made[draft.random.choice(("envs", "envs", "env"))] = [draft.file("some.env", text)]
        if "env" in made:
            made["env"] = made["env"][0]
    if draft.chance(0.4):
        text = draft.random.choice(
            ("hello\n", "", "no end", "key: value\n" * 30, "tab\t\r\nend", draft.objects.text())
        )
        path = draft.file("file.txt", text)
        made["files"] = [draft.random.choice((path, f"named.txt={path}", f"k={path}"))]
    return made


def options(draft: Draft) -> Body:
    made: Body = {}
    if draft.chance(0.4):
        made["disableNameSuffixHash"] = draft.chance(0.8)
    if draft.chance(0.4):
        made["labels"] = draft.objects.texts("opt", "tier")
    if draft.chance(0.3):
        made["annotations"] = draft.objects.texts("opt-note", "note")
    if draft.chance(0.2):
        made["immutable"] = True
    return made


def generator_options(draft: Draft) -> None:
    draft.fields["generatorOptions"] = options(draft)


def generators(draft: Draft) -> None:
    kind = draft.random.choice(("ConfigMap", "Secret"))
    made = generator(draft, kind)
    api = {"apiVersion": "builtin", "kind": f"{kind}Generator"}
    metadata: Body = {"name": made.pop("name")}
    if "namespace" in made:
        metadata["namespace"] = made.pop("namespace")
    if "env" in made:
        made["envs"] = [made.pop("env")]
    draft.add("generators", draft.inline_or_file([{**api, "metadata": metadata, **made}], "generator.yaml"))
