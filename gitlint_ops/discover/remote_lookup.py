"""From a remote reference to the repository of the workspace that it means, or what is to be added."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from gitlint_ops.discover.misused_addresses import misused
from gitlint_ops.discover.remote import Remote, RemoteFile, RemoteFolder
from gitlint_ops.model.errors import UsageError
from gitlint_ops.workspace.refs import RefKind, is_full_id
from gitlint_ops.workspace.remotes import Clone, Remotes
from gitlint_ops.workspace.tree import Tree

_CREDENTIALS = re.compile(r"//[^/@]*@")
# kustomize takes the user over into an address of ssh, where it may have been a token.
_USER_OF_SSH = re.compile(r"\A(?!git@)[^/@:]+@(?=[^/]*:)")


class Located(Struct, frozen=True):
    """A path in a commit of the workspace; `kind` says what kind of ref named the commit."""

    tree: Tree
    path: str
    ref: str
    kind: RefKind
    commit: str


class Absent(Struct, frozen=True):
    """Why a reference cannot be followed here, and what to add; `repository` is "" where it is here.

    `repository` is the address of what is missing: a repository, or a file that no git server gives out.
    """

    reason: str
    repository: str = ""


def locate(remote: Remote, remotes: Remotes) -> Located | Absent:
    """The file or folder that is meant, which need not exist in the commit."""
    if isinstance(remote, str):
        shown, wrong = without_credentials(remote), misused(remote)
        reason = f"{shown} is fetched by HTTP, which is not done here: commit the file and list it instead"
        return Absent(f"{shown} {wrong.why}" if wrong else reason, shown)
    clone = remotes.clone(remote.url)
    if clone is None:
        return not_here(remote.url, remotes)
    for ref, path in _readings(remote):
        revision = remotes.revision(clone, ref)
        if revision is None:
            continue
        submodules = isinstance(remote, RemoteFolder) and remote.submodules
        try:
            tree = remotes.tree(clone, revision.commit, ref or "HEAD", submodules=submodules)
        except UsageError as error:
            return Absent(f"the clone '{clone.name}' cannot be read at {ref or 'HEAD'}: {error}")
        return Located(tree, path, ref, revision.kind, revision.commit)
    return _no_such_ref(remote, clone)


def _readings(remote: RemoteFolder | RemoteFile) -> Iterable[tuple[str, str]]:
    return remote.readings if isinstance(remote, RemoteFile) else ((remote.ref, remote.path),)


def refs_of(remote: RemoteFolder | RemoteFile) -> Iterator[str]:
    """The refs that a reference may name."""
    return (ref for ref, _ in _readings(remote))


def not_here(address: str, remotes: Remotes) -> Absent:
    """Why nothing of a repository can be read here: it is not in the workspace."""
    shown = without_credentials(remotes.spelling(address))
    folder = remotes.missing_folder(address)
    if folder:
        return Absent(
            f"{shown} is mapped to {folder} in gitlint-ops.yaml, and no git repository is there: "
            f"`git clone {shown} {folder}`",
            shown,
        )
    name = re.split(r"[/:]", shown.rstrip("/"))[-1].removesuffix(".git") or "repository"
    return Absent(
        f"{shown} is not in the workspace: clone it and name the clone too "
        f"(`gitlint-ops check . ../{name}`), or map it in gitlint-ops.yaml "
        f"(`repositories: [{{url: {shown}, path: ../{name}}}]`)",
        shown,
    )


def _no_such_ref(remote: RemoteFolder | RemoteFile, clone: Clone) -> Absent:
    ref = next(refs_of(remote), "")
    shown = without_credentials(remote.url)
    if not ref:
        return Absent(f"the clone '{clone.name}' of {shown} has no commit yet")
    what = f"origin {ref}" if is_full_id(ref) else "--tags"
    return Absent(
        f"the clone '{clone.name}' of {shown} has no tag, branch or commit '{ref}': "
        f"`git fetch {what}` there brings it, if there is one"
    )


def without_credentials(address: str) -> str:
    """An address fit to be printed."""
    return _USER_OF_SSH.sub("git@", _CREDENTIALS.sub("//", address))
