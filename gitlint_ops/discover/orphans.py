"""Manifests that nothing delivers, in a repository that delivers itself."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from msgspec import Struct

from gitlint_ops.discover.dead import BY_HAND, Reach, reach_of
from gitlint_ops.discover.evidence import Evidence, delivered_roots, is_exact, is_root
from gitlint_ops.discover.mentions import unmentioned
from gitlint_ops.discover.roots import Roots
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.blame import origin
from gitlint_ops.model.delivery import Delivery, Owner, OwnerKind
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.model.objects import SourceDocument, object_key
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import parents

ORPHAN_MANIFEST = "orphan-manifest"

MOST = 100
"""Manifests of a repository that are told of; of more, the repository is not understood."""

_FEWEST_ALIKE = 2
# Folders of which every member is delivered as the others are, so that one neighbour tells enough.
_COLLECTIONS = frozenset(
    {
        *("apps", "app", "applications", "workloads", "services", "tenants", "components", "releases"),
        *("infrastructure", "infra", "platform", "addons", "manifests", "deployments", "k8s", "kubernetes"),
    }
)
# Folders for people's own clusters, and of what is run once.
_OWN_USE = frozenset(
    {
        *("test", "testing", "demo", "playground", "sandbox", "local", "kind", "minikube", "mocks"),
        *("manual", "adhoc", "ad-hoc", "oneoff", "one-off", "once", "restore", "debug"),
    }
)
# Forms to be filled in, and copies that were put aside.
_FORMS = ("example", "sample", "template", "tmpl", ".bak", ".orig", "dummy", "placeholder")


class _Orphan(Struct, frozen=True):
    """Why a file stands out, and how others are delivered; `below` is the folder that it is alone in."""

    below: str
    because: str
    mend: str
    note: Note | None = None


class _Here(Struct, frozen=True):
    """What is delivered from one repository.

    `flat` are the folders of which exactly the files in them are delivered, each with a delivery of it,
    `folders` all that are delivered, and `applied` those with delivery objects, which people apply.
    `starts` has for each folder of which something is delivered the files of the objects that lead there.
    """

    reach: Reach
    delivered: Roots
    flat: Mapping[str, Delivery]
    folders: frozenset[str]
    applied: frozenset[str]
    starts: Mapping[str, frozenset[str]]

    def is_start(self, path: str, folder: str) -> bool:
        """Whether a file holds an object that a folder is delivered by, directly or through others."""
        return path in self.starts.get(folder, ())


def orphans(found: Survey, sources: Sources, evidence: Evidence) -> Iterator[Violation]:
    """One violation for each file; silent unless all that delivers from this repository is understood."""
    delivered = delivered_roots(found, sources, evidence) if found.loose else None
    tree = sources.tree(found.repo)
    reach = reach_of(found, tree, delivered) if delivered is not None else None
    if delivered is None or reach is None:
        return
    here = _here(found, evidence, reach, delivered)
    read = evidence.read_in(found.repo)
    suspects: dict[str, tuple[SourceDocument, _Orphan]] = {}
    for document in _candidates(found, read):
        orphan = _orphan(document.ref.file.path, here)
        if orphan is not None:
            suspects.setdefault(document.ref.file.path, (document, orphan))
    if not suspects or len(suspects) > MOST:
        return
    paths = {path: tuple(_paths(path, orphan.below)) for path, (_, orphan) in suspects.items()}
    for path in unmentioned(paths, found, tree, evidence.rendered_in(found.repo), files=True):
        yield _violation(*suspects[path])


def _candidates(found: Survey, read: AbstractSet[str]) -> Iterator[SourceDocument]:
    """The objects of files that no delivery reads, and that do not look as if a hand applied them."""
    for one in (one for documents in found.loose.values() for one in documents):
        path = one.ref.file.path
        named = isinstance(one.body, Mapping) and object_key(one.body).name
        if named and path not in read and not _is_by_hand(path):
            yield one


def _is_by_hand(path: str) -> bool:
    *folders, name = path.lower().split("/")
    by_hand = BY_HAND | _OWN_USE
    if any(one in by_hand or one.startswith((".", "_")) for one in (*folders, name)):
        return True
    return any(
        form in part for part in name.replace("_", "-").replace(".", "-").split("-") for form in _FORMS
    )


def _here(found: Survey, evidence: Evidence, reach: Reach, delivered: Roots) -> _Here:
    flat = {
        one.result.target.path: one
        for one in evidence.deliveries
        if _is_of(one, found.repo) and one.result is not None and _is_flat(one)
    }
    rendered = {
        one.result.target.path
        for one in evidence.deliveries
        if _is_of(one, found.repo) and one.result is not None and one.result.objects
    }
    loose = (one for held in found.loose.values() for one in held)
    applied = {posixpath.dirname(one.ref.file.path) for one in loose if is_root(one)}
    return _Here(
        reach=reach,
        delivered=delivered,
        flat=_surely_flat(flat, evidence, found.repo),
        folders=frozenset({*delivered.folders, *rendered, *reach.reached} - {""}),
        applied=frozenset(applied),
        starts=_starts(evidence, found.repo),
    )


def _is_of(one: Delivery, repo: str) -> bool:
    """Whether a delivery was rendered from files that are checked here, and not from another revision."""
    return one.result is not None and one.result.target.repo == repo and bool(one.result.inputs)


def _starts(evidence: Evidence, repo: str) -> dict[str, frozenset[str]]:
    by_id = {one.owner.id: one.owner for one in evidence.deliveries}
    found: dict[str, set[str]] = {}
    for one in evidence.deliveries:
        result = one.result
        if result is not None and result.target.repo == repo:
            leading = frozenset(_files_above(one.owner, by_id))
            for folder in {above for path in result.inputs for above in parents(path)}:
                found.setdefault(folder, set()).update(leading)
    return {folder: frozenset(files) for folder, files in found.items()}


def _files_above(owner: Owner | None, by_id: Mapping[str, Owner]) -> Iterator[str]:
    """The files of an owner and of all above it."""
    for _ in by_id:
        if owner is None:
            return
        yield origin(owner.object.blame).source.file.path
        owner = by_id.get(owner.parent)


def _is_flat(one: Delivery) -> bool:
    """Whether an Application delivers the files of one folder and none below it."""
    owner = one.owner
    directory = owner.value("spec", "source", "directory", default={})
    return (
        owner.kind is OwnerKind.APPLICATION
        and is_exact(one)
        and owner.value("spec", "sources") is None
        and isinstance(directory, Mapping)
        and not any(directory.get(field) for field in ("recurse", "include", "exclude"))
    )


def _surely_flat(flat: Mapping[str, Delivery], evidence: Evidence, repo: str) -> dict[str, Delivery]:
    """Without folders that something else delivers in another way."""
    others = {
        one.result.target.path
        for one in evidence.deliveries
        if _is_of(one, repo) and one.result is not None and not _is_flat(one)
    }
    return {folder: one for folder, one in flat.items() if folder not in others}


# What is suspected


def _orphan(path: str, here: _Here) -> _Orphan | None:
    """Why a file stands out, by the nearest folder around it that is delivered."""
    folder = posixpath.dirname(path)
    for above in (folder, *_above(folder)):
        if above in here.reach.dirs:
            reached = above and above in here.reach.reached and not here.is_start(path, above)
            return _left_out(path, above, here) if reached else None
        if above in here.flat and above != folder:
            return None if here.is_start(path, above) else _too_deep(above, here)
        if here.delivered.name(above):
            return None
    return _apart(folder, here)


def _above(folder: str) -> Iterator[str]:
    """The folders around one, the nearest first, the repository's root last."""
    while folder:
        folder = posixpath.dirname(folder)
        yield folder


def _left_out(path: str, above: str, here: _Here) -> _Orphan:
    """Below a kustomization that is delivered, and that takes in other things."""
    directory = here.reach.dirs[above]
    relative = posixpath.relpath(path, above)
    file = directory.document.file.path
    return _Orphan(
        above,
        f"no kustomization takes it in, not {file} above it either",
        f"add `{relative}` to resources in {file}",
        Note(directory.document, (), f"the kustomization of {above}, which is delivered"),
    )


def _too_deep(above: str, here: _Here) -> _Orphan:
    """Below a folder of which an Application takes the files only."""
    owner = here.flat[above].owner
    return _Orphan(
        above,
        f"{owner.said} takes only the files in {above or 'the root'}, and none in folders below it",
        "set `directory: {recurse: true}` in its source",
        Note(owner.object, ("spec", "source", "path"), f"{owner.said} delivers {above or 'the root'}"),
    )


def _apart(folder: str, here: _Here) -> _Orphan | None:
    """In a folder that nothing delivers, beside others that are delivered."""
    for top in reversed((folder, *_above(folder))):
        if not top or _holds(top, here.folders):
            continue
        if _holds(top, here.applied):
            return None
        above = posixpath.dirname(top)
        beside = sorted(
            {_member(above, one) for one in here.folders if one.startswith(f"{above}/")},
            key=lambda one: (not here.delivered.name(one), one),
        )
        fewest = 1 if posixpath.basename(above).lower() in _COLLECTIONS else _FEWEST_ALIKE
        if not above or len(beside) < fewest:
            return None
        return _Orphan(
            above,
            f"nothing leads to {top}, beside which {_said(beside)} delivered",
            f"deliver it as {beside[0]} is delivered",
        )
    return None


def _member(above: str, folder: str) -> str:
    """The folder right below `above` that holds `folder`."""
    return f"{above}/{folder[len(above) + 1 :].partition('/')[0]}"


def _said(beside: list[str]) -> str:
    more = len(beside) - 1
    if not more:
        return f"{beside[0]} is"
    return f"{beside[0]} and {more} other{'s' if more > 1 else ''} are"


def _holds(folder: str, folders: Iterable[str]) -> bool:
    return any(one == folder or one.startswith(f"{folder}/") for one in folders)


def _paths(path: str, below: str) -> Iterator[str]:
    """The file and the folders around it, up to the one that it is alone in."""
    yield path
    for folder in parents(path):
        if folder and folder != below and folder.startswith(f"{below}/" if below else ""):
            yield folder


# What is told


def _violation(document: SourceDocument, orphan: _Orphan) -> Violation:
    assert isinstance(document.body, Mapping)
    key = object_key(document.body)
    ref: DocumentRef = document.ref
    return Violation(
        ref,
        ("kind",),
        f"nothing delivers {key.kind} {key.name}: {orphan.because}",
        related=(orphan.note,) if orphan.note else (),
        hint=f"{orphan.mend}, or delete the file; if something outside of this repository delivers it, allow "
        "it here with that reason",
        rule=ORPHAN_MANIFEST,
    )
