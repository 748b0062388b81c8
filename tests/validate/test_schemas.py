"""Which groups Kubernetes itself may have."""

from __future__ import annotations

import pytest

from gitlint_ops.validate.schemas import CoreSchemas, available_versions, may_be_core


@pytest.mark.parametrize("version", ["1.25", available_versions()[-1]])
def test_every_group_of_a_release_is_taken_for_one_that_may_be_its_own(version: str) -> None:
    assert all(may_be_core(api_version) for api_version in CoreSchemas(version).kinds)
    assert not may_be_core("helm.toolkit.fluxcd.io/v2")
