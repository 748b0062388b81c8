"""Where the data shipped with the package lies: `rules/` and `schemas/`."""

from __future__ import annotations

from pathlib import Path


def rules_folder() -> Path:
    """The folder of built-in rule cards, in a checkout or an installed wheel."""
    return _shipped("rules")


def schemas_folder() -> Path:
    """The folder of published and pinned schemas, in a checkout or an installed wheel."""
    return _shipped("schemas")


def _shipped(name: str) -> Path:
    package = Path(__file__).resolve().parent
    installed = package / f"_{name}"
    # A checkout keeps the folder beside the package; the wheel carries it inside (pyproject.toml).
    return installed if installed.is_dir() else package.parent / name
