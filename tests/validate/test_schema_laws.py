"""Laws that hold for whatever stands in an object."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.validate.messages import explained
from gitlint_ops.validate.schemas import CoreSchemas

Rendered: TypeAlias = Callable[[str], RenderedObject]

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: web:1
        env: [{name: A, value: b}, {name: C, valueFrom: {secretKeyRef: {name: c, key: c}}}]
        ports: [{containerPort: 80}]
        resources: {limits: {cpu: 1, memory: 1Gi}}
        livenessProbe: {httpGet: {path: /, port: http}}
"""

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=6,
)


def places(body: Any, at: FieldPath = ()) -> Iterator[FieldPath]:
    if at:
        yield at
    for key, value in body.items() if isinstance(body, dict) else enumerate(body):
        if isinstance(value, (dict, list)):
            yield from places(value, (*at, key))
        else:
            yield (*at, key)


def is_final(value: Any) -> bool:
    return "${" not in str(value) and "ENC[" not in str(value)


@given(data=st.data())
@settings(max_examples=200)
def test_every_refused_object_has_a_fault_that_stands_in_it_and_no_accepted_one_has(
    rendered: Rendered, data: st.DataObject
) -> None:
    schema = CORE.schema("apps/v1", "Deployment")
    assert schema is not None
    body: Any = copy.deepcopy(rendered(DEPLOYMENT).body)
    changeable = [path for path in places(body) if path[0] not in ("apiVersion", "kind")]
    path = data.draw(st.sampled_from(changeable))
    parent = body
    for key in path[:-1]:
        parent = parent[key]
    if isinstance(parent, dict) and data.draw(st.booleans()):
        parent[data.draw(st.text(min_size=1))] = data.draw(ANYTHING.filter(is_final))
    else:
        parent[path[-1]] = data.draw(ANYTHING.filter(is_final))
    faults = explained(schema, body)
    assert bool(faults) == (not schema.is_valid(body) and is_final(body))
    for fault in faults:
        assert value_exists(body, fault.path), fault


CORE = CoreSchemas("1.34")


def value_exists(body: Any, path: FieldPath) -> bool:
    for key in path:
        try:
            body = body[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True


@given(secret=st.text(alphabet="0123456789", min_size=9), field=st.sampled_from(["data", "stringData"]))
@settings(max_examples=50)
def test_no_message_shows_what_a_secret_holds(secret: str, field: str) -> None:
    schema = CORE.schema("v1", "Secret")
    assert schema is not None
    for value in (int(secret), [secret], {secret + "x": secret}, [[int(secret)]]):
        body = {"apiVersion": "v1", "kind": "Secret", field: {"a": value}}
        for fault in explained(schema, body):
            assert secret not in fault.message + fault.hint
