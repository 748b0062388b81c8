"""Patches and replacements made from the objects that they are to change, so that most of them fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any, TypeAlias

from .objects import CLUSTER_SCOPED, NAMES, Body, Objects
from .yaml_text import Raw

Path: TypeAlias = tuple[str | int, ...]


class Held:
    """An object of a folder as far as is known: its body, and all names it has had."""

    def __init__(self, body: Body, *, generated: bool = False) -> None:
        self.body = body
        self.generated = generated
        metadata = body["metadata"]
        self.names: list[tuple[str, str]] = [(metadata["name"], metadata.get("namespace") or "")]

    @property
    def api_version(self) -> str:
        return str(self.body["apiVersion"])

    @property
    def kind(self) -> str:
        return str(self.body["kind"])

    @property
    def name(self) -> str:
        return self.names[-1][0]

    @property
    def namespace(self) -> str:
        return self.names[-1][1]

    @property
    def scoped(self) -> bool:
        return self.kind not in CLUSTER_SCOPED

    @property
    def now(self) -> tuple[str, str, str]:
        return self.kind, self.name, (self.namespace or "default") if self.scoped else ""

    def all_ids(self) -> set[tuple[str, str, str]]:
        return {
            (self.kind, name, (namespace or "default") if self.scoped else "")
            for name, namespace in self.names
        }

    def renamed(self, name: str, namespace: str) -> None:
        if (name, namespace) != self.names[-1]:
            self.names.append((name, namespace))

    def copy(self) -> Held:
        made = Held(deepcopy(self.body), generated=self.generated)
        made.names = list(self.names)
        return made


def fields(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """All fields below a body, containers too."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key), value
        yield from fields(value, (*path, key))


def value_at(body: Any, path: Path) -> Any:
    for key in path:
        if isinstance(body, str):
            raise KeyError(key)
        body = body[key]
    return body


class Edits:
    """Makes changes of objects and keeps the objects' known bodies in step with them."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._random = objects.random

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    # Strategic merge patches

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
            patch["odd"] = self._objects.scalar(patching=True)
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
        known = [one[key] for one in held or () if isinstance(one, dict) and isinstance(one.get(key), str)]
        names = self._objects.some(*known, least=min(1, len(known))) + self._objects.some(
            "new", "app", "web", most=1
        )
        old = {one[key]: one for one in held or () if isinstance(one, dict) and isinstance(one.get(key), str)}
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
        for one in held or ():
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
            return {"extra": self._objects.scalar(patching=True)}
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
            value = self._random.choice((self._objects.scalar(patching=True), old, None))
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

    # JSON patches

    def json_patch(self, helds: Sequence[Held]) -> list[Body]:
        """Operations that fit all of some objects."""
        return [one for _ in range(self._random.randint(1, 3)) for one in self._operation(helds)]

    def _operation(self, helds: Sequence[Held]) -> list[Body]:
        paths = [path for path, _ in fields(helds[0].body) if all(_has(one.body, path) for one in helds[1:])]
        fixed = ("apiVersion", "kind")
        paths = [path for path in paths if path[0] not in fixed and path != ("metadata",)]
        usual = [path for path in paths if path not in (("metadata", "name"), ("metadata", "namespace"))]
        if not usual:
            return []
        path = self._random.choice(usual)
        old = value_at(helds[0].body, path)
        way = self._random.choice(
            ("add", "add", "append", "replace", "replace", "remove", "test", "move", "copy")
        )
        if self._chance(0.05):
            return [self._odd_operation(path, any(one.generated for one in helds))]
        if self._chance(self._objects.wrong / 4):
            return [self._wrong_operation(path)]
        make = getattr(self, f"_{way}")
        made: list[Body] = make(helds, path, old, usual)
        return made

    def _wrong_operation(self, path: Path) -> Body:
        missing = pointer((*path, "missing"))
        return self._random.choice(
            (
                {"op": "remove", "path": missing},
                {"op": "add", "path": f"{missing}/deeper", "value": "x"},
                {"op": "test", "path": pointer(path), "value": "unlikely"},
                {"op": "replace", "path": pointer((*path[:-1], "absent")), "value": "x"},
            )
        )

    def _odd_operation(self, path: Path, generated: bool) -> Body:
        # The hash of what is neither a ConfigMap nor a Secret is one of kustomize's inner data.
        kind = "metadata/name" if generated else "kind"
        return self._random.choice(
            (
                {"op": "add", "path": pointer(path), "value": self._objects.scalar(patching=True)},
                {"op": "replace", "path": "/metadata/name", "value": "renamed"},
                {"op": "replace", "path": "/metadata/namespace", "value": "moved"},
                {"op": "add", "path": "/metadata/labels", "value": {"set": "here"}},
                {"op": "add", "path": "/metadata/annotations", "value": {"set": "here"}},
                {"op": "remove", "path": "/metadata/annotations"},
                {"op": "replace", "path": f"/{kind}", "value": "Gadget"},
            )
        )

    def _add(self, helds: Sequence[Held], path: Path, old: Any, _: Sequence[Path]) -> list[Body]:
        value = self._random.choice((self._objects.scalar(patching=True), {"k": "v"}, ["x"], old))
        if path[0] == "metadata":
            value = old if isinstance(old, dict | list) else self._objects.text()
        if isinstance(old, dict) and self._chance(0.7):
            path = (*path, self._random.choice(("added", "a/b", "c~d", "e.f")))
            value = self._objects.text()
        self._set(helds, path, value)
        return [{"op": "add", "path": pointer(path), "value": deepcopy(value)}]

    def _append(self, helds: Sequence[Held], path: Path, old: Any, paths: Sequence[Path]) -> list[Body]:
        if not isinstance(old, list):
            return self._add(helds, path, old, paths)
        value = deepcopy(self._random.choice(old)) if old else "x"
        place = self._random.choice(("-", "-", 0, len(old), "-1"))
        if all(isinstance(value_at(one.body, path), list) for one in helds):
            for one in helds:
                value_at(one.body, path).insert(0 if place == 0 else len(old), deepcopy(value))
        return [{"op": "add", "path": pointer((*path, place)), "value": value}]

    def _replace(self, helds: Sequence[Held], path: Path, old: Any, _: Sequence[Path]) -> list[Body]:
        value = self._objects.text() if isinstance(old, str) else deepcopy(old)
        if self._chance(0.2) and path[0] != "metadata":
            value = self._objects.scalar(patching=True)
        self._set(helds, path, value)
        return [{"op": "replace", "path": pointer(path), "value": value}]

    def _remove(self, helds: Sequence[Held], path: Path, _: Any, __: Sequence[Path]) -> list[Body]:
        for one in helds:
            _drop(one.body, path)
        return [{"op": "remove", "path": pointer(path)}]

    def _test(self, _: Sequence[Held], path: Path, old: Any, __: Sequence[Path]) -> list[Body]:
        if isinstance(old, dict | list | Raw) and self._chance(0.97):
            return []
        return [{"op": "test", "path": pointer(path), "value": deepcopy(old)}]

    def _move(self, helds: Sequence[Held], path: Path, old: Any, paths: Sequence[Path]) -> list[Body]:
        return self._moved("move", helds, path, old, paths)

    def _copy(self, helds: Sequence[Held], path: Path, old: Any, paths: Sequence[Path]) -> list[Body]:
        return self._moved("copy", helds, path, old, paths)

    def _moved(
        self, op: str, helds: Sequence[Held], path: Path, old: Any, paths: Sequence[Path]
    ) -> list[Body]:
        into = self._random.choice(paths)
        if into[: len(path)] == path or path[0] == "metadata" or into[0] == "metadata":
            return self._test(helds, path, old, paths)
        if op == "move":
            for one in helds:
                _drop(one.body, path)
        return [{"op": op, "from": pointer(path), "path": pointer(into)}]

    @staticmethod
    def _set(helds: Sequence[Held], path: Path, value: Any) -> None:
        for one in helds:
            parent = value_at(one.body, path[:-1])
            if isinstance(parent, dict):
                parent[path[-1]] = deepcopy(value)

    # Replacements

    def source(self, held: Held, *, alone: bool) -> tuple[str, Any]:
        """A field path that a replacement may copy from, and what is there.

        `alone`: it can be copied into the object itself only, where whole mappings had better not go.
        """
        found = [
            (path, value)
            for path, value in fields(held.body)
            if value not in (None, "", [], {})
            # Copying a field into itself is not what this is about.
            # Of all annotations kustomize's own are a part (a case has them).
            and path not in (("kind",), ("metadata",), ("metadata", "annotations"))
            and not isinstance(value, Raw)
        ]
        leaves = [one for one in found if not isinstance(one[1], dict | list)]
        path, value = self._random.choice(leaves if leaves and (alone or self._chance(0.8)) else found)
        return self.field_path(held.body, path, wild=self._chance(0.02)), value

    def target(self, held: Held, value: Any) -> tuple[str, bool]:
        """A field path that a replacement may fill with a value, and whether it has to create it."""
        found = [
            path
            for path, old in fields(held.body)
            if isinstance(old, dict | list) == isinstance(value, dict | list)
            and path[0] not in ("apiVersion", "kind")
            and path != ("metadata",)
            # Names are rewritten on the way, and then what looks like a number is one; a text for a
            # number of replicas is fine for kustomize if `replicas` puts a number there afterwards.
            and path[-1] not in ("name", "replicas")
            # A text put where a number stands fails, unless something else takes its place later.
            and isinstance(old, str) == isinstance(value, str)
            and not isinstance(old, Raw)
        ]
        # What is made has no type in kustomize until something rewrites the object, and then is a text:
        # so it is made of texts only.
        makes = isinstance(value, str | dict | list)
        if not found or (makes and self._chance(0.2)):
            parents = [path for path, old in fields(held.body) if isinstance(old, dict)]
            path = self._random.choice(parents)
            # Under a name of its own: kustomize keeps no type for what a replacement has made, and
            # what a second one puts there is of the type that it looks like.
            return f"{self.field_path(held.body, path)}.created{self._random.randint(0, 10**6)}", makes
        path = self._random.choice(found)
        return self.field_path(held.body, path), isinstance(value, str) and self._chance(0.2)

    def variable_path(self, held: Held) -> str:
        """A field path that a variable may stand for."""
        found = [
            path
            for path, value in fields(held.body)
            if value is not None and all(str(key).replace("-", "").isalnum() for key in path)
        ]
        leaves = [path for path in found if not isinstance(value_at(held.body, path), dict | list)]
        path = self._random.choice(leaves if self._chance(0.9) else found)
        return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")

    def field_path(self, body: Any, path: Path, *, wild: bool = True) -> str:
        """A path in the language of replacements."""
        parts = []
        for key in path:
            if isinstance(key, int):
                parts.append(self._element(body[key], key, wild))
            else:
                parts.append(key.replace(".", "\\."))
            body = body[key]
        return ".".join(parts)

    def _element(self, item: Any, index: int, wild: bool) -> str:
        way = self._random.random()
        if isinstance(item, dict) and isinstance(item.get("name"), str) and way < 0.5:
            return f"[name={item['name']}]"
        if isinstance(item, str) and item.isalnum() and way < 0.3:
            return f"[={item}]"
        return "*" if wild and way > 0.85 else str(index)


def pointer(path: Path) -> str:
    """A JSON pointer."""
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in path)


def _has(body: Any, path: Path) -> bool:
    try:
        value_at(body, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _drop(body: Any, path: Path) -> None:
    if _has(body, path):
        parent = value_at(body, path[:-1])
        del parent[path[-1]]
