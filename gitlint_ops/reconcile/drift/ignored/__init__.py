"""What owners ignore of the objects that they deliver."""
