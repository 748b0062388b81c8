"""Reports for people: the only part of `report` that knows a terminal."""
