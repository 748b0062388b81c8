from __future__ import annotations

from dataclasses import replace

from gitlint_ops.model.cards import Card
from gitlint_ops.model.objects import DocumentRole
from gitlint_ops.rules.engine import run_rules
from gitlint_ops.rules.inputs import RuleInputs
from gitlint_ops.rules.subjects import Facts

from .conftest import Judge, documents_of

RULE = "api-removed"
BUDGET = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web}\n"
LISTED = """\
apiVersion: v1
kind: List
items:
- apiVersion: policy/v1beta1
  kind: PodDisruptionBudget
  metadata: {name: web}
"""


def test_an_api_is_gone_from_the_release_that_the_configuration_names(judge: Judge) -> None:
    assert judge(RULE, {"budget.yaml": BUDGET}, Facts(kubernetes="1.24")) == []
    assert judge(RULE, {"budget.yaml": BUDGET}, Facts(kubernetes="1.25")) == [
        "budget.yaml:1: PodDisruptionBudget policy/v1beta1 was removed from Kubernetes 1.25"
    ]


def test_an_item_of_a_list_is_found_where_it_stands(judge: Judge) -> None:
    (found,) = judge(RULE, {"list.yaml": LISTED}, Facts(kubernetes="1.30"))

    assert found.startswith(
        "list.yaml:4: PodDisruptionBudget policy/v1beta1 was removed from Kubernetes 1.25;"
    )


def test_what_is_not_delivered_is_silent(cards: dict[str, Card]) -> None:
    (document,) = documents_of({"budget.yaml": BUDGET})
    silent = (replace(document, delivered=False), replace(document, role=DocumentRole.OTHER))

    assert run_rules([cards[RULE]], RuleInputs((), silent)) == ()
