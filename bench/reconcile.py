"""Time `gitlint-ops reconcile` beside `kubectl apply --dry-run=server` on the same objects, in the same run.

    python bench/reconcile.py                  5,000 objects, three rounds
    python bench/reconcile.py --objects 1000   fewer
    python bench/reconcile.py --smoke          200 objects, one round, and judged by what was answered

All speak to one kube-apiserver on this machine, whose store stays empty but for namespaces: nothing is
created. gitlint-ops starts from the repository (kustomize folders), builds and checks it, rehearses it on the
server and compares what lives there; kubectl starts from files that are rendered already. Both are whole
processes without any cache of a former run, and both leave it to the server how many requests they may make
(API Priority and Fairness is on, as by default). The CPU of the server is that of kube-apiserver and etcd.

With `--envtest` gitlint-ops starts a server of its own, on which it stores everything and asks about it a
second time; its CPU holds that server's.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from measure import Measured, measure

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gitlint_ops.reconcile.ephemeral.guard import PID  # noqa: E402
from tests.cluster.apiserver import Programs, find_programs  # noqa: E402
from tests.cluster.reconcile.live import Cluster, arguments, cluster  # noqa: E402

TEAMS = 50
KINDS = 10
SEED = 6
TICKS = os.sysconf("SC_CLK_TCK")

_OBJECTS = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
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
      securityContext: {{runAsNonRoot: true, seccompProfile: {{type: RuntimeDefault}}}}
      containers:
      - name: app
        image: registry.example/{name}:1.{minor}.0
        envFrom: [{{configMapRef: {{name: {name}}}}}]
        env:
        - {{name: SETTING, value: "{setting}"}}
        ports: [{{name: http, containerPort: {port}}}]
        resources:
          requests: {{cpu: {cpu}m, memory: {memory}Mi}}
          limits: {{memory: 2Gi}}
        readinessProbe: {{httpGet: {{path: /ready, port: http}}, periodSeconds: {period}}}
---
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec:
  selector: {{app.kubernetes.io/name: {name}}}
  ports: [{{name: http, port: 80, targetPort: http}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}}}
data:
  setting: "{setting}"
  port: "{port}"
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: {name}}}
automountServiceAccountToken: false
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: {name}}}
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: {name}}}
  minReplicas: {replicas}
  maxReplicas: 20
  metrics:
  - type: Resource
    resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 80}}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: {name}}}
spec:
  maxUnavailable: 1
  selector: {{matchLabels: {{app.kubernetes.io/name: {name}}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}}}
spec:
  podSelector: {{matchLabels: {{app.kubernetes.io/name: {name}}}}}
  policyTypes: [Ingress]
  ingress:
  - ports: [{{port: {port}, protocol: TCP}}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: {name}}}
spec:
  tls: [{{hosts: [{name}.shop.example], secretName: {name}-tls}}]
  rules:
  - host: {name}.shop.example
    http:
      paths:
      - {{path: /, pathType: Prefix, backend: {{service: {{name: {name}, port: {{name: http}}}}}}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: {name}}}
rules:
- {{apiGroups: [""], resources: [configmaps], resourceNames: [{name}], verbs: [get, watch]}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {{name: {name}}}
spec:
  schedule: "{period} 3 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: clean
            image: registry.example/{name}-clean:1.{minor}.0
            resources: {{requests: {{cpu: 10m, memory: 32Mi}}, limits: {{memory: 64Mi}}}}
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One process, and the CPU seconds that the server spent meanwhile."""

    own: Measured
    server: float


def main() -> int:
    options = _arguments()
    gitlint = shutil.which("gitlint-ops", path=str(Path(sys.executable).parent)) or shutil.which(
        "gitlint-ops"
    )
    kubectl = shutil.which("kubectl", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    programs = find_programs()
    if gitlint is None or kubectl is None:
        print(f"{'kubectl' if gitlint else 'gitlint-ops'} is not on PATH", file=sys.stderr)
        return 2
    if isinstance(programs, str):
        print(f"reconcile: not timed, {programs}")
        return 0
    os.environ["KUBEBUILDER_ASSETS"] = str(programs.etcd.parent)
    objects = 200 if options.smoke else options.objects
    with (
        tempfile.TemporaryDirectory(prefix="bench-reconcile-") as folder,
        _server(programs, folder) as server,
    ):
        timed = timings(
            objects, 1 if options.smoke else options.rounds, gitlint, kubectl, Path(folder), server
        )
    print(table(objects, timed))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--objects", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--smoke", action="store_true", help="few objects, once")
    return parser.parse_args()


@contextmanager
def _server(programs: Programs, folder: str) -> Iterator[Cluster]:
    with cluster(programs, Path(folder), audited=False) as running:
        for team in range(TEAMS):
            made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _team(team)}}
            assert running.client.create(made).accepted
        yield running


def timings(
    objects: int, rounds: int, gitlint: str, kubectl: str, folder: Path, server: Cluster
) -> dict[str, list[Run]]:
    """The runs of each contender, which take turns, after one that warms the server."""
    root, rendered = folder / "shop", folder / "rendered"
    write_workspace(root, objects)
    render(root, rendered, kubectl)
    report = folder / "report.json"
    reach = arguments(server)
    ours = [gitlint, "reconcile", str(root), *reach, f"--format=json={report}"]
    apply = [kubectl, *_as_kubectl(reach), "apply", "--dry-run=server", "-f"]
    contenders = {
        "`gitlint-ops reconcile`": ours,
        "the same, `--no-drift`": [*ours, "--no-drift"],
        "`gitlint-ops reconcile --envtest`": [*ours[:3], "--envtest", ours[-1]],
        "`kubectl apply --dry-run=server --server-side -f`": [*apply, str(rendered), "--server-side"],
        "`kubectl apply --dry-run=server -f`": [*apply, str(rendered)],
    }
    timed([*apply, str(rendered / f"{_team(0)}.yaml"), "--server-side"], folder, server)
    runs: dict[str, list[Run]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, command in contenders.items():
            runs[name].append(timed(command, folder, server))
    _expect(json.loads(report.read_text()), objects)
    return runs


def timed(command: Sequence[str], folder: Path, server: Cluster) -> Run:
    """One run, from a home of its own so that nothing of a former one is remembered.

    Raises:
        AssertionError: it fails.
    """
    with tempfile.TemporaryDirectory(dir=folder) as home:
        before = server_cpu(server)
        own = measure(command, env=_without_caches(home))
        spent = server_cpu(server) - before
    assert own.exit_code == 0, (command, own)
    return Run(own, spent)


def _without_caches(home: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    return {**kept, "HOME": home}


def server_cpu(server: Cluster) -> float:
    """CPU seconds of kube-apiserver and etcd since they were started."""
    return sum(map(_cpu, _processes(server)))


def _processes(server: Cluster) -> Iterator[int]:
    """kube-apiserver, and the etcd that it names as its store."""
    api = int((server.server.authority.parent / PID).read_text())
    yield api
    store = next(one.partition("=")[2] for one in _words(api) if one.startswith("--etcd-servers="))
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            program, *words = _words(int(entry.name))
            if Path(program).name == "etcd" and f"--listen-client-urls={store}" in words:
                yield int(entry.name)


def _words(process: int) -> list[str]:
    return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace").split("\0")


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def write_workspace(root: Path, objects: int) -> None:
    """A folder for each team, with applications of ten objects each, of which no two are alike."""
    chosen = random.Random(SEED)
    for team in range(TEAMS):
        folder = root / "teams" / _team(team)
        folder.mkdir(parents=True)
        apps = range(team, -(-objects // KINDS), TEAMS)
        named = [f"app-{number:04}.yaml" for number in apps]
        listed = "".join(f"- {one}\n" for one in named)
        (folder / "kustomization.yaml").write_text(
            f"namespace: {_team(team)}\nlabels: [{{pairs: {{team: {_team(team)}}}}}]\nresources:\n{listed}"
            if named
            else "resources: []\n"
        )
        for number, file in zip(apps, named, strict=True):
            (folder / file).write_text(_application(number, chosen))


def _application(number: int, chosen: random.Random) -> str:
    return _OBJECTS.format(
        name=f"app-{number:04}",
        replicas=chosen.randint(1, 9),
        minor=chosen.randint(0, 99),
        setting=chosen.random(),
        port=chosen.randint(8080, 8089),
        cpu=chosen.randint(1, 19) * 50,
        memory=chosen.randint(1, 15) * 64,
        period=chosen.randint(5, 15),
    )


def _team(number: int) -> str:
    return f"team-{number:02}"


def render(root: Path, rendered: Path, kubectl: str) -> None:
    rendered.mkdir()
    for folder in sorted((root / "teams").iterdir()):
        text = subprocess.run([kubectl, "kustomize", str(folder)], check=True, capture_output=True).stdout
        if text.strip():
            (rendered / f"{folder.name}.yaml").write_bytes(text)


def _as_kubectl(reach: Sequence[str]) -> Sequence[str]:
    return [f"{name}={value}" for name, value in zip(reach[::2], reach[1::2], strict=True)]


def _expect(report: dict[str, list[dict[str, dict[str, int]]]], objects: int) -> None:
    (said,) = report["rehearsals"]
    assert said["objects"] == {"accepted": objects}, said


def table(objects: int, timed: dict[str, list[Run]]) -> str:
    """Medians, and how many times our wall time kubectl takes."""
    lines = [
        f"| {objects:,} objects | wall s | CPU s | server's CPU s | peak MiB | objects/s |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    walls = {name: median(one.own.wall for one in runs) for name, runs in timed.items()}
    for name, runs in timed.items():
        cpu, spent = median(one.own.cpu for one in runs), median(one.server for one in runs)
        memory = median(one.own.memory for one in runs)
        lines.append(
            f"| {name} | {walls[name]:.1f} | {cpu:.1f} | {spent:.1f} | {memory:.0f}"
            f" | {objects / walls[name]:.0f} |"
        )
    ours, *_ = walls.values()
    theirs = {name: wall / ours for name, wall in walls.items() if "kubectl" in name}
    beside = [f"{name} takes {ratio:.1f} times as long." for name, ratio in theirs.items()]
    return "\n".join([*lines, "", *beside])


if __name__ == "__main__":
    sys.exit(main())
