"""CustomResourceDefinitions that must stand on the server before their objects can be judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .client import ALREADY_THERE, Body, Client


def create(client: Client, definitions: Iterable[Body]) -> dict[str, str]:
    """Create them and wait until their kinds are served; gives what the server refused, and why."""
    refused: dict[str, str] = {}
    kinds: dict[tuple[str, str], str] = {}
    for definition in definitions:
        verdict = client.create(definition)
        name = definition["metadata"]["name"]
        if verdict.accepted or ALREADY_THERE in verdict.message:
            kinds |= dict.fromkeys(_defined_kinds(definition), name)
        else:
            refused[name] = verdict.message
    return refused | {kinds[one]: f"{one} is not served" for one in client.wait_for(kinds)}


def legal(client: Client, definitions: Iterable[Body]) -> tuple[list[Body], dict[str, str]]:
    """Those that the server would take, the first of each name; and why it refuses others."""
    taken: dict[str, Body] = {}
    refused: dict[str, str] = {}
    for one in definitions:
        name = str((one.get("metadata") or {}).get("name"))
        if name not in taken:
            verdict = client.dry_create(one)
            if verdict.accepted:
                taken[name] = one
            else:
                refused[name] = verdict.message
    return list(taken.values()), refused


def _defined_kinds(definition: Mapping[str, Any]) -> list[tuple[str, str]]:
    spec = definition["spec"]
    return [
        (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
        for version in spec["versions"]
        if version["served"]
    ]
