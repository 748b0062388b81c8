"""Time a workspace of 1,000 Applications: cold, warm, and the memory that it takes.

    python bench/delivery.py                        1,000 Applications, three rounds
    python bench/delivery.py --applications 200     fewer

An app of apps delivers ApplicationSets and Applications; of every ten Applications seven are overlays of
kustomize over 50 bases, two folders of manifests, and one a chart with its own values. Cold begins without
a cache; warm is the same command again. "expanded" is `graph`, which renders everything and judges nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import Measured, measure

BASES = 50
CHARTS = 10
URL = "https://git.example/acme/fleet"

_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
      - name: app
        image: registry.example/{name}:1.0.{number}
        ports: [{{name: http, containerPort: 8080}}]
        resources: {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{memory: 128Mi}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec:
  selector: {{app: {name}}}
  ports: [{{name: http, port: 80, targetPort: http}}]
"""

_APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  project: fleet
  source:
    repoURL: {url}
    path: {path}
    targetRevision: main
{extra}  destination: {{server: https://kubernetes.default.svc, namespace: {name}}}
"""

_SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: overlays, namespace: argocd}}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - git:
      repoURL: {url}
      revision: main
      directories: [{{path: overlays/*}}]
  template:
    metadata: {{name: '{{{{.path.basename}}}}'}}
    spec:
      project: fleet
      source: {{repoURL: {url}, path: '{{{{.path.path}}}}', targetRevision: main}}
      destination: {{server: https://kubernetes.default.svc, namespace: '{{{{.path.basename}}}}'}}
"""


def main() -> int:
    options = arguments()
    ours = shutil.which("gitlint-ops", path=str(Path(sys.executable).parent)) or shutil.which("gitlint-ops")
    if ours is None:
        print("gitlint-ops is not on PATH", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="bench-delivery-") as folder:
        root = Path(folder) / "fleet"
        write_workspace(root, options.applications)
        rows = [timed(ours, root, Path(folder), number) for number in range(options.rounds)]
    print(f"| {options.applications:,} Applications | s | CPU s | MB |\n|---|--:|--:|--:|")
    for name in ("check, cold", "check, warm", "graph, cold"):
        best = min((row[name] for row in rows), key=lambda one: one.wall)
        print(f"| {name} | {best.wall:.2f} | {best.cpu:.2f} | {best.memory:.0f} |")
    return 0


def timed(ours: str, root: Path, folder: Path, number: int) -> dict[str, Measured]:
    """One round, each with a cache of its own."""
    found: dict[str, Measured] = {}
    for name, command in (("check", "check"), ("graph", "graph")):
        own = {**os.environ, "GITLINT_OPS_CACHE_DIR": str(folder / f"cache-{number}-{name}")}
        found[f"{name}, cold"] = measure([ours, command, str(root)], env=own)
        found[f"{name}, warm"] = measure([ours, command, str(root)], env=own)
    return found


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--applications", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def write_workspace(root: Path, number: int) -> None:
    """A repository that delivers so many Applications, committed to a branch `main`."""
    write(root, "apps/root.yaml", _APPLICATION.format(name="root", url=URL, path="apps", extra=""))
    write(root, "apps/set.yaml", _SET.format(url=URL))
    for base in range(BASES):
        name = f"base-{base}"
        write(root, f"bases/{name}/app.yaml", _DEPLOYMENT.format(name=name, number=base))
        write(root, f"bases/{name}/kustomization.yaml", "resources: [app.yaml]\n")
    for chart in range(CHARTS):
        write_chart(root, chart)
    for one in range(number):
        (write_overlay, write_manifests, write_release)[(one % 10 > 6) + (one % 10 > 8)](root, one)
    git(root, "init", "-q", "-b", "main")
    git(root, "remote", "add", "origin", URL)
    git(root, "add", "-A")
    git(root, "-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-qm", "fleet")


def write_overlay(root: Path, one: int) -> None:
    base = f"base-{(one // 10 * 7 + one % 10) % BASES}"
    text = f"namespace: app-{one}\nnamePrefix: app-{one}-\nresources: [../../bases/{base}]\n"
    image = f"images: [{{name: registry.example/{base}, newTag: 2.{one}.0}}]\n"
    write(root, f"overlays/app-{one}/kustomization.yaml", text + image)


def write_manifests(root: Path, one: int) -> None:
    write(root, f"plain/app-{one}/app.yaml", _DEPLOYMENT.format(name=f"app-{one}", number=one))
    text = _APPLICATION.format(name=f"plain-{one}", url=URL, path=f"plain/app-{one}", extra="")
    write(root, f"apps/plain-{one}.yaml", text)


def write_release(root: Path, one: int) -> None:
    extra = f"    helm:\n      valuesObject: {{tag: 3.{one}.0}}\n"
    text = _APPLICATION.format(name=f"chart-{one}", url=URL, path=f"charts/chart-{one % CHARTS}", extra=extra)
    write(root, f"apps/chart-{one}.yaml", text)


def write_chart(root: Path, chart: int) -> None:
    name = f"chart-{chart}"
    write(root, f"charts/{name}/Chart.yaml", f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n")
    write(root, f"charts/{name}/values.yaml", "tag: 1.0.0\n")
    text = _DEPLOYMENT.format(name="{{ .Release.Name }}", number=chart)
    write(root, f"charts/{name}/templates/app.yaml", text.replace(f"1.0.{chart}", "{{ .Values.tag }}"))


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True)


if __name__ == "__main__":
    sys.exit(main())
