"""API servers that are made for one run and gone afterwards, whatever happens to us."""
