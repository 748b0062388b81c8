"""What the stages ask of an API server, whoever answers: a cluster of the user's, or one that we made.

`gitlint_ops.reconcile.server` implements it. Nothing else of this package speaks to a network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, TypeAlias

from msgspec import Struct

from gitlint_ops.model.objects import ObjectKey

Body: TypeAlias = Mapping[str, Any]


class ServedKind(Struct, frozen=True):
    """A kind as the server serves it; `plural` is its name in URLs."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    verbs: frozenset[str] = frozenset()

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version


class Identity(Struct, frozen=True):
    """Who a request is made as, where it is made for somebody else (impersonation)."""

    user: str
    groups: tuple[str, ...] = ()


class Answer(Struct, frozen=True):
    """What the server answered: the HTTP status, and the body, an object or a `Status`.

    `warnings` are those of the Warning headers (deprecated APIs, unknown fields).
    """

    status: int
    body: Body
    warnings: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300

    @property
    def message(self) -> str:
        """The `message` of a Status."""
        said = self.body.get("message")
        return said if isinstance(said, str) else ""

    @property
    def reason(self) -> str:
        """The `reason` of a Status: "Invalid", "Forbidden", "NotFound", "Conflict" and others."""
        said = self.body.get("reason")
        return said if isinstance(said, str) else ""

    @property
    def causes(self) -> tuple[Body, ...]:
        """The `details.causes` of a Status: mappings of `reason`, `message`, `field`."""
        details = self.body.get("details")
        listed = details.get("causes") if isinstance(details, Mapping) else None
        return tuple(one for one in listed if isinstance(one, Mapping)) if isinstance(listed, list) else ()


class ServerLost(Exception):
    """The server does not answer any more, or does not know us any more; says which, and what to do."""


class Api(Protocol):
    """One API server. Safe to use from several threads.

    All methods but `kinds` and `owned` raise ServerLost. What a busy server refuses (429, 5xx) is asked
    again with growing pauses, and only then answered with what the server said. A method that would
    store something on a server that is not `owned` raises AssertionError before anything is sent.
    """

    @property
    def owned(self) -> bool:
        """Whether it is an ephemeral server of ours, on which things may be stored."""

    @property
    def name(self) -> str:
        """As reports call it: "context prod-eu", "envtest", "kind"."""

    @property
    def release(self) -> str:
        """Its version of Kubernetes: "1.37"."""

    def kind_of(self, api_version: str, kind: str) -> ServedKind | None:
        """How a kind is served, None where it is not."""

    def kinds(self) -> tuple[ServedKind, ...]:
        """All that is served, in the version that the server prefers first."""

    def broken_groups(self) -> frozenset[str]:
        """`group/version`s that are announced and cannot be asked (an aggregated API that is down): of
        their kinds nothing is known."""

    def refresh(self) -> None:
        """Read anew which kinds are served."""

    def read(self, kind: ServedKind, namespace: str, name: str) -> Answer:
        """GET one object (404 where it is not there)."""

    def apply(
        self,
        body: Body,
        kind: ServedKind,
        *,
        manager: str,
        force: bool = True,
        identity: Identity | None = None,
        namespace: str = "",
    ) -> Answer:
        """A server-side apply with `dryRun=All` and `fieldValidation=Strict`; nothing is stored.

        `namespace` is where an object goes that names none itself. An object without a name
        (`generateName`) is created, as a dry run.
        """

    def listed(
        self, kind: ServedKind, *, selector: str = "", namespace: str = "", whole: bool = False
    ) -> Iterator[Body]:
        """All objects of a kind, page by page; only their metadata unless `whole`.

        Raises:
            Refused: the server does not let us.
        """

    def store(self, body: Body, kind: ServedKind, *, manager: str, subresource: str = "") -> Answer:
        """Apply for good, with force; `owned` servers only."""

    def remove(self, key: ObjectKey, kind: ServedKind) -> Answer:
        """Delete for good; `owned` servers only."""


class Refused(Exception):
    """The server refuses a list; `answer` is what it said."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.message or str(answer.status))
        self.answer = answer
