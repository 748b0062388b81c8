from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.cards import Card, Profile
from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.findings import Confidence, Note, Severity, Violation
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.structure import with_value
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind
from gitlint_ops.rules import engine
from gitlint_ops.rules.engine import run_rules
from gitlint_ops.rules.inputs import RuleInputs
from gitlint_ops.rules.object_set import ObjectSet
from gitlint_ops.rules.subjects import Facts, Part, nameless

from .conftest import Judge

PODS = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  volumes:
  - {name: cache, emptyDir: {}}
  initContainers:
  - {name: migrate, image: a}
  containers:
  - {name: web, image: b}
"""


def card(**fields: Any) -> Card:
    base = Card(
        "a-rule",
        "",
        "custom",
        "A rule",
        Severity.ERROR,
        Confidence.HIGH,
        Profile.RECOMMENDED,
        "object",
        "w",
        "f",
    )
    return replace(base, **fields)


@pytest.mark.parametrize(
    ("subject", "places"),
    [
        ("object", [1]),
        ("pod", [4]),
        ("volume", [6]),
        ("container", [8, 10]),
        ("document", [1]),
        ("workload", []),
        ("rbac-rule", []),
    ],
)
def test_a_rule_judges_each_of_its_subjects(subject: str, places: list[int], judge: Judge) -> None:
    found = judge(card(subject=subject, require="false", message="seen"), {"pod.yaml": PODS})

    assert sorted(int(one.split(":")[1]) for one in found) == places


def test_match_lets_only_some_kinds_be_judged(judge: Judge) -> None:
    deployments = card(require="false", message="seen", match={"kinds": ("Deployment",), "groups": ("apps",)})

    assert judge(deployments, {"pod.yaml": PODS}) == []


def test_a_message_shows_values_of_the_object(judge: Judge) -> None:
    named = card(
        subject="container",
        require="self.name == params.name",
        message="{{ object.metadata.name }}: {{ self.name }} is none of {{ params.names }}",
        at="name",
        params={"name": "web", "names": ["web", "site"]},
    )

    assert judge(named, {"pod.yaml": PODS}) == ["pod.yaml:8: web: migrate is none of web, site"]


def test_an_expression_that_has_no_value_is_a_finding_and_not_a_pass(judge: Judge) -> None:
    broken = card(require="self.spec.replicas > 1", message="too few")

    assert judge(broken, {"pod.yaml": PODS}) == [
        'pod.yaml:1: the rule cannot be judged here: Key not found in map : "replicas"'
    ]


def test_an_expression_that_is_neither_true_nor_false_is_a_finding(judge: Judge) -> None:
    named = card(require="self.metadata.name", message="never")

    assert judge(named, {"pod.yaml": PODS}) == [
        "pod.yaml:1: the rule cannot be judged here: its expression gives web, not true or false"
    ]


def test_an_expression_that_is_no_cel_is_refused_before_anything_is_judged() -> None:
    with pytest.raises(UsageError, match=r"a-rule.*require"):
        run_rules([card(require="self.metadata.", message="never")], RuleInputs())


def test_a_shipped_rule_in_cel_without_an_object_to_judge_loads_no_engine() -> None:
    program = (
        "import sys; from gitlint_ops.resources import rules_folder;"
        " from gitlint_ops.rules.inputs import RuleInputs;"
        " from gitlint_ops.rules.loader import load_cards; from gitlint_ops.rules.engine import run_rules;"
        " run_rules(load_cards([rules_folder()]), RuleInputs()); print('cel_expr_python' in sys.modules)"
    )

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "False"


def test_a_rule_that_fails_says_so_where_it_failed_and_the_others_go_on(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "import_module", lambda _: Checks)

    found = judge(card(python="any:fails_on_migrate", subject="container"), {"pod.yaml": PODS})

    assert [one.rpartition(" (")[0] for one in found] == [
        "pod.yaml:10: saw web",
        "pod.yaml:8: the rule 'a-rule' failed here with KeyError",
    ]
    assert not any("hunter2" in one for one in found)


def test_one_body_in_forty_targets_is_judged_once_and_reported_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "import_module", lambda _: Checks)
    Checks.judged.clear()
    results = tuple(target(f"overlays/{number:02}", BODY) for number in range(40))

    found = run_rules([card(python="any:counted")], RuleInputs(results))

    assert Checks.judged == ["web"]
    assert [one.on.target for one in found if isinstance(one.on, RenderedObject)] == [
        r.target.id for r in results
    ]
    assert all(note.on is one.on for one in found for note in one.related)


def test_a_nameless_rule_judges_once_what_overlays_only_put_into_other_namespaces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine, "import_module", lambda _: Checks)
    Checks.judged.clear()
    in_namespaces = [with_value(BODY, ("metadata", "namespace"), name) for name in ("dev", "test", "prod")]
    labelled = with_value(BODY, ("metadata", "labels"), {"tier": "web"})
    results = tuple(target(f"o/{number}", body) for number, body in enumerate([*in_namespaces, labelled]))

    found = run_rules([card(python="any:nameless")], RuleInputs(results))

    assert Checks.judged == ["web", "web"]  # the namespaces together, the labels apart
    assert [one.on.key.namespace for one in found if isinstance(one.on, RenderedObject)] == [
        "dev",
        "test",
        "prod",
        "",
    ]


def test_a_rule_that_asks_for_facts_judges_one_body_once_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "import_module", lambda _: Checks)
    results = tuple(target(path, BODY) for path in ("a", "b", "c"))
    inputs = RuleInputs(
        results, facts=Facts(kubernetes="1.34"), target_facts={"repo//b": Facts(kubernetes="1.29")}
    )

    found = run_rules([card(python="any:tells_version")], inputs)

    assert [one.message for one in found] == ["1.34", "1.29", "1.34"]


def test_a_wide_rule_sees_one_target_or_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "import_module", lambda _: Checks)
    results = (target("a", BODY), target("b", BODY))

    found = run_rules([card(python="any:counts", subject="build, workspace")], RuleInputs(results))

    assert [one.message for one in found] == ["1 in a", "1 in b", "2 in all"]


def test_cards_of_stages_are_left_to_the_stages() -> None:
    assert run_rules([card(stage="build")], RuleInputs((target("a", BODY),))) == ()


BODY: Mapping[str, Any] = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}


def target(path: str, body: Mapping[str, Any]) -> BuildResult:
    held = BuildTarget("repo", path, TargetKind.KUSTOMIZE)
    blame = Origin(DocumentRef(FileRef("repo", "worktree", "pod.yaml")), (), Via.RESOURCE)
    return BuildResult(held, Status.BUILT, (RenderedObject(object_key(body), "v1", body, blame, held.id),))


class Checks:
    judged: list[str] = []  # noqa: RUF012 - what the fake check saw

    @staticmethod
    def fails_on_migrate(part: Part, _: Mapping[str, Any]) -> Iterator[Violation]:
        if part.body["name"] == "migrate":
            raise KeyError("hunter2")
        yield Violation(part.on, part.path, f"saw {part.body['name']} (fine)")

    @staticmethod
    def counted(on: RenderedObject, _: Mapping[str, Any]) -> Iterator[Violation]:
        Checks.judged.append(on.key.name)
        yield Violation(on, (), "seen", related=(Note(on, (), "here"),))

    @staticmethod
    @nameless
    def nameless(on: RenderedObject, _: Mapping[str, Any]) -> Iterator[Violation]:
        Checks.judged.append(on.key.name)
        yield Violation(on, (), "seen")

    @staticmethod
    def tells_version(on: RenderedObject, _: Mapping[str, Any], facts: Facts) -> Iterator[Violation]:
        yield Violation(on, (), facts.kubernetes)

    @staticmethod
    def counts(objects: ObjectSet, _: Mapping[str, Any]) -> Iterator[Violation]:
        where = objects.target.path if objects.target else "all"
        yield Violation(objects.objects[0], (), f"{len(objects.objects)} in {where}")
