"""What a real API server says to what the workspace delivers: rehearsal by server-side dry-run, and drift."""
