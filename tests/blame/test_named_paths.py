from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.blame import named_path
from gitlint_ops.model.location import FieldPath


@pytest.mark.parametrize(
    ("body", "path", "text"),
    [
        ({"spec": {"replicas": 1}}, ("spec", "replicas"), "spec.replicas"),
        ({"containers": [{"name": "web"}]}, ("containers", 0, "image"), "containers[name=web].image"),
        ({"containers": [{"image": "web"}]}, ("containers", 0, "image"), "containers[0].image"),
        ({"ports": [{"name": "http", "containerPort": 80}]}, ("ports", 0), "ports[containerPort=80]"),
        ({"ports": [{"port": 80}]}, ("ports", 0), "ports[port=80]"),
        (
            {"volumeMounts": [{"name": "a", "mountPath": "/a"}]},
            ("volumeMounts", 0),
            "volumeMounts[mountPath=/a]",
        ),
        ({"rules": [{"host": "a.example"}]}, ("rules", 0), "rules[host=a.example]"),
        ({"args": ["a", "b"]}, ("args", 1), "args[1]"),
        ({"args": ["a"]}, ("args", 7), "args[7]"),
        ([{"name": "a"}], (0, "value"), "[name=a].value"),
        ({}, (), ""),
        ({"labels": {}}, ("labels", "app.kubernetes.io/name"), 'labels["app.kubernetes.io/name"]'),
        ({"a": 1}, ("a", "b", 0, "c"), "a.b[0].c"),
    ],
)
def test_a_path_is_written_as_people_and_the_api_server_would(body: Any, path: FieldPath, text: str) -> None:
    assert named_path(body, path) == text


@given(
    st.recursive(
        st.none() | st.text(max_size=3),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    ),
    st.lists(st.text(max_size=3) | st.integers(0, 3), max_size=5).map(tuple),
)
def test_any_path_in_any_body_has_a_text(body: Any, path: FieldPath) -> None:
    assert isinstance(named_path(body, path), str)
