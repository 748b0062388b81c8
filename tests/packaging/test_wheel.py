from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Installed:
    """A fresh virtual environment with the wheel in it."""

    wheel: Path
    bin: Path

    def run(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        program = str(self.bin / "gitlint-ops")
        return subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def installed(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    if find_spec("pip") is None:
        pytest.skip("pip is not installed in this environment")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=checkout,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin/python"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-index", "--no-deps", str(wheel)], check=True)
    # Dependencies come from the environment that runs the tests: nothing is downloaded. A folder
    # named in a .pth file does not have its own .pth files read, so the editable install stays out.
    (site_packages,) = environment.glob("lib/python*/site-packages")
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return Installed(wheel, environment / "bin")


def test_the_wheel_carries_rules_and_schemas_and_nothing_of_the_tests(
    installed: Installed, checkout: Path
) -> None:
    names = set(zipfile.ZipFile(installed.wheel).namelist())

    for folder in ("rules", "schemas"):
        shipped = {
            f"gitlint_ops/_{path.relative_to(checkout).as_posix()}"
            for path in (checkout / folder).rglob("*")
            if path.is_file() and not path.name.startswith(".")
        }
        assert shipped
        assert shipped <= names
    top_levels = {name.split("/")[0] for name in names}
    assert {name for name in top_levels if not name.endswith(".dist-info")} == {"gitlint_ops"}


def test_the_installed_command_lists_the_rules_that_the_wheel_carries(
    installed: Installed, tmp_path: Path
) -> None:
    run = installed.run("rules", cwd=tmp_path)

    assert run.returncode == 0, run.stderr
    assert "tag-mutable" in run.stdout


def test_the_installed_command_checks_an_example_from_another_folder(
    installed: Installed, checkout: Path, tmp_path: Path
) -> None:
    clean = installed.run("check", str(checkout / "examples/clean"), cwd=tmp_path)
    defects = installed.run("check", str(checkout / "examples/defects"), cwd=tmp_path)

    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert defects.returncode == 1, defects.stdout + defects.stderr
    assert "service-selector-none" in defects.stdout


def test_the_package_that_runs_is_the_one_in_the_wheel(installed: Installed, tmp_path: Path) -> None:
    run = subprocess.run(
        [str(installed.bin / "python"), "-c", "import gitlint_ops; print(gitlint_ops.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert Path(run.stdout.strip()).is_relative_to(installed.bin.parent)
