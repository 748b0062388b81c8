"""Which level of the Pod Security Standards a pod has to keep, and who says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from msgspec import Struct

from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.pod_security import Level, Standard
from gitlint_ops.model.removed_apis import kubernetes_minor
from gitlint_ops.rules.namespaces import Labelled
from gitlint_ops.rules.subjects import Facts, Params


class Demand(Struct, frozen=True):
    """What a pod has to keep at minor version `minor`.

    `required` is the level that holds, and `wished` a higher one that the namespace's labels warn of or
    record, if they do. Both come from the namespace's labels (`labelled`), the configuration
    (`is_configured`), or nobody: then `required` is baseline, which is what every team can be asked for.
    """

    required: Level
    minor: int
    wished: Standard | None = None
    labelled: Labelled | None = None
    is_configured: bool = False

    @property
    def is_enforced(self) -> bool:
        """Whether the API server refuses pods that break `required`."""
        return self.labelled is not None and "enforce" in self.labelled.standards

    @property
    def is_decided(self) -> bool:
        """Whether someone has chosen `required`."""
        return self.is_enforced or self.is_configured or self.required is Level.PRIVILEGED


def demand(on: RenderedObject, params: Params, facts: Facts) -> Demand | None:
    """What is asked of the pods of an object; None where its namespace is not judged at all."""
    labelled = facts.namespaces.labelled(on.key.namespace)
    if labelled is None and _is_exempt(facts.namespaces.names(on.key.namespace), params):
        return None
    cluster = kubernetes_minor(facts.kubernetes)
    asked: Mapping[str, Standard] = labelled.standards if labelled else {}
    enforced = asked.get("enforce")
    if enforced is not None:
        level, minor = enforced.level, min(enforced.minor, cluster)
    else:
        level, minor = _unenforced(asked, facts), cluster
    return Demand(
        required=level,
        minor=minor,
        wished=_wished(asked, level, cluster),
        labelled=labelled,
        is_configured=enforced is None and bool(facts.pod_security),
    )


def _wished(asked: Mapping[str, Standard], required: Level, cluster: int) -> Standard | None:
    modes = [asked[mode] for mode in ("warn", "audit") if mode in asked]
    higher = [one for one in modes if one.level.forbids_more_than(required)]
    if not higher:
        return None
    strictest = max(higher, key=lambda one: one.level.rank)
    return Standard(strictest.mode, strictest.level, min(strictest.minor, cluster))


def _unenforced(asked: Mapping[str, Standard], facts: Facts) -> Level:
    """The level where no label enforces one: a namespace that asks not to be warned has decided as well."""
    if facts.pod_security:
        return Level(facts.pod_security)
    unwarned = any(one.level is Level.PRIVILEGED for one in asked.values())
    return Level.PRIVILEGED if unwarned else Level.BASELINE


def _is_exempt(names: Iterable[str], params: Params) -> bool:
    return any(fnmatchcase(name, one) for one in params["exempt_namespaces"] for name in names)
