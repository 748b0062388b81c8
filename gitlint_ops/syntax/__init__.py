"""YAML text: its data as kubectl and kustomize read it, its positions, its comments, and its printing.

The only package that imports PyYAML.
"""
