"""What the objects of operators deliver: whose they are, where they live, and where their content lies."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from msgspec import Struct, field

from gitlint_ops.model.blame import Origin, at, origin
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import BuildResult, Unchecked

ARGO = "argoproj.io"
FLUX_KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
FLUX_HELM = "helm.toolkit.fluxcd.io"
FLUX_OPERATOR = "fluxcd.controlplane.io"
FLUX_SOURCE = "source.toolkit.fluxcd.io"


class OwnerKind(Enum):
    """The objects by which operators deliver others."""

    APPLICATION = "Application"
    APPLICATION_SET = "ApplicationSet"
    FLUX_KUSTOMIZATION = "Kustomization"
    HELM_RELEASE = "HelmRelease"
    RESOURCE_SET = "ResourceSet"


OWNER_KINDS: Mapping[tuple[str, str], OwnerKind] = {
    (ARGO, "Application"): OwnerKind.APPLICATION,
    (ARGO, "ApplicationSet"): OwnerKind.APPLICATION_SET,
    (FLUX_KUSTOMIZE, "Kustomization"): OwnerKind.FLUX_KUSTOMIZATION,
    (FLUX_HELM, "HelmRelease"): OwnerKind.HELM_RELEASE,
    (FLUX_OPERATOR, "ResourceSet"): OwnerKind.RESOURCE_SET,
}


class Cluster(Struct, frozen=True):
    """A cluster that something is delivered to; what is not known is "".

    `declared` clusters are those of the configuration, at `origin`; others are inferred from what delivers
    to them.
    """

    name: str
    environment: str = ""
    server: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    kubernetes: str = ""
    api_versions: tuple[str, ...] = ()
    declared: bool = False
    origin: Origin | None = None

    @property
    def address(self) -> str:
        """Its API server; where that is not known, a stand-in that no other cluster has."""
        return self.server or f"https://{self.name}.invalid"


class Owner(Struct, frozen=True):
    """A delivery object as a cluster holds it.

    `object` is what its own owner made of it. `cluster` is where it lives ("" where that is unknown),
    `repo` the repository that its text stands in, `parent` the id of the owner that delivers it ("" for
    one that is applied by hand). `twin` counts owners of the same name in the same cluster before it.
    `is_example`: it stands in a folder of examples, beside others that mean other installations.
    """

    kind: OwnerKind
    object: RenderedObject
    repo: str
    cluster: str = ""
    parent: str = ""
    twin: int = 0
    is_example: bool = False

    @property
    def id(self) -> str:
        """`repo//cluster/Kind/namespace/name`, without what is not known; "~2" tells a second one."""
        key = self.object.key
        parts = (self.cluster, self.kind.value, key.namespace, key.name)
        number = f"~{self.twin + 1}" if self.twin else ""
        return f"{self.repo}//{'/'.join(part for part in parts if part)}{number}"

    @property
    def said(self) -> str:
        """As people name it: "Kustomization flux-system/apps"."""
        key = self.object.key
        return f"{self.kind.value} {key.namespace}/{key.name}".replace(" /", " ")

    def value(self, *path: str | int, default: Any = None) -> Any:
        """A field of the object, `default` where it is absent or null."""
        found = value_at(self.object.body, path)
        return default if found is None else found

    def text(self, *path: str | int) -> str:
        """A field that holds a text, "" where it does not."""
        found = value_at(self.object.body, path)
        return found if isinstance(found, str) else ""

    def origin(self, path: FieldPath) -> Origin:
        """The place that set a field, for entries that are taken from it."""
        return origin(at(self.object.blame, path))


class Delivery(Struct, frozen=True):
    """What an owner delivers: `destination` is the cluster that gets it, `namespace` the default one there.

    `result` is what it renders to; None for an ApplicationSet, which only makes Applications.
    """

    owner: Owner
    destination: str = ""
    namespace: str = ""
    result: BuildResult | None = None


class Expansion(Struct, frozen=True):
    """All deliveries of a workspace, parents before what they deliver.

    `violations` are those of chains that break; `unchecked` what could not be followed. `known` are all
    objects that a cluster holds, by its name; `by_hand` those of folders that nothing delivers, which are
    taken to be applied to it.
    """

    deliveries: tuple[Delivery, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    violations: tuple[Violation, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    truncated: bool = False
    known: Mapping[str, tuple[RenderedObject, ...]] = field(default_factory=dict)
    is_part: bool = False
    by_hand: Mapping[str, tuple[RenderedObject, ...]] = field(default_factory=dict)
