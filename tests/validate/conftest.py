"""Objects from YAML, and violations as lines of text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FileRef, format_path
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.validate.objects import Validator


def object_of(text: str) -> RenderedObject:
    body = yaml.safe_load(text)
    origin = Origin(DocumentRef(FileRef("shop", "worktree", "object.yaml")), (), Via.RESOURCE)
    return RenderedObject(object_key(body), body.get("apiVersion", ""), body, origin, "shop//")


def line(violation: Violation) -> str:
    text = f"{format_path(violation.path)}: {violation.message}"
    return f"{text} ({violation.hint})" if violation.hint else text


@pytest.fixture(scope="session")
def rendered() -> Callable[[str], RenderedObject]:
    """An object from its YAML."""
    return object_of


@pytest.fixture(scope="session")
def newest() -> Validator:
    return Validator()


@pytest.fixture
def judge(newest: Validator) -> Callable[..., list[str]]:
    """The violations of an object, by default for the newest release, as "path: message (hint)"."""

    def judged(text: str, validator: Validator = newest) -> list[str]:
        return [line(violation) for violation in validator.validate(object_of(text))]

    return judged
