"""All that a run of the rules looks at."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from gitlint_ops.model.objects import SourceDocument
from gitlint_ops.model.targets import BuildResult
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.environments import Environments
from gitlint_ops.rules.subjects import Facts


class RuleInputs(Struct, frozen=True):
    """Built targets, source documents, and the facts known about them.

    `judged` are the targets whose objects are delivered as they are; what only serves as a base
    of others is left out. `facts` hold for the documents and for every target whose id has no
    entry in `target_facts`. `file_facts` are facts of single files, by repository and path. `altered`
    are the same targets with only the objects that a change can have altered: rules that look at one
    object look at those.
    """

    judged: tuple[BuildResult, ...] = ()
    documents: tuple[SourceDocument, ...] = ()
    facts: Facts = field(default_factory=Facts)
    target_facts: Mapping[str, Facts] = field(default_factory=dict)
    altered: tuple[BuildResult, ...] | None = None
    file_facts: Mapping[tuple[str, str], Facts] = field(default_factory=dict)
    deliveries: Deliveries | None = None

    def facts_of_file(self, repo: str, path: str) -> Facts:
        """The facts that hold for the documents of a file."""
        return self.file_facts.get((repo, path), self.facts)

    @property
    def environments(self) -> Environments:
        """What the targets render to, by environment."""
        return Environments(self.judged, self.facts.environments)

    @property
    def narrow(self) -> tuple[BuildResult, ...]:
        """The targets as rules of narrow subjects see them."""
        return self.judged if self.altered is None else self.altered

    def facts_of(self, target: str) -> Facts:
        """The facts that hold for a target, by its id."""
        return self.target_facts.get(target, self.facts)
