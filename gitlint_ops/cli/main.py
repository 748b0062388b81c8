"""The command group, and what becomes of errors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from gitlint_ops import __version__
from gitlint_ops.model.errors import UsageError

EXIT_USAGE = 2
EXIT_BUG = 70

COMMANDS = {
    "check": "Lint repositories: build, validate, run the rules, report.",
    "fix": "Make the edits that findings carry and that change nothing rendered.",
    "build": "Print what a kustomization renders to, offline.",
    "reconcile": "Rehearse the sync on an API server: dry-runs, drift, prune.",
    "graph": "Show what is delivered to which cluster, and why.",
    "rules": "List the rules.",
    "schemas": "List, pin and verify schemas of custom resources.",
    "explain": "Show one rule: why, how to fix, a bad and a good example.",
    "baseline": "Write or prune the baseline of accepted findings.",
}

MODULES = {"explain": "rules"}


class _Commands(click.Group):
    """Loads a command's module when it is run, so that no command pays for another."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"gitlint_ops.cli.{MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gitlint-ops", message="%(prog)s %(version)s")
def group() -> None:
    """Static validator and policy linter for GitOps repositories."""


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code (docs/reference/exit-codes.md)."""
    try:
        result = group.main(args=list(arguments), prog_name="gitlint-ops", standalone_mode=False)
    except UsageError as error:
        _complain(str(error), error.hint)
        return EXIT_USAGE
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted", "")
        return 130
    except BrokenPipeError:
        # The reader (head, less) has closed the pipe; keep the interpreter from complaining too.
        sys.stderr.close()
        return 141
    except Exception as error:  # noqa: BLE001 - one of the two agreed places; it never ends as clean
        return _bug(error, verbose=any(one in arguments for one in ("-v", "--verbose")))
    return result if isinstance(result, int) else 0


def _complain(message: str, hint: str) -> None:
    click.echo(f"error: {message}", err=True)
    if hint:
        click.echo(f"  hint: {hint}", err=True)


def _bug(error: Exception, *, verbose: bool) -> int:
    _complain(
        f"a bug in gitlint-ops {__version__}: {type(error).__name__}: {error}",
        "please report it with the command that you ran"
        + ("" if verbose else "; run again with -v to see the traceback"),
    )
    if verbose:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    return EXIT_BUG
