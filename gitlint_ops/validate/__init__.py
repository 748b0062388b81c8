"""Is this object legal? Objects against the schemas of their kinds."""
