from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_every_import_contract_of_the_architecture_is_kept(checkout: Path) -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as run; run()",
            "--no-cache",
        ],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout[-4000:] + run.stderr
