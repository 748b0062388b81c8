"""What workloads cannot start without, and which objects bring it.

Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.subjects import containers_of, pod_template

Name: TypeAlias = tuple[str, str, str]
"""A kind of the core group, a namespace, and a name."""

_IN_ENV = (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap"))
_IN_ENV_FROM = (("secretRef", "Secret"), ("configMapRef", "ConfigMap"))
_IN_VOLUMES = (("secret", "secretName", "Secret"), ("configMap", "name", "ConfigMap"))
_IN_PROJECTIONS = (("secret", "name", "Secret"), ("configMap", "name", "ConfigMap"))
_PLAIN = frozenset({"Secret", "ConfigMap", "ServiceAccount", "PersistentVolumeClaim"})
_WAITED_FOR = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Rollout", "Job", "Pod"})


def needed_by(on: RenderedObject, namespace: str) -> frozenset[Name]:
    """What the pods of a workload that a sync waits for cannot start without."""
    template = pod_template(on.body) if on.kind in _WAITED_FOR else None
    if template is None or value_at(on.body, ("spec", "replicas")) == 0:
        return frozenset()
    spec = template[1]["spec"]
    named = {one for _, held in containers_of(on.body) for one in _of_container(held)} | set(_of_pod(spec))
    return frozenset((kind, namespace, name) for kind, name in named)


def brought_by(on: RenderedObject, namespace: str) -> Name | None:
    """What a workload may need and an object is, or makes others write."""
    if on.key.group == "" and on.kind in _PLAIN:
        return on.kind, namespace, on.key.name
    if on.kind == "SealedSecret" and on.key.group == "bitnami.com":
        return "Secret", namespace, on.key.name
    if on.kind == "ExternalSecret" and on.key.group == "external-secrets.io":
        if value_at(on.body, ("spec", "target", "creationPolicy")) in ("Merge", "None"):
            return None
        name = value_at(on.body, ("spec", "target", "name"))
        return "Secret", namespace, name if isinstance(name, str) and name else on.key.name
    return None


def _of_container(held: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in _items(held, "env"):
        for field, kind in _IN_ENV:
            yield from _required(value_at(one, ("valueFrom", field)), "name", kind)
    for one in _items(held, "envFrom"):
        for field, kind in _IN_ENV_FROM:
            yield from _required(value_at(one, (field,)), "name", kind)


def _of_pod(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for volume in _items(spec, "volumes"):
        for field, name, kind in _IN_VOLUMES:
            yield from _required(value_at(volume, (field,)), name, kind)
        claim = value_at(volume, ("persistentVolumeClaim",))
        yield from _required(claim, "claimName", "PersistentVolumeClaim")
        projected = value_at(volume, ("projected",))
        for source in _items(projected, "sources") if isinstance(projected, Mapping) else ():
            for field, name, kind in _IN_PROJECTIONS:
                yield from _required(value_at(source, (field,)), name, kind)
    account = spec.get("serviceAccountName")
    if isinstance(account, str) and account not in ("", "default"):
        yield "ServiceAccount", account


def _required(held: Any, field: str, kind: str) -> Iterator[tuple[str, str]]:
    if isinstance(held, Mapping) and held.get("optional") is not True:
        name = held.get(field)
        if isinstance(name, str) and name:
            yield kind, name


def _items(held: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    items = held.get(name)
    yield from (one for one in (items if isinstance(items, list) else ()) if isinstance(one, Mapping))
