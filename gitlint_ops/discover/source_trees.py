"""From the address and ref of a delivery object's source to the files that it means.

What is under check stands for its branch: a source that tracks the branch that is checked out, or the
default branch, which the change at hand is on its way to, is read from the files under check. Other
refs are read from git's objects. Nothing is fetched.

Sources: argo-cd docs/user-guide/tracking_strategies.md; fluxcd/source-controller
docs/spec/v1/gitrepositories.md
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from gitlint_ops.discover.remote_lookup import not_here, without_credentials
from gitlint_ops.model.environments import environment_of_branch
from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.near_names import near_name
from gitlint_ops.model.version_ranges import newest_in
from gitlint_ops.model.wording import clipped
from gitlint_ops.workspace.refs import RefKind
from gitlint_ops.workspace.remotes import Clone, Remotes
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree

_USUAL = frozenset({"main", "master"})


class GitRef(Struct, frozen=True):
    """What a source tracks: a `name` that may be of any kind, or one of the kinds that Flux tells apart.

    All empty: the default branch.
    """

    name: str = ""
    branch: str = ""
    tag: str = ""
    semver: str = ""
    commit: str = ""

    @property
    def said(self) -> str:
        """What the user wrote, "HEAD" where nothing."""
        return self.commit or self.name or self.semver or self.tag or self.branch or "HEAD"


class SourceTree(Struct, frozen=True):
    """The files of a source. `checked`: they are those under check, so that what is found can be mended.

    `kind` says what kind of ref led there, None where that is not known (a folder without git).
    """

    tree: Tree
    ref: str
    kind: RefKind | None
    checked: bool


class Lack(Enum):
    """What is missing for a source to be read."""

    CLONE = "clone"
    REF = "ref"
    READABLE = "readable"


class Lacking(Struct, frozen=True):
    """Why the files of a source are not here, in a sentence that says what to add.

    `surely`: the repository is here and plainly has no such ref, so that the operator will not find it
    either unless it is pushed from elsewhere.
    """

    lack: Lack
    reason: str


class SourceTrees:
    """The sources of a run, each looked up once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._held: dict[tuple[str, GitRef], SourceTree | Lacking] = {}
        self._own: dict[str, Tree] = {}

    def is_own(self, url: str, tree: Tree) -> None:
        """Note that an address is that of a repository under check, as what it holds shows."""
        self._own.setdefault(_key(url), tree)

    def known(self, url: str) -> Tree | None:
        """The tree under check that an address means."""
        clone = self._sources.remotes.clone(url) if url else None
        if clone is not None:
            return self._checked(clone)
        return self._own.get(_key(url)) or self._by_name(url)

    def at(self, url: str, ref: GitRef) -> SourceTree | Lacking:
        """The files that an address and a ref mean."""
        key = (url, ref)
        if key not in self._held:
            self._held[key] = self._found(url, ref)
        return self._held[key]

    def _found(self, url: str, ref: GitRef) -> SourceTree | Lacking:
        remotes = self._sources.remotes
        clone = remotes.clone(url)
        if clone is None:
            return self._without_clone(url, ref)
        checked = self._checked(clone)
        if checked is not None and self._stands_for(checked, clone, ref):
            return SourceTree(checked, ref.said, RefKind.BRANCH, checked=True)
        wanted = self._ref_in(clone, ref)
        revision = remotes.revision(clone, wanted) if wanted is not None else None
        if wanted is None or revision is None:
            return _no_ref(clone, ref, remotes)
        try:
            tree = remotes.tree(clone, revision.commit, wanted or "HEAD")
        except UsageError as error:
            return Lacking(Lack.READABLE, f"the clone '{clone.name}' cannot be read at {ref.said}: {error}")
        return SourceTree(tree, ref.said, revision.kind, checked=tree is checked)

    def _without_clone(self, url: str, ref: GitRef) -> SourceTree | Lacking:
        own = self._own.get(_key(url)) or self._by_name(url)
        shown = without_credentials(url)
        if own is None:
            return Lacking(Lack.CLONE, not_here(url, self._sources.remotes).reason)
        moves = not (ref.tag or ref.semver or ref.commit)
        if moves and (ref.name or ref.branch or "HEAD") in {"HEAD", *_USUAL, own_branch(self._sources, own)}:
            return SourceTree(own, ref.said, RefKind.BRANCH, checked=True)
        return Lacking(
            Lack.REF,
            f"{shown} is taken for '{own.name}', and '{ref.said}' of it is not known here, as that "
            + ("is no clone of it" if own.repository.git_dir else "has no git: name a clone"),
        )

    def _checked(self, clone: Clone) -> Tree | None:
        return next((one for one in self._sources.trees if one.name == clone.name), None)

    def _by_name(self, url: str) -> Tree | None:
        """A repository under check that knows no address of its own, by the last part of this one."""
        name = _key(url).rpartition("/")[2]
        for tree in self._sources.trees:
            if name and tree.name == name and not self._sources.remotes.has_address(tree):
                return tree
        return None

    def _stands_for(self, tree: Tree, clone: Clone, ref: GitRef) -> bool:
        """Whether what is under check is what the ref will be once it is merged."""
        if ref.tag or ref.semver or ref.commit:
            return False
        name = (ref.name or ref.branch).removeprefix("refs/heads/")
        if name in ("", "HEAD"):
            return True
        remotes, own = self._sources.remotes, own_branch(self._sources, tree)
        if name == own:
            return True
        revision = remotes.revision(clone, name)
        if revision is not None and revision.kind is not RefKind.BRANCH:
            return False
        default = remotes.default_branch(clone)
        if default:
            return name == default
        # Most clones do not say which branch is the default: a branch that is none of its own (a pull
        # request's, or a detached commit) is on its way to it.
        return name in _USUAL and own not in _USUAL and environment_of_branch(own) is None

    def _ref_in(self, clone: Clone, ref: GitRef) -> str | None:
        """The one ref that is meant; None where no tag satisfies a range."""
        if ref.commit:
            return ref.commit
        if ref.semver:
            return newest_in(ref.semver, self._sources.remotes.tags(clone))
        if ref.name:
            found = self._sources.remotes.revision(clone, ref.name)
            if found is None:
                # Argo CD takes a range of versions in place of a ref.
                return newest_in(ref.name, self._sources.remotes.tags(clone))
            return ref.name
        return f"refs/tags/{ref.tag}" if ref.tag else ref.branch


def own_branch(sources: Sources, tree: Tree) -> str:
    """The branch that a tree under check is, "" where it is none."""
    return sources.remotes.branch_of(tree)


def _key(url: str) -> str:
    from gitlint_ops.workspace.addresses import repository_key

    return repository_key(url)


def _no_ref(clone: Clone, ref: GitRef, remotes: Remotes) -> Lacking:
    shown, said = without_credentials(clone.address), clipped(ref.said)
    near = ""
    if ref.semver:
        reason = f"the clone '{clone.name}' of {shown} has no tag in the range '{clipped(ref.semver)}'"
    elif ref.said == "HEAD":
        reason = f"the clone '{clone.name}' of {shown} has no commit yet"
    else:
        reason = f"the clone '{clone.name}' of {shown} has no tag, branch or commit '{said}'"
        near = near_name(ref.said, remotes.refs(clone))
    meant = f" (did you mean '{near}'?)" if near else ""
    return Lacking(Lack.REF, f"{reason}{meant}: `git fetch --tags` there brings it, if there is one")
