"""Write the pages that say what the code says: commands, configuration, rules, output of the examples.

    python tools/generate_docs.py            write docs/reference, and the output in README.md
    python tools/generate_docs.py --check    exit with 1 and name the pages that are stale

Standard library and the package itself only; the pages are the same on every machine.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gitlint_ops.model.cards import Card
    from gitlint_ops.rules.loader import ExampleFile, Examples

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs/reference"
GENERATED = "<!-- Made by tools/generate_docs.py. Change what it is made from, and run it again. -->\n"
HELP_WIDTH = 96

EXAMPLE = "examples/defects"
SHOWN_FILES = ("shop-env/production/kustomization.yaml", "shop-env/staging/kustomization.yaml")
OUTPUT_IN_README = re.compile(r"(?<=<!-- output -->\n).*?(?=<!-- end of output -->)", re.DOTALL)


def main() -> int:
    wanted = pages()
    stale = sorted(stale_pages(wanted))
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"stale: {path.relative_to(ROOT)}; run python tools/generate_docs.py")
        return 1 if stale else 0
    for path in stale:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
        else:
            path.unlink()
        print(f"wrote {path.relative_to(ROOT)}" if path in wanted else f"removed {path.relative_to(ROOT)}")
    return 0


def pages() -> dict[Path, str]:
    """Every generated page's path and text."""
    return {
        REFERENCE / "cli.md": command_page(),
        REFERENCE / "configuration.md": configuration_page(),
        **output_pages(),
        **rule_pages(),
    }


def stale_pages(wanted: Mapping[Path, str]) -> Iterator[Path]:
    """Pages that are missing, differ, or belong to a rule that is gone."""
    for path, text in wanted.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            yield path
    yield from (path for path in (REFERENCE / "rules").glob("*.md") if path not in wanted)


# Commands


def command_page() -> str:
    import click

    from gitlint_ops.cli.main import group

    parts = [
        GENERATED,
        "# Commands\n",
        "Exit codes are on [their own page](exit-codes.md).\n",
    ]
    with click.Context(
        group, info_name="gitlint-ops", terminal_width=HELP_WIDTH, **group.context_settings
    ) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            inner = click.Context(command, info_name=name, parent=context)
            parts.append(f"## gitlint-ops {name}\n\n```text\n{command.get_help(inner)}\n```\n")
    return "\n".join(parts)


# Configuration


def configuration_page() -> str:
    schema = json.loads((ROOT / "schemas/config.schema.json").read_text(encoding="utf-8"))
    parts = [
        GENERATED,
        "# Configuration\n",
        "`gitlint-ops.yaml`, in the folder that is checked or above it, up to the repository's root; paths\n"
        "in it start from its folder. Everything is optional, and an unknown key is an error. The JSON\n"
        "schema for editors is `schemas/config.schema.json`.\n",
        "| key | value | meaning |\n|---|---|---|",
    ]
    rows = "\n".join(f"| `{key}` | {value} | {meaning} |" for key, value, meaning in settings(schema, schema))
    return "\n".join(parts) + "\n" + rows + "\n"


def settings(
    schema: Mapping[str, Any], node: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, str, str]]:
    """Keys of a JSON schema with what they hold, those of inner mappings after their parent."""
    node = resolved(schema, node)
    for key, inner in node.get("properties", {}).items():
        held = resolved(schema, inner)
        yield f"{prefix}{key}", value_words(schema, held), one_line(held.get("description", ""))
        yield from settings(schema, held, f"{prefix}{key}.")
    if isinstance(node.get("additionalProperties"), dict):
        named = resolved(schema, node["additionalProperties"])
        yield from settings(schema, named, f"{prefix}NAME.")
    if isinstance(node.get("items"), dict):
        yield from settings(schema, node["items"], f"{prefix.removesuffix('.')}[].")


def resolved(schema: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node, or what its `$ref` into the same schema means; its own words win."""
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return node
    found: Any = schema
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return {**found, **{key: value for key, value in node.items() if key != "$ref"}}


def value_words(schema: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    """What may stand there, in words short enough for a table."""
    node = resolved(schema, node)
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    for choice in ("oneOf", "anyOf"):
        if choice in node:
            return " or ".join(dict.fromkeys(value_words(schema, one) for one in node[choice]))
    kind = node.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        return f"list of {value_words(schema, node.get('items', {}))}"
    return "mapping" if kind == "object" else str(kind)


# Rules


def rule_pages() -> dict[Path, str]:
    from gitlint_ops.resources import rules_folder
    from gitlint_ops.rules.loader import load_cards, load_examples

    cards = load_cards([rules_folder()])
    found = {REFERENCE / "rules" / f"{card.id}.md": rule_page(card, load_examples(card)) for card in cards}
    return {REFERENCE / "rules.md": rule_index(cards), **found}


def rule_index(cards: tuple[Card, ...]) -> str:
    parts = [
        GENERATED,
        "# Rules\n",
        "`gitlint-ops explain RULE` shows the same on the command line. The profile *recommended* is the\n"
        "default; *essential* holds its errors of high confidence, *strict* adds to it.\n",
    ]
    for group, members in groupby(
        sorted(cards, key=lambda card: (card.group, card.id)), lambda card: card.group
    ):
        rows = "\n".join(
            f"| [{one.id}](rules/{one.id}.md) | {one.severity.value} | {one.profile.value} | {one.title} |"
            for one in members
        )
        parts.append(
            f"## {group}\n\n| rule | severity | profile | what is wrong |\n|---|---|---|---|\n{rows}\n"
        )
    return "\n".join(parts)


def rule_page(card: Card, examples: Examples) -> str:
    parts = [
        GENERATED,
        f"# {card.id}\n",
        f"{card.title}.\n",
        f"Severity {card.severity.value}, confidence {card.confidence.value}, profile {card.profile.value},"
        f" group {card.group}" + (f", code {card.code}" if card.code else "") + ".\n",
        f"## Why\n\n{card.why}\n",
        f"## Fix\n\n{card.fix}\n",
    ]
    if card.false_positives:
        parts.append(f"## When it may be wrong\n\n{card.false_positives}\n")
    parts.extend(example_sections(examples))
    if card.params:
        rows = "\n".join(f"| `{name}` | `{json.dumps(value)}` |" for name, value in card.params.items())
        parts.append(
            f"## Parameters\n\nSet them under `rules: params: {card.id}:` in the configuration.\n\n"
            f"| name | default |\n|---|---|\n{rows}\n"
        )
    parts.append(
        f"## Allow it\n\n```yaml\n# gitlint-ops: allow[{card.id}] the reason, which is required\n```\n\n"
        "On the line of the finding or the line above; see [suppress a finding](../../how-to/suppress.md).\n"
    )
    if card.controls:
        names = "; ".join(f"{name} {', '.join(values)}" for name, values in sorted(card.controls.items()))
        parts.append(f"## Controls\n\n{names}\n")
    if card.references:
        parts.append("## References\n\n" + "\n".join(f"- {one}" for one in card.references) + "\n")
    return "\n".join(parts)


def example_sections(examples: Examples) -> Iterator[str]:
    for title, files in (("Bad", examples.bad), ("Good", examples.good)):
        if files:
            yield f"## {title}\n\n" + "\n".join(example_file(one) for one in files)


def example_file(one: ExampleFile) -> str:
    text = one.text.rstrip("\n")
    fence = "````" if "```" in text else "```"
    return f"`{one.path}`\n\n{fence}yaml\n{text}\n{fence}\n"


# Output of the examples


def output_pages() -> dict[Path, str]:
    """The whole output of the check of the example, and the README with a part of it."""
    output = example_output()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = f"\n```text\n{excerpt(output)}\n```\n\n"
    return {
        ROOT / EXAMPLE / "output.txt": output,
        ROOT / "README.md": OUTPUT_IN_README.sub(lambda _: shown, readme),
    }


def example_output() -> str:
    """What `check` prints for the example, but for how long it took."""
    run = subprocess.run(
        [sys.executable, "-m", "gitlint_ops", "check", EXAMPLE, "--color", "never"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 1:
        raise SystemExit(f"the check of {EXAMPLE} ended with {run.returncode}: {run.stderr}")
    return re.sub(r"in \d+\.\d+ s\.", "in 0.3 s.", run.stdout)


def excerpt(output: str) -> str:
    """The findings in a few files, and the end."""
    blocks = re.split(r"\n\n(?=\S)", output.strip())
    starts = tuple(f"{EXAMPLE}/{file}\n" for file in SHOWN_FILES)
    return "\n\n…\n\n".join([*(block for block in blocks if block.startswith(starts)), blocks[-1]])


def one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
