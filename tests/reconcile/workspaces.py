"""Small workspaces on disk, checked as the command checks them, with what goes to each cluster."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from subprocess import run

from gitlint_ops.cli.session import Options, open_session
from gitlint_ops.pipeline import Checked, checked
from gitlint_ops.reconcile.outcomes import ClusterSet, Entry
from gitlint_ops.reconcile.sets import cluster_sets

Files = Mapping[str, str]
ADDRESS = "https://git.example.com/acme/shop.git"


def checked_in(folder: Path, files: Files) -> Checked:
    """What a git repository with these files comes to."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    run(["git", "init", "-q", "-b", "main", folder], check=True)
    run(["git", "-C", folder, "remote", "add", "origin", ADDRESS], check=True)
    run(["git", "-C", folder, "add", "-A"], check=True)
    session = open_session(Options(paths=(str(folder),)))
    return checked(session.trees, session.request, lambda *_: None)


def set_in(folder: Path, files: Files, cluster: str = "", *, as_operator: bool = False) -> ClusterSet:
    """What goes to the one cluster of a repository, or to the one of that name."""
    (found,) = cluster_sets(checked_in(folder, files), cluster=cluster, as_operator=as_operator)
    return found


def said(one: Entry) -> str:
    """An object as tests name it: "Deployment/web"."""
    return f"{one.object.kind}/{one.object.key.name}"


def order(found: ClusterSet) -> dict[str, list[str]]:
    """The objects of each target in the order in which they are applied."""
    return {
        one.result.target.id.partition("//")[2]: [said(each) for each in one.entries] for one in found.targets
    }


def config_map(name: str, annotations: str = "{}", **metadata: str) -> str:
    more = "".join(f", {key}: {value}" for key, value in metadata.items())
    return (
        "apiVersion: v1\nkind: ConfigMap\n"
        f"metadata: {{name: {name}, annotations: {annotations}{more}}}\ndata: {{a: b}}\n"
    )


def kustomization(*resources: str) -> str:
    listed = "".join(f"- {one}\n" for one in resources)
    return f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n{listed}"


def flux(name: str, path: str, spec: str = "", namespace: str = "flux-system") -> str:
    """A Kustomization of Flux for a folder of the repository."""
    return (
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n"
        f"metadata: {{name: {name}, namespace: {namespace}}}\n"
        "spec:\n  interval: 5m\n  prune: true\n"
        f"  path: {path}\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{spec}"
    )


def application(name: str, path: str, spec: str = "", annotations: str = "{}") -> str:
    """An Application for a folder of the repository, to the cluster that Argo CD runs in."""
    return (
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\n"
        f"metadata: {{name: {name}, namespace: argocd, annotations: {annotations}}}\n"
        "spec:\n  project: default\n"
        "  source: {repoURL: https://git.example.com/acme/shop.git, targetRevision: HEAD, "
        f"path: {path}}}\n"
        "  destination: {server: https://kubernetes.default.svc, namespace: shop}\n"
        f"{spec}"
    )


GIT = (
    "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"
    "metadata: {name: flux-system, namespace: flux-system}\n"
    "spec: {interval: 1m, url: https://git.example.com/acme/shop.git, ref: {branch: main}}\n"
)
