"""What is stored on a server of ours before anything is asked: all that other objects need.

Namespaces, then definitions, then accounts and what they may do, quotas and classes, and at last the
policies that judge what comes after.
"""

from __future__ import annotations

from gitlint_ops.discovering import Progress
from gitlint_ops.reconcile.api import Api
from gitlint_ops.reconcile.definitions import Definitions
from gitlint_ops.reconcile.outcomes import ClusterSet
from gitlint_ops.reconcile.providers import applied_entries
from gitlint_ops.reconcile.staging.access import stage_access
from gitlint_ops.reconcile.staging.ground import Ground
from gitlint_ops.reconcile.staging.kinds import stage_definitions
from gitlint_ops.reconcile.staging.namespaces import stage_namespaces, stage_rendered_namespaces
from gitlint_ops.reconcile.staging.policies import stage_policies
from gitlint_ops.reconcile.staging.quotas import stage_limits
from gitlint_ops.reconcile.staging.result import NOTHING, Staged
from gitlint_ops.reconcile.staging.webhooks import absent_webhooks

__all__ = ["NOTHING", "Staged", "staged"]


def staged(
    wanted: ClusterSet, api: Api, definitions: Definitions, *, jobs: int, progress: Progress
) -> Staged:
    """Store on a server of ours what objects of a set need, each part when those before it are in force.

    What the server refuses here is refused once more when its turn comes, and told then.

    Raises:
        ServerLost: the server ends meanwhile.
    """
    ground = Ground(wanted, api, tuple(applied_entries(wanted)), jobs)
    progress("staging namespaces", 0, 1)
    stage_rendered_namespaces(ground)
    progress("staging definitions", 0, 1)
    kinds = stage_definitions(ground, definitions)
    namespaces = stage_namespaces(ground)
    progress("staging access and limits", 0, 1)
    bindings = stage_access(ground)
    stage_limits(ground)
    progress("staging policies", 0, 1)
    stage_policies(ground)
    return Staged(
        assumed=(*namespaces, *kinds.assumed, *bindings),
        refused=kinds.refused,
        unaccepted=kinds.unaccepted,
        unstored=kinds.unstored,
        absent_webhooks=tuple(absent_webhooks(ground.entries)),
    )
