"""Paths in volumes, and the volumes that are a path: `hostPath` and `nfs`.

Source: k8s.io/kubernetes/pkg/apis/core/validation/validation.go (volume sources)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gitlint_ops.validate.core.checks import Check, both, fields, filled, is_settled, one_of, wrong
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.values import given


def inside(value: Any) -> Iterable[Fault]:
    """A path below a volume: relative, without `..`."""
    if not isinstance(value, str) or not is_settled(value):
        return ()
    if value.startswith("/"):
        return (wrong(f"{given(value)} must be a relative path"),)
    return no_steps_up(value)


def no_steps_up(value: Any) -> Iterable[Fault]:
    """A path without `..`."""
    if isinstance(value, str) and ".." in value.split("/"):
        return (wrong(f"{given(value)} must not contain '..'"),)
    return ()


_HOST_PATH_TYPES = (
    "DirectoryOrCreate",
    "Directory",
    "FileOrCreate",
    "File",
    "Socket",
    "CharDevice",
    "BlockDevice",
)

hostpath: Check = fields({"path": both(filled, no_steps_up), "type": one_of(*_HOST_PATH_TYPES)})
"""A `hostPath` of a pod or a persistent volume."""


def _absolute(value: Any) -> Iterable[Fault]:
    if isinstance(value, str) and value and is_settled(value) and not value.startswith("/"):
        return (wrong(f"{given(value)} must be an absolute path"),)
    return ()


nfs: Check = fields({"server": filled, "path": both(filled, _absolute)})
"""An `nfs` share of a pod or a persistent volume."""
