"""Objects whose texts are templates, by Go's syntax and by the classic one."""

from __future__ import annotations

import pytest

from gitlint_ops.gotemplate.classic import replace_tags, tags
from gitlint_ops.gotemplate.faults import TemplateFault
from gitlint_ops.gotemplate.template import parse
from gitlint_ops.gotemplate.walk import with_texts

from . import oracle

FUNCTIONS = oracle.FUNCTIONS["applicationset"]


def test_keys_and_texts_are_templates_and_nulls_are_left_out() -> None:
    parameters = {"name": "web", "path": {"basename": "prod"}}
    body = {
        "metadata": {
            "name": "{{ .name }}-{{ .path.basename }}",
            "labels": {"{{ .name }}": "x", "none": None},
        },
        "spec": {"list": ["{{ .name | upper }}", 3, None], "on": True},
    }
    assert with_texts(body, lambda text, _: parse(text, "base").render(parameters, FUNCTIONS)) == {
        "metadata": {"name": "web-prod", "labels": {"web": "x"}},
        "spec": {"list": ["WEB", 3, None], "on": True},
    }


def test_each_text_is_told_with_its_path() -> None:
    told: dict[str, object] = {}
    with_texts({"a": [{"b": "text"}]}, lambda text, path: told.setdefault(text, path) and text)
    assert told == {"text": ("a", 0, "b"), "b": ("a", 0, "b"), "a": ("a",)}


def test_classic_tags_are_replaced_by_name_and_others_stay() -> None:
    assert (
        replace_tags("{{name}}-{{ name }}-{{ .name }}-{{none}}", {"name": "web"})
        == "web-web-{{ .name }}-{{none}}"
    )


def test_classic_tags_are_told_with_their_places() -> None:
    assert [(one.name, one.start, one.end) for one in tags("a {{ path.basename }}")] == [
        ("path.basename", 4, 19)
    ]


def test_a_classic_tag_that_is_not_closed_is_a_fault() -> None:
    with pytest.raises(TemplateFault) as fault:
        replace_tags("{{ a }}\nb {{ c", {})
    assert (fault.value.line, fault.value.column) == (2, 3)
