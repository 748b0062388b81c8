"""What a controller would build, and what became of building it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct, field

from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.model.objects import RenderedObject


class TargetKind(Enum):
    KUSTOMIZE = "kustomize"
    HELM = "helm"
    PLAIN = "plain"
    FLUX_KUSTOMIZATION = "flux-kustomization"
    HELM_RELEASE = "helmrelease"
    ARGO_APPLICATION = "argo-application"
    RESOURCE_SET = "resourceset"


class Status(Enum):
    BUILT = "built"
    FAILED = "failed"
    UNCHECKED = "unchecked"


class BuildTarget(Struct, frozen=True):
    """What one controller would build; `path` is its folder, relative to the repository's root.

    `owner` is the id of the delivery object that it is built for, "" for a folder by itself.
    `api_versions` are what its cluster serves beyond Kubernetes' own, as charts ask for it.
    """

    repo: str
    path: str
    kind: TargetKind
    environment: str | None = None
    cluster: str | None = None
    kubernetes: str = ""
    owner: str = ""
    api_versions: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """`repo//path`, or the id of the owner, as reports name the target."""
        return self.owner or f"{self.repo}//{self.path}"


class Unchecked(Struct, frozen=True):
    """Something that a target could not be checked with, and what to add so that it can be.

    `on` and `path` are the entry that asks for it, where there is one; `place` is where that entry
    stands ("file:line"), once it has been looked up.
    """

    target: str
    reason: str
    on: DocumentRef | None = None
    path: FieldPath = ()
    place: str = ""

    @property
    def said(self) -> str:
        """The reason behind its place."""
        return f"{self.place}: {self.reason}" if self.place else self.reason


class BuildResult(Struct, frozen=True):
    """What a target renders to.

    `violations` are faults found while building (they carry their rule). `inputs` are the paths of
    all files read in its repository, `included` those of the other kustomization folders it took in.
    `elsewhere` are the files of other repositories and revisions, with the entry that led there;
    `beside` those of other repositories that the run checks.
    Not `complete`: something (a remote base) was left out, so absence proves nothing. `way` are the
    entries that led a failed build to the file at fault, the nearest first. `whole`: in a run that is limited
    to a change, all of its objects may be altered.
    """

    target: BuildTarget
    status: Status
    objects: tuple[RenderedObject, ...] = ()
    violations: tuple[Violation, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    inputs: frozenset[str] = frozenset()
    included: frozenset[str] = frozenset()
    elsewhere: Mapping[FileRef, tuple[DocumentRef, FieldPath]] = field(default_factory=dict)
    beside: frozenset[tuple[str, str]] = frozenset()
    complete: bool = True
    reason: str | None = None
    way: tuple[Note, ...] = ()
    whole: bool = False
