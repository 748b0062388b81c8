"""Objects of these tests, as Git has them and as they live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Body = dict[str, Any]

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: default
  annotations:
    team: shop
spec:
  replicas: 2
  selector:
    matchLabels:
      app: {name}
  template:
    metadata:
      labels:
        app: {name}
    spec:
      containers:
      - name: web
        image: registry.example/web:1.0
        args: [serve, --verbose]
        env:
        - name: LEVEL
          value: info
        - name: API_TOKEN
          value: from-git-4f0c2a
        ports:
        - containerPort: 8080
        resources:
          limits:
            cpu: 1000m
            memory: 1Gi
"""

CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
  namespace: default
data:
  colour: blue
  audit: "on"
"""

SOURCE = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: flux-system}
spec: {interval: 1m, url: https://git.example/acme/repo, ref: {branch: main}}
"""

KUSTOMIZATION = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {{name: {name}, namespace: flux-system}}
spec:
  interval: 10m
  prune: true
  path: ./shop
  sourceRef: {{kind: GitRepository, name: fleet}}
{more}"""

APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: https://git.example/acme/repo, path: shop, targetRevision: main}}
  destination: {{server: https://kubernetes.default.svc, namespace: default}}
{more}"""

AUTOMATED = "  syncPolicy: {automated: {prune: true, selfHeal: true}}\n"


def flux(name: str, shop: Mapping[str, str], more: str = "") -> dict[str, str]:
    """A workspace in which Flux delivers the folder `shop`."""
    return {
        "clusters/production/source.yaml": SOURCE,
        "clusters/production/shop.yaml": KUSTOMIZATION.format(name=name, more=more),
        **{f"shop/{file}": text for file, text in shop.items()},
    }


def argo(name: str, shop: Mapping[str, str], more: str = AUTOMATED) -> dict[str, str]:
    """A workspace in which Argo CD delivers the folder `shop`."""
    return {
        "apps/shop.yaml": APPLICATION.format(name=name, more=more),
        **{f"shop/{file}": text for file, text in shop.items()},
    }


FLUX = ("--cluster", "production")
ARGO = ("--cluster", "in-cluster")


def flux_labels(owner: str) -> Body:
    prefix = "kustomize.toolkit.fluxcd.io"
    return {f"{prefix}/name": owner, f"{prefix}/namespace": "flux-system"}


def config(name: str, data: Mapping[str, str] | None = None, **metadata: Any) -> Body:
    held = {"name": name, "namespace": "default", **metadata}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": held, "data": dict(data or {})}


def applied(body: Body, manager: str) -> Body:
    """As `Cluster.live` takes it."""
    return {"manager": manager, "apply": body}


def updated(body: Body, manager: str, subresource: str = "") -> Body:
    return {"manager": manager, "update": body, "subresource": subresource}


def created(body: Body, manager: str) -> Body:
    return {"manager": manager, "create": body}
