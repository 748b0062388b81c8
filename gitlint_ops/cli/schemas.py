"""`gitlint-ops schemas`: the schemas of custom resources, shipped and pinned."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.model.errors import UsageError

if TYPE_CHECKING:
    from gitlint_ops.pinning.found import Taken
    from gitlint_ops.pinning.listing import ListedKind
    from gitlint_ops.pinning.pins import Change
    from gitlint_ops.validate.own_pins import OwnPins
    from gitlint_ops.validate.pin_lock import Lock, PinSource
    from gitlint_ops.workspace.config import Config
    from gitlint_ops.workspace.tree import Tree

EXIT_FAULTS = 1

_config_option = click.option("--config", metavar="FILE", help="Configuration (default: gitlint-ops.yaml).")


@click.group()
def schemas() -> None:
    """Schemas of custom resources: those that are shipped, and those that you pin."""


class _Place(Struct, frozen=True):
    """Where pins go: the repository around the working folder, its configuration, and the folder in it."""

    tree: Tree
    config: Config
    folder: str


class _Wanted(Struct, frozen=True):
    """The options of `pin` about what is taken, as typed."""

    from_cluster: bool
    kubeconfig: str
    context: str
    values: tuple[str, ...]
    name: str
    update: bool
    no_helm: bool


@schemas.command()
@click.argument("paths", metavar="[FILE|DIR|CHART]...", nargs=-1, type=click.Path())
@click.option("--from-cluster", is_flag=True, help="Take what a cluster has; this asks its API server.")
@click.option("--kubeconfig", metavar="FILE", default="", help="Kubeconfig (default: as kubectl).")
@click.option(
    "--context", metavar="NAME", default="", help="Context of the kubeconfig (default: the current)."
)
@click.option("--values", multiple=True, metavar="FILE", help="Values that charts are rendered with.")
@click.option("--name", default="", help="How the lock calls the source (default: its file name).")
@click.option("--to", "folder", metavar="DIR", default="", help="Folder of the pins (default: schemas/crds).")
@click.option("--update", is_flag=True, help="Take all sources of the lock again.")
@click.option("--no-helm", is_flag=True, help="Do not render the templates of charts.")
@_config_option
def pin(paths: tuple[str, ...], folder: str, config: str | None, **asked: Any) -> int:
    """Pin the CustomResourceDefinitions in files, folders, charts (folders or .tgz) or a cluster.

    The pins are kept without their prose, with a lock that says what was taken from where; `check`
    judges custom resources by them. Commit the folder.
    """
    wanted = _Wanted(**asked)
    if not (paths or wanted.from_cluster or wanted.update):
        raise UsageError("name what to pin: a file, a folder, a chart, or --from-cluster")
    if wanted.name and len(paths) + wanted.from_cluster > 1:
        raise UsageError("--name is the name of one source, and there are several")
    place = _place(config, folder)
    lock = _lock(place)
    return _pin(lock, [*_takings(paths, wanted, place, lock)], place)


@schemas.command("list")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--format", "format_name", type=click.Choice(("text", "json")), default="text", show_default=True
)
@_config_option
def list_(names: tuple[str, ...], format_name: str, config: str | None) -> int:
    """List the kinds that have a schema; NAME is a group or kind, or a part of it."""
    from gitlint_ops.pinning.listing import listed
    from gitlint_ops.report.lines import encode

    kinds = listed(_pins(_place(config, "")), names)
    if format_name == "json":
        click.echo(encode([_json(one) for one in kinds], depth=2), nl=False)
    else:
        _print_table(kinds)
    return 0


@schemas.command()
@_config_option
def verify(config: str | None) -> int:
    """Check that all pins are what their locks say.

    Exit code: 0 when they are, 1 when a file is missing, altered, or not in the lock.
    """
    from gitlint_ops.pinning.verifying import faults_of, shipped_faults

    place = _place(config, "")
    pins = _pins(place)
    shipped, faults = shipped_faults()
    told = [*faults]
    own = 0
    for held in pins.folders if pins else ():
        own += len(held.lock.files())
        told.extend(faults_of(place.tree, held))
    for one in told:
        click.echo(one)
    if not told:
        yours = f"{_counted(own, 'schema')} of yours" if own else "Nothing is pinned here"
        click.echo(f"{yours}{' and' if own else ';'} {shipped} shipped schemas are what their locks say.")
    return EXIT_FAULTS if told else 0


def _place(config: str | None, folder: str) -> _Place:
    from gitlint_ops.cli.session import open_trees
    from gitlint_ops.validate.own_sources import default_folder
    from gitlint_ops.workspace.config import load_config, read_config

    (tree,) = open_trees((".",))
    held = read_config(config, cwd=str(Path.cwd())) if config else load_config(tree)
    if not tree.repository.root:
        raise UsageError("a bare repository has no files to write", hint="run it in a checkout")
    if not folder:
        return _Place(tree, held, next(iter(held.schemas.crds), "") or default_folder(held))
    root = os.path.realpath(tree.repository.root)
    full = os.path.realpath(folder)
    if not Path(full).is_relative_to(root):
        raise UsageError(f"{folder} lies outside of this repository", hint="pins are committed with it")
    return _Place(tree, held, Path(full).relative_to(root).as_posix().removeprefix("."))


def _lock(place: _Place) -> Lock:
    from gitlint_ops.validate.own_pins import locked_folder
    from gitlint_ops.validate.pin_lock import Lock

    held = locked_folder(place.tree, place.folder)
    return held.lock if held else Lock()


def _pins(place: _Place) -> OwnPins | None:
    from gitlint_ops.validate.own_sources import own_sources

    found = own_sources(place.tree, place.config)
    return found.pins if found else None


def _takings(paths: Iterable[str], wanted: _Wanted, place: _Place, lock: Lock) -> Iterator[Taken]:
    for path in paths:
        taken = _take(path, wanted.values, wanted.name, place, no_helm=wanted.no_helm)
        yield replace(taken, notes=(*taken.notes, *_apart(path, taken.source, place)))
    if wanted.from_cluster:
        from gitlint_ops.pinning.cluster import take_from_cluster

        yield take_from_cluster(wanted.kubeconfig, wanted.context, wanted.name)
    for one in lock.sources if wanted.update else ():
        yield _again(one, place, wanted.kubeconfig, no_helm=wanted.no_helm)


def _take(path: str, values: tuple[str, ...], name: str, place: _Place, *, no_helm: bool) -> Taken:
    from gitlint_ops.cli.programs import find_helm
    from gitlint_ops.pinning.local import Asked, take_local
    from gitlint_ops.pinning.pins import relative

    full = os.path.realpath(path)
    folder = str(Path(os.path.realpath(place.tree.repository.root), place.folder))
    asked = Asked(
        path=path,
        cwd=str(Path.cwd()),
        origin=relative(full, folder),
        name=name,
        values=tuple((one, relative(os.path.realpath(one), folder)) for one in values),
        kubernetes=place.config.kubernetes,
    )
    return take_local(asked, find_helm((place.tree,), wanted=not no_helm))


def _apart(path: str, source: PinSource, place: _Place) -> Iterator[str]:
    root = os.path.realpath(place.tree.repository.root)
    if not Path(os.path.realpath(path)).is_relative_to(root):
        yield (
            f"{path} lies outside of this repository: the lock names it as {source.path}, and --update "
            "finds it only where it lies beside the repository like here"
        )


def _again(source: PinSource, place: _Place, kubeconfig: str, *, no_helm: bool) -> Taken:
    """A source of the lock, taken once more."""
    if source.way == "cluster":
        from gitlint_ops.pinning.cluster import take_from_cluster

        return take_from_cluster(kubeconfig, source.context, source.name)
    folder = Path(os.path.realpath(place.tree.repository.root), place.folder)
    path = os.path.relpath(os.path.normpath(folder / source.path))
    values = tuple(os.path.relpath(os.path.normpath(folder / one)) for one in source.values)
    try:
        return _take(path, values, source.name, place, no_helm=no_helm)
    except UsageError as error:
        said = f"the source '{source.name}' of the lock cannot be taken again: {error}"
        hint = "pin it from where it is now with another --name: its kinds are then of that source"
        raise UsageError(said, hint=error.hint or hint) from error


def _pin(lock: Lock, takings: list[Taken], place: _Place) -> int:
    from gitlint_ops.pinning.pins import change, pinned
    from gitlint_ops.pinning.writing import write_change

    after = pinned(lock, takings)
    made = change(lock, after)
    touched = write_change(place.tree.repository.root, place.folder, made)
    for note in (*(note for taken in takings for note in taken.notes), *after.notes):
        click.echo(f"note: {note}", err=True)
    for line in _told(made):
        click.echo(line)
    said = f"{_counted(touched, 'file')} changed" if touched else "nothing changed"
    click.echo(f"{_counted(len(after.lock.definitions), 'kind')} pinned in {place.folder or '.'}; {said}.")
    if not _is_used(place):
        click.echo(f"Add it to gitlint-ops.yaml:\n\nschemas:\n  crds: [{place.folder}]")
    return 0


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _told(made: Change) -> Iterator[str]:
    for mark, names in (("+", made.added), ("~", made.changed), ("-", made.dropped)):
        yield from (f"{mark} {name}" for name in names)


def _is_used(place: _Place) -> bool:
    from gitlint_ops.validate.own_sources import default_folder

    named = place.config.schemas.crds or (default_folder(place.config),)
    return place.folder in named


def _json(one: ListedKind) -> dict[str, object]:
    return {
        "group": one.group,
        "kind": one.kind,
        "scope": one.scope or None,
        "versions": list(one.versions),
        "unserved": list(one.unserved),
        "source": one.source or None,
        "place": one.place,
        "used": one.used,
    }


def _print_table(kinds: tuple[ListedKind, ...]) -> None:
    rows = [
        (
            f"{one.kind}.{one.group}",
            ", ".join((*one.versions, *(f"({name})" for name in one.unserved))),
            f"{one.source} ({one.place})" if one.source else one.place,
            "" if one.used else "not used: yours goes before",
        )
        for one in kinds
    ]
    if not rows:
        click.echo("No such kind has a schema; `gitlint-ops schemas pin` adds it.", err=True)
        return
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        click.echo(f"{'  '.join(cells)}  {row[3]}".rstrip())
    if sys.stdout.isatty():
        click.echo("\nVersions in brackets are not served.", err=True)
