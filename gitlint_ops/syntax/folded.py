"""What kustomize makes of a folded block (`>`): it prints the document once before it reads it.

go-yaml's printer doubles the line break before a line that is indented more than the others, and
joins lines where the first one is indented; the text that is built is not the text in the file.

Source: yaml_emitter_write_folded_scalar in emitterc.go of go.yaml.in/yaml/v3 (as in libyaml).
"""

from __future__ import annotations

import re

from yaml import YAMLError

from gitlint_ops.syntax.events import events

_PRINTABLE = re.compile("[\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]*\\Z")


def refolded(value: str) -> str:
    """A folded block's value after kyaml has printed it and read it again."""
    if "\n" not in value.rstrip("\n") and not value.endswith("\n\n"):
        return value
    block = folded_block(value)
    if block is None:
        return value  # printed in double quotes, which keep it
    try:
        return _scalar(f"a: {block}")
    except YAMLError:
        return value  # a tab at the start: kustomize fails to read what it has printed


def folded_block(value: str) -> str | None:
    """A text as go-yaml prints it in a folded block, two columns in; None where it takes double quotes."""
    if value.endswith(" ") or " \n" in value or not _PRINTABLE.match(value):
        return None
    return f">{_hints(value)}\n{_printed(value)}"


def _hints(value: str) -> str:
    indent = "2" if value[0] in " \n" else ""
    if not value.endswith("\n"):
        return f"{indent}-"
    return f"{indent}+" if value == "\n" or value.endswith("\n\n") else indent


def _printed(value: str) -> str:
    # The printer looks at the start of the whole text where it should look at the next line.
    doubles = value.lstrip("\n")[:1] not in (" ", "\t", "")
    written: list[str] = []
    lines = value.split("\n")
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        written.append(f"  {line}" if line else "")
        if following is None:
            continue
        written.append("\n\n" if line and line[0] not in " \t" and doubles else "\n")
    return "".join(written)


def _scalar(text: str) -> str:
    values = [event.value for event in events(text.encode()) if hasattr(event, "value")]
    return str(values[1])
