"""An API server over HTTP: the one place that opens connections, and that refuses to store anything."""
