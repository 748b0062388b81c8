"""ApplicationSets of Argo CD: the Applications that the controller would make, found without a cluster."""

from gitlint_ops.discover.applicationset.generated import Generated, applications_of

__all__ = ["Generated", "applications_of"]
