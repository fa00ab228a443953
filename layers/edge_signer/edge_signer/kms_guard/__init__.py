"""Between a request and KMS: retries, the circuit breaker, the quota, chaos."""
