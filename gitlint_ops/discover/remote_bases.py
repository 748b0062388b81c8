"""Bases and files that a build takes from other repositories: which can change, and which are not here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from gitlint_ops.discover.kustomize import KustomizeDir, Referred
from gitlint_ops.discover.misused_addresses import misused
from gitlint_ops.discover.remote import Remote, RemoteFile, RemoteFolder, remote_of
from gitlint_ops.discover.remote_lookup import Absent, Located, locate, refs_of, without_credentials
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.findings import Confidence, Violation
from gitlint_ops.workspace.addresses import repository_key
from gitlint_ops.workspace.refs import RefKind
from gitlint_ops.workspace.sources import Sources

UNPINNED = "remote-base-unpinned"
UNMIRRORED = "remote-base-unmirrored"

_PIN = "name a release's tag, or better the whole id of a commit"
_MIRROR = "clone it beside this repository and name both, or map it under repositories: in gitlint-ops.yaml"
_COMMIT = "download the file, commit it, and list it instead of the URL"

_MOVING = re.compile(
    r"(?:HEAD|main|master|trunk|dev|devel|develop|development|default|stable|latest|edge|nightly|next|canary"
    r"|prod|production|stag(?:e|ing)|test(?:ing)?|qa|uat|gh-pages)\Z",
    re.IGNORECASE,
)
_BRANCH_PREFIX = re.compile(
    r"(?:refs/)?heads/|(?:feature|feat|fix|bugfix|hotfix|chore|users?|dependabot|renovate)/", re.IGNORECASE
)
# Release branches are named by convention after a minor release: release-1.30, release/v2.x.
_RELEASE_BRANCH = re.compile(r"(?:release|rel)[-/_]v?\d+(?:\.(?:\d+|x))?\Z", re.IGNORECASE)
_LATEST_RELEASE = re.compile(r"/releases/latest/download/")


class _Judged(Struct, frozen=True):
    """Why a reference can come to mean something else, and how sure that is; "" where it cannot."""

    why: str
    confidence: Confidence | None = None


def remote_bases(found: Survey, sources: Sources) -> Iterator[Violation]:
    """Violations of the kustomizations that a run looks at; those of examples and tests are left out."""
    for directory in _looked_at(found):
        for referred in directory.references:
            if referred.path or not (remote := remote_of(referred.text)):
                continue
            located = locate(remote, sources.remotes)
            judged = _judged(remote, located)
            # An address that cannot be used is wrong as a whole, whatever ref it has.
            if judged.why and misused(referred.text) is None:
                yield _unpinned(directory, referred, judged)
            if isinstance(located, Absent) and located.repository:
                yield _unmirrored(directory, referred, remote, located.repository)


def _looked_at(found: Survey) -> Iterator[KustomizeDir]:
    for folder in found.kustomizations:
        directory = found.dirs[folder]
        in_change = found.changed is None or directory.document.file.path in found.changed
        if in_change and folder not in found.undelivered:
            yield directory


def _unpinned(directory: KustomizeDir, referred: Referred, judged: _Judged) -> Violation:
    shown = without_credentials(referred.text)
    return Violation(
        directory.document,
        referred.at,
        f"{shown} {judged.why}: what is delivered can change without a commit here",
        hint=_PIN,
        rule=UNPINNED,
        confidence=judged.confidence,
    )


def _unmirrored(directory: KustomizeDir, referred: Referred, remote: Remote, repository: str) -> Violation:
    is_file, wrong = isinstance(remote, str), misused(referred.text)
    usual = _COMMIT if is_file else _MIRROR
    return Violation(
        directory.document,
        referred.at,
        f"{repository} is needed to build this, and is not in the workspace: what it gives is not checked",
        hint=without_credentials(wrong.hint) if wrong else usual,
        rule=UNMIRRORED,
        cause=repository if is_file else repository_key(repository) or repository,
    )


def _judged(remote: Remote, located: Located | Absent) -> _Judged:
    if isinstance(remote, str):
        return _Judged("is the latest release" if _LATEST_RELEASE.search(remote) else "")
    if isinstance(located, Located):
        return _by_kind(located)
    return _by_name(remote)


def _by_kind(located: Located) -> _Judged:
    """The ref of a repository that is here is known for what it is."""
    if located.kind is RefKind.DEFAULT:
        return _Judged("names no ref" if not located.ref else f"follows {located.ref}")
    if located.kind is RefKind.BRANCH:
        return _Judged(f"follows the branch {located.ref}")
    if located.kind is RefKind.TAG and _MOVING.match(located.ref):
        return _Judged(f"follows the tag {located.ref}, which says that it moves", Confidence.MEDIUM)
    return _Judged("")


def _by_name(remote: RemoteFolder | RemoteFile) -> _Judged:
    """A ref elsewhere is judged by its name; names that may be either a tag's or a branch's are let pass."""
    ref = next(iter(refs_of(remote)), "")
    if not ref:
        return _Judged("names no ref" if isinstance(remote, RemoteFolder) else "")
    if _BRANCH_PREFIX.match(ref) or _MOVING.match(ref):
        return _Judged(f"follows {ref}")
    if _RELEASE_BRANCH.match(ref) or not any(char.isdigit() for char in ref):
        return _Judged(f"follows what is by its name the branch {ref}", Confidence.MEDIUM)
    return _Judged("")
