"""Static validator and policy linter for GitOps repositories."""

__version__ = "0.1.0"
