#!/usr/bin/env bash
# Rewrites requirements-dev.txt: the exact versions of everything that development and CI install.
# Needs uv. Versions that are pinned stay unless `--upgrade` is given.
set -euo pipefail
cd "$(dirname "$0")/.."
locked=requirements-dev.txt
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
if [ -f "$locked" ]; then cp "$locked" "$fresh"; fi
uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
    --no-emit-index-url --no-header --quiet "$@" --output-file "$fresh"
{
    echo "# The versions that development and CI use, on every platform and Python that we support."
    echo "# Made from pyproject.toml by tools/lock.sh; change versions there or run it with --upgrade."
    grep -v '^# The versions that\|^# Made from' "$fresh"
} > "$locked"
