"""Commands about certificates: a request that KMS signs, and the chain that a key gets."""
