"""`gitlint-ops graph`: what is delivered where, and why."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gitlint_ops.cli.options import no_helm_option
from gitlint_ops.model.errors import UsageError

if TYPE_CHECKING:
    from gitlint_ops.workspace.tree import Tree

FORMATS = ("text", "mermaid", "dot", "json")


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path())
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--why", metavar="FILE", help="Which clusters FILE reaches, and through what.")
@click.option("--objects", is_flag=True, help="List every object (text; JSON always does).")
@click.option("--config", metavar="FILE", help="Configuration (default: gitlint-ops.yaml).")
@click.option("--rev", metavar="REF", help="A commit, tag or branch; needs no checkout.")
@no_helm_option
def graph(
    paths: tuple[str, ...],
    form: str,
    why: str | None,
    objects: bool,
    config: str | None,
    rev: str | None,
    no_helm: bool,
) -> int:
    """Show which cluster gets what from which Application or Flux object of the repositories at PATH."""
    from gitlint_ops import graphing
    from gitlint_ops.cli.progress import progress
    from gitlint_ops.cli.session import Options, open_session
    from gitlint_ops.discovering import discovered
    from gitlint_ops.report.graph import drawn, json, text

    if why is not None and form not in ("text", "json"):
        raise UsageError(f"--why is told as text or json, not as {form}")
    session = open_session(Options(paths=paths, config=config, rev=rev, no_helm=no_helm))
    # What reaches a file may stand anywhere, whatever part of the repository is named.
    trees = session.trees if why is None else tuple(map(_whole, session.trees))
    with progress(enabled=True) as told:
        found = discovered(trees, session.request, told)
    if why is not None:
        file = graphing.file_named(found, why, str(Path.cwd()))
        if file is None:
            raise UsageError(
                f"no repository of the run holds a file '{why}'", hint="name it as it is on disk"
            )
        asked = graphing.why(found, file)
        click.echo(json.why_json(asked) if form == "json" else text.why_text(asked), nl=False)
        return 0
    shown = graphing.delivery_graph(found)
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    written = {
        "text": lambda: text.as_text(shown, colour=colour, objects=objects),
        "mermaid": lambda: drawn.as_mermaid(shown),
        "dot": lambda: drawn.as_dot(shown),
        "json": lambda: json.as_json(shown),
    }[form]()
    click.echo(written, nl=False)
    return 0


def _whole(tree: Tree) -> Tree:
    """A tree without the limits that the paths of the command line set."""
    from msgspec.structs import replace

    from gitlint_ops.workspace.open import open_tree

    return open_tree(replace(tree.repository, scopes=())) if tree.repository.scopes else tree
