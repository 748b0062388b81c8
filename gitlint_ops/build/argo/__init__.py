"""Argo CD: from an Application to what it renders to."""
