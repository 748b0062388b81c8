"""Where a pod breaks a control."""

from __future__ import annotations

from msgspec import Struct

from gitlint_ops.model.location import FieldPath


class Breach(Struct, frozen=True):
    """One place at which a pod breaks a control, by its path below the pod template.

    `said` is a clause ("container 'web' is privileged"). `adds` is empty where something forbidden is
    written; where something is missing, it is what to add ("allowPrivilegeEscalation: false"), at the
    container of that path or at the whole pod. `control` is stamped by `controls.breaches`.
    """

    path: FieldPath
    said: str
    adds: str = ""
    at_key: bool = False
    control: str = ""
