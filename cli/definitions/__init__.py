"""Manifest definitions of c2patool, translated for this signer."""
