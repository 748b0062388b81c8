"""Flux: sources, dependencies, variables, and what Kustomizations own."""
