"""Strategic merge patches made from the objects that they are to change, so that most of them fit."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from .held import Held, Path, fields, value_at
from .objects import NAMES, Body, Objects


class MergePatches:
    """Makes strategic merge patches, and keeps the known bodies in step with them."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._random = objects.random

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def merge_patch(self, held: Held) -> Body:
        """What a strategic merge patch of an object says, without its apiVersion, kind and name."""
        if self._chance(0.04):
            return {"$patch": "delete"}
        patch: Body = {}
        if self._chance(0.4):
            patch["metadata"] = {
                field: self._texts_patch(held.body["metadata"].get(field) or {})
                for field in self._objects.some("labels", "annotations", least=1)
            }
        template = self._pod_spec_path(held.body)
        if template is not None and self._chance(0.8):
            below = self._pod_spec_patch(value_at(held.body, template))
            for key in reversed(template):
                below = {key: below}
            patch = {**patch, **below}
            if self._chance(0.3) and "spec" in patch and held.kind != "Pod":
                patch["spec"]["replicas"] = self._random.choice((0, 5, None))
        elif held.kind == "Service" and self._chance(0.8):
            patch["spec"] = {"ports": self._service_ports(held)}
        elif held.kind in ("ConfigMap", "Secret") and self._chance(0.8):
            patch["data"] = self._texts_patch(held.body.get("data") or {})
        else:
            patch = {**patch, **self._any_patch(held.body)}
        self._merge_into(held.body, patch)
        return patch

    def _texts_patch(self, held: Body) -> Any:
        if self._chance(0.04):
            return None
        known = held if isinstance(held, dict) else {}
        patch: Body = {
            key: self._random.choice((None, self._objects.text())) for key in self._objects.some(*known)
        }
        patch.update(self._objects.texts("new", "new10", "new9", "zz"))
        if self._chance(0.08):
            patch["$patch"] = self._random.choice(("replace", "merge", "delete"))
        if self._chance(0.05):
            patch["odd"] = self._objects.scalar()
        return patch

    @staticmethod
    def _pod_spec_path(body: Body) -> Path | None:
        for path in (
            ("spec", "template", "spec"),
            ("spec", "jobTemplate", "spec", "template", "spec"),
            ("spec",),
        ):
            try:
                found = value_at(body, path)
            except (KeyError, TypeError):
                continue
            if isinstance(found, dict) and "containers" in found and body["kind"] != "Widget":
                return path
        return None

    def _pod_spec_patch(self, spec: Body) -> Body:
        makers = {
            "containers": lambda: self._keyed(spec.get("containers"), "name", self._container_patch),
            "initContainers": lambda: self._keyed(spec.get("initContainers"), "name", self._container_patch),
            "volumes": lambda: self._keyed(
                spec.get("volumes"), "name", lambda _, name: self._objects.volume(name)
            ),
            "tolerations": lambda: self._plain_list(spec.get("tolerations"), self._objects.toleration),
            "imagePullSecrets": lambda: self._keyed(
                spec.get("imagePullSecrets"), "name", lambda _, name: {"name": name}
            ),
            "topologySpreadConstraints": lambda: self._plain_list(
                spec.get("topologySpreadConstraints"), self._objects.spread
            ),
            "hostAliases": lambda: self._random.choice(
                ([{"ip": "10.0.0.1", "hostnames": ["y"]}], [{"ip": "10.0.0.2", "hostnames": ["z"]}], None)
            ),
            "nodeSelector": lambda: self._random.choice(({"a": "b"}, {"$patch": "replace", "c": "d"}, None)),
            "securityContext": lambda: self._random.choice(({"runAsUser": 1}, {"sysctls": []}, {}, None)),
            "serviceAccountName": lambda: self._random.choice((*NAMES, None)),
        }
        often = [key for key in ("containers", "containers", "volumes", "initContainers") if spec.get(key)]
        chosen = self._objects.some(*makers, most=2) + self._objects.some(*often, most=1)
        return {key: makers[key]() for key in dict.fromkeys(chosen)} or {"restartPolicy": "Always"}

    def _keyed(self, held: list[Body] | None, key: str, make: Any) -> Any:
        """A patch of a list whose elements are found by a key."""
        if self._chance(0.03):
            return self._random.choice((None, []))
        held = held if isinstance(held, list) else []
        known = [one[key] for one in held if isinstance(one, dict) and isinstance(one.get(key), str)]
        names = self._objects.some(*known, least=min(1, len(known))) + self._objects.some(
            "new", "app", "web", most=1
        )
        old = {one[key]: one for one in held if isinstance(one, dict) and isinstance(one.get(key), str)}
        items: list[Body] = []
        for name in dict.fromkeys(names):
            if name in old and self._chance(0.12):
                items.append({key: name, "$patch": "delete"})
            else:
                items.append(make(old.get(name, {}), name))
        if self._chance(0.05):
            directive = {"$patch": self._random.choice(("replace", "delete", "merge"))}
            items.insert(self._random.randint(0, len(items)), directive)
        self._random.shuffle(items)
        return items

    def _container_patch(self, old: Body, name: str) -> Body:
        patch: Body = {"name": name}
        if self._chance(0.4):
            patch["env"] = self._keyed(old.get("env"), "name", lambda _, one: self._objects.variable(one))
        if self._chance(0.35):
            patch["ports"] = self._plain_list(old.get("ports"), self._objects.port)
        if self._chance(0.2):
            patch["volumeMounts"] = self._keyed(
                old.get("volumeMounts"), "mountPath", lambda _, path: {"name": "web", "mountPath": path}
            )
        if self._chance(0.2):
            patch["envFrom"] = [{"configMapRef": {"name": self._objects.name()}}]
        if self._chance(0.2):
            patch["args"] = self._random.choice((["x"], [], None, self._objects.arguments()))
        if self._chance(0.2):
            patch["resources"] = self._random.choice(({"limits": {"cpu": None, "memory": "1Gi"}}, None, {}))
        if self._chance(0.2) or not old:
            patch["image"] = self._random.choice(("nginx", "web:9"))
        if self._chance(0.03):
            patch["$patch"] = self._random.choice(("replace", "merge"))
        return patch

    def _plain_list(self, held: list[Body] | None, make: Any) -> Any:
        """A patch of a list with several keys, or none: old elements, changed ones and new ones."""
        if self._chance(0.04):
            return self._random.choice((None, []))
        items = [make() for _ in range(self._random.randint(0, 2))]
        for one in held if isinstance(held, list) else ():
            way = self._random.random()
            if way < 0.3 and isinstance(one, dict):
                items.append({**one, **self._random.choice(({"name": "other"}, {"maxSkew": 3}, {}))})
            elif way < 0.45 and isinstance(one, dict):
                items.append({**one, "$patch": "delete"})
            elif way < 0.6 and isinstance(one, dict):
                items.append({key: value for key, value in one.items() if key != "protocol"})
        return items or [make()]

    def _service_ports(self, held: Held) -> Any:
        spec = held.body.get("spec")
        ports = spec.get("ports") if isinstance(spec, dict) else None
        return self._plain_list(
            ports if isinstance(ports, list) else None,
            lambda: {"port": self._random.choice((80, 81)), "name": self._random.choice(("p80", "q"))},
        )

    def _any_patch(self, body: Body) -> Body:
        """A change somewhere in the mappings of a body."""
        found = [
            path
            for path, value in fields(body)
            if path[0] not in ("apiVersion", "kind", "metadata") and all(isinstance(key, str) for key in path)
        ]
        if not found:
            return {"extra": self._objects.scalar()}
        path = self._random.choice(found)
        old = value_at(body, path)
        value: Any
        if isinstance(old, dict):
            value = self._random.choice(
                ({"more": "x"}, {"$patch": "delete"}, {"$patch": "replace", "n": 1}, None)
            )
        elif isinstance(old, list):
            value = self._random.choice(([*old, "more"], old[:1], [], None)) if old else ["x"]
            if old and isinstance(old[0], dict):
                value = self._random.choice((old[:1], [{**old[0], "more": 1}], None, []))
        else:
            value = self._random.choice((self._objects.scalar(), old, None))
        for key in reversed(path):
            value = {key: deepcopy(value)}
        return value

    def _merge_into(self, body: Body, patch: Body) -> None:
        """What is known of the object afterwards: changed lists are forgotten."""
        for key, value in patch.items():
            if isinstance(value, dict) and isinstance(body.get(key), dict) and "$patch" not in value:
                self._merge_into(body[key], value)
            elif isinstance(value, dict | list) or value is None or key == "$patch":
                if key not in ("metadata", "containers"):
                    body.pop(key, None)
            elif key not in ("name", "namespace", "kind"):
                body[key] = value
