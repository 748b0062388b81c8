"""Random trees of kustomizations build to what the real kustomize makes of them, or fail where it fails.

Nothing here can be tuned to: what is right is said by `kubectl kustomize`, and nobody wrote the trees.
The trees are the same in every run (derandomize), so that a change is blamed for what it broke and
not for the weather; `tools/compare_overlays.py` draws others, in any number.

Not compared are trees on which kustomize panics: those are its own bugs and no semantics.
"""

from __future__ import annotations

import shutil
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from .comparison import Agreement, Comparison, compare
from .overlays import Tree, trees
from .shrinking import smaller

# About a quarter of a second each on two busy cores; kubectl takes most of it.
EXAMPLES = 250
LEAST_SHARE_BUILT = 0.75
"""Of the trees; of 10,000 that the tool drew it was 83 %."""

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")


def test_random_trees_build_as_kustomize_builds_them() -> None:
    seen: Counter[Agreement] = Counter()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(trees())
    def builds_alike(tree: Tree) -> None:
        compared = compare(tree)
        seen[compared.agreement] += 1
        assert compared.agree, told(tree, compared)

    builds_alike()

    assert seen[Agreement.BYTES] >= LEAST_SHARE_BUILT * seen.total(), seen


def told(tree: Tree, compared: Comparison) -> str:
    """A tree on which the two differ, made small by dropping parts of its files: hypothesis needs minutes."""
    if compared.agree:
        return ""
    tree = smaller(tree, compare)
    compared = compare(tree)
    files = [f"--- {path}\n{text}" for path, text in tree.items()]
    results = [
        f"=== {name}\n{built.text if built.text is not None else built.reason}"
        for name, built in (("kustomize", compared.theirs), ("gitlint-ops", compared.ours))
    ]
    return "\n".join([*files, *results])
