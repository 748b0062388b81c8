"""The published schemas, and that the fast validator reads them as the reference one does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from gitlint_ops.validate.schemas import CoreSchemas, available_versions


def kinds(schemas: CoreSchemas) -> Iterator[tuple[str, str]]:
    for api_version, names in schemas.kinds.items():
        for kind in names:
            yield api_version, kind


def test_the_releases_are_in_order() -> None:
    versions = available_versions()
    assert versions[0] == "1.25"
    assert list(versions) == sorted(versions, key=lambda text: [int(part) for part in text.split(".")])


def test_every_kind_of_the_newest_release_compiles() -> None:
    schemas = CoreSchemas(available_versions()[-1])
    for api_version, kind in kinds(schemas):
        schema = schemas.schema(api_version, kind)
        assert schema is not None
        assert schema.compiles, (api_version, kind)


@pytest.mark.parametrize("version", available_versions()[:-1])
def test_common_kinds_of_every_release_compile(version: str) -> None:
    schemas = CoreSchemas(version)
    common = [
        ("apps/v1", "Deployment"),
        ("v1", "Service"),
        ("batch/v1", "CronJob"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ]
    for api_version, kind in common:
        schema = schemas.schema(api_version, kind)
        assert schema is not None
        assert schema.compiles, (api_version, kind)


def test_prose_is_left_out_and_fields_called_description_are_not() -> None:
    schema = CoreSchemas("1.34").schema("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    assert schema is not None
    path = ("spec", "versions", 0, "schema", "openAPIV3Schema", "properties", "a")
    shape = schema.shape_at(path)
    assert "description" not in shape
    assert {"description", "$ref", "properties", "oneOf"} <= set(shape["properties"])


def test_the_lookup_is_by_exact_group() -> None:
    schemas = CoreSchemas("1.34")
    assert schemas.schema("apps/v1", "Deployment") is not None
    assert schemas.schema("apps.example.com/v1", "Deployment") is None
    assert schemas.schema("v1", "DeleteOptions") is None


def corpus_objects(corpus: Path, most: int) -> Iterator[dict[str, Any]]:
    """At most `most` objects of each kind."""
    seen: Counter[tuple[str, str]] = Counter()
    for path in sorted(corpus.rglob("*.yaml")):
        try:
            documents = list(yaml.load_all(path.read_bytes(), yaml.CSafeLoader))
        except (yaml.YAMLError, ValueError):
            continue
        for body in documents:
            if isinstance(body, dict) and isinstance(body.get("kind"), str):
                named = (str(body.get("apiVersion")), body["kind"])
                seen[named] += 1
                if seen[named] <= most:
                    yield body


def test_the_fast_validator_agrees_with_the_reference_on_real_objects(shared: Path) -> None:
    schemas = CoreSchemas("1.34")
    reference = {}
    judged = 0
    for body in corpus_objects(shared / "corpus", most=3):
        named = (str(body.get("apiVersion")), body["kind"])
        schema = schemas.schema(*named)
        if schema is None:
            continue
        if named not in reference:
            reference[named] = jsonschema.Draft202012Validator(schema.source)
        for candidate in (
            body,
            {**body, "extra": 1},
            {**body, "spec": "text"},
            {**body, "metadata": {"labels": [1]}},
        ):
            assert schema.is_valid(candidate) == reference[named].is_valid(candidate), (named, candidate)
            judged += 1
    assert judged > 100
