"""The objects that whole repositories render to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gitlint_ops.build.site import Site
from gitlint_ops.build.stage import build_all
from gitlint_ops.cli.session import Options, open_session
from gitlint_ops.discover.survey import Extent, survey
from gitlint_ops.discover.targets import Versions, targets
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.workspace.sources import Sources

# What an operator or an agent fills in later: the server never sees these texts.
PLACEHOLDERS = ("${", "ENC[", "<path:", "$(")


def objects(repository: Path) -> Iterator[RenderedObject]:
    """The objects of all targets, each body once."""
    session = open_session(Options(paths=(str(repository),)))
    sources = Sources(session.trees)
    surveys = [survey(sources, tree, Extent(scopes=tree.repository.scopes)) for tree in session.trees]
    wanted = targets(surveys, session.config.declared_environments, Versions("", {}))
    seen: set[str] = set()
    for build in build_all(surveys, wanted, Site(sources, session.request.helm), lambda *_: None):
        for one in build.objects:
            text = json.dumps(one.body, sort_keys=True, default=str)
            if text not in seen:
                seen.add(text)
                yield one


def filled_in_later(body: Any) -> bool:
    """Whether an object holds text that something replaces before the server sees it."""
    text = json.dumps(body, default=str)
    return any(one in text for one in PLACEHOLDERS)
