"""Arguments, exit codes and printing: the only layer that knows the process it runs in."""
