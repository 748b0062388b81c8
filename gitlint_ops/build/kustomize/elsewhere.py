"""What a kustomization names in other repositories, or in another revision of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitlint_ops.build.kustomize.faults import REFERENCE_MISSING, BuildFault, fault
from gitlint_ops.build.kustomize.kustomization import Entry
from gitlint_ops.build.kustomize.loader import Folder, NotFound
from gitlint_ops.discover.remote import Remote, RemoteFolder, remote_file, remote_folder, remote_of
from gitlint_ops.model.location import FileRef

if TYPE_CHECKING:
    from gitlint_ops.discover.remote_lookup import Located
    from gitlint_ops.workspace.sources import Sources


class LeftOut(Exception):
    """Something that this builder does not read or run; the message says what and why."""


def is_file_elsewhere(entry: Entry) -> bool:
    """Whether kustomize would ask for the entry by HTTP and get a file."""
    remote = remote_of(entry.text)
    return remote is not None and not isinstance(remote, RemoteFolder)


def named_folder(entry: Entry, folder: Folder, sources: Sources) -> Folder | NotFound:
    """The folder that an entry of `folder` names, here or in another repository.

    Raises:
        LeftOut: the repository, or the ref, is not here.
        BuildFault: that repository has no such folder, or no server would understand the ref.
    """
    remote = remote_folder(entry.text)
    if remote is not None:
        return _folder_elsewhere(entry, remote, folder, sources)
    found = folder.folder(entry.text)
    if isinstance(found, NotFound) and found.absent:
        raise LeftOut(f"{entry.text} {found.reason}")
    return found


def _folder_elsewhere(entry: Entry, remote: RemoteFolder, folder: Folder, sources: Sources) -> Folder:
    from gitlint_ops.workspace.refs import RefKind

    located = _located(remote, sources)
    if located.kind is RefKind.SHORT_ID:
        raise fault(
            f"{entry.text} names a commit by the start of its id, which no server understands (kustomize: "
            f"couldn't find remote ref {located.ref})",
            entry.place,
            hint=f"write the whole id, {located.commit}",
        )
    found = Folder(located.tree, "").folder(located.path or ".")
    if isinstance(found, NotFound):
        raise _nowhere(entry, located, found)
    return folder.entered(found.tree, found.path, entry.text)


def file_elsewhere(entry: Entry, sources: Sources) -> FileRef:
    """The file that a URL names (raises as `named_folder` does)."""
    located = _located(remote_file(entry.text) or entry.text.partition("?")[0], sources)
    found = Folder(located.tree, "").file(located.path)
    if isinstance(found, NotFound):
        raise _nowhere(entry, located, found)
    return found


def _located(remote: Remote, sources: Sources) -> Located:
    # Most runs have no reference to another repository and need none of this.
    from gitlint_ops.discover.remote_lookup import Absent, locate

    located = locate(remote, sources.remotes)
    if isinstance(located, Absent):
        raise LeftOut(located.reason)
    return located


def _nowhere(entry: Entry, located: Located, found: NotFound) -> LeftOut | BuildFault:
    if found.absent:
        return LeftOut(f"{entry.text} {found.reason}")
    from gitlint_ops.discover.misused_addresses import misused

    wrong = misused(entry.text)
    return fault(
        f"{entry.text} leads to nothing: {located.path} {found.reason} in {located.tree.name}",
        entry.place,
        rule=REFERENCE_MISSING,
        hint=wrong.hint if wrong else found.hint,
    )
