"""kustomize's own test cases as data (../shared/cases), built by the command line."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import chdir
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

# Of 340 cases and 165 probes; raised as the build comes closer to kustomize.
LEAST_CASES = 340
LEAST_PROBES = 165

Command = Callable[..., Any]


@pytest.fixture(scope="module")
def runner(shared: Path) -> ModuleType:
    """The runner beside the cases: it lays a case out on disk and knows kustomize's YAML types."""
    spec = spec_from_file_location("run_kustomize_cases", shared / "cases/run_kustomize_cases.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# The runner leaves closing the files it reads to the interpreter.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("file", "least"), [("kustomize-cases.json", LEAST_CASES), ("kustomize-yaml-probes.json", LEAST_PROBES)]
)
def test_most_cases_build_to_the_same_objects_in_the_same_order(
    file: str, least: int, shared: Path, runner: ModuleType, gitlint_ops: Command, tmp_path: Path
) -> None:
    cases = json.loads((shared / "cases" / file).read_text())

    failed = [
        case["id"]
        for number, case in enumerate(cases)
        if not passes(case, runner, gitlint_ops, Path(os.path.realpath(tmp_path)) / str(number))
    ]

    passed = len(cases) - len(failed)
    assert passed >= least, f"{passed} of {len(cases)} pass; failed: {failed}"


def passes(case: dict[str, Any], runner: ModuleType, command: Command, root: Path) -> bool:
    root.mkdir()
    runner.materialise(case, str(root))
    none = case["options"]["load_restrictions"] == "none"
    restrictor = "LoadRestrictionsNone" if none else "LoadRestrictionsRootOnly"
    with chdir(root):
        ran = command("build", str(root / case["dir"]), "--load-restrictor", restrictor)
    if case["expect"] is None:
        return bool(ran.code)
    out = ran.out.replace(f"file://{root}", "file://").replace(f"{root}/", "/").replace(str(root), "/")
    return ran.code == 0 and documents(out, runner) == documents(
        case["expect"].replace("${ROOT}", ""), runner
    )


def documents(text: str, runner: ModuleType) -> list[Any] | None:
    try:
        return [one for one in yaml.load_all(text, runner.Loader) if one is not None]
    except yaml.YAMLError:
        return None
