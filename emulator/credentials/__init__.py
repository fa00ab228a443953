"""Certificates and tokens for one run."""
