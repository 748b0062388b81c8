"""Repositories at revisions: the only reader of linted files, of git and of the configuration."""
