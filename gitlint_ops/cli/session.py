"""From a command's options to a request: repositories, configuration, rules, baseline."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from gitlint_ops.cli.programs import find_helm
from gitlint_ops.discovering import Request
from gitlint_ops.model.cards import Card, Profile
from gitlint_ops.model.errors import UsageError, did_you_mean
from gitlint_ops.model.location import FieldPath, FileRef
from gitlint_ops.rules.catalogue import catalogue
from gitlint_ops.rules.selection import Selection, select
from gitlint_ops.triage.baseline import Baseline, read_baseline
from gitlint_ops.workspace.config import Config, load_config, read_config
from gitlint_ops.workspace.disk import read_file
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.tree import INDEX, WORKTREE, Tree, Unreadable

MAX_BASELINE_BYTES = 50_000_000


class Options(Struct, frozen=True):
    """What the user asked for on the command line, as typed.

    `beside` are profiles whose rules are of a command's own stage, so that they run whatever the user's is.
    """

    paths: tuple[str, ...] = ()
    config: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    profile: str | None = None
    kubernetes: str | None = None
    changed_since: str | None = None
    staged: bool = False
    rev: str | None = None
    baseline: str | None = None
    no_helm: bool = False
    cached: bool = False
    beside: frozenset[Profile] = frozenset()


class Session(Struct, frozen=True):
    """The repositories and what to check in them. The first one's configuration holds for all."""

    trees: tuple[Tree, ...]
    config: Config
    request: Request


def open_session(options: Options) -> Session:
    """Everything that a run needs.

    Raises:
        UsageError: something named on the command line or in the configuration cannot be had.
    """
    trees = open_trees(options.paths, rev=options.rev, staged=options.staged)
    config = read_config(options.config, cwd=str(Path.cwd())) if options.config else load_config(trees[0])
    cards = catalogue(trees[0], config.rules.folders)
    changed = "" if options.staged and not options.changed_since else options.changed_since
    request = Request(
        config=config,
        cards=_selected(cards, options, config),
        known=frozenset(card.id for card in cards),
        today=datetime.now(UTC).date(),
        kubernetes=options.kubernetes or "",
        changed=changed,
        baseline=_baseline(trees[0], options, config),
        helm=find_helm(trees, wanted=not options.no_helm, cached=options.cached),
    )
    return Session(trees, config, request)


def open_trees(paths: Sequence[str], *, rev: str | None = None, staged: bool = False) -> tuple[Tree, ...]:
    """The repositories around `paths` at the revision that the options name."""
    if rev and staged:
        raise UsageError("--rev and --staged exclude each other")
    workspace = open_workspace(
        paths,
        revision=rev or (INDEX if staged else WORKTREE),
        cwd=str(Path.cwd()),
        index_file=os.environ.get("GIT_INDEX_FILE", ""),
    )
    return tuple(open_tree(repository) for repository in workspace.repositories)


def _selected(cards: Sequence[Card], options: Options, config: Config) -> tuple[Card, ...]:
    rules = config.rules
    _require_known(cards, config)
    profile = Profile(options.profile) if options.profile else rules.profile or Profile.RECOMMENDED
    return select(
        cards,
        Selection(
            profile=profile,
            select=(*rules.select, *(card.id for card in cards if card.profile in options.beside)),
            only=options.select,
            ignore=(*rules.ignore, *options.ignore),
            severities=rules.severity,
            params=rules.params,
        ),
    )


def _require_known(cards: Sequence[Card], config: Config) -> None:
    """Rules and groups that the configuration names, told at their lines where they are unknown."""
    ids = {card.id for card in cards}
    names = ids | {card.group for card in cards}
    rules = config.rules
    listed: list[tuple[FieldPath, str, set[str]]] = [
        (("rules", "select", i), one, names) for i, one in enumerate(rules.select)
    ]
    listed += [(("rules", "ignore", i), one, names) for i, one in enumerate(rules.ignore)]
    for number, entry in enumerate(rules.paths):
        listed += [(("rules", "paths", number, "ignore", i), one, ids) for i, one in enumerate(entry.ignore)]
    keyed = [
        (("rules", field, one), one) for field in ("severity", "params") for one in getattr(rules, field)
    ]
    listed += [(path, one, ids) for path, one in keyed]
    for path, name, known in listed:
        if name not in known:
            near = did_you_mean(name, known)
            hint = f"did you mean '{near}'?" if near else "`gitlint-ops rules` lists them"
            at = config.location(path, key=path[1] in ("severity", "params"))
            raise UsageError(f"unknown rule '{name}'", at=at, hint=hint)


def _baseline(tree: Tree, options: Options, config: Config) -> Baseline:
    """The baseline that the user names, else the configuration's, else the default file if it is there."""
    if options.baseline:
        path = Path(options.baseline)
        try:
            data = read_file(os.path.realpath(path), options.baseline, MAX_BASELINE_BYTES)
        except Unreadable as error:
            raise UsageError(f"the baseline {options.baseline} {error.reason}") from error
        return read_baseline(data, FileRef("", WORKTREE, options.baseline))
    name = config.baseline_path
    if not config.baseline and not tree.is_file(name):
        return Baseline()
    try:
        return read_baseline(tree.read(name), tree.ref(name))
    except Unreadable as error:
        at = config.location(("baseline",))
        raise UsageError(f"the baseline {name} {error.reason}", at=at) from error
