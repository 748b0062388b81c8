"""Which findings count: merged by source, accepted by the users, known to the baseline."""
