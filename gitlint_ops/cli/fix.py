"""`gitlint-ops fix`: make the safe edits that findings carry."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from gitlint_ops.cli.options import selection_options
from gitlint_ops.model.errors import UsageError

if TYPE_CHECKING:
    from gitlint_ops.cli.session import Session
    from gitlint_ops.model.fixes import Fixes

EXIT_WOULD_CHANGE = 1
EXIT_INCOMPLETE = 3


@click.command()
@selection_options
@click.option("--diff", "only_diff", is_flag=True, help="Print what would change; write nothing.")
def fix(only_diff: bool, **chosen: Any) -> int:
    """Make the edits that findings in PATH (default: here) carry, in the files themselves.

    An edit is made only if every kustomization that reads the file is proved to render to the same
    bytes as before. All rules with edits run, whatever the profile, unless --select names some.
    What an allowing comment or the configuration accepts stays as it is.

    Exit code: 0 when all is fixed that can be, 1 when --diff shows a change, 2 on wrong usage, 3 when
    a file could not be written.
    """
    from gitlint_ops.cli.progress import progress
    from gitlint_ops.fixing import fixes
    from gitlint_ops.report.fixes import fixes_text

    session = _session(chosen)
    several = len(session.trees) > 1
    with progress(enabled=True) as told:
        done = fixes(session.trees, session.request, told)
    if only_diff:
        return _show(done, several=several)
    written, faults = _write(done, session)
    click.echo(fixes_text(written, several=several, would=False), nl=False)
    for fault in faults:
        click.echo(f"error: {fault}", err=True)
    return EXIT_INCOMPLETE if faults else 0


def _session(chosen: dict[str, Any]) -> Session:
    from gitlint_ops.cli.session import Options, open_session
    from gitlint_ops.fixing import FIXABLE

    options = Options(**chosen)
    if options.staged or options.rev:
        raise UsageError("fix changes files of the working tree only", hint="leave --staged and --rev out")
    session = open_session(options if options.select else replace(options, select=tuple(sorted(FIXABLE))))
    if any(not tree.repository.root for tree in session.trees):
        raise UsageError("a bare repository has no files to fix", hint="name a checkout of it")
    cards = tuple(card for card in session.request.cards if card.id in FIXABLE)
    if not cards:
        raise UsageError(
            "none of the rules that are left has fixes",
            hint=f"rules with fixes: {', '.join(sorted(FIXABLE))}",
        )
    return replace(session, request=replace(session.request, cards=cards))


def _show(done: Fixes, *, several: bool) -> int:
    from gitlint_ops.report.fixes import diff, fixes_text

    # Bytes as they are: what is printed must be good for `git apply`.
    sys.stdout.buffer.write(diff(done.files, several=several).encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.flush()
    click.echo(fixes_text(done, several=several, would=True), nl=False, err=True)
    return EXIT_WOULD_CHANGE if done.files else 0


def _write(done: Fixes, session: Session) -> tuple[Fixes, list[str]]:
    """Write the files; what was written, and what kept the others from being."""
    from gitlint_ops.report.fixes import shown
    from gitlint_ops.workspace.writing import NotWritten, replace_file

    roots = {tree.name: tree.repository.root for tree in session.trees}
    written, faults = [], []
    for one in done.files:
        try:
            replace_file(roots[one.file.repo], one.file.path, one.before, one.after)
            written.append(one)
        except NotWritten as error:
            faults.append(f"{shown(one.file, several=len(roots) > 1)} {error}")
    return replace(done, files=tuple(written)), faults
