"""Checks written in Python, one module a theme; each is named by a card and imported on use."""
