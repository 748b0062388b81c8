"""Numbers that Go prints otherwise than they are written."""

from __future__ import annotations

import pytest

from gitlint_ops.model.findings import Severity

from .conftest import URL, Generate, names, only, told

SPEC = """
template:
  metadata: {name: 'web-{{name}}'}
  spec:
    project: default
    source: {repoURL: https://github.com/acme/shop.git, path: 'apps/{{account}}', targetRevision: main}
    destination: {name: prod, namespace: web}
"""
GO = "goTemplate: true\n" + SPEC.replace("{{", "{{.")
FILES = f"generators: [{{git: {{repoURL: {URL}, revision: HEAD, files: [{{path: cfg/*.yaml}}]}}}}]\n"


@pytest.mark.parametrize("spec", [SPEC, GO])
def test_a_large_number_of_a_file_is_told_with_its_place(generate: Generate, spec: str) -> None:
    found = generate(FILES + spec, {"cfg/a.yaml": "name: a\naccount: 123456789012\n"})

    one = only(found, "template-engine-mismatch")
    assert one.path == ("spec", "template", "spec", "source", "path")
    assert "the number 'account' is written as '1.23456789012e+11'" in one.message
    assert one.related[0].path == ("account",)
    assert found.objects == ()


def test_a_large_number_in_a_name_is_told_once(generate: Generate) -> None:
    listed = "generators: [{list: {elements: [{name: 20240101, account: a}]}}]\n"
    found = generate(listed + GO)

    assert [one.rule for one in found.violations] == ["template-engine-mismatch"]


def test_a_large_number_in_values_warns(generate: Generate) -> None:
    listed = "generators: [{list: {elements: [{name: a, account: b, size: 1073741824}]}}]\n"
    helm = "targetRevision: main, helm: {values: 'size: {{.size}}'}"
    found = generate(listed + GO.replace("targetRevision: main", helm))

    assert only(found, "template-engine-mismatch").severity is Severity.WARNING
    assert names(found) == ["web-a"]


@pytest.mark.parametrize("account", ["999999", "'123456789012'", "1.5", "0.00001", "abc1e+10"])
def test_what_keeps_its_digits_is_left_alone(generate: Generate, account: str) -> None:
    found = generate(f"generators: [{{list: {{elements: [{{name: a, account: {account}}}]}}}}]\n" + GO)

    assert told(found) == []
