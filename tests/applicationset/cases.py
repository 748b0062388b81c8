"""ApplicationSets made at random from a seed, over one small repository and three clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

URL = "https://git.example/org/fleet.git"

FILES: Mapping[str, str] = {
    "apps/web/kustomization.yaml": "resources: []\n",
    "apps/web/deep/x.yaml": "a: 1\n",
    "apps/api/kustomization.yaml": "resources: []\n",
    "apps/Old_App/x.yaml": "a: 1\n",
    ".hidden/app/x.yaml": "a: 1\n",
    "envs/dev/config.yaml": "cluster: {name: dev, size: 3, tags: [a, b]}\nreplicas: 1000000\non: yes\n",
    "envs/prod/eu/config.yaml": "cluster: {name: prod-eu, size: 12345678901}\nenv: prod\nempty:\nnone: {}\n",
    "envs/prod/us/config.json": '{"cluster": {"name": "prod-us"}, "env": "prod", "deep": {"a.b": 0.5}}',
    "envs/many.yaml": "- {name: one, env: dev}\n- {name: two, env: prod, n: 1}\n",
    "envs/empty.yaml": "",
    "envs/name[1].yaml": "name: bracket\n",
}
CLUSTERS: Sequence[Mapping[str, Any]] = (
    {"name": "prod-eu", "server": "https://prod.example", "env": "prod", "team": "core"},
    {"name": "dev", "server": "https://dev.example", "env": "dev", "team": ""},
    {"name": "Local_One", "server": "https://kubernetes.default.svc", "env": "dev", "team": "x.y"},
)

_PATTERNS = (
    "apps/*",
    "apps/*/*",
    "*",
    "apps/w*",
    "apps/[a-w]*",
    "apps/Old?App",
    "nothing/*",
    "envs/prod/*",
    "*/web",
)
_FILE_PATTERNS = (
    "envs/**/config.yaml",
    "envs/*/config.*",
    "envs/*",
    "**/config.json",
    "envs",
    "envs/prod",
    "envs/many.yaml",
    "./envs//dev/config.yaml",
    "envs/p*/config.yaml",
    "envs/name[[]1].yaml",
    "*.json",
    "none/*.yaml",
    *(("envs/prod",) * 8),
    "../x",
)


class Maker:
    """One ApplicationSet; `offered` are the parameters that its generators give, more or less."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.go = self.random.random() < 0.6
        self.offered: list[str] = []

    def application_set(self) -> dict[str, Any]:
        generators = [self.generator(0) for _ in range(self.random.choice((1, 1, 1, 2)))]
        spec: dict[str, Any] = {"generators": generators, "template": self.template()}
        if self.go:
            spec["goTemplate"] = True
            if self.random.random() < 0.5:
                spec["goTemplateOptions"] = [self.random.choice(("missingkey=error", "missingkey=zero"))]
        if self.random.random() < 0.25:
            spec["templatePatch"] = self.patch()
        if self.random.random() < 0.2:
            spec["syncPolicy"] = {"preserveResourcesOnDeletion": self.random.random() < 0.7}
        metadata = {"name": "fleet", "namespace": "argocd"}
        return {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "ApplicationSet",
            "metadata": metadata,
            "spec": spec,
        }

    def generator(self, depth: int) -> dict[str, Any]:
        kinds = ["list", "list", "clusters", "clusters", "directories", "files"]
        if depth < 2:
            kinds += ["matrix", "matrix", "merge"] if depth == 0 else ["matrix", "merge"]
        made = getattr(self, self.random.choice(kinds))(depth)
        if self.random.random() < 0.15:
            made["selector"] = self.selector()
        if depth == 0 and self.random.random() < 0.15:
            kind = next(iter(made))
            made[kind]["template"] = {
                "metadata": {"name": f"own-{self.text()}", "labels": {"own": self.text()}},
                "spec": {
                    "source": {"repoURL": "https://own.example/x", "helm": {"valueFiles": ["own.yaml"]}}
                },
            }
        return made

    def list(self, depth: int) -> dict[str, Any]:
        names = self.random.sample(("dev", "prod-eu", "other", "x"), self.random.randint(0, 3))
        elements: list[dict[str, Any]] = []
        for name in names:
            element: dict[str, Any] = {"name": name, "env": self.random.choice(("dev", "prod"))}
            if self.random.random() < 0.3:
                element["values"] = {"v": self.random.choice(("one", "two"))}
            if self.go and self.random.random() < 0.4:
                element["size"] = self.random.choice((3, 0.25, True, [1, "a"], {"a": {"b": 1}}, None, 10**7))
            if depth and self.random.random() < 0.3:
                element["from"] = self.text()
            elements.append(element)
        self.offer("name", "env")
        held: dict[str, Any] = {"elements": elements}
        if self.random.random() < 0.1:
            held["elementsYaml"] = "[{name: y1, env: dev, n: 2}, {name: y2}]"
        return {"list": held}

    def clusters(self, _depth: int) -> dict[str, Any]:
        held: dict[str, Any] = {}
        if self.random.random() < 0.5:
            held["selector"] = self.random.choice(
                (
                    {"matchLabels": {"env": "dev"}},
                    {"matchExpressions": [{"key": "env", "operator": "NotIn", "values": ["prod"]}]},
                    {"matchExpressions": [{"key": "env", "operator": "Exists"}]},
                    {"matchExpressions": [{"key": "nothing", "operator": "DoesNotExist"}]},
                    {"matchLabels": {"env": "none"}},
                )
            )
        self.offer(
            "name", "server", "nameNormalized", "metadata.labels.env", "metadata.annotations.team", "project"
        )
        self.values(held)
        if self.random.random() < 0.1:
            held["flatList"] = True
            self.offered.extend(["clusters"] * 3 * self.go)
        return {"clusters": held}

    def directories(self, _depth: int) -> dict[str, Any]:
        paths = [{"path": self.random.choice(_PATTERNS)} for _ in range(self.random.randint(1, 2))]
        if self.random.random() < 0.3:
            paths.append({"path": self.random.choice(_PATTERNS), "exclude": True})
        return self.git({"directories": paths}, "path.basename", "path.basenameNormalized", "path[0]", "path")

    def files(self, _depth: int) -> dict[str, Any]:
        paths = [{"path": self.random.choice(_FILE_PATTERNS)} for _ in range(self.random.randint(1, 2))]
        if self.random.random() < 0.3:
            paths.append({"path": self.random.choice(_FILE_PATTERNS[:-1]), "exclude": True})
        offered = (
            "path.basename",
            "path.filename",
            "cluster.name",
            "env",
            "replicas",
            "path.filenameNormalized",
        )
        return self.git({"files": paths}, *offered)

    def git(self, held: dict[str, Any], *offered: str) -> dict[str, Any]:
        if self.random.random() < 0.15:
            held["pathParamPrefix"] = "my"
            self.offer("my.path.basename", "my.path")
        else:
            self.offer(*offered)
        self.values(held)
        return {"git": {"repoURL": URL, "revision": self.random.choice(("HEAD", "main")), **held}}

    def matrix(self, depth: int) -> dict[str, Any]:
        if self.random.random() < 0.35:
            return {"matrix": {"generators": [self.list(depth + 1), self.filled_in()]}}
        children = [self.generator(depth + 1), self.generator(depth + 1)]
        if self.random.random() < 0.05:
            children = children[:1]
        return {"matrix": {"generators": children}}

    def filled_in(self) -> dict[str, Any]:
        """A generator that names what the list before it gives."""
        name, env = ("{{.name}}", "{{.env}}") if self.go else ("{{name}}", "{{env}}")
        kind = self.random.choice(("selector", "files", "directories", "yaml", "values"))
        if kind == "selector":
            self.offer("server")
            return {"clusters": {"selector": {"matchLabels": {"env": env}}, "values": {"v": f"{name}-x"}}}
        if kind == "yaml":
            self.offer("other")
            text = f"[{{other: '{name}', n: 1}}, {{other: y, more: [a]}}]"
            return {"list": {"elements": [], "elementsYaml": text}}
        if kind == "values":
            self.offer("values.v", "path.basename")
            value = "{{.path.basename}}-{{.name}}" if self.go else "{{path.basename}}-{{name}}"
            return {
                "git": {
                    "repoURL": URL,
                    "revision": "HEAD",
                    "directories": [{"path": "apps/*"}],
                    "values": {"v": value},
                }
            }
        self.offer("path.basename")
        if kind == "files":
            return {
                "git": {"repoURL": URL, "revision": "main", "files": [{"path": f"envs/{env}/**/config.*"}]}
            }
        return {
            "git": {
                "repoURL": URL,
                "revision": "main",
                "directories": [{"path": f"envs/{env}*"}, {"path": "envs/*"}],
            }
        }

    def merge(self, depth: int) -> dict[str, Any]:
        if self.random.random() < 0.85:
            kind = self.random.choice((self.list, self.clusters))
            children = [kind(depth + 1) for _ in range(self.random.randint(2, 3))]
            keys = self.random.choice((["name"],) * 8 + (["name", "env"], ["server"], ["path"], []))
        else:
            children = [self.generator(depth + 1) for _ in range(2)]
            keys = self.random.choice((["name"], ["name"], ["env"], ["path.basename"], ["values.v"]))
        return {"merge": {"mergeKeys": keys, "generators": children}}

    def values(self, held: dict[str, Any]) -> None:
        if self.random.random() < 0.4:
            held["values"] = {"v": self.random.choice(("plain", self.text(), self.text()))}
            self.offer("values.v")

    def selector(self) -> dict[str, Any]:
        key = self.random.choice(("env", "name", "path.basename", "metadata.labels.env", "values.v"))
        if self.random.random() < 0.05:
            key = "a b"
        if self.random.random() < 0.6:
            return {"matchLabels": {key: self.random.choice(("dev", "prod", "web", "plain"))}}
        operator = self.random.choice(("In", "NotIn", "Exists", "DoesNotExist"))
        values = {"values": ["dev", "https://x/y"]} if operator in ("In", "NotIn") else {}
        return {"matchExpressions": [{"key": key, "operator": operator, **values}]}

    def template(self) -> dict[str, Any]:
        metadata: dict[str, Any] = {"name": f"a-{self.text()}-{self.text()}"}
        if self.random.random() < 0.5:
            metadata["labels"] = {f"x/{self.text()}": self.text(), "plain": "yes"}
        if self.random.random() < 0.3:
            open_ended = "" if self.go else " & {{"
            metadata["annotations"] = {"note": f"<{self.text()}>{open_ended} {self.text()}"}
        if self.random.random() < 0.1:
            metadata["finalizers"] = ["mine/x"]
        source: dict[str, Any] = {"repoURL": URL, "path": f"apps/{self.text()}", "targetRevision": "HEAD"}
        if self.random.random() < 0.5:
            source["helm"] = {
                "valueFiles": [f"envs/{self.text()}.yaml", "plain.yaml"],
                "valuesObject": {"a": self.text(), "n": 3, "deep": [{"b": self.text(), "t": True}]},
            }
        spec: dict[str, Any] = {
            "project": "default",
            "source": source,
            "destination": {"server": self.text(), "namespace": "web"},
            "syncPolicy": {
                "automated": {"prune": True},
                "syncOptions": ["CreateNamespace=true", self.text()],
            },
        }
        return {"metadata": metadata, "spec": spec}

    def patch(self) -> str:
        return (
            f"metadata:\n  annotations:\n    patched: '{self.text()}'\n  finalizers: [from/patch]\n"
            f"spec:\n  project: stolen\n  source:\n    helm:\n      valueFiles: ['{self.text()}.yaml']\n"
            "  syncPolicy:\n    automated: null\n"
        )

    def offer(self, *names: str) -> None:
        self.offered.extend(names)

    def text(self) -> str:
        """A placeholder, now and then of what is not there."""
        names = self.offered or ["name"]
        name = "missing" if self.random.random() < (0.01 if self.go else 0.05) else self.random.choice(names)
        if not self.go:
            return f"{{{{ {name} }}}}" if self.random.random() < 0.3 else f"{{{{{name}}}}}"
        if name == "clusters":
            return "{{ len .clusters }}"  # their order is that of a map in Go, another one each time
        written = f".{name}" if name != "path[0]" else "(index .path.segments 0)"
        written = {".path": ".path.path", ".my.path": ".my.path.path"}.get(written, written)
        form = self.random.choice(
            ("{{%s}}",) * 8
            + (
                "{{ %s | toString | upper }}",
                '{{ default "d" %s }}',
                "{{ if %s }}yes{{ else }}no{{ end }}",
                "{{ normalize (toString %s) }}",
                "{{- %s -}} ",
                '{{ %s | toString | replace "-" "_" | trunc 4 | quote }}',
            )
        )
        return form % written
