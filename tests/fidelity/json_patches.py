"""JSON patches made from the objects that they are to change, so that most of them fit."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from .held import Held, Path, drop, fields, has, pointer, value_at
from .objects import Body, Objects


class JsonPatches:
    """Makes operations, and keeps the known bodies in step with them."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._random = objects.random

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def json_patch(self, helds: Sequence[Held]) -> list[Body]:
        """Operations that fit all of some objects."""
        return [one for _ in range(self._random.randint(1, 3)) for one in self._operation(helds)]

    def _operation(self, helds: Sequence[Held]) -> list[Body]:
        paths = [path for path, _ in fields(helds[0].body) if all(has(one.body, path) for one in helds[1:])]
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
        # The hash of what is neither a ConfigMap nor a Secret is one of kustomize's inner data: of the
        # lines and columns at which it once read each value, and the like.
        kind = "metadata/name" if generated else "kind"
        return self._random.choice(
            (
                {"op": "add", "path": pointer(path), "value": self._objects.scalar()},
                {"op": "replace", "path": "/metadata/name", "value": "renamed"},
                {"op": "replace", "path": "/metadata/namespace", "value": "moved"},
                {"op": "add", "path": "/metadata/labels", "value": {"set": "here"}},
                {"op": "add", "path": "/metadata/annotations", "value": {"set": "here"}},
                {"op": "remove", "path": "/metadata/annotations"},
                {"op": "replace", "path": f"/{kind}", "value": "Gadget"},
            )
        )

    def _add(self, helds: Sequence[Held], path: Path, old: Any, _: Sequence[Path]) -> list[Body]:
        value = self._random.choice((self._objects.scalar(), {"k": "v"}, ["x"], old))
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
            value = self._objects.scalar()
        self._set(helds, path, value)
        return [{"op": "replace", "path": pointer(path), "value": value}]

    def _remove(self, helds: Sequence[Held], path: Path, _: Any, __: Sequence[Path]) -> list[Body]:
        for one in helds:
            drop(one.body, path)
        return [{"op": "remove", "path": pointer(path)}]

    def _test(self, _: Sequence[Held], path: Path, old: Any, __: Sequence[Path]) -> list[Body]:
        # A null that the same patch has set equals no other null within a list or mapping.
        if isinstance(old, dict | list) and self._chance(0.97):
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
                drop(one.body, path)
        return [{"op": op, "from": pointer(path), "path": pointer(into)}]

    @staticmethod
    def _set(helds: Sequence[Held], path: Path, value: Any) -> None:
        for one in helds:
            parent = value_at(one.body, path[:-1])
            if isinstance(parent, dict):
                parent[path[-1]] = deepcopy(value)
