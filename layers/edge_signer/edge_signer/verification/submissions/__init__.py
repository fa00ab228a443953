"""Verification for tenants: what they hand in, where it is read, and the flow of a verdict."""
