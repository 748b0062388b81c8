"""What an API server's answers mean for the people who wrote the objects: violations at fields of theirs."""

from gitlint_ops.reconcile.verdicts.gaps import Gap, gaps_of
from gitlint_ops.reconcile.verdicts.violations import violations_of

__all__ = ["Gap", "gaps_of", "violations_of"]
