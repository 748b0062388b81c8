"""Secrets that controllers make in the cluster, of which only the order stands in a repository.

Sources: bitnami-labs/sealed-secrets, external-secrets/external-secrets, cert-manager, and their like
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at

OfKind: TypeAlias = Callable[[str, str], Iterable[RenderedObject]]
"""The objects of a cluster by group and kind."""

ANY_OTHER = None
"""Among keys: there may be any others."""

# Who makes Secrets, and where it says what they are called.
_MAKERS: Mapping[tuple[str, str], tuple[FieldPath, ...]] = {
    ("bitnami.com", "SealedSecret"): (("spec", "template", "metadata", "name"), ("metadata", "name")),
    ("external-secrets.io", "ExternalSecret"): (("spec", "target", "name"), ("metadata", "name")),
    ("external-secrets.io", "ClusterExternalSecret"): (
        ("spec", "externalSecretName"),
        ("spec", "externalSecretSpec", "target", "name"),
        ("metadata", "name"),
    ),
    ("cert-manager.io", "Certificate"): (("spec", "secretName"),),
    ("isindir.github.com", "SopsSecret"): (("metadata", "name"),),
    ("onepassword.com", "OnePasswordItem"): (("metadata", "name"),),
    ("secrets.hashicorp.com", "VaultStaticSecret"): (("spec", "destination", "name"),),
    ("secrets.hashicorp.com", "VaultDynamicSecret"): (("spec", "destination", "name"),),
    ("secrets.infisical.com", "InfisicalSecret"): (("spec", "managedSecretReference", "secretName"),),
    ("secrets.doppler.com", "DopplerSecret"): (("spec", "managedSecret", "name"),),
    ("spv.no", "AzureKeyVaultSecret"): (("spec", "output", "secret", "name"),),
    ("infra.contrib.fluxcd.io", "Terraform"): (("spec", "writeOutputsToSecret", "name"),),
    ("postgresql.cnpg.io", "Cluster"): (("spec", "superuserSecret", "name"),),
}
_ANYWHERE = frozenset({"ClusterExternalSecret"})


def made_keys(namespace: str, name: str, of_kind: OfKind) -> frozenset[str | None] | None:
    """The keys of a Secret that one of the cluster's objects has made; None where none has."""
    for (group, kind), paths in _MAKERS.items():
        for maker in of_kind(group, kind):
            called = next((held for path in paths if (held := value_at(maker.body, path))), None)
            if called == name and (kind in _ANYWHERE or maker.key.namespace == namespace):
                return frozenset(_keys_of(maker))
    return None


def _keys_of(maker: RenderedObject) -> Iterator[str | None]:
    if maker.kind == "SealedSecret":
        for path in (("spec", "encryptedData"), ("spec", "template", "data")):
            held = value_at(maker.body, path)
            yield from held if isinstance(held, Mapping) else ()
        return
    entries = value_at(maker.body, ("spec", "data"))
    template = value_at(maker.body, ("spec", "target", "template"))
    if maker.kind != "ExternalSecret" or value_at(maker.body, ("spec", "dataFrom")) or template:
        yield ANY_OTHER
        return
    for entry in entries if isinstance(entries, list) else ():
        key = value_at(entry, ("secretKey",))
        if isinstance(key, str):
            yield key
