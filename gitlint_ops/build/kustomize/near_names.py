"""Stands in `model.near_names`."""

from gitlint_ops.model.near_names import near_name

__all__ = ["near_name"]
