"""Private keys and the tokens of well-known services, told by their format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# Detectors of detect-secrets by the fixed text that their tokens hold.
_DETECTORS: Mapping[str, tuple[str, str]] = {
    "PRIVATE KEY": ("PrivateKeyDetector", "a private key"),
    "AKIA": ("AWSKeyDetector", "an AWS access key"),
    "ASIA": ("AWSKeyDetector", "an AWS access key"),
    "ghp_": ("GitHubTokenDetector", "a GitHub token"),
    "gho_": ("GitHubTokenDetector", "a GitHub token"),
    "ghu_": ("GitHubTokenDetector", "a GitHub token"),
    "ghs_": ("GitHubTokenDetector", "a GitHub token"),
    "ghr_": ("GitHubTokenDetector", "a GitHub token"),
    "glpat-": ("GitLabTokenDetector", "a GitLab token"),
    "gldt-": ("GitLabTokenDetector", "a GitLab token"),
    "xox": ("SlackDetector", "a Slack token"),
    "hooks.slack.com/services/": ("SlackDetector", "a Slack webhook"),
    "k_live_": ("StripeDetector", "a Stripe key"),
    "SG.": ("SendGridDetector", "a SendGrid key"),
    "_authToken": ("NpmDetector", "an npm token"),
    "pypi-Ag": ("PypiTokenDetector", "a PyPI token"),
    "T3BlbkFJ": ("OpenAIDetector", "an OpenAI key"),
    "AccountKey=": ("AzureStorageKeyDetector", "an Azure storage key"),
}
# What detect-secrets 1.5 does not know, by the fixed text that these start with.
_PATTERNS: Mapping[str, tuple[re.Pattern[str], str]] = {
    "AGE-SECRET-KEY-1": (re.compile(r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}"), "an age key"),
    "github_pat_": (re.compile(r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"), "a GitHub token"),
    "hvs.": (re.compile(r"\bhvs\.[A-Za-z0-9_-]{24,}"), "a Vault token"),
    "dckr_pat_": (re.compile(r"dckr_pat_[A-Za-z0-9_-]{27}"), "a Docker Hub token"),
}
MIN_CHARACTERS = 20
"""No shorter text holds a token of a known service."""
_KEY_BODY = re.compile(r"PRIVATE KEY[A-Z ]*-----[^-]*?[A-Za-z0-9+/=]{40,}")
# Keys that documentation shows, such as AKIAIOSFODNN7EXAMPLE.
_SHOWN = re.compile(r"EXAMPLE|example|x{6,}|X{6,}|0{8,}|\.{3}|…")
_MAX_LINE = 4_000


_MARKERS = (*_DETECTORS, *_PATTERNS)


def may_hold_token(text: str) -> bool:
    """Whether a closer look is worth while: nearly no text holds what tokens are told by."""
    for marker in _MARKERS:  # noqa: SIM110 - a generator would triple the time
        if marker in text:
            return True
    return False


def known_token(text: str) -> str | None:
    """What kind of credential stands in `text` ("a private key"), or None."""
    for marker, (detector, kind) in _DETECTORS.items():
        if marker in text and _detects(detector, marker, text):
            return kind
    for marker, (pattern, kind) in _PATTERNS.items():
        if marker in text and any(not _SHOWN.search(token) for token in pattern.findall(text)):
            return kind
    return None


def _detects(detector: str, marker: str, text: str) -> bool:
    if detector == "PrivateKeyDetector" and not _KEY_BODY.search(text):
        return False
    # 180 ms: only texts with the marker of a token pay for it.
    from detect_secrets.core.plugins import initialize

    plugin: Any = initialize.from_plugin_classname(detector)
    lines = (line for line in text.splitlines() if marker in line)
    return any(
        not _SHOWN.search(line) and plugin.analyze_line(filename="", line=line, line_number=1)
        for line in (line[:_MAX_LINE] for line in lines)
    )
