"""Running the selected rules over what was built and read."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.model.cards import Card
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import RenderedObject, SourceDocument
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import Status
from gitlint_ops.resources import rules_folder
from gitlint_ops.rules import subjects
from gitlint_ops.rules.inputs import RuleInputs
from gitlint_ops.rules.object_set import ObjectSet
from gitlint_ops.rules.subjects import Facts, Part

if TYPE_CHECKING:
    from gitlint_ops.rules.declarative import DeclarativeRule

CRASHED = "rule-crashed"

Judge: TypeAlias = Callable[[Any, Facts], Iterable[Violation]]

_PIECES: Mapping[str, Callable[[RenderedObject], Iterator[RenderedObject | Part]]] = {
    "object": lambda on: iter((on,)),
    "workload": lambda on: iter((on,)) if subjects.is_workload(on) else iter(()),
    "pod": subjects.pods,
    "container": subjects.containers,
    "volume": subjects.volumes,
    "rbac-rule": subjects.rbac_rules,
}


class Rule(Struct, frozen=True):
    """A card made ready to judge.

    `uses_facts` says that its verdict may differ by target, `nameless` that an object's name and
    namespace make no difference.
    """

    card: Card
    judge: Judge
    uses_facts: bool
    nameless: bool = False

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(self.card.subject.split(", "))

    def concerns(self, body: Any) -> bool:
        return _concerns(self.card, body)


def run_rules(cards: Sequence[Card], inputs: RuleInputs) -> tuple[Violation, ...]:
    """What the cards' rules find, rule by rule in the order of the cards.

    Cards that a stage reports itself are skipped. A rule that fails on one subject leaves a
    `rule-crashed` violation there and goes on. A body that several targets share is judged once
    and reported for each of them.

    Raises:
        UsageError: an expression of a card is no CEL, or there is no engine for it.
    """
    found: list[Violation] = []
    for card in cards:
        if not card.stage and not _is_idle(card, inputs):
            found.extend(_run(_ready(card), inputs))
    return tuple(found)


def _concerns(card: Card, body: Any) -> bool:
    """Whether the card's `match` lets the rule look at an object."""
    if not card.match:
        return True
    if not isinstance(body, Mapping):
        return False
    kinds, groups = card.match.get("kinds"), card.match.get("groups")
    group = str(body.get("apiVersion", "")).rpartition("/")[0]
    return (not kinds or str(body.get("kind")) in kinds) and (not groups or group in groups)


def _is_idle(card: Card, inputs: RuleInputs) -> bool:
    """Whether a shipped rule in CEL has nothing to judge, so that the engine (33 ms) can stay unloaded.

    A user's rule is always compiled: its faults must not wait for an object that it matches.
    """
    if not card.require or not card.folder.startswith(str(rules_folder())):
        return False
    bodies = (one.body for built in inputs.narrow for one in built.objects)
    return not any(_concerns(card, body) for body in bodies)


def _ready(card: Card) -> Rule:
    if card.require:
        from gitlint_ops.rules.declarative import compile_card

        return Rule(card, _declarative(card, compile_card(card)), uses_facts=False)
    module, _, name = card.python.partition(":")
    check = getattr(import_module(module), name)
    nameless = getattr(check, "is_nameless", False)
    if len(inspect.signature(check).parameters) > 2:
        return Rule(card, lambda subject, facts: check(subject, card.params, facts), True, nameless)
    return Rule(card, lambda subject, _: check(subject, card.params), False, nameless)


def _declarative(card: Card, rule: DeclarativeRule) -> Judge:
    def judge(subject: RenderedObject | Part | SourceDocument, _: Facts) -> Iterator[Violation]:
        on, path, body, whole = _parts_of(subject)
        if isinstance(body, Mapping):
            # A block starts on the line below its key; the key is what a person looks for.
            block = isinstance(value_at(body, rule.at), Mapping | list)
            for message, hint in rule.violations(body, whole, card.params):
                yield Violation(on, (*path, *rule.at), message, hint=hint, at_key=block)

    return judge


def _parts_of(
    subject: RenderedObject | Part | SourceDocument,
) -> tuple[RenderedObject | DocumentRef, FieldPath, Any, Any]:
    match subject:
        case Part(on, path, body):
            return on, path, body, on.body
        case SourceDocument():
            return subject.ref, (), subject.body, subject.body
        case RenderedObject():
            return subject, (), subject.body, subject.body


def _run(rule: Rule, inputs: RuleInputs) -> Iterator[Violation]:
    for subject in rule.subjects:
        if subject == "document":
            yield from _over_documents(rule, inputs)
        elif subject == "build":
            yield from _over_builds(rule, inputs)
        elif subject == "workspace":
            yield from _over_workspace(rule, inputs)
        elif subject == "environment":
            yield from _over_environments(rule, inputs)
        elif subject == "delivery":
            yield from _over_deliveries(rule, inputs)
        else:
            yield from _over_objects(rule, subject, inputs)


def _over_documents(rule: Rule, inputs: RuleInputs) -> Iterator[Violation]:
    for document in inputs.documents:
        if rule.concerns(document.body):
            file = document.ref.file
            yield from _guarded(rule, document, inputs.facts_of_file(file.repo, file.path), document.ref)


def _over_builds(rule: Rule, inputs: RuleInputs) -> Iterator[Violation]:
    for built in inputs.judged:
        if built.status is not Status.FAILED and built.objects:
            objects = ObjectSet(built.objects, target=built.target, complete=built.complete)
            yield from _guarded(rule, objects, inputs.facts_of(built.target.id), built.objects[0])


def _over_workspace(rule: Rule, inputs: RuleInputs) -> Iterator[Violation]:
    objects = tuple(one for built in inputs.judged for one in built.objects)
    if objects:
        complete = all(built.complete and built.status is Status.BUILT for built in inputs.judged)
        yield from _guarded(rule, ObjectSet(objects, complete=complete), inputs.facts, objects[0])


def _over_environments(rule: Rule, inputs: RuleInputs) -> Iterator[Violation]:
    held = inputs.environments
    if held.families:
        yield from _guarded(rule, held, inputs.facts, held.first)


def _over_deliveries(rule: Rule, inputs: RuleInputs) -> Iterator[Violation]:
    held = inputs.deliveries
    first = next(iter(held), None) if held is not None else None
    if held is not None and first is not None:
        yield from _guarded(rule, held, inputs.facts, first.owner.object)


def _over_objects(rule: Rule, subject: str, inputs: RuleInputs) -> Iterator[Violation]:
    pieces = _PIECES[subject]
    # Bodies stay alive in `inputs`, so that their identity names them for the whole run.
    judged: dict[tuple[Any, Facts | None], tuple[Violation, ...]] = {}
    for built in inputs.narrow:
        facts = inputs.facts_of(built.target.id)
        for on in built.objects:
            if not rule.concerns(on.body):
                continue
            content = _but_for_names(on.body) if rule.nameless else id(on.body)
            key = (content, facts if rule.uses_facts else None)
            held = judged.get(key)
            if held is None:
                held = judged[key] = tuple(_over_pieces(rule, pieces(on), facts, on))
                yield from held
            else:
                yield from (_moved(violation, on) for violation in held)


def _but_for_names(body: Mapping[str, Any]) -> object:
    """What two bodies have in common that differ, if at all, by name and namespace.

    Overlays share all that they did not change, so identity tells equal parts at no cost.
    """
    metadata = body.get("metadata")
    rest = tuple([(key, id(value)) for key, value in body.items() if key != "metadata"])
    if not isinstance(metadata, dict):
        return rest, id(metadata)
    kept = tuple([(key, id(value)) for key, value in metadata.items() if key not in ("name", "namespace")])
    return rest, kept


def _over_pieces(
    rule: Rule, pieces: Iterable[RenderedObject | Part], facts: Facts, on: RenderedObject
) -> Iterator[Violation]:
    for piece in pieces:
        yield from _guarded(rule, piece, facts, on, piece.path if isinstance(piece, Part) else ())


def _moved(violation: Violation, on: RenderedObject) -> Violation:
    """The same verdict about another object with the same body."""
    first = violation.on
    related = tuple(replace(note, on=on) if note.on is first else note for note in violation.related)
    return replace(violation, on=on, related=related)


def _guarded(
    rule: Rule, subject: Any, facts: Facts, on: RenderedObject | DocumentRef, path: FieldPath = ()
) -> tuple[Violation, ...]:
    """The rule's verdict on one subject, or the fault of the rule itself as a violation."""
    name = rule.card.id
    found: list[Violation] = []
    try:
        # Most find nothing, and then a loop costs least.
        for violation in rule.judge(subject, facts):
            found.append(violation if violation.rule else replace(violation, rule=name))  # noqa: PERF401
    except Exception as error:  # noqa: BLE001 - a faulty rule must not hide what the others find
        return (_crashed(name, error, on, path),)
    return tuple(found)


def _crashed(name: str, error: Exception, on: RenderedObject | DocumentRef, path: FieldPath) -> Violation:
    # The error's own text could quote a secret: say where it happened, not with what.
    import traceback

    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{PurePath(frame.filename).name}:{frame.lineno}"
    return Violation(
        on,
        path,
        f"the rule '{name}' failed here with {type(error).__name__} ({place})",
        hint="this is a fault of the rule, not of your file; the rule has not judged this place",
        rule=CRASHED,
    )
