"""The names that every stage shares: values only, no input or output, standard library only."""
