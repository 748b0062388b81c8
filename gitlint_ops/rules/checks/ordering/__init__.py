"""In what order things are applied, and whether that order can be kept."""
