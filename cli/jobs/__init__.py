"""The commands about jobs, and the proofs of their results."""
