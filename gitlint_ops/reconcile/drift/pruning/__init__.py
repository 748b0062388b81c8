"""What belongs to an owner and has left Git: what its operator will delete, or leave behind."""
