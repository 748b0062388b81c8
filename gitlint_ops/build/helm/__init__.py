"""Charts to objects, through the `helm` binary: the only package that starts a process."""
