from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

# What the interpreter's own start-up imports (path hooks of the environment) is not ours.
SCRIPT = """
import sys
before = set(sys.modules)
from gitlint_ops.__main__ import main
sys.argv = ["gitlint-ops", "--version"]
main()
import json
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_version_imports_only_the_standard_library(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    version, modules = run.stdout.splitlines()
    top_levels = {name.partition(".")[0] for name in json.loads(modules)}
    assert version.startswith("gitlint-ops ")
    assert top_levels - set(sys.stdlib_module_names) == {"gitlint_ops"}
