"""Where an object breaks a ValidatingAdmissionPolicy: at the field that the expression reads."""

from __future__ import annotations

from typing import Any

import pytest

from gitlint_ops.validate.admission_places import judged_field

BODY: dict[str, Any] = {
    "metadata": {"name": "web", "labels": {"team": "shop", "app.kubernetes.io/name": "web"}},
    "spec": {"replicas": 9, "x-mode": "a", "containers": [{"name": "web"}]},
}


@pytest.mark.parametrize(
    ("expressions", "path", "is_there"),
    [
        (["object.spec.replicas <= 5"], ("spec", "replicas"), True),
        (
            ["has(object.spec) && has(object.spec.replicas) && object.spec.replicas < 3"],
            ("spec", "replicas"),
            True,
        ),
        (["size(object.metadata.name) < 3"], ("metadata", "name"), True),
        (["object.metadata.name.startsWith('a-')"], ("metadata", "name"), True),
        (["object.spec.containers.all(c, c.name != 'web')"], ("spec", "containers"), True),
        (["object.spec.containers[0].name != 'web'"], ("spec", "containers", 0, "name"), True),
        (
            ["object.metadata.labels['app.kubernetes.io/name'] == 'x'"],
            ("metadata", "labels", "app.kubernetes.io/name"),
            True,
        ),
        (["object.metadata.?labels[?'team'].orValue('') == ''"], ("metadata", "labels", "team"), True),
        (["object.spec.x__dash__mode == 'b'"], ("spec", "x-mode"), True),
        (["has(object.metadata.annotations)"], ("metadata",), False),
        (["object.metadata.labels.owner != ''"], ("metadata", "labels"), False),
        (["variables.least < 3", "object.spec.replicas"], ("spec", "replicas"), True),
        (["object.spec.replicas < object.spec.most"], (), False),
        (["object == oldObject"], (), False),
        (["oldObject.spec.replicas < 3"], (), False),
        (["params.text == 'object.spec.replicas'"], (), False),
        (["other.object.spec.replicas < 3"], (), False),
    ],
)
def test_the_one_field_that_is_read(expressions: list[str], path: tuple[Any, ...], is_there: bool) -> None:
    assert judged_field(expressions, BODY) == (path, is_there)
