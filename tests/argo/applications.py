"""Applications made at random over one repository: every override of kustomize, directories, local charts."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from ..cli.command_line import config_map, deployment
from .conftest import FLEET

_CHART = """\
apiVersion: v2
name: chart
version: 1.2.3
"""
_TEMPLATE = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-chart
  namespace: {{ .Release.Namespace }}
data:
  colour: {{ .Values.colour | quote }}
  size: {{ .Values.size | quote }}
  nested: {{ .Values.a.b | quote }}
  list: {{ .Values.list | toJson | quote }}
  file: {{ .Values.file | quote }}
  kube: {{ .Capabilities.KubeVersion.Minor | quote }}
  served: {{ .Capabilities.APIVersions.Has "example.com/v1" | quote }}
  service: {{ .Release.Service | quote }}
  revision: {{ .Release.Revision | quote }}
  install: {{ .Release.IsInstall | quote }}
"""
_TEST = """\
apiVersion: v1
kind: Pod
metadata: {name: trial, annotations: {helm.sh/hook: test}}
spec: {containers: [{name: trial, image: busybox}]}
"""
_CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec: {group: example.com}
"""
_SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n"
_KUSTOMIZATION = """\
resources: [web.yaml, service.yaml]
commonAnnotations: {team: shop}
commonLabels: {app: web, tier: front}
images: [{name: registry.example/web, newTag: "1"}]
replicas: [{name: web, count: 2}]
"""
_COMPONENT = """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
configMapGenerator: [{name: NAME, literals: [a=1], options: {disableNameSuffixHash: true}}]
"""

FILES: Mapping[str, str] = {
    "web/kustomization.yaml": _KUSTOMIZATION,
    "web/web.yaml": deployment(),
    "web/service.yaml": _SERVICE,
    "bare/kustomization.yml": "resources: [../web/service.yaml, ../web/web.yaml]\n",
    "base/kustomization.yaml": "resources: [web.yaml, service.yaml]\n",
    "base/web.yaml": deployment(image="nginx"),
    "base/service.yaml": _SERVICE,
    "overlay/Kustomization": "resources: [../base]\nnamePrefix: pre-\nnamespace: other\n",
    "updated/kustomization.yaml": "resources: [../base]\n",
    "updated/.argocd-source.yaml": "kustomize: {images: ['nginx:1.25'], namePrefix: all-}\n",
    "updated/.argocd-source-web.yaml": "kustomize: {images: ['nginx:1.26'], nameSuffix: -own}\n",
    "updated/.argocd-source-other.yaml": "kustomize: {nameSuffix: -other}\n",
    "labelled/kustomization.yaml": (
        "resources: [../base]\nlabels:\n- {pairs: {owner: z}}\n"
        "- {pairs: {app: z}, includeSelectors: true}\nimages:\n"
        "- {name: registry.example/nginx, newTag: '9'}\n- {name: nginx, newName: registry.example/nginx}\n"
    ),
    "parts/extra/kustomization.yaml": _COMPONENT.replace("NAME", "extra"),
    "parts/more/kustomization.yaml": _COMPONENT.replace("NAME", "more"),
    "plain/a.yaml": config_map("a") + "---\n" + config_map("b") + "---\n",
    "plain/c.yml": config_map("c"),
    "plain/d.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "d"}}',
    "plain/e.txt": config_map("e"),
    "plain/f.yaml": "# +argocd:skip-file-rendering\n" + config_map("f"),
    "plain/values.yaml": "colour: red\n",
    "plain/deep/g.yaml": config_map("g"),
    "plain/deep/er/h.yaml": config_map("h"),
    "plain/deep/.argocd-source.yaml": "directory: {recurse: true}\n",
    "plain/list.yaml": "apiVersion: v1\nkind: List\n"
    "items:\n- {apiVersion: v1, kind: Secret, metadata: {name: i}}\n",
    "plain/generated.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: j-}\n",
    "chart/Chart.yaml": _CHART,
    "chart/values.yaml": "colour: red\nsize: 1\na: {b: own}\nlist: [x]\nfile: ''\n",
    "chart/values-prod.yaml": "colour: green\nlist: [y, z]\n",
    "chart/values-eu.yaml": "a: {b: eu}\n",
    "chart/.helmignore": "*.bak\n",
    "chart/templates/config.yaml": _TEMPLATE,
    "chart/templates/trial.yaml": _TEST,
    "chart/templates/NOTES.txt": "{{ .Values.colour }}",
    "chart/crds/thing.yaml": _CRD,
    "chart/notes.txt": "the notes, all\n",
    "both/Chart.yaml": _CHART,
    "both/templates/config.yaml": config_map("of-chart"),
    "both/kustomization.yaml": "resources: [own.yaml]\n",
    "both/own.yaml": config_map("of-kustomization"),
    "values/web/common.yaml": "colour: blue\n",
    "values/web/prod.yaml": "size: 9\n",
    "values/default/extra.yaml": "a: {b: project}\n",
}


_MAP = "apiVersion: v1\nkind: ConfigMap\n"
_WHOLE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: z}\n"

ODD_FILES: Mapping[str, str] = {
    "mark.yaml": "\ufeff" + _WHOLE,
    "two.yaml": _WHOLE + "---\n" + _WHOLE.replace("name: z", "name: y"),
    "nothing.yaml": "",
    "null.yaml": "null\n",
    "dashes.yaml": "---\n---\n" + _WHOLE + "---\n",
    "comment.yaml": "# only a comment\n",
    "text.yaml": "just a text\n",
    "number.yaml": "1\n",
    "items.yaml": "- a\n- b\n",
    "kindless.yaml": "apiVersion: v1\nmetadata: {name: z}\n",
    "kindless-later.yaml": _WHOLE + "---\napiVersion: v1\nmetadata: {name: y}\n",
    "kindless-first.yaml": "a: b\n---\n" + _WHOLE,
    "values-first.yaml": "# apiVersion: kind: metadata:\na: b\n---\n" + _WHOLE,
    "kind-number.yaml": "apiVersion: v1\nkind: 1\nmetadata: {name: z}\n",
    "kind-empty.yaml": "apiVersion: v1\nkind: ''\nmetadata: {name: z}\n",
    "no-version.yaml": "kind: ConfigMap\nmetadata: {name: z}\n",
    "no-name.yaml": _MAP + "metadata: {}\n",
    "no-metadata.yaml": _MAP,
    "broken.yaml": _WHOLE + "data: [\n",
    "broken-values.yaml": "a: [\n",
    "broken-later.yaml": _WHOLE + "---\na: [\n",
    "template.yaml": _MAP + "metadata: {name: z}\ndata:\n  {{- range .a }}\n  a: b\n",
    "template-values.yaml": "{{ if .a }}\na: b\n",
    "tabs.yaml": _MAP + "metadata:\n\tname: z\n",
    "twice.yaml": _WHOLE + "data: {a: b}\ndata: {c: d}\n",
    "list.yaml": _MAP.replace("Map", "MapList")
    + "items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}]\n",
    "list-empty.yaml": "apiVersion: v1\nkind: List\nitems: []\n",
    "list-absent.yaml": "apiVersion: v1\nkind: List\n",
    "anchors.yaml": _MAP + "metadata: &a {name: z}\ndata: *a\n",
    "merged.yaml": _MAP + "metadata: {name: z}\ndata: {<<: {a: b}, c: d}\n",
    "json.yaml": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "z"}}\n',
    "one.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "z"}}',
    "two.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "z"}}\n{"a": 1}',
    "array.json": '[{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "z"}}]',
    "values.json": '{"a": 1}',
    "broken.json": '{"apiVersion": "v1", "kind": ',
    "yaml.json": _WHOLE,
    "empty.json": "",
    "marked.yaml": "# +argocd:skip-file-rendering\nkind: [\nmetadata:\n",
    "numbers.yaml": _MAP + "metadata: {name: z}\ndata: {a: 1.0, b: 0x10, c: 1e3, d: yes, e: 012}\n",
    "times.yaml": _MAP + "metadata: {name: z}\ndata: {a: 2001-01-01, b: 1:20, c: ~}\n",
}
"""Files of a directory that Argo CD passes over, reads in its own way, or stops at."""


class Maker:
    """One Application; the same number makes the same."""

    def __init__(self, number: int) -> None:
        self._random = Random(number)

    def sources(self) -> list[Mapping[str, Any]]:
        """The sources of one Application."""
        kinds = (self._kustomize, self._kustomize, self._directory, self._helm, self._helm, self._several)
        made = self._random.choice(kinds)()
        return made if isinstance(made, list) else [made]

    def _any(self, *choices: Any) -> Any:
        return self._random.choice(choices)

    def _some(self, *choices: Any) -> list[Any]:
        return [one for one in choices if self._random.random() < 0.4]

    def _kustomize(self) -> Mapping[str, Any]:
        fields: dict[str, Any] = {
            "namePrefix": self._any("x-", "", "pre-"),
            "nameSuffix": self._any("-y", "-2"),
            "namespace": self._any("team", "$ARGOCD_APP_NAME"),
            "images": self._some(
                "nginx:1.27",
                "nginx=registry.example/nginx:1.28",
                "registry.example/web:2.0",
                "registry.example/web=other:5000/web@sha256:" + "a" * 64,
                "registry.example/web:$ARGOCD_APP_NAME",
                "nginx=*:1",
                "registry.example/web=*:*@sha256:" + "b" * 64,
            )
            or self._some("nginx"),
            "replicas": self._some({"name": "web", "count": 3}, {"name": "web", "count": "4"}),
            "commonLabels": {self._any("app", "owner"): self._any("x", "${ARGOCD_APP_NAME}", "a-$NONE-b")},
            "forceCommonLabels": self._any(True, False),
            "labelWithoutSelector": self._any(True, False),
            "labelIncludeTemplates": self._any(True, False),
            "commonAnnotations": {
                self._any("team", "by"): self._any(
                    "x", "$ARGOCD_APP_PROJECT_NAME", "$$1", "a/$ARGOCD_APP_SOURCE_PATH"
                )
            },
            "commonAnnotationsEnvsubst": self._any(True, False),
            "forceCommonAnnotations": self._any(True, False),
            "patches": self._some(
                {
                    "target": {"kind": "Deployment"},
                    "patch": "- {op: replace, path: /spec/replicas, value: 7}",
                },
                {"patch": "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {type: NodePort}}"},
                {"target": {"kind": "Gone"}, "patch": "- {op: add, path: /a, value: 1}"},
                {
                    "target": {"kind": "Service"},
                    "patch": "- {op: replace, path: /metadata/name, value: w}",
                    "options": {"allowNameChange": True},
                },
            ),
            "components": self._some("../parts/extra", "../parts/more", "../parts/gone"),
            "ignoreMissingComponents": self._any(True, True, False),
        }
        chosen = {key: value for key, value in fields.items() if self._random.random() < 0.35}
        path = self._any(
            "web", "base", "overlay", "updated", "bare", "./web/", "plain", "labelled", "labelled"
        )
        return {"path": path, "kustomize": chosen} if chosen else {"path": path}

    def _directory(self) -> Mapping[str, Any]:
        fields = {
            "recurse": self._any(True, False),
            "include": self._any(
                "*.yaml", "{a,c}.y*ml", "deep/**", "[a-c].*", "deep/*", "**/h.yaml", "?.yaml", "{*.json,l*}"
            ),
            "exclude": self._any("d*", "*.yaml", "{a.yaml,deep/*}", "[!a].yaml", "deep", "", "values.yaml"),
            "disableExtensionFilter": self._any(True, False),
        }
        chosen = {key: value for key, value in fields.items() if self._random.random() < 0.5}
        path = self._any("plain", "plain", "plain/deep", "./plain/deep/..", "plain/none", "plain/a.yaml")
        return {"path": path, "directory": chosen} if chosen else {"path": path}

    def _helm(self) -> Mapping[str, Any]:
        fields: dict[str, Any] = {
            "valueFiles": self._some(
                "values-prod.yaml",
                "./values-eu.yaml",
                "/values/$ARGOCD_APP_NAME/prod.yaml",
                "/values/${ARGOCD_APP_PROJECT_NAME}/*.yaml",
                "values-*.yaml",
                "../values/web/common.yaml",
                "gone.yaml",
                "../values/web/../web/common.yaml",
            ),
            "ignoreMissingValueFiles": self._any(True, True, False),
            "values": self._any("size: 3\n", "{a: {b: text}}", "list: []"),
            "valuesObject": self._any({"size": 4}, {"a": {"b": None}}, {"colour": "0x1"}),
            "parameters": self._some(
                {"name": "size", "value": "5"},
                {"name": "size", "value": "5", "forceString": True},
                {"name": "a.b", "value": "x,y"},
                {"name": "list", "value": "{p,q}"},
                {"name": "colour", "value": "$ARGOCD_APP_NAME-${ARGOCD_APP_NAMESPACE}"},
                {"name": "colour", "value": "true"},
                {"name": "file", "value": "n=m\\,o"},
            ),
            "fileParameters": self._some(
                {"name": "file", "path": "notes.txt"}, {"name": "file", "path": "/chart/values-eu.yaml"}
            ),
            "releaseName": self._any("shop", "other"),
            "namespace": "elsewhere",
            "kubeVersion": self._any("1.30.0", "v1.31"),
            "apiVersions": self._some("example.com/v1", "other.com/v1/Kind"),
            "skipCrds": self._any(True, False),
            "skipTests": self._any(True, False),
            "passCredentials": True,
            "version": "v3",
        }
        chosen = {key: value for key, value in fields.items() if self._random.random() < 0.3}
        path = self._any("chart", "chart", "chart", "both", "./chart")
        return {"path": path, "helm": chosen} if chosen else {"path": path}

    def _several(self) -> list[Mapping[str, Any]]:
        chart = dict(self._helm())
        chart["helm"] = {
            **chart.get("helm", {}),
            "valueFiles": self._some(
                "$values/values/web/prod.yaml",
                "values-prod.yaml",
                "$values/values/*/*.yaml",
                "$values/values/$ARGOCD_APP_NAME/common.yaml",
                "$other/a.yaml",
                "$values/gone.yaml",
            ),
        }
        reference = {"repoURL": FLEET, "ref": self._any("values", "values", "$values")}
        rest = self._some(self._kustomize(), self._directory(), self._directory())
        return [chart, reference, *rest]
