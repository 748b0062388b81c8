"""What Kubernetes itself says of expressions and rules in CEL: the program of tools/oracles/cel."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
Answer = Mapping[str, Any]


def find() -> Path | str:
    """The program, or why there is none."""
    script = CHECKOUT / "tools/oracles.sh"
    folder = subprocess.run([script, "--where"], capture_output=True, text=True, check=True).stdout.strip()
    found = shutil.which("cel", path=folder)
    return Path(found) if found else "tools/oracles.sh has not built cel (it needs Go and a network)"


def ask(program: Path, questions: Iterable[Mapping[str, Any]]) -> list[Answer]:
    """The answer to each question."""
    asked = "\n".join(map(json.dumps, questions))
    run = subprocess.run([program], input=asked, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2_000:]
    return [json.loads(line) for line in run.stdout.splitlines()]
