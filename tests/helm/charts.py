"""A chart with everything in it that decides how helm renders one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Files: TypeAlias = Mapping[str, str]

# Everything that decides how helm renders a chart: a subchart, helpers, hooks, a test, a CRD, notes,
# an ignored file, files read by templates, a lookup, and what the cluster can do.
WEB: Files = {
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\nappVersion: '1.25'\n"
    "dependencies:\n- name: db\n  version: 1.0.0\n  condition: db.enabled\n",
    "values.yaml": "# Defaults\nreplicas: 1\nimage:\n  repository: nginx\n  tag: 1.25\nhosts: [a.example]\n"
    "labels: {}\nextra: null\ndb:\n  enabled: true\n",
    "templates/_helpers.tpl": '{{- define "web.labels" -}}\napp: web\nchart: {{ .Chart.Name }}\n'
    "{{- with .Values.labels }}\n{{ toYaml . }}\n{{- end }}\n{{- end -}}\n",
    "templates/deploy.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}-web\n"
        '  labels:\n    {{- include "web.labels" . | nindent 4 }}\n'
        "  annotations:\n    version: 1.10\n    empty: ~\n"
        "spec:\n  replicas: {{ .Values.replicas }}\n  template:\n    spec:\n      containers:\n"
        "      - name: web\n"
        '        image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n'
        "        env:\n        {{- range .Values.hosts }}\n        - name: HOST\n          value: {{ . }}\n"
        "        {{- end }}\n"
    ),
    "templates/service.yaml": (
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}-web\n"
        "  namespace: {{ .Release.Namespace }}\nspec:\n  ports:\n  - port: 80\n---\n# nothing here\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}-admin\nspec:\n  ports:\n"
        "  - port: 8080\n"
    ),
    "templates/config.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n"
        '  file: {{ .Files.Get "conf/a.txt" | quote }}\n  values: {{ toJson .Values | quote }}\n'
        '  tpl: {{ tpl "{{ .Release.Name }}!" . }}\n'
        '  looked: {{ lookup "v1" "Secret" "default" "x" | toJson | quote }}\n'
        '  batch: {{ .Capabilities.APIVersions.Has "example.com/v1" | quote }}\n'
        "  kube: {{ .Capabilities.KubeVersion.Version }}\n"
    ),
    "templates/hook.yaml": (
        "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations:\n"
        "    helm.sh/hook: pre-install\nspec:\n  template:\n    spec:\n      containers: []\n"
    ),
    "templates/tests/connection.yaml": (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: try\n  annotations:\n    helm.sh/hook: test\n"
        "spec:\n  containers: []\n"
    ),
    "templates/NOTES.txt": "Thank you for {{ .Release.Name }}.\n",
    "templates/ignored.yaml": "{{ fail `this file is ignored` }}\n",
    ".helmignore": "templates/ignored.yaml\n",
    "conf/a.txt": "line one\nline two\n",
    "crds/thing.yaml": (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n"
        "  name: things.example.com\n---\napiVersion: apiextensions.k8s.io/v1\n"
        "kind: CustomResourceDefinition\nmetadata:\n  name: others.example.com\n"
    ),
    "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
    "charts/db/values.yaml": "size: 1\n",
    "charts/db/templates/set.yaml": (
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: {{ .Release.Name }}-db\nspec:\n"
        "  replicas: {{ .Values.size }}\n"
    ),
}


def chart(folder: str, files: Files = WEB) -> dict[str, str]:
    """A chart's files as they lie in a repository."""
    return {f"{folder}/{path}": text for path, text in files.items()}
