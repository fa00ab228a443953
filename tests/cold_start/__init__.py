"""`python -m tests.cold_start`: what the first request to a new worker waits for."""
