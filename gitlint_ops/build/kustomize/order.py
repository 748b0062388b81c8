"""The order in which a build's resources are printed.

Source: api/internal/builtins/SortOrderTransformer.go, kyaml/resid/gvk.go
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gitlint_ops.build.kustomize.decode import Fields
from gitlint_ops.build.kustomize.faults import fault
from gitlint_ops.build.kustomize.identity import format_gvk
from gitlint_ops.build.kustomize.resource import Gvk, Resource

LEGACY, FIFO = "legacy", "fifo"

KINDS_FIRST = (
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
)
KINDS_LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")


def _ranks(first: Sequence[str], last: Sequence[str]) -> dict[str, int]:
    ranks = {kind: index - len(first) for index, kind in enumerate(first)}
    ranks.update({kind: index + 1 for index, kind in enumerate(last)})
    return ranks


_DEFAULT_RANKS = _ranks(KINDS_FIRST, KINDS_LAST)


def kind_order(gvk: Gvk) -> tuple[int, str]:
    """The key by which kustomize sorts kinds, and with them field specs."""
    return _DEFAULT_RANKS.get(gvk.kind, 0), _sort_text(gvk)


def sort_legacy(
    resources: Iterable[Resource],
    first: Sequence[str] = KINDS_FIRST,
    last: Sequence[str] = KINDS_LAST,
) -> tuple[Resource, ...]:
    """Namespaces and other kinds that others need first, webhooks last."""
    ranks = _ranks(first, last)

    def key(resource: Resource) -> tuple[int, str, str]:
        gvk, name, namespace = resource.cur_id
        # Of namespaces of several groups the core group's come first.
        alone = gvk.kind == "Namespace" and not gvk.group and ranks.get(gvk.kind)
        by_kind = "" if alone else _sort_text(gvk)
        by_name = f"{format_gvk(gvk)}|{namespace or '~X'}|{name or '~N'}"
        return ranks.get(gvk.kind, 0), by_kind, by_name

    return tuple(sorted(resources, key=key))


def _sort_text(gvk: Gvk) -> str:
    return f"{gvk.group or '~G'}_{gvk.version or '~V'}_{gvk.kind or '~K'}"


def sort_as_asked(resources: tuple[Resource, ...], options: Fields | None) -> tuple[Resource, ...]:
    """The resources in the order of `sortOptions`, or in the legacy order without one.

    Raises:
        BuildFault: the options contradict each other.
    """
    if options is None:
        return sort_legacy(resources)
    order = options.text("order")
    legacy = options.struct("legacySortOptions")
    if order not in (LEGACY, FIFO):
        raise fault(
            f"sortOptions.order must be one of [fifo, legacy], not {order!r} (kustomize: the field "
            "'sortOptions.order' must be one of [fifo, legacy])",
            options.at("order"),
        )
    if order == FIFO:
        if legacy is not None:
            raise fault(
                "legacySortOptions is set, but the order is fifo and not legacy (kustomize: the field "
                "'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy')",
                options.at("legacySortOptions"),
                at_key=True,
            )
        return resources
    if legacy is None:
        return sort_legacy(resources)
    return sort_legacy(resources, legacy.texts("orderFirst"), legacy.texts("orderLast"))
