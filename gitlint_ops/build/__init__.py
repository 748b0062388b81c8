"""From targets to objects, with the source of every field."""
