"""The confined process that runs a guest."""
