"""The confined processes that run guests."""
