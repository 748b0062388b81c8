"""Fields that are handed on to Helm, plugins or people, and may hold templates of theirs.

A classic ApplicationSet leaves alone what it does not know, and so a legend of Grafana (`{{pod}}`) or an
alert of Prometheus stands in such fields as it should.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.location import FieldPath

_FIELDS = frozenset(
    {"values", "valuesObject", "parameters", "fileParameters", "annotations", "plugin", "patches", "info"}
)
_OF_GENERATORS = re.compile(
    r"(?:path(?:\[|\.|\Z)|metadata\.(?:labels|annotations)\.|values\.|nameNormalized\Z)"
)


def is_handed_on(path: FieldPath) -> bool:
    """Whether a field of an Application's template is read by others; `path` may lead there from the root."""
    if path[:2] == ("spec", "generators") and "template" not in path:
        return False
    return any(part in _FIELDS for part in path)


def is_of_generators(name: str, known: Collection[str]) -> bool:
    """Whether a name is that of a parameter, or a slip of one, and not of somebody else's template."""
    return bool(_OF_GENERATORS.match(name)) or bool(did_you_mean(name, known))
