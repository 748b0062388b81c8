"""Where a live cluster differs from Git: changed by hand, missing, left over."""

from gitlint_ops.reconcile.drift.outcome import Drift
from gitlint_ops.reconcile.drift.stage import drift_of

__all__ = ["Drift", "drift_of"]
