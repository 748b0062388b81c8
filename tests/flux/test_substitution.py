"""Objects whose variables are substituted: their types, the places of values, and what Flux refuses."""

from __future__ import annotations

import pytest

from gitlint_ops.model.findings import Severity

from .conftest import Deliver

CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: vars, namespace: flux-system}
data:
  region: eu
  count: "3"
  quote: '"'
"""
SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: vars, namespace: flux-system}
stringData:
  token: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]
  region: plain
sops: {mac: x}
"""
FROM = """\
  path: ./apps
  postBuild:
    substitute:
      tier: front
    substituteFrom:
    - {kind: ConfigMap, name: vars}
"""
BOTH = f"{FROM}    - {{kind: Secret, name: vars}}\n"
OWN = "clusters/production/apps.yaml"


def app(fields: str) -> dict[str, str]:
    body = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: app}}\ndata:\n{fields}"
    return {"apps/app.yaml": body, "cluster/vars.yaml": f"{CONFIG}---\n{SECRET}"}


CLUSTER = ("cluster/vars.yaml",)


def test_values_take_the_type_that_their_text_has(deliver: Deliver) -> None:
    files = app('  a: "${count}"\n  b: ${quote}${count}${quote}\n  c: x${count}\n')

    assert deliver(files, FROM, cluster=CLUSTER).body("ConfigMap")["data"] == {"a": 3, "b": "3", "c": "x3"}


def test_a_value_that_is_one_variable_is_blamed_on_what_gives_it(deliver: Deliver) -> None:
    found = deliver(app("  a: ${region}\n  b: ${tier:=back}\n"), FROM, cluster=CLUSTER)

    assert found.blame("ConfigMap", "data", "a") == ["cluster/vars.yaml:5", "apps/app.yaml:5"]
    assert found.blame("ConfigMap", "data", "b") == [f"{OWN}:16", "apps/app.yaml:6"]


def test_a_text_with_variables_is_blamed_on_itself_and_they_follow(deliver: Deliver) -> None:
    found = deliver(app("  a: in-${region}\n  b: ${size:=small}\n"), FROM, cluster=CLUSTER)

    assert found.blame("ConfigMap", "data", "a")[:2] == ["apps/app.yaml:5", "cluster/vars.yaml:5"]
    assert found.blame("ConfigMap", "data", "b") == ["apps/app.yaml:6"]


def test_later_objects_count_and_inline_values_most(deliver: Deliver) -> None:
    inline = BOTH.replace("tier: front", "tier: ${region}, count: '4'".replace(", ", "\n      "))

    found = deliver(app("  a: ${region}\n  b: x${count}\n"), inline, cluster=CLUSTER)

    assert found.body("ConfigMap")["data"] == {"a": "plain", "b": "x4"}


def test_what_sops_encrypts_is_known_by_name_only(deliver: Deliver) -> None:
    found = deliver(app("  a: ${token}\n  b: ${tokn}\n"), BOTH, cluster=CLUSTER)

    assert found.body("ConfigMap")["data"]["a"] == "${token}"
    assert found.told() == [("substitution-undefined", "apps/app.yaml:6")]
    assert "did you mean token" in found.result.violations[0].hint


def test_a_variable_without_a_value_is_an_error_from_flux_2_9_on(deliver: Deliver) -> None:
    files = app("  a: x${none}y\n")

    newest = deliver(files, FROM, cluster=CLUSTER).result.violations
    older = deliver(files, FROM, cluster=CLUSTER, flux="2.8")

    assert [one.severity for one in newest] == [Severity.ERROR]
    assert [one.severity for one in older.result.violations] == [Severity.WARNING]
    assert older.body("ConfigMap")["data"] == {"a": "xy"}


def test_without_any_variables_nothing_is_substituted(deliver: Deliver) -> None:
    spec = "  path: ./apps\n  postBuild: {substitute: {}}\n"

    found = deliver(app("  a: ${none}\n  b: $${none}\n"), spec)

    assert found.body("ConfigMap")["data"] == {"a": "${none}", "b": "$${none}"}
    assert found.told() == []


def test_while_a_source_of_variables_is_not_known_none_is_undefined(deliver: Deliver) -> None:
    found = deliver(app("  a: ${none}\n  b: ${tier}\n"), BOTH)

    assert found.told() == []
    assert found.body("ConfigMap")["data"] == {"a": "${none}", "b": "front"}


def test_a_secret_that_a_controller_makes_gives_the_keys_that_it_names(deliver: Deliver) -> None:
    external = """\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: vars, namespace: flux-system}
spec:
  data:
  - secretKey: token
    remoteRef: {key: token}
"""
    files = {**app("  a: ${token}\n  b: ${other}\n"), "cluster/external.yaml": f"{CONFIG}---\n{external}"}

    found = deliver(files, BOTH, cluster=("cluster/external.yaml",))

    assert found.told() == [("substitution-undefined", "apps/app.yaml:6")]


def test_a_script_that_flux_would_empty_is_told_at_its_line(deliver: Deliver) -> None:
    files = app("  run.sh: |\n    set -e\n    name=web\n    echo ${name}\n")

    found = deliver(files, FROM, cluster=CLUSTER)

    assert found.told() == [("substitution-eats-script", "apps/app.yaml:8")]
    assert "$${...}" in found.result.violations[0].hint


def test_a_script_is_told_once_with_all_that_it_would_lose(deliver: Deliver) -> None:
    files = app("  run.sh: |\n    echo ${one}\n    echo ${two} ${one}\n")

    found = deliver(files, FROM, cluster=CLUSTER)

    assert found.told() == [("substitution-eats-script", "apps/app.yaml:6")]
    assert "a variable one (nor two)" in found.result.violations[0].message


def test_a_variable_is_told_once_with_the_other_places_that_want_it(deliver: Deliver) -> None:
    found = deliver(app("  a: ${one}\n  b: x${one}\n  c: ${two}\n"), FROM, cluster=CLUSTER)

    assert found.told() == [
        ("substitution-undefined", "apps/app.yaml:5"),
        ("substitution-undefined", "apps/app.yaml:7"),
    ]
    assert [one.path for one in found.result.violations[0].related] == [("data", "b")]


def test_what_flux_cannot_read_is_told_at_its_line(deliver: Deliver) -> None:
    files = app("  run.sh: |\n    set -e\n    echo ${array[@]}\n  fine: ${region}\n")

    found = deliver(files, FROM, cluster=CLUSTER)

    assert found.told() == [("substitution-eats-script", "apps/app.yaml:7")]
    assert "'${array[@]}'" in found.result.violations[0].message


@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_an_object_may_be_left_alone(deliver: Deliver, field: str) -> None:
    files = app("  run.sh: |\n    echo ${array[@]} ${region}\n")
    marked = f"{{name: app, {field}: {{kustomize.toolkit.fluxcd.io/substitute: disabled}}}}"
    files["apps/app.yaml"] = files["apps/app.yaml"].replace("{name: app}", marked)

    found = deliver(files, FROM, cluster=CLUSTER)

    assert found.told() == []
    assert "${region}" in found.body("ConfigMap")["data"]["run.sh"]


def test_a_value_that_breaks_the_yaml_is_told_where_it_is_used(deliver: Deliver) -> None:
    spec = FROM.replace("tier: front", "tier: 'a: b'")

    found = deliver(
        app("  a: fine\n  b: ${tier}: c\n".replace("${tier}: c", "'x: ${tier}'")), spec, cluster=CLUSTER
    )
    broken = deliver(app("  a: fine\n  b: x${tier}\n"), spec, cluster=CLUSTER)

    assert found.told() == []
    assert broken.told() == [("build-failed", "apps/app.yaml:6")]


def test_a_name_that_is_no_variable_is_refused_where_it_is_given(deliver: Deliver) -> None:
    files = app("  a: ${region}\n")
    files["cluster/vars.yaml"] = CONFIG.replace("count:", "the-count:")

    assert deliver(files, FROM, cluster=CLUSTER).told() == [("build-failed", "cluster/vars.yaml:6")]
