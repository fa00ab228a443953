"""`python -m measure.cold_start`: what the first request to a new worker waits for."""
