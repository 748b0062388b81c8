"""The schemas that a user's configuration names: pins (`schemas.crds`) and catalogues."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import Location
from gitlint_ops.workspace.config import Config
from gitlint_ops.workspace.tree import Tree

if TYPE_CHECKING:
    from gitlint_ops.validate.catalogues import Catalogue, Catalogues
    from gitlint_ops.validate.own_pins import OwnPins

DEFAULT_FOLDER = "schemas/crds"
LOCK_NAME = "pins.lock.json"
UNREADABLE = "input-unreadable"


def default_folder(config: Config) -> str:
    """Where pins lie if the configuration names no place: beside it."""
    return f"{config.folder}/{DEFAULT_FOLDER}" if config.folder else DEFAULT_FOLDER


class OwnSources:
    """What a user added to the schemas of a run; read when first needed."""

    def __init__(self, tree: Tree, config: Config, pins: OwnPins | None) -> None:
        self._tree = tree
        self._config = config
        self.pins = pins
        self._by_release: dict[str, Catalogues] = {}

    def catalogues(self, release: str) -> Catalogues | None:
        """The catalogues, as far as their paths name a release.

        Raises:
            UsageError: the configuration names a catalogue that cannot be one.
        """
        if not self._config.schemas.catalogues:
            return None
        from gitlint_ops.validate.catalogues import Catalogues

        if release not in self._by_release:
            self._by_release[release] = Catalogues(self._tree, tuple(self._named()), release)
        return self._by_release[release]

    def faults(self) -> Iterator[Violation]:
        """The files of pins and catalogues that were wanted and cannot be used."""
        yield from self.pins.faults if self.pins else ()
        for path, reason in dict.fromkeys(one for held in self._by_release.values() for one in held.unusable):
            at = Location(self._tree.ref(path), 1, 1, 1, 1)
            yield Violation(at, (), f"this schema {reason}: its kind is not judged by it", rule=UNREADABLE)

    def _named(self) -> Iterator[Catalogue]:
        from gitlint_ops.validate.catalogues import catalogue

        for number, text in enumerate(self._config.schemas.catalogues):
            try:
                yield catalogue(text)
            except UsageError as error:
                at = self._config.location(("schemas", "catalogues", number))
                raise UsageError(str(error), at=at, hint=error.hint) from error


def own_sources(tree: Tree, config: Config) -> OwnSources | None:
    """What the configuration names, and the pins in their default folder; None where there is nothing.

    Raises:
        UsageError: a place that is named does not exist, or a lock cannot be used.
    """
    places = config.schemas.crds
    folder = default_folder(config)
    if not places and tree.is_file(f"{folder}/{LOCK_NAME}"):
        places = (folder,)
    if not places and not config.schemas.catalogues:
        return None
    return OwnSources(tree, config, _pins(tree, config) if places else None)


def _pins(tree: Tree, config: Config) -> OwnPins:
    from gitlint_ops.validate.own_pins import OwnPins

    for number, path in enumerate(config.schemas.crds):
        if not (tree.is_file(path) or tree.is_folder(path)):
            at = config.location(("schemas", "crds", number))
            hint = "`gitlint-ops schemas pin` makes a folder of pins"
            raise UsageError(f"there is no '{path}' in this repository", at=at, hint=hint)
    return OwnPins(tree, config.schemas.crds or (default_folder(config),))
