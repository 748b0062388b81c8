from __future__ import annotations

from msgspec.structs import replace

from gitlint_ops.model.cards import Card
from gitlint_ops.model.objects import DocumentRole
from gitlint_ops.model.removed_apis import NEWEST
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


HELM_RELEASE = "apiVersion: helm.toolkit.fluxcd.io/v2beta1\nkind: HelmRelease\nmetadata: {name: web}\n"


def test_a_release_that_nothing_configures_is_named_with_the_setting_that_does(
    cards: dict[str, Card],
) -> None:
    (found,) = run_rules([cards[RULE]], RuleInputs((), tuple(documents_of({"release.yaml": HELM_RELEASE}))))

    assert found.message == (
        "HelmRelease helm.toolkit.fluxcd.io/v2beta1 was removed from Flux 2.7; "
        f"this is judged for Flux {NEWEST['flux']}, the newest known"
    )
    assert found.hint == (
        "use helm.toolkit.fluxcd.io/v2; if you run an older release, set `operators.flux` in gitlint-ops.yaml"
    )


def test_a_configured_release_is_told_without_that_advice(cards: dict[str, Card]) -> None:
    documents = tuple(documents_of({"release.yaml": HELM_RELEASE}))

    (found,) = run_rules([cards[RULE]], RuleInputs((), documents, Facts(flux="2.8")))

    assert found.message.endswith("was removed from Flux 2.7; this is judged for 2.8")
    assert found.hint == "use helm.toolkit.fluxcd.io/v2"
