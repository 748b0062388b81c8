"""The Common Expression Language; the only package that names its engine."""
