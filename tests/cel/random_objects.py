"""Random objects that fit structural schemas in type, to see which of their rules they break."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

TEXTS = (
    *(
        "a",
        "b",
        "web",
        "v1",
        "",
        "http://example.com/x",
        "10.0.0.0/8",
        "10.0.0.1",
        "1Gi",
        "*",
        "Path-X",
        "/p",
    ),
    *("/p", "example.com", "5m", "10s", "Gateway", "Service", "ConfigMap", "HTTP", "TCP", "a_b"),
)
BY_FORMAT = {"date-time": "2024-01-01T00:00:00Z", "byte": "aGVsbG8=", "duration": "5m"}
KEYS = ("a", "b", "c.d/e", "x-y")
SCALARS: Mapping[str, Sequence[Any]] = {
    "integer": (0, 1, 2, 5, 80, 443, 100, 65535),
    "number": (0, 1, 2.5),
    "boolean": (True, False),
    "string": TEXTS,
}
NAMES = ("web", "default", "cluster")
SERVERS_OWN = ("apiVersion", "kind", "metadata", "status")


class Objects:
    """Objects of one schema after another; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def of(self, schema: Mapping[str, Any], count: int) -> Iterator[dict[str, Any]]:
        for _ in range(count):
            made = {
                name: self._value(held, 1)
                for name, held in schema["properties"].items()
                if name not in SERVERS_OWN
            }
            metadata = {"name": self._random.choice(NAMES)}
            yield {"apiVersion": "a/v1", "kind": "K", "metadata": metadata, **made}

    def _value(self, schema: Mapping[str, Any], depth: int) -> Any:
        if "enum" in schema and self._random.random() < 0.95:
            return self._random.choice([one for one in schema["enum"] if one is not None] or [None])
        if schema.get("x-kubernetes-int-or-string"):
            return self._random.choice([1, 80, "80%", "http"])
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                count = self._random.choice([0, 1, 1, 2])
                return [self._value(schema.get("items", {}), depth + 1) for _ in range(count)]
            case None:
                return {"k": 1} if schema.get("x-kubernetes-preserve-unknown-fields") else None
            case scalar:
                return BY_FORMAT.get(schema.get("format", "")) or self._random.choice(SCALARS[scalar])

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        """With fewer of the optional fields the deeper it lies, as objects grow with each level."""
        if "properties" in schema:
            required = set(schema.get("required", ()))
            share = 0.35 if depth < 2 else 0.3 / (1 + depth * 0.15)
            return {
                name: self._value(held, depth + 1)
                for name, held in schema["properties"].items()
                if name in required or self._random.random() < share
            }
        others = schema.get("additionalProperties")
        if not isinstance(others, dict):
            return {}
        keys = [self._random.choice(KEYS) for _ in range(self._random.randint(0, 2))]
        return {key: self._value(others, depth + 1) for key in keys}
