"""The list of what is pinned (sources.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

LICENCES = frozenset({"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MPL-2.0"})
"""The licences under which a schema may be passed on with this package."""


@dataclass(frozen=True)
class Source:
    """One package at one version; the fields are those of sources.toml."""

    name: str
    version: str
    licence: str
    licence_file: str
    product: str = ""
    module: str = ""
    pypi: str = ""
    files: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    patches: dict[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    aggregated: bool = False
    mappings: str = ""
    groups: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    webhook_fills: tuple[str, ...] = ()

    @property
    def way(self) -> str:
        """How the definitions come about: as shipped, from Go types, or as a server published them."""
        if self.files:
            return "shipped definitions"
        return "controller-gen" if self.packages else "published OpenAPI"


def read_sources(path: Path) -> tuple[str, tuple[Source, ...]]:
    """The version of controller-gen, and all sources in their order.

    Raises:
        ValueError: a source has a licence that schemas cannot be passed on under.
    """
    held = tomllib.loads(path.read_text(encoding="utf-8"))
    sources = tuple(_source(entry) for entry in held["source"])
    for source in sources:
        if source.licence not in LICENCES:
            raise ValueError(f"{source.name} is under {source.licence}")
    return held["controller_gen"], sources


def _source(entry: dict[str, object]) -> Source:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}
    return Source(**values)  # type: ignore[arg-type]
