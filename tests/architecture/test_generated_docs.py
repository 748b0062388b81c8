from __future__ import annotations

from pathlib import Path

import pytest

from tools.generate_docs import pages, stale_pages


def test_the_generated_reference_says_what_the_code_says(checkout: Path) -> None:
    if not (checkout / ".git").exists():
        pytest.skip("outside a git checkout, files are named from another folder")

    stale = sorted(path.relative_to(checkout).as_posix() for path in stale_pages(pages()))

    assert stale == [], "run python tools/generate_docs.py"
