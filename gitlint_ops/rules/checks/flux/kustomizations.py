"""Kustomizations that lack what they need, or stand still."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.delivery import Owner, OwnerKind
from gitlint_ops.model.findings import Confidence, Note, Severity, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.made_secrets import made_keys
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.checks.flux.lookups import (
    Wanted,
    hint_for,
    is_surely_missing,
    is_there,
    likely_for,
)
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params

_TAKEN_FROM: Mapping[OwnerKind, FieldPath] = {
    OwnerKind.FLUX_KUSTOMIZATION: ("spec", "postBuild", "substituteFrom"),
    OwnerKind.HELM_RELEASE: ("spec", "valuesFrom"),
}
_MOST_NOTES = 5
_SOPS_KEYS = frozenset({"mac", "lastmodified", "age", "pgp", "kms", "gcp_kms", "azure_kv", "hc_vault"})


# Variables


def variables_missing(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """ConfigMaps and Secrets with variables or values that the cluster does not get."""
    for one in deliveries.of_kind(*_TAKEN_FROM):
        for wanted in _variables_wanted(one.owner):
            if not wanted.is_known or is_there(wanted, deliveries) or _is_made(wanted, deliveries):
                continue
            hint = hint_for(wanted, deliveries)
            if hint or is_surely_missing(wanted, deliveries, namespace=wanted.namespace):
                yield _without_variables(wanted, hint, likely_for(wanted, deliveries))


def _variables_wanted(owner: Owner) -> Iterator[Wanted]:
    path = _TAKEN_FROM[owner.kind]
    entries = owner.value(*path)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        kind, name = (value_at(entry, (key,)) for key in ("kind", "name"))
        if kind in ("ConfigMap", "Secret") and isinstance(name, str) and not value_at(entry, ("optional",)):
            yield Wanted(owner, "", kind, owner.object.key.namespace, name, (*path, index, "name"))


def _is_made(wanted: Wanted, deliveries: Deliveries) -> bool:
    known = deliveries.known(wanted.owner.cluster)
    return wanted.kind == "Secret" and made_keys(wanted.namespace, wanted.name, known.of_kind) is not None


def _without_variables(wanted: Wanted, hint: str, likely: str) -> Violation:
    by_hand = wanted.kind == "Secret"
    what = "values" if wanted.owner.kind is OwnerKind.HELM_RELEASE else "variables"
    return Violation(
        wanted.owner.object,
        wanted.path,
        f"nothing here makes the {wanted.said} that {wanted.owner.said} takes {what} from: without it "
        "nothing is applied",
        hint=hint
        or likely
        or "correct the name, add the object, or write `optional: true` if it may be missing",
        # Secrets are often made by hand before anything else.
        severity=Severity.WARNING if by_hand and not hint else None,
        confidence=Confidence.MEDIUM if by_hand and not hint else None,
    )


# Standing still


def suspended(one: RenderedObject, params: Params) -> Iterator[Violation]:
    """Objects that Flux passes over, without a word why."""
    annotations = value_at(one.body, ("metadata", "annotations"))
    names = annotations if isinstance(annotations, Mapping) else {}
    said = any(wanted in str(name) for name in names for wanted in params["reasons"])
    if value_at(one.body, ("spec", "suspend")) is True and not said:
        yield Violation(
            one,
            ("spec", "suspend"),
            f"{one.kind} {one.key.name} is suspended, and nothing says why: changes do not reach the cluster",
            hint="resume it, or say why and until when in an annotation, such as "
            f"{params['reasons'][0]}: <reason>, until <date>",
        )


# Encryption


def decryption_missing(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Kustomizations that apply what SOPS encrypted as it is."""
    for one in deliveries.of_kind(OwnerKind.FLUX_KUSTOMIZATION):
        if deliveries.expansion.is_part and not one.owner.parent:
            continue  # its parent may give it what it lacks
        if one.result is None or one.owner.value("spec", "decryption") is not None:
            continue
        found = [each for each in one.result.objects if _is_encrypted(each.body)]
        if found:
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            yield Violation(
                one.owner.object,
                ("spec",),
                f"{one.owner.said} applies {found[0].kind} {found[0].key.name}{more} as SOPS encrypted it: "
                "it decrypts nothing",
                related=tuple(
                    Note(each, ("metadata", "name"), "encrypted here") for each in found[:_MOST_NOTES]
                ),
                hint="add `decryption: {provider: sops}` to its spec, with the secretRef of the key",
                at_key=True,
            )


def _is_encrypted(body: Mapping[str, Any]) -> bool:
    block = body.get("sops")
    if isinstance(block, Mapping) and not _SOPS_KEYS.isdisjoint(block):
        return True
    data = body.get("data")
    if body.get("kind") != "Secret" or not isinstance(data, Mapping):
        return False
    return any(_is_encrypted_file(one) for one in data.values() if isinstance(one, str))


def _is_encrypted_file(data: str) -> bool:
    """Whether a key of a generated Secret holds a file, or a line of one, as SOPS wrote it."""
    try:
        text = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return False
    return text.startswith(b"ENC[AES256_GCM,") or (b"ENC[AES256_GCM," in text and b"sops" in text)
