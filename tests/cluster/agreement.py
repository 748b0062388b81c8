"""The API server's verdicts beside ours: who accepts what, and where they differ."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.cards import Severity
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FileRef, format_path
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind
from gitlint_ops.rules.catalogue import catalogue
from gitlint_ops.rules.engine import run_rules
from gitlint_ops.rules.inputs import RuleInputs
from gitlint_ops.validate.objects import Validator

from .client import Body, Client, Verdict
from .definitions import create

# Told with the object that they come from, so that one run shows all of them.
CRASHES = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
# Cards that say what the API server says, too; the others have an opinion of their own.
SAID_BY_CARDS = frozenset({"selector-template-mismatch"})
CREATED = ("CustomResourceDefinition", "Namespace")
# Said of ports that are handed out when a Service is stored, which a dry run never does.
NOT_ASKED = "--service-node-port-range"


@dataclass(frozen=True, slots=True)
class Case:
    """An object to judge; `label` says of which sort (a mutation's, or a corpus), `where` which one."""

    label: str
    where: str
    body: Body

    @property
    def kind(self) -> str:
        return f"{self.body.get('apiVersion')} {self.body.get('kind')}"


@dataclass(frozen=True, slots=True)
class Judged:
    """Both verdicts; `ours` are the violations for which we reject it, empty where we accept it.

    `crash` is the error that our validator ended with, which is always a defect of ours.
    """

    case: Case
    server: Verdict
    ours: tuple[str, ...]
    crash: str = ""

    @property
    def agreed(self) -> bool:
        return self.server.accepted == (not self.ours)


@dataclass(frozen=True, slots=True)
class Matrix:
    """How often who accepted."""

    both_accept: int = 0
    both_reject: int = 0
    only_we_reject: int = 0
    only_we_accept: int = 0

    @property
    def caught(self) -> float:
        """The share of what the server rejects that we reject."""
        rejected = self.both_reject + self.only_we_accept
        return self.both_reject / rejected if rejected else 1.0

    @property
    def alarmed(self) -> float:
        """The share of what the server accepts that we reject."""
        accepted = self.both_accept + self.only_we_reject
        return self.only_we_reject / accepted if accepted else 0.0


def matrix(judged: Iterable[Judged]) -> Matrix:
    counts = Counter((one.server.accepted, not one.ours) for one in judged)
    return Matrix(counts[True, True], counts[False, False], counts[True, False], counts[False, True])


class Judge:
    """Both sides: a server, and our validator for its release with the same definitions."""

    def __init__(self, client: Client, kubernetes: str, definitions: Sequence[Body]) -> None:
        self._client = client
        self._definitions = definitions
        self._validator = Validator(kubernetes, [rendered(one) for one in definitions])
        self._told = frozenset(card.id for card in catalogue() if card.severity is Severity.ERROR)
        self._cards = [card for card in catalogue() if card.id in SAID_BY_CARDS]

    def judge(self, cases: Iterable[Case]) -> list[Judged]:
        """Both verdicts on each object of a kind that the server serves, in the same order.

        Definitions and namespaces come first, before those that the others need are created: a dry
        run on what is there would only be judged for what it changes.

        Raises:
            AssertionError: the server refuses one of the definitions.
        """
        ordered = list(enumerate(cases))
        early = [self._one(at, case) for at, case in ordered if case.body.get("kind") in CREATED]
        refused = create(self._client, self._definitions)
        assert not refused, refused
        late = [self._one(at, case) for at, case in ordered if case.body.get("kind") not in CREATED]
        judged = sorted([*early, *late], key=lambda one: one[0])
        return [one for _, one in judged if one.server.served]

    def _one(self, at: int, case: Case) -> tuple[int, Judged]:
        server = self._client.dry_run(case.body)
        try:
            return at, Judged(case, server, self.violations(case.body))
        except CRASHES as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            crash = f"{error!r} in {Path(last.filename).name}:{last.lineno}"
            return at, Judged(case, server, (), crash)

    def violations(self, body: Body) -> tuple[str, ...]:
        """Ours, of the rules that are errors."""
        judged = rendered(body)
        found = (*self._validator.validate(judged), *self._by_cards(judged))
        return tuple(
            f"{one.rule} {format_path(one.path)}: {one.message}"
            for one in found
            if one.rule in self._told and NOT_ASKED not in one.hint
        )

    def _by_cards(self, judged: RenderedObject) -> tuple[Violation, ...]:
        target = BuildTarget("cluster", "", TargetKind.PLAIN)
        return run_rules(self._cards, RuleInputs((BuildResult(target, Status.BUILT, (judged,)),)))


def rendered(body: Mapping[str, Any]) -> RenderedObject:
    """An object as the pipeline would have it, from nowhere."""
    origin = Origin(DocumentRef(FileRef("cluster", "worktree", "object.yaml")), (), Via.RESOURCE)
    version = body.get("apiVersion")
    return RenderedObject(
        object_key(body), version if isinstance(version, str) else "", body, origin, "cluster//"
    )
