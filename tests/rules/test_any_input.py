"""No check fails on an object of a wrong shape: the schema rules say what is wrong with it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.model.objects import DocumentRole, RenderedObject, SourceDocument, object_key
from gitlint_ops.model.structure import with_value
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind
from gitlint_ops.resources import rules_folder
from gitlint_ops.rules.engine import CRASHED, run_rules
from gitlint_ops.rules.inputs import RuleInputs
from gitlint_ops.rules.loader import load_cards, load_examples
from gitlint_ops.syntax.documents import Typing, read

CARDS = tuple(card for card in load_cards([rules_folder()]) if not card.stage)
BODIES = tuple(
    document.body
    for card in CARDS
    for file in (*load_examples(card).bad, *load_examples(card).good)
    for document in read(file.text.encode(), Typing.KUBECTL).documents
)
JUNK = st.sampled_from(
    [None, True, 0, -1.5, "", "text", "a: b", [], [[]], [None], {}, {"": None}, {"name": []}]
)


def paths(body: Any, at: FieldPath = ()) -> Iterator[FieldPath]:
    members = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in members:
        yield (*at, key)
        yield from paths(value, (*at, key))


@settings(max_examples=150)
@given(st.data())
def test_no_check_fails_whatever_stands_in_a_field(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from(BODIES))
    broken = with_value(copy.deepcopy(body), data.draw(st.sampled_from(list(paths(body)))), data.draw(JUNK))

    found = run_rules(CARDS, judged([broken, *BODIES[:3]]))

    assert [one.message for one in found if one.rule == CRASHED] == []


def judged(bodies: list[Any]) -> RuleInputs:
    target = BuildTarget("repo", "overlays/production", TargetKind.KUSTOMIZE)
    ref = DocumentRef(FileRef("repo", "worktree", "overlays/production/web.yaml"))
    objects = tuple(
        RenderedObject(object_key(body), "v1", body, Origin(ref, (), Via.GENERATOR), target.id)
        for body in bodies
    )
    documents = tuple(SourceDocument(ref, body, role) for body in bodies for role in DocumentRole)
    return RuleInputs((BuildResult(target, Status.BUILT, objects),), documents)
