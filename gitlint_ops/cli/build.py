"""`gitlint-ops build DIR`: what a folder renders to."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import click

from gitlint_ops.cli.options import no_helm_option
from gitlint_ops.model.errors import UsageError

if TYPE_CHECKING:
    from gitlint_ops.model.findings import Finding
    from gitlint_ops.model.targets import BuildResult
    from gitlint_ops.workspace.sources import Sources

    Built: TypeAlias = tuple[BuildResult, Sequence[Finding], Sources]

LOAD_RESTRICTORS = ("LoadRestrictionsRootOnly", "LoadRestrictionsNone")
"""As kustomize spells them (kustomize build --load-restrictor), its default first."""

EXIT_FAILED = 1
EXIT_INCOMPLETE = 3


@click.command()
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=click.Path())
@click.option(
    "--target",
    metavar="ID",
    help="What this Application or Flux object delivers, of the repositories at DIR; `graph` lists the ids.",
)
@click.option("--provenance", is_flag=True, help="Print, for each field, the file and line that set it.")
@click.option("--rev", metavar="REF", help="Read this commit, tag or branch; no checkout is needed.")
@click.option("--staged", is_flag=True, help="Read the index, not the working tree.")
@no_helm_option
@click.option(
    "--load-restrictor",
    type=click.Choice(LOAD_RESTRICTORS),
    default=LOAD_RESTRICTORS[0],
    show_default=True,
    help="Whether files may lie outside their kustomization's folder, as for kustomize.",
)
def build(
    folders: tuple[str, ...],
    target: str | None,
    provenance: bool,
    rev: str | None,
    staged: bool,
    no_helm: bool,
    load_restrictor: str,
) -> int:
    """Print what the kustomization in the first DIR renders to, as `kustomize build` does, offline.

    Other DIRs are clones of repositories that it takes bases from. With --target, what a delivery of the
    repositories at DIR renders to.
    """
    if target is not None:
        return _print(*_delivered(folders, target, rev=rev, staged=staged, no_helm=no_helm), provenance)
    restricted = load_restrictor == LOAD_RESTRICTORS[0]
    return _print(
        *_built(folders, rev=rev, staged=staged, no_helm=no_helm, restricted=restricted), provenance
    )


def _built(
    folders: tuple[str, ...], *, rev: str | None, staged: bool, no_helm: bool, restricted: bool
) -> Built:
    from gitlint_ops.building import build_folder
    from gitlint_ops.cli.programs import find_helm
    from gitlint_ops.cli.session import open_trees
    from gitlint_ops.discover.neighbours import with_neighbours
    from gitlint_ops.workspace.config import load_config

    (tree,) = open_trees(folders[:1], rev=rev, staged=staged)
    others = open_trees(folders[1:]) if folders[1:] else ()
    scopes = tree.repository.scopes
    path = scopes[0] if scopes else ""
    if not tree.repository.git_dir and not path:
        tree, path = with_neighbours(tree, restricted=restricted)
    return build_folder(
        tree,
        path,
        find_helm([tree], wanted=not no_helm),
        repositories=load_config(tree).repositories,
        restricted=restricted,
        others=others,
    )


def _delivered(
    folders: tuple[str, ...], target: str, *, rev: str | None, staged: bool, no_helm: bool
) -> Built:
    from gitlint_ops.building import delivered, faults_of
    from gitlint_ops.cli.progress import progress
    from gitlint_ops.cli.session import Options, open_session
    from gitlint_ops.discovering import discovered

    if staged:
        raise UsageError("--target and --staged exclude each other", hint="name a commit with --rev")
    session = open_session(Options(paths=folders, rev=rev, no_helm=no_helm))
    with progress(enabled=True) as told:
        found = discovered(session.trees, session.request, told)
    result = delivered(found, target)
    return result, faults_of(result, found.sources), found.sources


def _print(result: BuildResult, findings: Sequence[Finding], sources: Sources, provenance: bool) -> int:
    from gitlint_ops.report.built import as_provenance, as_yaml

    for one in findings:
        click.echo(f"{one.location}: {one.message}", err=True)
        for related in one.related:
            click.echo(f"  {related.location}: {related.message}", err=True)
        if one.hint:
            click.echo(f"  hint: {one.hint}", err=True)
    if result.unchecked:
        for left_out in result.unchecked:
            at = f"{sources.location(left_out.on, left_out.path)[0]}: " if left_out.on else ""
            click.echo(f"error: {at}{left_out.reason}", err=True)
        return EXIT_INCOMPLETE
    if result.reason is not None:
        if not findings:
            click.echo(f"error: {result.reason}", err=True)
        return EXIT_FAILED
    text = as_provenance(result.objects, sources.location_of) if provenance else as_yaml(result.objects)
    _write(text)
    return 0


def _write(text: str) -> None:
    """Bytes as they are: a terminal's encoding must not change what kustomize would print."""
    stream = sys.stdout.buffer
    stream.write(text.encode("utf-8", "surrogatepass"))
    stream.flush()
