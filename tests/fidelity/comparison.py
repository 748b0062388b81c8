"""One tree built here and by the real kustomize, and how the two results compare."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import yaml

from ..cli.command_line import BUG, run
from .overlays import TOP

_TIMEOUT = 60
_INCOMPLETE = 3  # docs/reference/exit-codes.md


class Agreement(Enum):
    BYTES = "equal bytes"
    BOTH_FAIL = "both fail"
    DATA = "equal as data, other bytes"
    DIFFERENT = "other objects"
    REFUSED = "only kustomize builds it"
    ACCEPTED = "only gitlint-ops builds it"
    PANIC = "kustomize panics"


AGREED = (Agreement.BYTES, Agreement.BOTH_FAIL, Agreement.PANIC)


@dataclass(frozen=True)
class Built:
    """What one of the two made of a tree: its output, or (None) the reason why not.

    `unchecked`: a part of it cannot be had here, which is no verdict.
    """

    text: str | None
    reason: str = ""
    unchecked: bool = False


@dataclass(frozen=True)
class Comparison:
    ours: Built
    theirs: Built

    @property
    def agreement(self) -> Agreement:
        if self.theirs.text is None:
            if re.search(r"^panic: |goroutine \d+ \[running", self.theirs.reason, re.MULTILINE):
                return Agreement.PANIC
            return Agreement.BOTH_FAIL if self.ours.text is None else Agreement.ACCEPTED
        if self.ours.text is None:
            return Agreement.REFUSED
        if self.ours.text == self.theirs.text:
            return Agreement.BYTES
        return Agreement.DATA if _data(self.ours.text) == _data(self.theirs.text) else Agreement.DIFFERENT

    @property
    def agree(self) -> bool:
        return self.agreement in AGREED


def compare(tree: Mapping[str, str], folder: str = TOP) -> Comparison:
    """Lays a tree out on disk and builds a folder of it both ways."""
    root = Path(tempfile.mkdtemp(prefix="overlay")).resolve()
    try:
        lay_out(tree, root)
        return Comparison(build_here(root, folder), build_with_kubectl(root, folder))
    finally:
        shutil.rmtree(root)


def lay_out(tree: Mapping[str, str], root: Path) -> None:
    for path, text in tree.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogatepass"))


def build_here(root: Path, folder: str = TOP) -> Built:
    """As `gitlint-ops build` builds it, within this process."""
    ran = run("build", str(root / folder))
    if ran.code == BUG:
        raise AssertionError(ran.err)
    return Built(None if ran.code else ran.out, ran.err, unchecked=ran.code == _INCOMPLETE)


def build_with_kubectl(root: Path, folder: str = TOP) -> Built:
    argv = ["kubectl", "kustomize", str(root / folder)]
    done = subprocess.run(argv, capture_output=True, timeout=_TIMEOUT, check=False)
    reason = done.stderr.decode("utf-8", "replace").replace(f"{root}/", "")
    return Built(None if done.returncode else done.stdout.decode("utf-8", "replace"), reason)


def _data(text: str) -> object:
    try:
        return list(yaml.load_all(text, yaml.CBaseLoader))
    except yaml.YAMLError:
        return None
