"""Clusters beside each other: what differs, what one needs of another, and what all depend on."""
