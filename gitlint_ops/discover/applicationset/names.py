"""Names as Argo CD cleans them.

Source: slug.Make of gosimple/slug v1.15.
"""

from __future__ import annotations

import re
import unicodedata

_SLUG_LENGTH = 50
_NO_SLUG = re.compile("[^a-zA-Z0-9_-]")


def branch_slug(branch: str) -> str:
    """What the pull request generator makes of a branch: 50 characters, cut behind a word where it can be."""
    text = branch.strip().replace("&", "and").replace("@", "at").replace("_", "-")
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub("-+", "-", _NO_SLUG.sub("-", ascii_text)).strip("-_")
    if len(slug) <= _SLUG_LENGTH:
        return slug
    end = slug.rfind("-", 0, _SLUG_LENGTH + 1)
    return slug[:end] if end >= 0 else slug[:_SLUG_LENGTH]
