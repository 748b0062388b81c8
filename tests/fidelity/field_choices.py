"""The fields that replacements and variables read and write, as paths in their languages."""

from __future__ import annotations

from typing import Any

from .held import Held, Path, fields, value_at
from .objects import Objects

_STRUCTURED = {"conf.json", "conf.yaml"}
_WITHIN_TEXTS = (
    *("data.conf\\.json.host", "data.conf\\.json.list.0", "data.conf\\.json.deep.x", "data.conf\\.json.deep"),
    *("data.conf\\.yaml.host", "data.conf\\.yaml.list.[name=a].port", "data.conf\\.yaml.list.1.name"),
    *("data.conf\\.yaml.list", "data.conf\\.yaml.none"),
)
"""Fields of `Objects.structured_data`."""


class FieldChoices:
    """Chooses fields of objects."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._random = objects.random

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def source(self, held: Held, *, alone: bool) -> tuple[str, Any]:
        """A field path that a replacement may copy from, and what is there.

        `alone`: it can be copied into the object itself only, where whole mappings had better not go.
        """
        found = [
            (path, value)
            for path, value in fields(held.body)
            if value not in (None, "", [], {})
            # Copying a field into itself is not what this is about.
            and path not in (("kind",), ("metadata",))
        ]
        leaves = [one for one in found if not isinstance(one[1], dict | list)]
        path, value = self._random.choice(leaves if leaves and (alone or self._chance(0.8)) else found)
        return self.field_path(held.body, path, wild=self._chance(0.02)), value

    def target(self, held: Held, value: Any) -> tuple[str, bool]:
        """A field path that a replacement may fill with a value, and whether it has to create it."""
        data = held.body.get("data")
        if self._chance(0.15) and isinstance(data, dict) and data.keys() >= _STRUCTURED:
            return self._random.choice(_WITHIN_TEXTS), False
        # A text put where a number stands fails, unless something else takes its place later.
        fits = self._chance(0.9)
        found = [
            path
            for path, old in fields(held.body)
            if isinstance(old, dict | list) == isinstance(value, dict | list)
            and path[0] not in ("apiVersion", "kind")
            and path != ("metadata",)
            and (not fits or (isinstance(old, str) == isinstance(value, str) and path[-1] != "name"))
        ]
        if not found or self._chance(0.2):
            parents = [path for path, old in fields(held.body) if isinstance(old, dict)]
            path = self._random.choice(parents)
            return f"{self.field_path(held.body, path)}.created{self._random.randint(0, 3)}", True
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
