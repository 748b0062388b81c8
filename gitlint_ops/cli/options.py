"""Options that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec import Struct

from gitlint_ops.model.errors import UsageError, did_you_mean

FORMATS = ("text", "json", "sarif")
PROFILES = ("essential", "recommended", "strict")
THRESHOLDS = ("error", "warning", "note", "never")

Command = TypeVar("Command", bound=Callable[..., Any])


class Output(Struct, frozen=True):
    """One report: its format, and the file it goes to ("" for standard output)."""

    format: str
    file: str


no_helm_option = click.option(
    "--no-helm", is_flag=True, help="Do not render charts of kustomizations with helm."
)


def selection_options(command: Command) -> Command:
    """Options that say what is linted and by which rules."""
    added: tuple[Callable[[Any], Any], ...] = (
        click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path()),
        click.option("--config", metavar="FILE", help="Configuration (default: gitlint-ops.yaml)."),
        click.option("--select", multiple=True, metavar="RULE|GROUP", help="Run only these rules."),
        click.option("--ignore", multiple=True, metavar="RULE|GROUP", help="Leave these rules out."),
        click.option("--profile", type=click.Choice(PROFILES), help="How strict to be."),
        click.option("--kubernetes", metavar="VERSION", help="Version of the API, such as 1.34."),
        click.option(
            "--changed-since",
            metavar="REF",
            help="Only what a change since REF can alter.",
        ),
        click.option("--staged", is_flag=True, help="The index, and only what it changes."),
        click.option("--rev", metavar="REF", help="A commit, tag or branch; needs no checkout."),
        no_helm_option,
    )
    for option in reversed(added):
        command = option(command)
    return command


def outputs(formats: Sequence[str]) -> tuple[Output, ...]:
    """The reports that `--format FMT[=FILE]` asks for.

    Raises:
        UsageError: a format is unknown, or two reports go to one place.
    """
    found: list[Output] = []
    for text in formats or ("text",):
        name, _, file = text.partition("=")
        if name not in FORMATS:
            near = did_you_mean(name, FORMATS)
            raise UsageError(
                f"unknown format '{name}'",
                hint=f"did you mean '{near}'?" if near else f"one of {', '.join(FORMATS)}",
            )
        if any(one.file == file for one in found):
            place = f"the file {file}" if file else "standard output"
            raise UsageError(f"two reports go to {place}", hint="give one a file: --format sarif=out.sarif")
        found.append(Output(name, file))
    return tuple(found)


def write_report(output: Output, text: str) -> None:
    """Write one report; a file's folder must exist.

    Raises:
        UsageError: the file cannot be written.
    """
    if not output.file:
        encoding = sys.stdout.encoding or "utf-8"
        # A terminal that knows fewer characters shows escapes in their place.
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
        return
    try:
        Path(output.file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {output.file}: {error.strerror}") from error
