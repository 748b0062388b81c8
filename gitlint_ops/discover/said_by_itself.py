"""The rules that a delivery object breaks by itself.

What it renders to may hang on what delivers it (patches of a parent, variables), which a run that is limited
to a change does not follow.
"""

from __future__ import annotations

SAID_BY_ITSELF = frozenset(
    {
        "generated-name-clash-or-invalid",
        "generates-nothing",
        "matrix-merge-misuse",
        "param-missing",
        "path-missing",
        "source-path-missing",
        "source-type-conflict",
        "template-engine-mismatch",
        "values-ref-broken",
    }
)
