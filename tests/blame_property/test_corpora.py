"""Every scalar of every kustomization of real repositories stands where its blame says."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.model.blame import Via
from gitlint_ops.syntax.documents import Typing

from .building import NAMES, Repository, repository
from .checking import Checker
from .layers import Layer, same_end

_CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
_REPOSITORIES = sorted(path for path in _CORPUS.iterdir() if path.is_dir()) if _CORPUS.is_dir() else []

pytestmark = pytest.mark.skipif(not _REPOSITORIES, reason="../shared/corpus is not beside this checkout")


@pytest.mark.parametrize("root", _REPOSITORIES, ids=lambda path: path.name)
def test_the_text_at_each_place_is_the_value_or_the_entry_that_made_it(root: Path) -> None:
    found = repository(root)
    checker = Checker(found.sources)
    for result in found.builds():
        checker.check(result)

    assert checker.wrong == []


@pytest.mark.parametrize("root", _REPOSITORIES, ids=lambda path: path.name)
def test_the_chain_of_a_value_ends_as_it_does_in_the_base(root: Path) -> None:
    found = repository(root)
    layers = {result.target.path: Layer.of(result) for result in found.builds()}

    broken = [
        f"{overlay} over {base}: {path} {places} does not end with {old}"
        for overlay, base in _overlays(found)
        for path, (_, places) in layers[overlay].fields.items()
        if path in layers[base].fields
        and not same_end(places, old := layers[base].fields[path][1])
        and not any(one.via is Via.GENERATOR for one in old)  # a hash is made once, at the top
    ]
    assert broken == []


def _overlays(found: Repository) -> Iterator[tuple[str, str]]:
    """Each folder with each folder that it takes in."""
    for folder in found.folders:
        for name in _entries(found, folder):
            base = posixpath.normpath(posixpath.join(folder, name))
            if base in found.folders:
                yield folder, base


def _entries(found: Repository, folder: str) -> Iterator[Any]:
    for name in NAMES:
        path = posixpath.join(folder, name)
        tree = found.sources.tree(found.name)
        if tree.is_file(path):
            text = found.sources.text(tree.ref(path), Typing.KUBECTL)
            body = text.documents[0].body if text.documents else {}
            yield from (*(body.get("resources") or ()), *(body.get("bases") or ()))
