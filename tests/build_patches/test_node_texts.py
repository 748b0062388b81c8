"""Texts whose type or quotes are not those of their source, and JSON that is compared by its bytes."""

from __future__ import annotations

from typing import Any

import pytest

from gitlint_ops.build.kustomize.faults import BuildFault
from gitlint_ops.build.kustomize.json_spelling import equals_spelled, spelled, with_floats
from gitlint_ops.build.kustomize.merge_nodes import scalar_text
from gitlint_ops.build.kustomize.node_texts import (
    Bare,
    Mistyped,
    Quoted,
    Shortened,
    Untyped,
    as_written_anew,
    fitted,
    plain,
    set_in_mapping,
    typed,
)
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import DocumentRef, FileRef

SOURCE = Origin(DocumentRef(FileRef("repo", "worktree", "web.yaml")), (), Via.RESOURCE)


def resource(value: Any) -> Resource:
    body = {"apiVersion": "v1", "kind": "Widget", "metadata": {"name": "web"}, "spec": {"value": value}}
    return Resource(body, SOURCE, untyped=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [(Untyped("5"), 5), (Untyped("a"), "a"), (Quoted("5"), "5"), (Bare("5"), "5"), (Shortened(5), 5)],
)
def test_printing_gives_a_text_its_type(text: Any, value: Any) -> None:
    held = typed(resource([text])).body["spec"]["value"][0]

    assert held == value
    assert type(held) is type(value)


def test_a_text_that_does_not_fit_its_tag_is_a_fault_where_it_stands() -> None:
    with pytest.raises(BuildFault, match="cannot decode `many` as a !!int") as raised:
        typed(resource(Mistyped("many", "int")))

    assert raised.value.violations[0].path == ("spec", "value")


def test_what_is_no_longer_there_is_no_fault() -> None:
    assert typed(resource(1)).body["spec"] == {"value": 1}


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [("int", "0x10", 16), ("float", "5", 5), ("bool", "true", True), ("null", "~", None)],
)
def test_a_text_that_fits_a_tag_is_of_its_type(tag: str, text: str, value: Any) -> None:
    assert fitted(tag, text, None) == value


def test_setting_a_member_quotes_what_kubectl_takes_for_no_text() -> None:
    assert [type(set_in_mapping(Untyped(text))) for text in ("5", "yes", "web")] == [Quoted, Quoted, Untyped]


def test_a_json_patch_leaves_quotes_only_where_they_are_needed() -> None:
    held = as_written_anew(Resource({"a": "1", "b": "web", "c": "x: y"}, SOURCE, rewritten=True)).body

    assert {key: type(value) for key, value in held.items()} == {"a": Quoted, "b": Bare, "c": Quoted}


def test_numbers_pass_through_floats() -> None:
    held = with_floats(
        {"id": 9007199254740993, "size": 18446744073709551615, "port": 8080, "user": 1000650000}
    )

    assert plain(held) == {
        "id": 9007199254740992,
        "size": 1.8446744073709552e19,
        "port": 8080,
        "user": 1000650000,
    }
    assert scalar_text(held["user"]) == "1.00065e+09"


@pytest.mark.parametrize(
    ("value", "text", "equal"),
    [
        ("<b>", r'"\u003cb\u003e"', True),
        ("<b>", '"<b>"', False),
        (1, "1", True),
        (1, "1.0", False),
        (True, "true", True),
        (1, "true", False),
        ({"a": ['x"y', None]}, r'{ "a" : ["x\"y", null] }', True),
        ({"a": "b"}, '{"a": "b", "c": 1}', False),
    ],
)
def test_json_is_compared_as_it_is_spelled(value: Any, text: str, equal: bool) -> None:
    assert equals_spelled(value, spelled(text)) is equal
