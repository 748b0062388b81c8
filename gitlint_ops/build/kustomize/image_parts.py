"""The parts of an image's name, as kustomize divides it.

Source: api/internal/image/image.go
"""

from __future__ import annotations


def split_image(image: str) -> tuple[str, str, str]:
    """Name, tag and digest; a colon before the first slash belongs to the registry's port."""
    slash = max(image.find("/"), 0)
    at_digest = image.find("@", slash)
    at_tag = image.find(":", slash)
    if at_digest >= 0 and (at_tag < 0 or at_digest < at_tag):
        return image[:at_digest], "", image[at_digest + 1 :]
    if at_tag < 0:
        return image, "", ""
    if at_digest >= 0:
        return image[:at_tag], image[at_tag + 1 : at_digest], image[at_digest + 1 :]
    return image[:at_tag], image[at_tag + 1 :], ""
