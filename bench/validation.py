"""Time `gitlint-ops check` beside kubeconform on 10,000 different Deployments, in the same run.

    python bench/validation.py                 three rounds; needs kubeconform (tools/oracles) on PATH
    python bench/validation.py --objects 500   fewer

Both read the same files and judge by the same schemas, strictly; CPU is that of whole processes and
what they start. "check" builds, validates, runs all rules and can place each finding; with
"--select schema" it leaves the other rules out, which is what kubeconform does; "validation alone" is
the part of that once the files are read.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from importlib.resources import files
from pathlib import Path

from measure import interleaved, measure

PER_FILE = 100
SCHEMA = "deployment-apps-v1.json"

_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: team-{team:02}
  labels: {{app.kubernetes.io/name: {name}}}
spec:
  replicas: {replicas}
  selector:
    matchLabels: {{app.kubernetes.io/name: {name}}}
  template:
    metadata:
      labels: {{app.kubernetes.io/name: {name}}}
    spec:
      serviceAccountName: {name}
      securityContext: {{runAsNonRoot: true, runAsUser: {user}, seccompProfile: {{type: RuntimeDefault}}}}
      containers:
      - name: app
        image: registry.example/{name}:1.{minor}.0
        env:
{env}
        - name: POD_IP
          valueFrom: {{fieldRef: {{fieldPath: status.podIP}}}}
        ports:
        - {{name: http, containerPort: {port}}}
        resources:
          requests: {{cpu: {cpu}m, memory: {memory}Mi}}
          limits: {{memory: 2Gi}}
        readinessProbe:
          httpGet: {{path: /healthz, port: http}}
          periodSeconds: {period}
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {{drop: [ALL]}}
        volumeMounts:
        - {{name: tmp, mountPath: /tmp}}
        - {{name: config, mountPath: /etc/app, readOnly: true}}
      volumes:
      - name: tmp
        emptyDir: {{}}
      - name: config
        configMap: {{name: {name}-config}}
"""


def main() -> int:
    options = arguments()
    ours = shutil.which("gitlint-ops", path=str(Path(sys.executable).parent)) or shutil.which("gitlint-ops")
    theirs = shutil.which("kubeconform")
    if ours is None or theirs is None:
        print(f"{'kubeconform' if ours else 'gitlint-ops'} is not on PATH", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="bench-validation-") as folder:
        root, schemas = Path(folder) / "shop", Path(folder) / "schemas"
        write_deployments(root, options.objects)
        write_schemas(schemas)
        location = f"{schemas}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"
        check, schema, other = interleaved(
            options.rounds,
            lambda: measure([ours, "check", str(root), "--no-cache"]),
            lambda: measure([ours, "check", str(root), "--select", "schema", "--no-cache"]),
            lambda: measure([theirs, "-strict", "-schema-location", location, str(root)]),
        )
        assert check.exit_code == other.exit_code == 0, (check, other)
        alone = min(validation_alone(root) for _ in range(options.rounds))
    print(f"| {options.objects:,} Deployments | CPU s | of kubeconform's |\n|---|--:|--:|")
    print(f"| kubeconform -strict, whole process | {other.cpu:.2f} | |")
    print(f"| gitlint-ops check, whole process | {check.cpu:.2f} | {check.cpu / other.cpu:.2f} |")
    print(f"| gitlint-ops check --select schema | {schema.cpu:.2f} | {schema.cpu / other.cpu:.2f} |")
    print(f"| gitlint-ops, validation alone | {alone:.2f} | {alone / other.cpu:.2f} |")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--objects", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def write_deployments(root: Path, number: int) -> None:
    """Deployments of which no two are equal, many to a file, as a chart or a build prints them."""
    root.mkdir()
    chosen = random.Random(1)
    for first in range(0, number, PER_FILE):
        texts = [_deployment(one, chosen) for one in range(first, min(first + PER_FILE, number))]
        (root / f"deployments-{first // PER_FILE:03}.yaml").write_text("---\n".join(texts))


def _deployment(number: int, chosen: random.Random) -> str:
    names = range(chosen.randint(2, 6))
    return _DEPLOYMENT.format(
        name=f"app-{number:05}",
        team=number % 50,
        replicas=chosen.randint(1, 9),
        user=chosen.randint(1000, 1009),
        minor=chosen.randint(0, 99),
        env="\n".join(f'        - {{name: SETTING_{one}, value: "{chosen.random()}"}}' for one in names),
        port=chosen.randint(8080, 8089),
        cpu=chosen.randint(1, 20) * 50,
        memory=chosen.randint(1, 16) * 64,
        period=chosen.randint(5, 15),
    )


def write_schemas(folder: Path) -> None:
    """The published schema of Deployments as kubeconform takes it, with the definitions it needs in it."""
    from gitlint_ops.validate.schemas import CoreSchemas, resolve_version

    version = resolve_version("")
    held = CoreSchemas(version).schema("apps/v1", "Deployment")
    assert held is not None
    published = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}.0-local-strict"
    texts = [(published / name).read_text("utf-8") for name in (SCHEMA, "_definitions.json")]
    schema, whole = (json.loads(text.replace("/api/_definitions.json", "")) for text in texts)
    schema.pop("$id", None)
    needed = {name: one for name, one in whole["$defs"].items() if name in held.source["$defs"]}
    folder.mkdir()
    (folder / SCHEMA).write_text(json.dumps({**schema, "$defs": needed}))


def validation_alone(root: Path) -> float:
    """CPU seconds of judging the objects, once they are read."""
    from gitlint_ops.build.helm.program import Helm
    from gitlint_ops.build.site import Site
    from gitlint_ops.build.stage import build_all
    from gitlint_ops.discover.survey import Extent, survey
    from gitlint_ops.discover.targets import Versions, targets
    from gitlint_ops.validate.stage import validate
    from gitlint_ops.workspace.open import open_tree, open_workspace
    from gitlint_ops.workspace.sources import Sources

    trees = [open_tree(one) for one in open_workspace([str(root)], cwd=".").repositories]
    sources = Sources(trees)
    found = [survey(sources, tree, Extent()) for tree in trees]
    wanted = targets(found, (), Versions("", {}))
    built = build_all(found, wanted, Site(sources, Helm()), lambda *_: None)
    started = time.process_time()
    validate(built)
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
