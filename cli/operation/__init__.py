"""Operators' commands: flags, policies, tenants, tokens, and what `/admin` does."""
