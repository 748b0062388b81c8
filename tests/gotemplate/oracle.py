"""What Go itself makes of templates: the program of tools/oracles/gotemplate."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from gitlint_ops.gotemplate.application_set import Yaml, application_set_functions
from gitlint_ops.gotemplate.builtins import BUILTINS
from gitlint_ops.gotemplate.classic import replace_tags
from gitlint_ops.gotemplate.faults import TemplateFault, Unverifiable
from gitlint_ops.gotemplate.signatures import Functions
from gitlint_ops.gotemplate.template import parse
from gitlint_ops.syntax.documents import read
from gitlint_ops.syntax.emit import emit
from gitlint_ops.syntax.text import Typing

CHECKOUT = Path(__file__).resolve().parents[2]
CASES = Path(__file__).parent / "cases"

Question = Mapping[str, Any]
Answer = Mapping[str, Any]


def find() -> Path | str:
    """The program, or why there is none."""
    script = CHECKOUT / "tools/oracles.sh"
    folder = subprocess.run([script, "--where"], capture_output=True, text=True, check=True).stdout.strip()
    found = shutil.which("gotemplate", path=folder)
    return Path(found) if found else "tools/oracles.sh has not built gotemplate (it needs Go and a network)"


def ask(program: Path, questions: Iterable[Question]) -> list[Answer]:
    """Go's answer to each question."""
    asked = "\n".join(map(json.dumps, questions))
    run = subprocess.run([program], input=asked, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2_000:]
    return [json.loads(line) for line in run.stdout.splitlines()]


def _read_yaml(text: str) -> Any:
    found = read(text.encode(), Typing.KUBECTL)
    if found.problems:
        raise ValueError(found.problems[0].message)
    return found.documents[0].body if found.documents else None


YAML = Yaml(_read_yaml, emit)
FUNCTIONS: Mapping[str, Functions] = {
    "applicationset": application_set_functions(YAML),
    "go": BUILTINS,
}


def answered(question: Question) -> Answer:
    """Our own answer, "unknown" among them."""
    text, mode = question["template"], question.get("mode", "applicationset")
    try:
        if mode == "classic":
            return {"output": replace_tags(text, question["data"])}
        missing_key = question.get("missingkey", "default")
        return {"output": parse(text, "base").render(question["data"], FUNCTIONS[mode], missing_key)}
    except TemplateFault as fault:
        return {"error": fault.message}
    except Unverifiable as unknown:
        return {"unknown": unknown.message}


def data() -> Any:
    """What the templates of the cases are rendered with."""
    return json.loads((CASES / "data.json").read_text())


def cases(name: str) -> list[str]:
    """The templates of one file, one a line; a line of many is also taken apart."""
    lines = (CASES / f"{name}.txt").read_text().splitlines()
    return [part for line in lines for part in (line, *_actions(line))]


def _actions(line: str) -> list[str]:
    if re.search(r"\$[adx]|range|end\b|define|/\*", line):
        return []
    found = re.findall(r"\{\{.*?\}\}(?=\s|\||$|\{)", line)
    return found if len(found) > 1 else []
